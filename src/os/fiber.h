/* fiber: a call stack of its own that can be left in the middle and entered again. */
#pragma once

#include <goworld/types.h>

struct fiber;

/* Stacks are mapped with a guard page and kept for the next fiber. */
struct fiber_pool;

struct fiber_pool_desc {
    size_t stack_bytes; /* 0: 256 KiB of address space, touched as needed */
    unsigned live_max;  /* 0: 10,000 fibers at once */
    unsigned idle_max;  /* 0: 64 stacks kept for reuse */
};

struct fiber_pool *fiber_pool_create(const struct fiber_pool_desc *desc);
void fiber_pool_destroy(struct fiber_pool *pool); /* no fiber may be live; NULL does nothing */
unsigned fiber_pool_live(const struct fiber_pool *pool);

/* Runs `main` on a new stack until it returns or suspends; GW_EFULL at live_max. *out is NULL when
 * it has returned already. A fiber frees itself when its main returns. */
GW_NODISCARD gw_err fiber_start(struct fiber_pool *pool, void (*main)(void *arg), void *arg,
                                struct fiber **out);

/* Leaves the running fiber; returns when somebody resumes it. Only inside a fiber. */
void fiber_suspend(void);

/* Continues a suspended fiber until it returns or suspends again; returns true when it has ended.
 */
bool fiber_resume(struct fiber *fiber);

/* The running fiber, or NULL on the thread's own stack. */
struct fiber *fiber_current(void);
