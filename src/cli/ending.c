/* ending: see ending.h. */
#include "cli/ending.h"

#include "base/buf.h"
#include "cli/processes.h"
#include "host/control.h"
#include "host/state.h"
#include "os/pid_file.h"
#include "os/system.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRESS_INTERVAL_MS 1000
#define MARGIN_MS 10000 /* for a game that knows how long it may take, to end then */
#define ROUNDS_MAX 3    /* a game may go on in another process meanwhile: that ends, too */

/* One process that is to end. */
struct leaver {
    const struct running *running;
    int fd; /* what a game tells; -1: nothing (more) */
    bool is_signalled, is_denied, has_told, has_ended;
    struct control_progress progress; /* the last that it has told */
    int64_t deadline_ms;
};

/* All of one kind. */
struct ending {
    const struct ending_desc *desc;
    struct leaver *list;
    size_t count;
    int64_t began_ms, progress_due_ms;
    bool is_unsaved; /* something that a game should have saved */
};

/* ---- asking --------------------------------------------------------------------------------- */

static void signal_it(struct leaver *leaver, int signum)
{
    const struct running *running = leaver->running;
    leaver->is_signalled = true;
    if (process_signal(&running->process, signum) != GW_EDENIED)
        return;
    leaver->is_denied = true;
    cli_fail("%s (pid %d) belongs to someone else", running->name, (int)running->process.pid);
}

/* A second signal would end a game before it has saved; asked by its socket it may be however
 * often. One that has no time to listen is asked again later. */
static void ask(struct ending *ending, struct leaver *leaver)
{
    const struct running *running = leaver->running;
    int signum = ending->desc->signum;
    gw_err err = GW_ENOTFOUND;
    if (running->role == ROLE_GAME && signum == SIGTERM)
        err = control_ask(server_state_path(ending->desc->server, running->name, STATE_SOCKET),
                          CONTROL_STOP, &leaver->fd);
    if (err)
        leaver->fd = -1;
    if (err && err != GW_EFULL)
        signal_it(leaver, signum);
}

static bool is_over(const struct leaver *leaver)
{
    return leaver->has_ended || leaver->is_denied;
}

/* Those that have not heard it, or have dropped the connection and live on. */
static void ask_again(struct ending *ending)
{
    for (size_t i = 0; i < ending->count; i++) {
        struct leaver *leaver = &ending->list[i];
        if (!is_over(leaver) && leaver->fd < 0 && !leaver->is_signalled)
            ask(ending, leaver);
    }
}

/* ---- hearing -------------------------------------------------------------------------------- */

static void stop_hearing(struct leaver *leaver)
{
    if (leaver->fd >= 0)
        close(leaver->fd);
    leaver->fd = -1;
}

static void hear(struct leaver *leaver)
{
    gw_err err = GW_OK;
    while (leaver->fd >= 0 && !err) {
        err = control_hear(leaver->fd, &leaver->progress);
        if (!err) {
            leaver->has_told = true;
            leaver->deadline_ms = os_monotonic_ms() + (int64_t)leaver->progress.left_ms + MARGIN_MS;
        }
    }
    if (err != GW_ETIMEDOUT)
        stop_hearing(leaver);
}

/* One that has died leaves it behind. It may name a successor by now. */
static void forget_pid_file(const struct running *running)
{
    struct process process;
    if (pid_file_find(running->pid_path, &process) != GW_OK)
        unlink(running->pid_path);
    else
        process_close(&process);
}

static void say(const char *name, const char *what)
{
    printf("%s %s\n", name, what);
    fflush(stdout);
}

/* What of a game was not saved, if something was not. One that has told nothing was signalled. */
static void tell_end(struct ending *ending, const struct leaver *leaver)
{
    const char *name = leaver->running->name;
    switch ((enum control_end)leaver->progress.end) {
    case CONTROL_UNSAVED:
        ending->is_unsaved = true;
        cli_fail("%s ended before everything was saved: %llu requests waited for the databases; "
                 "its log tells more",
                 name, (unsigned long long)leaver->progress.requests);
        break;
    case CONTROL_HANDED_ON:
        say(name, "is frozen, or goes on in another process");
        break;
    case CONTROL_GOES_ON:
        ending->is_unsaved |= leaver->has_told;
        if (leaver->has_told)
            cli_fail("%s died before everything was saved; its log may tell why", name);
        else
            say(name, "has stopped");
        break;
    case CONTROL_SAVED:
        say(name, "has stopped");
    }
}

static void take_end(struct ending *ending, struct leaver *leaver)
{
    hear(leaver);
    stop_hearing(leaver);
    leaver->has_ended = true;
    forget_pid_file(leaver->running);
    tell_end(ending, leaver);
}

/* ---- waiting -------------------------------------------------------------------------------- */

static void tell_progress(const struct ending *ending, int64_t now_ms)
{
    for (size_t i = 0; i < ending->count; i++) {
        const struct leaver *leaver = &ending->list[i];
        if (is_over(leaver))
            continue;
        if (leaver->has_told)
            printf("%s is saving: %llu request%s to the databases are left, and %llu seconds\n",
                   leaver->running->name, (unsigned long long)leaver->progress.requests,
                   leaver->progress.requests == 1 ? "" : "s",
                   (unsigned long long)leaver->progress.left_ms / 1000);
        else
            printf("%s (pid %d) still runs, after %d seconds\n", leaver->running->name,
                   (int)leaver->running->process.pid, (int)((now_ms - ending->began_ms) / 1000));
    }
    fflush(stdout);
}

