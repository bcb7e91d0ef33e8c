/* What a process asks of its system. */
#include "os/system.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

static void time_passes_forwards(void **state)
{
    (void)state;
    int64_t first_ms = os_monotonic_ms();
    while (os_monotonic_ms() == first_ms)
        continue;
    assert_true(os_monotonic_ms() > first_ms);
    assert_true(os_wall_ms() > INT64_C(1700000000000));
}

static int open_terminal(void)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);
    return fd;
}

static void only_a_terminal_that_can_gets_colours(void **state)
{
    (void)state;
    int terminal = open_terminal(), file = open("/dev/null", O_WRONLY);
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    assert_int_equal(os_terminal(file), OS_TERMINAL_NONE);
    assert_int_equal(os_terminal(terminal), OS_TERMINAL_COLOUR);
    setenv("TERM", "dumb", 1);
    assert_int_equal(os_terminal(terminal), OS_TERMINAL_PLAIN);
    unsetenv("TERM");
    assert_int_equal(os_terminal(terminal), OS_TERMINAL_PLAIN);
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(os_terminal(terminal), OS_TERMINAL_PLAIN);
    setenv("NO_COLOR", "", 1); /* that is no wish */
    assert_int_equal(os_terminal(terminal), OS_TERMINAL_COLOUR);
    close(terminal);
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_has_the_same_bytes_each_time),
        cmocka_unit_test(seeds_differ),
        cmocka_unit_test(usage_grows_with_work),
        cmocka_unit_test(more_files_may_be_open_than_three),
        cmocka_unit_test(time_passes_forwards),
        cmocka_unit_test(only_a_terminal_that_can_gets_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
