/* http_parse: see http_parse.h. */
#include "net/http_parse.h"

#include <stdlib.h>
#include <strings.h>

enum { REQUEST_LINE_BYTES_MAX = 4096 };

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct http_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_token_char(text.data[i]))
            return false;
    return text.size > 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static struct http_text trim(struct http_text text)
{
    while (text.size > 0 && is_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

bool http_text_is(struct http_text text, const char *other)
{
    return text.size == strlen(other) && memcmp(text.data, other, text.size) == 0;
}

bool http_text_is_nocase(struct http_text text, const char *other)
{
    return text.size == strlen(other) && strncasecmp(text.data, other, text.size) == 0;
}

/* Splits at the first `separator`; false when there is none. */
static bool split(struct http_text text, char separator, struct http_text *before,
                  struct http_text *after)
{
    const char *at = text.size ? memchr(text.data, separator, text.size) : NULL;
    if (!at)
        return false;
    *before = (struct http_text){text.data, (size_t)(at - text.data)};
    *after = (struct http_text){at + 1, text.size - before->size - 1};
    return true;
}

struct http_text http_header(const struct http_request *request, const char *name)
{
    for (unsigned i = 0; i < request->header_count; i++)
        if (http_text_is_nocase(request->headers[i].name, name))
            return request->headers[i].value;
    return (struct http_text){0};
}

static bool list_has(struct http_text list, const char *token)
{
    struct http_text item, rest;
    while (split(list, ',', &item, &rest)) {
        if (http_text_is_nocase(trim(item), token))
            return true;
        list = rest;
    }
    return http_text_is_nocase(trim(list), token);
}

bool http_header_has(const struct http_request *request, const char *name, const char *token)
{
    for (unsigned i = 0; i < request->header_count; i++)
        if (http_text_is_nocase(request->headers[i].name, name) &&
            list_has(request->headers[i].value, token))
            return true;
    return false;
}

static unsigned count_of(const struct http_request *request, const char *name)
{
    unsigned count = 0;
    for (unsigned i = 0; i < request->header_count; i++)
        count += http_text_is_nocase(request->headers[i].name, name);
    return count;
}

static unsigned parse_method(struct http_text text, struct http_request *request)
{
    if (!is_token(text))
        return 400;
    request->method = http_text_is(text, "HEAD") ? HTTP_HEAD : HTTP_GET;
    return http_text_is(text, "GET") || http_text_is(text, "HEAD") ? 200 : 405;
}

/* "http://host/path" must be taken like "/path". */
static struct http_text without_authority(struct http_text target)
{
    static const char scheme[] = "http://";
    size_t skip = sizeof scheme - 1;
    if (target.size < skip || strncasecmp(target.data, scheme, skip) != 0)
        return target;
    while (skip < target.size && target.data[skip] != '/')
        skip++;
    return (struct http_text){target.data + skip, target.size - skip};
}

static unsigned parse_target(struct http_text target, struct http_request *request)
{
    for (size_t i = 0; i < target.size; i++)
        if (target.data[i] <= ' ' || target.data[i] > '~' || target.data[i] == '#')
            return 400;
    target = without_authority(target);
    if (target.size == 0 || target.data[0] != '/')
        return 400;
    request->path = target;
    request->query = (struct http_text){target.data + target.size, 0};
    split(target, '?', &request->path, &request->query);
    return 200;
}

static unsigned parse_version(struct http_text text, struct http_request *request)
{
    if (text.size != 8 || memcmp(text.data, "HTTP/", 5) != 0 || text.data[6] != '.' ||
        text.data[5] < '0' || text.data[5] > '9' || text.data[7] < '0' || text.data[7] > '9')
        return 400;
    request->is_1_1 = text.data[7] >= '1';
    return text.data[5] == '1' ? 200 : 505;
}

/* A method that is not ours is refused last: what is no HTTP at all is worse. */
static unsigned parse_request_line(struct http_text line, struct http_request *request)
{
    struct http_text method, target, version;
    if (!split(line, ' ', &method, &target) || !split(target, ' ', &target, &version))
        return 400;
    unsigned of_method = parse_method(method, request);
    if (of_method == 400)
        return 400;
    unsigned status = parse_version(version, request);
    if (status == 200 && of_method == 200)
        status = parse_target(target, request);
    return status == 200 ? of_method : status;
}

static unsigned parse_header(struct http_text line, struct http_request *request)
{
    struct http_header header;
    if (request->header_count == HTTP_HEADERS_MAX)
        return 431;
    /* A line that starts with a space goes on with the one before in old HTTP: its name is no
     * token. */
    if (!split(line, ':', &header.name, &header.value) || !is_token(header.name))
        return 400;
    header.value = trim(header.value);
    for (size_t i = 0; i < header.value.size; i++) {
        unsigned char c = (unsigned char)header.value.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return 400;
    }
    request->headers[request->header_count++] = header;
    return 200;
}

/* We take no bodies. */
static unsigned check_body(const struct http_request *request)
{
    struct http_text length = http_header(request, "Content-Length");
    unsigned count = count_of(request, "Content-Length");
    bool is_coded = count_of(request, "Transfer-Encoding") > 0;
    if (count > 1 || (count == 1 && is_coded))
        return 400;
    for (size_t i = 0; i < length.size; i++)
        if (length.data[i] < '0' || length.data[i] > '9')
            return 400;
    if (count == 1 && length.size == 0)
        return 400;
    for (size_t i = 0; i < length.size; i++)
        if (length.data[i] != '0')
            return 413;
    return is_coded ? 501 : 200;
}

static unsigned check_head(struct http_request *request)
{
    unsigned hosts = count_of(request, "Host");
    if (hosts > 1 || (hosts == 0 && request->is_1_1))
        return 400;
    request->keep_alive = request->is_1_1 ? !http_header_has(request, "Connection", "close")
                                          : http_header_has(request, "Connection", "keep-alive");
    return check_body(request);
}

/* Takes a line off the front, without its CR LF: 200; 0 when there is no end of a line yet. */
static unsigned next_line(struct http_text *rest, struct http_text *line)
{
    struct http_text after;
    if (!split(*rest, '\n', line, &after))
        return 0;
    if (line->size == 0 || line->data[line->size - 1] != '\r')
        return 400;
    line->size--;
    *rest = after;
    return 200;
}

/* Empty lines before a request are allowed; RFC 9112 2.2. */
static unsigned first_line(struct http_text *rest, struct http_text *line)
{
    unsigned status;
    do
        status = next_line(rest, line);
    while (status == 200 && line->size == 0);
    return status;
}

static unsigned parse_lines(struct http_text *rest, struct http_request *request)
{
    struct http_text line;
    unsigned status = first_line(rest, &line);
    if (status == 0 && rest->size > REQUEST_LINE_BYTES_MAX)
        return 414;
    if (status != 200)
        return status;
    if (line.size > REQUEST_LINE_BYTES_MAX)
        return 414;
    status = parse_request_line(line, request);
    while (status == 200) {
        status = next_line(rest, &line);
        if (status == 200 && line.size == 0)
            return check_head(request);
        if (status == 200)
            status = parse_header(line, request);
    }
    return status;
}

unsigned http_parse(const char *bytes, size_t size, size_t head_bytes_max,
                    struct http_request *request, size_t *head_size)
{
    struct http_text rest = {bytes, size < head_bytes_max ? size : head_bytes_max};
    *request = (struct http_request){0};
    unsigned status = parse_lines(&rest, request);
    if (status == 0 && size >= head_bytes_max)
        return 431;
    if (status == 200)
        *head_size = (size_t)(rest.data - bytes);
    return status;
}
