/* gates: see gates.h. */
#include "dispatcher/gates.h"

#include "base/assert.h"
#include "dispatcher/core.h"
#include "dispatcher/ready.h"
#include "wire/messages.h"

static void replace(struct dispatcher *d, uint16_t id)
{
    struct peer *old = peers_get(&d->gates, id);
    if (!old)
        return;
    link_close(old->link, "another connection has taken its gate id");
    gates_leave(d, old);
}

void gates_join(struct dispatcher *d, struct peer *gate, uint16_t id)
{
    replace(d, id);
    gate->kind = PEER_GATE;
    gate->id = id;
    peers_add(&d->gates, gate);
    d->stats.gates = d->gates.count;
    log_info(d->desc.log, "gate_connected", "gate=%u address=%s", id, gate->link->address);
    ready_check(d);
}

void gates_leave(struct dispatcher *d, struct peer *gate)
{
    ASSERT(gate->kind == PEER_GATE);
    peers_remove(&d->gates, gate);
    d->stats.gates = d->gates.count;
    gate->kind = PEER_GONE;
    struct buf *b = dispatcher_scratch(d);
    msg_notify_gate_disconnected_write(b, &(struct msg_notify_gate_disconnected){.gate = gate->id});
    peers_send(&d->games, NULL, b->data, b->size);
}

void gates_send(struct dispatcher *d, uint16_t id, const void *payload, size_t size)
{
    struct peer *gate = peers_get(&d->gates, id);
    unsigned type = msg_type_of((struct view){payload, (uint32_t)size});
    if (!gate)
        dispatcher_complain(d, no_gate, "no_such_gate", "gate=%u type=%u", id, type);
    else if (type >= MSG_OWN_FIRST && !gate->said_hello)
        dispatcher_complain(d, no_gate, "gate_does_not_know_message", "gate=%u type=%u", id, type);
    else
        peer_send(gate, payload, size);
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
