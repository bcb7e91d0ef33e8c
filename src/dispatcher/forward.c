/* forward: see forward.h. */
#include "dispatcher/forward.h"

#include "dispatcher/core.h"
#include "dispatcher/route.h"
#include "wire/messages.h"

/* Packets that came together. */
struct batch {
    const struct view *packets;
    size_t count;
    uint64_t hashes[FRAME_BATCH_MAX]; /* of the entities of calls */
};

/* ---- where to ------------------------------------------------------------------------------- */

/* Calls are what comes in numbers. */
static void fetch_entities(const struct dispatcher *d, struct batch *batch)
{
    gw_id entity;
    for (size_t i = 0; i < batch->count; i++)
        if (msg_is_call(batch->packets[i], &entity))
            batch->hashes[i] = entities_prefetch(d, entity);
}

static struct peer *game_of(const struct dispatcher *d, const struct batch *batch, size_t at)
{
    gw_id entity;
    return msg_is_call(batch->packets[at], &entity) ? entities_game(d, entity, batch->hashes[at])
                                                    : NULL;
}

/* Unless the client has to wait then. What is on its way to the game with this call, a batch at
 * most, does not count yet. */
static struct peer *game_with_room(const struct dispatcher *d, const struct batch *batch, size_t at)
{
    struct peer *game = game_of(d, batch, at);
    size_t more = PACKET_HEADER_BYTES + batch->packets[at].size;
    return game && !pressure_is_on(d, game, more) ? game : NULL;
}

/* NULL: packets for it wait. */
static struct peer *gate_of(const struct dispatcher *d, struct view packet)
{
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    struct peer *gate = peers_get(&d->gates, read_u16(&r));
    return gate && !gate->is_early ? gate : NULL;
}

/* GoWorld's messages, so that every peer knows them. */
static struct peer *addressee(const struct dispatcher *d, const struct peer *from,
                              const struct batch *batch, size_t at)
{
    switch (msg_type_of(batch->packets[at])) {
    case MSG_CALL_ENTITY_METHOD:
        return from->kind == PEER_GAME ? game_of(d, batch, at) : NULL;
    case MSG_CALL_ENTITY_METHOD_FROM_CLIENT:
        return from->kind == PEER_GATE ? game_with_room(d, batch, at) : NULL;
    case 1001 ... 1499: /* to one client */
        return from->kind == PEER_GAME ? gate_of(d, batch->packets[at]) : NULL;
    default:
        return NULL;
    }
}

/* NULL: there is more to do with it than to pass it on. */
static struct peer *destination(const struct dispatcher *d, const struct peer *from,
                                const struct batch *batch, size_t at)
{
    struct peer *to = at < batch->count ? addressee(d, from, batch, at) : NULL;
    return to && peer_is_there(to) ? to : NULL;
}

/* ---- in runs -------------------------------------------------------------------------------- */

static bool send_run(struct peer *from, struct peer *to, const struct view *packets, size_t count)
{
    struct view wire = link_wire_of(packets, count);
    if (!session_forward(&to->session, wire.data, wire.size))
        return false;
    peer_count(from, count, wire.size);
    return true;
}

/* Sends runs of packets for one peer, from `at` on, until one has no destination, or its peer no
 * room. To send changes nothing that says where the packets behind go. Returns where it stopped. */
static size_t send_runs(const struct dispatcher *d, struct peer *from, const struct batch *batch,
                        size_t at)
{
    struct peer *to = destination(d, from, batch, at), *next;
    for (size_t end = at; to; at = end, to = next) {
        do
            next = destination(d, from, batch, ++end);
        while (next == to);
        if (!send_run(from, to, batch->packets + at, end - at))
            break;
    }
    return at;
}

static struct peer *peer_of(const struct link *link)
{
    return link->user;
}

/* A peer that goes on takes over the link of the one that asked. */
size_t forward_packets(struct dispatcher *d, struct link *link, const struct view *packets,
                       size_t count)
{
    struct batch batch = {.packets = packets, .count = count};
    size_t taken = 0;
    peer_of(link)->heard_ms = d->desc.clock->now_ms;
    fetch_entities(d, &batch);
    while (taken < count && link_is_read(link)) {
        size_t sent_to = send_runs(d, peer_of(link), &batch, taken);
        if (sent_to == taken)
            route_packet(d, peer_of(link), packets[taken++]);
        else
            taken = sent_to;
    }
    return taken;
}
