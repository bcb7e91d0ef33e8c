/* Migrations during which a game, a link or the dispatcher itself goes away. */
#include "cast.h"

#include <stdio.h>
#include <stdlib.h>

#define OTHER "awNEKGhsggslAAAE"

/* A game registers over a new link, with those entities. */
static struct fake_link *come(struct cast *c, uint16_t id, const char *entities,
                              const char *rejected)
{
    struct msg_set_game_id_ack ack;
    struct fake_link *game = world_connect(&c->w);
    RECEIVE(game, set_game_id, .game = id, .entities = view_str(entities));
    EXPECT(game, set_game_id_ack, &ack);
    assert_true(view_equals(ack.rejected, rejected));
    return game;
}

/* ---- games --------------------------------------------------------------------------------- */

static void one_that_is_held_is_gone_with_its_game(void **state)
{
    (void)state;
    struct cast c;
    struct msg_notify_game_disconnected gone;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    cast_call(c.to, "one");
    fake_link_hang_up(c.from);
    EXPECT(c.to, notify_game_disconnected, &gone);
    assert_true(fake_link_is_quiet(c.to));
    assert_int_equal(dispatcher_stats(c.w.d)->undelivered.count, 1);
    assert_int_equal(dispatcher_stats(c.w.d)->entities, 1); /* the space */
    cast_end(&c);
}

static void whoever_asked_one_that_was_held_hears_that_it_is_gone(void **state)
{
    (void)state;
    struct cast c;
    struct msg_answer answer;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    RECEIVE(c.to, ask, .entity = id_str(ENTITY), .game = 2, .request = 3,
            .method = view_str("one"));
    fake_link_hang_up(c.from);
    EXPECT(c.to, answer, &answer);
    assert_int_equal(answer.request, 3);
    assert_int_equal(answer.error, -GW_ENOTFOUND);
    cast_end(&c);
}

static void one_that_has_gone_is_gone_with_its_new_game(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    cast_leave(&c);
    fake_link_hang_up(c.to);
    assert_int_equal(dispatcher_stats(c.w.d)->entities, 0);
    cast_end(&c);
}

/* It has ended with all that it kept. */
static void an_old_game_that_is_gone_need_not_hear_of_an_arrival(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    fake_link_hang_up(c.from);
    RECEIVE(c.to, migrated, .game = 1, .entity = id_str(ENTITY));
    assert_null(c.to->reason);
    assert_int_equal(dispatcher_stats(c.w.d)->undelivered.count, 0);
    cast_end(&c);
}

/* What waited was for the game as it was. */
static void one_whose_game_registers_anew_is_held_no_more(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    cast_call(c.to, "one");
    c.from = come(&c, 1, ENTITY, "");
    assert_int_equal(dispatcher_stats(c.w.d)->undelivered.count, 1);
    assert_int_equal(dispatcher_stats(c.w.d)->held_packets, 0);
    cast_call(c.to, "two");
    world_expect_call(c.from, "two");
    cast_end(&c);
}

static void no_other_game_may_claim_one_that_is_held(void **state)
{
    (void)state;
    struct cast c;
    cast_begin(&c, (struct dispatcher_limits){0});
    cast_request(&c);
    cast_call(c.to, "one");
    struct fake_link *other = come(&c, 3, ENTITY, ENTITY);
    assert_true(fake_link_is_quiet(other));
    fake_link_skip(c.to); /* it has come */
    cast_leave(&c);
    cast_expect_arrival(c.to);
    world_expect_call(c.to, "one");
    cast_end(&c);
}

/* ---- links --------------------------------------------------------------------------------- */

/* The game goes on over another link, without what it has been sent before. */
static struct fake_link *go_on(struct cast *c, uint16_t id, uint64_t epoch)
{
    struct msg_resume_answer answer;
    struct fake_link *next = world_connect(&c->w);
    RECEIVE(next, resume, .id = id, .epoch = epoch, .dispatcher_epoch = 77);
    EXPECT(next, resume_answer, &answer);
    assert_true(answer.resumed);
    return next;
}

static void one_is_held_while_the_link_of_its_game_is_broken(void **state)
{
    (void)state;
    struct cast c;
    cast_begin_resumable(&c);
    cast_request(&c);
    cast_call(c.to, "one");
    fake_link_hang_up(c.from);
    cast_call(c.to, "two");
    c.from = go_on(&c, 1, 11);
    fake_link_skip(c.from);
    cast_leave(&c);
    cast_expect_arrival(c.to);
    world_expect_call(c.to, "one");
    world_expect_call(c.to, "two");
    cast_end(&c);
}

