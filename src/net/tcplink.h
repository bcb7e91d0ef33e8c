/* tcplink: listens for links and makes links over TCP. */
#pragma once

#include "net/streamlink.h"
#include "net/tcp.h"

/* For both ends of links between processes: what the system holds should be in the cache when the
 * peer takes it. The rest waits in the link's queue, where it is counted and can be sent again. */
#define TCPLINK_SEND_BUFFER_BYTES (512 * 1024)

struct tcplink_listen_desc {
    const char *address;                   /* see struct tcp_listen_desc */
    unsigned connections_max;              /* 0: 100,000 */
    int send_buffer_bytes;                 /* 0: as the system likes */
    const struct tcp_admission *admission; /* borrowed; NULL: everybody */
    struct link_limits limits;
    /* Takes the link: sets events and user before it returns. */
    void (*accepted)(void *user, struct link *link);
    void *user;
};

struct tcplink_listener;

/* Errors as tcp_listen. */
GW_NODISCARD
gw_err tcplink_listen(struct tcp *tcp, const struct tcplink_listen_desc *desc,
                      struct tcplink_listener **out);
uint16_t tcplink_listener_port(const struct tcplink_listener *listener);
/* Before tcp_destroy. Its links stay; NULL does nothing. */
void tcplink_listener_close(struct tcplink_listener *listener);

struct tcplink_connect_desc {
    const char *address;
    int64_t timeout_ms;    /* 0: 10 seconds */
    int send_buffer_bytes; /* 0: as the system likes */
    struct link_limits limits;
    /* Exactly once, never from inside tcplink_connect: the link, which is taken as in `accepted`,
     * or NULL and why. */
    void (*connected)(void *user, struct link *link, const char *reason);
    void *user;
};
void tcplink_connect(struct tcp *tcp, const struct tcplink_connect_desc *desc);
