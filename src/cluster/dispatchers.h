/* dispatchers: a game's or gate's links to all dispatchers: which one serves what, and dialling
 * again. */
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "net/link.h"

#include <goworld/types.h>

#define DISPATCHERS_RETRY_MS 1000

struct dispatchers_desc {
    unsigned count;           /* >= 1 */
    size_t backlog_bytes_max; /* per dispatcher, what waits while it is away; 0: 64 MiB; beyond:
                                 counted, dropped */
    size_t queue_soft_max;    /* unsent on a link, before it counts as congested; 0: 4 MiB */
    struct outq_pool *pool;
    const struct clock *clock;
    const struct log *log;
    /* Starts to connect; dispatchers_up or dispatchers_down follows, not from inside this call. */
    void (*dial)(void *user, unsigned index);
    /* Writes the registration (SET_GAME_ID or SET_GATE_ID, HELLO): the first packets on a new link.
     */
    void (*hello)(void *user, unsigned index, struct link *link);
    void (*packet)(void *user, unsigned index, const uint8_t *payload, size_t size);
    void (*down)(void *user, unsigned index); /* an established link was lost */
    void *user;
};

struct dispatchers;
struct dispatchers *dispatchers_create(
    const struct dispatchers_desc *desc); /* dials all in the first turn */
void dispatchers_destroy(struct dispatchers *ds);

void dispatchers_up(struct dispatchers *ds, unsigned index,
                    struct link *link);                        /* takes the link's events */
void dispatchers_down(struct dispatchers *ds, unsigned index); /* the dial failed */
int64_t dispatchers_turn(
    struct dispatchers *ds); /* dials what is due; returns when it next wants to be called */

unsigned dispatchers_connected(const struct dispatchers *ds);
bool dispatchers_is_up(const struct dispatchers *ds, unsigned index);

/* Each sends one packet, or keeps it in the backlog while that dispatcher is away. What cannot be
 * sent or kept is counted and dropped: one that is too large, too. */
void dispatchers_send(struct dispatchers *ds, unsigned index, const void *payload, size_t size);
void dispatchers_send2(struct dispatchers *ds, unsigned index, const void *head, size_t head_size,
                       const void *tail, size_t tail_size);
void dispatchers_send_all(struct dispatchers *ds, const void *payload, size_t size);

/* More is unsent on the link to that dispatcher than should: whoever can had better send less. It
 * has drained when that has become half of it. One that is away is not congested: it may stay away,
 * and whoever waited for it would wait as long. */
bool dispatchers_is_congested(const struct dispatchers *ds, unsigned index);
bool dispatchers_has_drained(const struct dispatchers *ds, unsigned index);

unsigned dispatchers_of_entity(const struct dispatchers *ds, gw_id entity);

struct dispatchers_stats {
    uint64_t packets_sent, packets_received, packets_dropped, reconnects, backlog_bytes;
    uint64_t bytes_lost; /* queued on links that broke */
};
const struct dispatchers_stats *dispatchers_stats(const struct dispatchers *ds);
extern const struct metric dispatchers_metrics[]; /* of a struct dispatchers_stats */
