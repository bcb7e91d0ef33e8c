/* arrivals: which journeys from other games have ended here lately. What was sent when nobody could
 * tell whether it had come may be sent once more; the entity may have ended, or left, since. */
#pragma once

#include "base/heap.h"
#include "base/idmap.h"

struct world;

struct arrivals {
    struct idmap by_journey;
    struct heap deadlines;
};

void arrivals_note(struct world *w, gw_id journey); /* a new one */
bool arrivals_have(const struct world *w, gw_id journey);

int64_t arrivals_turn(struct world *w);
void arrivals_fini(struct world *w);
