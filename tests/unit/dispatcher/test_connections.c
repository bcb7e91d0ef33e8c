/* Links of games and gates break, and go on or end. */
#include "cluster/session.h"
#include "world.h"

#define ENTITY "AAAAAAAAAAAAAAAA"

static void call(struct fake_link *from, const char *entity, const char *method)
{
    RECEIVE(from, call_entity_method, .entity = id_str(entity), .method = view_str(method));
}

/* Two games; the second has the entity, and its link breaks after "one" was sent to it. */
static struct fake_link *break_one(struct world *w, struct fake_link **other)
{
    *other = world_resumable_game(w, 1, 11);
    struct fake_link *game = world_resumable_game(w, 2, 22);
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    call(*other, ENTITY, "one");
    fake_link_skip(game);
    fake_link_skip(*other);
    fake_link_hang_up(game);
    return game;
}

/* What a game says that has sent one NOTIFY_CREATE_ENTITY, and received `received` bytes. */
static void ask(struct fake_link *link, uint64_t epoch, uint64_t received)
{
    RECEIVE(link, resume, .id = 2, .epoch = epoch, .dispatcher_epoch = 77, .received = received);
}

static void expect_answer(struct fake_link *link, bool resumed, uint64_t received)
{
    struct msg_resume_answer m;
    EXPECT(link, resume_answer, &m);
    assert_int_equal(m.resumed, resumed);
    assert_int_equal(m.epoch, 77);
    if (resumed)
        assert_int_equal(m.received, received);
}

static void what_a_game_has_not_got_goes_over_its_next_link(void **state)
{
    (void)state;
    struct world w;
    struct fake_link *other;
    world_start(&w, (struct dispatcher_desc){0});
    break_one(&w, &other);
    call(other, ENTITY, "two"); /* while it is away */
    w.clock.now_ms += 999;
    dispatcher_turn(w.d);
    struct fake_link *next = world_connect(&w);
    ask(next, 22, 0);
    expect_answer(next, true, 4 + 2 + 16);
    world_expect_call(next, "one");
    world_expect_call(next, "two");
    call(other, ENTITY, "three");
    world_expect_call(next, "three");
    assert_int_equal(dispatcher_stats(w.d)->resumed, 1);
    assert_int_equal(dispatcher_stats(w.d)->connections, 2);
    assert_true(fake_link_is_quiet(other)); /* nobody noticed */
    world_stop(&w);
}

static void what_it_has_got_does_not_come_again(void **state)
{
    (void)state;
    struct world w;
    struct fake_link *other;
    world_start(&w, (struct dispatcher_desc){0});
    break_one(&w, &other);
    struct fake_link *next = world_connect(&w);
    ask(next, 22, 4 + 2 + 16 + 4 + 3 + 2); /* the call "one" without arguments */
    expect_answer(next, true, 22);
    assert_true(fake_link_is_quiet(next));
    world_stop(&w);
}

static void after_its_grace_a_game_is_dead_and_may_only_register(void **state)
{
    (void)state;
    struct world w;
    struct fake_link *other;
    world_start(&w, (struct dispatcher_desc){0});
    break_one(&w, &other);
    assert_true(fake_link_is_quiet(other));
    w.clock.now_ms += SESSION_GRACE_MS;
    dispatcher_turn(w.d);
    struct msg_notify_game_disconnected gone;
    EXPECT(other, notify_game_disconnected, &gone);
    assert_int_equal(gone.game, 2);
    assert_int_equal(dispatcher_stats(w.d)->given_up.count, 1);
    assert_int_equal(dispatcher_stats(w.d)->entities, 0);
    struct fake_link *next = world_connect(&w);
    ask(next, 22, 0);
    expect_answer(next, false, 0);
    RECEIVE(next, set_game_id, .game = 2, .entities = view_str(ENTITY));
    struct msg_set_game_id_ack ack;
    EXPECT(next, set_game_id_ack, &ack);
    assert_int_equal(ack.rejected.size, 0);
    world_stop(&w);
}

