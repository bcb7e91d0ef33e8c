/* dispatcher: its life and its numbers. */
#include "dispatcher/dispatcher.h"

#include "base/assert.h"
#include "dispatcher/connections.h"
#include "dispatcher/core.h"
#include "dispatcher/registry.h"

#include <stdlib.h>

void dispatcher_accept(struct dispatcher *d, struct link *link)
{
    connections_accept(d, link);
}

static struct dispatcher_limits limits_or_defaults(struct dispatcher_limits l)
{
    static const size_t mib = (size_t)1024 * 1024;
    return (struct dispatcher_limits){
        .peer_queue_bytes = l.peer_queue_bytes ? l.peer_queue_bytes : 256 * mib,
        .game_queue_soft_bytes = l.game_queue_soft_bytes ? l.game_queue_soft_bytes : 4 * mib,
        .hold_bytes = l.hold_bytes ? l.hold_bytes : 4 * mib,
        .hold_bytes_all = l.hold_bytes_all ? l.hold_bytes_all : 256 * mib,
        .registry_bytes = l.registry_bytes ? l.registry_bytes : 16 * mib,
        .entities = l.entities ? l.entities : 16 * mib,
        .connections = l.connections ? l.connections : 4096,
        .hold_ms = l.hold_ms ? l.hold_ms : 60000,
        .await_ms = l.await_ms ? l.await_ms : 5000,
        .registration_ms = l.registration_ms ? l.registration_ms : 10000,
        .freeze_ms = l.freeze_ms ? l.freeze_ms : 10000,
        .grace_ms = l.grace_ms ? l.grace_ms : SESSION_GRACE_MS,
        .silence_ms = l.silence_ms ? l.silence_ms : 10000,
        .young_ms = l.young_ms ? l.young_ms : 5000,
    };
}

struct dispatcher *dispatcher_create(const struct dispatcher_desc *desc)
{
    ASSERT(desc->dispid >= 1 && desc->dispid <= desc->dispatchers);
    struct dispatcher *d = mem_zalloc(sizeof *d);
    d->desc = *desc;
    d->desc.limits = limits_or_defaults(desc->limits);
    entities_init(&d->entities, desc->seed);
    pressure_init(&d->pressure, desc->seed);
    kvreg_init(&d->kvreg, d->desc.limits.registry_bytes);
    d->early.until_ms = desc->clock->now_ms + d->desc.limits.young_ms;
    return d;
}

void dispatcher_destroy(struct dispatcher *d)
{
    if (!d)
        return;
    pressure_fini(d);
    connections_fini(d);
    peers_free(&d->games);
    peers_free(&d->gates);
    entities_fini(d);
    kvreg_fini(&d->kvreg);
    buf_free(&d->early.packets);
    buf_free(&d->scratch);
    free(d);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t dispatcher_turn(struct dispatcher *d)
{
    int64_t due_ms = connections_turn(d);
    due_ms = earlier(due_ms, entities_turn(d));
    due_ms = earlier(due_ms, pressure_turn(d));
    due_ms = earlier(due_ms, registry_turn(d));
    return earlier(due_ms, early_turn(d));
}

const struct dispatcher_stats *dispatcher_stats(const struct dispatcher *d)
{
    return &d->stats;
}

#define ROW(kind, member, name, help)                                                              \
    METRIC(kind, struct dispatcher_stats, member, "dispatcher_" name, help)
const struct metric dispatcher_metrics[] = {
    ROW(GAUGE, connections, "connections", "Connections, registered or not"),
    ROW(GAUGE, games, "games", "Registered games"),
    ROW(GAUGE, gates, "gates", "Registered gates"),
    ROW(GAUGE, ready, "deployment_ready", "1 once all games and gates were there"),
    ROW(GAUGE, entities, "entities", "Entities this dispatcher serves"),
    ROW(GAUGE, loading_entities, "loading_entities", "Entities that are being loaded"),
    ROW(GAUGE, registry_keys, "registry_keys", "Keys in the registry"),
    ROW(GAUGE, held_packets, "held_packets",
        "Packets that wait for entities that are being loaded"),
    ROW(GAUGE, held_bytes, "held_bytes", "Bytes of the packets that wait"),
    ROW(GAUGE, frozen_games, "frozen_games", "Games that are about to go on in another process"),
    ROW(GAUGE, pressed_clients, "paused_clients",
        "Clients that wait until a game has read what waits for it"),
    ROW(COUNTER, presses.count, "client_pauses_total",
        "Pauses of clients because too much waited for a game"),
    ROW(COUNTER, packets_received, "packets_received_total", "Packets from games and gates"),
    ROW(COUNTER, bytes_received, "bytes_received_total", "Payload bytes from games and gates"),
    ROW(COUNTER, bad_packets.count, "bad_packets_total", "Packets that closed their connection"),
    ROW(COUNTER, unknown_messages.count, "unknown_messages_total", "Messages of an unknown type"),
    ROW(COUNTER, undelivered.count, "undelivered_total", "Packets for entities that do not exist"),
    ROW(COUNTER, hold_timeouts.count, "load_timeouts_total", "Entities that took too long to load"),
    ROW(COUNTER, load_failures.count, "load_failures_total", "Entities that a game could not load"),
    ROW(COUNTER, no_game.count, "no_game_total", "Requests for which there was no game"),
    ROW(COUNTER, no_gate.count, "no_gate_total", "Packets for gates that are not there"),
    ROW(COUNTER, entity_conflicts.count, "entity_conflicts_total",
        "Entities that two games had at once"),
    ROW(COUNTER, refused.count, "refused_total", "What a limit has refused"),
    ROW(COUNTER, lost_syncs.count, "lost_positions_total",
        "Positions of entities that are not there"),
    ROW(COUNTER, lost_packets.count, "lost_packets_total",
        "Packets for a peer that is full or closing"),
    ROW(COUNTER, lost_bytes, "lost_bytes_total",
        "Bytes that a peer may not have got before it was gone"),
    ROW(COUNTER, resumed, "resumed_total", "Broken connections over which peers went on"),
    ROW(COUNTER, given_up.count, "given_up_total", "Peers that did not come back after a break"),
    METRIC_END,
};
#undef ROW
