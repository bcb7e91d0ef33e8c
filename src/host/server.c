/* server: see server.h. */
#include "host/server.h"

#include "host/exit.h"
#include "host/state.h"
#include "os/notify.h"
#include "os/pid_file.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FINISH_INTERVAL_MS 250

/* Reports why the process cannot go on, to standard error and to whoever started it, and frees the
 * sentence. */
static int fail(const char *name, char *error)
{
    fprintf(stderr, "%s: %s\n", name, error);
    os_notify_error(error);
    free(error);
    return EXIT_FAILURE;
}

struct run {
    const struct host_server *server;
    struct host *host;
    void *running;
    const char *pid_path; /* NULL: it has none */
    bool is_signalled, is_marked;
};

/* Others are not to take it for one that runs on. */
static void mark_ending(struct run *run)
{
    if (run->pid_path && !run->is_marked)
        pid_file_mark_ending(run->pid_path);
    run->is_marked = true;
}

/* While it ends it looks at the time now and then. */
static int64_t finish_turn(void *user)
{
    struct run *run = user;
    if (!run->host->is_stopping)
        return CLOCK_NEVER;
    mark_ending(run);
    if (!run->server->finish || run->server->finish(run->running))
        loop_stop(run->host->loop);
    return loop_clock(run->host->loop)->now_ms + FINISH_INTERVAL_MS;
}

/* Whoever signals again means it. */
static void asked_to_stop(void *user, int signum)
{
    struct run *run = user;
    (void)signum;
    if (run->is_signalled)
        loop_stop(run->host->loop);
    run->is_signalled = true;
    host_stop(run->host);
}

static void asked_to_freeze(void *user, int signum)
{
    struct run *run = user;
    (void)signum;
    if (!run->host->is_stopping)
        run->server->freeze(run->running);
}

/* A terminal that is closed says so twice now and then: nobody means it the more. */
static void lost_its_terminal(void *user, int signum)
{
    struct run *run = user;
    (void)signum;
    host_stop(run->host);
}

/* Whoever has sent them has not heard yet that it is another process. */
static void pass_on_signals(pid_t successor)
{
    static const int signums[] = {SIGTERM, SIGINT, SIGHUP};
    sigset_t waiting;
    sigpending(&waiting);
    for (size_t i = 0; successor && i < sizeof signums / sizeof *signums; i++)
        if (sigismember(&waiting, signums[i]) == 1)
            kill(successor, signums[i]);
}

static gw_err obey_signals(struct run *run)
{
    struct loop *loop = run->host->loop;
    loop_on_turn(loop, finish_turn, run);
    (void)!loop_on_signal(loop, SIGHUP, run->server->freeze ? asked_to_freeze : lost_its_terminal,
                          run);
    gw_err err = loop_on_signal(loop, SIGTERM, asked_to_stop, run);
    return err != GW_OK ? err : loop_on_signal(loop, SIGINT, asked_to_stop, run);
}

static void forget_pid_file(const char *pid_path)
{
    if (pid_path && pid_file_names(pid_path, getpid()))
        unlink(pid_path);
}

/* A database that does not answer would be waited for when its worker is ended in order. */
static _Noreturn void end_unsaved(const char *name, const char *pid_path, char *why)
{
    fail(name, why);
    forget_pid_file(pid_path);
    fflush(NULL);
    _exit(EXIT_UNSAVED);
}

/* `pid_path` is NULL for a process without a number. */
static gw_err run_server(const struct host_server *server, const struct conf *conf,
                         const struct host_options *options, const char *pid_path, char **error)
{
    struct host *host;
    gw_err err = host_open(&host, error);
    if (err != GW_OK)
        return err;
    struct run run = {.server = server, .host = host, .pid_path = pid_path};
    err = server->start(server, host, conf, options, &run.running, error);
    if (err == GW_OK) {
        (void)!obey_signals(&run); /* without them a signal ends the process at once */
        host_release_signals();
        loop_run(host->loop);
        char *unsaved = server->stop(run.running);
        if (unsaved)
            end_unsaved(server->name, pid_path, unsaved);
    }
    pid_t successor = host->successor;
    host_close(host);
    pass_on_signals(successor);
    return err;
}

/* ---- the pid file --------------------------------------------------------------------------- */

/* A successor gets the file when it gets the game, and whoever was started by `goworld start` is
 * named already. Where the file cannot be written the process runs without. */
static gw_err claim(const char *run_dir, const char *pid_path, const struct host_options *options,
                    char **error)
{
    pid_t other;
    if (options->succeeds || pid_file_names(pid_path, getpid()))
        return GW_OK;
    (void)!mkdir(run_dir, 0755); /* most often it is there */
    gw_err err = pid_file_claim(pid_path, getpid(), &other);
    if (err == GW_EEXIST) {
        *error = sentence("it runs already: %s names pid %d; stop that first, with goworld stop or "
                          "kill %d",
                          pid_path, (int)other, (int)other);
        return err;
    }
    if (err)
        fprintf(stderr, "cannot write %s: %s; goworld status and stop do not know this process\n",
                pid_path, strerror(errno));
    return GW_OK;
}

/* The process of one number: it is named by its pid file while it runs. */
static gw_err run_numbered(const struct host_server *server, const struct conf *conf,
                           const struct host_options *options, char **error)
{
    char *name = sentence("%s%u", server->name, options->id);
    char *pid_path = state_path(conf->run_dir, name, STATE_PID);
    gw_err err = claim(conf->run_dir, pid_path, options, error);
    if (!err) {
        err = run_server(server, conf, options, pid_path, error);
        forget_pid_file(pid_path);
    }
    free(pid_path);
    free(name);
    return err;
}

int host_server_main(const struct host_server *server, int argc, char **argv)
{
    struct host_options options;
    struct conf *conf;
    char *error;
    if (host_options_parse(argc, argv, server->id_flag, &options, &error) != GW_OK) {
        fail(server->name, error);
        return EXIT_WRONG_USAGE;
    }
    if ((options.restores || options.resumes || options.succeeds) && !server->freeze) {
        fail(server->name, sentence("-restore, -resume and -succeed are for games"));
        return EXIT_WRONG_USAGE;
    }
    if (conf_load(options.configfile, &conf, &error) != GW_OK)
        return fail(server->name, error);
    gw_err err = server->id_flag ? run_numbered(server, conf, &options, &error)
                                 : run_server(server, conf, &options, NULL, &error);
    conf_free(conf);
    return err == GW_OK ? EXIT_SUCCESS : fail(server->name, error);
}