static void nobody_goes_on_as_another_or_with_bytes_that_never_were(void **state)
{
    (void)state;
    struct world w;
    struct fake_link *other;
    world_start(&w, (struct dispatcher_desc){0});
    break_one(&w, &other);
    struct fake_link *next = world_connect(&w);
    ask(next, 23, 0);
    expect_answer(next, false, 0);
    ask(next, 22, 1000000);
    expect_answer(next, false, 0);
    RECEIVE(next, resume, .id = 2, .epoch = 22, .dispatcher_epoch = 76);
    expect_answer(next, false, 0);
    RECEIVE(next, resume, .is_gate = true, .id = 2, .epoch = 22, .dispatcher_epoch = 77);
    expect_answer(next, false, 0);
    RECEIVE(next, resume, .id = 60000, .epoch = 22, .dispatcher_epoch = 77);
    expect_answer(next, false, 0);
    assert_null(next->reason);
    world_stop(&w);
}

/* What found no room would be missing in the middle of what it gets. */
static void one_for_which_too_much_waits_may_only_register(void **state)
{
    (void)state;
    struct world w;
    struct fake_link *other;
    world_start(&w, (struct dispatcher_desc){.limits.peer_queue_bytes = 1000});
    break_one(&w, &other);
    for (unsigned i = 0; dispatcher_stats(w.d)->lost_packets.count == 0; i++) {
        assert_true(i < 1000);
        call(other, ENTITY, "two");
    }
    struct fake_link *next = world_connect(&w);
    ask(next, 22, 0);
    expect_answer(next, false, 0);
    assert_true(fake_link_is_quiet(other)); /* it keeps its place until it registers */
    RECEIVE(next, set_game_id, .game = 2, .entities = view_str(ENTITY));
    struct msg_set_game_id_ack ack;
    EXPECT(next, set_game_id_ack, &ack);
    assert_int_equal(ack.rejected.size, 0);
    struct msg_notify_game_disconnected gone;
    EXPECT(other, notify_game_disconnected, &gone);
    assert_int_equal(gone.game, 2);
    world_stop(&w);
}

/* The game saw the break first. */
static void a_link_whose_peer_goes_on_elsewhere_is_closed_first(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *other = world_resumable_game(&w, 1, 11),
                     *game = world_resumable_game(&w, 2, 22);
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    call(other, ENTITY, "one");
    struct fake_link *next = world_connect(&w);
    ask(next, 22, 0);
    assert_true(fake_link_is_quiet(next));
    assert_non_null(game->reason);
    call(other, ENTITY, "two");
    fake_link_turn(game);
    expect_answer(next, true, 22);
    world_expect_call(next, "one");
    world_expect_call(next, "two");
    world_stop(&w);
}

/* What it had become meanwhile would be gone with its connection. */
static void one_that_waits_for_its_old_link_may_not_register(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *other = world_resumable_game(&w, 1, 11),
                     *game = world_resumable_game(&w, 2, 22);
    struct fake_link *next = world_connect(&w);
    ask(next, 22, 0);
    RECEIVE(next, set_game_id, .game = 5);
    fake_link_turn(game);
    assert_non_null(next->reason);
    fake_link_turn(next);
    assert_int_equal(dispatcher_stats(w.d)->games, 2);
    RECEIVE(other, call_nil_spaces, .except_game = 1, .method = view_str("Hi"));
    world_stop(&w);
}

static void nobody_says_hello_before_its_name(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_connect(&w);
    RECEIVE(game, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = 11);
    assert_non_null(game->reason);
    world_stop(&w);
}

static void one_that_is_started_again_takes_the_place_of_one_that_is_away(void **state)
{
    (void)state;
    struct world w;
    struct fake_link *other;
    world_start(&w, (struct dispatcher_desc){0});
    break_one(&w, &other);
    world_resumable_game(&w, 2, 23);
    struct msg_notify_game_disconnected gone;
    struct msg_notify_game_connected connected;
    EXPECT(other, notify_game_disconnected, &gone);
    EXPECT(other, notify_game_connected, &connected);
    assert_int_equal(dispatcher_stats(w.d)->connections, 2);
    assert_true(dispatcher_stats(w.d)->lost_bytes > 0);
    assert_int_equal(dispatcher_turn(w.d), w.clock.now_ms + 10000); /* no grace is left over */
    world_stop(&w);
}

