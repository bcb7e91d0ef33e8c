/* Links over real sockets: what is sent arrives, and every end is told once how it ended. */
#include "rig.h"
#include "talker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct pair {
    struct rig rig;
    struct rig_server server;
    struct peer near, far; /* near has dialled, far was accepted */
};

static void pair_init(struct pair *pair, struct link_limits near, struct link_limits far)
{
    *pair = (struct pair){0};
    rig_init(&pair->rig);
    rig_listen(&pair->rig, &pair->server, &pair->far, 1, far);
    rig_connect(&pair->rig, &pair->server, &pair->near, near);
}

static void pair_fini(struct pair *pair)
{
    tcplink_listener_close(pair->server.listener);
    rig_fini(&pair->rig);
    assert_int_equal(pair->near.closed, 1);
    assert_int_equal(pair->far.closed, 1);
    peer_fini(&pair->near);
    peer_fini(&pair->far);
}

static const struct link_limits none;

struct count {
    const unsigned *value;
    unsigned wanted;
};

static bool reached(void *user)
{
    const struct count *count = user;
    return *count->value >= count->wanted;
}

static void run_until_packets(struct pair *pair, const struct peer *peer, unsigned wanted)
{
    struct count count = {&peer->packets, wanted};
    rig_run(&pair->rig, reached, &count);
}

/* Fills in the option of both ends, which are the only connected sockets. */
static void options_of_both_ends(int option, int values[2])
{
    unsigned connected = 0;
    for (int fd = 3; fd < 256; fd++) {
        struct sockaddr_storage peer = {0};
        socklen_t size = sizeof peer, value_size = sizeof *values;
        if (getpeername(fd, (struct sockaddr *)&peer, &size) != 0 || peer.ss_family != AF_INET)
            continue;
        assert_true(connected < 2);
        assert_int_equal(getsockopt(fd, SOL_SOCKET, option, &values[connected], &value_size), 0);
        connected++;
    }
    assert_int_equal(connected, 2);
}

/* A peer may vanish without a word: the system asks after it at both ends. */
static void both_ends_are_kept_alive(void **state)
{
    (void)state;
    struct pair pair;
    int on[2];
    pair_init(&pair, none, none);
    options_of_both_ends(SO_KEEPALIVE, on);
    assert_true(on[0] && on[1]);
    pair_fini(&pair);
}

static void take_near(void *user, struct link *link, const char *reason)
{
    assert_null(reason);
    peer_take(&((struct pair *)user)->near, link);
}

static void take_far(void *user, struct link *link)
{
    peer_take(&((struct pair *)user)->far, link);
}

static bool both_are_there(void *user)
{
    const struct pair *pair = user;
    return pair->near.link && pair->far.link;
}

/* The system doubles what it is asked for, for its own needs. */
static void each_end_may_limit_what_the_system_holds(void **state)
{
    enum { NEAR_BYTES = 20000, FAR_BYTES = 30000 };
    (void)state;
    struct pair pair = {0};
    char address[32];
    int bytes[2];
    rig_init(&pair.rig);
    assert_int_equal(tcplink_listen(pair.rig.tcp,
                                    &(struct tcplink_listen_desc){.address = "127.0.0.1:0",
                                                                  .send_buffer_bytes = FAR_BYTES,
                                                                  .accepted = take_far,
                                                                  .user = &pair},
                                    &pair.server.listener),
                     GW_OK);
    snprintf(address, sizeof address, "127.0.0.1:%u",
             (unsigned)tcplink_listener_port(pair.server.listener));
    tcplink_connect(pair.rig.tcp, &(struct tcplink_connect_desc){.address = address,
                                                                 .send_buffer_bytes = NEAR_BYTES,
                                                                 .connected = take_near,
                                                                 .user = &pair});
    rig_run(&pair.rig, both_are_there, &pair);
    options_of_both_ends(SO_SNDBUF, bytes);
    assert_int_equal(bytes[0] + bytes[1], 2 * (NEAR_BYTES + FAR_BYTES));
    assert_true(bytes[0] == 2 * NEAR_BYTES || bytes[0] == 2 * FAR_BYTES);
    pair_fini(&pair);
}

