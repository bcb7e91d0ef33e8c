/* dispatchers: see dispatchers.h. */
#include "cluster/dispatchers.h"

#include "base/assert.h"
#include "base/buf.h"
#include "base/id.h"
#include "cluster/abandon.h"
#include "cluster/complain.h"

#include <stdlib.h>

#define BACKLOG_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define QUEUE_SOFT_MAX ((size_t)4 * 1024 * 1024)

enum slot_state { SLOT_AWAY, SLOT_DIALLING, SLOT_UP };

/* One dispatcher. */
struct slot {
    struct dispatchers *owner;
    unsigned index;
    enum slot_state state;
    int64_t dial_at_ms;
    struct link *link;   /* borrowed; NULL unless up */
    struct outq backlog; /* what waits for the next link */
    bool was_up;
};

struct dispatchers {
    struct dispatchers_desc desc;
    struct dispatchers_stats stats;
    struct complaint dropped, unreachable;
    struct slot slots[];
};

static void link_packet(void *user, const uint8_t *payload, size_t size)
{
    struct slot *slot = user;
    slot->owner->stats.packets_received++;
    slot->owner->desc.packet(slot->owner->desc.user, slot->index, payload, size);
}

static void slot_retry_later(struct slot *slot)
{
    slot->state = SLOT_AWAY;
    slot->link = NULL;
    slot->dial_at_ms = slot->owner->desc.clock->now_ms + DISPATCHERS_RETRY_MS;
}

static void link_closed(void *user, const char *reason)
{
    struct slot *slot = user;
    struct dispatchers *ds = slot->owner;
    size_t unsent = slot->link->out.bytes;
    ds->stats.bytes_lost += unsent;
    slot_retry_later(slot);
    log_warn(ds->desc.log, "dispatcher_lost", "dispid=%u unsent_bytes=%zu reason=\"%s\"",
             slot->index + 1, unsent, reason);
    ds->desc.down(ds->desc.user, slot->index);
}

static const struct link_events link_events = {.packet = link_packet, .closed = link_closed};

struct dispatchers *dispatchers_create(const struct dispatchers_desc *desc)
{
    ASSERT(desc->count >= 1);
    struct dispatchers *ds = mem_zalloc(sizeof *ds + desc->count * sizeof *ds->slots);
    ds->desc = *desc;
    if (!ds->desc.backlog_bytes_max)
        ds->desc.backlog_bytes_max = BACKLOG_BYTES_MAX;
    if (!ds->desc.queue_soft_max)
        ds->desc.queue_soft_max = QUEUE_SOFT_MAX;
    for (unsigned i = 0; i < desc->count; i++) {
        ds->slots[i] = (struct slot){.owner = ds, .index = i, .dial_at_ms = desc->clock->now_ms};
        outq_init(&ds->slots[i].backlog, desc->pool, ds->desc.backlog_bytes_max);
    }
    return ds;
}

static void slot_fini(struct slot *slot)
{
    outq_clear(&slot->backlog);
    if (slot->link)
        link_abandon(slot->link, "this process stops");
}

void dispatchers_destroy(struct dispatchers *ds)
{
    if (!ds)
        return;
    for (unsigned i = 0; i < ds->desc.count; i++)
        slot_fini(&ds->slots[i]);
    free(ds);
}

/* The registration goes first, then what has waited for the dispatcher. */
static void slot_send_backlog(struct slot *slot)
{
    struct outq *out = &slot->link->out;
    bool was_empty = out->bytes == 0;
    slot->owner->stats.backlog_bytes -= slot->backlog.bytes;
    outq_splice(out, &slot->backlog);
    if (was_empty && out->bytes > 0)
        slot->link->ops->wake(slot->link);
}

void dispatchers_up(struct dispatchers *ds, unsigned index, struct link *link)
{
    ASSERT(index < ds->desc.count);
    struct slot *slot = &ds->slots[index];
    ASSERT(slot->state == SLOT_DIALLING);
    slot->state = SLOT_UP;
    slot->link = link;
    link->events = &link_events;
    link->user = slot;
    if (slot->was_up)
        ds->stats.reconnects++;
    slot->was_up = true;
    log_info(ds->desc.log, "dispatcher_connected", "dispid=%u address=%s", index + 1,
             link->address);
    ds->desc.hello(ds->desc.user, index, link);
    slot_send_backlog(slot);
}

