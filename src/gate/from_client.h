/* from_client: what a gate takes from a client, which is little (docs/internals/protocol.md 2 and
 * 4). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The link's event: `user` is the client. Anything but a call, a position or a heartbeat is bad,
 * and so many bad packets close it; one that sends too much is paused. */
void from_client_packet(void *user, const uint8_t *payload, size_t size);
