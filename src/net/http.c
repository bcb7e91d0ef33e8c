/* http: see http.h. A connection reads heads, answers them one after the other, and gives its
 * stream away when it becomes a WebSocket. */
#include "net/http.h"

#include "base/assert.h"
#include "base/heap.h"
#include "net/ws_handshake.h"
#include "net/wsstream.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    PLAIN_MAX = 1000,
    HEAD_TIMEOUT_MS = 10 * 1000,
    IDLE_TIMEOUT_MS = 60 * 1000,
    PROGRESS_TIMEOUT_MS = 30 * 1000,
    HEAD_BYTES_MAX = 8 * 1024,
    /* Requests that came together are answered together, until this much waits to be sent. */
    ANSWERS_BYTES_MAX = 64 * 1024,
    FILE_PART_BYTES = 64 * 1024,
};

struct http_conn {
    struct heap_node timeout; /* first */
    struct http_server *server;
    struct stream *stream;
    struct http_conn *prev, *next;
    struct http_conn *next_drained; /* among those whose answers are sent */
    struct outq out;
    struct buf in; /* what is not yet a whole request, or waits for the answer to the one before */
    int file;      /* whose rest is still to be sent; -1: none */
    uint64_t file_left;
    bool busy;    /* answers are being sent: no request is read */
    bool drained; /* in the server's list of those */
    bool last;    /* the connection ends behind these answers */
    bool asked;   /* it has sent a whole request */
    bool closing;
};

struct http_server {
    struct tcp *tcp;
    struct tcp_listener *listener;
    struct http_desc desc;
    struct http_conn *conns, *drained;
    unsigned count;
    struct heap timeouts;
    struct http_response response; /* its buffers, used again for every request */
    struct buf head;
};

static int64_t now_ms(const struct http_server *server)
{
    return loop_clock(tcp_loop(server->tcp))->now_ms;
}

/* The turn that follows tells the loop; and where none does, in a refill, the time only moves away.
 */
static void set_timeout(struct http_conn *conn, int64_t delay_ms)
{
    struct heap *heap = &conn->server->timeouts;
    heap_remove(heap, &conn->timeout);
    heap_push(heap, &conn->timeout, now_ms(conn->server) + delay_ms);
}

static void conn_close(struct http_conn *conn, const char *reason)
{
    if (conn->closing)
        return;
    conn->closing = true;
    stream_close(conn->stream, reason);
}

/* The server has no more to do with it; the memory stays. */
static void conn_leave(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    if (!server)
        return;
    conn->server = NULL;
    server->count--;
    heap_remove(&server->timeouts, &conn->timeout);
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        server->conns = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    struct http_conn **at = &server->drained;
    while (conn->drained && *at != conn)
        at = &(*at)->next_drained;
    if (conn->drained)
        *at = conn->next_drained;
}

static void conn_free(struct http_conn *conn)
{
    conn_leave(conn);
    if (conn->file >= 0)
        close(conn->file);
    outq_clear(&conn->out);
    buf_free(&conn->in);
    free(conn);
}

static void put_raw(struct http_conn *conn, const void *bytes, size_t size)
{
    gw_err err = size > 0 ? outq_put_raw(&conn->out, bytes, size) : GW_OK;
    ASSERT(err == GW_OK); /* out has no limit of its own: see ANSWERS_BYTES_MAX */
}

static void count_status(struct net_stats *stats, unsigned status)
{
    stats->http_requests++;
    stats->http_2xx += status / 100 == 2;
    stats->http_3xx += status / 100 == 3;
    stats->http_4xx += status / 100 == 4;
    stats->http_5xx += status / 100 == 5;
}

/* Nothing is read before what has been said is sent. */
static void conn_wait_for_peer(struct http_conn *conn)
{
    conn->busy = true;
    stream_pause(conn->stream, true);
    set_timeout(conn, conn->server->desc.progress_timeout_ms);
}

/* Takes over the file of the response, if it has one. */
static void send_body(struct http_conn *conn, struct http_response *response, bool is_head)
{
    if (!response->has_file) {
        put_raw(conn, response->body.data, is_head ? 0 : response->body.size);
    } else if (is_head) {
        close(response->file);
    } else {
        conn->file = response->file;
        conn->file_left = response->file_bytes;
    }
}

