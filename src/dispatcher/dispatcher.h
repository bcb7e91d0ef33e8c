/* dispatcher: routes packets between the games and gates of a cluster. */
#pragma once

#include "base/clock.h"
#include "base/complain.h"
#include "base/log.h"
#include "base/metric.h"
#include "net/link.h"

#include <goworld/types.h>

/* What peers may make grow. Zero takes the default that stands behind it. */
struct dispatcher_limits {
    size_t peer_queue_bytes;      /* unsent to one game or gate: 256 MiB; beyond, it cannot go on */
    size_t game_queue_soft_bytes; /* unsent to one game, before clients wait for it: 4 MiB */
    size_t hold_bytes;            /* waiting for one entity: 4 MiB */
    size_t hold_bytes_all;        /* waiting for all entities: 256 MiB */
    size_t registry_bytes;        /* keys and values: 16 MiB */
    size_t entities;              /* 16 million */
    unsigned connections;         /* 4096 */
    int64_t hold_ms;              /* how long an entity may take to load: 60 s */
    int64_t await_ms;             /* how long a given client waits for an entity to appear: 5 s */
    int64_t registration_ms;      /* how long a connection may stay nameless: 10 s */
    int64_t grace_ms;             /* how long a peer whose link broke may stay away: 1 s */
    int64_t freeze_ms;            /* how long a game that freezes may take to come back: 10 s */
    int64_t silence_ms;           /* how long one that has said HELLO may say nothing: 10 s */
    int64_t young_ms;             /* how long after the start nobody is taken for gone: 5 s */
};

struct dispatcher_desc {
    uint16_t dispid;      /* from 1 */
    unsigned dispatchers; /* in the deployment; >= dispid */
    unsigned desired_games, desired_gates;
    uint64_t epoch; /* differs from run to run of this process */
    uint64_t seed;  /* for tables that peers fill */
    struct outq_pool *pool;
    const struct clock *clock;
    const struct log *log;
    struct dispatcher_limits limits;
};

struct dispatcher;
struct dispatcher *dispatcher_create(
    const struct dispatcher_desc *desc);       /* borrows what it points to */
void dispatcher_destroy(struct dispatcher *d); /* closes its links; NULL does nothing */

/* Takes the link's events: a game or gate has connected. */
void dispatcher_accept(struct dispatcher *d, struct link *link);

/* Handles what has run out; returns when it next wants to be called (clock's now_ms), or
 * CLOCK_NEVER. */
int64_t dispatcher_turn(struct dispatcher *d);

struct dispatcher_stats {
    uint64_t connections, games, gates, entities, loading_entities, registry_keys, ready;
    uint64_t held_packets, held_bytes;
    uint64_t pressed_clients; /* now */
    uint64_t frozen_games;    /* now */
    uint64_t packets_received, bytes_received, lost_bytes, resumed;
    struct complaint bad_packets, unknown_messages, undelivered, hold_timeouts, load_failures;
    struct complaint presses;
    struct complaint no_game, no_gate, entity_conflicts, refused, lost_syncs, lost_packets;
    struct complaint given_up;
};
const struct dispatcher_stats *dispatcher_stats(const struct dispatcher *d);
extern const struct metric dispatcher_metrics[]; /* of a struct dispatcher_stats */
