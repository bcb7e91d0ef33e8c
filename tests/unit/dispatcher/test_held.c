/* What waits for entities that are on their way, and how it ends. */
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define CLIENT "awNEKGhsggslAAAB"

static void what_comes_for_a_loading_entity_waits_until_it_lives(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    struct fake_link *game = world_game(&w, 1), *gate = world_gate(&w, 1);
    RECEIVE(game, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    RECEIVE(game, call_entity_method, .entity = id_str(ENTITY), .method = view_str("one"));
    RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
            .gate = 1);
    RECEIVE(game, call_entity_method, .entity = id_str(ENTITY), .method = view_str("two"));
    struct msg_load_entity_somewhere load;
    EXPECT(game, load_entity_somewhere, &load);
    assert_true(fake_link_is_quiet(game));
    assert_int_equal(dispatcher_stats(w.d)->held_packets, 3);
    RECEIVE(game, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    assert_true(fake_link_is_quiet(game)); /* it is being loaded already */

    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    world_expect_call(game, "one");
    struct msg_notify_client_given given;
    EXPECT(game, notify_client_given, &given);
    world_expect_call(game, "two");
    assert_int_equal(dispatcher_stats(w.d)->held_packets, 0);
    assert_int_equal(dispatcher_stats(w.d)->held_bytes, 0);
    assert_int_equal(dispatcher_turn(w.d), CLOCK_NEVER);
    world_stop(&w);
}

/* The game may be about to destroy it: then it loads it again. */
static void to_load_an_entity_that_lives_is_left_to_its_game(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_game(&w, 1), *asks = world_game(&w, 2);
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(asks, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    RECEIVE(asks, call_entity_method, .entity = id_str(ENTITY), .method = view_str("Hi"));
    struct msg_load_entity_somewhere load;
    EXPECT(game, load_entity_somewhere, &load);
    assert_true(fake_link_is_quiet(game));
    RECEIVE(game, notify_destroy_entity, .entity = id_str(ENTITY)); /* crossed the question */
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    world_expect_call(game, "Hi");
    world_stop(&w);
}

static void to_load_an_entity_that_lives_on_a_foreign_game_has_no_effect(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_foreign_game(&w, 1);
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(game, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    assert_true(fake_link_is_quiet(game));
    world_stop(&w);
}

/* Each way in which a load can end without an entity. */
enum bad_end { LOAD_FAILS, LOAD_TIMES_OUT, GAME_DIES, BAD_END_COUNT };

static void what_waited_in_vain_is_counted_and_a_given_client_is_closed(void **state)
{
    (void)state;
    for (enum bad_end end = LOAD_FAILS; end < BAD_END_COUNT; end++) {
        struct world w;
        world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
        struct fake_link *game = world_game(&w, 1), *gate = world_gate(&w, 1);
        RECEIVE(game, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
        RECEIVE(game, call_entity_method, .entity = id_str(ENTITY), .method = view_str("one"));
        RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
                .gate = 1);
        assert_int_equal(dispatcher_turn(w.d), 61000);
        if (end == LOAD_FAILS)
            RECEIVE(game, notify_load_failed, .entity = id_str(ENTITY));
        else if (end == GAME_DIES)
            fake_link_hang_up(game);
        w.clock.now_ms = 61000;
        assert_int_equal(dispatcher_turn(w.d), CLOCK_NEVER);
        struct msg_close_client m;
        EXPECT(gate, close_client, &m);
        assert_memory_equal(m.client.text, CLIENT, 16);
        assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 2);
        assert_int_equal(dispatcher_stats(w.d)->entities, 0);
        assert_int_equal(dispatcher_stats(w.d)->held_bytes, 0);
        world_stop(&w);
    }
}

static void only_so_many_bytes_wait_for_an_entity(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.limits = {.hold_bytes = 60}});
    struct fake_link *game = world_game(&w, 1);
    RECEIVE(game, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    for (unsigned i = 0; i < 5; i++)
        RECEIVE(game, call_entity_method, .entity = id_str(ENTITY), .method = view_str("12"));
    assert_int_equal(dispatcher_stats(w.d)->held_packets, 2); /* of 26 bytes each */
    assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 3);
    world_stop(&w);
}

