/* tcp_dial: makes connections: resolves the name, then tries its addresses one after the other. */
#include "base/assert.h"
#include "base/buf.h"
#include "net/address.h"
#include "net/tcp_internal.h"

#include <netdb.h>
#include <stdlib.h>

enum { TIMEOUT_MS = 10 * 1000 };

struct tcp_dial {
    uv_getaddrinfo_t resolve;
    uv_connect_t connect;
    struct tcp *tcp; /* NULL: the answer is not wanted any more */
    struct tcp_dial *next;
    struct address address;
    struct tcp_dial_desc desc;
    struct addrinfo *found, *trying;
    struct tcp_conn *conn; /* the attempt that runs, or NULL */
    const char *reason;    /* why the last attempt failed */
    int64_t due_ms;
    bool resolving, connecting; /* libuv holds one of the requests */
    bool done;                  /* told, or given up */
};

static void dial_unlink(struct tcp *tcp, struct tcp_dial *dial)
{
    struct tcp_dial **at = &tcp->dials;
    while (*at != dial)
        at = &(*at)->next;
    *at = dial->next;
    ASSERT(tcp->dials != dial);
    dial->tcp = NULL;
}

/* Frees it once libuv has let go of it. */
static void dial_release(struct tcp_dial *dial)
{
    if (!dial->done || dial->resolving || dial->connecting)
        return;
    if (dial->found)
        uv_freeaddrinfo(dial->found);
    if (dial->desc.frees_user)
        free(dial->desc.user);
    free(dial);
}

/* No answer is given any more; the memory stays until dial_release. */
static void dial_end(struct tcp *tcp, struct tcp_dial *dial)
{
    dial_unlink(tcp, dial);
    dial->done = true;
    if (dial->conn)
        tcp_conn_drop(dial->conn);
    if (dial->resolving)
        uv_cancel((uv_req_t *)&dial->resolve);
}

static void dial_failed(struct tcp *tcp, struct tcp_dial *dial, const char *reason)
{
    tcp->stats.connect_failed++;
    dial_end(tcp, dial);
    dial->desc.connected(dial->desc.user, NULL, reason);
    dial_release(dial);
}

static void dial_succeeded(struct tcp_dial *dial)
{
    struct tcp_conn *conn = dial->conn;
    int send_buffer_bytes = dial->desc.send_buffer_bytes;
    dial->tcp->stats.connected++;
    dial->conn = NULL;
    dial_end(dial->tcp, dial);
    dial->desc.connected(dial->desc.user, &conn->stream, NULL);
    dial_release(dial);
    tcp_conn_start(conn, send_buffer_bytes);
}

static const char *reason_of(int uv_error)
{
    return uv_error == UV_ECONNREFUSED   ? "the connection was refused"
           : uv_error == UV_ETIMEDOUT    ? "the peer does not answer"
           : uv_error == UV_EHOSTUNREACH ? "the host cannot be reached"
           : uv_error == UV_ENETUNREACH  ? "the network cannot be reached"
                                         : "the connection could not be made";
}

static void try_next(struct tcp_dial *dial);

static void attempt_ended(uv_connect_t *connect, int status)
{
    struct tcp_dial *dial = connect->data;
    dial->connecting = false;
    if (dial->done) {
        dial_release(dial);
        return;
    }
    loop_begin(dial->tcp->loop);
    if (status == 0) {
        dial_succeeded(dial);
        return;
    }
    dial->reason = reason_of(status);
    tcp_conn_drop(dial->conn);
    dial->conn = NULL;
    try_next(dial);
}

/* Starts with the next address; the dial fails when there is none left. */
static void try_next(struct tcp_dial *dial)
{
    while (dial->trying) {
        const struct sockaddr *address = dial->trying->ai_addr;
        dial->trying = dial->trying->ai_next;
        dial->conn = tcp_conn_create(dial->tcp);
        dial->connect.data = dial;
        int err = uv_tcp_connect(&dial->connect, &dial->conn->uv, address, attempt_ended);
        if (err == 0) {
            dial->connecting = true;
            return;
        }
        dial->reason = reason_of(err);
        tcp_conn_drop(dial->conn);
        dial->conn = NULL;
    }
    dial_failed(dial->tcp, dial, dial->reason);
}

static void name_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *found)
{
    struct tcp_dial *dial = resolve->data;
    dial->resolving = false;
    dial->found = found;
    if (dial->done) {
        dial_release(dial);
        return;
    }
    loop_begin(dial->tcp->loop);
    dial->trying = status == 0 ? found : NULL;
    dial->reason = "its name cannot be resolved";
    try_next(dial);
}

static bool dial_start(struct tcp_dial *dial, const char *text)
{
    if (address_parse(text, &dial->address) != GW_OK)
        return false;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    const char *host = dial->address.host[0] ? dial->address.host : "127.0.0.1";
    dial->resolve.data = dial;
    return uv_getaddrinfo(loop_uv(dial->tcp->loop), &dial->resolve, name_resolved, host,
                          dial->address.port, &hints) == 0;
}

void tcp_dial(struct tcp *tcp, const struct tcp_dial_desc *desc)
{
    struct tcp_dial *dial = mem_zalloc(sizeof *dial);
    int64_t timeout_ms = desc->timeout_ms ? desc->timeout_ms : TIMEOUT_MS;
    dial->tcp = tcp;
    dial->desc = *desc;
    dial->desc.address = NULL; /* the caller's */
    dial->reason = "the peer does not answer";
    dial->resolving = dial_start(dial, desc->address);
    if (!dial->resolving)
        dial->reason = "its address is not host:port";
    dial->due_ms = dial->resolving ? loop_clock(tcp->loop)->now_ms + timeout_ms : 0;
    dial->next = tcp->dials;
    tcp->dials = dial;
    loop_wake(tcp->loop);
}

/* The first that is due, or NULL. Telling of one may start or end others, so the search starts anew
 * each time. */
static struct tcp_dial *first_due(const struct tcp *tcp, int64_t now_ms, int64_t *next_ms)
{
    *next_ms = CLOCK_NEVER;
    for (struct tcp_dial *dial = tcp->dials; dial; dial = dial->next) {
        if (dial->due_ms <= now_ms)
            return dial;
        if (dial->due_ms < *next_ms)
            *next_ms = dial->due_ms;
    }
    return NULL;
}

int64_t tcp_dials_turn(struct tcp *tcp)
{
    struct tcp_dial *dial;
    int64_t next_ms, now_ms = loop_clock(tcp->loop)->now_ms;
    while ((dial = first_due(tcp, now_ms, &next_ms)))
        dial_failed(tcp, dial, dial->reason);
    return next_ms;
}

void tcp_dials_cancel(struct tcp *tcp)
{
    while (tcp->dials) {
        struct tcp_dial *dial = tcp->dials;
        dial_end(tcp, dial);
        dial_release(dial);
    }
}
