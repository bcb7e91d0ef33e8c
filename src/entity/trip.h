/* trip: an entity on its way into another space, from the wish to the end. */
#pragma once

#include "base/buf.h"
#include "base/heap.h"
#include "base/idmap.h"

#include <goworld/types.h>

struct entity;
struct space;
struct world;

enum trip_step {
    TRIP_BEGINS, /* when the running handler has ended */
    TRIP_ASKS,   /* where the space is */
    TRIP_HOLDS,  /* until its dispatcher keeps what is sent to it */
    TRIP_LEAVES, /* as soon as nothing of it runs here any more */
};

struct trip {
    struct heap_node deadline; /* in world.trips.deadlines; first, so that a node is its trip */
    gw_id entity, space;
    gw_vec3 position;
    enum trip_step step;
    uint16_t game;        /* that the space is on, from TRIP_HOLDS on */
    bool is_changed;      /* in TRIP_HOLDS: it is to go elsewhere than it was asked for */
    int64_t ends_at_ms;   /* at the latest */
    int64_t leaves_at_ms; /* in TRIP_LEAVES: then its fibers are cancelled */
};

/* All of a world. */
struct trips {
    struct idmap by_entity;
    struct heap deadlines;
    struct buf beginning; /* gw_id of those that begin */
    size_t begun;         /* bytes of these that are done */
    unsigned leaving;
};

/* It is in that space now, which is here, unless a hook has prevented it; it is not, and stays. */
void trip_arrive(struct world *w, struct entity *e, struct space *space, gw_vec3 position);
void trip_failed(struct world *w, struct entity *e, gw_id space, gw_err why);

/* Those that begin: to a space of this game they end at once. */
void trips_run(struct world *w, unsigned *budget);
bool trips_wait(const struct world *w);

/* Those that may leave, and those whose time is over; returns when the next one's is. */
int64_t trips_turn(struct world *w);
void trip_end(struct world *w, struct entity *e); /* the entity ends */

/* It leaves this game, and its hooks run for the last time here. */
bool trip_is_departing(const struct world *w, const struct entity *e);
void trips_fini(struct world *w);
