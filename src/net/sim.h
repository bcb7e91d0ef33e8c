/* sim: a network, processes' turns, workers and time in memory, the same again from the same seed.
 */
#pragma once

#include "net/random.h"
#include "net/streamlink.h"
#include "os/loop.h"
#include "os/worker.h"

/* Virtual time runs in steps as a loop's turns: what arrives, the turns of those it arrived at,
 * then what was sent leaves. Hosts are names; "host:service" is a place on a host where somebody
 * listens.
 */
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

const struct clock *sim_clock(const struct sim *sim); /* of whoever drives it; starts anywhere */
struct outq_pool *sim_outq_pool(struct sim *sim);
struct random *sim_random(
    struct sim *sim); /* for whoever drives it: nothing inside draws from it */
/* Nothing travels, nothing waits to be sent, and no worker has anything to do. */
bool sim_is_quiet(const struct sim *sim);
uint64_t sim_digest(const struct sim *sim); /* of all bytes delivered so far, to whom and when */

/* Calls run(user) once, between other events, when the clock shows due_ms. */
void sim_at(struct sim *sim, int64_t due_ms, void (*run)(void *user), void *user);

/* ---- the process on a host ------------------------------------------------------------------ */

/* Its own clock, which neither starts with those of others nor agrees with them on the time of day.
 */
const struct clock *sim_host_clock(struct sim *sim, const char *host);
struct worker_pool *sim_workers(struct sim *sim, const char *host); /* runs work a little later */
/* The turn is called after anything has reached the host, and when it asked to be (by its own
 * clock). NULL ends it. */
void sim_on_turn(struct sim *sim, const char *host, loop_turn turn, void *user);
void sim_wake(struct sim *sim, const char *host); /* its turn follows at once */

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
 * false. Every host has a turn first: the caller may have changed what it waits for. */
bool sim_run_until(struct sim *sim, bool (*until)(void *user), void *user, int64_t virtual_ms_max);
void sim_run_for(struct sim *sim, int64_t virtual_ms);

/* ---- faults: between steps or from sim_at, not from inside what a link tells ----------------- */

/* Every link between the two breaks: what travels is lost, and each end is told at some time, but
 * for one that is paused or stalled not before it is read again or writes. */
void sim_cut(struct sim *sim, const char *host, const char *other);
void sim_stall(struct link *link, bool stalled); /* this end reads nothing */
/* Nothing passes between the two, and nothing is lost: it comes when they are joined again. Dials
 * time out. */
void sim_partition(struct sim *sim, const char *host, const char *other, bool parted);
/* What they send each other travels that long from now on; 0, 0: as it was before. */
void sim_delay(struct sim *sim, const char *host, const char *other, unsigned us_min,
               unsigned us_max);
void sim_mend(struct sim *sim); /* every path is as usual again */
void sim_work_delay(struct sim *sim, const char *host, unsigned us_max); /* 0: at most 20 ms */
/* The process there stands still as after SIGSTOP: it has no turns and reads nothing, while its
 * system goes on to accept connections and bytes for it. */
void sim_pause(struct sim *sim, const char *host, bool paused);

/* The process there dies: nobody listens any more, nothing of it leaves, and the others see their
 * links end. It is told nothing. Destroy it now, with sim_finish_work where it waits for workers,
 * then bury it: until then its links and its pool may be touched. */
void sim_kill(struct sim *sim, const char *host);
/* Runs and answers at once all that was handed in, and lets a millisecond pass on its clock: for
 * those who try again later. */
void sim_finish_work(struct sim *sim, const char *host);
void sim_bury(struct sim *sim, const char *host);
