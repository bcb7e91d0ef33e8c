/* sim_link: links between hosts in memory. Bytes travel in segments, cut anywhere, that arrive in
 * order. */
#include "base/assert.h"
#include "base/buf.h"
#include "base/hash.h"
#include "net/sim_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { QUEUE_BYTES_MAX = 64 * 1024 * 1024 };

static bool is_reading(const struct sim_end *end)
{
    return !end->stalled && !end->link.closing && !end->link.paused;
}

/* A break is noticed by those only who read or write. */
void sim_end_schedule(struct sim_end *end)
{
    int64_t due_us = end->listener.accepted ? end->sim->now_us : end->close_us;
    if (is_reading(end) && end->first && end->first->due_us < due_us &&
        !sim_is_parted(end->sim, end->host, end->peer_host))
        due_us = end->first->due_us;
    if ((is_reading(end) || end->link.out.bytes > 0) && end->break_us < due_us)
        due_us = end->break_us;
    if (due_us == CLOCK_NEVER || end->dead)
        sim_event_cancel(end->sim, &end->event);
    else
        sim_event_at(end->sim, &end->event, due_us);
}

void sim_end_mark_dirty(struct sim_end *end)
{
    if (end->dirty || end->dead)
        return;
    end->dirty = true;
    end->next_dirty = end->sim->dirty;
    end->sim->dirty = end;
}

static void link_woken(struct link *link)
{
    sim_end_mark_dirty((struct sim_end *)link);
}

static void close_at(struct sim_end *end, const char *reason, int64_t due_us)
{
    if (end->close_us != CLOCK_NEVER)
        return;
    end->reason = reason;
    end->close_us = due_us;
    sim_end_schedule(end);
}

static void link_asked_to_close(struct link *link, const char *reason)
{
    struct sim_end *end = (struct sim_end *)link;
    close_at(end, reason, end->sim->now_us);
}

static void link_asked_to_pause(struct link *link, bool paused)
{
    (void)paused;
    sim_end_schedule((struct sim_end *)link);
}

/* Its system knows what has arrived. The end of the stream comes last. */
static bool link_peer_has_gone(const struct link *link)
{
    const struct sim_end *end = (const struct sim_end *)link;
    if (end->break_us <= end->sim->now_us)
        return true;
    return end->first && end->last->size == 0 && end->last->due_us <= end->sim->now_us &&
           !sim_is_parted(end->sim, end->host, end->peer_host);
}

static const struct link_ops ops = {
    .wake = link_woken,
    .close = link_asked_to_close,
    .pause = link_asked_to_pause,
    .has_gone = link_peer_has_gone,
};

/* ---- bytes on their way --------------------------------------------------------------------- */

