/* Which directory, program, ini and state a command line means. */
#include "cli/server.h"

#include "host/state.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

/* A parent folder, the current one, with the server directory chat in it. */
struct place {
    char parent[64], before[PATH_MAX];
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(getcwd(place->before, sizeof place->before));
    snprintf(place->parent, sizeof place->parent, "/tmp/goworld-server-XXXXXX");
    assert_non_null(mkdtemp(place->parent));
    assert_int_equal(chdir(place->parent), 0);
    assert_int_equal(mkdir("chat", 0755), 0);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    unlink("chat/goworld.ini");
    unlink("goworld.ini");
    rmdir("chat");
    assert_int_equal(chdir(place->before), 0);
    rmdir(place->parent);
    free(place);
    return 0;
}

static void expect_path(const struct place *place, const char *path, const char *relative)
{
    assert_memory_equal(path, place->parent, strlen(place->parent));
    assert_string_equal(path + strlen(place->parent) + 1, relative);
}

static void expect_error(const struct cli_options *options, const char *expected)
{
    struct server server;
    char *error = NULL;
    assert_int_not_equal(server_open(&server, options, SERVER_CONF, &error), GW_OK);
    assert_string_equal(error, expected);
    free(error);
}

static void the_program_is_named_like_the_folder(void **state)
{
    static const char *const dirs[] = {"chat", "./chat/", "chat/../chat/."};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        struct server server;
        char *error;
        struct cli_options options = {.dir = dirs[i]};
        assert_int_equal(server_open(&server, &options, SERVER_DIR, &error), GW_OK);
        assert_string_equal(server.shown, dirs[i]);
        assert_string_equal(server.name, "chat");
        expect_path(*state, server.program, "chat/chat");
        server_close(&server);
    }
}

static void the_ini_of_the_directory_goes_before_that_of_the_current_folder(void **state)
{
    struct server server;
    char *error;
    struct cli_options options = {.dir = "chat"};
    write_file("goworld.ini", "");
    assert_int_equal(server_open(&server, &options, SERVER_INI, &error), GW_OK);
    expect_path(*state, server.ini, "goworld.ini");
    expect_path(*state, server.run_dir, "run");
    server_close(&server);
    write_file("chat/goworld.ini", "");
    assert_int_equal(server_open(&server, &options, SERVER_INI, &error), GW_OK);
    expect_path(*state, server.ini, "chat/goworld.ini");
    expect_path(*state, server.run_dir, "chat/run");
    server_close(&server);
}

static void a_named_ini_goes_before_all(void **state)
{
    struct server server;
    char *error;
    struct cli_options options = {.dir = "chat", .configfile = "goworld.ini"};
    write_file("goworld.ini", "[deployment]\ndesired_games=3\n");
    write_file("chat/goworld.ini", "");
    assert_int_equal(server_open(&server, &options, SERVER_CONF, &error), GW_OK);
    expect_path(*state, server.ini, "goworld.ini");
    assert_int_equal(server_count(&server, ROLE_GAME), 3);
    assert_int_equal(server_count(&server, ROLE_GATE), 1);
    expect_path(*state, server_state_path(&server, "game1", STATE_PID), "run/game1.pid");
    server_close(&server);
}

/* Of a server with that gate1; NULL: it has none. */
static void expect_page(const char *gate, const char *page)
{
    struct server server;
    char *error, text[256];
    snprintf(text, sizeof text, "[gate1]\nhttp_root=/tmp\n%s\n", gate);
    write_file("chat/goworld.ini", text);
    assert_int_equal(
        server_open(&server, &(struct cli_options){.dir = "chat"}, SERVER_CONF, &error), GW_OK);
    if (page)
        assert_string_equal(server_page(&server), page);
    else
        assert_null(server_page(&server));
    server_close(&server);
}

static void the_page_is_where_a_browser_here_finds_it(void **state)
{
    (void)state;
    expect_page("http_addr=127.0.0.1:24001", "http://127.0.0.1:24001/");
    expect_page("http_addr=:80", "http://127.0.0.1:80/");
    expect_page("http_addr=[::]:81", "http://[::1]:81/");
    expect_page("http_addr=games.example:81", "http://games.example:81/");
    expect_page("http_addr=127.0.0.1:0", NULL);
    expect_page("http_root=/nowhere", NULL);
}

static void what_is_missing_is_a_sentence(void **state)
{
    (void)state;
    expect_error(&(struct cli_options){.dir = "nope"}, "nope: No such file or directory");
    expect_error(&(struct cli_options){.dir = "/etc/passwd"},
                 "/etc/passwd: this is no server directory");
    expect_error(&(struct cli_options){.dir = "/"}, "/: this is no server directory");
    expect_error(&(struct cli_options){.dir = "chat"},
                 "there is no goworld.ini in chat or in the current folder; "
                 "name one with -configfile");
    expect_error(&(struct cli_options){.dir = "chat", .configfile = "x.ini"},
                 "x.ini: cannot read the configuration: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_program_is_named_like_the_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_ini_of_the_directory_goes_before_that_of_the_current_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_named_ini_goes_before_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_page_is_where_a_browser_here_finds_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_missing_is_a_sentence, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