static void what_is_sent_comes_back_from_an_echo(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, none);
    pair.far.echoes = true;
    link_send(pair.near.link, "hello", 5);
    link_send2(pair.near.link, "wor", 3, "ld", 2);
    run_until_packets(&pair, &pair.near, 2);
    assert_int_equal(pair.near.received.size, 10);
    assert_memory_equal(pair.near.received.data, "helloworld", 10);
    pair_fini(&pair);
}

static void large_packets_arrive_both_ways(void **state)
{
    (void)state;
    struct pair pair;
    struct packet *shared;
    size_t size = 20u * 1024 * 1024;
    uint8_t *payload = mem_alloc(size);
    for (size_t i = 0; i < size; i++)
        payload[i] = (uint8_t)(i * 31 + (i >> 12));
    pair_init(&pair, none, none);
    pair.far.echoes = true;
    shared = packet_new(payload, size);
    assert_true(link_send_packet(pair.near.link, shared));
    packet_unref(shared);
    assert_true(link_send(pair.near.link, "after", 5));
    run_until_packets(&pair, &pair.near, 2);
    assert_int_equal(pair.near.received.size, size + 5);
    assert_memory_equal(pair.near.received.data, payload, size);
    free(payload);
    pair_fini(&pair);
}

static void packets_survive_a_cut_at_every_byte(void **state)
{
    (void)state;
    static const uint8_t stream[] = "\x02\0\0\0ab\x05\0\0\0hello\x03\0\0\0xyz";
    struct rig rig;
    struct rig_server server;
    struct peer peer = {0};
    struct talker talker;
    rig_init(&rig);
    rig_listen(&rig, &server, &peer, 1, none);
    talker_connect(&rig, &talker, tcplink_listener_port(server.listener));
    for (size_t i = 0; i < sizeof stream - 1; i++) {
        uint64_t reads = tcp_stats(rig.tcp)->reads;
        talker_say(&talker, stream + i, 1);
        while (tcp_stats(rig.tcp)->reads == reads)
            rig_turn(&rig);
    }
    assert_int_equal(peer.packets, 3);
    assert_memory_equal(peer.received.data, "abhelloxyz", 10);
    tcplink_listener_close(server.listener);
    rig_fini(&rig);
    talker_fini(&talker);
    peer_fini(&peer);
}

static void what_was_sent_before_a_close_arrives(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, none);
    link_send(pair.near.link, "last", 4);
    link_close(pair.near.link, "bye");
    assert_false(link_send(pair.near.link, "more", 4));
    link_close(pair.near.link, "bye again");
    assert_int_equal(pair.near.closed, 0); /* never from inside link_close */
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    assert_memory_equal(pair.far.received.data, "last", 4);
    assert_string_equal(pair.near.reason, "bye");
    assert_string_equal(pair.far.reason, "the peer closed the connection");
    pair_fini(&pair);
}

static void what_was_sent_before_a_close_arrives_though_bytes_come_in(void **state)
{
    (void)state;
    struct pair pair;
    static uint8_t payload[100000];
    pair_init(&pair, none, none);
    /* near closes while bytes are on their way to it: no reset may eat what it sent last. */
    for (unsigned i = 0; i < 10; i++)
        link_send(pair.far.link, payload, sizeof payload);
    pair.near.close_after = 1;
    link_send(pair.near.link, payload, sizeof payload);
    link_send(pair.near.link, "last", 4);
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    assert_int_equal(pair.near.packets, 1);
    assert_int_equal(pair.far.packets, 2);
    assert_string_equal(pair.near.reason, "enough");
    assert_string_equal(pair.far.reason, "the peer closed the connection");
    pair_fini(&pair);
}

