/* Games that go on in another process: what is sent to them meanwhile, and when they do not. */
#include "cluster/session.h"
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define OTHER "awNEKGhsggslAAAB"
#define FREEZE_MS 10000

static void call(struct fake_link *from, const char *entity, const char *method)
{
    RECEIVE(from, call_entity_method, .entity = id_str(entity), .method = view_str(method));
}

static void freeze(struct fake_link *game)
{
    RECEIVE(game, start_freeze_game, );
    struct msg_start_freeze_game_ack ack;
    EXPECT(game, start_freeze_game_ack, &ack);
    assert_int_equal(ack.dispatcher, 1);
}

/* The process that follows; it has read its answer, and whether its entity is its own. */
static struct fake_link *restored(struct world *w, uint16_t id)
{
    struct fake_link *game = world_connect(w);
    RECEIVE(game, set_game_id, .game = id, .is_reconnect = true, .is_restore = true,
            .entities = {(const uint8_t *)ENTITY, sizeof(gw_id)});
    struct msg_set_game_id_ack ack;
    EXPECT(game, set_game_id_ack, &ack);
    assert_int_equal(ack.rejected.size, 0);
    return game;
}

static void say_hello(struct fake_link *game)
{
    struct msg_hello hello;
    RECEIVE(game, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = 12);
    EXPECT(game, hello, &hello);
}

/* Game 1, which is frozen and has an entity, game 2 and gate 3; none of them is told of it. */
struct cast {
    struct world w;
    struct fake_link *game, *other, *gate;
};

static void begin(struct cast *c, struct dispatcher_limits limits,
                  struct fake_link *(*connect)(struct world *w, uint16_t id))
{
    world_start(&c->w,
                (struct dispatcher_desc){.desired_games = 2, .desired_gates = 1, .limits = limits});
    c->game = connect(&c->w, 1);
    RECEIVE(c->game, notify_create_entity, .entity = id_str(ENTITY));
    c->other = world_game(&c->w, 2);
    c->gate = world_gate(&c->w, 3);
    dispatcher_turn(c->w.d);
    fake_link_skip(c->game);
    fake_link_skip(c->other);
    freeze(c->game);
    assert_int_equal(dispatcher_stats(c->w.d)->frozen_games, 1);
}

static void expect_that_nobody_heard(struct cast *c)
{
    assert_true(fake_link_is_quiet(c->other));
    assert_true(fake_link_is_quiet(c->gate));
    assert_int_equal(dispatcher_stats(c->w.d)->frozen_games, 0);
    assert_int_equal(dispatcher_stats(c->w.d)->lost_packets.count, 0);
    assert_int_equal(dispatcher_stats(c->w.d)->entities, 1);
}

static void what_is_sent_to_a_frozen_game_waits_for_its_restored_self(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, world_foreign_game);
    call(c.other, ENTITY, "first");
    call(c.other, ENTITY, "second");
    assert_true(fake_link_is_quiet(c.game));
    fake_link_hang_up(c.game);
    c.w.clock.now_ms += FREEZE_MS - 1;
    dispatcher_turn(c.w.d);
    call(c.other, ENTITY, "third");
    struct fake_link *game = restored(&c.w, 1);
    world_expect_call(game, "first");
    world_expect_call(game, "second");
    world_expect_call(game, "third");
    call(c.other, ENTITY, "fourth");
    world_expect_call(game, "fourth");
    expect_that_nobody_heard(&c);
    c.w.clock.now_ms += FREEZE_MS;
    dispatcher_turn(c.w.d);
    expect_that_nobody_heard(&c);
    world_stop(&c.w);
}

static void one_of_ours_has_it_behind_its_hello_and_goes_on_from_there(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, world_game);
    call(c.other, ENTITY, "first");
    fake_link_hang_up(c.game);
    struct fake_link *game = restored(&c.w, 1);
    call(c.other, ENTITY, "second");
    assert_true(fake_link_is_quiet(game));
    say_hello(game);
    world_expect_call(game, "first");
    world_expect_call(game, "second");
    expect_that_nobody_heard(&c);
    fake_link_skip(game);
    fake_link_hang_up(game);
    dispatcher_turn(c.w.d);
    assert_int_equal(dispatcher_stats(c.w.d)->games, 2); /* for its grace */
    world_stop(&c.w);
}

static void the_restored_one_may_come_before_the_old_link_has_closed(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, world_foreign_game);
    call(c.other, ENTITY, "first");
    struct fake_link *game = restored(&c.w, 1);
    assert_non_null(c.game->reason);
    fake_link_turn(c.game);
    world_expect_call(game, "first");
    call(c.other, ENTITY, "second");
    world_expect_call(game, "second");
    expect_that_nobody_heard(&c);
    world_stop(&c.w);
}

