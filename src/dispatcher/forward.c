/* forward: see forward.h. */
#include "dispatcher/forward.h"

#include "dispatcher/core.h"
#include "dispatcher/route.h"
#include "wire/messages.h"

/* ---- where to ------------------------------------------------------------------------------- */

static struct peer *game_of(const struct dispatcher *d, struct view packet)
{
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    gw_id entity = read_id(&r);
    return r.bad ? NULL : entities_game(d, entity);
}

/* Unless the client has to wait then. What is on its way to the game with this call, a batch at
 * most, does not count yet. */
static struct peer *game_with_room(const struct dispatcher *d, struct view packet)
{
    struct peer *game = game_of(d, packet);
    return game && !pressure_is_on(d, game, PACKET_HEADER_BYTES + packet.size) ? game : NULL;
}

static struct peer *gate_of(const struct dispatcher *d, struct view packet)
{
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    return peers_get(&d->gates, read_u16(&r));
}

/* GoWorld's messages, so that every peer knows them. */
static struct peer *addressee(const struct dispatcher *d, const struct peer *from,
                              struct view packet)
{
    switch (msg_type_of(packet)) {
    case MSG_CALL_ENTITY_METHOD:
        return from->kind == PEER_GAME ? game_of(d, packet) : NULL;
    case MSG_CALL_ENTITY_METHOD_FROM_CLIENT:
        return from->kind == PEER_GATE ? game_with_room(d, packet) : NULL;
    case 1001 ... 1499: /* to one client */
        return from->kind == PEER_GAME ? gate_of(d, packet) : NULL;
    default:
        return NULL;
    }
}

/* NULL: there is more to do with it than to pass it on. */
static struct peer *destination(const struct dispatcher *d, const struct peer *from,
                                struct view packet)
{
    struct peer *to = addressee(d, from, packet);
    return to && peer_is_there(to) ? to : NULL;
}

/* ---- in runs -------------------------------------------------------------------------------- */

/* Packets for one peer that follow each other. */
struct run {
    struct peer *to;
    const struct view *packets;
    size_t count;
};

static bool send_run(struct peer *from, const struct run *run)
{
    struct view wire = link_wire_of(run->packets, run->count);
    if (!session_forward(&run->to->session, wire.data, wire.size))
        return false;
    peer_count(from, run->count, wire.size);
    return true;
}

/* Sends runs until a packet has no destination, or its peer no room. To send changes nothing that
 * says where the packets behind go. Returns how many packets left. */
static size_t send_runs(const struct dispatcher *d, struct peer *from, const struct view *packets,
                        size_t count)
{
    struct run run = {destination(d, from, packets[0]), packets, 0};
    size_t at = 0;
    while (run.to) {
        struct peer *next;
        do {
            run.count++;
            at++;
            next = at < count ? destination(d, from, packets[at]) : NULL;
        } while (next == run.to);
        if (!send_run(from, &run))
            return at - run.count;
        run = (struct run){next, packets + at, 0};
    }
    return at;
}

/* Calls are what comes in numbers. */
static void fetch_entities(const struct dispatcher *d, const struct view *packets, size_t count)
{
    gw_id entity;
    for (size_t i = 0; i < count; i++)
        if (msg_is_call(packets[i], &entity))
            idmap_prefetch(&d->entities.map, entity);
}

static struct peer *peer_of(const struct link *link)
{
    return link->user;
}

/* A peer that goes on takes over the link of the one that asked. */
size_t forward_packets(struct dispatcher *d, struct link *link, const struct view *packets,
                       size_t count)
{
    size_t taken = 0;
    peer_of(link)->heard_ms = d->desc.clock->now_ms;
    fetch_entities(d, packets, count);
    while (taken < count && link_is_read(link)) {
        size_t sent = send_runs(d, peer_of(link), packets + taken, count - taken);
        taken += sent;
        if (!sent)
            route_packet(d, peer_of(link), packets[taken++]);
    }
    return taken;
}