static void a_client_given_to_nobody_is_closed_after_a_while(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *gate = world_gate(&w, 2);
    RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
            .gate = 2);
    assert_true(fake_link_is_quiet(gate));
    assert_int_equal(dispatcher_turn(w.d), 6000);
    w.clock.now_ms = 6000;
    assert_int_equal(dispatcher_turn(w.d), CLOCK_NEVER);
    struct msg_close_client m;
    EXPECT(gate, close_client, &m);
    assert_int_equal(m.gate, 2);
    assert_int_equal(dispatcher_stats(w.d)->entities, 0);
    assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 1);
    world_stop(&w);
}

/* What makes an entity known, from a game that had nothing to do with the client. */
enum arrival { ARRIVES, IS_CREATED, IS_LOADED, RECONNECTS, ARRIVAL_COUNT };

static void a_client_given_too_early_waits_for_the_entity(void **state)
{
    (void)state;
    for (enum arrival how = ARRIVES; how < ARRIVAL_COUNT; how++) {
        struct world w;
        world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
        struct fake_link *gate = world_gate(&w, 2);
        struct fake_link *game = how == RECONNECTS ? world_connect(&w) : world_game(&w, 1);
        RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
                .gate = 2);
        RECEIVE(gate, notify_client_disconnected, .owner = id_str(ENTITY),
                .client = id_str(CLIENT));
        struct msg_create_entity_somewhere create;
        struct msg_load_entity_somewhere load;
        if (how == IS_CREATED) {
            RECEIVE(game, create_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"),
                    .attrs = view_str("\x80"));
            EXPECT(game, create_entity_somewhere, &create);
        } else if (how == IS_LOADED) {
            RECEIVE(game, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
            EXPECT(game, load_entity_somewhere, &load);
            assert_true(fake_link_is_quiet(game));
            assert_int_equal(dispatcher_turn(w.d), 61000);
            RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
        } else if (how == RECONNECTS) {
            RECEIVE(game, set_game_id, .game = 1, .entities = view_str(ENTITY));
            fake_link_skip(game);
            RECEIVE(game, hello, .version = 1);
            struct msg_hello hello;
            struct msg_notify_gate_hello gate_hello;
            EXPECT(game, hello, &hello);
            EXPECT(game, notify_gate_hello, &gate_hello);
        } else {
            RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
        }
        struct msg_notify_client_given given;
        EXPECT(game, notify_client_given, &given);
        struct msg_notify_client_disconnected gone;
        EXPECT(game, notify_client_disconnected, &gone);
        assert_int_equal(dispatcher_turn(w.d), CLOCK_NEVER);
        assert_int_equal(dispatcher_stats(w.d)->loading_entities, 0);
        assert_int_equal(dispatcher_stats(w.d)->entities, 1);
        assert_true(fake_link_is_quiet(gate));
        world_stop(&w);
    }
}

static void a_game_that_says_no_hello_gets_no_client_given(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    struct fake_link *gate = world_gate(&w, 2), *foreign = world_foreign_game(&w, 1);
    struct msg_close_client m;
    RECEIVE(foreign, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
            .gate = 2);
    EXPECT(gate, close_client, &m);
    RECEIVE(foreign, notify_destroy_entity, .entity = id_str(ENTITY));
    RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
            .gate = 2);
    RECEIVE(foreign, notify_create_entity, .entity = id_str(ENTITY)); /* it had waited */
    EXPECT(gate, close_client, &m);
    RECEIVE(foreign, notify_destroy_entity, .entity = id_str(ENTITY));
    RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
            .gate = 2);
    assert_true(fake_link_is_quiet(foreign));
    struct fake_link *later = world_connect(&w);
    RECEIVE(later, set_game_id, .game = 2, .entities = view_str(ENTITY));
    fake_link_skip(later);
    w.clock.now_ms = 6000;
    assert_int_equal(dispatcher_turn(w.d), CLOCK_NEVER);
    EXPECT(gate, close_client, &m);
    assert_true(fake_link_is_quiet(later));
    assert_int_equal(dispatcher_stats(w.d)->entities, 1);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_for_a_loading_entity_waits_until_it_lives),
        cmocka_unit_test(to_load_an_entity_that_lives_is_left_to_its_game),
        cmocka_unit_test(to_load_an_entity_that_lives_on_a_foreign_game_has_no_effect),
        cmocka_unit_test(what_waited_in_vain_is_counted_and_a_given_client_is_closed),
        cmocka_unit_test(only_so_many_bytes_wait_for_an_entity),
        cmocka_unit_test(a_client_given_to_nobody_is_closed_after_a_while),
        cmocka_unit_test(a_client_given_too_early_waits_for_the_entity),
        cmocka_unit_test(a_game_that_says_no_hello_gets_no_client_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
