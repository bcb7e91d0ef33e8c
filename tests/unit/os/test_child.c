/* Children: whatever a function does, its parent goes on and hears how it ended. */
#include "os/child.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static int run(int (*function)(void *user), void *user)
{
    pid_t pid;
    gw_err err = os_child_start(
        &(struct os_child_desc){.main = function, .user = user, .is_silent = true}, &pid);
    assert_int_equal(err, GW_OK);
    return os_child_wait(pid);
}

static int return_it(void *user)
{
    return *(int *)user;
}

static int raise_it(void *user)
{
    signal(SIGTERM, SIG_DFL);
    return raise(*(int *)user);
}

static void it_is_heard_how_a_child_ends(void **state)
{
    (void)state;
    int code = 5, number = SIGTERM;
    assert_int_equal(run(return_it, &code), 5);
    assert_int_equal(run(raise_it, &number), -SIGTERM);
}

static int wait_for_ever(void *user)
{
    (void)user;
    os_deadline(1);
    return pause();
}

static void a_child_does_not_outlive_its_deadline(void **state)
{
    (void)state;
    assert_int_equal(run(wait_for_ever, NULL), -SIGALRM);
}

static int write_there(void *user)
{
    *(int *)user = 42;
    return 0;
}

static void a_child_writes_to_memory_that_its_parent_sees(void **state)
{
    (void)state;
    int mine = 0, *shared = os_shared_create(sizeof *shared);
    assert_int_equal(*shared, 0);
    assert_int_equal(run(write_there, shared), 0);
    assert_int_equal(run(write_there, &mine), 0);
    assert_int_equal(*shared, 42);
    assert_int_equal(mine, 0);
    os_shared_destroy(shared, sizeof *shared);
}

static int leave_by_the_exit(void *user)
{
    (void)user;
    os_child_exit(3);
}

static void no_exit_handler_of_the_parent_runs_in_a_child(void **state)
{
    (void)state;
    assert_int_equal(run(leave_by_the_exit, NULL), 3);
}

static void there_is_a_core(void **state)
{
    (void)state;
    assert_true(os_cores() >= 1);
}

/* A child that ran this would end with another code than it chose. */
static void spoil_the_exit_code(void)
{
    _exit(99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_heard_how_a_child_ends),
        cmocka_unit_test(a_child_does_not_outlive_its_deadline),
        cmocka_unit_test(a_child_writes_to_memory_that_its_parent_sees),
        cmocka_unit_test(no_exit_handler_of_the_parent_runs_in_a_child),
        cmocka_unit_test(there_is_a_core),
    };
    pid_t parent = getpid();
    atexit(spoil_the_exit_code);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fflush(NULL);
    _exit(getpid() == parent ? failed : 98);
}