static void both_ends_may_close_at_once(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, none);
    link_close(pair.near.link, "near");
    link_close(pair.far.link, "far");
    rig_run_until_set(&pair.rig, &pair.near.is_closed);
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    assert_string_equal(pair.near.reason, "near");
    assert_string_equal(pair.far.reason, "far");
    pair_fini(&pair);
}

static void a_close_inside_a_packet_stops_the_delivery(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, none);
    pair.far.close_after = 2;
    for (unsigned i = 0; i < 5; i++)
        link_send(pair.near.link, "ab", 2);
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    rig_run_until_set(&pair.rig, &pair.near.is_closed);
    assert_int_equal(pair.far.packets, 2);
    assert_string_equal(pair.far.reason, "enough");
    pair_fini(&pair);
}

static void run_turns(struct pair *pair, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        rig_turn(&pair->rig);
}

/* Also of those that were read already; afterwards all come, in order, and then the end. */
static void a_paused_link_delivers_nothing_and_afterwards_all(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, none);
    pair.far.pause_every = 7;
    for (uint16_t i = 0; i < 1000; i++)
        link_send(pair.near.link, &i, sizeof i);
    link_close(pair.near.link, "all is said");
    for (unsigned wanted = 7; wanted < 1000; wanted += 7) {
        run_until_packets(&pair, &pair.far, wanted);
        run_turns(&pair, 2);
        assert_int_equal(pair.far.packets, wanted);
        assert_false(pair.far.is_closed);
        assert_true(pair.far.link->paused);
        link_pause(pair.far.link, false);
    }
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    assert_int_equal(pair.far.packets, 1000);
    for (uint16_t i = 0; i < 1000; i++)
        assert_memory_equal(pair.far.received.data + i * sizeof i, &i, sizeof i);
    pair_fini(&pair);
}

/* Those in the same read as the packet that paused it, too. */
static void what_breaks_a_limit_behind_a_pause_is_seen_after_it(void **state)
{
    (void)state;
    static const uint8_t payload[200];
    struct pair pair;
    pair_init(&pair, none, (struct link_limits){.payload_bytes_max = 100});
    pair.far.pause_every = 1;
    link_send(pair.near.link, payload, 100);
    link_send(pair.near.link, payload, 101);
    run_until_packets(&pair, &pair.far, 1);
    run_turns(&pair, 3);
    assert_false(pair.far.is_closed);
    link_pause(pair.far.link, false);
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    assert_string_equal(pair.far.reason, "it sent a packet longer than the limit");
    assert_int_equal(pair.far.packets, 1);
    link_close(pair.near.link, "the test is over");
    rig_run_until_set(&pair.rig, &pair.near.is_closed);
    pair_fini(&pair);
}

static bool far_has_gone(void *user)
{
    const struct pair *pair = user;
    return link_has_gone(pair->far.link);
}

static void a_peer_that_goes_during_a_pause_can_be_found_out(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, none);
    pair.far.pause_every = 1;
    link_send(pair.near.link, "ab", 2);
    link_send(pair.near.link, "cd", 2);
    run_until_packets(&pair, &pair.far, 1);
    assert_false(link_has_gone(pair.far.link));
    link_close(pair.near.link, "it goes");
    rig_run(&pair.rig, far_has_gone, &pair);
    assert_false(pair.far.is_closed);
    link_close(pair.far.link, "it has gone");
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    assert_int_equal(pair.far.packets, 1);
    pair_fini(&pair);
}

static void a_packet_over_the_limit_closes_the_link(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, (struct link_limits){.payload_bytes_max = 10});
    link_send(pair.near.link, "0123456789", 10);
    link_send(pair.near.link, "0123456789a", 11);
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    assert_int_equal(pair.far.packets, 1);
    assert_string_equal(pair.far.reason, "it sent a packet longer than the limit");
    assert_int_equal(tcp_stats(pair.rig.tcp)->packets_too_long, 1);
    pair_fini(&pair);
}

