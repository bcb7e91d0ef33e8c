/* route: what a dispatcher does with each message. */
#pragma once

#include "wire/reader.h"

struct dispatcher;
struct peer;

/* Handles one packet; one that does not follow the protocol closes the link. `from` may be gone
 * afterwards, and its link another peer's. */
void route_packet(struct dispatcher *d, struct peer *from, struct view packet);
