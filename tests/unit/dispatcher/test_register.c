/* Games and gates come, register, and go. */
#include "world.h"

#include <stdio.h>

static void a_game_gets_the_registry_the_games_and_what_it_may_not_keep(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_games = 3});
    struct fake_link *first = world_game(&w, 1);
    RECEIVE(first, notify_create_entity, .entity = id_str("AAAAAAAAAAAAAAAA"));
    RECEIVE(first, kvreg_register, .key = view_str("Service/A"), .value = view_str("game1"));
    fake_link_skip(first);

    struct fake_link *second = world_connect(&w);
    RECEIVE(second, set_game_id, .game = 7,
            .entities = view_str("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB"));
    struct msg_set_game_id_ack ack;
    EXPECT(second, set_game_id_ack, &ack);
    assert_int_equal(ack.dispatcher, 1);
    assert_false(ack.is_deployment_ready);
    assert_int_equal(ack.games.size, 4);
    assert_memory_equal(ack.games.data, "\x01\x00\x07\x00", 4);
    assert_true(view_equals(ack.rejected, "AAAAAAAAAAAAAAAA"));
    assert_int_equal(ack.registry.size, 4 + 4 + 9 + 4 + 5);
    assert_true(fake_link_is_quiet(second));

    struct msg_notify_game_connected connected;
    EXPECT(first, notify_game_connected, &connected);
    assert_int_equal(connected.game, 7);
    assert_int_equal(dispatcher_stats(w.d)->entities, 2);
    world_stop(&w);
}

static void a_rejected_entity_stays_with_its_game_when_the_other_destroys_its_copy(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *owner = world_game(&w, 1), *other = world_game(&w, 2);
    gw_id entity = id_str("AAAAAAAAAAAAAAAA");
    RECEIVE(owner, notify_create_entity, .entity = entity);
    RECEIVE(other, notify_destroy_entity, .entity = entity);
    assert_int_equal(dispatcher_stats(w.d)->entities, 1);
    RECEIVE(owner, notify_destroy_entity, .entity = entity);
    assert_int_equal(dispatcher_stats(w.d)->entities, 0);
    world_stop(&w);
}

static void readiness_is_told_once_when_all_are_there_and_in_the_answer_to_later_games(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_games = 1, .desired_gates = 1});
    struct fake_link *game = world_game(&w, 1);
    world_gate(&w, 1);
    fake_link_skip(game);
    struct fake_link *second = world_connect(&w);
    RECEIVE(second, set_game_id, .game = 2);
    struct msg_set_game_id_ack ack;
    EXPECT(second, set_game_id_ack, &ack);
    assert_true(ack.is_deployment_ready);
    assert_true(fake_link_is_quiet(second));
    world_stop(&w);

    world_start(&w, (struct dispatcher_desc){.desired_games = 1, .desired_gates = 1});
    game = world_game(&w, 1);
    assert_true(fake_link_is_quiet(game));
    struct fake_link *gate = world_connect(&w);
    RECEIVE(gate, set_gate_id, .gate = 1);
    struct msg_notify_deployment_ready ready;
    EXPECT(game, notify_deployment_ready, &ready);
    world_gate(&w, 2);
    assert_true(fake_link_is_quiet(game));
    world_stop(&w);
}

static void hello_is_answered_with_hello(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *gate = world_connect(&w);
    RECEIVE(gate, set_gate_id, .gate = 1);
    assert_true(fake_link_is_quiet(gate));
    RECEIVE(gate, hello, .version = 1);
    struct msg_hello hello;
    EXPECT(gate, hello, &hello);
    assert_int_equal(hello.version, 1);
    assert_int_equal(hello.epoch, 77);
    world_stop(&w);
}