static void a_packet_without_a_type_closes_the_link(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, none);
    link_send(pair.near.link, "a", 1);
    rig_run_until_set(&pair.rig, &pair.far.is_closed);
    assert_int_equal(pair.far.packets, 0);
    assert_int_equal(tcp_stats(pair.rig.tcp)->packets_too_short, 1);
    pair_fini(&pair);
}

static void a_peer_that_resets_is_told_as_that(void **state)
{
    (void)state;
    struct rig rig;
    struct rig_server server;
    struct peer peer = {0};
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    rig_init(&rig);
    rig_listen(&rig, &server, &peer, 1, none);
    int fd = rig_socket(tcplink_listener_port(server.listener));
    while (!peer.link)
        rig_turn(&rig);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    rig_run_until_set(&rig, &peer.is_closed);
    assert_string_equal(peer.reason, "the peer reset the connection");
    tcplink_listener_close(server.listener);
    rig_fini(&rig);
    peer_fini(&peer);
}

static void a_peer_that_closes_one_direction_is_closed(void **state)
{
    (void)state;
    struct rig rig;
    struct rig_server server;
    struct peer peer = {0};
    char byte;
    rig_init(&rig);
    rig_listen(&rig, &server, &peer, 1, none);
    int fd = rig_socket(tcplink_listener_port(server.listener));
    shutdown(fd, SHUT_WR);
    rig_run_until_set(&rig, &peer.is_closed);
    assert_string_equal(peer.reason, "the peer closed the connection");
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
    close(fd);
    tcplink_listener_close(server.listener);
    rig_fini(&rig);
    peer_fini(&peer);
}

static void a_reader_that_stops_is_closed_at_its_limit_and_nobody_else_notices(void **state)
{
    (void)state;
    struct rig rig;
    struct rig_server server;
    struct peer peers[2] = {0}, good = {0};
    static uint8_t payload[16 * 1024];
    rig_init(&rig);
    rig_listen(&rig, &server, peers, 2, (struct link_limits){.queue_bytes_max = 256 * 1024});
    int fd = rig_socket(tcplink_listener_port(server.listener));
    while (!peers[0].link)
        rig_turn(&rig);
    rig_connect(&rig, &server, &good, none);
    good.echoes = true;
    unsigned rounds = 0;
    for (; peers[0].link && rounds < 10000; rounds++) {
        unsigned heard = peers[1].packets;
        link_send(peers[0].link, payload, sizeof payload);
        assert_true(link_send(peers[1].link, "ping", 4));
        struct count count = {&peers[1].packets, heard + 1};
        rig_run(&rig, reached, &count);
    }
    assert_string_equal(peers[0].reason, link_full);
    assert_int_equal(tcp_stats(rig.tcp)->queues_full, 1);
    assert_int_equal(peers[1].closed, 0);
    close(fd);
    tcplink_listener_close(server.listener);
    rig_fini(&rig);
    for (unsigned i = 0; i < 2; i++)
        peer_fini(&peers[i]);
    peer_fini(&good);
}

static void one_turn_writes_once(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair, none, none);
    uint64_t writes = tcp_stats(pair.rig.tcp)->writes;
    for (unsigned i = 0; i < 100; i++)
        link_send(pair.near.link, "small", 5);
    run_until_packets(&pair, &pair.far, 100);
    assert_int_equal(tcp_stats(pair.rig.tcp)->writes, writes + 1);
    pair_fini(&pair);
}

struct dialled {
    bool is_done;
    const char *reason;
    struct link *link;
};

static void dial_ended(void *user, struct link *link, const char *reason)
{
    struct dialled *dialled = user;
    assert_false(dialled->is_done);
    *dialled = (struct dialled){.is_done = true, .reason = reason, .link = link};
}

