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

/* What a client needs: a key for its request, of 16 random bytes, and what a server makes of it in
 * its answer. Both with a NUL. */
enum { WS_KEY_CHARS = 24, WS_ACCEPT_CHARS = 28 };
void ws_handshake_key(const uint8_t bytes[16], char key[WS_KEY_CHARS + 1]);
void ws_handshake_accept(const char key[WS_KEY_CHARS], char accept[WS_ACCEPT_CHARS + 1]);
