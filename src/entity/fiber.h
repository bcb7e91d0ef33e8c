/* fiber: methods that run on stacks of their own, and what they wait for. */
#pragma once

#include "base/heap.h"
#include "entity/call.h"
#include "entity/state.h"

struct await;

/* One running method marked GW_FIBER. */
struct task {
    struct heap_node sleep; /* in world.sleeps; first, so that a node is its task */
    struct world *world;
    struct entity *entity;        /* pinned */
    struct task *next, *previous; /* of the same entity */
    struct task *resume_next;
    struct fiber *fiber; /* NULL until it has waited once */
    struct await *await; /* what it waits for now, or NULL */
    const gw_method *method;
    uint64_t number;       /* of those that the world has begun */
    struct gw_node *loose; /* maps and lists that go when it ends */
    bool canceled, resuming;
    struct gw_reader reader;
    uint8_t bytes[]; /* the arguments, then room for their strings */
};

void fiber_run_method(struct world *w, struct entity *e, const gw_method *method, struct view args);

/* The entity ends: all its fibers get GW_ECANCELED, after the running handler. */
void fibers_cancel(struct world *w, struct entity *e);
void fibers_resume_canceled(struct world *w);
void fibers_wake(struct world *w); /* those that have slept long enough */

/* One answer that a fiber waits for, or has given up waiting for: then `task` is NULL and the
 * answer frees it. */
struct await {
    struct task *task;
    bool answered;
    bool is_sleep; /* nobody else holds it */
    gw_err err;
    struct buf value;
};

/* Starts waiting: GW_ENOFIBER outside a fiber, GW_ECANCELED when its entity has ended. On GW_OK ask
 * somebody who will answer, with *out as his user pointer, and call await_finish; or await_drop
 * when he would not even take it. */
GW_NODISCARD gw_err await_begin(struct world *w, struct await **out);
void await_drop(struct await *a);

/* Waits for the answer. `value` (may be NULL) takes over its bytes. Frees a. */
GW_NODISCARD gw_err await_finish(struct await *a, struct buf *value);

/* The answer, from the turn of the loop. */
void await_answer(struct await *a, gw_err err, struct view value);