static void a_game_that_goes_takes_its_entities_along_and_the_others_are_told(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *dies = world_game(&w, 1), *lives = world_game(&w, 2);
    RECEIVE(dies, notify_create_entity, .entity = id_str("AAAAAAAAAAAAAAAA"));
    RECEIVE(lives, notify_create_entity, .entity = id_str("BBBBBBBBBBBBBBBB"));
    fake_link_skip(lives);
    fake_link_hang_up(dies);
    struct msg_notify_game_disconnected m;
    EXPECT(lives, notify_game_disconnected, &m);
    assert_int_equal(m.game, 1);
    assert_int_equal(dispatcher_stats(w.d)->entities, 1);
    assert_int_equal(dispatcher_stats(w.d)->games, 1);
    assert_int_equal(dispatcher_stats(w.d)->connections, 1);
    world_stop(&w);
}

static void the_gates_that_said_hello_are_told_which_entities_are_gone(void **state)
{
    (void)state;
    enum { ENTITIES = 9000 };
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 5});
    struct fake_link *game = world_game(&w, 1), *gate = world_gate(&w, 1);
    struct fake_link *foreign = world_connect(&w);
    RECEIVE(foreign, set_gate_id, .gate = 2);
    for (unsigned i = 0; i < ENTITIES; i++) {
        char name[17];
        snprintf(name, sizeof name, "AAAAAAAAAAA%05u", i);
        RECEIVE(game, notify_create_entity, .entity = id_str(name));
    }
    fake_link_hang_up(game);
    unsigned told = 0;
    for (struct view payload; fake_link_next(gate, &payload);) {
        struct msg_notify_entities_gone m;
        assert_true(payload.size < 64 * 1024);
        assert_true(msg_notify_entities_gone_read(payload, &m));
        told += m.entities.size / 16;
    }
    assert_int_equal(told, ENTITIES);
    assert_true(fake_link_is_quiet(foreign));
    world_stop(&w);
}

static void an_entity_that_is_being_loaded_elsewhere_is_not_given_back(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *loads = world_game(&w, 2);
    RECEIVE(loads, load_entity_somewhere, .entity = id_str("AAAAAAAAAAAAAAAA"),
            .type = view_str("A"));
    fake_link_skip(loads);
    struct fake_link *back = world_connect(&w);
    RECEIVE(back, set_game_id, .game = 1, .entities = view_str("AAAAAAAAAAAAAAAA"));
    struct msg_set_game_id_ack ack;
    EXPECT(back, set_game_id_ack, &ack);
    assert_true(view_equals(ack.rejected, "AAAAAAAAAAAAAAAA"));
    RECEIVE(back, notify_destroy_entity, .entity = id_str("AAAAAAAAAAAAAAAA"));
    RECEIVE(loads, notify_create_entity, .entity = id_str("AAAAAAAAAAAAAAAA"));
    assert_int_equal(dispatcher_stats(w.d)->entities, 1);
    assert_int_equal(dispatcher_stats(w.d)->entity_conflicts.count, 0);
    world_stop(&w);
}

/* It was saved, and somebody has asked to load it by a faster path than the one of its creation. */
static void a_creation_that_comes_behind_a_load_elsewhere_is_rejected(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *late = world_game(&w, 1), *loads = world_game(&w, 2);
    struct fake_link *foreign = world_foreign_game(&w, 3);
    gw_id entity = id_str("AAAAAAAAAAAAAAAA");
    RECEIVE(loads, load_entity_somewhere, .game = 2, .entity = entity, .type = view_str("A"));
    RECEIVE(loads, notify_create_entity, .entity = entity);
    fake_link_skip(late);
    RECEIVE(late, notify_create_entity, .entity = entity);
    struct msg_reject_entity m;
    EXPECT(late, reject_entity, &m);
    assert_true(gw_id_equal(m.entity, entity));
    assert_int_equal(dispatcher_stats(w.d)->entity_conflicts.count, 1);
    RECEIVE(late, notify_destroy_entity, .entity = entity);
    assert_int_equal(dispatcher_stats(w.d)->entities, 1);
    fake_link_skip(foreign);
    RECEIVE(foreign, notify_create_entity, .entity = entity); /* it could not be told */
    assert_true(fake_link_is_quiet(foreign));
    RECEIVE(foreign, notify_destroy_entity, .entity = entity);
    assert_int_equal(dispatcher_stats(w.d)->entities, 0);
    world_stop(&w);
}

