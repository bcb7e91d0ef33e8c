/* Processes in the background: readiness, death, logs, and pid files that never name a stranger. */
#include "os/pid_file.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#define WAIT_MS 10000

struct place {
    char dir[32];
    char log[64], pid[64], lock[64];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    snprintf(place->dir, sizeof place->dir, "/tmp/goworld-process-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->log, sizeof place->log, "%s/log", place->dir);
    snprintf(place->pid, sizeof place->pid, "%s/pid", place->dir);
    snprintf(place->lock, sizeof place->lock, "%s/claims.lock", place->dir);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    unlink(place->log);
    unlink(place->pid);
    unlink(place->lock);
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
    assert_int_equal(pid_file_find(place->pid, &found), GW_OK);
    assert_int_equal(found.pid, child.pid);
    assert_false(process_wait(&found, 0));
    assert_int_equal(process_signal(&found, SIGTERM), GW_OK);
    assert_true(process_wait(&found, WAIT_MS));
    process_close(&found);
    end(&child);
}

static void a_pid_file_may_pass_to_another_process(void **state)
{
    struct place *place = *state;
    struct process found;
    struct process_child child = spawn_shell(place, "exec sleep 100");
    struct process process = {child.pid, child.pidfd};
    assert_true(pid_file_names(place->pid, child.pid));
    assert_int_equal(pid_file_write(place->pid, getpid()), GW_OK);
    assert_false(pid_file_names(place->pid, child.pid));
    assert_int_equal(pid_file_find(place->pid, &found), GW_OK);
    assert_int_equal(found.pid, getpid());
    process_close(&found);
    assert_int_equal(process_signal(&process, SIGKILL), GW_OK);
    process_reap(&process);
    assert_int_equal(pid_file_write(place->pid, child.pid), GW_EIO);
    assert_int_equal(pid_file_pid(place->pid), getpid());
    assert_int_equal(pid_file_pid(place->log), 0);
    assert_true(pid_file_names(place->pid, getpid()));
    process_release(&child);
}

#define CLAIMANTS 8

/* Waits until the other end of the pipe is closed. */
static void wait_for_end(int fd)
{
    char byte;
    while (read(fd, &byte, 1) < 0)
        continue;
}

/* Says what has come of it, and lives on: else its file would name nobody. */
static _Noreturn void claim(const char *path, const int begin[2], int said, const int end[2])
{
    pid_t other;
    close(begin[1]);
    close(end[1]);
    wait_for_end(begin[0]);
    char result = (char)-pid_file_claim(path, getpid(), &other);
    if (write(said, &result, 1) != 1)
        _exit(1);
    wait_for_end(end[0]);
    _exit(0);
}

static void of_many_that_claim_a_pid_file_at_once_one_has_it(void **state)
{
    const struct place *place = *state;
    int begin[2], said[2], end[2];
    unsigned counts[2] = {0};
    assert_int_equal(pipe(begin) | pipe(said) | pipe(end), 0);
    for (unsigned i = 0; i < CLAIMANTS; i++) {
        pid_t pid = fork();
        if (pid == 0)
            claim(place->pid, begin, said[1], end);
        assert_true(pid > 0);
    }
    close(begin[1]);
    for (unsigned i = 0; i < CLAIMANTS; i++) {
        char result;
        assert_int_equal(read(said[0], &result, 1), 1);
        assert_true(result == -GW_OK || result == -GW_EEXIST);
        counts[result == -GW_OK]++;
    }
    assert_int_equal(counts[true], 1);
    close(end[1]);
    for (unsigned i = 0; i < CLAIMANTS; i++)
        assert_true(wait(NULL) > 0);
    pid_t other;
    assert_int_equal(pid_file_claim(place->pid, getpid(), &other), GW_OK); /* they have ended */
    assert_int_equal(pid_file_claim(place->pid, getpid(), &other), GW_EEXIST);
    assert_int_equal(other, getpid());
    close(begin[0]);
    close(end[0]);
    close(said[0]);
    close(said[1]);
}

static void one_that_is_prepared_counts_once_it_is_committed(void **state)
{
    const struct place *place = *state;
    assert_int_equal(pid_file_prepare(place->pid, getpid()), GW_OK);
    assert_int_equal(pid_file_pid(place->pid), 0);
    pid_file_discard(place->pid, getpid());
    assert_int_equal(pid_file_commit(place->pid, getpid()), GW_EIO);
    assert_int_equal(pid_file_prepare(place->pid, getpid()), GW_OK);
    assert_int_equal(pid_file_commit(place->pid, getpid()), GW_OK);
    assert_true(pid_file_names(place->pid, getpid()));
    assert_int_equal(pid_file_prepare("/nowhere/pid", getpid()), GW_EIO);
}

/* It goes on where its starter's output goes, and is told what systemd has told that one. */
static void a_process_of_the_same_service_keeps_output_and_notices(void **state)
{
    struct place *place = *state;
    char text[64] = "";
    int fds[2], before = dup(STDOUT_FILENO);
    const char *argv[] = {"/bin/sh", "-c", "echo $NOTIFY_SOCKET", NULL};
    const struct process_desc desc = {.argv = argv, .dir = place->dir};
    struct process_child child;
    assert_int_equal(pipe(fds), 0);
    fflush(stdout);
    dup2(fds[1], STDOUT_FILENO);
    setenv("NOTIFY_SOCKET", "/run/x", 1);
    gw_err err = process_spawn(&desc, &child);
    unsetenv("NOTIFY_SOCKET");
    dup2(before, STDOUT_FILENO);
    close(before);
    close(fds[1]);
    assert_int_equal(err, GW_OK);
    assert_int_equal(read(fds[0], text, sizeof text - 1), strlen("/run/x\n"));
    assert_string_equal(text, "/run/x\n");
    assert_int_equal(access(place->pid, F_OK), -1);
    close(fds[0]);
    process_reap(&(struct process){child.pid, child.pidfd});
    process_release(&child);
}

static struct process_end end_of(const struct place *place, const char *script)
{
    struct process_child child = spawn_shell(place, script);
    struct process_end end = process_reap(&(struct process){child.pid, child.pidfd});
    process_release(&child);
    return end;
}

static void how_a_child_ended_is_known(void **state)
{
    struct process_end by_exit = end_of(*state, "exit 3");
    assert_true(by_exit.is_known);
    assert_int_equal(by_exit.exit_code, 3);
    assert_int_equal(by_exit.signum, 0);
    struct process_end by_signal = end_of(*state, "kill -SEGV $$");
    assert_true(by_signal.is_known);
    assert_int_equal(by_signal.signum, SIGSEGV);
}

/* The shell ends and leaves its child to somebody else. */
static void how_a_stranger_ended_is_not_known(void **state)
{
    const struct place *place = *state;
    char line[32] = "";
    struct process_child child = spawn_shell(place, "sleep 100 & echo $!");
    struct process_end end = process_reap(&(struct process){child.pid, child.pidfd});
    assert_true(end.is_known);
    process_release(&child);
    FILE *log = fopen(place->log, "r");
    assert_non_null(fgets(line, sizeof line, log));
    fclose(log);
    pid_t pid = (pid_t)strtol(line, NULL, 10);
    struct process stranger = {pid, (int)syscall(SYS_pidfd_open, pid, 0)};
    assert_int_equal(process_signal(&stranger, SIGKILL), GW_OK);
    assert_true(process_wait(&stranger, WAIT_MS));
    assert_false(process_reap(&stranger).is_known);
    process_close(&stranger);
}

static void the_pid_file_is_there_when_the_child_is(void **state)
{
    const struct place *place = *state;
    struct process found;
    for (int i = 0; i < 20; i++) {
        struct process_child child = spawn_shell(place, "exec sleep 100");
        assert_int_equal(pid_file_find(place->pid, &found), GW_OK);
        assert_int_equal(found.pid, child.pid);
        process_close(&found);
        end(&child);
    }
}

/* A pipe of the starter ends with the starter, and a signal that it holds back reaches the child.
 */
static void a_child_has_nothing_of_its_starter(void **state)
{
    int ends[2];
    char byte;
    sigset_t terminate, before;
    sigemptyset(&terminate);
    sigaddset(&terminate, SIGTERM);
    sigprocmask(SIG_BLOCK, &terminate, &before);
    setenv("NOTIFY_SOCKET", "/nowhere", 1);
    assert_int_equal(pipe(ends), 0);
    struct process_child child =
        spawn_shell(*state, "test -z \"$NOTIFY_SOCKET\" && exec sleep 100");
    unsetenv("NOTIFY_SOCKET");
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    const struct process process = {child.pid, child.pidfd};
    assert_int_equal(process_signal(&process, SIGTERM), GW_OK);
    assert_int_equal(process_reap(&process).signum, SIGTERM);
    process_release(&child);
}

static void an_ended_process_is_not_found_even_before_it_is_reaped(void **state)
{
    struct place *place = *state;
    struct process found;
    struct process_child child = spawn_shell(place, "exit 0");
    struct pollfd fd = {child.pidfd, POLLIN, 0};
    assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
    assert_int_equal(pid_file_find(place->pid, &found), GW_ENOTFOUND);
    end(&child);
    assert_int_equal(pid_file_find(place->pid, &found), GW_ENOTFOUND);
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
    assert_int_equal(pid_file_find(place->pid, &found), GW_ENOTFOUND);
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
    assert_int_equal(pid_file_find(copied, &found), GW_ENOTFOUND);
    assert_int_equal(pid_file_find(place->pid, &found), GW_OK);
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
        assert_int_equal(pid_file_find(place->pid, &found), GW_ENOTFOUND);
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
        cmocka_unit_test_setup_teardown(a_pid_file_may_pass_to_another_process, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_many_that_claim_a_pid_file_at_once_one_has_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_prepared_counts_once_it_is_committed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_process_of_the_same_service_keeps_output_and_notices,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(how_a_child_ended_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(how_a_stranger_ended_is_not_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_pid_file_is_there_when_the_child_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_child_has_nothing_of_its_starter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_ended_process_is_not_found_even_before_it_is_reaped,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stranger_with_the_same_pid_is_not_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_copied_pid_file_finds_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_pid_file_finds_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
