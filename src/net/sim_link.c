/* sim_link: links between hosts in memory. Bytes travel in segments, cut anywhere, that arrive in
 * order. */
#include "base/assert.h"
#include "base/buf.h"
#include "net/sim_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { SPANS_MAX = 32, QUEUE_BYTES_MAX = 64 * 1024 * 1024, DIAL_TIMEOUT_US = 10 * 1000 * 1000 };

struct segment {
    struct segment *next;
    int64_t due_us;
    size_t size; /* 0: the end of the stream */
    uint8_t bytes[];
};

/* One end of a link. Its segments are those that travel towards it. */
struct sim_end {
    struct link link;       /* first: a link is its end */
    struct sim_event event; /* the first segment, or the close, is due */
    struct sim *sim;
    struct sim_end *peer; /* NULL: it is gone */
    const struct sim_host *host, *peer_host;
    struct sim_end *prev, *next, *next_dirty;
    struct frame frame;
    struct segment *first, *last;
    size_t segment_bytes;
    unsigned delay_us_min, delay_us_max;
    int64_t close_us; /* when `closed` is told; CLOCK_NEVER: nothing is known of a close */
    const char *reason;
    bool stalled, dirty;
};

struct sim_listener {
    struct sim_listener *next;
    char name[64];
    struct sim_host *host;
    struct sim_listen_desc desc;
};

struct sim_dial {
    struct sim_event event;
    struct sim_dial *next;
    struct sim_host *from, *to_host;
    char to[64];
    struct sim_connect_desc desc;
    bool timed_out;
};

static struct sim_host *host_of(struct sim *sim, const char *name)
{
    size_t size = strcspn(name, ":");
    for (struct sim_host *host = sim->hosts; host; host = host->next)
        if (strlen(host->name) == size && memcmp(host->name, name, size) == 0)
            return host;
    struct sim_host *host = mem_zalloc(sizeof *host);
    ASSERT(size < sizeof host->name);
    memcpy(host->name, name, size);
    host->next = sim->hosts;
    return sim->hosts = host;
}

static struct sim_partition **find_partition(struct sim *sim, const struct sim_host *a,
                                             const struct sim_host *b)
{
    struct sim_partition **at = &sim->partitions;
    while (*at && !((*at)->a == a && (*at)->b == b) && !((*at)->a == b && (*at)->b == a))
        at = &(*at)->next;
    return at;
}

static bool is_parted(struct sim *sim, const struct sim_host *a, const struct sim_host *b)
{
    return *find_partition(sim, a, b) != NULL;
}

/* Sets the end's event to what comes next for it. */
static void end_schedule(struct sim_end *end)
{
    int64_t due_us = end->close_us;
    bool can_read = end->first && !end->stalled && !end->link.closing && !end->link.paused;
    if (can_read && is_parted(end->sim, end->host, end->peer_host))
        can_read = false;
    if (can_read && end->first->due_us < due_us)
        due_us = end->first->due_us;
    if (due_us == CLOCK_NEVER)
        sim_event_cancel(end->sim, &end->event);
    else
        sim_event_at(end->sim, &end->event, due_us);
}

static void mark_dirty(struct sim_end *end)
{
    if (end->dirty)
        return;
    end->dirty = true;
    end->next_dirty = end->sim->dirty;
    end->sim->dirty = end;
}

static void link_woken(struct link *link)
{
    mark_dirty((struct sim_end *)link);
}

static void close_at(struct sim_end *end, const char *reason, int64_t due_us)
{
    if (end->close_us != CLOCK_NEVER)
        return;
    end->reason = reason;
    end->close_us = due_us;
    end_schedule(end);
}

static void link_asked_to_close(struct link *link, const char *reason)
{
    struct sim_end *end = (struct sim_end *)link;
    close_at(end, reason, end->sim->now_us);
}

static void link_asked_to_pause(struct link *link, bool paused)
{
    (void)paused;
    end_schedule((struct sim_end *)link);
}

/* The end of the stream comes last. */
static bool link_peer_has_gone(const struct link *link)
{
    const struct sim_end *end = (const struct sim_end *)link;
    return end->first && end->last->size == 0;
}

static const struct link_ops ops = {
    .wake = link_woken,
    .close = link_asked_to_close,
    .pause = link_asked_to_pause,
    .has_gone = link_peer_has_gone,
};

