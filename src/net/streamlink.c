/* streamlink: see streamlink.h. The stream sends straight out of the link's queue. */
#include "net/streamlink.h"

#include "base/buf.h"
#include "net/frame.h"

#include <stdlib.h>

enum { QUEUE_BYTES_MAX = 64 * 1024 * 1024 };

struct streamlink {
    struct link link; /* first: a link is its streamlink */
    struct stream *stream;
    struct frame frame;
    struct buf *held; /* what was read before a pause and is not delivered yet; NULL: nothing */
};

static void wake(struct link *link)
{
    stream_wake(((struct streamlink *)link)->stream);
}

static void close_link(struct link *link, const char *reason)
{
    struct stream *stream = ((struct streamlink *)link)->stream;
    if (reason == link_full)
        stream->stats->queues_full++;
    stream_close(stream, reason);
}

static void pause_link(struct link *link, bool paused)
{
    stream_pause(((struct streamlink *)link)->stream, paused);
}

static bool has_gone(const struct link *link)
{
    return stream_has_gone(((const struct streamlink *)link)->stream);
}

static void say_farewell(struct link *link, const char *words, size_t size)
{
    stream_farewell(((struct streamlink *)link)->stream, words, size);
}

static const struct link_ops ops = {
    .wake = wake,
    .close = close_link,
    .pause = pause_link,
    .has_gone = has_gone,
    .farewell = say_farewell,
};

/* At most what one read brings, and what was held of the one before. */
static void hold(struct streamlink *sl, const uint8_t *data, size_t size)
{
    if (!sl->held)
        sl->held = mem_zalloc(sizeof *sl->held);
    buf_append(sl->held, data, size);
}

static void feed(struct streamlink *sl, const uint8_t *data, size_t size)
{
    struct net_stats *stats = sl->stream->stats;
    struct link_fed fed;
    enum frame_result result = link_feed(&sl->link, &sl->frame, data, size, &fed);
    stats->packets_in += fed.packets;
    stats->packets_too_long += result == FRAME_TOO_LONG;
    stats->packets_too_short += result == FRAME_TOO_SHORT;
    if (result == FRAME_STOPPED && !sl->link.closing && fed.bytes < size)
        hold(sl, data + fed.bytes, size - fed.bytes);
}

static void stream_bytes(void *user, uint8_t *data, size_t size)
{
    struct streamlink *sl = user;
    if (sl->link.closing)
        return;
    if (sl->held || sl->link.paused)
        hold(sl, data, size);
    else
        feed(sl, data, size);
}

static void held_free(struct buf *held)
{
    if (held)
        buf_free(held);
    free(held);
}

static void stream_flushing(void *user)
{
    struct streamlink *sl = user;
    if (sl->link.events->flushing)
        sl->link.events->flushing(sl->link.user);
}

static void stream_resumed(void *user)
{
    struct streamlink *sl = user;
    struct buf *held = sl->held;
    if (!held || sl->link.closing || sl->link.paused)
        return;
    sl->held = NULL;
    feed(sl, held->data, held->size);
    held_free(held);
}

static void stream_closed(void *user, const char *reason)
{
    struct streamlink *sl = user;
    sl->link.closing = true;
    sl->link.events->closed(sl->link.user, reason);
    outq_clear(&sl->link.out);
    frame_free(&sl->frame);
    held_free(sl->held);
    free(sl);
}

static const struct stream_events events = {
    .bytes = stream_bytes,
    .flushing = stream_flushing,
    .resumed = stream_resumed,
    .closed = stream_closed,
};

struct link *streamlink_create(struct stream *stream, const struct link_limits *limits)
{
    struct streamlink *sl = mem_zalloc(sizeof *sl);
    size_t queue_bytes_max = limits->queue_bytes_max ? limits->queue_bytes_max : QUEUE_BYTES_MAX;
    outq_init(&sl->link.out, stream->pool, queue_bytes_max);
    sl->link.ops = &ops;
    sl->link.payload_bytes_max =
        limits->payload_bytes_max ? limits->payload_bytes_max : PACKET_PAYLOAD_BYTES_MAX;
    stream_address(stream, sl->link.address, sizeof sl->link.address);
    sl->stream = stream;
    stream->events = &events;
    stream->user = sl;
    stream->out = &sl->link.out;
    return &sl->link;
}
