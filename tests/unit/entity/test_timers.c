/* What an entity leaves for later: its timers and posts. */
#include "hero.h"

static void timers_fire_in_time_with_their_arguments(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "StartTimers", "");
    fixture_pass(f, 49);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("note(tick) ");
    fixture_pass(f, 50);
    assert_happened("note(once) note(tick) ");
    fixture_pass(f, 120); /* late: one tick, not two */
    assert_happened("note(tick) ");
    fixture_call(f, id, "StopTimers", "");
    fixture_pass(f, 500);
    assert_happened("");
}

static void timers_end_with_their_entity(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "StartTimers", "");
    fixture_call(f, id, "End", "");
    fixture_pass(f, 1000);
    assert_happened("destroy ");
}

static void a_timer_that_starts_itself_again_runs_once_a_turn(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Rearm", "");
    assert_happened("rearm ");
    assert_int_equal(world_turn(f->world), f->clock.now_ms); /* at once again */
    assert_happened("rearm ");
    fixture_call(f, id, "Doze", "");
    fixture_pass(f, 0);
    assert_happened("rearm doze ");
}

static void what_is_left_for_later_runs_when_the_handler_has_ended(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Later", "");
    assert_happened("handler post(1) post(2) note(call) ");
}

static void posts_run_before_the_next_timer(void **state)
{
    struct fixture *f = *state;
    fixture_call(f, hero_settled(f, "c1")->base.id, "PostTwice", "");
    fixture_pass(f, 10);
    assert_happened("one post(soon) two post(soon) ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(timers_fire_in_time_with_their_arguments),
        HERO_TEST(timers_end_with_their_entity),
        HERO_TEST(a_timer_that_starts_itself_again_runs_once_a_turn),
        HERO_TEST(what_is_left_for_later_runs_when_the_handler_has_ended),
        HERO_TEST(posts_run_before_the_next_timer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