static void segment_drop(struct sim_end *end)
{
    struct segment *segment = end->first;
    end->first = segment->next;
    end->segment_bytes -= segment->size;
    free(segment);
}

static void segments_drop(struct sim_end *end)
{
    while (end->first)
        segment_drop(end);
}

/* Segments cannot overtake each other: one that is due earlier than the one before comes with that.
 */
static void segment_add(struct sim_end *to, struct segment *segment)
{
    struct random *random = &to->sim->random;
    segment->next = NULL;
    segment->due_us =
        to->sim->now_us + (int64_t)random_between(random, to->delay_us_min, to->delay_us_max);
    if (to->first)
        to->last->next = segment;
    else
        to->first = segment;
    to->last = segment;
    to->segment_bytes += segment->size;
    end_schedule(to);
}

/* Moves bytes out of the queue into a new segment. */
static struct segment *segment_cut(struct outq *out, size_t size)
{
    struct segment *segment = mem_alloc(sizeof *segment + size);
    segment->size = 0;
    while (segment->size < size) {
        struct outq_span span;
        outq_peek(out, &span, 1);
        size_t part = span.size < size - segment->size ? span.size : size - segment->size;
        memcpy(segment->bytes + segment->size, span.data, part);
        segment->size += part;
        outq_consume(out, part);
    }
    return segment;
}

/* Mostly all, sometimes a few bytes, sometimes anything between. */
static size_t random_piece(struct random *random, size_t size)
{
    switch (random_below(random, 8)) {
    case 0:
        return (size_t)random_between(random, 1, size < 8 ? size : 8);
    case 1:
    case 2:
        return (size_t)random_between(random, 1, size);
    default:
        return size;
    }
}

static void end_flush(struct sim_end *end)
{
    struct outq *out = &end->link.out;
    size_t window = end->sim->desc.window_bytes;
    struct sim_end *to = end->peer;
    while (to && out->bytes > 0 && to->segment_bytes < window) {
        size_t room = window - to->segment_bytes;
        size_t size = random_piece(&end->sim->random, out->bytes < room ? out->bytes : room);
        segment_add(to, segment_cut(out, size));
    }
}

void sim_links_flush(struct sim *sim)
{
    while (sim->dirty) {
        struct sim_end *end = sim->dirty;
        sim->dirty = end->next_dirty;
        end->dirty = false;
        end_flush(end);
    }
}

static void dirty_remove(struct sim_end *end)
{
    struct sim_end **at = &end->sim->dirty;
    while (*at && *at != end)
        at = &(*at)->next_dirty;
    if (*at)
        *at = end->next_dirty;
}

static void end_unlink(struct sim *sim, struct sim_end *end)
{
    dirty_remove(end);
    sim_event_cancel(sim, &end->event);
    if (end->prev)
        end->prev->next = end->next;
    else
        sim->ends = end->next;
    if (end->next)
        end->next->prev = end->prev;
    ASSERT(sim->ends != end);
}

/* The other end sees the end of the stream behind everything that travels. */
static void leave_peer(struct sim_end *end)
{
    struct sim_end *peer = end->peer;
    if (!peer)
        return;
    end->peer = peer->peer = NULL;
    segment_add(peer, mem_zalloc(sizeof(struct segment)));
}

static void end_close(struct sim *sim, struct sim_end *end)
{
    end->link.closing = true;
    end_flush(end);
    end_unlink(sim, end);
    leave_peer(end);
    end->link.events->closed(end->link.user, end->reason);
    segments_drop(end);
    outq_clear(&end->link.out);
    frame_free(&end->frame);
    free(end);
}

static bool deliver(void *user, const uint8_t *payload, size_t size)
{
    struct sim_end *end = user;
    end->link.events->packet(end->link.user, payload, size);
    return !end->link.closing && !end->link.paused;
}

/* A pause came in the middle of the segment. Frees it, or puts the rest back. */
static void segment_used(struct sim_end *end, struct segment *segment, size_t used)
{
    if (!end->link.paused || used == segment->size) {
        free(segment);
        return;
    }
    segment->size -= used;
    memmove(segment->bytes, segment->bytes + used, segment->size);
    segment->next = end->first;
    end->first = segment;
    if (!segment->next)
        end->last = segment;
    end->segment_bytes += segment->size;
}

