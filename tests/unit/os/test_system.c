/* What a process asks of its system. */
#include "os/system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void the_host_has_the_same_bytes_each_time(void **state)
{
    (void)state;
    uint8_t first[3], second[3];
    os_host_bytes(first);
    os_host_bytes(second);
    assert_memory_equal(first, second, 3);
}

static void seeds_differ(void **state)
{
    (void)state;
    assert_true(os_random_seed() != os_random_seed());
}

static void usage_grows_with_work(void **state)
{
    (void)state;
    struct os_usage before, after;
    os_usage(&before);
    do
        os_usage(&after);
    while (after.cpu_ns < before.cpu_ns + 5000000);
    assert_true(after.rss_bytes > 100000);
}

static void more_files_may_be_open_than_three(void **state)
{
    (void)state;
    assert_true(os_files_max_raise() > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_has_the_same_bytes_each_time),
        cmocka_unit_test(seeds_differ),
        cmocka_unit_test(usage_grows_with_work),
        cmocka_unit_test(more_files_may_be_open_than_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
