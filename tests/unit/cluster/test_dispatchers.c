/* The links of a game or gate to its dispatchers. */
#include "cluster/dispatchers.h"
#include "unit/fake_link.h"

#include <stdlib.h>

#define COUNT 3

struct world {
    struct clock clock;
    struct log log;
    struct outq_pool pool;
    struct dispatchers *ds;
    struct fake_link links[COUNT];
    unsigned dials[COUNT], downs[COUNT];
    unsigned packets, packet_index;
};

static void dial(void *user, unsigned index)
{
    ((struct world *)user)->dials[index]++;
}

static void hello(void *user, unsigned index, struct link *link)
{
    (void)user, (void)index;
    link_send(link, "\x02\x00register", 10);
}

static void packet(void *user, unsigned index, const uint8_t *payload, size_t size)
{
    struct world *w = user;
    (void)payload, (void)size;
    w->packets++;
    w->packet_index = index;
}

static void down(void *user, unsigned index)
{
    ((struct world *)user)->downs[index]++;
}

static void start_with(struct world *w, size_t backlog_bytes_max)
{
    *w = (struct world){.clock = {.now_ms = 5000}, .log = {.write = quiet_log_write}};
    w->ds = dispatchers_create(&(struct dispatchers_desc){.count = COUNT,
                                                          .backlog_bytes_max = backlog_bytes_max,
                                                          .pool = &w->pool,
                                                          .clock = &w->clock,
                                                          .log = &w->log,
                                                          .dial = dial,
                                                          .hello = hello,
                                                          .packet = packet,
                                                          .down = down,
                                                          .user = w});
    for (unsigned i = 0; i < COUNT; i++)
        fake_link_init(&w->links[i], &w->pool);
}

static void stop(struct world *w)
{
    dispatchers_destroy(w->ds);
    for (unsigned i = 0; i < COUNT; i++)
        fake_link_fini(&w->links[i]);
    outq_pool_free(&w->pool);
}

static void expect_text(struct fake_link *link, const char *text)
{
    struct view payload;
    assert_true(fake_link_next(link, &payload));
    assert_int_equal(payload.size, strlen(text) + 2);
    assert_memory_equal(payload.data + 2, text, strlen(text));
}

static void all_are_dialled_in_the_first_turn(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    assert_int_equal(dispatchers_turn(w.ds), CLOCK_NEVER);
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(w.dials[i], 1);
    assert_int_equal(dispatchers_connected(w.ds), 0);
    stop(&w);
}

static void a_failed_dial_is_repeated_after_a_second(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_down(w.ds, 1);
    assert_int_equal(dispatchers_turn(w.ds), 6000);
    assert_int_equal(w.dials[1], 1);
    w.clock.now_ms = 6000;
    dispatchers_turn(w.ds);
    assert_int_equal(w.dials[1], 2);
    assert_int_equal(w.dials[0], 1);
    stop(&w);
}

static void what_waited_goes_out_in_order_behind_the_registration(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_send(w.ds, 0, "\x06\x00one", 5);
    dispatchers_send2(w.ds, 0, "\x06\x00tw", 4, "o", 1);
    assert_int_equal(dispatchers_stats(w.ds)->backlog_bytes, 2 * (4 + 5));
    dispatchers_up(w.ds, 0, &w.links[0].link);
    dispatchers_send(w.ds, 0, "\x06\x00three", 7);
    assert_true(dispatchers_is_up(w.ds, 0));
    assert_int_equal(dispatchers_stats(w.ds)->backlog_bytes, 0);
    expect_text(&w.links[0], "register");
    expect_text(&w.links[0], "one");
    expect_text(&w.links[0], "two");
    expect_text(&w.links[0], "three");
    stop(&w);
}

static void a_lost_link_is_told_and_dialled_again_and_its_packets_wait(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_up(w.ds, 2, &w.links[2].link);
    fake_link_skip(&w.links[2]);
    fake_link_hang_up(&w.links[2]);
    assert_int_equal(w.downs[2], 1);
    assert_false(dispatchers_is_up(w.ds, 2));
    dispatchers_send(w.ds, 2, "\x06\x00later", 7);
    w.clock.now_ms += DISPATCHERS_RETRY_MS;
    dispatchers_turn(w.ds);
    assert_int_equal(w.dials[2], 2);
    fake_link_fini(&w.links[2]);
    fake_link_init(&w.links[2], &w.pool);
    dispatchers_up(w.ds, 2, &w.links[2].link);
    expect_text(&w.links[2], "register");
    expect_text(&w.links[2], "later");
    assert_int_equal(dispatchers_stats(w.ds)->reconnects, 1);
    stop(&w);
}

