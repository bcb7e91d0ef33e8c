/* Handlers that wait: how their fibers go on, and when they may not. */
#include "hero.h"

static void a_fiber_goes_on_with_its_arguments_when_the_answer_is_there(void **state)
{
    struct fixture *f = *state;
    Hero *hero = hero_settled(f, "c1");
    fixture_call(f, hero->base.id, "Remember", "a161 2a");
    assert_happened("");
    assert_int_equal(world_stats(f->world)->fibers, 1);
    fixture_work(f);
    assert_happened("remember(0) ");
    assert_int_equal(hero->level, 42);
    fixture_call(f, hero->base.id, "Recall", "a161");
    fixture_call(f, hero->base.id, "Recall", "a162");
    fixture_work(f);
    assert_happened("recall(a,0,kept,42) recall(b,-2,,0) ");
    assert_int_equal(world_stats(f->world)->fibers, 0);
}

static void a_sleeping_fiber_wakes_in_time(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Sleep", "64");
    fixture_pass(f, 99);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("slept(0) ");
}

static void a_fiber_of_a_destroyed_entity_is_canceled(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Sleep", "64");
    fixture_call(f, id, "Recall", "a161");
    fixture_call(f, id, "End", "");
    assert_happened("destroy recall(a,-4,,0) slept(-4) again(-4) ");
    fixture_work(f); /* the answer that comes late finds nobody */
    assert_happened("");
}

static void only_fibers_may_await(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Bad", "");
    assert_happened("bad(-8) ");
    assert_true(fixture_logged(f, "GW_FIBER"));
}

static void too_many_fibers_are_refused(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    for (int i = 0; i < 101; i++)
        fixture_call(f, id, "Sleep", "64");
    assert_int_equal(world_stats(f->world)->fibers, 100);
    assert_int_equal(world_stats(f->world)->fibers_refused.count, 1);
}

static void passwords_are_hashed_and_checked(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Password", "");
    fixture_work(f);
    assert_happened("hash(0) right(0) wrong(-9) ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(a_fiber_goes_on_with_its_arguments_when_the_answer_is_there),
        HERO_TEST(a_sleeping_fiber_wakes_in_time),
        HERO_TEST(a_fiber_of_a_destroyed_entity_is_canceled),
        HERO_TEST(only_fibers_may_await),
        HERO_TEST(too_many_fibers_are_refused),
        HERO_TEST(passwords_are_hashed_and_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
