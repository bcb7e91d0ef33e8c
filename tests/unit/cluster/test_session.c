/* Sessions over real sockets: the system takes what is sent in pieces, and tells late. */
#include "cluster/session.h"
#include "net/tcplink.h"
#include "unit/fake_link.h"

#include <stdio.h>

#define PACKET_BYTES (100u * 1000)
#define PACKETS 300u /* far more than a socket holds */
#define GIVE_UP_MS 20000

struct end {
    struct session session;
    struct link *link; /* NULL: closed */
    unsigned packets;
    bool refused; /* what the peer said it has */
};

struct pair {
    struct loop *loop;
    struct tcp *tcp;
    struct outq_pool pool;
    struct tcplink_listener *listener;
    struct end near, far;
    bool (*until)(const struct pair *pair);
    int64_t give_up_ms;
};

static void packet(void *user, const uint8_t *payload, size_t size)
{
    struct end *end = user;
    struct msg_received m;
    session_count(&end->session, PACKET_HEADER_BYTES + size);
    if (!msg_received_read((struct view){payload, (uint32_t)size}, &m))
        end->packets++;
    else if (!session_confirm(&end->session, m.bytes))
        end->refused = true;
}

static void closed(void *user, const char *reason)
{
    struct end *end = user;
    (void)reason;
    session_break(&end->session);
    end->link = NULL;
}

static void flushing(void *user)
{
    session_flush(&((struct end *)user)->session);
}

static const struct link_events events = {.packet = packet, .flushing = flushing, .closed = closed};

static void take(struct end *end, struct link *link)
{
    link->events = &events;
    link->user = end;
    end->link = link;
}

static void accepted(void *user, struct link *link)
{
    take(&((struct pair *)user)->far, link);
}

static void connected(void *user, struct link *link, const char *reason)
{
    assert_null(reason);
    take(&((struct pair *)user)->near, link);
}

static int64_t look(void *user)
{
    struct pair *pair = user;
    int64_t now_ms = loop_clock(pair->loop)->now_ms;
    if (!pair->until)
        return CLOCK_NEVER;
    if (pair->until(pair) || now_ms >= pair->give_up_ms)
        loop_stop(pair->loop);
    return pair->give_up_ms;
}

static void run(struct pair *pair, bool (*until)(const struct pair *pair))
{
    pair->until = until;
    pair->give_up_ms = loop_clock(pair->loop)->now_ms + GIVE_UP_MS;
    loop_wake(pair->loop);
    loop_run(pair->loop);
    pair->until = NULL;
    assert_true(until(pair));
}

static bool both_are_linked(const struct pair *pair)
{
    return pair->near.link && pair->far.link;
}

static void connect_both(struct pair *pair)
{
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%u",
             (unsigned)tcplink_listener_port(pair->listener));
    tcplink_connect(pair->tcp, &(struct tcplink_connect_desc){
                                   .address = address, .connected = connected, .user = pair});
    run(pair, both_are_linked);
}

static void begin(struct end *end, struct outq_pool *pool)
{
    session_init(&end->session, pool, 0);
    session_begin(&end->session, end->link);
    session_peer_hello(&end->session, 1, SESSION_FEATURE_RESUMES);
}

static void pair_init(struct pair *pair)
{
    *pair = (struct pair){0};
    assert_int_equal(loop_create(&pair->loop), GW_OK);
    pair->tcp = tcp_create(pair->loop, &pair->pool);
    loop_on_turn(pair->loop, look, pair);
    assert_int_equal(tcplink_listen(pair->tcp,
                                    &(struct tcplink_listen_desc){.address = "127.0.0.1:0",
                                                                  .accepted = accepted,
                                                                  .user = pair},
                                    &pair->listener),
                     GW_OK);
    connect_both(pair);
    begin(&pair->near, &pair->pool);
    begin(&pair->far, &pair->pool);
}

static void pair_fini(struct pair *pair)
{
    tcplink_listener_close(pair->listener);
    tcp_destroy(pair->tcp);
    session_fini(&pair->near.session);
    session_fini(&pair->far.session);
    loop_destroy(pair->loop);
    outq_pool_free(&pair->pool);
}

static void send_all(struct pair *pair)
{
    static const uint8_t payload[PACKET_BYTES] = "\x06";
    for (unsigned i = 0; i < PACKETS; i++)
        assert_true(session_send(&pair->near.session, payload, sizeof payload));
}

static bool far_has_all(const struct pair *pair)
{
    return pair->far.packets == PACKETS || pair->near.refused;
}

static void a_peer_confirms_what_the_system_has_not_reported_as_sent(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair);
    send_all(&pair);
    run(&pair, far_has_all);
    assert_false(pair.near.refused);
    assert_int_equal(pair.far.packets, PACKETS);
    pair_fini(&pair);
}

static bool far_has_some(const struct pair *pair)
{
    return pair->far.packets >= PACKETS / 3;
}

static bool both_are_closed(const struct pair *pair)
{
    return !pair->near.link && !pair->far.link;
}

/* The link breaks while most of it is on its way, and nothing is lost or comes twice. */
static void what_was_half_sent_goes_on_over_the_next_link(void **state)
{
    (void)state;
    struct pair pair;
    pair_init(&pair);
    send_all(&pair);
    run(&pair, far_has_some);
    link_close(pair.far.link, "the test wants it");
    run(&pair, both_are_closed);
    assert_true(session_can_resume(&pair.near.session, pair.far.session.received));
    connect_both(&pair);
    session_resume(&pair.near.session, pair.near.link, pair.far.session.received);
    session_resume(&pair.far.session, pair.far.link, pair.near.session.received);
    run(&pair, far_has_all);
    assert_int_equal(pair.far.packets, PACKETS);
    pair_fini(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_confirms_what_the_system_has_not_reported_as_sent),
        cmocka_unit_test(what_was_half_sent_goes_on_over_the_next_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
