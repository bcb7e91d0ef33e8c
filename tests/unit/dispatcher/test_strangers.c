/* Games and gates of GoWorld's own among those of ours: what they are told, and what not. */
#include "cluster/session.h"
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define CLIENT "awNEKGhsggslAAAB"

static void expect_nothing_of_ours(struct fake_link *peer)
{
    for (struct view payload; fake_link_next(peer, &payload);)
        assert_true(msg_type_of(payload) < MSG_OWN_FIRST);
}

static void a_gate_that_says_no_hello_is_told_nothing_of_ours(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    w.clock.now_ms += 5000; /* it is young no more, and waits for no HELLO */
    struct fake_link *gate = world_foreign_gate(&w, 2), *game = world_game(&w, 1);
    gw_id client = id_str(CLIENT), entity = id_str(ENTITY);
    RECEIVE(game, notify_create_entity, .entity = entity);
    RECEIVE(game, close_client, .gate = 2, .client = client, .reason = view_str("why not"));
    RECEIVE(game, give_client, .gate = 2, .client = client, .from = entity, .to = entity);
    RECEIVE(game, check_client, .gate = 2, .client = client, .entity = entity);
    assert_int_equal(dispatcher_stats(w.d)->no_gate.count, 3);
    RECEIVE(game, create_entity_on_client, .gate = 2, .client = client, .entity = entity);
    fake_link_hang_up(game);
    dispatcher_turn(w.d);
    RECEIVE(gate, notify_client_connected, .client = client, .boot_entity = entity);
    RECEIVE(gate, call_entity_method_from_client_forwarded, .entity = entity,
            .method = view_str("Hi"), .client = client);
    struct msg_create_entity_on_client created;
    EXPECT(gate, create_entity_on_client, &created);
    assert_true(fake_link_is_quiet(gate));
    assert_null(gate->reason);
    world_stop(&w);
}

/* Until it is clear that no HELLO comes, what is behind ours waits with it. */
static void a_young_dispatcher_keeps_ours_from_a_gate_of_goworld_too(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_games = 1, .desired_gates = 1});
    struct fake_link *game = world_game(&w, 1);
    gw_id client = id_str(CLIENT), entity = id_str(ENTITY);
    RECEIVE(game, check_client, .gate = 2, .client = client, .entity = entity);
    RECEIVE(game, create_entity_on_client, .gate = 2, .client = client, .entity = entity);
    struct fake_link *gate = world_connect(&w);
    RECEIVE(gate, set_gate_id, .gate = 2);
    RECEIVE(game, destroy_entity_on_client, .gate = 2, .client = client, .entity = entity);
    assert_true(fake_link_is_quiet(gate));
    w.clock.now_ms += 5000;
    assert_int_equal(dispatcher_turn(w.d), CLOCK_NEVER);
    struct msg_create_entity_on_client created;
    struct msg_destroy_entity_on_client gone;
    EXPECT(gate, create_entity_on_client, &created);
    EXPECT(gate, destroy_entity_on_client, &gone);
    RECEIVE(game, destroy_entity_on_client, .gate = 2, .client = client, .entity = entity);
    EXPECT(gate, destroy_entity_on_client, &gone);
    expect_nothing_of_ours(gate);
    fake_link_skip(game);
    assert_int_equal(dispatcher_stats(w.d)->no_gate.count, 1);
    world_stop(&w);
}

static void a_gate_of_ours_gets_what_waited_for_it_behind_its_hello(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_games = 1, .desired_gates = 1});
    struct fake_link *game = world_game(&w, 1);
    gw_id client = id_str(CLIENT), entity = id_str(ENTITY);
    RECEIVE(game, check_client, .gate = 2, .client = client, .entity = entity);
    struct fake_link *gate = world_connect(&w);
    RECEIVE(gate, set_gate_id, .gate = 2);
    dispatcher_turn(w.d); /* all are there: it is young no more, and the HELLO is on its way */
    RECEIVE(game, destroy_entity_on_client, .gate = 2, .client = client, .entity = entity);
    RECEIVE(game, close_client, .gate = 2, .client = client);
    assert_true(fake_link_is_quiet(gate));
    RECEIVE(gate, hello, .version = 1);
    struct msg_hello hello;
    struct msg_check_client check;
    struct msg_destroy_entity_on_client gone;
    struct msg_close_client close;
    EXPECT(gate, hello, &hello);
    EXPECT(gate, check_client, &check);
    EXPECT(gate, destroy_entity_on_client, &gone);
    EXPECT(gate, close_client, &close);
    assert_true(fake_link_is_quiet(gate));
    assert_int_equal(dispatcher_stats(w.d)->no_gate.count, 0);
    world_stop(&w);
}

