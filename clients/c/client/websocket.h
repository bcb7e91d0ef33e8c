/* websocket: the transport inside a WebSocket, over another transport that carries it. */
#pragma once

#include "client/transport.h"
#include "net/random.h"

/* Takes `below`. `host` is "name:port"; `origin` NULL: none. All texts are copied; `random`, for
 * masks, is borrowed. */
struct transport *websocket_create(struct transport *below, const char *host, const char *path,
                                   const char *origin, struct random *random);
