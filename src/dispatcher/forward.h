/* forward: passes packets on in runs: those that come for one peer, one behind another, leave in
 * one piece, just as they came. */
#pragma once

#include "net/link.h"

struct dispatcher;

/* Takes packets that have come over a peer's link, as struct link_events says. What has to be
 * looked at goes to route_packet. */
size_t forward_packets(struct dispatcher *d, struct link *link, const struct view *packets,
                       size_t count);