static void one_goes_to_a_game_whose_link_is_broken_over_its_next(void **state)
{
    (void)state;
    struct cast c;
    cast_begin_resumable(&c);
    cast_request(&c);
    cast_call(c.from, "one");
    fake_link_hang_up(c.to);
    cast_leave(&c);
    assert_true(fake_link_is_quiet(c.from));
    c.to = go_on(&c, 2, 22);
    cast_expect_arrival(c.to);
    world_expect_call(c.to, "one");
    cast_end(&c);
}

/* ---- the dispatcher ------------------------------------------------------------------------ */

/* It was started again after the entity had left game 1, which has registered; game 2 has not. */
static void begin_again(struct cast *c)
{
    *c = (struct cast){0};
    world_start(&c->w, (struct dispatcher_desc){.desired_gates = 9});
    c->from = world_game(&c->w, 1);
    c->gate = world_gate(&c->w, 1);
    fake_link_skip(c->from);
}

static void say_hello(struct fake_link *game)
{
    struct msg_hello hello;
    struct msg_notify_gate_hello gate;
    RECEIVE(game, hello, .version = 1);
    EXPECT(game, hello, &hello);
    EXPECT(game, notify_gate_hello, &gate);
}

static void one_that_is_sent_again_after_it_has_arrived_is_refused(void **state)
{
    (void)state;
    struct cast c;
    struct msg_reject_entity refused;
    begin_again(&c);
    c.to = come(&c, 2, ENTITY SPACE, "");
    say_hello(c.to);
    fake_link_skip(c.from);
    cast_leave(&c);
    EXPECT(c.from, reject_entity, &refused);
    assert_memory_equal(refused.entity.text, ENTITY, 16);
    assert_true(fake_link_is_quiet(c.to));
    cast_end(&c);
}

/* Both games have sent it. Game 2, which knows that journey, says that it is not there; game 1 says
 * that it has arrived. Either may come first. */
static void one_that_was_on_its_way_back_then_lives_where_it_has_arrived(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct cast c;
        struct msg_real_migrate m;
        begin_again(&c);
        c.to = come(&c, 2, ENTITY, "");
        say_hello(c.to);
        fake_link_skip(c.from);
        RECEIVE(c.to, real_migrate, .entity = id_str(ENTITY), .game = 1, .state = view_str("new"));
        cast_leave(&c);
        if (i == 0)
            RECEIVE(c.to, notify_destroy_entity, .entity = id_str(ENTITY));
        RECEIVE(c.from, migrated, .game = 2, .entity = id_str(ENTITY));
        if (i == 1)
            RECEIVE(c.to, notify_destroy_entity, .entity = id_str(ENTITY));
        cast_expect_arrival(c.to);
        EXPECT(c.from, real_migrate, &m);
        assert_int_equal(m.game, 1);
        cast_call(c.to, "one");
        world_expect_call(c.from, "one");
        cast_end(&c);
    }
}

/* What has gone on to a third game by then stays there. */
static void an_arrival_that_is_heard_of_late_changes_nothing(void **state)
{
    (void)state;
    struct cast c;
    begin_again(&c);
    c.to = come(&c, 2, "", "");
    struct fake_link *third = come(&c, 3, ENTITY, "");
    say_hello(third);
    RECEIVE(c.to, migrated, .game = 1, .entity = id_str(ENTITY));
    cast_call(c.from, "one");
    world_expect_call(third, "one");
    cast_end(&c);
}

/* Whether it has the entity or not: only then is that known. */
static void one_whose_new_game_is_not_back_yet_waits_for_that(void **state)
{
    (void)state;
    const char *const entities[] = {"", ENTITY};
    for (unsigned i = 0; i < 2; i++) {
        struct cast c;
        begin_again(&c);
        cast_call(c.from, "one"); /* before it is known that it is on its way */
        cast_leave(&c);
        cast_call(c.from, "two");
        assert_true(fake_link_is_quiet(c.from));
        c.to = come(&c, 2, entities[i], "");
        say_hello(c.to);
        cast_expect_arrival(c.to);
        world_expect_call(c.to, "one");
        world_expect_call(c.to, "two");
        assert_int_equal(dispatcher_stats(c.w.d)->entities, 1);
        cast_end(&c);
    }
}

static void one_that_has_gone_on_meanwhile_is_where_it_is_named(void **state)
{
    (void)state;
    struct cast c;
    begin_again(&c);
    cast_leave(&c);
    struct fake_link *third = come(&c, 3, ENTITY, "");
    say_hello(third);
    cast_expect_arrival(third); /* which passes it over */
    c.to = come(&c, 2, "", "");
    say_hello(c.to);
    assert_true(fake_link_is_quiet(c.to));
    cast_end(&c);
}

