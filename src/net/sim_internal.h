/* sim_internal: what the parts of sim share: time (sim.c), hosts (sim_host.c), links (sim_link.c),
 * dialling (sim_dial.c) and faults (sim_fault.c). */
#pragma once

#include "base/clock.h"
#include "base/heap.h"
#include "net/frame.h"
#include "net/sim.h"

/* What happens at some time. The heap's unit is the microsecond here: its due_ms holds those. */
struct sim_event {
    struct heap_node node; /* first */
    struct sim_host *host; /* whom it happens to; NULL: nobody in particular */
    bool is_held;          /* its host is paused: it waits there */
    void (*run)(struct sim *sim, struct sim_event *event);
};

struct sim_host {
    struct sim_host *next, *next_woken;
    struct sim *sim;
    char name[32];
    uint64_t mark;        /* of the name, for the digest */
    struct random random; /* of its own, so that what happens elsewhere does not change it */
    struct clock clock;
    int64_t clock_offset_ms, wall_offset_ms;
    struct sim_event turn_event; /* its turn is due */
    loop_turn turn;              /* NULL: no process runs there */
    void *turn_user;
    struct worker_pool workers;
    struct sim_job *jobs;
    unsigned work_us_max;
    struct heap held; /* what happened while it was paused */
    bool paused, woken;
};

/* How two hosts reach each other, where that is not as usual. */
struct sim_path {
    struct sim_path *next;
    const struct sim_host *a, *b;
    bool parted;
    unsigned delay_us_min, delay_us_max; /* 0, 0: as usual */
};

struct sim_segment {
    struct sim_segment *next;
    int64_t due_us;
    size_t size; /* 0: the end of the stream */
    uint8_t bytes[];
};

/* One end of a link. Its segments are those that travel towards it. */
struct sim_end {
    struct link link;       /* first: a link is its end */
    struct sim_event event; /* the first segment, or the close, is due */
    struct sim *sim;
    struct sim_end *peer; /* NULL: it is gone */
    struct sim_host *host, *peer_host;
    struct sim_end *prev, *next, *next_dirty;
    struct random random;
    struct frame frame;
    struct sim_segment *first, *last;
    size_t segment_bytes;
    unsigned delay_us_min, delay_us_max;
    int64_t close_us; /* when `closed` is told; CLOCK_NEVER: nothing is known of a close */
    const char *reason;
    struct sim_listen_desc listener; /* who has to accept it first; .accepted is NULL afterwards */
    /* When its system knows that the connection broke; CLOCK_NEVER: it did not. Nothing arrives any
     * more: what came behind a gap would be nonsense. */
    int64_t break_us;
    bool stalled, dirty, dead;
};

struct sim {
    struct sim_desc desc;
    struct random random, steps;
    struct clock clock;
    int64_t now_us;
    uint64_t digest;
    struct heap events;
    struct outq_pool pool;
    struct sim_host *hosts, *woken, **woken_last;
    struct sim_path *paths;
    struct sim_listener *listeners;
    struct sim_end *ends, *dirty;
    struct sim_dial *dials;
    struct sim_timer *timers;
};

void sim_event_at(struct sim *sim, struct sim_event *event, int64_t due_us);
void sim_event_cancel(struct sim *sim, struct sim_event *event);

struct sim_host *sim_host_of(struct sim *sim, const char *name); /* up to ':'; made when new */
void sim_host_wake(struct sim_host *host);                       /* moves its clock, too */
void sim_hosts_wake(struct sim *sim);
void sim_hosts_run(struct sim *sim); /* the turns of those woken */
void sim_hosts_fini(struct sim *sim);
void sim_host_stop(struct sim_host *host); /* no more turns */

/* NULL: as usual. */
struct sim_path *sim_path_between(const struct sim *sim, const struct sim_host *a,
                                  const struct sim_host *b);
bool sim_is_parted(const struct sim *sim, const struct sim_host *a, const struct sim_host *b);
void sim_paths_fini(struct sim *sim);

struct sim_end *sim_end_create(struct sim *sim, struct sim_host *host, struct sim_host *peer_host,
                               const struct link_limits *limits);
void sim_end_schedule(struct sim_end *end); /* sets its event to what comes next for it */
void sim_end_break(struct sim_end *end);    /* what travels to it is lost; it is told later */
void sim_end_draw_delays(struct sim_end *end);
void sim_end_mark_dirty(struct sim_end *end);
void sim_end_kill(struct sim_end *end); /* says nothing any more and hears nothing */
void sim_end_free(struct sim *sim, struct sim_end *end); /* tells nobody */
void sim_links_flush(struct sim *sim); /* what was sent in this turn begins to travel */
void sim_links_fini(struct sim *sim);

void sim_dials_remove(struct sim *sim, const struct sim_host *from); /* NULL: all */
void sim_listeners_remove(struct sim *sim, const struct sim_host *host);
