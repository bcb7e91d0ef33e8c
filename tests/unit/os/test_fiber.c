/* Fibers: they stop and go on, nest, keep their stacks apart, and there are never too many. */
#include "os/fiber.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Writes down what ran, a letter each. */
static char trace[64];
static size_t trace_size;

static void note(char letter)
{
    trace[trace_size++] = letter;
    trace[trace_size] = '\0';
}

static void trace_clear(void)
{
    trace_size = 0;
    trace[0] = '\0';
}

static struct fiber_pool *pool;

static int pool_create(void **state)
{
    (void)state;
    pool = fiber_pool_create(&(struct fiber_pool_desc){0});
    trace_clear();
    return 0;
}

static int pool_destroy(void **state)
{
    (void)state;
    fiber_pool_destroy(pool);
    return 0;
}

static void straight(void *arg)
{
    assert_non_null(fiber_current());
    note(*(const char *)arg);
}

static void one_that_does_not_stop_is_over_at_once(void **state)
{
    (void)state;
    struct fiber *fiber;
    char letter = 'a';
    assert_int_equal(fiber_start(pool, straight, &letter, &fiber), GW_OK);
    assert_null(fiber);
    assert_null(fiber_current());
    assert_int_equal(fiber_pool_live(pool), 0);
    assert_string_equal(trace, "a");
}

static void stops_twice(void *arg)
{
    (void)arg;
    struct fiber *self = fiber_current();
    note('1');
    fiber_suspend();
    assert_ptr_equal(fiber_current(), self);
    note('2');
    fiber_suspend();
    note('3');
}

static void one_that_stops_goes_on_where_it_was(void **state)
{
    (void)state;
    struct fiber *fiber;
    assert_int_equal(fiber_start(pool, stops_twice, NULL, &fiber), GW_OK);
    note('a');
    assert_int_equal(fiber_pool_live(pool), 1);
    assert_false(fiber_resume(fiber));
    note('b');
    assert_true(fiber_resume(fiber));
    assert_string_equal(trace, "1a2b3");
    assert_int_equal(fiber_pool_live(pool), 0);
}

static void inner(void *arg)
{
    (void)arg;
    note('i');
    fiber_suspend();
    note('j');
}

static void outer(void *arg)
{
    struct fiber **kept = arg;
    note('o');
    assert_int_equal(fiber_start(pool, inner, NULL, kept), GW_OK);
    note('p');
    fiber_suspend();
    note('q');
}

static void one_that_starts_another_goes_on_when_that_stops(void **state)
{
    (void)state;
    struct fiber *in = NULL, *out;
    assert_int_equal(fiber_start(pool, outer, &in, &out), GW_OK);
    note('m');
    assert_true(fiber_resume(in)); /* by another than the one that started it */
    assert_true(fiber_resume(out));
    assert_string_equal(trace, "oipmjq");
}

static void resumes_another(void *arg)
{
    assert_true(fiber_resume(arg));
    note('r');
}

static void a_fiber_may_resume_another(void **state)
{
    (void)state;
    struct fiber *fiber, *other;
    assert_int_equal(fiber_start(pool, inner, NULL, &fiber), GW_OK);
    assert_int_equal(fiber_start(pool, resumes_another, fiber, &other), GW_OK);
    assert_null(other);
    assert_string_equal(trace, "ijr");
}

enum { MANY = 1000 };

/* Its locals must survive what the others do meanwhile. */
static void keeps_locals(void *arg)
{
    unsigned number = *(const unsigned *)arg;
    volatile unsigned locals[64];
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 64; i++)
            locals[i] = number * 64 + i + round;
        fiber_suspend();
        for (unsigned i = 0; i < 64; i++)
            assert_int_equal(locals[i], number * 64 + i + round);
    }
}

static void many_keep_their_stacks_apart(void **state)
{
    (void)state;
    static struct fiber *fibers[MANY];
    static unsigned numbers[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        numbers[i] = i;
        assert_int_equal(fiber_start(pool, keeps_locals, &numbers[i], &fibers[i]), GW_OK);
    }
    assert_int_equal(fiber_pool_live(pool), MANY);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < MANY; i++)
            assert_int_equal(fiber_resume(fibers[(i * 7) % MANY]), round == 2);
    assert_int_equal(fiber_pool_live(pool), 0);
}

