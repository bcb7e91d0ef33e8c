/* dispatchers: a game's or gate's links to all dispatchers: which one serves what, and what waits
 * for one that is away. */
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "net/link.h"

#include <goworld/types.h>

/* Why what a dispatcher knew of us is lost. */
enum dispatchers_loss {
    DISPATCHER_GAVE_UP,   /* it has told the others that we are gone, or is away for too long */
    DISPATCHER_RESTARTED, /* it is a new process that knows of nobody */
};

struct dispatchers_desc {
    unsigned count;           /* >= 1 */
    bool is_gate;             /* who we are: a gate or a game, */
    uint16_t id;              /* which, */
    uint64_t epoch;           /* and which life of it */
    size_t backlog_bytes_max; /* per dispatcher, what waits while it is away; 0: 64 MiB; beyond:
                                 counted, dropped, and it is registered at anew */
    int64_t away_ms_max;      /* then a dispatcher that does not come back is given up; 0: 30 s */
    size_t queue_soft_max;    /* unsent to one, before it counts as congested; 0: 4 MiB */
    struct outq_pool *pool;
    const struct clock *clock;
    const struct log *log;
    /* Starts to connect; dispatchers_up or dispatchers_down follows, not from inside this call. */
    void (*dial)(void *user, unsigned index);
    /* Writes SET_GAME_ID or SET_GATE_ID: the first packet on a new link, before HELLO. */
    void (*register_at)(void *user, unsigned index, struct link *link);
    /* It speaks messages from MSG_OWN_FIRST up. `restarted`: it took the place of one that we knew.
     */
    void (*said_hello)(void *user, unsigned index, bool restarted);
    /* Payloads, 1 to FRAME_BATCH_MAX, which last until the call returns. */
    void (*packets)(void *user, unsigned index, const struct view *packets, size_t count);
    /* A registration has ended; another one follows. Breaks that the session outlives are not told.
     */
    void (*lost)(void *user, unsigned index, enum dispatchers_loss loss);
    void *user;
};

struct dispatchers;
struct dispatchers *dispatchers_create(
    const struct dispatchers_desc *desc); /* dials all in the first turn */
/* Says BYE, so that nobody waits for us. NULL does nothing. */
void dispatchers_destroy(struct dispatchers *ds);
/* Another process goes on as this one: no BYE is said. */
void dispatchers_leave_silently(struct dispatchers *ds);

void dispatchers_up(struct dispatchers *ds, unsigned index,
                    struct link *link);                        /* takes the link's events */
void dispatchers_down(struct dispatchers *ds, unsigned index); /* the dial failed */
int64_t dispatchers_turn(
    struct dispatchers *ds); /* dials what is due; returns when it next wants to be called */

unsigned dispatchers_connected(const struct dispatchers *ds);
bool dispatchers_is_up(const struct dispatchers *ds, unsigned index);
bool dispatchers_has_said_hello(const struct dispatchers *ds, unsigned index); /* also while away */

uint64_t dispatchers_epoch(const struct dispatchers *ds, unsigned index); /* 0 before its HELLO */

/* Whether it may have given us up without our knowing: then what it serves may be elsewhere. */
bool dispatchers_is_cut_off(const struct dispatchers *ds, unsigned index);
/* Since when that is so, or from when on it will be unless it is heard of; CLOCK_NEVER: it is not.
 */
int64_t dispatchers_cut_off_ms(const struct dispatchers *ds, unsigned index);

/* They hold everything for a process that was to go on as this one: it does not come. One of
 * GoWorld's does not understand that, and goes on by itself after its ten seconds. */
void dispatchers_cancel_freeze(struct dispatchers *ds);

/* Each sends one packet, or keeps it in the backlog while that dispatcher is away. What cannot be
 * sent or kept is counted and dropped: one that is too large, too. One that finds no room ends the
 * registration: what follows would come as if nothing were missing. */
void dispatchers_send(struct dispatchers *ds, unsigned index, const void *payload, size_t size);
void dispatchers_send2(struct dispatchers *ds, unsigned index, const void *head, size_t head_size,
                       const void *tail, size_t tail_size);
void dispatchers_send_all(struct dispatchers *ds, const void *payload, size_t size);

/* More is unsent to that dispatcher than should: whoever can had better send less. It has drained
 * when that has become half of it. One that has been given up is not congested: it may stay away,
 * and whoever waited for it would wait as long. */
bool dispatchers_is_congested(const struct dispatchers *ds, unsigned index);
bool dispatchers_has_drained(const struct dispatchers *ds, unsigned index);

unsigned dispatchers_of_entity(const struct dispatchers *ds, gw_id entity);

struct dispatchers_stats {
    uint64_t packets_sent, packets_received, packets_dropped, reconnects, resumed, backlog_bytes;
    uint64_t bytes_lost; /* sent or queued, and not known to have come */
};
const struct dispatchers_stats *dispatchers_stats(const struct dispatchers *ds);
extern const struct metric dispatchers_metrics[]; /* of a struct dispatchers_stats */
