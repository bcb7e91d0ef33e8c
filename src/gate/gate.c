/* gate: its life, its links to the dispatchers, its numbers. */
#include "gate/gate.h"

#include "base/assert.h"
#include "gate/clients.h"
#include "gate/from_dispatcher.h"
#include "gate/gives.h"
#include "gate/send.h"
#include "wire/messages.h"

#include <stdlib.h>

static struct gate_limits limits_or_defaults(struct gate_limits l)
{
    static const size_t mib = (size_t)1024 * 1024;
    return (struct gate_limits){
        .client_packet_size_max = l.client_packet_size_max ? l.client_packet_size_max : 1 << 20,
        .client_send_queue_max = l.client_send_queue_max ? l.client_send_queue_max : 4 * mib,
        .max_clients = l.max_clients ? l.max_clients : 100000,
        .client_packets_per_s = l.client_packets_per_s ? l.client_packets_per_s : 1000,
        .client_bytes_per_s = l.client_bytes_per_s ? l.client_bytes_per_s : mib / 4,
        .client_burst_s = l.client_burst_s ? l.client_burst_s : 5,
        .client_bad_packets_max = l.client_bad_packets_max ? l.client_bad_packets_max : 1,
        .client_silence_max_ms = l.client_silence_max_ms,
        .reconnect_grace_ms = l.reconnect_grace_ms,
        .dispatcher_queue_soft_max = l.dispatcher_queue_soft_max,
        .backlog_bytes_max = l.backlog_bytes_max,
        .filters = l.filters,
    };
}

static void dial(void *user, unsigned index)
{
    struct gate *g = user;
    g->desc.dial(g->desc.user, index);
}

static void register_at(void *user, unsigned index, struct link *link)
{
    struct gate *g = user;
    (void)index;
    struct buf *b = gate_scratch(g);
    msg_set_gate_id_write(b, &(struct msg_set_gate_id){.gate = g->desc.gateid});
    link_send(link, b->data, b->size);
}

static void said_hello(void *user, unsigned index, bool restarted)
{
    struct gate *g = user;
    gives_hello(g, index);
    if (restarted)
        clients_check_served_by(g, index);
}

/* One that gave us up has told the games that the clients whose owners it serves are gone. One that
 * was started again has told nobody anything: the clients stay. */
static void lost(void *user, unsigned index, enum dispatchers_loss loss)
{
    pauses_dispatcher_lost(user, index);
    if (loss == DISPATCHER_GAVE_UP)
        clients_close_served_by(user, index);
    else
        clients_missed_word(user, index);
}

struct gate *gate_create(const struct gate_desc *desc)
{
    ASSERT(desc->gateid >= 1);
    struct gate *g = mem_zalloc(sizeof *g);
    g->desc = *desc;
    g->desc.limits = limits_or_defaults(desc->limits);
    g->by_id.seed = g->shown.seed = desc->seed;
    g->filters = filters_create(desc->seed, desc->limits.filters);
    positions_init(&g->positions, desc->dispatchers);
    seats_init(&g->seats, desc->seed);
    pauses_init(&g->pauses, desc->dispatchers);
    const struct gate_limits *limits = &g->desc.limits;
    g->rate_limit = rate_limit_of(limits->client_packets_per_s, limits->client_bytes_per_s,
                                  limits->client_burst_s);
    g->dispatchers = dispatchers_create(&(struct dispatchers_desc){
        .count = desc->dispatchers,
        .is_gate = true,
        .id = desc->gateid,
        .epoch = desc->epoch,
        .backlog_bytes_max = desc->limits.backlog_bytes_max,
        .queue_soft_max = desc->limits.dispatcher_queue_soft_max,
        .pool = desc->pool,
        .clock = desc->clock,
        .log = desc->log,
        .dial = dial,
        .register_at = register_at,
        .said_hello = said_hello,
        .packets = from_dispatcher_packets,
        .lost = lost,
        .user = g,
    });
    return g;
}

void gate_destroy(struct gate *g)
{
    if (!g)
        return;
    clients_close_all(g, "the gate stops");
    dispatchers_destroy(g->dispatchers);
    filters_destroy(g->filters);
    positions_fini(&g->positions, g->desc.dispatchers);
    sightings_fini(&g->sightings);
    pauses_fini(&g->pauses);
    seats_fini(&g->seats);
    silences_fini(&g->silences);
    idmap_free(&g->by_id);
    shown_fini(&g->shown);
    buf_free(&g->scratch);
    buf_free(&g->translated);
    buf_free(&g->untold);
    free(g->clients);
    free(g);
}

void gate_accept_client(struct gate *g, struct link *link, enum gate_transport transport)
{
    clients_accept(g, link, transport);
}

void gate_dispatcher_up(struct gate *g, unsigned index, struct link *link)
{
    dispatchers_up(g->dispatchers, index, link);
}

void gate_dispatcher_down(struct gate *g, unsigned index)
{
    dispatchers_down(g->dispatchers, index);
}

void gate_send_to_entity(struct gate *g, gw_id entity, const struct buf *packet)
{
    dispatchers_send(g->dispatchers, dispatchers_of_entity(g->dispatchers, entity), packet->data,
                     packet->size);
}

