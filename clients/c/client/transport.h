/* transport: how a client's bytes travel, as a table of functions; nothing in it ever waits. */
#pragma once

#include "base/buf.h"

#include <sys/types.h>

/* Why a connection ended or was not made. */
struct failure {
    int code; /* of a WebSocket's close frame; 0: none */
    char reason[160];
};

/* Returns false, for what fails. */
bool failure_set(struct failure *failure, const char *format, ...) GW_PRINTF(2, 3);

enum transport_progress { TRANSPORT_CONNECTING, TRANSPORT_CONNECTED, TRANSPORT_FAILED };

struct transport;

struct transport_ops {
    /* Begins to connect, and again after hang_up. */
    bool (*dial)(struct transport *transport, struct failure *failure);
    /* Goes on with that. */
    enum transport_progress (*connect)(struct transport *transport, struct failure *failure);
    /* Once connected: how many bytes have come into `bytes` (0: none now), or -1 when it is over.
     */
    ssize_t (*receive)(struct transport *transport, uint8_t *bytes, size_t capacity,
                       struct failure *failure);
    /* How many of the bytes it has taken (0: none now), or -1. None: sends what it holds itself. */
    ssize_t (*send)(struct transport *transport, const uint8_t *bytes, size_t size,
                    struct failure *failure);
    /* Ends the connection, or the attempt. May be called at any time. */
    void (*hang_up)(struct transport *transport);
    int (*fd)(const struct transport *transport); /* to poll, or -1 */
    /* What to poll it for, of poll(2): what the transport itself waits for. */
    short (*events)(const struct transport *transport);
    void (*destroy)(struct transport *transport);
};

/* Embedded in each transport's own struct, first. */
struct transport {
    const struct transport_ops *ops;
};

static inline void transport_destroy(struct transport *transport)
{
    if (transport)
        transport->ops->destroy(transport);
}

/* Sends as much of *out as the transport takes now, and of what it holds itself. An empty buffer
 * gives its memory back: a client is silent for most of its life. */
GW_NODISCARD
bool transport_flush(struct transport *transport, struct buf *out, struct failure *failure);
