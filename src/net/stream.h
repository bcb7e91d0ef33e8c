/* stream: one layer of a connection: bytes come up from it, what the layer above wants sent is
 * pulled down. */
#pragma once

#include "net/stats.h"
#include "wire/outq.h"

struct stream;

/* What the layer above is told. Never called from inside a stream_ call. */
struct stream_events {
    /* Bytes from the peer; they last until the call returns, and the layer above may change them in
     * place. */
    void (*bytes)(void *user, uint8_t *data, size_t size);
    /* May be NULL. What waits in *out is about to leave: the layer above may add to it. */
    void (*flushing)(void *user);
    /* May be NULL. *out is empty and the peer can take more: the layer above may put something
     * there now. */
    void (*refill)(void *user);
    /* May be NULL. A pause has ended: the layer above may go on with what it has held back. Bytes
     * follow, unless it pauses again. */
    void (*resumed)(void *user);
    /* Exactly once, in a turn; `reason` is a static sentence. The stream and *out are not used
     * after this returns. */
    void (*closed)(void *user, const char *reason);
};

/* What the layer itself does. */
struct stream_ops {
    /* Bytes wait in *out, or flushing or refill has something: they leave at the end of the turn.
     */
    void (*wake)(struct stream *stream);
    /* No `bytes` follows; `closed` does in this or the next turn, after what waits was sent if it
     * can be at once. */
    void (*close)(struct stream *stream, const char *reason);
    /* No `bytes` while paused, and no `closed` that the peer causes. What was read before is not
     * held back. After the pause reading goes on in the coming turn. */
    void (*pause)(struct stream *stream, bool paused);
    /* Has the peer closed its side, or is it away? Asks the system: for one that is paused. */
    bool (*has_gone)(struct stream *stream);
    /* The close that follows is the game's will, and this is why; NULL: the layer cannot tell the
     * peer. */
    void (*farewell)(struct stream *stream, const char *words, size_t size);
    void (*address)(struct stream *stream, char *text,
                    size_t size); /* the peer's: "127.0.0.1:50000" */
};

/* Embedded in the layer's own struct. The layer above sets the last three when it takes the stream,
 * and may hand the stream to another layer by setting them again. */
struct stream {
    const struct stream_ops *ops;
    struct net_stats *stats;
    struct outq_pool *pool;
    const struct stream_events *events;
    void *user;
    struct outq *out; /* the layer above's; this layer consumes it */
};

static inline void stream_wake(struct stream *stream)
{
    stream->ops->wake(stream);
}

static inline void stream_close(struct stream *stream, const char *reason)
{
    stream->ops->close(stream, reason);
}

static inline void stream_pause(struct stream *stream, bool paused)
{
    stream->ops->pause(stream, paused);
}

static inline bool stream_has_gone(struct stream *stream)
{
    return stream->ops->has_gone(stream);
}

static inline void stream_farewell(struct stream *stream, const char *words, size_t size)
{
    if (stream->ops->farewell)
        stream->ops->farewell(stream, words, size);
}

static inline void stream_address(struct stream *stream, char *text, size_t size)
{
    stream->ops->address(stream, text, size);
}