static void start_dial(struct rig *rig, struct dialled *dialled, const char *address)
{
    *dialled = (struct dialled){0};
    tcplink_connect(rig->tcp, &(struct tcplink_connect_desc){
                                  .address = address, .connected = dial_ended, .user = dialled});
    assert_false(dialled->is_done); /* never from inside the call */
}

static void a_dial_that_fails_says_why(void **state)
{
    (void)state;
    struct rig rig;
    struct rig_server server;
    struct dialled dialled;
    rig_init(&rig);
    rig_listen(&rig, &server, NULL, 0, none);
    tcplink_listener_close(server.listener); /* its port is free now */
    start_dial(&rig, &dialled, server.address);
    rig_run_until_set(&rig, &dialled.is_done);
    assert_string_equal(dialled.reason, "the connection was refused");
    start_dial(&rig, &dialled, "nonsense");
    rig_run_until_set(&rig, &dialled.is_done);
    assert_string_equal(dialled.reason, "its address is not host:port");
    assert_int_equal(tcp_stats(rig.tcp)->connect_failed, 2);
    assert_int_equal(tcp_stats(rig.tcp)->connections, 0);
    rig_fini(&rig);
}

static void dials_under_way_end_with_the_process(void **state)
{
    (void)state;
    struct rig rig;
    struct rig_server server;
    struct dialled resolving, connecting;
    rig_init(&rig);
    rig_listen(&rig, &server, NULL, 0, none);
    start_dial(&rig, &connecting, server.address);
    while (tcp_stats(rig.tcp)->connections == 0) /* its name is resolved */
        rig_turn(&rig);
    start_dial(&rig, &resolving, "localhost:1");
    tcplink_listener_close(server.listener);
    rig_fini(&rig);
    assert_false(connecting.is_done);
    assert_false(resolving.is_done);
}

static void two_cannot_listen_on_one_port(void **state)
{
    (void)state;
    struct rig rig;
    struct rig_server server;
    struct tcplink_listener *second;
    rig_init(&rig);
    rig_listen(&rig, &server, NULL, 0, none);
    struct tcplink_listen_desc desc = {.address = server.address};
    assert_int_equal(tcplink_listen(rig.tcp, &desc, &second), GW_EEXIST);
    desc.address = "192.0.2.1:0";
    assert_int_equal(tcplink_listen(rig.tcp, &desc, &second), GW_EINVAL);
    desc.address = "nonsense";
    assert_int_equal(tcplink_listen(rig.tcp, &desc, &second), GW_EINVAL);
    tcplink_listener_close(server.listener);
    tcplink_listener_close(NULL);
    rig_fini(&rig);
}

static bool all_gone(void *user)
{
    const struct net_stats *stats = user;
    return stats->connections == 1;
}

static void connections_beyond_the_limit_are_closed_at_once(void **state)
{
    (void)state;
    struct rig rig;
    struct peer first = {0};
    struct rig_server server = {.peers = &first, .count = 1};
    int fds[3];
    rig_init(&rig);
    rig_listen_at_most(&rig, &server, 1);
    for (unsigned i = 0; i < 3; i++)
        fds[i] = rig_socket(tcplink_listener_port(server.listener));
    while (tcp_stats(rig.tcp)->refused < 2)
        rig_turn(&rig);
    assert_int_equal(tcp_stats(rig.tcp)->accepted, 1);
    assert_int_equal(tcp_stats(rig.tcp)->connections, 1);
    close(fds[0]);
    rig_run_until_set(&rig, &first.is_closed);
    int again = rig_socket(tcplink_listener_port(server.listener));
    rig_run(&rig, all_gone, tcp_stats(rig.tcp));
    assert_int_equal(tcp_stats(rig.tcp)->accepted, 2);
    close(again);
    close(fds[1]);
    close(fds[2]);
    tcplink_listener_close(server.listener);
    rig_fini(&rig);
    peer_fini(&first);
}

