/* peers: see peers.h. */
#include "dispatcher/peers.h"

#include "base/assert.h"
#include "base/buf.h"
#include "dispatcher/core.h"

#include <stdlib.h>

struct peer *peers_get(const struct peers *peers, uint16_t id)
{
    return id < peers->id_limit ? peers->by_id[id] : NULL;
}

static void make_room_for_id(struct peers *peers, uint16_t id)
{
    if (id < peers->id_limit)
        return;
    size_t limit = (size_t)id + 1;
    peers->by_id = mem_realloc(peers->by_id, limit * sizeof(struct peer *));
    for (size_t i = peers->id_limit; i < limit; i++)
        peers->by_id[i] = NULL;
    peers->id_limit = limit;
}

void peers_add(struct peers *peers, struct peer *peer)
{
    make_room_for_id(peers, peer->id);
    ASSERT(!peers->by_id[peer->id]);
    peers->by_id[peer->id] = peer;
    if (peers->count == peers->capacity) {
        peers->capacity = peers->capacity ? peers->capacity * 2 : 8;
        peers->all = mem_realloc(peers->all, peers->capacity * sizeof(struct peer *));
    }
    peer->index = peers->count;
    peers->all[peers->count++] = peer;
}

void peers_remove(struct peers *peers, struct peer *peer)
{
    ASSERT(peers_get(peers, peer->id) == peer);
    peers->by_id[peer->id] = NULL;
    struct peer *last = peers->all[--peers->count];
    peers->all[peer->index] = last;
    last->index = peer->index;
}

void peers_free(struct peers *peers)
{
    free(peers->by_id);
    free(peers->all);
    *peers = (struct peers){0};
}

static void send_shared(const struct peers *peers, const struct peer *except, const void *payload,
                        size_t size)
{
    struct packet *packet = packet_new(payload, size);
    for (size_t i = 0; i < peers->count; i++)
        if (peers->all[i] != except)
            peer_send_packet(peers->all[i], packet);
    packet_unref(packet);
}

void peers_send(const struct peers *peers, const struct peer *except, const void *payload,
                size_t size)
{
    if (size >= OUTQ_SHARE_BYTES) {
        send_shared(peers, except, payload, size);
        return;
    }
    for (size_t i = 0; i < peers->count; i++)
        if (peers->all[i] != except)
            peer_send(peers->all[i], payload, size);
}

bool peer_knows(const struct peer *peer, struct view packet)
{
    return peer->session.said_hello || msg_type_of(packet) < MSG_OWN_FIRST;
}

bool peer_is_there(const struct peer *peer)
{
    return peer->link && !peer->link->closing && !peer->is_frozen;
}

static void packet_lost(struct peer *peer)
{
    dispatcher_complain(peer->dispatcher, lost_packets, "packet_lost", "peer=%s%u address=%s",
                        peer_kind_name(peer), peer->id, peer->address);
}

void peer_send(struct peer *peer, const void *payload, size_t size)
{
    if (!session_send(&peer->session, payload, size))
        packet_lost(peer);
}

void peer_send_packet(struct peer *peer, struct packet *packet)
{
    if (!session_send_packet(&peer->session, packet))
        packet_lost(peer);
}

void peer_say(struct peer *peer, const void *payload, size_t size)
{
    session_flush(&peer->session);
    if (!link_send(peer->link, payload, size))
        packet_lost(peer);
}

void peer_count(struct peer *peer, size_t packets, size_t bytes)
{
    struct dispatcher_stats *stats = &peer->dispatcher->stats;
    stats->packets_received += packets;
    stats->bytes_received += bytes - packets * PACKET_HEADER_BYTES;
    if (peer->session.said_hello)
        session_count(&peer->session, bytes);
}

const char *peer_kind_name(const struct peer *peer)
{
    static const char *const names[] = {[PEER_NEW] = "unregistered",
                                        [PEER_GAME] = "game",
                                        [PEER_GATE] = "gate",
                                        [PEER_GONE] = "replaced"};
    return names[peer->kind];
}
