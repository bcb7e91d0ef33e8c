/* rig: a loop with TCP that runs until something has happened.
 */
#pragma once

#include "base/buf.h"
#include "net/tcp.h"
#include "net/tcplink.h"
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct rig {
    struct loop *loop;
    struct outq_pool pool;
    struct tcp *tcp;
    bool (*until)(void *user);
    void *user;
    int64_t give_up_ms;
};

void rig_init(struct rig *rig);
void rig_fini(struct rig *rig);

/* Runs turns until the condition holds; fails the test when that takes ten seconds. */
void rig_run(struct rig *rig, bool (*until)(void *user), void *user);
/* One turn, which does not wait: to be called until something has happened. */
void rig_turn(struct rig *rig);
void rig_run_until_set(struct rig *rig, const bool *flag);

/* A listener on 127.0.0.1 that gives its connections to peers[0], peers[1]...; the rest is closed.
 */
struct rig_server {
    struct tcplink_listener *listener;
    struct peer *peers;
    unsigned count, taken;
    char address[32];
};
void rig_listen(struct rig *rig, struct rig_server *server, struct peer *peers, unsigned count,
                struct link_limits limits);

/* With peers and count of the server set. */
void rig_listen_at_most(struct rig *rig, struct rig_server *server, unsigned connections_max);

void rig_listen_with(struct rig *rig, struct rig_server *server,
                     const struct tcp_admission *admission);

/* Connects and waits until both ends are there. */
void rig_connect(struct rig *rig, struct rig_server *server, struct peer *peer,
                 struct link_limits limits);

/* A plain blocking socket connected to the port: a peer that does what it wants. */
int rig_socket(uint16_t port);
