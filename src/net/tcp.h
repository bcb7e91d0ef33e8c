/* tcp: TCP connections of one loop as streams, the lowest layer of a connection. */
#pragma once

#include "net/crowd.h"
#include "net/stream.h"
#include "os/loop.h"

/* A loop has one: the read buffer and the lists of what has to be written or closed in this turn.
 */
struct tcp;

/* Borrows the loop and the pool. Made before what uses it, so that its part of each turn comes
 * first. */
struct tcp *tcp_create(struct loop *loop, struct outq_pool *pool);
/* Closes everything, with `closed` called for every stream; dials end without an answer.
 * Before loop_destroy, not from inside a turn. NULL does nothing. */
void tcp_destroy(struct tcp *tcp);
struct net_stats *tcp_stats(struct tcp *tcp);
struct loop *tcp_loop(struct tcp *tcp);

/* Whom listeners let in, beside their connections_max; several may share one. */
struct tcp_admission {
    struct crowd *crowd; /* counts the connections of each address; NULL: as many as come */
    /* Somebody was not let in; may be NULL. `reason` is a sentence. */
    void (*refused)(void *user, const char *address, const char *reason);
    void *user;
};

struct tcp_listener;
struct tcp_listen_desc {
    const char *address;      /* "host:port"; without a host: on all IPv4 addresses; port 0: any */
    unsigned connections_max; /* beyond, they are closed at once; 0: 100,000 */
    int send_buffer_bytes;    /* of each connection, in the system; 0: as it likes */
    const struct tcp_admission *admission; /* borrowed; NULL: everybody */
    /* Takes the stream: sets events, user and out before it returns. */
    void (*accepted)(void *user, struct stream *stream);
    void *user;
};

/* GW_EINVAL: no such address; GW_EEXIST: somebody listens there; GW_EDENIED: not allowed; GW_EIO.
 */
GW_NODISCARD
gw_err tcp_listen(struct tcp *tcp, const struct tcp_listen_desc *desc, struct tcp_listener **out);
uint16_t tcp_listener_port(const struct tcp_listener *listener);
void tcp_listener_close(
    struct tcp_listener *listener); /* its connections stay; NULL does nothing */

struct tcp_dial_desc {
    const char *address;   /* copied; names are resolved on a worker */
    int64_t timeout_ms;    /* 0: 10 seconds */
    int send_buffer_bytes; /* as of struct tcp_listen_desc */
    /* Exactly once, never from inside tcp_dial: the stream, which is taken as in `accepted`, or
     * NULL and why. */
    void (*connected)(void *user, struct stream *stream, const char *reason);
    void *user;
    bool frees_user; /* `user` is from mem_alloc, and freed with the dial */
};
void tcp_dial(struct tcp *tcp, const struct tcp_dial_desc *desc);
