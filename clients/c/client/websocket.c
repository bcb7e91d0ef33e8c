/* websocket: see websocket.h. */
#include "client/websocket.h"

#include "net/ws.h"
#include "net/ws_handshake.h"

#include <poll.h>
#include <stdlib.h>
#include <strings.h>

enum {
    HEAD_BYTES_MAX = 8192,  /* of the answer to the opening */
    FRAME_BYTES = 64 << 10, /* that we put into one frame at most */
    PONG_BYTES_MAX = 64 << 10,
};

struct websocket {
    struct transport base;
    struct transport *below;
    char *host, *path, *origin;
    struct random *random;
    bool is_asked; /* the request is written: what is below is connected */
    bool is_open;
    char accept[WS_ACCEPT_CHARS + 1]; /* what the answer has to say */
    struct buf head;                  /* the answer, then what has come right behind it */
    struct buf out;                   /* what `below` has not taken yet */
    struct ws_parser parser;
    uint8_t *data; /* where the payload of the frames that are being read is put */
    size_t data_bytes;
    bool is_over; /* and why: */
    struct failure why;
};

static struct websocket *websocket_of(const struct transport *transport)
{
    return (struct websocket *)(uintptr_t)transport;
}

/* ---- frames --------------------------------------------------------------------------------- */

static void put_frame(struct websocket *ws, enum ws_opcode opcode, const uint8_t *payload,
                      size_t size)
{
    uint8_t head[WS_HEAD_BYTES_MAX], mask[4];
    uint64_t bits = random_next(ws->random);
    memcpy(mask, &bits, sizeof mask);
    buf_append(&ws->out, head, ws_head_masked(head, opcode, size, mask));
    size_t begin = ws->out.size;
    buf_append(&ws->out, payload, size);
    if (size > 0)
        ws_mask(ws->out.data + begin, size, mask);
}

static bool flush(struct websocket *ws, struct failure *failure)
{
    return transport_flush(ws->below, &ws->out, failure);
}

static void end(struct websocket *ws, int code, const char *sentence, size_t size)
{
    failure_set(&ws->why, "%.*s", (int)size, sentence);
    ws->why.code = code;
    ws->is_over = true;
}

/* It never runs ahead of what is read. */
static bool on_data(void *user, uint8_t *bytes, size_t size)
{
    struct websocket *ws = user;
    memmove(ws->data + ws->data_bytes, bytes, size);
    ws->data_bytes += size;
    return true;
}

static void on_close(struct websocket *ws, const uint8_t *payload, size_t size)
{
    static const char silent[] = "the server closed the WebSocket";
    int code = size >= 2 ? payload[0] << 8 | payload[1] : 0;
    if (size > 2)
        end(ws, code, (const char *)payload + 2, size - 2);
    else
        end(ws, code, silent, sizeof silent - 1);
}

static bool on_control(void *user, enum ws_opcode opcode, const uint8_t *payload, size_t size)
{
    static const char pings[] = "the server pings and does not read the answers";
    struct websocket *ws = user;
    if (opcode == WS_CLOSE)
        on_close(ws, payload, size);
    else if (opcode == WS_PING && ws->out.size > PONG_BYTES_MAX)
        end(ws, 0, pings, sizeof pings - 1);
    else if (opcode == WS_PING)
        put_frame(ws, WS_PONG, payload, size);
    return !ws->is_over;
}

/* Reads the frames in place: what remains in `bytes` is their payload. */
static void feed(struct websocket *ws, uint8_t *bytes, size_t size)
{
    static const char broken[] = "the server breaks the rules of WebSocket frames";
    const struct ws_sink sink = {.data = on_data, .control = on_control, .user = ws};
    ws->data = bytes;
    ws->data_bytes = 0;
    if (ws_feed(&ws->parser, bytes, size, INT64_MAX, &sink) != WS_OK)
        end(ws, 0, broken, sizeof broken - 1);
}

/* ---- the opening ---------------------------------------------------------------------------- */