static void one_that_does_not_come_back_is_dead(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, world_foreign_game);
    fake_link_hang_up(c.game);
    c.w.clock.now_ms += FREEZE_MS;
    dispatcher_turn(c.w.d);
    struct msg_notify_game_disconnected gone;
    struct msg_notify_entities_gone entities;
    EXPECT(c.other, notify_game_disconnected, &gone);
    assert_int_equal(gone.game, 1);
    EXPECT(c.gate, notify_entities_gone, &entities);
    assert_int_equal(dispatcher_stats(c.w.d)->frozen_games, 0);
    world_stop(&c.w);
}

static void one_that_stays_gets_what_has_waited(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, world_foreign_game);
    call(c.other, ENTITY, "first");
    c.w.clock.now_ms += FREEZE_MS;
    dispatcher_turn(c.w.d);
    world_expect_call(c.game, "first");
    call(c.other, ENTITY, "second");
    world_expect_call(c.game, "second");
    expect_that_nobody_heard(&c);
    world_stop(&c.w);
}

static void one_that_begins_anew_is_another(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, world_foreign_game);
    call(c.other, ENTITY, "first");
    fake_link_hang_up(c.game);
    struct fake_link *game = world_connect(&c.w);
    RECEIVE(game, set_game_id, .game = 1);
    struct msg_notify_game_disconnected gone;
    struct msg_notify_game_connected came;
    struct msg_set_game_id_ack ack;
    EXPECT(c.other, notify_game_disconnected, &gone);
    EXPECT(c.other, notify_game_connected, &came);
    EXPECT(game, set_game_id_ack, &ack);
    assert_true(fake_link_is_quiet(game));
    assert_int_equal(dispatcher_stats(c.w.d)->frozen_games, 0);
    assert_int_equal(dispatcher_stats(c.w.d)->entities, 0);
    world_stop(&c.w);
}

static void one_that_was_not_frozen_is_not_restored(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *old = world_foreign_game(&w, 1);
    restored(&w, 1);
    assert_non_null(old->reason);
    assert_int_equal(dispatcher_stats(w.d)->games, 1);
    world_stop(&w);
}

static void new_clients_go_to_other_games_meanwhile(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, world_foreign_game);
    for (unsigned i = 0; i < 2; i++) {
        RECEIVE(c.gate, notify_client_connected, .client = id_str(OTHER),
                .boot_entity = id_str(OTHER));
        struct msg_notify_client_connected_forwarded m;
        EXPECT(c.other, notify_client_connected_forwarded, &m);
    }
    world_stop(&c.w);
}

static void what_waits_has_a_limit(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){.peer_queue_bytes = 4096}, world_foreign_game);
    static char large[3000];
    for (unsigned i = 0; i < 3; i++)
        RECEIVE(c.other, call_entity_method, .entity = id_str(ENTITY),
                .method = {(const uint8_t *)large, sizeof large});
    assert_int_equal(dispatcher_stats(c.w.d)->lost_packets.count, 2);
    fake_link_hang_up(c.game);
    struct fake_link *game = restored(&c.w, 1);
    struct msg_call_entity_method m;
    EXPECT(game, call_entity_method, &m);
    assert_true(fake_link_is_quiet(game));
    world_stop(&c.w);
}

static void to_freeze_twice_is_to_freeze_once(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, world_foreign_game);
    call(c.other, ENTITY, "first");
    freeze(c.game);
    assert_true(fake_link_is_quiet(c.game));
    assert_int_equal(dispatcher_stats(c.w.d)->frozen_games, 1);
    world_stop(&c.w);
}

static struct fake_link *resumable(struct world *w, uint16_t id)
{
    return world_resumable_game(w, id, 22);
}

/* Both ends count anew behind their messages. */
static void one_that_cancels_goes_on_and_over_a_break_too(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, resumable);
    call(c.other, ENTITY, "first");
    assert_true(fake_link_is_quiet(c.game));
    RECEIVE(c.game, cancel_freeze_game, );
    struct msg_freeze_cancelled cancelled;
    EXPECT(c.game, freeze_cancelled, &cancelled);
    struct msg_call_entity_method m;
    EXPECT(c.game, call_entity_method, &m);
    assert_true(view_equals(m.method, "first"));
    assert_int_equal(dispatcher_stats(c.w.d)->frozen_games, 0);
    call(c.other, ENTITY, "second");
    EXPECT(c.game, call_entity_method, &m);
    RECEIVE(c.game, ping, .stamp = 1);
    fake_link_skip(c.game);
    fake_link_hang_up(c.game);
    struct fake_link *next = world_connect(&c.w);
    RECEIVE(next, resume, .id = 1, .epoch = 22, .dispatcher_epoch = 77, .received = 0);
    struct msg_resume_answer answer;
    EXPECT(next, resume_answer, &answer);
    assert_true(answer.resumed);
    assert_int_equal(answer.received, PACKET_HEADER_BYTES + 2 + 8); /* the ping */
    EXPECT(next, call_entity_method, &m);
    assert_true(view_equals(m.method, "first"));
    EXPECT(next, call_entity_method, &m);
    assert_true(view_equals(m.method, "second"));
    world_stop(&c.w);
}

