/* tcp: the transport over a TCP socket. */
#pragma once

#include "client/transport.h"

/* Resolves the host, which may wait for an answer from the network unless it is a numeric address.
 * Returns NULL when that gives no address. */
struct transport *tcp_create(const char *host, const char *port);
