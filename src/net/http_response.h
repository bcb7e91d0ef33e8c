/* http_response: an answer to a request, and how it is written. */
#pragma once

#include "base/buf.h"
#include "net/http_parse.h"

/* The server hands one in, empty; its buffers are the server's. */
struct http_response {
    unsigned status;          /* 0: 200 */
    const char *content_type; /* static; NULL: text/plain */
    struct buf headers;       /* more of them: "Name: value\r\n" each */
    struct buf body;
    bool has_file; /* the body is not in `body` but the next file_bytes of this file, which the
                      server closes */
    int file;
    uint64_t file_bytes;
};

/* Makes it a short text that says the status. */
void http_response_error(struct http_response *response, unsigned status);

/* Appends the head, with the empty line. */
void http_response_head(const struct http_response *response, bool keep_alive, int64_t wall_ms,
                        struct buf *out);

/* How a date stands in a header; `text` takes 30 bytes. */
enum { HTTP_DATE_BYTES = 30 };
void http_date(int64_t unix_seconds, char text[HTTP_DATE_BYTES]);