/* Takes the first segment out before anybody is called: a fault may drop the others meanwhile. */
static void end_read(struct sim_end *end)
{
    struct segment *segment = end->first;
    end->first = segment->next;
    end->segment_bytes -= segment->size;
    if (end->peer && end->peer->link.out.bytes > 0)
        mark_dirty(end->peer);
    enum frame_result result = FRAME_OK;
    size_t used = 0;
    if (segment->size == 0)
        close_at(end, "the peer closed the connection", end->sim->now_us);
    else
        result = frame_feed(&end->frame, segment->bytes, segment->size, end->link.payload_bytes_max,
                            deliver, end, &used);
    segment_used(end, segment, used);
    if (result == FRAME_TOO_LONG)
        link_close(&end->link, "it sent a packet longer than the limit");
    if (result == FRAME_TOO_SHORT)
        link_close(&end->link, "it sent a packet too short for a message type");
}

static void end_due(struct sim *sim, struct sim_event *event)
{
    struct sim_end *end = (struct sim_end *)((char *)event - offsetof(struct sim_end, event));
    if (end->close_us <= sim->now_us) {
        end_close(sim, end);
        return;
    }
    end_read(end);
    end_schedule(end);
}

static struct sim_end *end_create(struct sim *sim, const struct sim_host *host,
                                  const struct sim_host *peer_host,
                                  const struct link_limits *limits)
{
    struct sim_end *end = mem_zalloc(sizeof *end);
    outq_init(&end->link.out, &sim->pool,
              limits->queue_bytes_max ? limits->queue_bytes_max : QUEUE_BYTES_MAX);
    end->link.ops = &ops;
    end->link.payload_bytes_max =
        limits->payload_bytes_max ? limits->payload_bytes_max : PACKET_PAYLOAD_BYTES_MAX;
    snprintf(end->link.address, sizeof end->link.address, "%s", peer_host->name);
    end->sim = sim;
    end->host = host;
    end->peer_host = peer_host;
    end->event.run = end_due;
    end->close_us = CLOCK_NEVER;
    end->delay_us_min =
        (unsigned)random_between(&sim->random, sim->desc.delay_us_min, sim->desc.delay_us_max);
    end->delay_us_max =
        (unsigned)random_between(&sim->random, end->delay_us_min, sim->desc.delay_us_max);
    end->next = sim->ends;
    if (end->next)
        end->next->prev = end;
    return sim->ends = end;
}

void sim_listen(struct sim *sim, const struct sim_listen_desc *desc)
{
    struct sim_listener *listener = sim->listeners;
    while (listener && strcmp(listener->name, desc->name) != 0)
        listener = listener->next;
    if (!listener) {
        listener = mem_zalloc(sizeof *listener);
        listener->next = sim->listeners;
        sim->listeners = listener;
        snprintf(listener->name, sizeof listener->name, "%s", desc->name);
        listener->host = host_of(sim, desc->name);
    }
    listener->desc = *desc;
}

static void dial_free(struct sim *sim, struct sim_dial *dial)
{
    struct sim_dial **at = &sim->dials;
    while (*at != dial)
        at = &(*at)->next;
    *at = dial->next;
    sim_event_cancel(sim, &dial->event);
    free(dial);
}

static void dial_failed(struct sim *sim, struct sim_dial *dial, const char *reason)
{
    struct sim_connect_desc desc = dial->desc;
    dial_free(sim, dial);
    desc.connected(desc.user, NULL, reason);
}

static void dial_accepted(struct sim *sim, struct sim_dial *dial, struct sim_listener *listener)
{
    struct sim_connect_desc desc = dial->desc;
    struct sim_end *near = end_create(sim, dial->from, listener->host, &desc.limits);
    struct sim_end *far = end_create(sim, listener->host, dial->from, &listener->desc.limits);
    bool near_first = random_below(&sim->random, 2) == 0;
    near->peer = far;
    far->peer = near;
    dial_free(sim, dial);
    if (near_first)
        desc.connected(desc.user, &near->link, NULL);
    listener->desc.accepted(listener->desc.user, &far->link);
    if (!near_first)
        desc.connected(desc.user, &near->link, NULL);
    ASSERT(near->link.events && far->link.events);
}

