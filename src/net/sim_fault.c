/* sim_fault: what goes wrong on the network and with the processes on it. */
#include "base/buf.h"
#include "net/sim_internal.h"

#include <stdlib.h>

static void cut(struct sim_end *end)
{
    if (end->peer)
        sim_end_break(end->peer);
    sim_end_break(end);
}

static bool joins(const struct sim_end *end, const struct sim_host *a, const struct sim_host *b)
{
    return !end->dead && end->host == a && end->peer_host == b;
}

void sim_cut(struct sim *sim, const char *host, const char *other)
{
    const struct sim_host *a = sim_host_of(sim, host), *b = sim_host_of(sim, other);
    for (struct sim_end *end = sim->ends; end; end = end->next)
        if (joins(end, a, b))
            cut(end);
}

void sim_stall(struct link *link, bool stalled)
{
    struct sim_end *end = (struct sim_end *)link;
    end->stalled = stalled;
    sim_end_schedule(end);
}

/* ---- paths between hosts -------------------------------------------------------------------- */

struct sim_path *sim_path_between(const struct sim *sim, const struct sim_host *a,
                                  const struct sim_host *b)
{
    struct sim_path *path = sim->paths;
    while (path && !(path->a == a && path->b == b) && !(path->a == b && path->b == a))
        path = path->next;
    return path;
}

bool sim_is_parted(const struct sim *sim, const struct sim_host *a, const struct sim_host *b)
{
    const struct sim_path *path = sim_path_between(sim, a, b);
    return path && path->parted;
}

static struct sim_path *path_of(struct sim *sim, const struct sim_host *a, const struct sim_host *b)
{
    struct sim_path *path = sim_path_between(sim, a, b);
    if (path)
        return path;
    path = mem_zalloc(sizeof *path);
    *path = (struct sim_path){.next = sim->paths, .a = a, .b = b};
    return sim->paths = path;
}

void sim_paths_fini(struct sim *sim)
{
    while (sim->paths) {
        struct sim_path *next = sim->paths->next;
        free(sim->paths);
        sim->paths = next;
    }
}

void sim_partition(struct sim *sim, const char *host, const char *other, bool parted)
{
    const struct sim_host *a = sim_host_of(sim, host), *b = sim_host_of(sim, other);
    path_of(sim, a, b)->parted = parted;
    for (struct sim_end *end = sim->ends; end; end = end->next)
        if (joins(end, a, b) || joins(end, b, a))
            sim_end_schedule(end);
}

void sim_delay(struct sim *sim, const char *host, const char *other, unsigned us_min,
               unsigned us_max)
{
    const struct sim_host *a = sim_host_of(sim, host), *b = sim_host_of(sim, other);
    struct sim_path *path = path_of(sim, a, b);
    path->delay_us_min = us_min;
    path->delay_us_max = us_max;
    for (struct sim_end *end = sim->ends; end; end = end->next)
        if (joins(end, a, b) || joins(end, b, a))
            sim_end_draw_delays(end);
}

void sim_mend(struct sim *sim)
{
    sim_paths_fini(sim);
    for (struct sim_end *end = sim->ends; end; end = end->next) {
        sim_end_draw_delays(end);
        sim_end_schedule(end);
    }
}

/* ---- processes ------------------------------------------------------------------------------ */

static void go_on(struct sim *sim, struct sim_host *host)
{
    struct heap_node *node;
    while ((node = heap_first(&host->held)))
        sim_event_at(sim, (struct sim_event *)node, sim->now_us);
    for (struct sim_end *end = sim->ends; end; end = end->next)
        if (end->host == host && end->link.out.bytes > 0)
            sim_end_mark_dirty(end);
    sim_host_wake(host);
}

void sim_pause(struct sim *sim, const char *name, bool paused)
{
    struct sim_host *host = sim_host_of(sim, name);
    if (host->paused == paused)
        return;
    host->paused = paused;
    if (!paused)
        go_on(sim, host);
}

void sim_kill(struct sim *sim, const char *name)
{
    struct sim_host *host = sim_host_of(sim, name);
    sim_pause(sim, name, false);
    sim_host_stop(host);
    sim_listeners_remove(sim, host);
    sim_dials_remove(sim, host);
    for (struct sim_end *end = sim->ends; end; end = end->next)
        if (end->host == host && !end->dead)
            sim_end_kill(end);
}

void sim_bury(struct sim *sim, const char *name)
{
    const struct sim_host *host = sim_host_of(sim, name);
    sim_dials_remove(sim, host); /* what it has dialled while it was destroyed */
    for (struct sim_end *end = sim->ends, *next; end; end = next) {
        next = end->next;
        if (end->host == host && end->dead)
            sim_end_free(sim, end);
    }
}