static void one_that_said_bye_is_not_waited_for(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_resumable_game(&w, 1, 11),
                     *gate = world_resumable_gate(&w, 3, 33);
    fake_link_skip(game);
    RECEIVE(gate, bye);
    fake_link_hang_up(gate);
    struct msg_notify_gate_disconnected gone;
    EXPECT(game, notify_gate_disconnected, &gone);
    assert_int_equal(gone.gate, 3);
    world_stop(&w);
}

static void one_that_says_nothing_for_long_is_closed_and_one_that_does_is_not(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *silent = world_resumable_game(&w, 1, 11),
                     *lively = world_resumable_gate(&w, 3, 33);
    struct msg_pong pong;
    for (unsigned i = 0; i < 10; i++) {
        assert_null(silent->reason);
        w.clock.now_ms += 1000;
        RECEIVE(lively, ping, .stamp = i);
        EXPECT(lively, pong, &pong);
        assert_int_equal(pong.stamp, i);
        dispatcher_turn(w.d);
    }
    assert_non_null(silent->reason);
    assert_null(lively->reason);
    world_stop(&w);
}

static void one_that_is_away_gets_nothing_new(void **state)
{
    (void)state;
    struct world w;
    struct fake_link *other;
    world_start(&w, (struct dispatcher_desc){0});
    break_one(&w, &other);
    struct fake_link *gate = world_resumable_gate(&w, 1, 33);
    fake_link_skip(other);
    for (unsigned i = 0; i < 4; i++) {
        gw_id boot = id_str("BBBBBBBBBBBBBBBB"), entity = id_str("CCCCCCCCCCCCCCCC");
        boot.text[0] = entity.text[0] = (char)('0' + i);
        struct msg_notify_client_connected_forwarded connected;
        struct msg_create_entity_somewhere create;
        RECEIVE(gate, notify_client_connected, .client = id_str(ENTITY), .boot_entity = boot);
        EXPECT(other, notify_client_connected_forwarded, &connected);
        RECEIVE(other, create_entity_somewhere, .entity = entity, .type = view_str("A"));
        EXPECT(other, create_entity_somewhere, &create);
    }
    world_stop(&w);
}

static void the_only_game_gets_new_things_while_it_is_away(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_resumable_game(&w, 2, 22),
                     *gate = world_resumable_gate(&w, 1, 33);
    fake_link_skip(game);
    fake_link_hang_up(game);
    RECEIVE(gate, notify_client_connected, .client = id_str(ENTITY), .boot_entity = id_str(ENTITY));
    assert_true(fake_link_is_quiet(gate));
    struct fake_link *next = world_connect(&w);
    ask(next, 22, 0);
    struct msg_resume_answer answer;
    struct msg_notify_gate_hello hello;
    struct msg_notify_client_connected_forwarded connected;
    EXPECT(next, resume_answer, &answer);
    EXPECT(next, notify_gate_hello, &hello);
    EXPECT(next, notify_client_connected_forwarded, &connected);
    world_stop(&w);
}

static void nobody_confirms_more_than_was_sent(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_resumable_game(&w, 1, 11);
    RECEIVE(game, received, .bytes = 1000000);
    assert_non_null(game->reason);
    world_stop(&w);
}

/* The game has the entity and has just been sent away. It may take itself for its owner as long as
 * one whose link broke: nobody else gets it before that. */
