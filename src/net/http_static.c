/* http_static: see http_static.h. A path is walked name by name from the folder's descriptor, so
 * that nothing outside can be reached however it is written. */
#include "net/http_static.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 1024, TAG_BYTES = 64 };

/* Pages may load from their own server only, and talk to any WebSocket: the gate's may be
 * elsewhere. */
static const char policy[] =
    "Content-Security-Policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'\r\n"
    "Cache-Control: no-cache\r\n";

static const struct {
    const char *suffix, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".wasm", "application/wasm"},
    {".woff2", "font/woff2"},
    {".glb", "model/gltf-binary"},
    {".gltf", "model/gltf+json"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".wav", "audio/wav"},
};

struct http_static {
    int folder;
};

gw_err http_static_open(const char *folder, struct http_static **out)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return GW_ENOTFOUND;
    struct http_static *files = mem_alloc(sizeof *files);
    files->folder = fd;
    *out = files;
    return GW_OK;
}

void http_static_close(struct http_static *files)
{
    if (!files)
        return;
    close(files->folder);
    free(files);
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Takes one character, which may be written %XX, off the front; -1 when it is none that a name may
 * have. */
static int next_char(struct http_text *text)
{
    int c = (unsigned char)text->data[0];
    size_t used = 1;
    if (c == '%') {
        int high = text->size >= 3 ? hex_value(text->data[1]) : -1;
        int low = text->size >= 3 ? hex_value(text->data[2]) : -1;
        if (high < 0 || low < 0)
            return -1;
        c = high << 4 | low;
        used = 3;
        /* A slash that hides in a name. */
        if (c == '/')
            return -1;
    }
    text->data += used;
    text->size -= used;
    return c < ' ' || c == 0x7f || c == '\\' ? -1 : c;
}

static bool decode(struct http_text path, char out[PATH_BYTES_MAX])
{
    size_t size = 0;
    while (path.size > 0) {
        int c = next_char(&path);
        if (c < 0 || size == PATH_BYTES_MAX - 1)
            return false;
        out[size++] = (char)c;
    }
    out[size] = '\0';
    return out[0] == '/';
}

/* Opens what the path names below the folder; -1 when there is nothing that may be served. Changes
 * the path. */
static int walk(int folder, char *path)
{
    int at = dup(folder);
    for (char *name = path + 1; at >= 0;) {
        char *slash = strchr(name, '/');
        if (slash)
            *slash = '\0';
        bool is_last = !slash || slash[1] == '\0';
        bool is_plain = name[0] != '\0' && name[0] != '.';
        int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
        int next = is_plain ? openat(at, name, slash ? flags | O_DIRECTORY : flags) : -1;
        close(at);
        at = next;
        if (is_last)
            break;
        name = slash + 1;
    }
    return at;
}

static int open_index(int folder)
{
    int file = openat(folder, "index.html", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    close(folder);
    return file;
}

static const char *type_of(const char *path)
{
    size_t size = strlen(path);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t suffix_size = strlen(types[i].suffix);
        if (size > suffix_size && strcmp(path + size - suffix_size, types[i].suffix) == 0)
            return types[i].type;
    }
    return "application/octet-stream";
}

static void print_tag(const struct stat *stat, char tag[TAG_BYTES])
{
    snprintf(tag, TAG_BYTES, "\"%" PRIx64 "-%" PRIx64 "-%" PRIx64 "\"", (uint64_t)stat->st_ino,
             (uint64_t)stat->st_size,
             (uint64_t)stat->st_mtim.tv_sec * 1000000000u + (uint64_t)stat->st_mtim.tv_nsec);
}

static bool is_since(struct http_text date, int64_t modified_s)
{
    char text[HTTP_DATE_BYTES];
    struct tm tm = {0};
    if (date.size != sizeof text - 1)
        return false;
    memcpy(text, date.data, date.size);
    text[date.size] = '\0';
    const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return end && *end == '\0' && modified_s <= (int64_t)timegm(&tm);
}

/* RFC 9110 13.1: a tag, where there is one, says it all. */
static bool is_unchanged(const struct http_request *request, const char *tag, int64_t modified_s)
{
    char weak[TAG_BYTES + 2];
    snprintf(weak, sizeof weak, "W/%s", tag);
    if (http_header(request, "If-None-Match").data)
        return http_header_has(request, "If-None-Match", tag) ||
               http_header_has(request, "If-None-Match", weak) ||
               http_header_has(request, "If-None-Match", "*");
    return is_since(http_header(request, "If-Modified-Since"), modified_s);
}

/* Takes the file. */
static void serve_file(int file, const struct stat *stat, const char *type,
                       const struct http_request *request, struct http_response *response)
{
    char tag[TAG_BYTES], date[HTTP_DATE_BYTES];
    print_tag(stat, tag);
    http_date(stat->st_mtim.tv_sec, date);
    buf_print(&response->headers, "%sETag: %s\r\nLast-Modified: %s\r\n", policy, tag, date);
    response->content_type = type;
    if (is_unchanged(request, tag, stat->st_mtim.tv_sec)) {
        response->status = 304;
        close(file);
        return;
    }
    response->has_file = true;
    response->file = file;
    response->file_bytes = (uint64_t)stat->st_size;
}

/* A folder's page needs the slash at the end, or the relative links in it lead astray. */
static void redirect_to_folder(const struct http_request *request, struct http_response *response)
{
    http_response_error(response, 301);
    buf_print(&response->headers, "Location: %.*s/\r\n", (int)request->path.size,
              request->path.data);
}

/* Opens what the decoded path names; -1 when there is nothing that may be served. Changes the path.
 */
static int open_path(int folder, char *path, bool wants_index)
{
    int file = path[1] == '\0' ? dup(folder) : walk(folder, path);
    return file >= 0 && wants_index ? open_index(file) : file;
}

/* It may well be there: the process has no room for another file now. */
static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

void http_static_serve(const struct http_static *files, const struct http_request *request,
                       struct http_response *response)
{
    char path[PATH_BYTES_MAX];
    struct stat stat;
    int file = -1;
    const char *type = NULL;
    errno = 0;
    if (decode(request->path, path)) {
        bool wants_index = path[strlen(path) - 1] == '/';
        type = wants_index ? types[0].type : type_of(path);
        file = open_path(files->folder, path, wants_index);
    }
    if (file < 0 || fstat(file, &stat) != 0) {
        http_response_error(response, is_shortage(errno) ? 503 : 404);
    } else if (S_ISDIR(stat.st_mode)) {
        redirect_to_folder(request, response);
    } else if (!S_ISREG(stat.st_mode)) {
        http_response_error(response, 404);
    } else if (stat.st_size > HTTP_STATIC_FILE_BYTES_MAX) {
        http_response_error(response, 403);
    } else {
        serve_file(file, &stat, type, request, response);
        return;
    }
    if (file >= 0)
        close(file);
}
