/* start: brings a server's processes up in order, each kind once the one before serves, or not at
 * all. */
#include "base/buf.h"
#include "cli/lock.h"
#include "cli/member.h"
#include "cli/now.h"
#include "cli/processes.h"
#include "conf/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_TIMEOUT_MS 60000
#define STOP_TIMEOUT_MS 10000

struct start {
    struct server *server;
    struct member *members; /* in the order of their start */
    struct pollfd *fds;     /* one per member */
    unsigned count;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signum)
{
    interrupted = signum;
}

/* Ctrl-C must not leave a server half started. Without SA_RESTART poll returns. */
static void catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static gw_err check_program(const struct server *server)
{
    if (access(server->program, X_OK) == 0)
        return GW_OK;
    cli_fail("there is no program %s/%s; build it first: goworld build %s", server->shown,
             server->name, server->shown);
    return GW_ENOTFOUND;
}

/* The names of those that are down, with commas; the caller frees it. NULL: none. */
static char *name_down(const struct server *server, const struct processes *running)
{
    char *names = NULL, name[PROCESS_NAME_SIZE];
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        for (unsigned i = 1; i <= server_count(server, (enum role)role); i++) {
            if (processes_get(running, (enum role)role, i))
                continue;
            server_process_name((enum role)role, i, name);
            char *longer = sentence("%s%s%s", names ? names : "", names ? ", " : "", name);
            free(names);
            names = longer;
        }
    return names;
}

static void complain_running(const struct server *server, const struct processes *running)
{
    char *down = name_down(server, running);
    if (down)
        cli_fail("%s is down, the rest of the server runs (%s, pid %d); stop that first: "
                 "goworld stop %s",
                 down, running->list[0].name, (int)running->list[0].process.pid, server->shown);
    else
        cli_fail("the server is running already (%s, pid %d); stop it first: goworld stop %s",
                 running->list[0].name, (int)running->list[0].process.pid, server->shown);
    free(down);
}

static gw_err check_not_running(const struct server *server)
{
    struct processes running;
    processes_find(&running, server->run_dir);
    bool none = running.count == 0;
    if (!none)
        complain_running(server, &running);
    processes_free(&running);
    return none ? GW_OK : GW_EEXIST;
}

/* All that can be known before the first process is started. */
static gw_err prepare(struct server *server, enum lock_use use, int *lock)
{
    if (check_program(server) != GW_OK || lock_take(server, use, lock) != GW_OK)
        return GW_EIO;
    if (check_not_running(server) == GW_OK)
        return GW_OK;
    close(*lock);
    return GW_EEXIST;
}

/* Waits for news of any member: those that serve must not die meanwhile. */
static gw_err hear_members(struct start *start, int timeout_ms)
{
    for (unsigned i = 0; i < start->count; i++)
        start->fds[i] = (struct pollfd){member_fd(&start->members[i]), POLLIN, 0};
    if (poll(start->fds, start->count, timeout_ms) <= 0)
        return GW_OK;
    for (unsigned i = 0; i < start->count; i++)
        if (start->fds[i].revents && member_news(&start->members[i]) != GW_OK)
            return GW_EIO;
    return GW_OK;
}

static struct member *first_unready(struct start *start)
{
    for (unsigned i = 0; i < start->count; i++)
        if (!start->members[i].ready)
            return &start->members[i];
    return NULL;
}

static gw_err wait_ready(struct start *start)
{
    int64_t deadline = now_ms() + START_TIMEOUT_MS;
    struct member *waiting;
    while ((waiting = first_unready(start))) {
        int64_t left = deadline - now_ms();
        if (interrupted) {
            cli_fail("interrupted while %s was starting", waiting->name);
            return GW_ECANCELED;
        }
        if (left <= 0) {
            member_complain(
                waiting, sentence("it does not serve after %d seconds", START_TIMEOUT_MS / 1000));
            return GW_ETIMEDOUT;
        }
        if (hear_members(start, (int)left) != GW_OK)
            return GW_EIO;
    }
    return GW_OK;
}

static gw_err start_role(struct start *start, enum role role)
{
    for (unsigned i = 1; i <= server_count(start->server, role); i++) {
        if (member_spawn(&start->members[start->count], start->server, role, i) != GW_OK)
            return GW_EIO;
        start->count++;
    }
    return wait_ready(start);
}

static gw_err start_all(struct start *start)
{
    static const enum role order[ROLE_COUNT] = {ROLE_DISPATCHER, ROLE_GAME, ROLE_GATE};
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (start_role(start, order[i]) != GW_OK)
            return GW_EIO;
    return GW_OK;
}

/* One that has not written its pid file yet is known by its pidfd only. */
static void end_members(const struct start *start)
{
    for (unsigned i = 0; i < start->count; i++) {
        const struct process_child *child = &start->members[i].child;
        const struct process process = {child->pid, child->pidfd};
        if (process_signal(&process, SIGTERM) == GW_OK && !process_wait(&process, STOP_TIMEOUT_MS))
            (void)!process_signal(&process, SIGKILL);
    }
}

static void roll_back(const struct start *start)
{
    const struct server *server = start->server;
    if (processes_stop(server->run_dir, SIGTERM, STOP_TIMEOUT_MS, true) > 0)
        processes_stop(server->run_dir, SIGKILL, STOP_TIMEOUT_MS, true);
    end_members(start);
}

static int start_processes(struct server *server)
{
    unsigned count = server_count(server, ROLE_DISPATCHER) + server_count(server, ROLE_GAME) +
                     server_count(server, ROLE_GATE);
    struct start start = {
        .server = server,
        .members = mem_zalloc(count * sizeof *start.members),
        .fds = mem_zalloc(count * sizeof *start.fds),
    };
    catch_interrupts();
    gw_err err = start_all(&start);
    if (err == GW_OK)
        printf("%s is running\n", server->shown);
    else
        roll_back(&start);
    for (unsigned i = 0; i < start.count; i++)
        process_release(&start.members[i].child);
    free(start.members);
    free(start.fds);
    return err == GW_OK ? EXIT_OK : EXIT_FAILED;
}

int start_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    int lock, code = EXIT_FAILED;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    if (prepare(&server, LOCK_START, &lock) == GW_OK) {
        code = start_processes(&server);
        close(lock);
    }
    server_close(&server);
    return code;
}

/* The lock goes on into the program, so that nobody starts a second server on the same state. */
static void become(const struct server *server, int lock)
{
    const char *argv[] = {server->program, "-run", "-configfile", server->ini, NULL};
    fcntl(lock, F_SETFD, 0);
    execv(server->program, (char *const *)argv);
    cli_fail("cannot run %s: %s", server->program, strerror(errno));
    close(lock);
}

int foreground_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    int lock;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    if (prepare(&server, LOCK_FOREGROUND, &lock) == GW_OK)
        become(&server, lock);
    server_close(&server);
    return EXIT_FAILED;
}
