/* core: the gate's state, shared by its files and by nobody else. */
#pragma once

#include "base/idmap.h"
#include "cluster/dispatchers.h"
#include "gate/gate.h"
#include "gate/holds.h"
#include "gate/pauses.h"
#include "gate/positions.h"
#include "gate/rate.h"
#include "gate/seats.h"
#include "gate/shown.h"
#include "gate/sightings.h"
#include "gate/silences.h"

/* There are many: everything that an idle client needs is here, and nothing else. */
struct client {
    struct gate *gate;
    struct link *link;
    struct hold *hold; /* NULL: nothing waits for its dialect */
    struct seat *seat; /* NULL: it does not come back when its connection breaks */
    uint32_t index;    /* in gate->clients */
    uint32_t bad_packets : 23;
    uint32_t has_player : 1; /* it was sent the creation of its owner, and not its end */
    uint32_t has_other : 1;  /* it still has a former owner for its player */
    uint32_t dialect : 3;    /* which it speaks; until it shows one, the old one it may have */
    uint32_t has_shown : 1;  /* that this is its dialect */
    uint32_t is_websocket : 1;
    uint32_t is_away : 1;  /* it has not seen its player since it was last connected */
    uint32_t is_stale : 1; /* word for it was lost: its view is not what its player sees */
    gw_id id;
    gw_id owner; /* the entity whose client it is */
    struct filter_member filters;
    struct client_positions positions;
    struct client_sightings sightings;
    struct rate rate;
    struct pause *pause; /* NULL: it is read */
    struct shown_set *shown;
};
_Static_assert(sizeof(struct client) <= 152, "an idle client is cheap");

struct gate {
    struct gate_desc desc; /* limits filled in */
    struct gate_stats stats;
    struct dispatchers *dispatchers;
    struct buf
        untold; /* struct untold_give: new owners whose dispatchers have not said HELLO yet */
    struct idmap by_id;
    struct idmap shown; /* see shown.c */
    struct client **clients;
    size_t clients_capacity; /* stats.clients of them are in use */
    struct filters *filters;
    struct positions positions;
    struct sightings sightings;
    struct rate_limit rate_limit;
    struct pauses pauses;
    struct holds holds;
    struct seats seats;
    struct silences silences;
    struct buf scratch;    /* for the packet that is being written */
    struct buf translated; /* for one in another dialect */
};

/* A client whose new owner does not know of it yet. */
struct untold_give {
    gw_id client;
    int64_t due_ms; /* then it is closed */
};

/* Counts and logs one kind of trouble. */
#define gate_complain(g, kind, event, ...)                                                         \
    complain(&(g)->stats.kind, (g)->desc.log, (g)->desc.clock, event, __VA_ARGS__)

/* Empties the buffer that every packet is written in. */
static inline struct buf *gate_scratch(struct gate *g)
{
    buf_clear(&g->scratch);
    return &g->scratch;
}

/* Whether the dispatcher that serves the entity knows messages from MSG_OWN_FIRST up. */
static inline bool gate_speaks_own(const struct gate *g, gw_id entity)
{
    return dispatchers_has_said_hello(g->dispatchers,
                                      dispatchers_of_entity(g->dispatchers, entity));
}

/* Sends what the scratch holds through the dispatcher that serves the entity. */
void gate_send_to_entity(struct gate *g, gw_id entity, const struct buf *packet);