void dispatchers_down(struct dispatchers *ds, unsigned index)
{
    ASSERT(index < ds->desc.count);
    if (ds->slots[index].state != SLOT_DIALLING)
        return;
    slot_retry_later(&ds->slots[index]);
    complain(&ds->unreachable, ds->desc.log, ds->desc.clock, "dispatcher_unreachable", "dispid=%u",
             index + 1);
}

int64_t dispatchers_turn(struct dispatchers *ds)
{
    int64_t next = CLOCK_NEVER;
    for (unsigned i = 0; i < ds->desc.count; i++) {
        struct slot *slot = &ds->slots[i];
        if (slot->state == SLOT_AWAY && slot->dial_at_ms <= ds->desc.clock->now_ms) {
            slot->state = SLOT_DIALLING;
            ds->desc.dial(ds->desc.user, i);
        } else if (slot->state == SLOT_AWAY && slot->dial_at_ms < next) {
            next = slot->dial_at_ms;
        }
    }
    return next;
}

unsigned dispatchers_connected(const struct dispatchers *ds)
{
    unsigned connected = 0;
    for (unsigned i = 0; i < ds->desc.count; i++)
        connected += dispatchers_is_up(ds, i);
    return connected;
}

bool dispatchers_is_up(const struct dispatchers *ds, unsigned index)
{
    const struct link *link = ds->slots[index].link;
    return link && !link->closing;
}

static void drop(struct dispatchers *ds, unsigned index, const char *reason)
{
    ds->stats.packets_dropped++;
    complain(&ds->dropped, ds->desc.log, ds->desc.clock, "packet_dropped",
             "dispid=%u reason=\"%s\"", index + 1, reason);
}

void dispatchers_send2(struct dispatchers *ds, unsigned index, const void *head, size_t head_size,
                       const void *tail, size_t tail_size)
{
    struct slot *slot = &ds->slots[index];
    if (head_size + tail_size > PACKET_PAYLOAD_BYTES_MAX) { /* the link would be closed for it */
        drop(ds, index, "it is too large");
        return;
    }
    if (dispatchers_is_up(ds, index)) {
        if (link_send2(slot->link, head, head_size, tail, tail_size))
            ds->stats.packets_sent++;
        else
            drop(ds, index, "the link is full");
        return;
    }
    size_t waiting = slot->backlog.bytes;
    if (outq_put2(&slot->backlog, head, head_size, tail, tail_size) == GW_OK)
        ds->stats.packets_sent++;
    else
        drop(ds, index, "the backlog is full");
    ds->stats.backlog_bytes += slot->backlog.bytes - waiting;
}

void dispatchers_send(struct dispatchers *ds, unsigned index, const void *payload, size_t size)
{
    dispatchers_send2(ds, index, payload, size, payload, 0);
}

void dispatchers_send_all(struct dispatchers *ds, const void *payload, size_t size)
{
    for (unsigned i = 0; i < ds->desc.count; i++)
        dispatchers_send(ds, i, payload, size);
}

static size_t unsent_bytes(const struct slot *slot)
{
    return slot->link ? slot->link->out.bytes : 0;
}

bool dispatchers_is_congested(const struct dispatchers *ds, unsigned index)
{
    return unsent_bytes(&ds->slots[index]) > ds->desc.queue_soft_max;
}

bool dispatchers_has_drained(const struct dispatchers *ds, unsigned index)
{
    return unsent_bytes(&ds->slots[index]) <= ds->desc.queue_soft_max / 2;
}

unsigned dispatchers_of_entity(const struct dispatchers *ds, gw_id entity)
{
    return id_dispatcher(entity, ds->desc.count);
}

const struct dispatchers_stats *dispatchers_stats(const struct dispatchers *ds)
{
    return &ds->stats;
}

#define ROW(kind, member, name, help)                                                              \
    METRIC(kind, struct dispatchers_stats, member, "to_dispatchers_" name, help)
const struct metric dispatchers_metrics[] = {
    ROW(COUNTER, packets_sent, "packets_sent_total", "Packets to dispatchers"),
    ROW(COUNTER, packets_received, "packets_received_total", "Packets from dispatchers"),
    ROW(COUNTER, packets_dropped, "packets_dropped_total", "Packets that found no room"),
    ROW(COUNTER, bytes_lost, "bytes_lost_total", "Bytes unsent when their link broke"),
    ROW(COUNTER, reconnects, "reconnects_total", "Links to dispatchers that were made again"),
    ROW(GAUGE, backlog_bytes, "backlog_bytes", "Bytes that wait for dispatchers that are away"),
    METRIC_END,
};
#undef ROW