static void a_game_that_says_no_hello_is_told_nothing_of_ours(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    struct fake_link *gate = world_gate(&w, 2), *game = world_foreign_game(&w, 1);
    world_game(&w, 3);
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
            .gate = 2);
    RECEIVE(gate, check_owner, .entity = id_str(ENTITY), .client = id_str(CLIENT), .gate = 2);
    world_gate(&w, 4);
    RECEIVE(game, create_entity_on_client, .gate = 8, .client = id_str(CLIENT));
    expect_nothing_of_ours(game);
    assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 2);
    world_stop(&w);
}

static void a_game_that_says_no_hello_is_dead_as_soon_as_its_link_breaks(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *gate = world_gate(&w, 2), *other = world_game(&w, 2);
    struct fake_link *game = world_foreign_game(&w, 1);
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    fake_link_hang_up(game);
    struct msg_notify_game_disconnected gone;
    EXPECT(other, notify_game_disconnected, &gone);
    assert_int_equal(gone.game, 1);
    struct msg_notify_entities_gone entities;
    EXPECT(gate, notify_entities_gone, &entities);
    assert_true(view_equals(entities.entities, ENTITY));
    assert_int_equal(dispatcher_stats(w.d)->entities, 0);
    assert_int_equal(dispatcher_stats(w.d)->connections, 2);
    world_stop(&w);
}

static void a_gate_that_says_no_hello_is_dead_as_soon_as_its_link_breaks(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    struct fake_link *game = world_game(&w, 1), *gate = world_foreign_gate(&w, 2);
    fake_link_hang_up(gate);
    struct msg_notify_gate_disconnected gone;
    EXPECT(game, notify_gate_disconnected, &gone);
    assert_int_equal(gone.gate, 2);
    assert_int_equal(dispatcher_stats(w.d)->gates, 0);
    world_stop(&w);
}

/* GoWorld's games destroy what was refused to them, and so may one that has never had it. */
static void an_entity_does_not_end_by_the_word_of_a_game_that_does_not_have_it(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *owner = world_foreign_game(&w, 1), *back = world_connect(&w);
    RECEIVE(owner, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(back, set_game_id, .game = 2, .is_reconnect = true, .entities = view_str(ENTITY));
    struct msg_set_game_id_ack ack;
    EXPECT(back, set_game_id_ack, &ack);
    assert_true(view_equals(ack.rejected, ENTITY));
    RECEIVE(back, notify_destroy_entity, .entity = id_str(ENTITY));
    fake_link_skip(owner);
    RECEIVE(back, call_entity_method, .entity = id_str(ENTITY), .method = view_str("Hi"));
    struct msg_call_entity_method call;
    EXPECT(owner, call_entity_method, &call);
    world_stop(&w);
}

static void the_games_hear_which_gates_know_messages_of_ours(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    world_gate(&w, 2);
    world_foreign_gate(&w, 3);
    struct fake_link *game = world_connect(&w);
    RECEIVE(game, set_game_id, .game = 1);
    fake_link_skip(game);
    RECEIVE(game, hello, .version = 1);
    struct msg_hello hello;
    struct msg_notify_gate_hello gate;
    EXPECT(game, hello, &hello);
    EXPECT(game, notify_gate_hello, &gate);
    assert_int_equal(gate.gate, 2);
    assert_true(fake_link_is_quiet(game));
    struct fake_link *later = world_foreign_gate(&w, 4);
    RECEIVE(later, hello, .version = 1);
    EXPECT(game, notify_gate_hello, &gate);
    assert_int_equal(gate.gate, 4);
    assert_true(fake_link_is_quiet(game));
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gate_that_says_no_hello_is_told_nothing_of_ours),
        cmocka_unit_test(a_young_dispatcher_keeps_ours_from_a_gate_of_goworld_too),
        cmocka_unit_test(a_gate_of_ours_gets_what_waited_for_it_behind_its_hello),
        cmocka_unit_test(a_game_that_says_no_hello_is_told_nothing_of_ours),
        cmocka_unit_test(a_game_that_says_no_hello_is_dead_as_soon_as_its_link_breaks),
        cmocka_unit_test(a_gate_that_says_no_hello_is_dead_as_soon_as_its_link_breaks),
        cmocka_unit_test(an_entity_does_not_end_by_the_word_of_a_game_that_does_not_have_it),
        cmocka_unit_test(the_games_hear_which_gates_know_messages_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