static void a_full_backlog_drops_whole_packets_and_counts_them(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 16);
    dispatchers_send(w.ds, 0, "\x06\x00one", 5);
    dispatchers_send(w.ds, 0, "\x06\x00too long for it", 17);
    assert_int_equal(dispatchers_stats(w.ds)->packets_dropped, 1);
    assert_int_equal(dispatchers_stats(w.ds)->packets_sent, 1);
    stop(&w);
}

static void packets_come_with_the_index_of_their_dispatcher(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_up(w.ds, 1, &w.links[1].link);
    fake_link_receive(&w.links[1], "\x18\x00", 2);
    assert_int_equal(w.packets, 1);
    assert_int_equal(w.packet_index, 1);
    stop(&w);
}

static void a_packet_that_is_too_large_costs_itself_and_not_the_link(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_up(w.ds, 0, &w.links[0].link);
    fake_link_skip(&w.links[0]);
    uint8_t *large = mem_zalloc(PACKET_PAYLOAD_BYTES_MAX + 1);
    dispatchers_send(w.ds, 0, large, PACKET_PAYLOAD_BYTES_MAX + 1);
    dispatchers_send2(w.ds, 0, large, PACKET_PAYLOAD_BYTES_MAX, "x", 1);
    free(large);
    assert_int_equal(dispatchers_stats(w.ds)->packets_dropped, 2);
    assert_true(dispatchers_is_up(w.ds, 0));
    dispatchers_send(w.ds, 0, "\x06\x00next", 6);
    expect_text(&w.links[0], "next");
    stop(&w);
}

static void what_was_queued_on_a_link_that_breaks_is_counted(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_up(w.ds, 0, &w.links[0].link);
    fake_link_skip(&w.links[0]);
    dispatchers_send(w.ds, 0, "\x06\x00lost", 6);
    fake_link_hang_up(&w.links[0]);
    assert_int_equal(dispatchers_stats(w.ds)->bytes_lost, 4 + 6);
    stop(&w);
}

static void an_entity_is_served_by_the_dispatcher_of_the_known_answers(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    gw_id entity = id_str("awNEKGhsggslAAAC");
    assert_int_equal(dispatchers_of_entity(w.ds, entity), 0); /* N = 3 */
    stop(&w);
}

static void a_link_that_outlives_its_owner_is_closed_and_told_nothing(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_up(w.ds, 0, &w.links[0].link);
    dispatchers_destroy(w.ds);
    w.ds = NULL;
    assert_non_null(w.links[0].reason);
    fake_link_turn(&w.links[0]);
    assert_int_equal(w.downs[0], 0);
    stop(&w);
}

/* One that is away is not: nobody can tell for how long. */
static void a_dispatcher_is_congested_until_half_of_what_is_unsent_has_gone(void **state)
{
    (void)state;
    static const uint8_t payload[(1 << 20) - 64]; /* with their heads four fit */
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    for (unsigned sent = 0; sent < 5; sent++)
        dispatchers_send(w.ds, 1, payload, sizeof payload);
    assert_false(dispatchers_is_congested(w.ds, 1));
    dispatchers_up(w.ds, 1, &w.links[1].link);
    assert_true(dispatchers_is_congested(w.ds, 1));
    assert_false(dispatchers_is_congested(w.ds, 0));
    outq_consume(&w.links[1].link.out, 2 * sizeof payload);
    assert_false(dispatchers_is_congested(w.ds, 1));
    assert_false(dispatchers_has_drained(w.ds, 1));
    outq_consume(&w.links[1].link.out, 2 * sizeof payload);
    assert_true(dispatchers_has_drained(w.ds, 1));
    stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_dialled_in_the_first_turn),
        cmocka_unit_test(a_failed_dial_is_repeated_after_a_second),
        cmocka_unit_test(what_waited_goes_out_in_order_behind_the_registration),
        cmocka_unit_test(a_lost_link_is_told_and_dialled_again_and_its_packets_wait),
        cmocka_unit_test(a_full_backlog_drops_whole_packets_and_counts_them),
        cmocka_unit_test(packets_come_with_the_index_of_their_dispatcher),
        cmocka_unit_test(a_packet_that_is_too_large_costs_itself_and_not_the_link),
        cmocka_unit_test(what_was_queued_on_a_link_that_breaks_is_counted),
        cmocka_unit_test(an_entity_is_served_by_the_dispatcher_of_the_known_answers),
        cmocka_unit_test(a_link_that_outlives_its_owner_is_closed_and_told_nothing),
        cmocka_unit_test(a_dispatcher_is_congested_until_half_of_what_is_unsent_has_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