static void segment_drop(struct sim_end *end)
{
    struct sim_segment *segment = end->first;
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
static void segment_add(struct sim_end *to, struct sim_segment *segment)
{
    if (to->break_us != CLOCK_NEVER) {
        free(segment);
        return;
    }
    segment->next = NULL;
    segment->due_us =
        to->sim->now_us + (int64_t)random_between(&to->random, to->delay_us_min, to->delay_us_max);
    if (to->first)
        to->last->next = segment;
    else
        to->first = segment;
    to->last = segment;
    to->segment_bytes += segment->size;
    sim_end_schedule(to);
}

/* Moves bytes out of the queue into a new segment. */
static struct sim_segment *segment_cut(struct outq *out, size_t size)
{
    struct sim_segment *segment = mem_alloc(sizeof *segment + size);
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

static void tell_flushing(struct sim_end *end)
{
    if (end->link.events && end->link.events->flushing)
        end->link.events->flushing(end->link.user);
}

static void end_flush(struct sim_end *end)
{
    struct outq *out = &end->link.out;
    size_t window = end->sim->desc.window_bytes;
    struct sim_end *to = end->peer;
    while (to && out->bytes > 0 && to->segment_bytes < window) {
        size_t room = window - to->segment_bytes;
        size_t size = random_piece(&end->random, out->bytes < room ? out->bytes : room);
        segment_add(to, segment_cut(out, size));
    }
}

/* What a paused process has not sent yet leaves when it goes on. */
void sim_links_flush(struct sim *sim)
{
    while (sim->dirty) {
        struct sim_end *end = sim->dirty;
        sim->dirty = end->next_dirty;
        end->dirty = false;
        tell_flushing(end);
        if (end->break_us <= sim->now_us)
            sim_end_schedule(end);
        else if (!end->host->paused)
            end_flush(end);
    }
}

/* ---- the end of a link ---------------------------------------------------------------------- */

static void dirty_remove(struct sim_end *end)
{
    struct sim_end **at = &end->sim->dirty;
    while (*at && *at != end)
        at = &(*at)->next_dirty;
    if (*at)
        *at = end->next_dirty;
    end->dirty = false;
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
    segment_add(peer, mem_zalloc(sizeof(struct sim_segment)));
}

static void end_release(struct sim_end *end)
{
    segments_drop(end);
    outq_clear(&end->link.out);
    frame_free(&end->frame);
    free(end);
}

void sim_end_free(struct sim *sim, struct sim_end *end)
{
    end_unlink(sim, end);
    leave_peer(end);
    end_release(end);
}

static void end_close(struct sim *sim, struct sim_end *end)
{
    end->link.closing = true;
    tell_flushing(end);
    end_flush(end);
    end_unlink(sim, end);
    leave_peer(end);
    if (end->link.events)
        end->link.events->closed(end->link.user, end->reason);
    end_release(end);
}

void sim_end_break(struct sim_end *end)
{
    if (end->break_us != CLOCK_NEVER)
        return;
    segments_drop(end);
    end->break_us = end->sim->now_us + (int64_t)random_below(&end->random, end->delay_us_max + 1);
    sim_end_schedule(end);
}

/* Sometimes the system of the dead one has answered what travelled with a reset. */
void sim_end_kill(struct sim_end *end)
{
    struct sim_end *peer = end->peer;
    segments_drop(end);
    outq_clear(&end->link.out);
    dirty_remove(end);
    if (peer && random_below(&end->random, 2)) {
        end->peer = peer->peer = NULL;
        sim_end_break(peer);
    }
    leave_peer(end);
    sim_event_cancel(end->sim, &end->event);
    end->link.closing = true;
    end->dead = true;
}

/* ---- what arrives --------------------------------------------------------------------------- */

/* A pause came in the middle of the segment. Frees it, or puts the rest back. */
static void segment_used(struct sim_end *end, struct sim_segment *segment, size_t used)
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

static void digest(struct sim_end *end, const struct sim_segment *segment)
{
    struct sim *sim = end->sim;
    uint64_t seed = sim->digest ^ end->host->mark ^ (uint64_t)sim->now_us;
    sim->digest = hash64(segment->bytes, segment->size, seed);
}

/* Takes the first segment out before anybody is called: a fault may drop the others meanwhile. */
static void end_read(struct sim_end *end)
{
    struct sim_segment *segment = end->first;
    end->first = segment->next;
    end->segment_bytes -= segment->size;
    if (end->peer && end->peer->link.out.bytes > 0)
        sim_end_mark_dirty(end->peer);
    struct link_fed fed = {0};
    digest(end, segment);
    if (segment->size == 0)
        close_at(end, "the peer closed the connection", end->sim->now_us);
    else
        link_feed(&end->link, &end->frame, segment->bytes, segment->size, &fed);
    segment_used(end, segment, fed.bytes);
}

/* The listener was paused when the link was made. */
static void end_accept(struct sim_end *end)
{
    struct sim_listen_desc listener = end->listener;
    end->listener.accepted = NULL;
    listener.accepted(listener.user, &end->link);
    ASSERT(end->link.events);
}

static void end_due(struct sim *sim, struct sim_event *event)
{
    struct sim_end *end = (struct sim_end *)((char *)event - offsetof(struct sim_end, event));
    if (end->listener.accepted) {
        end_accept(end);
    } else if (end->close_us <= sim->now_us) {
        end_close(sim, end);
        return;
    } else if (end->break_us <= sim->now_us) {
        close_at(end, "the connection broke", sim->now_us);
    } else if (end->first) {
        end_read(end);
    }
    sim_end_schedule(end);
}

/* ---- its start ------------------------------------------------------------------------------ */

void sim_end_draw_delays(struct sim_end *end)
{
    const struct sim_path *path = sim_path_between(end->sim, end->host, end->peer_host);
    const struct sim_desc *desc = &end->sim->desc;
    if (path && path->delay_us_max) {
        end->delay_us_min = path->delay_us_min;
        end->delay_us_max = path->delay_us_max;
        return;
    }
    end->delay_us_min =
        (unsigned)random_between(&end->random, desc->delay_us_min, desc->delay_us_max);
    end->delay_us_max =
        (unsigned)random_between(&end->random, end->delay_us_min, desc->delay_us_max);
}

struct sim_end *sim_end_create(struct sim *sim, struct sim_host *host, struct sim_host *peer_host,
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
    end->random.state = random_next(&host->random);
    end->event = (struct sim_event){.host = host, .run = end_due};
    end->close_us = end->break_us = CLOCK_NEVER;
    sim_end_draw_delays(end);
    end->next = sim->ends;
    if (end->next)
        end->next->prev = end;
    return sim->ends = end;
}

/* Telling one end may close others: the search starts anew each time. */
void sim_links_fini(struct sim *sim)
{
    while (sim->ends) {
        struct sim_end *end = sim->ends;
        end->reason = "the process stops";
        if (end->dead)
            sim_end_free(sim, end);
        else
            end_close(sim, end);
    }
}