static void send_response(struct http_conn *conn, struct http_response *response, bool is_head,
                          bool keep_alive)
{
    struct http_server *server = conn->server;
    buf_clear(&server->head);
    http_response_head(response, keep_alive, loop_clock(tcp_loop(server->tcp))->wall_ms,
                       &server->head);
    put_raw(conn, server->head.data, server->head.size);
    send_body(conn, response, is_head || response->status == 304);
    count_status(conn->stream->stats, response->status ? response->status : 200);
    stream_wake(conn->stream);
    conn->last = !keep_alive;
    if (conn->last || conn->file >= 0 || conn->out.bytes > ANSWERS_BYTES_MAX)
        conn_wait_for_peer(conn);
}

static struct http_response *empty_response(struct http_server *server)
{
    struct http_response *response = &server->response;
    buf_clear(&response->headers);
    buf_clear(&response->body);
    *response = (struct http_response){.headers = response->headers, .body = response->body};
    return response;
}

/* Says why, and ends the connection: where the next request would begin is not known. */
static void refuse(struct http_conn *conn, unsigned status)
{
    struct http_response *response = empty_response(conn->server);
    if (status == 400)
        conn->stream->stats->http_malformed++;
    http_response_error(response, status);
    send_response(conn, response, false, false);
}

static void answer(struct http_conn *conn, const struct http_request *request)
{
    struct http_server *server = conn->server;
    struct http_response *response = empty_response(server);
    if (server->desc.handle)
        server->desc.handle(server->desc.handle_user, request, response);
    else
        http_response_error(response, 404);
    send_response(conn, response, request->method == HTTP_HEAD, request->keep_alive);
}

static void answer_error(struct http_conn *conn, const struct http_request *request,
                         unsigned status)
{
    struct http_response *response = empty_response(conn->server);
    http_response_error(response, status);
    send_response(conn, response, request->method == HTTP_HEAD, request->keep_alive);
}

static bool is_websocket_path(const struct http_server *server, const struct http_request *request)
{
    const char *path = server->desc.websocket_path;
    return path && http_text_is(request->path, path);
}

/* The stream goes to a WebSocket, and with it the bytes behind the request. Frees the connection.
 */
static void become_websocket(struct http_conn *conn, const struct http_request *request,
                             uint8_t *rest, size_t rest_size)
{
    struct http_server *server = conn->server;
    struct stream *below = conn->stream;
    struct buf in = conn->in; /* holds the request, and maybe the rest */
    conn->in = (struct buf){0};
    buf_clear(&server->head);
    ws_handshake_answer(request, &server->head);
    below->stats->ws_accepted++;
    struct stream *stream =
        wsstream_create(below, &conn->out, server->head.data, server->head.size);
    conn_free(conn);
    struct link *link = streamlink_create(stream, &server->desc.limits);
    server->desc.accepted(server->desc.accepted_user, link);
    if (rest_size > 0)
        below->events->bytes(below->user, rest, rest_size);
    buf_free(&in);
}

/* True when the connection is no more. */
static bool serve(struct http_conn *conn, const struct http_request *request, uint8_t *rest,
                  size_t rest_size)
{
    if (!is_websocket_path(conn->server, request)) {
        answer(conn, request);
        return false;
    }
    unsigned status = ws_handshake_check(request, conn->server->desc.origins);
    if (status == 101) {
        become_websocket(conn, request, rest, rest_size);
        return true;
    }
    conn->stream->stats->ws_refused_origin += status == 403;
    answer_error(conn, request, status);
    return false;
}

/* Answers whole requests until one is not there whole, or until the peer has to take answers first.
 * Returns how many bytes that took; SIZE_MAX when the connection is no more. */
static size_t serve_all(struct http_conn *conn, uint8_t *bytes, size_t size)
{
    struct http_request request;
    size_t done = 0;
    while (!conn->busy && !conn->closing && done < size) {
        size_t head = 0;
        unsigned status = http_parse((const char *)bytes + done, size - done,
                                     conn->server->desc.head_bytes_max, &request, &head);
        if (status == 0)
            break;
        done += head;
        conn->asked = true;
        if (status != 200)
            refuse(conn, status);
        else if (serve(conn, &request, bytes + done, size - done))
            return SIZE_MAX;
    }
    return done;
}

