/* tcplink: see tcplink.h. */
#include "net/tcplink.h"

#include "base/buf.h"

#include <stdlib.h>

struct tcplink_listener {
    struct tcp_listener *tcp;
    struct tcplink_listen_desc desc;
};

static void accepted(void *user, struct stream *stream)
{
    struct tcplink_listener *listener = user;
    struct link *link = streamlink_create(stream, &listener->desc.limits);
    listener->desc.accepted(listener->desc.user, link);
}

gw_err tcplink_listen(struct tcp *tcp, const struct tcplink_listen_desc *desc,
                      struct tcplink_listener **out)
{
    struct tcplink_listener *listener = mem_zalloc(sizeof *listener);
    listener->desc = *desc;
    const struct tcp_listen_desc below = {
        .address = desc->address,
        .connections_max = desc->connections_max,
        .send_buffer_bytes = desc->send_buffer_bytes,
        .admission = desc->admission,
        .accepted = accepted,
        .user = listener,
    };
    gw_err err = tcp_listen(tcp, &below, &listener->tcp);
    if (err) {
        free(listener);
        return err;
    }
    *out = listener;
    return GW_OK;
}

uint16_t tcplink_listener_port(const struct tcplink_listener *listener)
{
    return tcp_listener_port(listener->tcp);
}

void tcplink_listener_close(struct tcplink_listener *listener)
{
    if (!listener)
        return;
    tcp_listener_close(listener->tcp);
    free(listener);
}

static void connected(void *user, struct stream *stream, const char *reason)
{
    struct tcplink_connect_desc *desc = user;
    struct link *link = stream ? streamlink_create(stream, &desc->limits) : NULL;
    desc->connected(desc->user, link, reason);
}

void tcplink_connect(struct tcp *tcp, const struct tcplink_connect_desc *desc)
{
    struct tcplink_connect_desc *kept = mem_alloc(sizeof *kept);
    *kept = *desc;
    tcp_dial(tcp, &(struct tcp_dial_desc){.address = desc->address,
                                          .timeout_ms = desc->timeout_ms,
                                          .send_buffer_bytes = desc->send_buffer_bytes,
                                          .connected = connected,
                                          .user = kept,
                                          .frees_user = true});
}
