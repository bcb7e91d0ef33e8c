/* from_client: what a gate takes from a client, which is little (docs/internals/protocol.md 2). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The link's event: `user` is the client. Anything but a call, a position or a heartbeat closes it.
 */
void from_client_packet(void *user, const uint8_t *payload, size_t size);