/* A request has its time from its first byte on, however often more of it comes; the first one of a
 * connection from the accept on. */
static void watch_request(struct http_conn *conn, bool has_begun)
{
    const struct http_desc *desc = &conn->server->desc;
    bool is_partial = conn->in.size > 0;
    if (conn->busy || conn->closing)
        return;
    if (!is_partial)
        set_timeout(conn, desc->idle_timeout_ms);
    else if (!has_begun && conn->asked)
        set_timeout(conn, desc->head_timeout_ms);
}

/* Serves what has come; `has_begun`: the first of the bytes belong to a request that was waited for
 * already. */
static void take_input(struct http_conn *conn, uint8_t *bytes, size_t size, bool has_begun)
{
    size_t done = serve_all(conn, bytes, size);
    if (done == SIZE_MAX)
        return;
    if (bytes == conn->in.data)
        buf_consume(&conn->in, done);
    else
        buf_append(&conn->in, bytes + done, size - done);
    if (conn->in.size == 0)
        buf_free(&conn->in);
    watch_request(conn, has_begun && done == 0);
}

static void stream_bytes(void *user, uint8_t *data, size_t size)
{
    struct http_conn *conn = user;
    if (!conn->server || conn->closing || conn->last)
        return;
    if (conn->in.size == 0) {
        take_input(conn, data, size, false);
        return;
    }
    buf_append(&conn->in, data, size);
    if (!conn->busy)
        take_input(conn, conn->in.data, conn->in.size, true);
}

static void file_done(struct http_conn *conn)
{
    close(conn->file);
    conn->file = -1;
}

/* Puts the next part of the file into out. */
static void send_file_part(struct http_conn *conn)
{
    static _Thread_local uint8_t part[FILE_PART_BYTES];
    size_t size = conn->file_left < sizeof part ? (size_t)conn->file_left : sizeof part;
    ssize_t got = size > 0 ? read(conn->file, part, size) : 0;
    if (got > 0) {
        put_raw(conn, part, (size_t)got);
        conn->file_left -= (uint64_t)got;
    } else if (conn->file_left > 0) {
        /* It has become shorter than what was announced. */
        conn_close(conn, "the file could not be read");
    }
    if (got <= 0 || conn->file_left == 0)
        file_done(conn);
}

static void mark_drained(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    if (conn->drained)
        return;
    conn->drained = true;
    conn->next_drained = server->drained;
    server->drained = conn;
    loop_wake(tcp_loop(server->tcp));
}

/* All that was said is sent: more of the file, or the next request, which waits for the next turn.
 */
static void stream_refill(void *user)
{
    struct http_conn *conn = user;
    if (!conn->server || !conn->busy || conn->closing)
        return;
    set_timeout(conn, conn->server->desc.progress_timeout_ms);
    if (conn->file >= 0)
        send_file_part(conn);
    else
        mark_drained(conn);
}

static void stream_closed(void *user, const char *reason)
{
    (void)reason;
    conn_free(user);
}

static const struct stream_events stream_events = {
    .bytes = stream_bytes,
    .refill = stream_refill,
    .closed = stream_closed,
};

static void conn_go_on(struct http_conn *conn)
{
    if (conn->last) {
        conn_close(conn, "all is answered");
        return;
    }
    conn->busy = false;
    stream_pause(conn->stream, false);
    take_input(conn, conn->in.data, conn->in.size, false);
}

static void conn_timed_out(struct http_conn *conn)
{
    bool is_half_read = conn->in.size > 0 && !conn->busy;
    conn->stream->stats->http_timeouts++;
    conn->stream->stats->handshake_timeouts += !conn->asked;
    if (is_half_read) {
        buf_free(&conn->in);
        refuse(conn, 408);
    }
    /* What can be sent at once of that is. */
    conn_close(conn, "it was too slow");
}

