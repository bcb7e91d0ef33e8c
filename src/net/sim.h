/* sim: a network, workers and time in memory, the same again from the same seed. */
#pragma once

#include "net/random.h"
#include "net/streamlink.h"
#include "os/loop.h"
#include "os/worker.h"

/* Virtual time runs in steps as a loop's turns: what arrives, turn callbacks, then what was sent
 * leaves. Hosts are names; "host:service" is a place on a host where somebody listens. */
struct sim;

struct sim_desc {
    uint64_t seed;
    /* How long bytes travel: each link draws its own range within this one. 0, 0: at most 5 ms. */
    unsigned delay_us_min, delay_us_max;
    size_t
        window_bytes; /* sent and not yet taken by the peer, per direction of a link; 0: 64 KiB */
};

struct sim *sim_create(const struct sim_desc *desc);
/* Every link is told that it is closed; dials and work under way end without an answer. */
void sim_destroy(struct sim *sim);

const struct clock *sim_clock(const struct sim *sim);
struct worker_pool *sim_workers(struct sim *sim); /* runs work a little later; all on this thread */
struct outq_pool *sim_outq_pool(struct sim *sim);
struct random *sim_random(struct sim *sim);

void sim_on_turn(struct sim *sim, loop_turn turn, void *user); /* any number */
void sim_off_turn(struct sim *sim, void *user);                /* those with this user */
void sim_wake(struct sim *sim);                                /* another turn follows at once */

struct sim_listen_desc {
    const char *name; /* "gate1", "gate1:tcp" */
    struct link_limits limits;
    void (*accepted)(void *user, struct link *link); /* takes the link: sets events and user */
    void *user;
};
/* Replaces whoever listened there. */
void sim_listen(struct sim *sim, const struct sim_listen_desc *desc);

struct sim_connect_desc {
    const char *from; /* a host */
    const char *to;   /* where somebody listens */
    struct link_limits limits;
    /* Exactly once, not from inside sim_connect: the link, or NULL and why. */
    void (*connected)(void *user, struct link *link, const char *reason);
    void *user;
};
void sim_connect(struct sim *sim, const struct sim_connect_desc *desc);

/* Runs steps until the condition holds and returns true, or for that much virtual time and returns
 * false. */
bool sim_run_until(struct sim *sim, bool (*until)(void *user), void *user, int64_t virtual_ms_max);
void sim_run_for(struct sim *sim, int64_t virtual_ms);

/* Faults: between steps, not from inside what a link tells. */
void sim_cut(struct sim *sim, const char *host,
             const char *other);                 /* every link between them breaks */
void sim_cut_link(struct link *link);            /* this one: both ends are closed */
void sim_stall(struct link *link, bool stalled); /* this end reads nothing */
/* Nothing passes between the two, and nothing is lost: it comes when they are joined again. Dials
 * time out. */
void sim_partition(struct sim *sim, const char *host, const char *other, bool parted);
/* The process there has died: nobody listens, the other ends see the end of their links. Its own
 * ends are told at once. */
void sim_kill(struct sim *sim, const char *host);
