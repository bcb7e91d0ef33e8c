/* timer: methods of entities called later, by name. */
#pragma once

#include "entity/state.h"

struct timer {
    struct heap_node node; /* in world.timers; first, so that a node is its timer */
    struct entity *entity;
    struct timer *next; /* of the same entity */
    const gw_method *method;
    int64_t interval_ms; /* 0: once */
    gw_timer id;
    uint32_t args_size;
    uint8_t args[];
};

void timers_run(struct world *w); /* all that are due now */
void timers_end(struct world *w, struct entity *e);

/* Starts one like that, with these arguments: takes its place among the timers of its entity. */
gw_timer timer_start(struct world *w, struct entity *e, const struct timer *like, struct view args);

/* Writes them as GoWorld does, with the times of the wall clock; and starts those that are read:
 * what does not fit is left out and logged. `data` is a checked msgpack value. */
void timers_write(const struct world *w, const struct entity *e, struct buf *out);
void timers_read(struct world *w, struct entity *e, struct view data);
