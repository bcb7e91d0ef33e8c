/* Links over real sockets: what is sent arrives, and every end is told once how it ended. */
#include "rig.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_comes_back_from_an_echo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