static void one_that_waits_for_its_new_game_outlives_its_old_one(void **state)
{
    (void)state;
    struct cast c;
    begin_again(&c);
    cast_leave(&c);
    fake_link_hang_up(c.from);
    c.to = come(&c, 2, "", "");
    say_hello(c.to);
    cast_expect_arrival(c.to);
    cast_end(&c);
}

static void one_whose_new_game_does_not_come_goes_back(void **state)
{
    (void)state;
    struct cast c;
    begin_again(&c);
    cast_leave(&c);
    cast_call(c.from, "one");
    assert_int_equal(dispatcher_turn(c.w.d), 6000);
    c.w.clock.now_ms = 6000;
    dispatcher_turn(c.w.d);
    cast_expect_arrival(c.from);
    world_expect_call(c.from, "one");
    cast_end(&c);
}

static void one_that_has_no_room_to_wait_goes_back(void **state)
{
    (void)state;
    struct cast c;
    world_start(&c.w, (struct dispatcher_desc){.desired_gates = 9, .limits = {.hold_bytes = 20}});
    c.from = world_game(&c.w, 1);
    cast_leave(&c);
    cast_expect_arrival(c.from);
    cast_end(&c);
}

static void leave_for(struct fake_link *from, unsigned i, uint16_t game)
{
    char entity[17];
    snprintf(entity, sizeof entity, "awNEKGhsggs%05u", i);
    RECEIVE(from, real_migrate, .entity = id_str(entity), .game = game, .state = view_str("state"));
}

/* Of those with the numbers from `first` on, in any order. */
static void expect_arrivals(struct fake_link *game, unsigned first, unsigned count)
{
    bool *has_come = calloc(count, sizeof *has_come);
    for (unsigned i = 0; i < count; i++) {
        struct msg_real_migrate m;
        EXPECT(game, real_migrate, &m);
        char digits[6] = {0};
        memcpy(digits, m.entity.text + 11, 5);
        unsigned at = (unsigned)strtoul(digits, NULL, 10) - first;
        assert_true(at < count && !has_come[at]);
        has_come[at] = true;
    }
    assert_true(fake_link_is_quiet(game));
    free(has_come);
}

static void all_that_wait_for_several_games_go_where_they_want(void **state)
{
    (void)state;
    enum { EACH = 500 };
    struct cast c;
    begin_again(&c);
    for (unsigned i = 0; i < EACH; i++)
        leave_for(c.from, i, 3);
    for (unsigned i = 0; i < EACH; i++)
        leave_for(c.from, EACH + i, 2);
    assert_int_equal(dispatcher_stats(c.w.d)->held_packets, 2 * EACH);
    c.to = come(&c, 2, "", "");
    say_hello(c.to);
    expect_arrivals(c.to, EACH, EACH);
    struct fake_link *third = come(&c, 3, "", "");
    say_hello(third);
    expect_arrivals(third, 0, EACH);
    cast_end(&c);
}

static void ask_where(struct fake_link *game, const char *entity)
{
    RECEIVE(game, query_space_gameid_for_migrate, .space = id_str(SPACE), .entity = id_str(entity));
}

static void expect_where(struct fake_link *game, const char *entity, uint16_t space_game)
{
    struct msg_query_space_gameid_for_migrate_ack m;
    EXPECT(game, query_space_gameid_for_migrate_ack, &m);
    assert_memory_equal(m.space.text, SPACE, 16);
    assert_memory_equal(m.entity.text, entity, 16);
    assert_int_equal(m.game, space_game);
}

static void expect_game(struct fake_link *game, uint16_t id)
{
    struct msg_notify_game_connected m;
    EXPECT(game, notify_game_connected, &m);
    assert_int_equal(m.game, id);
}

static void who_asks_for_a_space_whose_game_is_not_back_yet_is_answered_when_it_is(void **state)
{
    (void)state;
    struct cast c;
    begin_again(&c);
    ask_where(c.from, ENTITY);
    cast_call(c.from, "one"); /* to another that nobody knows */
    ask_where(c.from, OTHER);
    assert_true(fake_link_is_quiet(c.from));
    c.to = come(&c, 2, SPACE ENTITY, "");
    expect_game(c.from, 2);
    ask_where(c.from, SPACE);
    assert_true(fake_link_is_quiet(c.from));
    say_hello(c.to);
    world_expect_call(c.to, "one");
    assert_true(fake_link_is_quiet(c.to));
    expect_where(c.from, ENTITY, 2);
    expect_where(c.from, OTHER, 2);
    expect_where(c.from, SPACE, 2);
    assert_int_equal(dispatcher_stats(c.w.d)->hold_timeouts.count, 0);
    cast_end(&c);
}

