/* When a process that died is started again. */
#include "cli/restart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW 1000000

static void each_death_in_a_row_waits_twice_as_long(void **state)
{
    static const int64_t delays_ms[] = {100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000};
    struct restart restart = {.tries_max = 100};
    (void)state;
    for (size_t i = 0; i < sizeof delays_ms / sizeof *delays_ms; i++) {
        assert_int_equal(restart_died(&restart, NOW), NOW + delays_ms[i]);
        assert_int_equal(restart.tries, i + 1);
    }
    while (restart.tries < restart.tries_max)
        assert_int_equal(restart_died(&restart, NOW), NOW + RESTART_DELAY_MAX_MS);
}

static void after_the_last_try_it_is_given_up(void **state)
{
    struct restart restart = {.tries_max = 2};
    (void)state;
    assert_true(restart_died(&restart, NOW) != CLOCK_NEVER);
    assert_true(restart_died(&restart, NOW) != CLOCK_NEVER);
    assert_int_equal(restart_died(&restart, NOW), CLOCK_NEVER);
    assert_int_equal(restart.tries, 2);
    assert_int_equal(restart.total, 2);
}

static void without_tries_it_is_given_up_at_once(void **state)
{
    struct restart restart = {0};
    (void)state;
    restart_serves(&restart, NOW);
    assert_int_equal(restart_died(&restart, NOW + RESTART_STEADY_MS), CLOCK_NEVER);
}

static void what_has_served_for_a_minute_begins_anew(void **state)
{
    struct restart restart = {.tries_max = 3};
    (void)state;
    for (int i = 0; i < 20; i++) {
        restart_serves(&restart, NOW);
        int64_t died_ms = NOW + RESTART_STEADY_MS;
        assert_int_equal(restart_died(&restart, died_ms), died_ms + RESTART_DELAY_MIN_MS);
    }
    assert_int_equal(restart.total, 20);
}

static void what_has_served_a_little_less_does_not(void **state)
{
    struct restart restart = {.tries_max = 3};
    (void)state;
    for (int i = 0; i < 4; i++) {
        restart_serves(&restart, NOW);
        int64_t due_ms = restart_died(&restart, NOW + RESTART_STEADY_MS - 1);
        assert_int_equal(due_ms == CLOCK_NEVER, i == 3);
    }
}

/* It served long ago, and has not got as far since. */
static void what_dies_before_it_serves_has_not_served(void **state)
{
    struct restart restart = {.tries_max = 3};
    (void)state;
    restart_serves(&restart, NOW);
    int64_t later = NOW + RESTART_STEADY_MS;
    assert_int_equal(restart_died(&restart, later), later + 100);
    assert_int_equal(restart_died(&restart, later + RESTART_STEADY_MS),
                     later + RESTART_STEADY_MS + 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_death_in_a_row_waits_twice_as_long),
        cmocka_unit_test(after_the_last_try_it_is_given_up),
        cmocka_unit_test(without_tries_it_is_given_up_at_once),
        cmocka_unit_test(what_has_served_for_a_minute_begins_anew),
        cmocka_unit_test(what_has_served_a_little_less_does_not),
        cmocka_unit_test(what_dies_before_it_serves_has_not_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
