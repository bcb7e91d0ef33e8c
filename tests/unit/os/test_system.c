/* What a process asks of its system, and tells whoever started it. */
#include "os/system.h"

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

/* Runs `notify` with GOWORLD_READY_FD naming a pipe; returns what came out of it until it was
 * closed. */
static const char *told(void (*notify)(void))
{
    static char text[64];
    char number[16];
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    snprintf(number, sizeof number, "%d", fds[1]);
    setenv("GOWORLD_READY_FD", number, 1);
    notify();
    notify(); /* says nothing, and closes nothing that is somebody else's by now */
    size_t size = 0;
    ssize_t got;
    while ((got = read(fds[0], text + size, sizeof text - 1 - size)) > 0)
        size += (size_t)got;
    text[size] = '\0';
    close(fds[0]);
    return text;
}

static void say_error(void)
{
    os_notify_error("the port is in use");
}

static void whoever_waits_is_told_once(void **state)
{
    (void)state;
    assert_string_equal(told(os_notify_ready), "ready\n");
    assert_string_equal(told(say_error), "the port is in use\n");
    assert_null(getenv("GOWORLD_READY_FD"));
}

static void nobody_waits(void **state)
{
    (void)state;
    unsetenv("GOWORLD_READY_FD");
    os_notify_ready();
    setenv("GOWORLD_READY_FD", "nonsense", 1);
    os_notify_ready();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_has_the_same_bytes_each_time),
        cmocka_unit_test(seeds_differ),
        cmocka_unit_test(usage_grows_with_work),
        cmocka_unit_test(more_files_may_be_open_than_three),
        cmocka_unit_test(whoever_waits_is_told_once),
        cmocka_unit_test(nobody_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
