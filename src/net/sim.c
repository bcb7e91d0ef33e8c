/* sim: see sim.h. Here: time. */
#include "net/sim.h"

#include "base/buf.h"
#include "net/sim_internal.h"

#include <stdlib.h>

enum {
    DELAY_US_MAX = 5000,
    WINDOW_BYTES = 64 * 1024,
    STEP_US_MAX = 1000, /* what happens this close together may share a turn */
};

/* Monday, 1 January 2024, and some monotonic start that is not zero. */
#define WALL_START_MS 1704067200000
#define START_US 1000000

struct sim_timer {
    struct sim_event event;
    struct sim_timer *next;
    void (*run)(void *user);
    void *user;
};

static void move_clock(struct sim *sim, int64_t now_us)
{
    sim->now_us = now_us;
    sim->clock.now_ms = now_us / 1000;
    sim->clock.wall_ms = WALL_START_MS + now_us / 1000;
}

static struct heap *heap_of(struct sim *sim, const struct sim_event *event)
{
    return event->is_held ? &event->host->held : &sim->events;
}

void sim_event_at(struct sim *sim, struct sim_event *event, int64_t due_us)
{
    sim_event_cancel(sim, event);
    heap_push(&sim->events, &event->node, due_us);
}

void sim_event_cancel(struct sim *sim, struct sim_event *event)
{
    heap_remove(heap_of(sim, event), &event->node);
    event->is_held = false;
}

static void timer_free(struct sim *sim, struct sim_timer *timer)
{
    struct sim_timer **at = &sim->timers;
    while (*at != timer)
        at = &(*at)->next;
    *at = timer->next;
    sim_event_cancel(sim, &timer->event);
    free(timer);
}

static void timer_due(struct sim *sim, struct sim_event *event)
{
    struct sim_timer timer = *(struct sim_timer *)event;
    timer_free(sim, (struct sim_timer *)event);
    timer.run(timer.user);
}

void sim_at(struct sim *sim, int64_t due_ms, void (*run)(void *user), void *user)
{
    struct sim_timer *timer = mem_zalloc(sizeof *timer);
    *timer = (struct sim_timer){.next = sim->timers, .run = run, .user = user};
    timer->event.run = timer_due;
    sim->timers = timer;
    sim_event_at(sim, &timer->event, due_ms * 1000);
}

struct sim *sim_create(const struct sim_desc *desc)
{
    struct sim *sim = mem_zalloc(sizeof *sim);
    sim->desc = *desc;
    if (!sim->desc.delay_us_max)
        sim->desc.delay_us_max = DELAY_US_MAX;
    if (!sim->desc.window_bytes)
        sim->desc.window_bytes = WINDOW_BYTES;
    sim->random.state = desc->seed;
    sim->steps.state = ~desc->seed;
    sim->woken_last = &sim->woken;
    move_clock(sim, START_US);
    return sim;
}

void sim_destroy(struct sim *sim)
{
    if (!sim)
        return;
    sim_links_fini(sim);
    sim_listeners_remove(sim, NULL);
    sim_dials_remove(sim, NULL);
    sim_paths_fini(sim);
    while (sim->timers)
        timer_free(sim, sim->timers);
    sim_hosts_fini(sim);
    heap_free(&sim->events);
    outq_pool_free(&sim->pool);
    free(sim);
}

const struct clock *sim_clock(const struct sim *sim)
{
    return &sim->clock;
}

struct outq_pool *sim_outq_pool(struct sim *sim)
{
    return &sim->pool;
}

struct random *sim_random(struct sim *sim)
{
    return &sim->random;
}

bool sim_is_quiet(const struct sim *sim)
{
    for (const struct sim_end *end = sim->ends; end; end = end->next)
        if (end->first || end->link.out.bytes || end->close_us != CLOCK_NEVER ||
            end->break_us != CLOCK_NEVER)
            return false;
    for (const struct sim_host *host = sim->hosts; host; host = host->next)
        if (host->jobs)
            return false;
    return true;
}

uint64_t sim_digest(const struct sim *sim)
{
    return sim->digest;
}

static int64_t next_us(const struct sim *sim)
{
    struct heap_node *first = heap_first(&sim->events);
    int64_t due_us = sim->woken ? sim->now_us : first ? first->due_ms : CLOCK_NEVER;
    return due_us > sim->now_us ? due_us : sim->now_us;
}

/* What happens to a paused process waits until it goes on. */
static void event_run(struct sim *sim, struct sim_event *event)
{
    if (event->host && event->host->paused) {
        event->is_held = true;
        heap_push(&event->host->held, &event->node, sim->now_us);
        return;
    }
    if (event->host)
        sim_host_wake(event->host);
    event->run(sim, event);
}

static void run_events(struct sim *sim)
{
    struct heap_node *node;
    while ((node = heap_first(&sim->events)) && node->due_ms <= sim->now_us) {
        heap_remove(&sim->events, node);
        event_run(sim, (struct sim_event *)node);
    }
}

/* One step, at `due_us` or a little later. */
static void step(struct sim *sim, int64_t due_us, int64_t limit_us)
{
    int64_t now_us = due_us + (int64_t)random_below(&sim->steps, STEP_US_MAX);
    move_clock(sim, now_us < limit_us ? now_us : limit_us);
    run_events(sim);
    sim_hosts_run(sim);
    sim_links_flush(sim);
}

bool sim_run_until(struct sim *sim, bool (*until)(void *user), void *user, int64_t virtual_ms_max)
{
    int64_t due_us, limit_us = sim->now_us + virtual_ms_max * 1000;
    sim_links_flush(sim); /* what the caller has sent */
    sim_hosts_wake(sim);  /* and done */
    while (!until(user)) {
        due_us = next_us(sim);
        if (due_us >= limit_us) {
            move_clock(sim, limit_us);
            return false;
        }
        step(sim, due_us, limit_us);
    }
    return true;
}

static bool never(void *user)
{
    (void)user;
    return false;
}

void sim_run_for(struct sim *sim, int64_t virtual_ms)
{
    sim_run_until(sim, never, NULL, virtual_ms);
}
