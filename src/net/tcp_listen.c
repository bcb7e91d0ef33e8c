/* tcp_listen: takes the connections that peers make. */
#include "base/buf.h"
#include "net/address.h"
#include "net/tcp_internal.h"

#include <netdb.h>
#include <stdlib.h>

enum { BACKLOG = 4096, CONNECTIONS_MAX = 100 * 1000 };

struct tcp_listener {
    uv_tcp_t uv; /* first */
    struct tcp *tcp;
    struct tcp_listen_desc desc;
    struct tcp_listener *next;
    unsigned connections;
};

void tcp_listener_uncount(struct tcp_conn *conn)
{
    if (conn->listener)
        conn->listener->connections--;
    conn->listener = NULL;
    crowd_leave(conn->place);
    conn->place = NULL;
}

static bool enter_crowd(struct tcp_conn *conn, struct crowd *crowd)
{
    struct sockaddr_storage address = {0}; /* a peer that is gone already has none */
    int bytes = sizeof address;
    uv_tcp_getpeername(&conn->uv, (struct sockaddr *)&address, &bytes);
    conn->place = crowd_enter(crowd, (const struct sockaddr *)&address);
    return conn->place != NULL;
}

/* Returns why it is not let in, or NULL. */
static const char *objection(struct tcp_listener *listener, struct tcp_conn *conn)
{
    const struct tcp_admission *admission = listener->desc.admission;
    if (listener->connections >= listener->desc.connections_max)
        return "there are too many connections";
    if (!admission || !admission->crowd || enter_crowd(conn, admission->crowd))
        return NULL;
    listener->tcp->stats.refused_crowded++;
    return "its address has too many connections";
}

static void refuse(struct tcp_listener *listener, struct tcp_conn *conn, const char *reason)
{
    const struct tcp_admission *admission = listener->desc.admission;
    char address[64];
    listener->tcp->stats.refused++;
    if (admission && admission->refused) {
        tcp_conn_address(conn, address, sizeof address);
        admission->refused(admission->user, address, reason);
    }
    tcp_conn_drop(conn);
}

static void peer_arrived(uv_stream_t *uv, int status)
{
    struct tcp_listener *listener = (struct tcp_listener *)uv;
    struct tcp *tcp = listener->tcp;
    if (status != 0)
        return;
    loop_begin(tcp->loop);
    struct tcp_conn *conn = tcp_conn_create(tcp);
    int err = uv_accept(uv, (uv_stream_t *)&conn->uv);
    const char *reason = err ? "it could not be accepted" : objection(listener, conn);
    if (reason) {
        refuse(listener, conn, reason);
        return;
    }
    tcp->stats.accepted++;
    listener->connections++;
    conn->listener = listener;
    listener->desc.accepted(listener->desc.user, &conn->stream);
    tcp_conn_start(conn, listener->desc.send_buffer_bytes);
}

static gw_err err_of(int uv_error)
{
    return uv_error == UV_EADDRINUSE      ? GW_EEXIST
           : uv_error == UV_EACCES        ? GW_EDENIED
           : uv_error == UV_EADDRNOTAVAIL ? GW_EINVAL
                                          : GW_EIO;
}

/* A name is resolved here and now: that is done once, before anything runs. */
static gw_err resolve(const char *text, struct sockaddr_storage *out)
{
    struct address address;
    if (address_parse(text, &address) != GW_OK)
        return GW_EINVAL;
    struct addrinfo *list, hints = {.ai_family = address.host[0] ? AF_UNSPEC : AF_INET,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE};
    const char *host = address.host[0] ? address.host : NULL;
    if (getaddrinfo(host, address.port, &hints, &list) != 0)
        return GW_EINVAL;
    memcpy(out, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    return GW_OK;
}

static void listener_free(uv_handle_t *handle)
{
    free(handle);
}

gw_err tcp_listen(struct tcp *tcp, const struct tcp_listen_desc *desc, struct tcp_listener **out)
{
    struct sockaddr_storage address;
    gw_err err = resolve(desc->address, &address);
    if (err)
        return err;
    struct tcp_listener *listener = mem_zalloc(sizeof *listener);
    listener->tcp = tcp;
    listener->desc = *desc;
    listener->desc.address = NULL; /* the caller's */
    if (!listener->desc.connections_max)
        listener->desc.connections_max = CONNECTIONS_MAX;
    uv_tcp_init(loop_uv(tcp->loop), &listener->uv);
    int uv_error = uv_tcp_bind(&listener->uv, (struct sockaddr *)&address, 0);
    if (uv_error == 0)
        uv_error = uv_listen((uv_stream_t *)&listener->uv, BACKLOG, peer_arrived);
    if (uv_error != 0) {
        uv_close((uv_handle_t *)&listener->uv, listener_free);
        return err_of(uv_error);
    }
    listener->next = tcp->listeners;
    tcp->listeners = listener;
    *out = listener;
    return GW_OK;
}

uint16_t tcp_listener_port(const struct tcp_listener *listener)
{
    struct sockaddr_storage address = {0};
    int bytes = sizeof address;
    uv_tcp_getsockname(&listener->uv, (struct sockaddr *)&address, &bytes);
    /* The port lies at the same place for both families. */
    return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

/* Its connections go on, counted by nobody. */
static void forget_listener(struct tcp_conn *conn, const struct tcp_listener *listener)
{
    for (; conn; conn = conn->next)
        if (conn->listener == listener)
            tcp_listener_uncount(conn);
}

void tcp_listener_close(struct tcp_listener *listener)
{
    if (!listener)
        return;
    struct tcp *tcp = listener->tcp;
    forget_listener(tcp->open.first, listener);
    forget_listener(tcp->lingering.first, listener);
    struct tcp_listener **at = &tcp->listeners;
    while (*at != listener)
        at = &(*at)->next;
    *at = listener->next;
    uv_close((uv_handle_t *)&listener->uv, listener_free);
}

void tcp_listeners_close(struct tcp *tcp)
{
    while (tcp->listeners)
        tcp_listener_close(tcp->listeners);
}
