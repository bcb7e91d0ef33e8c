/* tcp: see tcp.h. One read per connection and turn, one write at the end of the turn; a write that
 * the peer is too slow for goes on in the background, and everything behind it waits in the queue
 * of the layer above. */
#include "net/tcp.h"

#include "base/assert.h"
#include "base/buf.h"
#include "net/tcp_internal.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    SPANS_MAX = 128,
    REFILLS_MAX = 4, /* of one connection in one turn */
    LINGER_MS = 1000,
    KEEPALIVE_S = 60,
};

struct tcp_write {
    uv_write_t uv;
    size_t bytes; /* still in the queue of the layer above */
};

static struct tcp *tcp_of(const struct tcp_conn *conn)
{
    return conn->uv.data;
}

static struct tcp_conn *conn_of(struct stream *stream)
{
    return (struct tcp_conn *)((char *)stream - offsetof(struct tcp_conn, stream));
}

static void push_dirty(struct tcp_conn *conn)
{
    struct tcp_conn_list *list = &tcp_of(conn)->dirty;
    if (conn->dirty)
        return;
    conn->dirty = true;
    conn->next_dirty = NULL;
    if (list->first)
        list->last->next_dirty = conn;
    else
        list->first = conn;
    list->last = conn;
}

static struct tcp_conn *pop_dirty(struct tcp *tcp)
{
    struct tcp_conn *conn = tcp->dirty.first;
    if (!conn)
        return NULL;
    tcp->dirty.first = conn->next_dirty;
    conn->dirty = false;
    return conn;
}

/* The coming turn looks at it. */
static void push_noted(struct tcp_conn *conn)
{
    struct tcp_conn_list *list = &tcp_of(conn)->noted;
    if (conn->noted)
        return;
    conn->noted = true;
    conn->next_noted = NULL;
    if (list->first)
        list->last->next_noted = conn;
    else
        list->first = conn;
    list->last = conn;
    loop_wake(tcp_of(conn)->loop);
}

static struct tcp_conn *pop_noted(struct tcp *tcp)
{
    struct tcp_conn *conn = tcp->noted.first;
    if (!conn)
        return NULL;
    tcp->noted.first = conn->next_noted;
    conn->noted = false;
    return conn;
}

static void list_add(struct tcp_conn_list *list, struct tcp_conn *conn)
{
    conn->prev = list->last;
    conn->next = NULL;
    if (list->last)
        list->last->next = conn;
    else
        list->first = conn;
    list->last = conn;
}

static void list_remove(struct tcp_conn_list *list, struct tcp_conn *conn)
{
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        list->first = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    else
        list->last = conn->prev;
}

/* Stops reading; the coming turn tells the layer above. */
static void conn_close(struct tcp_conn *conn, const char *reason)
{
    if (conn->state != CONN_OPEN)
        return;
    conn->state = CONN_CLOSING;
    conn->reason = reason;
    uv_read_stop((uv_stream_t *)&conn->uv);
    push_noted(conn);
}

static void conn_broke(struct tcp_conn *conn, int uv_error)
{
    conn->broken = true;
    conn_close(conn, uv_error == UV_EOF          ? "the peer closed the connection"
                     : uv_error == UV_ECONNRESET ? "the peer reset the connection"
                     : uv_error == UV_EPIPE      ? "the peer reset the connection"
                     : uv_error == UV_ETIMEDOUT  ? "the peer does not answer"
                                                 : "the connection broke");
}

static void stream_woken(struct stream *stream)
{
    struct tcp_conn *conn = conn_of(stream);
    if (conn->state == CONN_OPEN)
        push_dirty(conn);
}

static void stream_asked_to_close(struct stream *stream, const char *reason)
{
    conn_close(conn_of(stream), reason);
}

static void print_address(const struct sockaddr_storage *address, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        uv_ip6_name(v6, host, sizeof host);
        snprintf(text, size, "[%s]:%u", host, (unsigned)ntohs(v6->sin6_port));
    } else {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        uv_ip4_name(v4, host, sizeof host);
        snprintf(text, size, "%s:%u", host, (unsigned)ntohs(v4->sin_port));
    }
}

void tcp_conn_address(struct tcp_conn *conn, char *text, size_t size)
{
    struct sockaddr_storage address;
    int bytes = sizeof address;
    if (uv_tcp_getpeername(&conn->uv, (struct sockaddr *)&address, &bytes) == 0)
        print_address(&address, text, size);
    else
        snprintf(text, size, "?");
}

