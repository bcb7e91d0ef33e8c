/* peer: one end of a link, which remembers what it has been told. */
#pragma once

#include "base/buf.h"
#include "net/link.h"

/* Zero is ready to take a link. */
struct peer {
    struct link *link;   /* NULL before and after */
    struct buf received; /* payloads, one behind the other */
    unsigned packets, closed;
    bool is_closed; /* closed > 0 */
    const char *reason;
    bool echoes;
    unsigned pause_every; /* pauses its link inside each so many packets' callback; 0: never */
    unsigned close_after; /* closes its link inside this packet's callback; 0: never */
};

void peer_take(struct peer *peer, struct link *link);
void peer_fini(struct peer *peer);
