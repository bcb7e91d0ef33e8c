/* gate: holds the clients' connections and passes packets between them and the dispatchers. */
#pragma once

#include "base/complain.h"
#include "base/id.h"
#include "base/metric.h"
#include "gate/dialect.h"
#include "gate/filters.h"
#include "net/link.h"

/* Zero takes the default that stands behind it. */
struct gate_limits {
    uint32_t client_packet_size_max; /* a payload from a client: 1 MiB */
    size_t client_send_queue_max;    /* unsent to one client: 4 MiB; beyond, it is closed */
    unsigned max_clients;            /* 100,000 */
    /* From one client, and what it may send at once after a silence, in seconds of that. Beyond, it
     * is not read until it may send again. UINT32_MAX and SIZE_MAX: no limit. */
    uint32_t client_packets_per_s;   /* 1,000 */
    size_t client_bytes_per_s;       /* of payload: 256 KiB */
    unsigned client_burst_s;         /* 5 */
    uint32_t client_bad_packets_max; /* the last of them closes it: 1 */
    uint32_t client_silence_max_ms;  /* then it is closed: no limit */
    uint32_t reconnect_grace_ms;     /* for clients that ask: none may come back */
    /* Unsent to one dispatcher, before clients wait for it: 4 MiB */
    size_t dispatcher_queue_soft_max;
    size_t backlog_bytes_max; /* for each dispatcher that is away: 64 MiB */
    struct filters_limits filters;
};

struct gate_desc {
    uint16_t gateid; /* from 1 */
    unsigned dispatchers;
    unsigned position_sync_interval_ms; /* 0: each turn */
    enum dialect dialect;               /* of all clients; 0: each shows its own */
    uint64_t epoch;                     /* differs from run to run of this process */
    uint64_t seed;                      /* for tables that peers fill */
    struct id_source *ids;
    struct outq_pool *pool;
    const struct clock *clock;
    const struct log *log;
    struct gate_limits limits;
    /* Starts to connect to a dispatcher; gate_dispatcher_up or _down follows, not from inside this
     * call. */
    void (*dial)(void *user, unsigned index);
    /* Bytes that nobody can guess. */
    void (*secret)(void *user, void *bytes, size_t size);
    void *user;
};

struct gate;
struct gate *gate_create(const struct gate_desc *desc); /* borrows what it points to */
void gate_destroy(struct gate *g);                      /* closes its links; NULL does nothing */

enum gate_transport { GATE_TCP, GATE_WEBSOCKET };

/* Takes the link's events: a client has connected. */
void gate_accept_client(struct gate *g, struct link *link, enum gate_transport transport);

void gate_dispatcher_up(struct gate *g, unsigned index, struct link *link);
void gate_dispatcher_down(struct gate *g, unsigned index); /* the dial failed */

/* Sends what is due; returns when it next wants to be called (clock's now_ms), or CLOCK_NEVER. */
int64_t gate_turn(struct gate *g);

struct gate_stats {
    uint64_t clients, dispatchers_connected;
    uint64_t speakers[DIALECT_COUNT]; /* clients that have shown it */
    uint64_t assumed_dialects;
    uint64_t clients_accepted, clients_closed;
    uint64_t packets_from_clients, bytes_from_clients;
    uint64_t packets_to_clients, bytes_to_clients;
    uint64_t packets_from_dispatchers, calls, positions;
    uint64_t positions_sent, position_bytes, positions_skipped;
    uint64_t shown_entities; /* now: each once for each client that it was shown */
    uint64_t stale_packets;
    uint64_t paused_clients; /* now */
    uint64_t game_pauses, gone_paused_clients;
    struct complaint bad_client_packets, foreign_positions, refused_clients, lost_client_packets;
    struct complaint unknown_messages, bad_dispatcher_packets, unknown_clients;
    struct complaint rate_pauses, queue_pauses, silent_clients;
    uint64_t away_clients; /* now */
    uint64_t returned_clients, given_up_clients;
    struct complaint missed_packets;
    struct complaint refused_props, refused_gives, closed_by_game, orphaned_clients;
};
const struct gate_stats *gate_stats(const struct gate *g);
extern const struct metric gate_metrics[]; /* of a struct gate_stats */

struct dispatchers;
const struct dispatchers *gate_dispatchers(const struct gate *g); /* for its statistics */
