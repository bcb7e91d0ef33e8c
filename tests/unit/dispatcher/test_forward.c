/* Packets that come in one read: they go on in runs, and in between the others are handled. */
#include "cluster/session.h"
#include "world.h"

#define ONE "AAAAAAAAAAAAAAAA"
#define TWO "BBBBBBBBBBBBBBBB"
#define NEW "CCCCCCCCCCCCCCCC"
#define CLIENT "DDDDDDDDDDDDDDDD"
#define CALL_BYTES (4u + 2 + 16 + 4 + 1 + 2) /* of a method with one character, no arguments */

static struct world w;
static struct fake_link *caller, *first, *second, *gate;
static struct buf wire;

/* Games 2 and 3 have an entity each; game 1 calls them. */
static int set_up(void **state)
{
    (void)state;
    world_start(&w, (struct dispatcher_desc){.limits.peer_queue_bytes = 10 * CALL_BYTES});
    caller = world_game(&w, 1);
    first = world_game(&w, 2);
    second = world_game(&w, 3);
    gate = world_gate(&w, 4);
    RECEIVE(first, notify_create_entity, .entity = id_str(ONE));
    RECEIVE(second, notify_create_entity, .entity = id_str(TWO));
    for (unsigned i = 0; i < w.peer_count; i++)
        fake_link_skip(&w.peers[i]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_stop(&w);
    buf_free(&wire);
    return 0;
}

/* Methods of one character. */
static void put_calls(const char *entity, const char *methods)
{
    for (; *methods; methods++)
        WIRE(&wire, call_entity_method, .entity = id_str(entity),
             .method = {(const uint8_t *)methods, 1});
}

static void receive(struct fake_link *from)
{
    fake_link_receive_wire(from, &wire);
    buf_clear(&wire);
}

static void expect_calls(struct fake_link *game, const char *methods)
{
    for (; *methods; methods++) {
        struct msg_call_entity_method m;
        EXPECT(game, call_entity_method, &m);
        assert_int_equal(m.method.size, 1);
        assert_int_equal(m.method.data[0], *methods);
    }
    assert_true(fake_link_is_quiet(game));
}

static void each_game_gets_its_calls_in_their_order(void **state)
{
    (void)state;
    uint64_t packets = dispatcher_stats(w.d)->packets_received;
    put_calls(ONE, "abc");
    put_calls(TWO, "de");
    put_calls(ONE, "f");
    put_calls(TWO, "g");
    receive(caller);
    expect_calls(first, "abcf");
    expect_calls(second, "deg");
    assert_true(fake_link_is_quiet(caller));
    assert_int_equal(dispatcher_stats(w.d)->packets_received, packets + 7);
}

static void more_than_a_batch_goes_on_as_well(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * FRAME_BATCH_MAX + 1; i++)
        put_calls(i % 16 < 8 ? ONE : TWO, "x");
    first->link.out.bytes_max = second->link.out.bytes_max = 0;
    receive(caller);
    unsigned calls = 0;
    for (struct view packet; fake_link_next(first, &packet) || fake_link_next(second, &packet);)
        calls++;
    assert_int_equal(calls, 3 * FRAME_BATCH_MAX + 1);
}

static void what_changes_the_way_counts_for_what_stands_behind_it(void **state)
{
    (void)state;
    WIRE(&wire, notify_create_entity, .entity = id_str(NEW));
    put_calls(NEW, "ab");
    WIRE(&wire, notify_destroy_entity, .entity = id_str(NEW));
    put_calls(NEW, "c");
    put_calls(ONE, "d");
    receive(second);
    expect_calls(second, "ab");
    expect_calls(first, "d");
    assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 1);
}

static void a_call_of_what_is_on_its_way_waits_and_those_behind_it_do_not(void **state)
{
    (void)state;
    RECEIVE(caller, load_entity_somewhere, .entity = id_str(NEW), .type = view_str("T"), .game = 2);
    fake_link_skip(first);
    put_calls(NEW, "a");
    put_calls(ONE, "b");
    put_calls(NEW, "c");
    receive(caller);
    expect_calls(first, "b");
    RECEIVE(first, notify_create_entity, .entity = id_str(NEW));
    expect_calls(first, "ac");
}

