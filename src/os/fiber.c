/* fiber: see fiber.h. The struct lies at the top of the stack that it describes, so that a fiber is
 * one mapping. */
#include "os/fiber.h"

#include "base/assert.h"
#include "base/buf.h"
#include "os/sanitize.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { STACK_BYTES = 256 * 1024, LIVE_MAX = 10000, IDLE_MAX = 64 };

struct fiber {
    ucontext_t context;
    struct fiber_pool *pool;
    void (*main)(void *arg);
    void *arg;
    struct fiber *resumer; /* whom to go back to; NULL: the thread's own stack */
    struct fiber *next;    /* among the idle */
    bool ended;
    struct sanitize_stack sanitize;
};

struct fiber_pool {
    size_t page_bytes, map_bytes; /* of one stack; the lowest page is the guard */
    unsigned live, live_max;
    unsigned idle, idle_max;
    struct fiber *idle_first;
};

/* What runs on this thread. */
static _Thread_local struct fiber *current;
static _Thread_local ucontext_t thread_context;
static _Thread_local struct sanitize_stack thread_sanitize;

struct fiber_pool *fiber_pool_create(const struct fiber_pool_desc *desc)
{
    struct fiber_pool *pool = mem_zalloc(sizeof *pool);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t stack_bytes = desc->stack_bytes ? desc->stack_bytes : STACK_BYTES;
    pool->page_bytes = page;
    pool->map_bytes = (stack_bytes + sizeof(struct fiber) + page - 1) / page * page + page;
    pool->live_max = desc->live_max ? desc->live_max : LIVE_MAX;
    pool->idle_max = desc->idle_max ? desc->idle_max : IDLE_MAX;
    return pool;
}

static uint8_t *stack_bottom(const struct fiber *fiber)
{
    uint8_t *map_end = (uint8_t *)fiber + sizeof *fiber;
    return map_end - fiber->pool->map_bytes + fiber->pool->page_bytes;
}

static size_t stack_bytes(const struct fiber *fiber)
{
    return (size_t)((uint8_t *)fiber - stack_bottom(fiber));
}

static void stack_unmap(struct fiber *fiber)
{
    struct fiber_pool *pool = fiber->pool;
    sanitize_stack_fini(&fiber->sanitize);
    munmap((uint8_t *)fiber + sizeof *fiber - pool->map_bytes, pool->map_bytes);
}

static struct fiber *stack_map(struct fiber_pool *pool)
{
    uint8_t *map = mmap(NULL, pool->map_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    if (mprotect(map, pool->page_bytes, PROT_NONE) != 0) {
        munmap(map, pool->map_bytes);
        return NULL;
    }
    struct fiber *fiber = (struct fiber *)(map + pool->map_bytes - sizeof *fiber);
    fiber->pool = pool;
    sanitize_stack_init(&fiber->sanitize, stack_bottom(fiber), stack_bytes(fiber));
    return fiber;
}

static struct fiber *stack_take(struct fiber_pool *pool)
{
    struct fiber *fiber = pool->idle_first;
    if (!fiber)
        return stack_map(pool);
    pool->idle_first = fiber->next;
    pool->idle--;
    return fiber;
}

static void stack_give_back(struct fiber *fiber)
{
    struct fiber_pool *pool = fiber->pool;
    pool->live--;
    if (pool->idle >= pool->idle_max) {
        stack_unmap(fiber);
        return;
    }
    sanitize_stack_forget(&fiber->sanitize);
    fiber->next = pool->idle_first;
    pool->idle_first = fiber;
    pool->idle++;
}

void fiber_pool_destroy(struct fiber_pool *pool)
{
    if (!pool)
        return;
    ASSERT(pool->live == 0);
    while (pool->idle_first) {
        struct fiber *fiber = pool->idle_first;
        pool->idle_first = fiber->next;
        stack_unmap(fiber);
    }
    free(pool);
}

unsigned fiber_pool_live(const struct fiber_pool *pool)
{
    return pool->live;
}

static ucontext_t *context_of(struct fiber *fiber)
{
    return fiber ? &fiber->context : &thread_context;
}

static struct sanitize_stack *sanitize_of(struct fiber *fiber)
{
    return fiber ? &fiber->sanitize : &thread_sanitize;
}

/* Leaves the running stack for that of `to`; returns when somebody switches back. */
static void switch_to(struct fiber *to)
{
    struct fiber *from = current;
    bool forever = from && from->ended;
    current = to;
    sanitize_switch_start(sanitize_of(from), sanitize_of(to), forever);
    swapcontext(context_of(from), context_of(to));
    sanitize_switch_finish(sanitize_of(from));
}

static void fiber_entry(void)
{
    struct fiber *fiber = current;
    sanitize_switch_finish_first(&fiber->sanitize, sanitize_of(fiber->resumer));
    fiber->main(fiber->arg);
    fiber->ended = true;
    switch_to(fiber->resumer);
    abort(); /* nobody resumes what has ended */
}

/* Runs the fiber until it suspends or ends; true when it has ended. */
static bool run(struct fiber *fiber)
{
    fiber->resumer = current;
    switch_to(fiber);
    if (!fiber->ended)
        return false;
    stack_give_back(fiber);
    return true;
}

/* Of its own, because getcontext counts as returning twice. */
__attribute__((noinline)) static void context_make(struct fiber *fiber)
{
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = stack_bottom(fiber);
    fiber->context.uc_stack.ss_size = stack_bytes(fiber);
    fiber->context.uc_link = NULL;
    makecontext(&fiber->context, fiber_entry, 0);
}

gw_err fiber_start(struct fiber_pool *pool, void (*main)(void *arg), void *arg, struct fiber **out)
{
    if (pool->live >= pool->live_max)
        return GW_EFULL;
    struct fiber *fiber = stack_take(pool);
    if (!fiber)
        return GW_ENOMEM;
    pool->live++;
    fiber->main = main;
    fiber->arg = arg;
    fiber->ended = false;
    context_make(fiber);
    *out = run(fiber) ? NULL : fiber;
    return GW_OK;
}

void fiber_suspend(void)
{
    ASSERT(current);
    switch_to(current->resumer);
}

bool fiber_resume(struct fiber *fiber)
{
    ASSERT(fiber != current && !fiber->ended);
    return run(fiber);
}

struct fiber *fiber_current(void)
{
    return current;
}
