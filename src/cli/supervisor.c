/* The supervisor of a server: a process that `goworld start` leaves behind. It brings the server
 * up, and from then on starts again what dies.
 *
 * SIGHUP brings up what is down, SIGUSR1 gives up the start that goes on, and at SIGTERM or SIGINT
 * it leaves: the processes go on without it. */
#include "base/buf.h"
#include "cli/bringup.h"
#include "cli/record.h"
#include "cli/supervision.h"
#include "host/state.h"
#include "os/notify.h"
#include "os/pid_file.h"
#include "os/system.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define END_MS 1000

struct supervisor {
    struct cli_options options; /* with absolute paths */
    struct server server;
    struct crew crew;
    struct bringup bringup;
    struct log log;
    struct log_limit record_limit;
    struct pollfd *fds; /* two per member, one more for the report */
    const char *pid_path, *pipe_path, *state_path;
};

/* ---- signals: they come in only while poll waits ------------------------------------------- */

static volatile sig_atomic_t asked_to_start, asked_to_give_up, asked_to_leave;

static void on_signal(int signum)
{
    if (signum == SIGHUP)
        asked_to_start = 1;
    else if (signum == SIGUSR1)
        asked_to_give_up = 1;
    else
        asked_to_leave = 1;
}

static void hold_signals(void)
{
    static const int signums[] = {SIGHUP, SIGUSR1, SIGTERM, SIGINT};
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof signums / sizeof *signums; i++) {
        sigaddset(&held, signums[i]);
        sigaction(signums[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &held, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* who ignores it does not hear how its children end */
}

static bool take(volatile sig_atomic_t *asked)
{
    bool was_asked = *asked;
    *asked = 0;
    return was_asked;
}

/* ---- members -------------------------------------------------------------------------------- */

static void wait_or_give_up(struct supervisor *s, struct member *member)
{
    int64_t time_ms = os_monotonic_ms();
    int64_t due_ms = restart_died(&member->restart, time_ms);
    if (due_ms != CLOCK_NEVER) {
        member->state = MEMBER_WAITING;
        member->due_ms = due_ms;
        log_warn(&s->log, "died", "process=%s why=\"%s\" again_in_ms=%d try=%u", member->name,
                 member->why, (int)(due_ms - time_ms), member->restart.tries);
    } else {
        member->state = MEMBER_GIVEN_UP;
        log_error(&s->log, "given_up", "process=%s why=\"%s\" tries=%u", member->name, member->why,
                  member->restart.tries);
    }
}

static void member_ended(struct supervisor *s, struct member *member)
{
    if (member_is_succeeded(member, os_monotonic_ms())) {
        log_info(&s->log, "succeeded", "process=%s pid=%d", member->name, (int)member->process.pid);
        return;
    }
    bool was_asked_to = member_end(member, os_monotonic_ms());
    if (bringup_ended(&s->bringup, member))
        return;
    if (!was_asked_to) {
        wait_or_give_up(s, member);
        return;
    }
    member->state = MEMBER_STOPPED;
    log_info(&s->log, "stopped", "process=%s why=\"%s\"", member->name, member->why);
}

/* Unless a successor of the one that died runs by now. */
static void start_again(struct supervisor *s, struct member *member)
{
    member_adopt(member, os_monotonic_ms());
    if (member_runs(member)) {
        log_info(&s->log, "succeeded", "process=%s pid=%d", member->name, (int)member->process.pid);
        return;
    }
    if (member_spawn(member, &s->server) == GW_OK)
        log_info(&s->log, "started", "process=%s pid=%d", member->name, (int)member->process.pid);
    else
        wait_or_give_up(s, member);
}

static void member_said(struct supervisor *s, struct member *member)
{
    member_hear(member, os_monotonic_ms());
    if (member->state != MEMBER_SERVING)
        return;
    log_info(&s->log, "serves", "process=%s pid=%d", member->name, (int)member->process.pid);
    bringup_serves(&s->bringup, member);
}

static void start_due(struct supervisor *s)
{
    for (unsigned i = 0; i < s->crew.count; i++) {
        struct member *member = &s->crew.list[i];
        if (member->state == MEMBER_WAITING && member->due_ms <= os_monotonic_ms())
            start_again(s, member);
    }
}

/* ---- waiting -------------------------------------------------------------------------------- */

static int64_t next_due_ms(const struct supervisor *s)
{
    int64_t due_ms = s->bringup.is_on ? s->bringup.deadline_ms : CLOCK_NEVER;
    for (unsigned i = 0; i < s->crew.count; i++) {
        const struct member *member = &s->crew.list[i];
        if (member->state == MEMBER_WAITING && member->due_ms < due_ms)
            due_ms = member->due_ms;
    }
    return due_ms;
}

static void fill_fds(struct supervisor *s)
{
    unsigned count = s->crew.count;
    for (unsigned i = 0; i < count; i++) {
        s->fds[2 * i] = (struct pollfd){s->crew.list[i].ready_fd, POLLIN, 0};
        s->fds[2 * i + 1] = (struct pollfd){s->crew.list[i].process.pidfd, POLLIN, 0};
    }
    s->fds[2 * count] = (struct pollfd){.fd = s->bringup.report.fd};
}

static bool wait_for_news(struct supervisor *s)
{
    fill_fds(s);
    int64_t due_ms = next_due_ms(s), left_ms = due_ms - os_monotonic_ms();
    struct timespec left = {left_ms / 1000, left_ms % 1000 * 1000000};
    sigset_t none;
    sigemptyset(&none);
    if (left_ms < 0)
        left = (struct timespec){0};
    return ppoll(s->fds, 2 * s->crew.count + 1, due_ms == CLOCK_NEVER ? NULL : &left, &none) > 0;
}

/* One that has failed the start takes others with it: their descriptors are -1 then. */
static void take_news(struct supervisor *s)
{
    for (unsigned i = 0; i < s->crew.count; i++) {
        struct member *member = &s->crew.list[i];
        if (s->fds[2 * i].revents && member->ready_fd >= 0)
            member_said(s, member);
        if (s->fds[2 * i + 1].revents && member_runs(member))
            member_ended(s, member);
    }
    if (report_is_left(&s->bringup.report))
        bringup_interrupt(&s->bringup);
}

/* ---- the server and its ini ----------------------------------------------------------------- */

/* Reads the ini again, since it may ask for other processes now. */
static gw_err open_server(struct supervisor *s)
{
    struct server fresh;
    char *error;
    if (server_open(&fresh, &s->options, SERVER_CONF, &error) != GW_OK) {
        log_error(&s->log, "bad_configuration", "why=\"%s\"", error);
        report_complain(&s->bringup.report, "%s", error);
        free(error);
        return GW_EINVAL;
    }
    struct crew before = s->crew;
    crew_init(&s->crew, &fresh, &before, os_monotonic_ms());
    server_close(&s->server);
    s->server = fresh;
    free(s->fds);
    s->fds = mem_zalloc((2 * s->crew.count + 1) * sizeof *s->fds);
    return GW_OK;
}

/* One that takes its pid file away is about to end (host/server.h). */
static void await_ends(const struct supervisor *s)
{
    int64_t deadline_ms = os_monotonic_ms() + END_MS;
    for (unsigned i = 0; i < s->crew.count; i++) {
        const struct member *member = &s->crew.list[i];
        if (member_runs(member) && access(member->pid_path, F_OK) != 0)
            (void)process_wait_until(&member->process, deadline_ms);
    }
}

/* Who asks may have seen an end that was not taken yet. */
static void catch_up(struct supervisor *s)
{
    if (!s->fds)
        return;
    await_ends(s);
    fill_fds(s);
    if (poll(s->fds, 2 * s->crew.count + 1, 0) > 0)
        take_news(s);
}

static void bring_up(struct supervisor *s)
{
    catch_up(s);
    bringup_interrupt(&s->bringup); /* whoever waited for that one is gone */
    report_end(&s->bringup.report, false);
    report_open(&s->bringup.report, s->pipe_path);
    if (open_server(s) == GW_OK)
        bringup_begin(&s->bringup, os_monotonic_ms());
    else
        bringup_refuse(&s->bringup);
}

static void write_record(struct supervisor *s)
{
    uint64_t held_back;
    if (record_write(s->state_path, s->server.ini, &s->crew) != GW_OK &&
        log_limit_pass(&s->record_limit, os_monotonic_ms(), &held_back))
        log_error(&s->log, "cannot_write", "file=%s why=\"%s\"", s->state_path, strerror(errno));
}

/* ---- life ----------------------------------------------------------------------------------- */

static void obey(struct supervisor *s)
{
    if (take(&asked_to_give_up) || asked_to_leave)
        bringup_interrupt(&s->bringup);
    if (take(&asked_to_start) && !asked_to_leave)
        bring_up(s);
}

/* Until it is asked to leave, or the first start has failed and left nothing to watch. */
static void watch(struct supervisor *s)
{
    for (;;) {
        obey(s);
        if (asked_to_leave)
            return;
        start_due(s);
        bringup_step(&s->bringup, os_monotonic_ms());
        if (s->bringup.left_nothing)
            return;
        write_record(s);
        bringup_tell(&s->bringup);
        if (wait_for_news(s))
            take_news(s);
    }
}

static int64_t wall_ms(void *user)
{
    (void)user;
    return os_wall_ms();
}

static gw_err begin(struct supervisor *s, struct server *place)
{
    struct process other;
    if (supervision_find(place, &other) == GW_OK) {
        bool is_me = other.pid == getpid();
        process_close(&other);
        if (!is_me) {
            cli_fail("%s has a supervisor already (pid %d)", place->shown, (int)other.pid);
            return GW_EEXIST;
        }
    } else if (pid_file_write(s->pid_path, getpid()) != GW_OK) {
        cli_fail("cannot write %s: %s", s->pid_path, strerror(errno));
        return GW_EIO;
    }
    os_notify_ready(""); /* to nobody, but its pipe is closed */
    os_files_max_raise();
    hold_signals();
    log_info(&s->log, "supervising", "pid=%d", (int)getpid());
    asked_to_start = 1;
    return GW_OK;
}

static void leave(struct supervisor *s)
{
    log_info(&s->log, "leaving", "");
    unlink(s->state_path);
    unlink(s->pid_path);
    report_end(&s->bringup.report, false);
    crew_fini(&s->crew);
    free(s->fds);
}

static void fill_in(struct supervisor *s)
{
    s->log = (struct log){.level = LOG_INFO,
                          .process = SUPERVISOR_NAME,
                          .write = log_write_file,
                          .user = stderr,
                          .now_ms = wall_ms};
    s->bringup = (struct bringup){
        .server = &s->server, .crew = &s->crew, .log = &s->log, .report = {.fd = -1}};
}

int supervisor_run(const struct cli_options *options)
{
    struct supervisor s = {0};
    struct server place; /* keeps the paths, whatever becomes of the ini */
    char *error;
    if (server_open(&place, options, SERVER_INI, &error) != GW_OK)
        return cli_fail_with(error);
    s.options = (struct cli_options){
        .command = options->command, .dir = place.dir, .configfile = place.ini};
    s.pid_path = server_state_path(&place, SUPERVISOR_NAME, STATE_PID);
    s.pipe_path = server_state_path(&place, SUPERVISOR_NAME, ".pipe");
    s.state_path = server_state_path(&place, SUPERVISOR_NAME, ".state");
    fill_in(&s);
    int code = EXIT_FAILED;
    if (begin(&s, &place) == GW_OK) {
        watch(&s);
        code = s.bringup.left_nothing ? EXIT_FAILED : EXIT_OK;
        leave(&s);
    }
    server_close(&s.server);
    server_close(&place);
    return code;
}
