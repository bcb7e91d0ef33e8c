/* dispatchers: see dispatchers.h. */
#include "cluster/dispatchers.h"

#include "base/assert.h"
#include "base/buf.h"
#include "base/id.h"
#include "cluster/slot.h"

#include <stdlib.h>

#define BACKLOG_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define AWAY_MS_MAX 30000
#define QUEUE_SOFT_MAX ((size_t)4 * 1024 * 1024)

struct dispatchers {
    struct slots all;
    struct slot slots[];
};

struct dispatchers *dispatchers_create(const struct dispatchers_desc *desc)
{
    ASSERT(desc->count >= 1);
    struct dispatchers *ds = mem_zalloc(sizeof *ds + desc->count * sizeof *ds->slots);
    ds->all.desc = *desc;
    if (!ds->all.desc.backlog_bytes_max)
        ds->all.desc.backlog_bytes_max = BACKLOG_BYTES_MAX;
    if (!ds->all.desc.away_ms_max)
        ds->all.desc.away_ms_max = AWAY_MS_MAX;
    if (!ds->all.desc.queue_soft_max)
        ds->all.desc.queue_soft_max = QUEUE_SOFT_MAX;
    for (unsigned i = 0; i < desc->count; i++)
        slot_init(&ds->slots[i], &ds->all, i);
    return ds;
}

void dispatchers_destroy(struct dispatchers *ds)
{
    if (!ds)
        return;
    for (unsigned i = 0; i < ds->all.desc.count; i++)
        slot_fini(&ds->slots[i]);
    free(ds);
}

void dispatchers_leave_silently(struct dispatchers *ds)
{
    ds->all.leaves_silently = true;
}

void dispatchers_up(struct dispatchers *ds, unsigned index, struct link *link)
{
    ASSERT(index < ds->all.desc.count);
    slot_up(&ds->slots[index], link);
}

void dispatchers_down(struct dispatchers *ds, unsigned index)
{
    ASSERT(index < ds->all.desc.count);
    slot_down(&ds->slots[index]);
}

int64_t dispatchers_turn(struct dispatchers *ds)
{
    int64_t next = CLOCK_NEVER;
    for (unsigned i = 0; i < ds->all.desc.count; i++) {
        int64_t due_ms = slot_turn(&ds->slots[i]);
        if (due_ms < next)
            next = due_ms;
    }
    return next;
}

unsigned dispatchers_connected(const struct dispatchers *ds)
{
    unsigned connected = 0;
    for (unsigned i = 0; i < ds->all.desc.count; i++)
        connected += dispatchers_is_up(ds, i);
    return connected;
}

bool dispatchers_is_up(const struct dispatchers *ds, unsigned index)
{
    return slot_is_up(&ds->slots[index]);
}

bool dispatchers_has_said_hello(const struct dispatchers *ds, unsigned index)
{
    return ds->slots[index].session.said_hello;
}

uint64_t dispatchers_epoch(const struct dispatchers *ds, unsigned index)
{
    return ds->slots[index].session.epoch;
}

/* One that cannot resume gives us up as soon as the link breaks. */
int64_t dispatchers_cut_off_ms(const struct dispatchers *ds, unsigned index)
{
    const struct slot *slot = &ds->slots[index];
    if (slot->session.resumes)
        return slot->lease_ms;
    return slot->was_up && !slot_is_up(slot) ? 0 : CLOCK_NEVER;
}

bool dispatchers_is_cut_off(const struct dispatchers *ds, unsigned index)
{
    return ds->all.desc.clock->now_ms >= dispatchers_cut_off_ms(ds, index);
}

void dispatchers_cancel_freeze(struct dispatchers *ds)
{
    for (unsigned i = 0; i < ds->all.desc.count; i++)
        slot_cancel_freeze(&ds->slots[i]);
}

NEVER_INLINE void drop(struct dispatchers *ds, unsigned index, const char *reason)
{
    ds->all.stats.packets_dropped++;
    complain(&ds->all.dropped, ds->all.desc.log, ds->all.desc.clock, "packet_dropped",
             "dispid=%u reason=\"%s\"", index + 1, reason);
}

/* The link would be closed for it. */
static bool is_too_large(struct dispatchers *ds, unsigned index, size_t size)
{
    if (size <= PACKET_PAYLOAD_BYTES_MAX)
        return false;
    drop(ds, index, "it is too large");
    return true;
}

static void sent(struct dispatchers *ds, unsigned index, bool ok)
{
    if (ok)
        ds->all.stats.packets_sent++;
    else
        drop(ds, index, ds->slots[index].session.link ? "the link is full" : "the backlog is full");
}

void dispatchers_send(struct dispatchers *ds, unsigned index, const void *payload, size_t size)
{
    if (!is_too_large(ds, index, size))
        sent(ds, index, slot_send(&ds->slots[index], payload, size));
}

void dispatchers_send2(struct dispatchers *ds, unsigned index, const void *head, size_t head_size,
                       const void *tail, size_t tail_size)
{
    if (!is_too_large(ds, index, head_size + tail_size))
        sent(ds, index, slot_send2(&ds->slots[index], head, head_size, tail, tail_size));
}

void dispatchers_send_all(struct dispatchers *ds, const void *payload, size_t size)
{
    for (unsigned i = 0; i < ds->all.desc.count; i++)
        dispatchers_send(ds, i, payload, size);
}

/* What waits for one that has been given up holds nobody: it may never come back. */
static size_t unsent_bytes(const struct slot *slot)
{
    return slot->registered ? session_unsent_bytes(&slot->session) : 0;
}

bool dispatchers_is_congested(const struct dispatchers *ds, unsigned index)
{
    return unsent_bytes(&ds->slots[index]) > ds->all.desc.queue_soft_max;
}

bool dispatchers_has_drained(const struct dispatchers *ds, unsigned index)
{
    return unsent_bytes(&ds->slots[index]) <= ds->all.desc.queue_soft_max / 2;
}

unsigned dispatchers_of_entity(const struct dispatchers *ds, gw_id entity)
{
    return id_dispatcher(entity, ds->all.desc.count);
}

const struct dispatchers_stats *dispatchers_stats(const struct dispatchers *ds)
{
    return &ds->all.stats;
}

#define ROW(kind, member, name, help)                                                              \
    METRIC(kind, struct dispatchers_stats, member, "to_dispatchers_" name, help)
const struct metric dispatchers_metrics[] = {
    ROW(COUNTER, packets_sent, "packets_sent_total", "Packets to dispatchers"),
    ROW(COUNTER, packets_received, "packets_received_total", "Packets from dispatchers"),
    ROW(COUNTER, packets_dropped, "packets_dropped_total", "Packets that found no room"),
    ROW(COUNTER, bytes_lost, "bytes_lost_total",
        "Bytes that a dispatcher may not have got before it was lost"),
    ROW(COUNTER, reconnects, "reconnects_total", "Registrations after the first"),
    ROW(COUNTER, resumed, "resumed_total", "Broken links after which all went on"),
    ROW(GAUGE, backlog_bytes, "backlog_bytes", "Bytes that wait for dispatchers that are away"),
    METRIC_END,
};
#undef ROW
