/* Entities that go from one game to another. */
#include "cast.h"

#define CLIENT "awNEKGhsggslAAAB"
#define OTHER "awNEKGhsggslAAAE"

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
    cast_begin(&c, (struct dispatcher_limits){0});
    c.w.clock.now_ms = 6000; /* it has heard of all games */
    expect_space_on(&c, SPACE, 2);
    expect_space_on(&c, OTHER, 0);
    RECEIVE(c.to, notify_destroy_entity, .entity = id_str(SPACE));
    expect_space_on(&c, SPACE, 0);
    cast_end(&c);
}

static void a_space_that_is_being_loaded_is_nowhere_yet(void **state)
{
    (void)state;
    struct cast c;
    struct msg_load_entity_somewhere load;
    cast_begin(&c, (struct dispatcher_limits){0});
    RECEIVE(c.from, load_entity_somewhere, .entity = id_str(OTHER), .game = 2,
            .type = view_str("A"));
    EXPECT(c.to, load_entity_somewhere, &load);
    expect_space_on(&c, OTHER, 0);
    RECEIVE(c.to, notify_create_entity, .entity = id_str(OTHER));
    expect_space_on(&c, OTHER, 2);
    cast_end(&c);
}

static void what_is_sent_meanwhile_goes_along_behind_the_entity(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_call(c.to, "before");
    world_expect_call(c.from, "before");
    cast_request(&c);
    cast_call(c.to, "one");
    RECEIVE(c.gate, notify_client_disconnected, .owner = id_str(ENTITY), .client = id_str(CLIENT));
    cast_call(c.from, "two");
    assert_true(fake_link_is_quiet(c.from));
    assert_true(fake_link_is_quiet(c.to));
    cast_leave(&c);
    cast_expect_arrival(c.to);
    world_expect_call(c.to, "one");
    struct msg_notify_client_disconnected gone;
    EXPECT(c.to, notify_client_disconnected, &gone);
    world_expect_call(c.to, "two");
    cast_call(c.from, "after");
    world_expect_call(c.to, "after");
    assert_int_equal(dispatcher_stats(c.w.d)->entity_conflicts.count, 0);
    cast_end(&c);
}

static void one_that_stays_gets_what_waited(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    cast_call(c.to, "one");
    RECEIVE(c.to, cancel_migrate, .entity = id_str(ENTITY)); /* it is none of its */
    assert_true(fake_link_is_quiet(c.from));
    RECEIVE(c.from, cancel_migrate, .entity = id_str(ENTITY));
    world_expect_call(c.from, "one");
    cast_end(&c);
}

static void one_that_takes_too_long_gets_what_waited_and_may_still_go(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    cast_call(c.to, "one");
    assert_int_equal(dispatcher_turn(c.w.d), 61000);
    c.w.clock.now_ms = 61000;
    dispatcher_turn(c.w.d);
    world_expect_call(c.from, "one");
    assert_int_equal(dispatcher_stats(c.w.d)->hold_timeouts.count, 1);
    cast_leave(&c);
    cast_expect_arrival(c.to);
    cast_end(&c);
}

static void one_that_asks_again_is_held_anew(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    cast_call(c.to, "one");
    c.w.clock.now_ms += 500;
    cast_request(&c);
    cast_call(c.to, "two");
    assert_int_equal(dispatcher_turn(c.w.d), 61500);
    assert_int_equal(dispatcher_stats(c.w.d)->loading_entities, 1);
    cast_leave(&c);
    cast_expect_arrival(c.to);
    world_expect_call(c.to, "one");
    world_expect_call(c.to, "two");
    assert_true(fake_link_is_quiet(c.to));
    cast_end(&c);
}

/* What it takes along itself does not count. */
static void only_so_many_bytes_wait_for_one_that_migrates(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){.hold_bytes = 60});
    cast_request(&c);
    cast_call(c.to, "12"); /* 26 bytes each */
    cast_call(c.to, "34");
    cast_call(c.to, "56");
    assert_int_equal(dispatcher_stats(c.w.d)->held_packets, 2);
    assert_int_equal(dispatcher_stats(c.w.d)->undelivered.count, 1);
    cast_leave(&c);
    cast_expect_arrival(c.to);
    world_expect_call(c.to, "12");
    world_expect_call(c.to, "34");
    assert_true(fake_link_is_quiet(c.to));
    cast_call(c.from, "78");
    world_expect_call(c.to, "78");
    cast_end(&c);
}

static void all_that_is_on_its_way_shares_so_many_bytes(void **state)
{
    (void)state;
    struct cast c;
    struct msg_load_entity_somewhere load;
    cast_begin(&c, (struct dispatcher_limits){.hold_bytes_all = 60});
    RECEIVE(c.from, load_entity_somewhere, .entity = id_str(OTHER), .game = 2,
            .type = view_str("A"));
    EXPECT(c.to, load_entity_somewhere, &load);
    RECEIVE(c.from, call_entity_method, .entity = id_str(OTHER), .method = view_str("12"));
    cast_request(&c);
    cast_call(c.from, "34");
    cast_call(c.from, "56");
    assert_int_equal(dispatcher_stats(c.w.d)->held_packets, 2);
    RECEIVE(c.to, notify_create_entity, .entity = id_str(OTHER));
    world_expect_call(c.to, "12");
    cast_call(c.from, "78"); /* there is room again */
    cast_leave(&c);
    cast_expect_arrival(c.to);
    world_expect_call(c.to, "34");
    world_expect_call(c.to, "78");
    cast_end(&c);
}

