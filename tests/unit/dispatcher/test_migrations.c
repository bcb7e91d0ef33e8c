/* Entities that go from one game to another. */
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define SPACE "awNEKGhsggslAAAD"
#define CLIENT "awNEKGhsggslAAAB"
#define STATE                                                                                      \
    {                                                                                              \
        (const uint8_t *)"state", 5                                                                \
    }

struct cast {
    struct world w;
    struct fake_link *from, *to, *gate;
};

/* ENTITY lives on game 1, SPACE on game 2. */
static void begin(struct cast *c)
{
    world_start(&c->w, (struct dispatcher_desc){.desired_gates = 9});
    c->from = world_game(&c->w, 1);
    c->to = world_game(&c->w, 2);
    c->gate = world_gate(&c->w, 1);
    RECEIVE(c->from, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(c->to, notify_create_entity, .entity = id_str(SPACE));
    fake_link_skip(c->from); /* the other game has come */
    fake_link_skip(c->to);
}

static void request(struct cast *c)
{
    struct msg_migrate_request_ack m;
    RECEIVE(c->from, migrate_request, .entity = id_str(ENTITY), .space = id_str(SPACE),
            .space_game = 2);
    EXPECT(c->from, migrate_request_ack, &m);
    assert_memory_equal(m.entity.text, ENTITY, 16);
    assert_memory_equal(m.space.text, SPACE, 16);
    assert_int_equal(m.space_game, 2);
}

static void leave(struct cast *c)
{
    RECEIVE(c->from, real_migrate, .entity = id_str(ENTITY), .game = 2, .state = STATE);
}

static void call(struct fake_link *from, const char *method)
{
    RECEIVE(from, call_entity_method, .entity = id_str(ENTITY), .method = view_str(method));
}

static void expect_arrival(struct fake_link *game)
{
    struct msg_real_migrate m;
    EXPECT(game, real_migrate, &m);
    assert_memory_equal(m.entity.text, ENTITY, 16);
    assert_int_equal(m.game, 2);
    assert_true(view_equals(m.state, "state"));
}

static void end(struct cast *c)
{
    assert_int_equal(dispatcher_stats(c->w.d)->held_packets, 0);
    assert_int_equal(dispatcher_stats(c->w.d)->held_bytes, 0);
    assert_int_equal(dispatcher_stats(c->w.d)->loading_entities, 0);
    world_stop(&c->w);
}

static void expect_space_on(struct cast *c, const char *space, uint16_t game)
{
    struct msg_query_space_gameid_for_migrate_ack m;
    RECEIVE(c->from, query_space_gameid_for_migrate, .space = id_str(space),
            .entity = id_str(ENTITY));
    EXPECT(c->from, query_space_gameid_for_migrate_ack, &m);
    assert_memory_equal(m.space.text, space, 16);
    assert_memory_equal(m.entity.text, ENTITY, 16);
    assert_int_equal(m.game, game);
}

static void a_game_is_told_where_a_space_is(void **state)
{
    (void)state;
    struct cast c;
    begin(&c);
    expect_space_on(&c, SPACE, 2);
    expect_space_on(&c, "awNEKGhsggslAAAE", 0);
    RECEIVE(c.to, notify_destroy_entity, .entity = id_str(SPACE));
    expect_space_on(&c, SPACE, 0);
    end(&c);
}

static void what_is_sent_meanwhile_goes_along_behind_the_entity(void **state)
{
    (void)state;
    struct cast c;
    begin(&c);
    call(c.to, "before");
    world_expect_call(c.from, "before");
    request(&c);
    call(c.to, "one");
    RECEIVE(c.gate, notify_client_disconnected, .owner = id_str(ENTITY), .client = id_str(CLIENT));
    call(c.from, "two");
    assert_true(fake_link_is_quiet(c.from));
    assert_true(fake_link_is_quiet(c.to));
    leave(&c);
    expect_arrival(c.to);
    world_expect_call(c.to, "one");
    struct msg_notify_client_disconnected gone;
    EXPECT(c.to, notify_client_disconnected, &gone);
    world_expect_call(c.to, "two");
    call(c.from, "after");
    world_expect_call(c.to, "after");
    assert_int_equal(dispatcher_stats(c.w.d)->entity_conflicts.count, 0);
    end(&c);
}

static void one_that_stays_gets_what_waited(void **state)
{
    (void)state;
    struct cast c;
    begin(&c);
    request(&c);
    call(c.to, "one");
    RECEIVE(c.to, cancel_migrate, .entity = id_str(ENTITY)); /* it is none of its */
    assert_true(fake_link_is_quiet(c.from));
    RECEIVE(c.from, cancel_migrate, .entity = id_str(ENTITY));
    world_expect_call(c.from, "one");
    end(&c);
}

static void one_that_takes_too_long_gets_what_waited_and_may_still_go(void **state)
{
    (void)state;
    struct cast c;
    begin(&c);
    request(&c);
    call(c.to, "one");
    assert_int_equal(dispatcher_turn(c.w.d), 61000);
    c.w.clock.now_ms = 61000;
    dispatcher_turn(c.w.d);
    world_expect_call(c.from, "one");
    assert_int_equal(dispatcher_stats(c.w.d)->hold_timeouts.count, 1);
    leave(&c);
    expect_arrival(c.to);
    end(&c);
}

static void one_whose_new_game_is_gone_goes_back(void **state)
{
    (void)state;
    struct cast c;
    begin(&c);
    request(&c);
    fake_link_hang_up(c.to);
    c.w.clock.now_ms += 2000;
    world_turns(&c.w);
    dispatcher_turn(c.w.d);
    fake_link_skip(c.from);
    call(c.from, "one");
    leave(&c);
    expect_arrival(c.from);
    world_expect_call(c.from, "one");
    end(&c);
}

static void one_may_not_go_where_no_game_is_or_from_where_it_is_not(void **state)
{
    (void)state;
    struct cast c;
    struct msg_cancel_migrate m;
    begin(&c);
    RECEIVE(c.from, migrate_request, .entity = id_str(ENTITY), .space = id_str(SPACE),
            .space_game = 9);
    EXPECT(c.from, cancel_migrate, &m);
    RECEIVE(c.to, migrate_request, .entity = id_str(ENTITY), .space = id_str(SPACE),
            .space_game = 2);
    EXPECT(c.to, cancel_migrate, &m);
    call(c.to, "one");
    world_expect_call(c.from, "one");
    end(&c);
}

static void what_lives_elsewhere_is_not_let_in_once_more(void **state)
{
    (void)state;
    struct cast c;
    struct msg_reject_entity m;
    begin(&c);
    leave(&c);
    expect_arrival(c.to);
    leave(&c); /* it does not know that it has arrived */
    EXPECT(c.from, reject_entity, &m);
    assert_true(fake_link_is_quiet(c.to));
    assert_int_equal(dispatcher_stats(c.w.d)->entity_conflicts.count, 1);
    end(&c);
}

static void one_that_nobody_knows_is_passed_on(void **state)
{
    (void)state;
    struct cast c;
    begin(&c);
    RECEIVE(c.from, real_migrate, .entity = id_str("awNEKGhsggslAAAF"), .game = 2, .state = STATE);
    struct msg_real_migrate m;
    EXPECT(c.to, real_migrate, &m);
    RECEIVE(c.from, call_entity_method, .entity = id_str("awNEKGhsggslAAAF"),
            .method = view_str("one"));
    world_expect_call(c.to, "one");
    end(&c);
}

static void one_that_ends_meanwhile_is_gone(void **state)
{
    (void)state;
    struct cast c;
    begin(&c);
    request(&c);
    call(c.to, "one");
    RECEIVE(c.from, notify_destroy_entity, .entity = id_str(ENTITY));
    assert_int_equal(dispatcher_stats(c.w.d)->undelivered.count, 1);
    assert_int_equal(dispatcher_stats(c.w.d)->entities, 1);
    end(&c);
}

static void to_load_one_that_migrates_has_no_effect(void **state)
{
    (void)state;
    struct cast c;
    begin(&c);
    request(&c);
    RECEIVE(c.to, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    RECEIVE(c.from, notify_create_entity, .entity = id_str(ENTITY));
    call(c.to, "one");
    assert_true(fake_link_is_quiet(c.from));
    leave(&c);
    expect_arrival(c.to);
    world_expect_call(c.to, "one");
    end(&c);
}

static void positions_of_one_that_migrates_are_dropped_in_silence(void **state)
{
    (void)state;
    struct cast c;
    uint8_t record[32] = ENTITY;
    begin(&c);
    request(&c);
    RECEIVE(c.gate, sync_position_yaw_from_client_forwarded, .records = {record, sizeof record});
    assert_int_equal(dispatcher_stats(c.w.d)->lost_syncs.count, 0);
    assert_true(fake_link_is_quiet(c.from));
    leave(&c);
    expect_arrival(c.to);
    assert_true(fake_link_is_quiet(c.to));
    end(&c);
}

static void who_sent_it_hears_that_it_has_arrived(void **state)
{
    (void)state;
    struct cast c;
    struct msg_migrated m;
    begin(&c);
    RECEIVE(c.to, migrated, .game = 1, .entity = id_str(ENTITY));
    EXPECT(c.from, migrated, &m);
    assert_memory_equal(m.entity.text, ENTITY, 16);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_game_is_told_where_a_space_is),
        cmocka_unit_test(what_is_sent_meanwhile_goes_along_behind_the_entity),
        cmocka_unit_test(one_that_stays_gets_what_waited),
        cmocka_unit_test(one_that_takes_too_long_gets_what_waited_and_may_still_go),
        cmocka_unit_test(one_whose_new_game_is_gone_goes_back),
        cmocka_unit_test(one_may_not_go_where_no_game_is_or_from_where_it_is_not),
        cmocka_unit_test(what_lives_elsewhere_is_not_let_in_once_more),
        cmocka_unit_test(one_that_nobody_knows_is_passed_on),
        cmocka_unit_test(one_that_ends_meanwhile_is_gone),
        cmocka_unit_test(to_load_one_that_migrates_has_no_effect),
        cmocka_unit_test(positions_of_one_that_migrates_are_dropped_in_silence),
        cmocka_unit_test(who_sent_it_hears_that_it_has_arrived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
