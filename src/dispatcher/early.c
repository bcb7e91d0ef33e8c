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

bool early_put(struct dispatcher *d, const struct peer *from, uint16_t gate, struct view packet)
{
    struct buf *b = &d->early.packets;
    if (!early_is_young(d) || b->size + packet.size > BYTES_MAX)
        return false;
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

void early_gate_joined(struct dispatcher *d, struct peer *gate)
{
    struct buf all = d->early.packets, left = {0};
    struct reader r = reader_of(all.data, all.size);
    while (reader_left(&r) > 0) {
        const uint8_t *begin = r.at;
        struct record record = read_record(&r);
        if (record.gate == gate->id)
            peer_send(gate, record.packet.data, record.packet.size);
        else
            buf_append(&left, begin, (size_t)(r.at - begin));
    }
    buf_free(&all);
    d->early.packets = left;
}

int64_t early_turn(struct dispatcher *d)
{
    if (d->early.packets.size == 0)
        return CLOCK_NEVER;
    if (early_is_young(d))
        return d->early.until_ms;
    struct buf all = d->early.packets;
    d->early.packets = (struct buf){0};
    struct reader r = reader_of(all.data, all.size);
    while (reader_left(&r) > 0) {
        struct record record = read_record(&r);
        gates_refuse(d, peers_get(&d->games, record.game), record.gate, record.packet);
    }
    buf_free(&all);
    return CLOCK_NEVER;
}
