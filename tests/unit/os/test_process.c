/* Processes in the background: readiness, death, logs, and pid files that never name a stranger. */
#include "os/process.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#define WAIT_MS 10000

struct place {
    char dir[32];
    char log[64], pid[64];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    snprintf(place->dir, sizeof place->dir, "/tmp/goworld-process-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->log, sizeof place->log, "%s/log", place->dir);
    snprintf(place->pid, sizeof place->pid, "%s/pid", place->dir);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    unlink(place->log);
    unlink(place->pid);
    rmdir(place->dir);
    free(place);
    return 0;
}

static struct process_child spawn_program(const struct place *place, const char *const *argv)
{
    struct process_child child;
    struct process_desc desc = {argv, place->dir, place->log, place->pid};
    assert_int_equal(process_spawn(&desc, &child), GW_OK);
    return child;
}

static struct process_child spawn_shell(const struct place *place, const char *script)
{
    return spawn_program(place, (const char *const[]){"/bin/sh", "-c", script, NULL});
}

static enum process_state hear(const struct process_child *child, char **why)
{
    struct pollfd fd = {child->ready_fd, POLLIN, 0};
    assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
    return process_heard(child, why);
}

static void end(struct process_child *child)
{
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    process_release(child);
}

#define SAY_READY "echo ready >/proc/self/fd/$GOWORLD_READY_FD; "

static void a_process_that_says_ready_is_ready(void **state)
{
    char *why;
    struct process_child child = spawn_shell(*state, SAY_READY "exec sleep 100");
    assert_int_equal(hear(&child, &why), PROCESS_READY);
    assert_null(why);
    end(&child);
}

static void a_process_that_gives_a_reason_has_failed(void **state)
{
    char *why;
    struct process_child child = spawn_shell(
        *state, "echo the port is taken >/proc/self/fd/$GOWORLD_READY_FD; exec sleep 100");
    assert_int_equal(hear(&child, &why), PROCESS_FAILED);
    assert_string_equal(why, "the port is taken");
    free(why);
    end(&child);
}

static void a_process_that_dies_without_a_word_has_failed(void **state)
{
    char *why;
    struct process_child child = spawn_shell(*state, "exit 3");
    assert_int_equal(hear(&child, &why), PROCESS_FAILED);
    assert_null(why);
    int status;
    assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
    assert_int_equal(WEXITSTATUS(status), 3);
    process_release(&child);
}

static void the_death_of_a_ready_process_is_seen_on_its_pidfd(void **state)
{
    char *why;
    struct process_child child = spawn_shell(*state, SAY_READY "exit 0");
    assert_int_equal(hear(&child, &why), PROCESS_READY);
    struct pollfd fd = {child.pidfd, POLLIN, 0};
    assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
    end(&child);
}

static void a_missing_program_is_a_sentence(void **state)
{
    char *why;
    struct process_child child =
        spawn_program(*state, (const char *const[]){"/nowhere/game", NULL});
    assert_int_equal(hear(&child, &why), PROCESS_FAILED);
    assert_string_equal(why, "cannot run /nowhere/game: No such file or directory");
    free(why);
    end(&child);
}

static void a_log_that_cannot_be_written_is_a_sentence(void **state)
{
    struct place place = *(struct place *)*state;
    snprintf(place.log, sizeof place.log, "/proc/nowhere");
    char *why;
    struct process_child child = spawn_shell(&place, "exit 0");
    assert_int_equal(hear(&child, &why), PROCESS_FAILED);
    assert_string_equal(why, "cannot write /proc/nowhere: No such file or directory");
    free(why);
    end(&child);
}

static void output_is_appended_to_the_log(void **state)
{
    struct place *place = *state;
    for (int i = 0; i < 2; i++) {
        struct process_child child = spawn_shell(place, "echo out; echo err >&2");
        waitpid(child.pid, NULL, 0);
        process_release(&child);
    }
    char text[64] = {0};
    FILE *log = fopen(place->log, "r");
    assert_non_null(log);
    assert_int_equal(fread(text, 1, sizeof text - 1, log), strlen("out\nerr\nout\nerr\n"));
    assert_string_equal(text, "out\nerr\nout\nerr\n");
    fclose(log);
}

static void a_running_process_is_found_signalled_and_waited_for(void **state)
{
    struct place *place = *state;
    char *why;
    struct process found;
    struct process_child child = spawn_shell(place, SAY_READY "exec sleep 100");
    assert_int_equal(hear(&child, &why), PROCESS_READY);
    assert_int_equal(process_find(place->pid, &found), GW_OK);
    assert_int_equal(found.pid, child.pid);
    assert_false(process_wait(&found, 0));
    assert_int_equal(process_signal(&found, SIGTERM), GW_OK);
    assert_true(process_wait(&found, WAIT_MS));
    process_close(&found);
    end(&child);
}

static void an_ended_process_is_not_found_even_before_it_is_reaped(void **state)
{
    struct place *place = *state;
    struct process found;
    struct process_child child = spawn_shell(place, "exit 0");
    struct pollfd fd = {child.pidfd, POLLIN, 0};
    assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
    assert_int_equal(process_find(place->pid, &found), GW_ENOTFOUND);
    end(&child);
    assert_int_equal(process_find(place->pid, &found), GW_ENOTFOUND);
}

/* Our own pid with another start time: what a pid file says when the number was used again. */
static void a_stranger_with_the_same_pid_is_not_found(void **state)
{
    struct place *place = *state;
    struct process found;
    FILE *file = fopen(place->pid, "w");
    assert_non_null(file);
    struct stat self;
    assert_int_equal(fstat(fileno(file), &self), 0);
    fprintf(file, "%d 1 %llu\n", (int)getpid(), (unsigned long long)self.st_ino);
    fclose(file);
    assert_int_equal(process_find(place->pid, &found), GW_ENOTFOUND);
}

/* A folder is copied while its server runs: the copy is no server. */
static void a_copied_pid_file_finds_nothing(void **state)
{
    const struct place *place = *state;
    char *why, copied[80], line[128];
    struct process found;
    struct process_child child = spawn_shell(place, SAY_READY "exec sleep 100");
    assert_int_equal(hear(&child, &why), PROCESS_READY);
    snprintf(copied, sizeof copied, "%s.copy", place->pid);
    FILE *from = fopen(place->pid, "r"), *to = fopen(copied, "w");
    assert_non_null(fgets(line, sizeof line, from));
    fputs(line, to);
    fclose(from);
    fclose(to);
    assert_int_equal(process_find(copied, &found), GW_ENOTFOUND);
    assert_int_equal(process_find(place->pid, &found), GW_OK);
    process_close(&found);
    unlink(copied);
    end(&child);
}

static void a_damaged_pid_file_finds_nothing(void **state)
{
    static const char *const texts[] = {
        "", "x", "12", "-1 5", "0 0", "1 1", "99999999999999999999 1 1"};
    struct place *place = *state;
    struct process found;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        FILE *file = fopen(place->pid, "w");
        assert_non_null(file);
        fputs(texts[i], file);
        fclose(file);
        assert_int_equal(process_find(place->pid, &found), GW_ENOTFOUND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_process_that_says_ready_is_ready, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_process_that_gives_a_reason_has_failed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_process_that_dies_without_a_word_has_failed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_death_of_a_ready_process_is_seen_on_its_pidfd, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_missing_program_is_a_sentence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_cannot_be_written_is_a_sentence, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(output_is_appended_to_the_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_running_process_is_found_signalled_and_waited_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_ended_process_is_not_found_even_before_it_is_reaped,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stranger_with_the_same_pid_is_not_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_copied_pid_file_finds_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_pid_file_finds_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
