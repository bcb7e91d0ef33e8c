/* rig: see rig.h. */
#include "rig.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GIVE_UP_MS = 10 * 1000 };

static int64_t look(void *user)
{
    struct rig *rig = user;
    int64_t now_ms = loop_clock(rig->loop)->now_ms;
    if (!rig->until)
        return CLOCK_NEVER;
    if (rig->until(rig->user) || now_ms >= rig->give_up_ms)
        loop_stop(rig->loop);
    return rig->give_up_ms;
}

void rig_init(struct rig *rig)
{
    *rig = (struct rig){0};
    assert_int_equal(loop_create(&rig->loop), GW_OK);
    rig->tcp = tcp_create(rig->loop, &rig->pool);
    loop_on_turn(rig->loop, look, rig);
}

void rig_fini(struct rig *rig)
{
    tcp_destroy(rig->tcp);
    loop_destroy(rig->loop);
    outq_pool_free(&rig->pool);
}

void rig_run(struct rig *rig, bool (*until)(void *user), void *user)
{
    rig->until = until;
    rig->user = user;
    rig->give_up_ms = loop_clock(rig->loop)->now_ms + GIVE_UP_MS;
    loop_wake(rig->loop);
    loop_run(rig->loop);
    rig->until = NULL;
    assert_true(until(user));
}

static bool always(void *user)
{
    (void)user;
    return true;
}

void rig_turn(struct rig *rig)
{
    rig_run(rig, always, NULL);
}

static bool is_set(void *user)
{
    return *(const bool *)user;
}

void rig_run_until_set(struct rig *rig, const bool *flag)
{
    rig_run(rig, is_set, (void *)(uintptr_t)flag);
}

static struct peer nobody;

static void accepted(void *user, struct link *link)
{
    struct rig_server *server = user;
    bool is_wanted = server->taken < server->count;
    peer_take(is_wanted ? &server->peers[server->taken++] : &nobody, link);
    if (!is_wanted)
        link_close(link, "nobody waits for it");
}

static void listen_with(struct rig *rig, struct rig_server *server, struct tcplink_listen_desc desc)
{
    desc.address = "127.0.0.1:0";
    desc.accepted = accepted;
    desc.user = server;
    assert_int_equal(tcplink_listen(rig->tcp, &desc, &server->listener), GW_OK);
    snprintf(server->address, sizeof server->address, "127.0.0.1:%u",
             (unsigned)tcplink_listener_port(server->listener));
}

void rig_listen(struct rig *rig, struct rig_server *server, struct peer *peers, unsigned count,
                struct link_limits limits)
{
    *server = (struct rig_server){.peers = peers, .count = count};
    listen_with(rig, server, (struct tcplink_listen_desc){.limits = limits});
}

void rig_listen_at_most(struct rig *rig, struct rig_server *server, unsigned connections_max)
{
    listen_with(rig, server, (struct tcplink_listen_desc){.connections_max = connections_max});
}

void rig_listen_with(struct rig *rig, struct rig_server *server,
                     const struct tcp_admission *admission)
{
    listen_with(rig, server, (struct tcplink_listen_desc){.admission = admission});
}

static void connected(void *user, struct link *link, const char *reason)
{
    assert_null(reason);
    peer_take(user, link);
}

struct both {
    struct peer *client;
    const struct rig_server *server;
    unsigned taken;
};

static bool both_there(void *user)
{
    const struct both *both = user;
    return both->client->link && both->server->taken == both->taken;
}

void rig_connect(struct rig *rig, struct rig_server *server, struct peer *peer,
                 struct link_limits limits)
{
    struct both both = {peer, server, server->taken + 1};
    tcplink_connect(rig->tcp, &(struct tcplink_connect_desc){.address = server->address,
                                                             .limits = limits,
                                                             .connected = connected,
                                                             .user = peer});
    rig_run(rig, both_there, &both);
}

int rig_socket(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}