static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int signum)
{
    (void)signum;
    is_interrupted = 1;
}

/* What was begun goes on. */
static _Noreturn void leave(const struct ending *ending)
{
    const struct server *server = ending->desc->server;
    cli_fail("%s goes on ending; wait for it: %s stop %s", server->shown, server->command,
             server->shown);
    exit(EXIT_FAILED);
}

/* Until something happens, progress is due or a deadline has passed. */
static void wait_for_news(struct ending *ending, struct pollfd *fds, int64_t until_ms)
{
    int64_t left_ms = until_ms - os_monotonic_ms();
    for (size_t i = 0; i < ending->count; i++) {
        const struct leaver *leaver = &ending->list[i];
        int pidfd = is_over(leaver) ? -1 : leaver->running->process.pidfd;
        fds[2 * i] = (struct pollfd){.fd = leaver->fd, .events = POLLIN};
        fds[2 * i + 1] = (struct pollfd){.fd = pidfd, .events = POLLIN};
    }
    int news = poll(fds, 2 * ending->count, left_ms > 0 ? (int)left_ms : 0);
    if (is_interrupted)
        leave(ending);
    if (news <= 0)
        return;
    for (size_t i = 0; i < ending->count; i++)
        if (fds[2 * i + 1].revents)
            take_end(ending, &ending->list[i]);
        else if (fds[2 * i].revents)
            hear(&ending->list[i]);
}

static bool is_awaited(const struct leaver *leaver, int64_t now_ms)
{
    return !is_over(leaver) && leaver->deadline_ms > now_ms;
}

/* Whether somebody is waited for. */
static bool is_on(const struct ending *ending, int64_t now_ms)
{
    for (size_t i = 0; i < ending->count; i++)
        if (is_awaited(&ending->list[i], now_ms))
            return true;
    return false;
}

static int64_t next_due_ms(const struct ending *ending, int64_t now_ms)
{
    int64_t due_ms = ending->progress_due_ms;
    for (size_t i = 0; i < ending->count; i++)
        if (is_awaited(&ending->list[i], now_ms) && ending->list[i].deadline_ms < due_ms)
            due_ms = ending->list[i].deadline_ms;
    return due_ms;
}

static void wait_all(struct ending *ending)
{
    struct pollfd *fds = mem_zalloc(2 * ending->count * sizeof *fds);
    for (int64_t now_ms; now_ms = os_monotonic_ms(), is_on(ending, now_ms);) {
        if (now_ms >= ending->progress_due_ms) {
            ending->progress_due_ms = now_ms + PROGRESS_INTERVAL_MS;
            tell_progress(ending, now_ms);
            ask_again(ending);
        }
        wait_for_news(ending, fds, next_due_ms(ending, now_ms));
    }
    free(fds);
}

/* ---- one kind ------------------------------------------------------------------------------- */

static void begin(struct ending *ending, const struct processes *processes, enum role role)
{
    ending->list = mem_zalloc((processes->count + 1) * sizeof *ending->list);
    ending->began_ms = os_monotonic_ms();
    ending->progress_due_ms = ending->began_ms + PROGRESS_INTERVAL_MS;
    for (size_t i = 0; i < processes->count; i++) {
        if (processes->list[i].role != role)
            continue;
        struct leaver *leaver = &ending->list[ending->count++];
        leaver->running = &processes->list[i];
        leaver->deadline_ms = ending->began_ms + ending->desc->timeout_ms;
        ask(ending, leaver);
    }
}

static gw_err finish(struct ending *ending)
{
    gw_err err = ending->is_unsaved ? GW_EIO : GW_OK;
    for (size_t i = 0; i < ending->count; i++) {
        struct leaver *leaver = &ending->list[i];
        stop_hearing(leaver);
        if (leaver->has_ended)
            continue;
        err = leaver->is_denied ? GW_EDENIED : GW_ETIMEDOUT;
        if (!leaver->is_denied)
            cli_fail("%s (pid %d) still runs", leaver->running->name,
                     (int)leaver->running->process.pid);
    }
    free(ending->list);
    return err;
}

/* Those that run now; GW_ENOTFOUND when none does. */
static gw_err end_running(const struct ending_desc *desc, enum role role)
{
    struct processes processes;
    struct ending ending = {.desc = desc};
    processes_find(&processes, desc->server->run_dir);
    begin(&ending, &processes, role);
    bool any = ending.count > 0;
    wait_all(&ending);
    gw_err err = finish(&ending);
    processes_free(&processes);
    return any ? err : GW_ENOTFOUND;
}

/* What has become of the last ones lets the next ones be ended. */
static bool goes_on(gw_err err)
{
    return err != GW_ETIMEDOUT && err != GW_EDENIED;
}

static gw_err end_role(const struct ending_desc *desc, enum role role)
{
    gw_err result = GW_OK;
    for (unsigned round = 0; round < ROUNDS_MAX && goes_on(result); round++) {
        gw_err err = end_running(desc, role);
        if (err == GW_ENOTFOUND)
            break;
        result = err ? err : result;
    }
    return result;
}

gw_err ending_run(const struct ending_desc *desc)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    gw_err result = GW_OK;
    sigaction(SIGINT, &action, NULL);
    /* Dispatchers stay while a game that still saves needs them. */
    for (unsigned role = ROLE_COUNT; role-- > 0 && goes_on(result);) {
        gw_err err = end_role(desc, (enum role)role);
        result = err ? err : result;
    }
    return result;
}
