/* ws_handshake: the opening of a WebSocket: judges the request, words the answer (RFC 6455 4.2). */
#pragma once

#include "net/http_parse.h"

struct buf;

/* Returns 101 when the request may become a WebSocket, else the status to refuse it with: 400, 403
 * (its page may not), 426 (it does not ask for one, or not for version 13). `origins` ends with
 * NULL; NULL itself allows every page, and a client that is no page, which has no Origin, is always
 * allowed. */
unsigned ws_handshake_check(const struct http_request *request, const char *const *origins);

/* Appends the whole answer to a request that was found good. */
void ws_handshake_answer(const struct http_request *request, struct buf *out);
