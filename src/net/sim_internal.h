/* sim_internal: what the parts of sim share: time (sim.c) and links (sim_link.c). */
#pragma once

#include "base/heap.h"
#include "net/frame.h"
#include "net/sim.h"

/* What happens at some time. The heap's unit is the microsecond here: its due_ms holds those. */
struct sim_event {
    struct heap_node node; /* first */
    void (*run)(struct sim *sim, struct sim_event *event);
};

struct sim_host {
    struct sim_host *next;
    char name[32];
};

struct sim_partition {
    struct sim_partition *next;
    const struct sim_host *a, *b;
};

struct sim_turn {
    loop_turn turn;
    void *user;
};

struct sim {
    struct sim_desc desc;
    struct random random;
    struct clock clock;
    int64_t now_us;
    struct heap events;
    struct worker_pool workers;
    struct outq_pool pool;
    struct sim_turn *turns;
    size_t turn_count;
    int64_t turn_due_us;
    bool woken;
    struct sim_host *hosts;
    struct sim_partition *partitions;
    struct sim_listener *listeners;
    struct sim_end *ends, *dirty;
    struct sim_dial *dials;
    struct sim_job *jobs;
};

void sim_event_at(struct sim *sim, struct sim_event *event, int64_t due_us);
void sim_event_cancel(struct sim *sim, struct sim_event *event);

void sim_links_flush(struct sim *sim); /* what was sent in this turn begins to travel */
void sim_links_fini(struct sim *sim);