static void expect_grace_without_a_session(struct world *w, struct fake_link *game,
                                           struct fake_link *other)
{
    assert_non_null(game->reason);
    fake_link_turn(game);
    fake_link_skip(other);
    w->clock.now_ms += SESSION_GRACE_MS - 1;
    dispatcher_turn(w->d);
    struct fake_link *next = world_connect(w);
    ask(next, 22, 0);
    expect_answer(next, false, 0);
    RECEIVE(other, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    assert_true(fake_link_is_quiet(other));
    w->clock.now_ms++;
    dispatcher_turn(w->d);
    struct msg_notify_game_disconnected gone;
    EXPECT(other, notify_game_disconnected, &gone);
    assert_int_equal(gone.game, 2);
    RECEIVE(other, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    struct msg_load_entity_somewhere load;
    EXPECT(other, load_entity_somewhere, &load);
}

static void one_that_broke_the_rules_has_its_grace_and_may_not_go_on(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *other = world_resumable_game(&w, 1, 11),
                     *game = world_resumable_game(&w, 2, 22);
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(game, notify_client_disconnected, .client = id_str(ENTITY)); /* a gate says that */
    expect_grace_without_a_session(&w, game, other);
    world_stop(&w);
}

static void one_that_does_not_read_has_its_grace_and_may_not_go_on(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.limits.peer_queue_bytes = 1000});
    struct fake_link *other = world_resumable_game(&w, 1, 11),
                     *game = world_resumable_game(&w, 2, 22);
    RECEIVE(game, notify_create_entity, .entity = id_str(ENTITY));
    for (unsigned i = 0; i < 1000 && !game->reason; i++)
        call(other, ENTITY, "one");
    expect_grace_without_a_session(&w, game, other);
    world_stop(&w);
}

/* The number is the new one's: there cannot be two. */
static void one_whose_place_is_taken_has_no_grace(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *other = world_resumable_game(&w, 1, 11),
                     *game = world_resumable_game(&w, 2, 22);
    fake_link_skip(other);
    world_resumable_game(&w, 2, 23);
    struct msg_notify_game_disconnected gone;
    struct msg_notify_game_connected connected;
    EXPECT(other, notify_game_disconnected, &gone);
    EXPECT(other, notify_game_connected, &connected);
    assert_non_null(game->reason);
    fake_link_turn(game);
    assert_int_equal(dispatcher_stats(w.d)->connections, 2);
    struct fake_link *next = world_connect(&w);
    ask(next, 22, 0);
    expect_answer(next, false, 0);
    assert_true(fake_link_is_quiet(other));
    world_stop(&w);
}

/* A dispatcher that was just started does not know yet who is not there. */
static void a_young_dispatcher_lets_packets_wait_for_those_that_may_come_back(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_games = 2, .desired_gates = 1});
    struct fake_link *game = world_resumable_game(&w, 1, 11);
    call(game, ENTITY, "early");
    RECEIVE(game, call_entity_method_on_client, .gate = 3, .client = id_str(ENTITY),
            .entity = id_str(ENTITY), .method = view_str("Hi"));
    assert_true(fake_link_is_quiet(game));

    struct fake_link *gate = world_connect(&w);
    RECEIVE(gate, set_gate_id, .gate = 3);
    struct msg_call_entity_method_on_client hi;
    EXPECT(gate, call_entity_method_on_client, &hi);
    struct fake_link *other = world_connect(&w);
    RECEIVE(other, set_game_id, .game = 2, .entities = view_str(ENTITY));
    RECEIVE(other, hello, .version = 1);
    struct msg_set_game_id_ack ack;
    struct msg_notify_deployment_ready ready;
    EXPECT(other, set_game_id_ack, &ack);
    EXPECT(other, notify_deployment_ready, &ready);
    struct msg_hello hello;
    EXPECT(other, hello, &hello);
    world_expect_call(other, "early");
    world_stop(&w);
}

static void whoever_has_not_come_back_is_gone_when_the_dispatcher_is_young_no_more(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_games = 2, .desired_gates = 1});
    struct fake_link *game = world_resumable_game(&w, 1, 11);
    call(game, ENTITY, "early");
    RECEIVE(game, check_client, .gate = 3, .client = id_str(ENTITY), .entity = id_str(ENTITY));
    w.clock.now_ms += 5000;
    dispatcher_turn(w.d);
    struct msg_notify_gate_disconnected gone;
    EXPECT(game, notify_gate_disconnected, &gone);
    assert_int_equal(gone.gate, 3);
    assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 1);
    assert_int_equal(dispatcher_stats(w.d)->held_packets, 0);
    world_stop(&w);
}

