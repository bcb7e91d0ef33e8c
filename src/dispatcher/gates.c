/* gates: see gates.h. */
#include "dispatcher/gates.h"

#include "base/assert.h"
#include "dispatcher/connections.h"
#include "dispatcher/core.h"
#include "dispatcher/ready.h"
#include "wire/messages.h"

static void replace(struct dispatcher *d, uint16_t id)
{
    struct peer *old = peers_get(&d->gates, id);
    if (old)
        connections_replace(d, old, "another connection has taken its gate id");
}

void gates_join(struct dispatcher *d, struct peer *gate, uint16_t id)
{
    replace(d, id);
    gate->kind = PEER_GATE;
    gate->id = id;
    peers_add(&d->gates, gate);
    d->stats.gates = d->gates.count;
    log_info(d->desc.log, "gate_connected", "gate=%u address=%s", id, gate->address);
    early_gate_is_here(d);
    ready_check(d);
}

static void tell_hello(struct dispatcher *d, struct peer *game, const struct peer *gate)
{
    if (!game->session.said_hello || !gate->session.said_hello)
        return;
    struct buf *b = dispatcher_scratch(d);
    msg_notify_gate_hello_write(b, &(struct msg_notify_gate_hello){.gate = gate->id});
    peer_send(game, b->data, b->size);
}

void gates_said_hello(struct dispatcher *d, const struct peer *gate)
{
    for (size_t i = 0; i < d->games.count; i++)
        tell_hello(d, d->games.all[i], gate);
    early_gate_is_here(d);
}

void gates_tell_hellos(struct dispatcher *d, struct peer *game)
{
    for (size_t i = 0; i < d->gates.count; i++)
        tell_hello(d, game, d->gates.all[i]);
}

static struct buf *write_disconnected(struct dispatcher *d, uint16_t id)
{
    struct buf *b = dispatcher_scratch(d);
    msg_notify_gate_disconnected_write(b, &(struct msg_notify_gate_disconnected){.gate = id});
    return b;
}

void gates_leave(struct dispatcher *d, struct peer *gate)
{
    ASSERT(gate->kind == PEER_GATE);
    peers_remove(&d->gates, gate);
    d->stats.gates = d->gates.count;
    gate->kind = PEER_GONE;
    pressure_gate_gone(d, gate);
    early_gate_is_gone(d);
    const struct buf *b = write_disconnected(d, gate->id);
    peers_send(&d->games, NULL, b->data, b->size);
}

/* The game does not know that the gate is gone: it may have gone with another dispatcher. */
static void refuse(struct dispatcher *d, struct peer *from, uint16_t id, struct view packet)
{
    if (peers_get(&d->gates, id)) {
        dispatcher_complain(d, no_gate, "gate_does_not_know_message", "gate=%u type=%u", id,
                            msg_type_of(packet));
        return;
    }
    dispatcher_complain(d, no_gate, "no_such_gate", "gate=%u type=%u", id, msg_type_of(packet));
    if (!from || !from->session.said_hello)
        return;
    const struct buf *b = write_disconnected(d, id);
    peer_send(from, b->data, b->size);
}

void gates_send_or_refuse(struct dispatcher *d, struct peer *from, uint16_t id, struct view packet)
{
    struct peer *gate = peers_get(&d->gates, id);
    if (gate && peer_knows(gate, packet))
        peer_send(gate, packet.data, packet.size);
    else
        refuse(d, from, id, packet);
}

void gates_pass_on(struct dispatcher *d, struct peer *from, uint16_t id, struct view packet)
{
    const struct peer *gate = peers_get(&d->gates, id);
    bool waits = !gate || gate->is_early || !peer_knows(gate, packet);
    if (!waits || !early_put(d, from, id, packet))
        gates_send_or_refuse(d, from, id, packet);
}

void gates_send(struct dispatcher *d, uint16_t id, const void *payload, size_t size)
{
    gates_send_or_refuse(d, NULL, id, (struct view){payload, (uint32_t)size});
}

/* Packets of less than 64 KiB, so that what is behind them is not kept waiting. */
#define GONE_BYTES_MAX (4000 * sizeof(gw_id))

static struct buf *write_gone(struct dispatcher *d, const void *ids, size_t size)
{
    struct buf *b = dispatcher_scratch(d);
    msg_notify_entities_gone_write(
        b, &(struct msg_notify_entities_gone){.entities = {ids, (uint32_t)size}});
    return b;
}

void gates_tell_gone(struct dispatcher *d, const struct buf *ids)
{
    for (size_t at = 0; at < ids->size; at += GONE_BYTES_MAX) {
        size_t left = ids->size - at;
        const struct buf *b =
            write_gone(d, ids->data + at, left < GONE_BYTES_MAX ? left : GONE_BYTES_MAX);
        for (size_t i = 0; i < d->gates.count; i++)
            if (d->gates.all[i]->session.said_hello)
                peer_send(d->gates.all[i], b->data, b->size);
    }
}

void gates_tell_one_gone(struct dispatcher *d, uint16_t gate, gw_id entity)
{
    const struct buf *b = write_gone(d, &entity, sizeof entity);
    gates_send(d, gate, b->data, b->size);
}

void gates_close_client(struct dispatcher *d, uint16_t gate, gw_id client, const char *reason)
{
    struct buf *b = dispatcher_scratch(d);
    msg_close_client_write(b, &(struct msg_close_client){
                                  .gate = gate,
                                  .client = client,
                                  .reason = {(const uint8_t *)reason, (uint32_t)strlen(reason)},
                              });
    gates_send(d, gate, b->data, b->size);
}
