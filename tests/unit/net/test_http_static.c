/* Files of a folder: what lies in it is served, nothing else is, however the path is written. */
#include "net/http_static.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct site {
    char top[64]; /* holds web/ and, beside it, secret.txt */
    struct http_static *files;
};

static void write_file(const struct site *site, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", site->top, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_folder(const struct site *site, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", site->top, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_link(const struct site *site, const char *name, const char *target)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", site->top, name);
    assert_int_equal(symlink(target, path), 0);
}

static int site_open(void **state)
{
    static struct site site;
    char folder[80];
    strcpy(site.top, "/tmp/goworld-static-XXXXXX");
    assert_non_null(mkdtemp(site.top));
    make_folder(&site, "web");
    make_folder(&site, "web/sub");
    make_folder(&site, "web/empty");
    write_file(&site, "secret.txt", "secret");
    write_file(&site, "web/index.html", "front page");
    write_file(&site, "web/app.js", "script");
    write_file(&site, "web/with space.txt", "spaced");
    write_file(&site, "web/.hidden", "hidden");
    write_file(&site, "web/sub/index.html", "sub page");
    write_file(&site, "web/sub/data", "raw");
    make_link(&site, "web/out.txt", "../secret.txt");
    make_link(&site, "web/up", "..");
    snprintf(folder, sizeof folder, "%s/web/fifo", site.top);
    assert_int_equal(mkfifo(folder, 0600), 0);
    snprintf(folder, sizeof folder, "%s/web", site.top);
    assert_int_equal(http_static_open(folder, &site.files), GW_OK);
    *state = &site;
    return 0;
}

static int site_close(void **state)
{
    struct site *site = *state;
    char command[128];
    http_static_close(site->files);
    snprintf(command, sizeof command, "rm -rf %s", site->top);
    return system(command);
}

struct answer {
    struct http_response response;
    char body[64];
};

/* Asks with more headers, "A: b\r\n" each. */
static struct answer ask_with(const struct site *site, const char *path, const char *headers)
{
    char head[1024];
    struct http_request request;
    struct answer answer = {0};
    size_t head_size = 0;
    int size = snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, headers);
    assert_int_equal(http_parse(head, (size_t)size, 8192, &request, &head_size), 200);
    http_static_serve(site->files, &request, &answer.response);
    buf_append(&answer.response.headers, "", 1);
    if (answer.response.has_file) {
        ssize_t got = read(answer.response.file, answer.body, sizeof answer.body - 1);
        assert_int_equal(got, answer.response.file_bytes);
        close(answer.response.file);
    }
    return answer;
}

static struct answer ask(const struct site *site, const char *path)
{
    return ask_with(site, path, "");
}

static void answer_free(struct answer *answer)
{
    buf_free(&answer->response.headers);
    buf_free(&answer->response.body);
}

static const char *headers_of(const struct answer *answer)
{
    return (const char *)answer->response.headers.data;
}