static void stream_peer(struct stream *stream, char *text, size_t size)
{
    tcp_conn_address(conn_of(stream), text, size);
}

/* Of a write that goes on, so many bytes are left. The layer above no longer has the others to
 * send.
 */
static void write_goes_on(struct tcp_conn *conn, size_t left)
{
    size_t sent = conn->write->bytes - left;
    conn->write->bytes = left;
    tcp_of(conn)->stats.bytes_out += sent;
    outq_consume(conn->stream.out, sent);
}

/* Before the layer above hears of the peer: what that has got must count as sent. */
static void note_written(struct tcp_conn *conn)
{
    if (conn->write)
        write_goes_on(conn, uv_stream_get_write_queue_size((uv_stream_t *)&conn->uv));
}

/* Where a write has failed is not known: all of it may have been sent. */
static void write_done(uv_write_t *uv, int status)
{
    struct tcp_conn *conn = (struct tcp_conn *)uv->handle;
    struct tcp_write *write = conn->write;
    if (conn->state <= CONN_CLOSING) {
        loop_begin(tcp_of(conn)->loop);
        write_goes_on(conn, 0);
        if (status == 0)
            push_dirty(conn);
        else
            conn_broke(conn, status);
    }
    conn->write = NULL;
    free(write);
}

/* The socket takes no more now: libuv sends the rest of these spans when it does. */
static void write_later(struct tcp_conn *conn)
{
    struct outq_span spans[SPANS_MAX];
    uv_buf_t bufs[SPANS_MAX];
    size_t count = outq_peek(conn->stream.out, spans, SPANS_MAX);
    struct tcp_write *write = mem_zalloc(sizeof *write);
    for (size_t i = 0; i < count; i++) {
        bufs[i] = uv_buf_init((char *)(uintptr_t)spans[i].data, (unsigned)spans[i].size);
        write->bytes += spans[i].size;
    }
    conn->write = write;
    tcp_of(conn)->stats.writes++;
    int err = uv_write(&write->uv, (uv_stream_t *)&conn->uv, bufs, (unsigned)count, write_done);
    if (err == 0)
        return;
    conn->write = NULL;
    free(write);
    conn_broke(conn, err);
}

/* Sends what can be sent at once; true when the socket took all that was offered. */
static bool write_now(struct tcp_conn *conn)
{
    struct outq_span spans[SPANS_MAX];
    uv_buf_t bufs[SPANS_MAX];
    size_t offered = 0, count = outq_peek(conn->stream.out, spans, SPANS_MAX);
    for (size_t i = 0; i < count; i++) {
        bufs[i] = uv_buf_init((char *)(uintptr_t)spans[i].data, (unsigned)spans[i].size);
        offered += spans[i].size;
    }
    int sent = uv_try_write((uv_stream_t *)&conn->uv, bufs, (unsigned)count);
    if (sent < 0 && sent != UV_EAGAIN)
        conn_broke(conn, sent);
    if (sent <= 0)
        return false;
    tcp_of(conn)->stats.writes++;
    tcp_of(conn)->stats.bytes_out += (uint64_t)sent;
    outq_consume(conn->stream.out, (size_t)sent);
    return (size_t)sent == offered;
}

/* Has the layer above something to send? */
static bool has_output(struct tcp_conn *conn)
{
    const struct stream *stream = &conn->stream;
    if (stream->out->bytes == 0 && stream->events->refill)
        stream->events->refill(stream->user);
    return stream->out->bytes > 0;
}

static bool can_write(const struct tcp_conn *conn)
{
    return conn->state <= CONN_CLOSING && !conn->write && !conn->broken;
}

/* Returns false when more is left than is sent in one turn: what a peer is sent may be as long as a
 * file, and others wait. */
static bool conn_flush(struct tcp_conn *conn)
{
    unsigned refills = 0;
    if (can_write(conn) && conn->stream.events->flushing)
        conn->stream.events->flushing(conn->stream.user);
    while (can_write(conn)) {
        if (conn->stream.out->bytes == 0 && refills++ == REFILLS_MAX)
            return false;
        if (!has_output(conn))
            return true;
        if (write_now(conn))
            continue;
        if (conn->state == CONN_OPEN && !conn->broken)
            write_later(conn);
        return true;
    }
    return true;
}

