/* wsstream: the byte stream inside a WebSocket, as a layer on the stream that carries it
 * (docs/internals/protocol.md 5). */
#pragma once

#include "net/stream.h"

/* Takes `below`, over which the opening handshake has been agreed; `greeting`, its answer, goes out
 * first, behind what `sent` still holds. The layer frees itself when `closed` has returned. Who is
 * above it is not told that it is `flushing`: clients' links hold nothing back. */
struct stream *wsstream_create(struct stream *below, struct outq *sent, const void *greeting,
                               size_t greeting_size);