static void clients_calls_and_what_clients_are_sent_go_on_too(void **state)
{
    (void)state;
    WIRE(&wire, call_entity_method_from_client_forwarded, .entity = id_str(ONE),
         .method = view_str("m"), .client = id_str(CLIENT));
    WIRE(&wire, call_entity_method_from_client_forwarded, .entity = id_str(TWO),
         .method = view_str("n"), .client = id_str(CLIENT));
    receive(gate);
    struct msg_call_entity_method_from_client_forwarded m;
    EXPECT(first, call_entity_method_from_client_forwarded, &m);
    EXPECT(second, call_entity_method_from_client_forwarded, &m);
    assert_true(view_equals(m.method, "n"));

    WIRE(&wire, destroy_entity_on_client, .gate = 4, .client = id_str(CLIENT),
         .entity = id_str(ONE));
    put_calls(TWO, "a");
    WIRE(&wire, destroy_entity_on_client, .gate = 9, .client = id_str(CLIENT),
         .entity = id_str(ONE));
    receive(first);
    struct msg_destroy_entity_on_client destroy;
    EXPECT(gate, destroy_entity_on_client, &destroy);
    expect_calls(second, "a");
    assert_int_equal(dispatcher_stats(w.d)->no_gate.count, 1);
}

static void who_may_not_send_a_message_gets_none_passed_on(void **state)
{
    (void)state;
    put_calls(ONE, "a");
    receive(gate);
    assert_non_null(gate->reason);
    WIRE(&wire, call_entity_method_from_client_forwarded, .entity = id_str(ONE),
         .method = view_str("m"), .client = id_str(CLIENT));
    receive(caller);
    assert_non_null(caller->reason);
    struct fake_link *nobody = world_connect(&w);
    put_calls(ONE, "a");
    receive(nobody);
    assert_non_null(nobody->reason);
    assert_true(fake_link_is_quiet(first));
    assert_int_equal(dispatcher_stats(w.d)->bad_packets.count, 3);
}

static void nothing_is_taken_behind_a_packet_that_closes_the_link(void **state)
{
    (void)state;
    put_calls(ONE, "a");
    write_var(&wire, "\x06\x00short", 7);
    put_calls(ONE, "b");
    receive(caller);
    assert_non_null(caller->reason);
    expect_calls(first, "a");
}

/* The queue has room for ten. */
static void of_a_run_for_a_full_peer_goes_what_finds_room(void **state)
{
    (void)state;
    put_calls(ONE, "abcdefghijklm");
    put_calls(TWO, "n");
    receive(caller);
    assert_string_equal(first->reason, link_full);
    expect_calls(first, "abcdefghij");
    expect_calls(second, "n");
    assert_int_equal(dispatcher_stats(w.d)->lost_packets.count, 3);
    assert_null(caller->reason);
}

/* What a game sends behind its question in the same read counts as sent by the game that it was. */
static void a_game_that_goes_on_may_speak_in_the_same_read(void **state)
{
    (void)state;
    struct fake_link *old = world_connect(&w);
    RECEIVE(old, set_game_id, .game = 5);
    RECEIVE(old, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = 55);
    fake_link_skip(first);
    put_calls(ONE, "abc");
    receive(old);
    fake_link_hang_up(old);
    struct fake_link *next = world_connect(&w);
    WIRE(&wire, resume, .id = 5, .epoch = 55, .dispatcher_epoch = 77, .received = 0);
    put_calls(ONE, "d");
    receive(next);
    struct msg_resume_answer answer;
    EXPECT(next, resume_answer, &answer);
    assert_true(answer.resumed);
    assert_int_equal(answer.received, 3 * CALL_BYTES);
    expect_calls(first, "abcd");

    fake_link_hang_up(next);
    next = world_connect(&w);
    RECEIVE(next, resume, .id = 5, .epoch = 55, .dispatcher_epoch = 77, .received = 0);
    EXPECT(next, resume_answer, &answer);
    assert_int_equal(answer.received, 4 * CALL_BYTES);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_game_gets_its_calls_in_their_order),
        TEST(more_than_a_batch_goes_on_as_well),
        TEST(what_changes_the_way_counts_for_what_stands_behind_it),
        TEST(a_call_of_what_is_on_its_way_waits_and_those_behind_it_do_not),
        TEST(clients_calls_and_what_clients_are_sent_go_on_too),
        TEST(who_may_not_send_a_message_gets_none_passed_on),
        TEST(nothing_is_taken_behind_a_packet_that_closes_the_link),
        TEST(of_a_run_for_a_full_peer_goes_what_finds_room),
        TEST(a_game_that_goes_on_may_speak_in_the_same_read),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
