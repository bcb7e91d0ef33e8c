/* wsstream: see wsstream.h. What a turn has produced leaves as one binary frame. */
#include "net/wsstream.h"

#include "base/assert.h"
#include "base/buf.h"
#include "net/ws.h"
#include "wire/packet.h"

#include <stdlib.h>

enum {
    /* Frame borders mean nothing, so a frame may be longer than a packet; but no honest peer needs
       more. */
    FRAME_BYTES_MAX = 2 * PACKET_PAYLOAD_BYTES_MAX,
    /* A peer that asks faster than it reads the answers gets fewer. */
    PONGS_BYTES_MAX = 4096,
};

struct wsstream {
    struct stream stream; /* first */
    struct stream *below;
    struct outq wire; /* frames */
    struct ws_parser parser;
    bool closing; /* the close frame is said: nothing follows it */
    bool closed;  /* and the stream below is asked to close */
};

/* Heads and control frames are few bytes: there is no limit that they could pass. */
static void put_raw(struct wsstream *ws, const void *bytes, size_t size)
{
    gw_err err = outq_put_raw(&ws->wire, bytes, size);
    ASSERT(err == GW_OK);
}

static void put_control(struct wsstream *ws, enum ws_opcode opcode, const void *payload,
                        size_t size)
{
    uint8_t frame[WS_HEAD_BYTES_MAX + WS_CONTROL_BYTES_MAX];
    size_t head = ws_head(frame, opcode, size);
    if (size > 0)
        memcpy(frame + head, payload, size);
    put_raw(ws, frame, head + size);
    stream_wake(ws->below);
}

static void put_data(struct wsstream *ws)
{
    uint8_t head[WS_HEAD_BYTES_MAX];
    struct outq *out = ws->stream.out;
    if (out->bytes == 0)
        return;
    put_raw(ws, head, ws_head(head, WS_BINARY, out->bytes));
    outq_splice(&ws->wire, out);
}

static void put_close(struct wsstream *ws, unsigned code, const char *words, size_t size)
{
    uint8_t payload[WS_CONTROL_BYTES_MAX] = {(uint8_t)(code >> 8), (uint8_t)code};
    size_t fits = ws_close_words((const uint8_t *)words, size);
    memcpy(payload + 2, words, fits);
    put_control(ws, WS_CLOSE, payload, 2 + fits);
}

/* Says what is still to be said, and why nothing follows. */
static void say_close(struct wsstream *ws, unsigned code, const char *words, size_t size)
{
    if (ws->closing)
        return;
    put_data(ws);
    put_close(ws, code, words, size);
    ws->closing = true;
}

static void ws_close(struct wsstream *ws, unsigned code, const char *reason)
{
    if (ws->closed)
        return;
    say_close(ws, code, reason, strlen(reason));
    ws->closed = true;
    stream_close(ws->below, reason);
}

static void up_wake(struct stream *stream)
{
    stream_wake(((struct wsstream *)stream)->below);
}

static void up_close(struct stream *stream, const char *reason)
{
    ws_close((struct wsstream *)stream, WS_NORMAL, reason);
}

static void up_farewell(struct stream *stream, const char *words, size_t size)
{
    say_close((struct wsstream *)stream, WS_BY_GAME, words, size);
}

static bool up_has_gone(struct stream *stream)
{
    return stream_has_gone(((struct wsstream *)stream)->below);
}

static void up_pause(struct stream *stream, bool paused)
{
    stream_pause(((struct wsstream *)stream)->below, paused);
}

static void up_address(struct stream *stream, char *text, size_t size)
{
    stream_address(((struct wsstream *)stream)->below, text, size);
}

static const struct stream_ops ops = {
    .wake = up_wake,
    .close = up_close,
    .pause = up_pause,
    .has_gone = up_has_gone,
    .farewell = up_farewell,
    .address = up_address,
};

static bool data_arrived(void *user, uint8_t *bytes, size_t size)
{
    struct wsstream *ws = user;
    ws->stream.events->bytes(ws->stream.user, bytes, size);
    return !ws->closing;
}

/* The peer's close frame is answered with the same code, or with none. */
static void peer_closes(struct wsstream *ws, const uint8_t *payload, size_t size)
{
    put_data(ws);
    put_control(ws, WS_CLOSE, payload, size < 2 ? 0 : 2);
    ws->closing = ws->closed = true;
    stream_close(ws->below, "the peer closed the WebSocket");
}

static bool control_arrived(void *user, enum ws_opcode opcode, const uint8_t *payload, size_t size)
{
    struct wsstream *ws = user;
    if (opcode == WS_PING && ws->wire.bytes < PONGS_BYTES_MAX)
        put_control(ws, WS_PONG, payload, size);
    if (opcode == WS_CLOSE)
        peer_closes(ws, payload, size);
    return !ws->closing;
}

static const char *sentence_of(enum ws_code code)
{
    return code == WS_UNSUPPORTED ? "it sent text instead of bytes"
           : code == WS_TOO_BIG   ? "it sent a WebSocket frame longer than the limit"
                                  : "it broke the rules of WebSocket";
}

static void below_bytes(void *user, uint8_t *data, size_t size)
{
    struct wsstream *ws = user;
    const struct ws_sink sink = {.data = data_arrived, .control = control_arrived, .user = ws};
    if (ws->closing)
        return;
    enum ws_code code = ws_feed(&ws->parser, data, size, FRAME_BYTES_MAX, &sink);
    if (code == WS_OK)
        return;
    ws->stream.stats->ws_errors++;
    ws_close(ws, code, sentence_of(code));
}

static void below_refill(void *user)
{
    struct wsstream *ws = user;
    if (ws->closing)
        return;
    if (ws->stream.events->refill && ws->stream.out->bytes == 0)
        ws->stream.events->refill(ws->stream.user);
    put_data(ws);
}

static void below_resumed(void *user)
{
    struct wsstream *ws = user;
    if (!ws->closing && ws->stream.events->resumed)
        ws->stream.events->resumed(ws->stream.user);
}

static void below_closed(void *user, const char *reason)
{
    struct wsstream *ws = user;
    ws->stream.events->closed(ws->stream.user, reason);
    outq_clear(&ws->wire);
    ws_parser_free(&ws->parser);
    free(ws);
}

static const struct stream_events events = {
    .bytes = below_bytes,
    .refill = below_refill,
    .resumed = below_resumed,
    .closed = below_closed,
};

struct stream *wsstream_create(struct stream *below, struct outq *sent, const void *greeting,
                               size_t greeting_size)
{
    struct wsstream *ws = mem_zalloc(sizeof *ws);
    ws->stream.ops = &ops;
    ws->stream.stats = below->stats;
    ws->stream.pool = below->pool;
    ws->below = below;
    outq_init(&ws->wire, below->pool, 0);
    outq_splice(&ws->wire, sent);
    put_raw(ws, greeting, greeting_size);
    below->events = &events;
    below->user = ws;
    below->out = &ws->wire;
    stream_wake(below);
    return &ws->stream;
}