static void ask(struct websocket *ws)
{
    uint64_t bits[2] = {random_next(ws->random), random_next(ws->random)};
    char key[WS_KEY_CHARS + 1];
    ws_handshake_key((const uint8_t *)bits, key);
    ws_handshake_accept(key, ws->accept);
    buf_print(&ws->out,
              "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n",
              ws->path, ws->host, key);
    if (ws->origin)
        buf_print(&ws->out, "Origin: %s\r\n", ws->origin);
    buf_print(&ws->out, "\r\n");
    ws->is_asked = true;
}

/* Whether the token is one of those that stand in a line, between commas. */
static bool has_token(const char *line, const char *token)
{
    static const char blanks[] = " \t";
    size_t token_size = strlen(token);
    for (;;) {
        line += strspn(line, blanks);
        size_t size = strcspn(line, ",\r\n"), last = size;
        while (last > 0 && strchr(blanks, line[last - 1]))
            last--;
        if (last == token_size && strncasecmp(line, token, last) == 0)
            return true;
        if (line[size] != ',')
            return false;
        line += size + 1;
    }
}

/* Whether a line of the head, which ends with a NUL, is that header with that token. */
static bool has_header(const char *head, const char *name, const char *token)
{
    size_t name_size = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, name_size) == 0 && line[name_size] == ':' &&
            has_token(line + name_size + 1, token))
            return true;
    }
    return false;
}

/* The accept text is case sensitive, but nobody is helped by sending nearly the right one. */
static bool judge(const struct websocket *ws, const char *head, struct failure *failure)
{
    static const char good[] = "HTTP/1.1 101";
    if (strncmp(head, good, sizeof good - 1) != 0)
        return failure_set(failure, "the server refuses the WebSocket: %.*s",
                           (int)strcspn(head, "\r\n"), head);
    if (!has_header(head, "Upgrade", "websocket") || !has_header(head, "Connection", "upgrade") ||
        !has_header(head, "Sec-WebSocket-Accept", ws->accept))
        return failure_set(failure, "the server's answer opens no WebSocket");
    return true;
}

/* Takes the head off the front once it is there whole. */
static enum transport_progress read_head(struct websocket *ws, struct failure *failure)
{
    static const char blank[] = "\r\n\r\n";
    const uint8_t *end =
        ws->head.size ? memmem(ws->head.data, ws->head.size, blank, sizeof blank - 1) : NULL;
    if (!end && ws->head.size < HEAD_BYTES_MAX)
        return TRANSPORT_CONNECTING;
    if (!end) {
        failure_set(failure, "the server's answer opens no WebSocket");
        return TRANSPORT_FAILED;
    }
    size_t size = (size_t)(end - ws->head.data) + 2;
    ws->head.data[size] = '\0';
    if (!judge(ws, (const char *)ws->head.data, failure))
        return TRANSPORT_FAILED;
    buf_consume(&ws->head, size + 2);
    ws->is_open = true;
    return TRANSPORT_CONNECTED;
}

static enum transport_progress receive_head(struct websocket *ws, struct failure *failure)
{
    uint8_t bytes[1024];
    enum transport_progress progress = TRANSPORT_CONNECTING;
    ssize_t count;
    do {
        count = ws->below->ops->receive(ws->below, bytes, sizeof bytes, failure);
        if (count < 0)
            return TRANSPORT_FAILED;
        buf_append(&ws->head, bytes, (size_t)count);
        progress = read_head(ws, failure);
    } while (count > 0 && progress == TRANSPORT_CONNECTING);
    return progress;
}

static enum transport_progress websocket_connect(struct transport *transport,
                                                 struct failure *failure)
{
    struct websocket *ws = websocket_of(transport);
    if (!ws->is_asked) {
        enum transport_progress progress = ws->below->ops->connect(ws->below, failure);
        if (progress != TRANSPORT_CONNECTED)
            return progress;
        ask(ws);
    }
    return flush(ws, failure) ? receive_head(ws, failure) : TRANSPORT_FAILED;
}

/* ---- the transport -------------------------------------------------------------------------- */