/* It was busy for longer than the dispatcher waits. Twice, for once was not enough to forget it. */
static void one_that_cancels_late_goes_on_and_over_a_break_too(void **state)
{
    (void)state;
    struct cast c;
    struct msg_freeze_cancelled cancelled;
    struct msg_resume_answer answer;
    begin(&c, (struct dispatcher_limits){0}, resumable);
    for (unsigned i = 0; i < 2; i++) {
        call(c.other, ENTITY, "first");
        c.w.clock.now_ms += FREEZE_MS;
        dispatcher_turn(c.w.d);
        world_expect_call(c.game, "first");
        RECEIVE(c.game, received, .bytes = 9);
        if (i == 0)
            freeze(c.game);
    }
    RECEIVE(c.game, cancel_freeze_game, );
    EXPECT(c.game, freeze_cancelled, &cancelled);
    call(c.other, ENTITY, "second");
    fake_link_skip(c.game);
    fake_link_hang_up(c.game);
    struct fake_link *next = world_connect(&c.w);
    RECEIVE(next, resume, .id = 1, .epoch = 22, .dispatcher_epoch = 77, .received = 0);
    EXPECT(next, resume_answer, &answer);
    assert_true(answer.resumed);
    world_expect_call(next, "second");
    world_stop(&c.w);
}

static void one_that_neither_follows_nor_says_a_word_is_given_up(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, resumable);
    c.w.clock.now_ms += FREEZE_MS;
    int64_t due_ms = dispatcher_turn(c.w.d);
    assert_null(c.game->reason);
    c.w.clock.now_ms = due_ms;
    dispatcher_turn(c.w.d);
    assert_non_null(c.game->reason);
    world_stop(&c.w);
}

/* It was on its way, or the game had not been answered yet. Then it counts again, and strictly. */
static void what_a_frozen_game_confirms_costs_it_nothing(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, resumable);
    call(c.other, ENTITY, "first");
    RECEIVE(c.game, received, .bytes = 0);
    assert_null(c.game->reason);
    struct fake_link *game = restored(&c.w, 1);
    say_hello(game);
    world_expect_call(game, "first");
    RECEIVE(game, received, .bytes = 1 << 20);
    assert_non_null(game->reason);
    world_stop(&c.w);
}

static void to_cancel_what_is_no_freeze_changes_nothing(void **state)
{
    (void)state;
    struct cast c;
    begin(&c, (struct dispatcher_limits){0}, resumable);
    RECEIVE(c.game, cancel_freeze_game, );
    fake_link_skip(c.game);
    RECEIVE(c.game, cancel_freeze_game, );
    assert_true(fake_link_is_quiet(c.game));
    world_stop(&c.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_to_a_frozen_game_waits_for_its_restored_self),
        cmocka_unit_test(one_of_ours_has_it_behind_its_hello_and_goes_on_from_there),
        cmocka_unit_test(the_restored_one_may_come_before_the_old_link_has_closed),
        cmocka_unit_test(one_that_does_not_come_back_is_dead),
        cmocka_unit_test(one_that_stays_gets_what_has_waited),
        cmocka_unit_test(one_that_begins_anew_is_another),
        cmocka_unit_test(one_that_was_not_frozen_is_not_restored),
        cmocka_unit_test(new_clients_go_to_other_games_meanwhile),
        cmocka_unit_test(what_waits_has_a_limit),
        cmocka_unit_test(to_freeze_twice_is_to_freeze_once),
        cmocka_unit_test(one_that_cancels_goes_on_and_over_a_break_too),
        cmocka_unit_test(one_that_cancels_late_goes_on_and_over_a_break_too),
        cmocka_unit_test(one_that_neither_follows_nor_says_a_word_is_given_up),
        cmocka_unit_test(what_a_frozen_game_confirms_costs_it_nothing),
        cmocka_unit_test(to_cancel_what_is_no_freeze_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