static void there_are_never_more_than_allowed(void **state)
{
    (void)state;
    struct fiber_pool *small = fiber_pool_create(&(struct fiber_pool_desc){.live_max = 2});
    struct fiber *fibers[3] = {0};
    assert_int_equal(fiber_start(small, inner, NULL, &fibers[0]), GW_OK);
    assert_int_equal(fiber_start(small, inner, NULL, &fibers[1]), GW_OK);
    assert_int_equal(fiber_start(small, inner, NULL, &fibers[2]), GW_EFULL);
    assert_null(fibers[2]);
    assert_true(fiber_resume(fibers[0]));
    assert_int_equal(fiber_start(small, inner, NULL, &fibers[2]), GW_OK);
    assert_true(fiber_resume(fibers[1]));
    assert_true(fiber_resume(fibers[2]));
    fiber_pool_destroy(small);
    fiber_pool_destroy(NULL);
}

static void note_place(void *arg)
{
    volatile char here = 0;
    *(uintptr_t *)arg = (uintptr_t)&here;
}

static void a_stack_is_used_again(void **state)
{
    (void)state;
    struct fiber *fiber;
    uintptr_t first = 0, second = 0;
    assert_int_equal(fiber_start(pool, note_place, &first, &fiber), GW_OK);
    assert_int_equal(fiber_start(pool, note_place, &second, &fiber), GW_OK);
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(first == second);
#else
    assert_true(first && second); /* ASan may keep locals elsewhere */
#endif
}

static void deep(unsigned levels)
{
    volatile char frame[1024];
    frame[0] = frame[1023] = (char)levels;
    if (levels > 0)
        deep(levels - 1);
    frame[1] = frame[0];
}

static void go_deep(void *arg)
{
    deep(*(const unsigned *)arg);
    note('d');
}

static void a_stack_holds_what_was_asked_for(void **state)
{
    (void)state;
    struct fiber_pool *large =
        fiber_pool_create(&(struct fiber_pool_desc){.stack_bytes = 8 * 1024 * 1024});
    struct fiber *fiber;
    unsigned levels = 1000;
    assert_int_equal(fiber_start(large, go_deep, &levels, &fiber), GW_OK);
    assert_string_equal(trace, "d");
    fiber_pool_destroy(large);
}

/* Touches each page of its stack, and then the one below. */
static void go_below(void *arg)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = *(const size_t *)arg / page;
    uintptr_t top = (uintptr_t)__builtin_frame_address(0) / page * page;
    for (size_t i = 0; i <= pages + 1; i++)
        *(volatile char *)(top - i * page) = 0;
}

/* In a process of its own, because it dies. */
static void below_a_stack_lies_a_guard_page(void **state)
{
    (void)state;
    size_t stack_bytes = 64 * 1024;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct fiber *fiber;
        struct fiber_pool *small =
            fiber_pool_create(&(struct fiber_pool_desc){.stack_bytes = stack_bytes});
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        signal(SIGSEGV, SIG_DFL); /* else the test's own handler goes on with the tests in here */
        signal(SIGBUS, SIG_DFL);
        (void)!fiber_start(small, go_below, &stack_bytes, &fiber);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define FIBER_TEST(name) cmocka_unit_test_setup_teardown(name, pool_create, pool_destroy)
        FIBER_TEST(one_that_does_not_stop_is_over_at_once),
        FIBER_TEST(one_that_stops_goes_on_where_it_was),
        FIBER_TEST(one_that_starts_another_goes_on_when_that_stops),
        FIBER_TEST(a_fiber_may_resume_another),
        FIBER_TEST(many_keep_their_stacks_apart),
        FIBER_TEST(there_are_never_more_than_allowed),
        FIBER_TEST(a_stack_is_used_again),
        FIBER_TEST(a_stack_holds_what_was_asked_for),
        FIBER_TEST(below_a_stack_lies_a_guard_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
