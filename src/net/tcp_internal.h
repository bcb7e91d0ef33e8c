/* tcp_internal: what the parts of tcp share: connections (tcp.c), and how they come to be
 * (tcp_listen.c, tcp_dial.c). */
#pragma once

#include "net/tcp.h"

#include <uv.h>

enum { TCP_READ_BYTES = 256 * 1024 };

enum conn_state {
    CONN_OPEN,
    CONN_CLOSING,   /* somebody wants it closed; `closed` is not yet told */
    CONN_LINGERING, /* told; waits a little for the peer to take the last bytes and close */
    CONN_CLOSED,    /* libuv gives the memory back soon */
};

struct tcp_conn {
    uv_tcp_t uv; /* first: a handle is its connection; uv.data is the struct tcp */
    struct stream stream;
    struct tcp_conn *prev, *next;  /* among the open, or the lingering */
    struct tcp_conn *next_dirty;   /* among those with something to write */
    struct tcp_conn *next_noted;   /* among those that the coming turn looks at */
    struct tcp_write *write;       /* in flight, or NULL */
    struct tcp_listener *listener; /* that counts it, or NULL */
    struct crowd_place *place;     /* where it comes from, if that is counted */
    const char *reason;            /* why it is closed */
    int64_t linger_until_ms;
    uint8_t state; /* enum conn_state */
    bool paused;
    bool noted;         /* it closes, or its pause has ended */
    bool dirty, broken; /* broken: the peer is gone, nothing more can be sent */
};

/* Each is linked by one of the pointers above. */
struct tcp_conn_list {
    struct tcp_conn *first, *last;
};

struct tcp {
    struct loop *loop;
    struct outq_pool *pool;
    struct net_stats stats;
    struct tcp_conn_list open, lingering, dirty, noted;
    struct tcp_listener *listeners;
    struct tcp_dial *dials;
    uv_handle_t *filled;            /* whose read has just filled the buffer, or NULL */
    uint8_t buffer[TCP_READ_BYTES]; /* of every read: nothing in it outlives the read's callback */
};

void tcp_conn_address(struct tcp_conn *conn, char *text, size_t size); /* the peer's */

/* Returns a connection that has no socket yet. */
struct tcp_conn *tcp_conn_create(struct tcp *tcp);
/* The socket is connected and somebody has taken the stream: reads begin. */
void tcp_conn_start(struct tcp_conn *conn, int send_buffer_bytes);
/* For one whose stream nobody has: not yet, or no more. */
void tcp_conn_drop(struct tcp_conn *conn);

/* The connection is not among those of its listener any more, if it ever was. */
void tcp_listener_uncount(struct tcp_conn *conn);
void tcp_listeners_close(struct tcp *tcp);
void tcp_dials_cancel(struct tcp *tcp);
int64_t tcp_dials_turn(
    struct tcp *tcp); /* ends those that take too long; returns when the next does */
