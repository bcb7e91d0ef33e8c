/* sim: see sim.h. Here: time, turns and workers. */
#include "net/sim.h"

#include "base/buf.h"
#include "net/sim_internal.h"

#include <stdlib.h>

enum {
    DELAY_US_MAX = 5000,
    WINDOW_BYTES = 64 * 1024,
    STEP_US_MAX = 1000,  /* what happens this close together may share a turn */
    WORK_US_MAX = 20000, /* until work runs, and again until its answer comes */
};

/* Monday, 1 January 2024, and some monotonic start that is not zero. */
#define WALL_START_MS 1704067200000
#define START_US 1000000

/* Work that was handed in. */
struct sim_job {
    struct sim_event event;
    struct work *work;
    struct sim_job *next;
};

static void move_clock(struct sim *sim, int64_t now_us)
{
    sim->now_us = now_us;
    sim->clock.now_ms = now_us / 1000;
    sim->clock.wall_ms = WALL_START_MS + now_us / 1000;
}

void sim_event_at(struct sim *sim, struct sim_event *event, int64_t due_us)
{
    heap_remove(&sim->events, &event->node);
    heap_push(&sim->events, &event->node, due_us);
}

void sim_event_cancel(struct sim *sim, struct sim_event *event)
{
    heap_remove(&sim->events, &event->node);
}

static void job_remove(struct sim *sim, struct sim_job *job)
{
    struct sim_job **at = &sim->jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    free(job);
}

static void job_answer(struct sim *sim, struct sim_event *event)
{
    struct sim_job *job = (struct sim_job *)event;
    struct work *work = job->work;
    job_remove(sim, job);
    work->done(work);
}

static void job_later(struct sim *sim, struct sim_job *job,
                      void (*run)(struct sim *, struct sim_event *))
{
    job->event.run = run;
    sim_event_at(sim, &job->event,
                 sim->now_us + (int64_t)random_between(&sim->random, 1, WORK_US_MAX));
}

static void job_run(struct sim *sim, struct sim_event *event)
{
    struct sim_job *job = (struct sim_job *)event;
    job->work->run(job->work);
    job_later(sim, job, job_answer);
}

static void submit(struct worker_pool *pool, struct work *work)
{
    struct sim *sim = (struct sim *)((char *)pool - offsetof(struct sim, workers));
    struct sim_job *job = mem_zalloc(sizeof *job);
    job->work = work;
    job->next = sim->jobs;
    sim->jobs = job;
    job_later(sim, job, job_run);
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
    sim->workers.submit = submit;
    sim->turn_due_us = CLOCK_NEVER;
    sim->woken = true;
    move_clock(sim, START_US);
    return sim;
}

void sim_destroy(struct sim *sim)
{
    if (!sim)
        return;
    sim_links_fini(sim);
    while (sim->jobs)
        job_remove(sim, sim->jobs);
    heap_free(&sim->events);
    outq_pool_free(&sim->pool);
    free(sim->turns);
    free(sim);
}

const struct clock *sim_clock(const struct sim *sim)
{
    return &sim->clock;
}

struct worker_pool *sim_workers(struct sim *sim)
{
    return &sim->workers;
}

struct outq_pool *sim_outq_pool(struct sim *sim)
{
    return &sim->pool;
}

struct random *sim_random(struct sim *sim)
{
    return &sim->random;
}

void sim_on_turn(struct sim *sim, loop_turn turn, void *user)
{
    sim->turns = mem_realloc(sim->turns, (sim->turn_count + 1) * sizeof *sim->turns);
    sim->turns[sim->turn_count++] = (struct sim_turn){turn, user};
    sim->woken = true;
}

void sim_off_turn(struct sim *sim, void *user)
{
    size_t kept = 0;
    for (size_t i = 0; i < sim->turn_count; i++)
        if (sim->turns[i].user != user)
            sim->turns[kept++] = sim->turns[i];
    sim->turn_count = kept;
}

void sim_wake(struct sim *sim)
{
    sim->woken = true;
}

static void run_turns(struct sim *sim)
{
    int64_t due_ms = CLOCK_NEVER;
    sim->woken = false;
    for (size_t i = 0; i < sim->turn_count; i++) {
        int64_t wanted_ms = sim->turns[i].turn(sim->turns[i].user);
        if (wanted_ms < due_ms)
            due_ms = wanted_ms;
    }
    sim->turn_due_us = due_ms == CLOCK_NEVER ? CLOCK_NEVER : due_ms * 1000;
}

static int64_t next_us(const struct sim *sim)
{
    struct heap_node *first = heap_first(&sim->events);
    int64_t due_us = first && first->due_ms < sim->turn_due_us ? first->due_ms : sim->turn_due_us;
    return sim->woken || due_us < sim->now_us ? sim->now_us : due_us;
}

static void run_events(struct sim *sim)
{
    struct heap_node *node;
    while ((node = heap_first(&sim->events)) && node->due_ms <= sim->now_us) {
        struct sim_event *event = (struct sim_event *)node;
        heap_remove(&sim->events, node);
        event->run(sim, event);
    }
}

/* One step, at `due_us` or a little later. */
static void step(struct sim *sim, int64_t due_us, int64_t limit_us)
{
    int64_t now_us = due_us + (int64_t)random_below(&sim->random, STEP_US_MAX);
    move_clock(sim, now_us < limit_us ? now_us : limit_us);
    run_events(sim);
    run_turns(sim);
    sim_links_flush(sim);
}

bool sim_run_until(struct sim *sim, bool (*until)(void *user), void *user, int64_t virtual_ms_max)
{
    int64_t due_us, limit_us = sim->now_us + virtual_ms_max * 1000;
    sim_links_flush(sim); /* what the caller has sent */
    sim->woken = true;    /* and done */
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
