/* migrate: entities that leave for another game, and those that come from one. */
#pragma once

#include "base/heap.h"
#include "base/idmap.h"

#include <goworld/types.h>

struct entity;
struct world;

#define MIGRATION_KEPT_MS 30000 /* what has left, until it is known to have arrived */

struct migration {
    gw_id space;
    gw_vec3 position; /* there */
    uint16_t game;
};

/* What has left and is not known to have arrived: it is sent again when its dispatcher was started
 * anew. */
struct leavers {
    struct idmap by_entity;
    struct heap deadlines;
    size_t bytes;
};

/* The entity leaves: hooks run, and it is gone from here. Its dispatcher holds what is sent to it.
 */
void migrate_out(struct world *w, struct entity *e, const struct migration *to);

void leavers_forget(struct world *w, gw_id entity); /* it is here, or known to be there */
int64_t leavers_turn(struct world *w);
void leavers_fini(struct world *w);