/* Those that have more to send come again in the next turn, behind what others have by then. */
static void flush(void *user)
{
    struct tcp *tcp = user;
    struct tcp_conn *conn, *last = tcp->dirty.first ? tcp->dirty.last : NULL;
    do {
        conn = pop_dirty(tcp);
        if (conn && !conn_flush(conn))
            push_dirty(conn);
    } while (conn && conn != last);
    if (tcp->dirty.first)
        loop_wake(tcp->loop);
}

static void conn_free(uv_handle_t *handle)
{
    free(handle);
}

void tcp_conn_drop(struct tcp_conn *conn)
{
    struct tcp *tcp = tcp_of(conn);
    list_remove(conn->state == CONN_LINGERING ? &tcp->lingering : &tcp->open, conn);
    conn->state = CONN_CLOSED;
    tcp->stats.connections--;
    tcp_listener_uncount(conn);
    uv_close((uv_handle_t *)&conn->uv, conn_free);
}

/* After a read that filled the buffer libuv asks for another one at once. It gets none: each
 * connection is read once in a turn, so that what came is answered before more is taken. */
static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct tcp *tcp = handle->data;
    (void)suggested;
    bool has_read = tcp->filled == handle;
    tcp->filled = NULL;
    *buf = uv_buf_init((char *)tcp->buffer, has_read ? 0 : sizeof tcp->buffer);
}

static void bytes_arrived(uv_stream_t *uv, ssize_t size, const uv_buf_t *buf)
{
    struct tcp_conn *conn = (struct tcp_conn *)uv;
    struct tcp *tcp = tcp_of(conn);
    loop_begin(tcp->loop);
    note_written(conn);
    if (size > 0) {
        tcp->stats.reads++;
        tcp->stats.bytes_in += (uint64_t)size;
        tcp->filled = (size_t)size == sizeof tcp->buffer ? (uv_handle_t *)uv : NULL;
        conn->stream.events->bytes(conn->stream.user, (uint8_t *)buf->base, (size_t)size);
    } else if (size < 0 && size != UV_ENOBUFS) {
        conn_broke(conn, (int)size);
    }
}

static void read_start(struct tcp_conn *conn)
{
    int err = uv_read_start((uv_stream_t *)&conn->uv, give_buffer, bytes_arrived);
    if (err != 0 && err != UV_EALREADY)
        conn_broke(conn, err);
}

static void stream_asked_to_pause(struct stream *stream, bool paused)
{
    struct tcp_conn *conn = conn_of(stream);
    if (conn->state != CONN_OPEN || conn->paused == paused)
        return;
    conn->paused = paused;
    if (paused)
        uv_read_stop((uv_stream_t *)&conn->uv);
    else
        push_noted(conn);
}

/* What the layer above has held back comes before what is still to be read. */
static void conn_resume(struct tcp_conn *conn)
{
    if (!conn->paused && conn->stream.events->resumed)
        conn->stream.events->resumed(conn->stream.user);
    if (!conn->paused && conn->state == CONN_OPEN)
        read_start(conn);
}

static bool stream_peer_has_gone(struct stream *stream)
{
    struct pollfd asked = {.events = POLLRDHUP};
    return uv_fileno((const uv_handle_t *)&conn_of(stream)->uv, &asked.fd) != 0 ||
           poll(&asked, 1, 0) != 0;
}

/* What comes after the close is dropped; the peer has seen the end when it closes too. */
static void bytes_while_lingering(uv_stream_t *uv, ssize_t size, const uv_buf_t *buf)
{
    (void)buf;
    if (size < 0 && size != UV_ENOBUFS)
        tcp_conn_drop((struct tcp_conn *)uv);
}

/* Closing a socket with unread bytes resets the connection, and the peer loses what was sent last.
 * So only our direction is shut, and for a moment the rest of the peer's is read. False when that
 * makes no sense. */
static bool linger(struct tcp_conn *conn)
{
    uv_os_fd_t fd;
    struct tcp *tcp = tcp_of(conn);
    if (conn->broken || uv_fileno((uv_handle_t *)&conn->uv, &fd) != 0 ||
        shutdown(fd, SHUT_WR) != 0 ||
        uv_read_start((uv_stream_t *)&conn->uv, give_buffer, bytes_while_lingering) != 0)
        return false;
    list_remove(&tcp->open, conn);
    list_add(&tcp->lingering, conn);
    conn->state = CONN_LINGERING;
    conn->linger_until_ms = loop_clock(tcp->loop)->now_ms + LINGER_MS;
    return true;
}

