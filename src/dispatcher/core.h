/* core: the dispatcher's state, shared by its files and by nobody else. */
#pragma once

#include "cluster/kvreg.h"
#include "dispatcher/dispatcher.h"
#include "dispatcher/early.h"
#include "dispatcher/entities.h"
#include "dispatcher/peers.h"
#include "dispatcher/pressure.h"

struct dispatcher {
    struct dispatcher_desc desc; /* limits filled in */
    struct dispatcher_stats stats;
    struct peer *connections;
    struct heap deadlines; /* of connections */
    struct peers games, gates;
    size_t next_boot; /* where the search for a boot game goes on */
    struct entities entities;
    struct kvreg kvreg;
    struct early early;
    struct pressure pressure;
    int64_t absent_due_ms; /* when the keys of games that are not there go; 0: there are none */
    struct buf scratch;    /* for the packet that is being written */
};

/* Counts and logs one kind of trouble. */
#define dispatcher_complain(d, kind, event, ...)                                                   \
    complain(&(d)->stats.kind, (d)->desc.log, (d)->desc.clock, event, __VA_ARGS__)

/* Empties the buffer that every packet is written in. */
static inline struct buf *dispatcher_scratch(struct dispatcher *d)
{
    buf_clear(&d->scratch);
    return &d->scratch;
}