static void what_a_connection_had_not_sent_is_counted(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_connect(&w);
    RECEIVE(game, set_game_id, .game = 1);
    fake_link_flush(game);
    size_t unsent = game->link.out.bytes;
    assert_true(unsent > 0);
    fake_link_hang_up(game);
    assert_int_equal(dispatcher_stats(w.d)->lost_bytes, unsent);
    world_stop(&w);
}

static void the_games_hear_of_a_gate_that_goes(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 5});
    struct fake_link *game = world_game(&w, 1), *gate = world_gate(&w, 3);
    fake_link_hang_up(gate);
    struct msg_notify_gate_disconnected m;
    EXPECT(game, notify_gate_disconnected, &m);
    assert_int_equal(m.gate, 3);
    world_stop(&w);
}

static void a_second_connection_with_an_id_closes_the_first(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 5});
    struct fake_link *other = world_game(&w, 9);
    struct fake_link *old = world_game(&w, 1);
    RECEIVE(old, notify_create_entity, .entity = id_str("AAAAAAAAAAAAAAAA"));
    fake_link_skip(other);
    world_foreign_game(&w, 1);
    assert_non_null(old->reason);
    assert_int_equal(dispatcher_stats(w.d)->entities, 0);
    world_turns(&w);
    assert_int_equal(dispatcher_stats(w.d)->games, 2);
    assert_int_equal(dispatcher_stats(w.d)->connections, 2);
    world_stop(&w);
}

static void a_connection_that_does_not_register_is_closed(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.limits = {.registration_ms = 300}});
    struct fake_link *silent = world_connect(&w), *game = world_game(&w, 1);
    assert_int_equal(dispatcher_turn(w.d), 1300);
    w.clock.now_ms = 1300;
    assert_int_equal(dispatcher_turn(w.d), CLOCK_NEVER);
    assert_non_null(silent->reason);
    assert_null(game->reason);
    world_turns(&w);
    assert_int_equal(dispatcher_stats(w.d)->connections, 1);
    world_stop(&w);
}

static void there_is_a_limit_of_connections(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.limits = {.connections = 1}});
    struct fake_link *first = world_connect(&w), *second = world_connect(&w);
    assert_null(first->reason);
    assert_non_null(second->reason);
    world_turns(&w);
    assert_int_equal(dispatcher_stats(w.d)->connections, 1);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_game_gets_the_registry_the_games_and_what_it_may_not_keep),
        cmocka_unit_test(a_rejected_entity_stays_with_its_game_when_the_other_destroys_its_copy),
        cmocka_unit_test(
            readiness_is_told_once_when_all_are_there_and_in_the_answer_to_later_games),
        cmocka_unit_test(hello_is_answered_with_hello),
        cmocka_unit_test(a_game_that_goes_takes_its_entities_along_and_the_others_are_told),
        cmocka_unit_test(the_gates_that_said_hello_are_told_which_entities_are_gone),
        cmocka_unit_test(an_entity_that_is_being_loaded_elsewhere_is_not_given_back),
        cmocka_unit_test(a_creation_that_comes_behind_a_load_elsewhere_is_rejected),
        cmocka_unit_test(what_a_connection_had_not_sent_is_counted),
        cmocka_unit_test(the_games_hear_of_a_gate_that_goes),
        cmocka_unit_test(a_second_connection_with_an_id_closes_the_first),
        cmocka_unit_test(a_connection_that_does_not_register_is_closed),
        cmocka_unit_test(there_is_a_limit_of_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
