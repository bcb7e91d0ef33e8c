/* http_parse: reads the head of an HTTP/1.1 request (RFC 9112), strictly: what could be read in two
 * ways is refused. */
#pragma once

#include <goworld/types.h>

enum { HTTP_HEADERS_MAX = 64 };

/* Borrowed from the bytes that were parsed; not NUL-terminated. */
struct http_text {
    const char *data;
    size_t size;
};

struct http_header {
    struct http_text name, value;
};

enum http_method { HTTP_GET, HTTP_HEAD };

struct http_request {
    enum http_method method;
    struct http_text path;  /* starts with '/'; still percent-encoded */
    struct http_text query; /* behind the '?', may be empty */
    bool keep_alive;        /* what the client wants */
    bool is_1_1;
    unsigned header_count;
    struct http_header headers[HTTP_HEADERS_MAX];
};

/* Returns 0 when the head is not there whole, 200 when it is, with *head_size its bytes; or the
 * status to refuse it with, after which the connection is good for nothing. Call it again from the
 * same first byte with more bytes. */
unsigned http_parse(const char *bytes, size_t size, size_t head_bytes_max,
                    struct http_request *request, size_t *head_size);

/* The first header of this name, or {NULL, 0}; names are compared without regard to case. */
struct http_text http_header(const struct http_request *request, const char *name);

bool http_text_is(struct http_text text, const char *other);
bool http_text_is_nocase(struct http_text text, const char *other);
/* Is `token` one of the header's comma-separated values, over all headers of that name? */
bool http_header_has(const struct http_request *request, const char *name, const char *token);