/* One that knows only GoWorld's messages, or has not yet said that it knows more. */
static void what_waits_for_the_hello_of_a_gate_is_refused_when_the_gate_goes(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_games = 1, .desired_gates = 1});
    struct fake_link *game = world_resumable_game(&w, 1, 11), *gate = world_foreign_gate(&w, 3);
    struct msg_check_client check;
    RECEIVE(game, check_client, .gate = 3, .client = id_str(ENTITY), .entity = id_str(ENTITY));
    assert_int_equal(dispatcher_turn(w.d), 1000 + 5000);
    fake_link_hang_up(gate);
    gate = world_foreign_gate(&w, 3); /* back before the turn: it may have what waits */
    dispatcher_turn(w.d);
    assert_true(fake_link_is_quiet(game));
    RECEIVE(gate, hello, .version = 1);
    struct msg_hello hello;
    EXPECT(gate, hello, &hello);
    EXPECT(gate, check_client, &check);

    fake_link_hang_up(gate);
    gate = world_foreign_gate(&w, 3);
    RECEIVE(game, check_client, .gate = 3, .client = id_str(ENTITY), .entity = id_str(ENTITY));
    dispatcher_turn(w.d);
    fake_link_hang_up(gate);
    fake_link_skip(game);
    dispatcher_turn(w.d);
    struct msg_notify_gate_disconnected gone;
    EXPECT(game, notify_gate_disconnected, &gone);
    assert_int_equal(gone.gate, 3);
    assert_int_equal(dispatcher_stats(w.d)->no_gate.count, 1);
    world_stop(&w);
}

/* Its player died with a game while the dispatcher was away. */
static void a_gate_that_asks_for_an_owner_that_is_gone_closes_the_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_games = 1, .desired_gates = 1});
    struct fake_link *gate = world_resumable_gate(&w, 3, 33);
    gw_id client = id_str("CCCCCCCCCCCCCCCC");
    RECEIVE(gate, check_owner, .entity = id_str(ENTITY), .client = client, .gate = 3);
    assert_true(fake_link_is_quiet(gate));
    w.clock.now_ms += 5000;
    dispatcher_turn(w.d);
    struct msg_close_client close;
    EXPECT(gate, close_client, &close);
    assert_true(gw_id_equal(close.client, client));
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_game_has_not_got_goes_over_its_next_link),
        cmocka_unit_test(what_it_has_got_does_not_come_again),
        cmocka_unit_test(after_its_grace_a_game_is_dead_and_may_only_register),
        cmocka_unit_test(nobody_goes_on_as_another_or_with_bytes_that_never_were),
        cmocka_unit_test(one_for_which_too_much_waits_may_only_register),
        cmocka_unit_test(a_link_whose_peer_goes_on_elsewhere_is_closed_first),
        cmocka_unit_test(one_that_waits_for_its_old_link_may_not_register),
        cmocka_unit_test(nobody_says_hello_before_its_name),
        cmocka_unit_test(one_that_is_started_again_takes_the_place_of_one_that_is_away),
        cmocka_unit_test(one_that_said_bye_is_not_waited_for),
        cmocka_unit_test(one_that_says_nothing_for_long_is_closed_and_one_that_does_is_not),
        cmocka_unit_test(one_that_is_away_gets_nothing_new),
        cmocka_unit_test(the_only_game_gets_new_things_while_it_is_away),
        cmocka_unit_test(nobody_confirms_more_than_was_sent),
        cmocka_unit_test(one_that_broke_the_rules_has_its_grace_and_may_not_go_on),
        cmocka_unit_test(one_that_does_not_read_has_its_grace_and_may_not_go_on),
        cmocka_unit_test(one_whose_place_is_taken_has_no_grace),
        cmocka_unit_test(a_young_dispatcher_lets_packets_wait_for_those_that_may_come_back),
        cmocka_unit_test(whoever_has_not_come_back_is_gone_when_the_dispatcher_is_young_no_more),
        cmocka_unit_test(what_waits_for_the_hello_of_a_gate_is_refused_when_the_gate_goes),
        cmocka_unit_test(a_gate_that_asks_for_an_owner_that_is_gone_closes_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