static void dial_due(struct sim *sim, struct sim_event *event)
{
    struct sim_dial *dial = (struct sim_dial *)event;
    struct sim_listener *listener = sim->listeners;
    while (listener && strcmp(listener->name, dial->to) != 0)
        listener = listener->next;
    if (dial->timed_out) {
        dial_failed(sim, dial, "the peer does not answer");
    } else if (is_parted(sim, dial->from, dial->to_host)) {
        dial->timed_out = true;
        sim_event_at(sim, &dial->event, sim->now_us + DIAL_TIMEOUT_US);
    } else if (!listener) {
        dial_failed(sim, dial, "the connection was refused");
    } else {
        dial_accepted(sim, dial, listener);
    }
}

void sim_connect(struct sim *sim, const struct sim_connect_desc *desc)
{
    struct sim_dial *dial = mem_zalloc(sizeof *dial);
    dial->event.run = dial_due;
    dial->from = host_of(sim, desc->from);
    dial->to_host = host_of(sim, desc->to);
    snprintf(dial->to, sizeof dial->to, "%s", desc->to);
    dial->desc = *desc;
    dial->next = sim->dials;
    sim->dials = dial;
    sim_event_at(sim, &dial->event,
                 sim->now_us + (int64_t)random_between(&sim->random, sim->desc.delay_us_min,
                                                       sim->desc.delay_us_max));
}

static void end_break(struct sim_end *end)
{
    segments_drop(end);
    close_at(end, "the connection broke",
             end->sim->now_us + (int64_t)random_below(&end->sim->random, end->delay_us_max + 1));
    end_schedule(end);
}

void sim_cut_link(struct link *link)
{
    struct sim_end *end = (struct sim_end *)link;
    if (end->peer)
        end_break(end->peer);
    end_break(end);
}

void sim_cut(struct sim *sim, const char *host, const char *other)
{
    const struct sim_host *a = host_of(sim, host), *b = host_of(sim, other);
    for (struct sim_end *end = sim->ends; end; end = end->next)
        if (end->host == a && end->peer_host == b)
            sim_cut_link(&end->link);
}

void sim_stall(struct link *link, bool stalled)
{
    struct sim_end *end = (struct sim_end *)link;
    end->stalled = stalled;
    end_schedule(end);
}

void sim_partition(struct sim *sim, const char *host, const char *other, bool parted)
{
    const struct sim_host *a = host_of(sim, host), *b = host_of(sim, other);
    struct sim_partition **at = find_partition(sim, a, b), *found = *at;
    if (parted && !found) {
        *at = mem_alloc(sizeof **at);
        **at = (struct sim_partition){.a = a, .b = b};
    } else if (!parted && found) {
        *at = found->next;
        free(found);
    }
    for (struct sim_end *end = sim->ends; end; end = end->next)
        end_schedule(end);
}

static void listeners_remove(struct sim *sim, const struct sim_host *host)
{
    struct sim_listener **at = &sim->listeners;
    while (*at) {
        struct sim_listener *listener = *at;
        if (host && listener->host != host) {
            at = &listener->next;
            continue;
        }
        *at = listener->next;
        free(listener);
    }
}

static void dials_remove(struct sim *sim, const struct sim_host *from)
{
    for (struct sim_dial *dial = sim->dials, *next; dial; dial = next) {
        next = dial->next;
        if (!from || dial->from == from)
            dial_free(sim, dial);
    }
}

/* Telling one end may close others: the search starts anew each time. */
static void ends_close(struct sim *sim, const struct sim_host *host, const char *reason)
{
    struct sim_end *end = sim->ends;
    while (end) {
        if (host && end->host != host) {
            end = end->next;
            continue;
        }
        end->reason = reason;
        end_close(sim, end);
        end = sim->ends;
    }
}

void sim_kill(struct sim *sim, const char *name)
{
    const struct sim_host *host = host_of(sim, name);
    listeners_remove(sim, host);
    dials_remove(sim, host);
    ends_close(sim, host, "the process stops");
}

void sim_links_fini(struct sim *sim)
{
    listeners_remove(sim, NULL);
    dials_remove(sim, NULL);
    ends_close(sim, NULL, "the process stops");
    while (sim->partitions) {
        struct sim_partition *next = sim->partitions->next;
        free(sim->partitions);
        sim->partitions = next;
    }
    while (sim->hosts) {
        struct sim_host *next = sim->hosts->next;
        free(sim->hosts);
        sim->hosts = next;
    }
}