/* Tells the layer above; true when all it had was sent. */
static bool conn_tell_closed(struct tcp_conn *conn)
{
    note_written(conn);
    conn_flush(conn);
    bool all_sent = !conn->broken && !conn->write && conn->stream.out->bytes == 0;
    conn->stream.events->closed(conn->stream.user, conn->reason);
    conn->stream.events = NULL;
    conn->stream.out = NULL;
    return all_sent;
}

static void conn_end(struct tcp_conn *conn)
{
    if (!conn_tell_closed(conn) || !linger(conn))
        tcp_conn_drop(conn);
}

static int64_t turn(void *user)
{
    struct tcp *tcp = user;
    struct tcp_conn *conn;
    tcp->filled = NULL;
    while ((conn = pop_noted(tcp)))
        if (conn->state == CONN_OPEN)
            conn_resume(conn);
        else
            conn_end(conn);
    int64_t now_ms = loop_clock(tcp->loop)->now_ms, dial_due_ms = tcp_dials_turn(tcp);
    while ((conn = tcp->lingering.first) && conn->linger_until_ms <= now_ms)
        tcp_conn_drop(conn);
    int64_t linger_due_ms = conn ? conn->linger_until_ms : CLOCK_NEVER;
    return dial_due_ms < linger_due_ms ? dial_due_ms : linger_due_ms;
}

static const struct stream_ops stream_ops = {
    .wake = stream_woken,
    .close = stream_asked_to_close,
    .pause = stream_asked_to_pause,
    .has_gone = stream_peer_has_gone,
    .address = stream_peer,
};

struct tcp_conn *tcp_conn_create(struct tcp *tcp)
{
    struct tcp_conn *conn = mem_zalloc(sizeof *conn);
    uv_tcp_init(loop_uv(tcp->loop), &conn->uv);
    conn->uv.data = tcp;
    conn->stream.ops = &stream_ops;
    conn->stream.stats = &tcp->stats;
    conn->stream.pool = tcp->pool;
    list_add(&tcp->open, conn);
    tcp->stats.connections++;
    return conn;
}

void tcp_conn_start(struct tcp_conn *conn, int send_buffer_bytes)
{
    ASSERT(conn->stream.events && conn->stream.out);
    if (send_buffer_bytes) /* it may be less: the system has a limit */
        uv_send_buffer_size((uv_handle_t *)&conn->uv, &send_buffer_bytes);
    uv_tcp_nodelay(&conn->uv, 1);
    uv_tcp_keepalive(&conn->uv, 1, KEEPALIVE_S);   /* a peer may vanish without a word */
    if (conn->state == CONN_OPEN && !conn->paused) /* unless whoever took it has closed it */
        read_start(conn);
}

struct tcp *tcp_create(struct loop *loop, struct outq_pool *pool)
{
    struct tcp *tcp = mem_zalloc(sizeof *tcp);
    tcp->loop = loop;
    tcp->pool = pool;
    loop_on_turn(loop, turn, tcp);
    loop_on_flush(loop, flush, tcp);
    return tcp;
}

/* Connections that nobody has taken yet belong to dials, and have ended with those. */
static void close_all(struct tcp *tcp)
{
    struct tcp_conn *conn;
    while ((conn = tcp->open.first)) {
        if (!conn->reason)
            conn->reason = "the process stops";
        conn->state = CONN_CLOSING;
        conn_tell_closed(conn);
        tcp_conn_drop(conn);
    }
    while ((conn = tcp->lingering.first))
        tcp_conn_drop(conn);
}

void tcp_destroy(struct tcp *tcp)
{
    if (!tcp)
        return;
    tcp_listeners_close(tcp);
    tcp_dials_cancel(tcp);
    close_all(tcp);
    loop_off(tcp->loop, tcp);
    free(tcp);
}

struct net_stats *tcp_stats(struct tcp *tcp)
{
    return &tcp->stats;
}

struct loop *tcp_loop(struct tcp *tcp)
{
    return tcp->loop;
}
