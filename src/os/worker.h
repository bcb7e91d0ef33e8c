/* worker: runs blocking work (databases, password hashes) beside the loop and brings it back as an
 * event. */
#pragma once

/* Embedded in the caller's struct, which lives until `done` has been called. */
struct work {
    void (*run)(struct work *work);  /* on some other thread: touches only its own struct */
    void (*done)(struct work *work); /* in the loop's turn */
    void *internal;
};

/* The loop hands one in; the simulator hands in another. */
struct worker_pool {
    void (*submit)(struct worker_pool *pool, struct work *work);
};

static inline void worker_submit(struct worker_pool *pool, struct work *work)
{
    pool->submit(pool, work);
}
