/* dispatcher: its life, its connections, its numbers. */
#include "dispatcher/dispatcher.h"

#include "base/assert.h"
#include "cluster/abandon.h"
#include "dispatcher/core.h"
#include "dispatcher/games.h"
#include "dispatcher/gates.h"
#include "dispatcher/registry.h"
#include "dispatcher/route.h"

#include <stdlib.h>
#include <utlist.h>

static void on_packet(void *user, const uint8_t *payload, size_t size)
{
    struct peer *from = user;
    route_packet(from->dispatcher, from, payload, size);
}

static void peer_free(struct dispatcher *d, struct peer *peer)
{
    heap_remove(&d->registrations, &peer->deadline);
    DL_DELETE(d->connections, peer);
    d->stats.connections--;
    buf_free(&peer->syncs);
    free(peer);
}

static void on_closed(void *user, const char *reason)
{
    struct peer *peer = user;
    struct dispatcher *d = peer->dispatcher;
    size_t unsent = peer->link->out.bytes;
    d->stats.lost_bytes += unsent;
    log_info(d->desc.log, "peer_closed", "peer=%s%u address=%s unsent_bytes=%zu reason=\"%s\"",
             peer_kind_name(peer), peer->id, peer->link->address, unsent, reason);
    if (peer->kind == PEER_GAME)
        games_leave(d, peer);
    else if (peer->kind == PEER_GATE)
        gates_leave(d, peer);
    peer_free(d, peer);
}

static const struct link_events peer_events = {.packet = on_packet, .closed = on_closed};

void dispatcher_accept(struct dispatcher *d, struct link *link)
{
    if (d->stats.connections >= d->desc.limits.connections) {
        dispatcher_complain(d, refused, "too_many_connections", "address=%s", link->address);
        link_abandon(link, "the dispatcher has too many connections");
        return;
    }
    struct peer *peer = mem_zalloc(sizeof *peer);
    *peer = (struct peer){.dispatcher = d, .link = link};
    peer->place.game = peer;
    link->events = &peer_events;
    link->user = peer;
    link->payload_bytes_max = PACKET_PAYLOAD_BYTES_MAX;
    link->out.bytes_max = d->desc.limits.peer_queue_bytes;
    heap_push(&d->registrations, &peer->deadline,
              d->desc.clock->now_ms + d->desc.limits.registration_ms);
    DL_APPEND(d->connections, peer);
    d->stats.connections++;
}

static struct dispatcher_limits limits_or_defaults(struct dispatcher_limits l)
{
    static const size_t mib = (size_t)1024 * 1024;
    return (struct dispatcher_limits){
        .peer_queue_bytes = l.peer_queue_bytes ? l.peer_queue_bytes : 256 * mib,
        .hold_bytes = l.hold_bytes ? l.hold_bytes : 4 * mib,
        .hold_bytes_all = l.hold_bytes_all ? l.hold_bytes_all : 256 * mib,
        .registry_bytes = l.registry_bytes ? l.registry_bytes : 16 * mib,
        .entities = l.entities ? l.entities : 16 * mib,
        .connections = l.connections ? l.connections : 4096,
        .hold_ms = l.hold_ms ? l.hold_ms : 60000,
        .await_ms = l.await_ms ? l.await_ms : 5000,
        .registration_ms = l.registration_ms ? l.registration_ms : 10000,
    };
}

struct dispatcher *dispatcher_create(const struct dispatcher_desc *desc)
{
    ASSERT(desc->dispid >= 1 && desc->dispid <= desc->dispatchers);
    struct dispatcher *d = mem_zalloc(sizeof *d);
    d->desc = *desc;
    d->desc.limits = limits_or_defaults(desc->limits);
    entities_init(&d->entities, desc->seed);
    kvreg_init(&d->kvreg, d->desc.limits.registry_bytes);
    return d;
}

void dispatcher_destroy(struct dispatcher *d)
{
    if (!d)
        return;
    struct peer *peer, *next;
    DL_FOREACH_SAFE(d->connections, peer, next) {
        link_abandon(peer->link, "the dispatcher stops");
        peer_free(d, peer);
    }
    peers_free(&d->games);
    peers_free(&d->gates);
    entities_fini(d);
    kvreg_fini(&d->kvreg);
    heap_free(&d->registrations);
    buf_free(&d->scratch);
    free(d);
}

static struct peer *peer_of(struct heap_node *node)
{
    return (struct peer *)((char *)node - offsetof(struct peer, deadline));
}

static int64_t close_nameless(struct dispatcher *d)
{
    struct heap_node *first;
    while ((first = heap_first(&d->registrations)) && first->due_ms <= d->desc.clock->now_ms) {
        heap_remove(&d->registrations, first);
        dispatcher_complain(d, refused, "not_registered_in_time", "address=%s",
                            peer_of(first)->link->address);
        link_close(peer_of(first)->link, "it did not register in time");
    }
    return first ? first->due_ms : CLOCK_NEVER;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t dispatcher_turn(struct dispatcher *d)
{
    int64_t due_ms = earlier(close_nameless(d), entities_turn(d));
    return earlier(due_ms, registry_turn(d));
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
        "Entities that changed games unasked"),
    ROW(COUNTER, refused.count, "refused_total", "What a limit has refused"),
    ROW(COUNTER, lost_syncs.count, "lost_positions_total",
        "Positions of entities that are not there"),
    ROW(COUNTER, lost_packets.count, "lost_packets_total",
        "Packets for a peer that is full or closing"),
    ROW(COUNTER, lost_bytes, "lost_bytes_total", "Bytes unsent when their connection ended"),
    METRIC_END,
};
#undef ROW