struct refusals {
    unsigned count;
    char reason[64];
};

static void refused(void *user, const char *address, const char *reason)
{
    struct refusals *refusals = user;
    refusals->count++;
    assert_memory_equal(address, "127.0.0.1:", 10);
    snprintf(refusals->reason, sizeof refusals->reason, "%s", reason);
}

static void one_address_shares_its_connections_among_all_listeners(void **state)
{
    (void)state;
    struct rig rig;
    struct peer peers[2] = {0};
    struct refusals refusals = {0};
    struct tcp_admission admission = {
        .crowd = crowd_create(2, 1), .refused = refused, .user = &refusals};
    struct rig_server servers[2] = {{.peers = &peers[0], .count = 1},
                                    {.peers = &peers[1], .count = 1}};
    int fds[4];
    rig_init(&rig);
    for (unsigned i = 0; i < 2; i++)
        rig_listen_with(&rig, &servers[i], &admission);
    for (unsigned i = 0; i < 4; i++) {
        fds[i] = rig_socket(tcplink_listener_port(servers[i % 2].listener));
        while (tcp_stats(rig.tcp)->accepted + tcp_stats(rig.tcp)->refused <= i)
            rig_turn(&rig);
    }
    assert_int_equal(tcp_stats(rig.tcp)->refused_crowded, 2);
    assert_int_equal(refusals.count, 2);
    assert_string_equal(refusals.reason, "its address has too many connections");
    close(fds[0]);
    rig_run_until_set(&rig, &peers[0].is_closed); /* its place is free again */
    int again = rig_socket(tcplink_listener_port(servers[1].listener));
    while (tcp_stats(rig.tcp)->accepted < 3)
        rig_turn(&rig);
    tcplink_listener_close(servers[0].listener);
    tcplink_listener_close(servers[1].listener);
    assert_int_equal(crowd_addresses(admission.crowd), 0);
    crowd_destroy(admission.crowd);
    rig_fini(&rig);
    close(again);
    for (unsigned i = 1; i < 4; i++)
        close(fds[i]);
    for (unsigned i = 0; i < 2; i++)
        peer_fini(&peers[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_are_kept_alive),
        cmocka_unit_test(each_end_may_limit_what_the_system_holds),
        cmocka_unit_test(what_is_sent_comes_back_from_an_echo),
        cmocka_unit_test(large_packets_arrive_both_ways),
        cmocka_unit_test(packets_survive_a_cut_at_every_byte),
        cmocka_unit_test(what_was_sent_before_a_close_arrives),
        cmocka_unit_test(what_was_sent_before_a_close_arrives_though_bytes_come_in),
        cmocka_unit_test(both_ends_may_close_at_once),
        cmocka_unit_test(a_close_inside_a_packet_stops_the_delivery),
        cmocka_unit_test(a_paused_link_delivers_nothing_and_afterwards_all),
        cmocka_unit_test(what_breaks_a_limit_behind_a_pause_is_seen_after_it),
        cmocka_unit_test(a_peer_that_goes_during_a_pause_can_be_found_out),
        cmocka_unit_test(a_packet_over_the_limit_closes_the_link),
        cmocka_unit_test(a_packet_without_a_type_closes_the_link),
        cmocka_unit_test(a_peer_that_resets_is_told_as_that),
        cmocka_unit_test(a_peer_that_closes_one_direction_is_closed),
        cmocka_unit_test(a_reader_that_stops_is_closed_at_its_limit_and_nobody_else_notices),
        cmocka_unit_test(one_turn_writes_once),
        cmocka_unit_test(a_dial_that_fails_says_why),
        cmocka_unit_test(dials_under_way_end_with_the_process),
        cmocka_unit_test(two_cannot_listen_on_one_port),
        cmocka_unit_test(connections_beyond_the_limit_are_closed_at_once),
        cmocka_unit_test(one_address_shares_its_connections_among_all_listeners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