static void files_are_served_with_their_types(void **state)
{
    static const struct {
        const char *path, *body, *type;
    } cases[] = {
        {"/", "front page", "text/html; charset=utf-8"},
        {"/index.html", "front page", "text/html; charset=utf-8"},
        {"/app.js", "script", "text/javascript; charset=utf-8"},
        {"/app.js?v=1", "script", "text/javascript; charset=utf-8"},
        {"/%61pp.js", "script", "text/javascript; charset=utf-8"},
        {"/with%20space.txt", "spaced", "text/plain; charset=utf-8"},
        {"/sub/", "sub page", "text/html; charset=utf-8"},
        {"/sub/data", "raw", "application/octet-stream"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer = ask(*state, cases[i].path);
        assert_true(answer.response.has_file);
        assert_string_equal(answer.body, cases[i].body);
        assert_string_equal(answer.response.content_type, cases[i].type);
        assert_non_null(strstr(headers_of(&answer), "Content-Security-Policy: "));
        assert_non_null(strstr(headers_of(&answer), "Cache-Control: no-cache\r\n"));
        answer_free(&answer);
    }
}

static void nothing_else_is_served(void **state)
{
    static const char *const paths[] = {
        "/absent",
        "/absent/index.html",
        "/empty/",
        "/../secret.txt",
        "/sub/../../secret.txt",
        "/sub/../app.js",
        "/./app.js",
        "/%2e%2e/secret.txt",
        "/%2E%2E/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "//etc/passwd",
        "/sub//data",
        "/%2fetc/passwd",
        "/sub%2fdata",
        "/app.js/",
        "/app.js/x",
        "/app.js%00.html",
        "/app.js%0a",
        "/%",
        "/%4",
        "/%zz",
        "/.hidden",
        "/%2ehidden",
        "/out.txt",
        "/up/secret.txt",
        "/up/web/app.js",
        "/fifo",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct answer answer = ask(*state, paths[i]);
        if (answer.response.status != 404)
            print_error("%s\n", paths[i]);
        assert_int_equal(answer.response.status, 404);
        assert_false(answer.response.has_file);
        answer_free(&answer);
    }
}

static void a_path_that_is_too_long_is_not_found(void **state)
{
    char path[3000];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    char short_path[900];
    memcpy(short_path, path, sizeof short_path);
    short_path[sizeof short_path - 1] = '\0';
    struct answer answer = ask(*state, short_path);
    assert_int_equal(answer.response.status, 404);
    answer_free(&answer);
}

static void a_folder_without_its_slash_is_redirected(void **state)
{
    struct answer answer = ask(*state, "/sub");
    assert_int_equal(answer.response.status, 301);
    assert_non_null(strstr(headers_of(&answer), "Location: /sub/\r\n"));
    answer_free(&answer);
}

static void a_file_over_the_limit_is_refused(void **state)
{
    const struct site *site = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/web/huge", site->top);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(ftruncate(fd, (off_t)HTTP_STATIC_FILE_BYTES_MAX + 1), 0);
    close(fd);
    struct answer answer = ask(site, "/huge");
    assert_int_equal(answer.response.status, 403);
    answer_free(&answer);
}

/* The file is there: it is we who cannot open it now. */
static void a_process_without_room_for_files_says_so(void **state)
{
    const struct site *site = *state;
    struct rlimit usual;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    int lowest = dup(0);
    close(lowest);
    struct rlimit none = {.rlim_cur = (rlim_t)lowest, .rlim_max = usual.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct answer front = ask(site, "/"), file = ask(site, "/app.js");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    assert_int_equal(front.response.status, 503);
    assert_int_equal(file.response.status, 503);
    answer_free(&front);
    answer_free(&file);
}

/* Copies the value of a header, up to its end of line. */
static void copy_value(const struct answer *answer, const char *name, char value[80])
{
    const char *at = strstr(headers_of(answer), name);
    assert_non_null(at);
    at += strlen(name) + 2;
    size_t size = strcspn(at, "\r");
    memcpy(value, at, size);
    value[size] = '\0';
}

static void what_has_not_changed_is_not_sent_again(void **state)
{
    char tag[80], date[80], header[300];
    struct answer first = ask(*state, "/app.js");
    copy_value(&first, "ETag", tag);
    copy_value(&first, "Last-Modified", date);
    answer_free(&first);
    static const struct {
        const char *format;
        bool is_date, unchanged;
    } cases[] = {
        {"If-None-Match: %s\r\n", false, true},
        {"If-None-Match: \"x\", %s\r\n", false, true},
        {"If-None-Match: W/%s\r\n", false, true},
        {"If-None-Match: *\r\n", false, true},
        {"If-None-Match: \"x\"\r\n", false, false},
        {"If-Modified-Since: %s\r\n", true, true},
        {"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", true, false},
        {"If-Modified-Since: nonsense\r\n", true, false},
        {"If-None-Match: \"x\"\r\nIf-Modified-Since: %s\r\n", true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(header, sizeof header, cases[i].format, cases[i].is_date ? date : tag);
        struct answer answer = ask_with(*state, "/app.js", header);
        assert_int_equal(answer.response.status == 304, cases[i].unchanged);
        assert_int_equal(answer.response.has_file, !cases[i].unchanged);
        answer_free(&answer);
    }
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct http_static *files;
    assert_int_equal(http_static_open("/nonexistent/folder", &files), GW_ENOTFOUND);
    http_static_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_served_with_their_types),
        cmocka_unit_test(nothing_else_is_served),
        cmocka_unit_test(a_path_that_is_too_long_is_not_found),
        cmocka_unit_test(a_folder_without_its_slash_is_redirected),
        cmocka_unit_test(a_file_over_the_limit_is_refused),
        cmocka_unit_test(a_process_without_room_for_files_says_so),
        cmocka_unit_test(what_has_not_changed_is_not_sent_again),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, site_open, site_close);
}
