/* sim_host: the process on a host: its clock, its turns, its workers. */
#include "base/assert.h"
#include "base/buf.h"
#include "base/hash.h"
#include "net/sim_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    WORK_US_MAX = 20000,     /* until work runs, and again until its answer comes */
    OFFSET_MS_MAX = 1000000, /* between the starts of two clocks */
    SKEW_MS_MAX = 250,       /* between the time of day and what a clock says */
};

/* Work that was handed in. */
struct sim_job {
    struct sim_event event;
    struct work *work;
    struct sim_job *next;
};

static void submit(struct worker_pool *pool, struct work *work);
static void turn_due(struct sim *sim, struct sim_event *event);

static struct sim_host *host_create(struct sim *sim, const char *name, size_t size)
{
    struct sim_host *host = mem_zalloc(sizeof *host);
    ASSERT(size < sizeof host->name);
    memcpy(host->name, name, size);
    host->sim = sim;
    host->mark = hash64(name, size, 0);
    host->random.state = hash64(name, size, sim->desc.seed);
    host->clock_offset_ms = (int64_t)random_below(&host->random, OFFSET_MS_MAX);
    host->wall_offset_ms = (int64_t)random_below(&host->random, SKEW_MS_MAX);
    host->turn_event = (struct sim_event){.host = host, .run = turn_due};
    host->workers.submit = submit;
    host->work_us_max = WORK_US_MAX;
    host->next = sim->hosts;
    return sim->hosts = host;
}

struct sim_host *sim_host_of(struct sim *sim, const char *name)
{
    size_t size = strcspn(name, ":");
    for (struct sim_host *host = sim->hosts; host; host = host->next)
        if (strncmp(host->name, name, size) == 0 && !host->name[size])
            return host;
    return host_create(sim, name, size);
}

static void move_clock(struct sim_host *host)
{
    host->clock.now_ms = host->sim->clock.now_ms + host->clock_offset_ms;
    host->clock.wall_ms = host->sim->clock.wall_ms + host->wall_offset_ms;
}

const struct clock *sim_host_clock(struct sim *sim, const char *name)
{
    struct sim_host *host = sim_host_of(sim, name);
    move_clock(host);
    return &host->clock;
}

/* ---- turns ---------------------------------------------------------------------------------- */

void sim_host_wake(struct sim_host *host)
{
    struct sim *sim = host->sim;
    move_clock(host);
    if (host->woken || !host->turn)
        return;
    host->woken = true;
    host->next_woken = NULL;
    *sim->woken_last = host;
    sim->woken_last = &host->next_woken;
}

void sim_hosts_wake(struct sim *sim)
{
    for (struct sim_host *host = sim->hosts; host; host = host->next)
        if (!host->paused)
            sim_host_wake(host);
}

static void turn_due(struct sim *sim, struct sim_event *event)
{
    (void)sim, (void)event; /* who is told of an event has a turn */
}

static void run_turn(struct sim_host *host)
{
    move_clock(host);
    int64_t due_ms = host->turn(host->turn_user);
    if (due_ms == CLOCK_NEVER)
        sim_event_cancel(host->sim, &host->turn_event);
    else
        sim_event_at(host->sim, &host->turn_event, (due_ms - host->clock_offset_ms) * 1000);
}

void sim_hosts_run(struct sim *sim)
{
    struct sim_host *host = sim->woken;
    sim->woken = NULL;
    sim->woken_last = &sim->woken;
    while (host) {
        struct sim_host *next = host->next_woken;
        host->woken = false;
        if (host->turn && !host->paused)
            run_turn(host);
        host = next;
    }
}

void sim_on_turn(struct sim *sim, const char *name, loop_turn turn, void *user)
{
    struct sim_host *host = sim_host_of(sim, name);
    host->turn = turn;
    host->turn_user = user;
    if (turn)
        sim_host_wake(host);
    else
        sim_event_cancel(sim, &host->turn_event);
}

void sim_wake(struct sim *sim, const char *name)
{
    sim_host_wake(sim_host_of(sim, name));
}

void sim_host_stop(struct sim_host *host)
{
    host->turn = NULL;
    sim_event_cancel(host->sim, &host->turn_event);
}

/* ---- workers -------------------------------------------------------------------------------- */

static void job_end(struct sim_host *host, struct sim_job *job)
{
    struct sim_job **at = &host->jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    sim_event_cancel(host->sim, &job->event);
    ASSERT(host->jobs != job);
    free(job);
}

static void job_finish(struct sim_host *host, struct sim_job *job)
{
    struct work *work = job->work;
    job_end(host, job);
    work->done(work);
}

static void job_answer(struct sim *sim, struct sim_event *event)
{
    (void)sim;
    job_finish(event->host, (struct sim_job *)event);
}

static void job_later(struct sim_host *host, struct sim_job *job,
                      void (*run)(struct sim *, struct sim_event *))
{
    job->event.run = run;
    sim_event_at(host->sim, &job->event,
                 host->sim->now_us + (int64_t)random_between(&host->random, 1, host->work_us_max));
}

static void job_run(struct sim *sim, struct sim_event *event)
{
    struct sim_job *job = (struct sim_job *)event;
    (void)sim;
    job->work->run(job->work);
    job_later(event->host, job, job_answer);
}

static void submit(struct worker_pool *pool, struct work *work)
{
    struct sim_host *host = (struct sim_host *)((char *)pool - offsetof(struct sim_host, workers));
    struct sim_job *job = mem_zalloc(sizeof *job);
    *job = (struct sim_job){.event.host = host, .work = work, .next = host->jobs};
    host->jobs = job;
    job_later(host, job, job_run);
}

struct worker_pool *sim_workers(struct sim *sim, const char *name)
{
    return &sim_host_of(sim, name)->workers;
}

void sim_work_delay(struct sim *sim, const char *name, unsigned us_max)
{
    sim_host_of(sim, name)->work_us_max = us_max ? us_max : WORK_US_MAX;
}

void sim_finish_work(struct sim *sim, const char *name)
{
    struct sim_host *host = sim_host_of(sim, name);
    host->clock_offset_ms++;
    move_clock(host);
    while (host->jobs) {
        struct sim_job *job = host->jobs;
        if (job->event.run == job_run)
            job->work->run(job->work);
        job_finish(host, job);
    }
}

void sim_hosts_fini(struct sim *sim)
{
    for (struct sim_host *host = sim->hosts, *next; host; host = next) {
        next = host->next;
        while (host->jobs)
            job_end(host, host->jobs);
        heap_free(&host->held);
        free(host);
    }
}
