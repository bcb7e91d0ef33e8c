/* held: packets that wait for an entity that is on its way. */
#pragma once

#include "base/heap.h"
#include "dispatcher/place.h"
#include "wire/packet.h"
#include "wire/reader.h"

#include <goworld/types.h>

struct dispatcher;

/* Why they wait. */
enum hold_kind {
    HOLD_LOADS,    /* its game loads it */
    HOLD_AWAITED,  /* nobody knows it: place.game is NULL */
    HOLD_CLAIMED,  /* it lives on its game, which has not said HELLO yet */
    HOLD_MIGRATES, /* it lives on its game, and is about to leave that */
};

/* Of one entity. */
struct hold {
    struct heap_node deadline; /* first, so that a node is its hold */
    struct place place;
    enum hold_kind kind;
    gw_id entity;
    struct packet **packets;
    size_t count, capacity, bytes;
    uint16_t from, to; /* in HOLD_AWAITED: games between which it moves, where its first packet goes
                          back or on; 0: none */
};

/* All of them. */
struct held {
    struct heap deadlines;
    size_t bytes, awaited;
};

struct hold *hold_create(struct dispatcher *d, gw_id entity);
void hold_destroy(struct dispatcher *d, struct hold *hold); /* and what waits */

/* For this reason, on that game, at most so long from now on. */
void hold_set(struct dispatcher *d, struct hold *hold, enum hold_kind kind, struct peer *game,
              int64_t for_ms);

/* Keeps a packet, or counts it as undelivered when there is no room. */
void hold_put(struct dispatcher *d, struct hold *hold, struct view packet);

/* The same of one that goes before all others; false when there is no room. */
GW_NODISCARD bool hold_put_first(struct dispatcher *d, struct hold *hold, struct view packet);

/* Ends it: the game gets what waited; or nobody does. Whoever asked where it is hears where. */
void hold_deliver(struct dispatcher *d, struct hold *hold, struct peer *game);
void hold_refuse(struct dispatcher *d, struct hold *hold);

/* Does that with each that the game has claimed, or that moves to it; it may end that hold, and no
 * other. */
typedef void (*held_treat)(struct dispatcher *d, struct hold *hold, struct peer *game);
void held_each_claimed(struct dispatcher *d, struct peer *game, held_treat treat);
void held_each_moving(struct dispatcher *d, struct peer *game, held_treat treat);
struct hold *held_first(const struct dispatcher *d); /* to run out; NULL: there is none */

/* A packet for the entity cannot be delivered: that is counted, whoever asked is answered, and a
 * client that would wait for it is closed. Whoever asks where it is hears "nowhere", and that is
 * not counted. */
void held_undelivered(struct dispatcher *d, gw_id entity, struct view packet);
