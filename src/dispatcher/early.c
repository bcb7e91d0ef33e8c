/* early: see early.h. */
#include "dispatcher/early.h"

#include "dispatcher/core.h"
#include "dispatcher/gates.h"
#include "wire/writer.h"

#define BYTES_MAX ((size_t)16 * 1024 * 1024)

struct record {
    uint16_t gate, game;
    struct view packet;
};

bool early_is_young(const struct dispatcher *d)
{
    return !d->stats.ready && d->desc.clock->now_ms < d->early.until_ms;
}

/* That gate, or its HELLO: both follow each other closely. */
static bool may_come(const struct dispatcher *d, uint16_t gate)
{
    if (peers_get(&d->gates, gate))
        return d->desc.clock->now_ms < d->early.until_ms;
    return early_is_young(d);
}

bool early_put(struct dispatcher *d, const struct peer *from, uint16_t gate, struct view packet)
{
    struct buf *b = &d->early.packets;
    if (!may_come(d, gate) || b->size + packet.size > BYTES_MAX)
        return false;
    struct peer *here = peers_get(&d->gates, gate);
    if (here)
        here->is_early = true;
    write_u16(b, gate);
    write_u16(b, from->id);
    write_var(b, packet.data, packet.size);
    return true;
}

static struct record read_record(struct reader *r)
{
    struct record record = {.gate = read_u16(r), .game = read_u16(r)};
    record.packet = read_var(r);
    return record;
}

/* Takes those out of the queue for which take() returns true, and puts none in; the others move
 * up. */
static void take_out(struct dispatcher *d, bool (*take)(struct dispatcher *d, struct record record))
{
    struct buf *b = &d->early.packets;
    struct reader r = reader_of(b->data, b->size);
    b->size = 0;
    while (reader_left(&r) > 0) {
        const uint8_t *begin = r.at;
        if (take(d, read_record(&r)))
            continue;
        size_t size = (size_t)(r.at - begin);
        memmove(b->data + b->size, begin, size);
        b->size += size;
    }
    if (b->size == 0)
        buf_free(b);
}

/* Nothing overtakes what the gate cannot have yet. */
static bool send_now(struct dispatcher *d, struct record record)
{
    struct peer *gate = peers_get(&d->gates, record.gate);
    if (!gate)
        return false;
    gate->is_early |= !peer_knows(gate, record.packet);
    if (gate->is_early)
        return false;
    peer_send(gate, record.packet.data, record.packet.size);
    return true;
}

static void nothing_waits(struct dispatcher *d)
{
    for (size_t i = 0; i < d->gates.count; i++)
        d->gates.all[i]->is_early = false;
}

void early_gate_is_here(struct dispatcher *d)
{
    nothing_waits(d);
    take_out(d, send_now);
}

static bool end_wait(struct dispatcher *d, struct record record)
{
    if (may_come(d, record.gate))
        return false;
    gates_send_or_refuse(d, peers_get(&d->games, record.game), record.gate, record.packet);
    return true;
}

void early_gate_is_gone(struct dispatcher *d)
{
    d->early.all_may_come = false;
}

int64_t early_turn(struct dispatcher *d)
{
    if (d->early.packets.size == 0)
        return CLOCK_NEVER;
    bool is_over = d->desc.clock->now_ms >= d->early.until_ms;
    if (early_is_young(d) || (d->early.all_may_come && !is_over))
        return d->early.until_ms;
    if (is_over)
        nothing_waits(d);
    take_out(d, end_wait);
    d->early.all_may_come = true;
    return d->early.packets.size ? d->early.until_ms : CLOCK_NEVER;
}