int64_t gate_turn(struct gate *g)
{
    const int64_t dues_ms[] = {dispatchers_turn(g->dispatchers),
                               positions_turn(g),
                               gives_turn(g),
                               pauses_turn(g),
                               holds_turn(g),
                               seats_turn(g),
                               silences_turn(g)};
    g->stats.dispatchers_connected = dispatchers_connected(g->dispatchers);
    int64_t due_ms = CLOCK_NEVER;
    for (size_t i = 0; i < sizeof dues_ms / sizeof *dues_ms; i++)
        if (dues_ms[i] < due_ms)
            due_ms = dues_ms[i];
    return due_ms;
}

const struct gate_stats *gate_stats(const struct gate *g)
{
    return &g->stats;
}

const struct dispatchers *gate_dispatchers(const struct gate *g)
{
    return g->dispatchers;
}

#define ROW(kind, member, name, help) METRIC(kind, struct gate_stats, member, "gate_" name, help)
const struct metric gate_metrics[] = {
    ROW(GAUGE, clients, "clients", "Connected clients"),
    ROW(GAUGE, speakers[DIALECT_2017], "clients_2017", "Clients that speak the dialect of 2017"),
    ROW(GAUGE, speakers[DIALECT_2018], "clients_2018", "Clients that speak the dialect of 2018"),
    ROW(COUNTER, assumed_dialects, "assumed_dialects_total",
        "Clients taken for ones of 2020 because they had shown no dialect in time"),
    ROW(GAUGE, dispatchers_connected, "dispatchers_connected", "Dispatchers with a link"),
    ROW(COUNTER, clients_accepted, "clients_accepted_total", "Clients that have connected"),
    ROW(COUNTER, clients_closed, "clients_closed_total", "Clients that have gone"),
    ROW(COUNTER, packets_from_clients, "client_packets_received_total", "Packets from clients"),
    ROW(COUNTER, bytes_from_clients, "client_bytes_received_total", "Payload bytes from clients"),
    ROW(COUNTER, packets_to_clients, "client_packets_sent_total", "Packets to clients"),
    ROW(COUNTER, bytes_to_clients, "client_bytes_sent_total", "Payload bytes to clients"),
    ROW(COUNTER, packets_from_dispatchers, "dispatcher_packets_received_total",
        "Packets from dispatchers"),
    ROW(COUNTER, calls, "client_calls_total", "Calls from clients that were passed on"),
    ROW(COUNTER, positions, "client_positions_total", "Positions from clients"),
    ROW(COUNTER, positions_sent, "positions_sent_total", "Positions sent to clients"),
    ROW(COUNTER, position_bytes, "position_bytes_total", "Bytes of these"),
    ROW(COUNTER, positions_skipped, "positions_skipped_total",
        "Positions not sent, since too much waited for the client, or its view was incomplete"),
    ROW(GAUGE, shown_entities, "shown_entities",
        "Entities that clients see beside their players, once for each that sees one"),
    ROW(COUNTER, stale_packets, "stale_packets_total",
        "Packets not passed on, since a dispatcher had died with what came before them"),
    ROW(GAUGE, away_clients, "away_clients", "Clients that may come back"),
    ROW(COUNTER, returned_clients, "returned_clients_total", "Clients that have come back"),
    ROW(COUNTER, given_up_clients, "given_up_clients_total",
        "Clients that have not come back in time"),
    ROW(COUNTER, missed_packets.count, "missed_calls_total",
        "Calls for clients that were away, for which there was no room"),
    ROW(GAUGE, paused_clients, "paused_clients", "Clients that are not read for the moment"),
    ROW(COUNTER, rate_pauses.count, "rate_pauses_total", "Pauses of clients that sent too much"),
    ROW(COUNTER, queue_pauses.count, "queue_pauses_total",
        "Pauses because too much waited for a dispatcher"),
    ROW(COUNTER, game_pauses, "game_pauses_total",
        "Pauses because too much waited at a dispatcher for a game"),
    ROW(COUNTER, silent_clients.count, "silent_clients_total",
        "Clients closed because nothing came from them"),
    ROW(COUNTER, gone_paused_clients, "gone_paused_clients_total",
        "Clients that closed while they were paused"),
    ROW(COUNTER, bad_client_packets.count, "bad_client_packets_total",
        "Packets that a client may not send"),
    ROW(COUNTER, foreign_positions.count, "foreign_positions_total",
        "Positions of entities that are not the client's"),
    ROW(COUNTER, refused_clients.count, "refused_clients_total",
        "Clients refused because the gate was full"),
    ROW(COUNTER, lost_client_packets.count, "lost_client_packets_total",
        "Packets for clients that are full or closing"),
    ROW(COUNTER, unknown_messages.count, "unknown_messages_total",
        "Messages of an unknown type from dispatchers"),
    ROW(COUNTER, bad_dispatcher_packets.count, "bad_dispatcher_packets_total",
        "Malformed packets from dispatchers"),
    ROW(COUNTER, unknown_clients.count, "unknown_clients_total",
        "Packets for clients that are gone"),
    ROW(COUNTER, refused_props.count, "refused_filter_properties_total",
        "Filter properties beyond a limit"),
    ROW(COUNTER, refused_gives.count, "refused_gives_total",
        "Clients that could not be handed over"),
    ROW(COUNTER, closed_by_game.count, "clients_closed_by_game_total",
        "Clients that the cluster closed"),
    ROW(COUNTER, orphaned_clients.count, "orphaned_clients_total",
        "Clients closed because their owner, or the way to it, was lost"),
    METRIC_END,
};
#undef ROW