static void one_whose_new_game_is_gone_goes_back(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    fake_link_hang_up(c.to);
    c.w.clock.now_ms += 2000;
    world_turns(&c.w);
    dispatcher_turn(c.w.d);
    fake_link_skip(c.from);
    cast_call(c.from, "one");
    cast_leave(&c);
    cast_expect_arrival(c.from);
    world_expect_call(c.from, "one");
    cast_end(&c);
}

static void one_may_not_go_where_no_game_is_or_from_where_it_is_not(void **state)
{
    (void)state;
    struct cast c;
    struct msg_cancel_migrate m;
    cast_begin(&c, (struct dispatcher_limits){0});
    RECEIVE(c.from, migrate_request, .entity = id_str(ENTITY), .space = id_str(SPACE),
            .space_game = 9);
    EXPECT(c.from, cancel_migrate, &m);
    RECEIVE(c.to, migrate_request, .entity = id_str(ENTITY), .space = id_str(SPACE),
            .space_game = 2);
    EXPECT(c.to, cancel_migrate, &m);
    cast_call(c.to, "one");
    world_expect_call(c.from, "one");
    cast_end(&c);
}

static void what_lives_elsewhere_is_not_let_in_once_more(void **state)
{
    (void)state;
    struct cast c;
    struct msg_reject_entity m;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_leave(&c);
    cast_expect_arrival(c.to);
    cast_leave(&c); /* it does not know that it has arrived */
    EXPECT(c.from, reject_entity, &m);
    assert_true(fake_link_is_quiet(c.to));
    assert_int_equal(dispatcher_stats(c.w.d)->entity_conflicts.count, 1);
    cast_end(&c);
}

static void one_that_nobody_knows_is_passed_on(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    RECEIVE(c.from, real_migrate, .entity = id_str("awNEKGhsggslAAAF"), .game = 2,
            .state = view_str("state"));
    struct msg_real_migrate m;
    EXPECT(c.to, real_migrate, &m);
    RECEIVE(c.from, call_entity_method, .entity = id_str("awNEKGhsggslAAAF"),
            .method = view_str("one"));
    world_expect_call(c.to, "one");
    cast_end(&c);
}

static void one_that_ends_meanwhile_is_gone(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    cast_call(c.to, "one");
    RECEIVE(c.from, notify_destroy_entity, .entity = id_str(ENTITY));
    assert_int_equal(dispatcher_stats(c.w.d)->undelivered.count, 1);
    assert_int_equal(dispatcher_stats(c.w.d)->entities, 1);
    cast_end(&c);
}

static void to_load_one_that_migrates_has_no_effect(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    RECEIVE(c.to, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    RECEIVE(c.from, notify_create_entity, .entity = id_str(ENTITY));
    cast_call(c.to, "one");
    assert_true(fake_link_is_quiet(c.from));
    cast_leave(&c);
    cast_expect_arrival(c.to);
    world_expect_call(c.to, "one");
    cast_end(&c);
}

static void positions_of_one_that_migrates_are_dropped_in_silence(void **state)
{
    (void)state;
    struct cast c;
    uint8_t record[32] = ENTITY;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    RECEIVE(c.gate, sync_position_yaw_from_client_forwarded, .records = {record, sizeof record});
    assert_int_equal(dispatcher_stats(c.w.d)->lost_syncs.count, 0);
    assert_true(fake_link_is_quiet(c.from));
    cast_leave(&c);
    cast_expect_arrival(c.to);
    assert_true(fake_link_is_quiet(c.to));
    cast_end(&c);
}

static void who_sent_it_hears_that_it_has_arrived(void **state)
{
    (void)state;
    struct cast c;
    struct msg_migrated m;
    cast_begin(&c, (struct dispatcher_limits){0});
    RECEIVE(c.to, migrated, .game = 1, .entity = id_str(ENTITY));
    EXPECT(c.from, migrated, &m);
    assert_memory_equal(m.entity.text, ENTITY, 16);
    cast_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_game_is_told_where_a_space_is),
        cmocka_unit_test(a_space_that_is_being_loaded_is_nowhere_yet),
        cmocka_unit_test(what_is_sent_meanwhile_goes_along_behind_the_entity),
        cmocka_unit_test(one_that_stays_gets_what_waited),
        cmocka_unit_test(one_that_takes_too_long_gets_what_waited_and_may_still_go),
        cmocka_unit_test(one_that_asks_again_is_held_anew),
        cmocka_unit_test(only_so_many_bytes_wait_for_one_that_migrates),
        cmocka_unit_test(all_that_is_on_its_way_shares_so_many_bytes),
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