static int64_t turn(void *user)
{
    struct http_server *server = user;
    struct heap_node *first;
    while (server->drained) {
        struct http_conn *conn = server->drained;
        server->drained = conn->next_drained;
        conn->drained = false;
        conn_go_on(conn);
    }
    while ((first = heap_first(&server->timeouts)) && first->due_ms <= now_ms(server)) {
        heap_remove(&server->timeouts, first);
        conn_timed_out((struct http_conn *)first);
    }
    return first ? first->due_ms : CLOCK_NEVER;
}

static bool is_idle(const struct http_conn *conn)
{
    return conn->asked && conn->in.size == 0;
}

/* Is the one less of a loss than the other? Those that are kept open for a next request go first,
 * the one that has waited longest before the others. */
static bool goes_before(const struct http_conn *one, const struct http_conn *other)
{
    if (is_idle(one) != is_idle(other))
        return is_idle(one);
    return one->timeout.due_ms <= other->timeout.due_ms; /* the older one comes later in the list */
}

/* NULL when all are being answered. A walk, but of few: there are at most plain_max. */
static struct http_conn *find_dispensable(const struct http_server *server)
{
    struct http_conn *found = NULL;
    for (struct http_conn *conn = server->conns; conn; conn = conn->next)
        if (!conn->busy && !conn->closing && (!found || goes_before(conn, found)))
            found = conn;
    return found;
}

/* Browsers keep connections open that they may never use again, and others never ask: neither locks
 * out who comes now. */
static bool make_room(struct http_server *server)
{
    if (server->count < server->desc.plain_max)
        return true;
    struct http_conn *dispensable = find_dispensable(server);
    if (!dispensable)
        return false;
    dispensable->stream->stats->http_displaced++;
    conn_close(dispensable, "another connection needs its place");
    return true;
}

static void accepted(void *user, struct stream *stream)
{
    struct http_server *server = user;
    bool has_room = make_room(server);
    struct http_conn *conn = mem_zalloc(sizeof *conn);
    conn->server = server;
    conn->stream = stream;
    conn->file = -1;
    outq_init(&conn->out, stream->pool, 0);
    conn->next = server->conns;
    if (conn->next)
        conn->next->prev = conn;
    server->conns = conn;
    stream->events = &stream_events;
    stream->user = conn;
    stream->out = &conn->out;
    server->count++;
    if (!has_room) {
        stream->stats->refused++;
        conn_close(conn, "there are too many");
        return;
    }
    set_timeout(conn, server->desc.head_timeout_ms);
}

static void set_defaults(struct http_desc *desc)
{
    if (!desc->plain_max)
        desc->plain_max = PLAIN_MAX;
    if (!desc->head_timeout_ms)
        desc->head_timeout_ms = HEAD_TIMEOUT_MS;
    if (!desc->idle_timeout_ms)
        desc->idle_timeout_ms = IDLE_TIMEOUT_MS;
    if (!desc->progress_timeout_ms)
        desc->progress_timeout_ms = PROGRESS_TIMEOUT_MS;
    if (!desc->head_bytes_max)
        desc->head_bytes_max = HEAD_BYTES_MAX;
}

gw_err http_listen(struct tcp *tcp, const struct http_desc *desc, struct http_server **out)
{
    struct http_server *server = mem_zalloc(sizeof *server);
    server->tcp = tcp;
    server->desc = *desc;
    set_defaults(&server->desc);
    const struct tcp_listen_desc below = {
        .address = desc->address,
        .connections_max = desc->connections_max,
        .admission = desc->admission,
        .accepted = accepted,
        .user = server,
    };
    gw_err err = tcp_listen(tcp, &below, &server->listener);
    if (err) {
        free(server);
        return err;
    }
    loop_on_turn(tcp_loop(tcp), turn, server);
    *out = server;
    return GW_OK;
}

uint16_t http_server_port(const struct http_server *server)
{
    return tcp_listener_port(server->listener);
}

void http_server_close(struct http_server *server)
{
    if (!server)
        return;
    tcp_listener_close(server->listener);
    while (server->conns) {
        struct http_conn *conn = server->conns;
        conn_leave(conn);
        conn_close(conn, "the process stops");
    }
    loop_off(tcp_loop(server->tcp), server);
    heap_free(&server->timeouts);
    buf_free(&server->response.headers);
    buf_free(&server->response.body);
    buf_free(&server->head);
    free(server);
}