static void websocket_hang_up(struct transport *transport)
{
    static const uint8_t normal[] = {WS_NORMAL >> 8, WS_NORMAL & 0xff};
    struct websocket *ws = websocket_of(transport);
    struct failure ignored;
    if (ws->is_open) {
        put_frame(ws, WS_CLOSE, normal, sizeof normal);
        if (!flush(ws, &ignored))
            buf_clear(&ws->out); /* it does not hear us any more */
    }
    ws->below->ops->hang_up(ws->below);
    buf_free(&ws->head);
    buf_free(&ws->out);
    ws_parser_free(&ws->parser);
    ws->is_asked = ws->is_open = ws->is_over = false;
}

static bool websocket_dial(struct transport *transport, struct failure *failure)
{
    struct websocket *ws = websocket_of(transport);
    websocket_hang_up(transport);
    return ws->below->ops->dial(ws->below, failure);
}

/* What came right behind the answer, or else what comes now. */
static ssize_t take_bytes(struct websocket *ws, uint8_t *bytes, size_t capacity,
                          struct failure *failure)
{
    if (ws->head.size == 0)
        return ws->below->ops->receive(ws->below, bytes, capacity, failure);
    size_t size = ws->head.size < capacity ? ws->head.size : capacity;
    memcpy(bytes, ws->head.data, size);
    buf_consume(&ws->head, size);
    if (ws->head.size == 0)
        buf_free(&ws->head);
    return (ssize_t)size;
}

static ssize_t websocket_receive(struct transport *transport, uint8_t *bytes, size_t capacity,
                                 struct failure *failure)
{
    struct websocket *ws = websocket_of(transport);
    if (!ws->is_over) {
        ssize_t count = take_bytes(ws, bytes, capacity, failure);
        if (count <= 0)
            return count;
        feed(ws, bytes, (size_t)count);
        if (ws->data_bytes > 0 || !ws->is_over)
            return (ssize_t)ws->data_bytes; /* if it is over, the next call says so */
    }
    *failure = ws->why;
    return -1;
}

static ssize_t websocket_send(struct transport *transport, const uint8_t *bytes, size_t size,
                              struct failure *failure)
{
    struct websocket *ws = websocket_of(transport);
    if (!flush(ws, failure))
        return -1;
    if (ws->out.size > 0 || size == 0)
        return 0;
    if (size > FRAME_BYTES)
        size = FRAME_BYTES;
    put_frame(ws, WS_BINARY, bytes, size);
    return flush(ws, failure) ? (ssize_t)size : -1;
}

static int websocket_fd(const struct transport *transport)
{
    const struct websocket *ws = websocket_of(transport);
    return ws->below->ops->fd(ws->below);
}

static short websocket_events(const struct transport *transport)
{
    const struct websocket *ws = websocket_of(transport);
    short events = ws->below->ops->events(ws->below);
    return ws->out.size > 0 ? (short)(events | POLLOUT) : events;
}

static void websocket_destroy(struct transport *transport)
{
    struct websocket *ws = websocket_of(transport);
    websocket_hang_up(transport);
    transport_destroy(ws->below);
    free(ws->host);
    free(ws->path);
    free(ws->origin);
    free(ws);
}

static const struct transport_ops websocket_ops = {
    .dial = websocket_dial,
    .connect = websocket_connect,
    .receive = websocket_receive,
    .send = websocket_send,
    .hang_up = websocket_hang_up,
    .fd = websocket_fd,
    .events = websocket_events,
    .destroy = websocket_destroy,
};

struct transport *websocket_create(struct transport *below, const char *host, const char *path,
                                   const char *origin, struct random *random)
{
    struct websocket *ws = mem_zalloc(sizeof *ws);
    ws->base.ops = &websocket_ops;
    ws->below = below;
    ws->host = mem_strdup(host);
    ws->path = mem_strdup(path);
    ws->origin = origin ? mem_strdup(origin) : NULL;
    ws->random = random;
    ws->parser.is_client = true;
    return &ws->base;
}