static void who_asks_for_a_space_that_is_about_to_be_created_is_answered_then(void **state)
{
    (void)state;
    struct cast c;
    begin_again(&c);
    c.to = world_game(&c.w, 2);
    fake_link_skip(c.from);
    ask_where(c.from, ENTITY);
    RECEIVE(c.to, notify_create_entity, .entity = id_str(SPACE));
    expect_where(c.from, ENTITY, 2);
    assert_true(fake_link_is_quiet(c.to));
    cast_end(&c);
}

static void who_asks_for_a_space_that_does_not_come_back_hears_that(void **state)
{
    (void)state;
    struct cast c;
    begin_again(&c);
    ask_where(c.from, ENTITY);
    assert_int_equal(dispatcher_turn(c.w.d), 6000);
    assert_true(fake_link_is_quiet(c.from));
    c.w.clock.now_ms = 6000;
    dispatcher_turn(c.w.d);
    expect_where(c.from, ENTITY, 0);
    ask_where(c.from, OTHER); /* it is young no more */
    expect_where(c.from, OTHER, 0);
    assert_int_equal(dispatcher_stats(c.w.d)->undelivered.count, 0);
    cast_end(&c);
}

static void who_asks_for_a_space_and_is_gone_is_not_answered(void **state)
{
    (void)state;
    struct cast c;
    begin_again(&c);
    ask_where(c.from, ENTITY);
    fake_link_hang_up(c.from);
    c.to = come(&c, 2, SPACE, "");
    say_hello(c.to);
    assert_true(fake_link_is_quiet(c.to));
    cast_end(&c);
}

static void who_asks_for_a_space_and_has_no_room_to_wait_hears_that_it_is_nowhere(void **state)
{
    (void)state;
    struct cast c;
    world_start(&c.w, (struct dispatcher_desc){.desired_gates = 9, .limits = {.hold_bytes = 40}});
    c.from = world_game(&c.w, 1);
    ask_where(c.from, ENTITY); /* 36 bytes */
    assert_true(fake_link_is_quiet(c.from));
    ask_where(c.from, OTHER);
    expect_where(c.from, OTHER, 0);
    c.to = world_game(&c.w, 2);
    RECEIVE(c.to, notify_create_entity, .entity = id_str(SPACE));
    expect_where(c.from, ENTITY, 2);
    cast_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_held_is_gone_with_its_game),
        cmocka_unit_test(whoever_asked_one_that_was_held_hears_that_it_is_gone),
        cmocka_unit_test(one_that_has_gone_is_gone_with_its_new_game),
        cmocka_unit_test(an_old_game_that_is_gone_need_not_hear_of_an_arrival),
        cmocka_unit_test(one_whose_game_registers_anew_is_held_no_more),
        cmocka_unit_test(no_other_game_may_claim_one_that_is_held),
        cmocka_unit_test(one_is_held_while_the_link_of_its_game_is_broken),
        cmocka_unit_test(one_goes_to_a_game_whose_link_is_broken_over_its_next),
        cmocka_unit_test(one_that_is_sent_again_after_it_has_arrived_is_refused),
        cmocka_unit_test(one_that_was_on_its_way_back_then_lives_where_it_has_arrived),
        cmocka_unit_test(an_arrival_that_is_heard_of_late_changes_nothing),
        cmocka_unit_test(one_whose_new_game_is_not_back_yet_waits_for_that),
        cmocka_unit_test(one_that_has_gone_on_meanwhile_is_where_it_is_named),
        cmocka_unit_test(one_that_waits_for_its_new_game_outlives_its_old_one),
        cmocka_unit_test(one_whose_new_game_does_not_come_goes_back),
        cmocka_unit_test(one_that_has_no_room_to_wait_goes_back),
        cmocka_unit_test(all_that_wait_for_several_games_go_where_they_want),
        cmocka_unit_test(who_asks_for_a_space_whose_game_is_not_back_yet_is_answered_when_it_is),
        cmocka_unit_test(who_asks_for_a_space_that_is_about_to_be_created_is_answered_then),
        cmocka_unit_test(who_asks_for_a_space_that_does_not_come_back_hears_that),
        cmocka_unit_test(who_asks_for_a_space_and_is_gone_is_not_answered),
        cmocka_unit_test(who_asks_for_a_space_and_has_no_room_to_wait_hears_that_it_is_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
