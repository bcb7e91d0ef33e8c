/* early: packets for gates that have not come back, or not said HELLO, to a dispatcher that has
 * just started. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

struct dispatcher;
struct peer;

struct early {
    struct buf packets; /* u16 gate, u16 game that sent it, VarBytes packet */
    int64_t until_ms;   /* then nobody is waited for any more */
    bool all_may_come;  /* what waits is for gates that are here: no need to look before then */
};

/* A dispatcher that was started anew learns from its games and gates who is there. Until then it
 * cannot know who is not. */
bool early_is_young(const struct dispatcher *d);

/* Keeps the packet for the gate, if that may still come to have it and there is room; packets for
 * it that are passed on later go behind this one then. */
GW_NODISCARD bool early_put(struct dispatcher *d, const struct peer *from, uint16_t gate,
                            struct view packet);

/* A gate has joined, or said HELLO: it gets what it can have now. */
void early_gate_is_here(struct dispatcher *d);

/* A gate has left: what waits for it is refused in the next turn, unless it is back. */
void early_gate_is_gone(struct dispatcher *d);

/* Refuses what has waited in vain, and passes on what was behind it; returns when that will be. */
int64_t early_turn(struct dispatcher *d);
