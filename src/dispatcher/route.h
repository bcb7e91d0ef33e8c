/* route: what a dispatcher does with each message. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct dispatcher;
struct peer;

/* Handles one packet; one that does not follow the protocol closes the connection. */
void route_packet(struct dispatcher *d, struct peer *from, const uint8_t *payload, size_t size);

/* The packet comes soon: fetches what it will look up. */
void route_ahead(const struct dispatcher *d, const uint8_t *payload, size_t size);
