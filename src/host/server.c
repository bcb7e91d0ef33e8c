/* server: see server.h. */
#include "host/server.h"

#include "base/sentence.h"
#include "os/notify.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_WRONG_USAGE = 2 };

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
    void *running;
    struct loop *loop;
    bool stopping;
};

static int64_t finish_turn(void *user)
{
    struct run *run = user;
    if (run->stopping && run->server->finish(run->running))
        loop_stop(run->loop);
    return CLOCK_NEVER;
}

/* Whoever asks again by SIGTERM is only impatient; a second Ctrl-C means it. */
static void asked_to_stop(void *user, int signum)
{
    struct run *run = user;
    if (!run->server->finish || (run->stopping && signum == SIGINT))
        loop_stop(run->loop);
    if (!run->stopping)
        os_notify_stopping();
    run->stopping = true;
    loop_wake(run->loop);
}

static void asked_to_freeze(void *user, int signum)
{
    struct run *run = user;
    (void)signum;
    if (!run->stopping)
        run->server->freeze(run->running);
}

static gw_err obey_signals(struct run *run)
{
    if (run->server->finish)
        loop_on_turn(run->loop, finish_turn, run);
    if (run->server->freeze)
        (void)!loop_on_signal(run->loop, SIGHUP, asked_to_freeze, run);
    gw_err err = loop_on_signal(run->loop, SIGTERM, asked_to_stop, run);
    return err != GW_OK ? err : loop_on_signal(run->loop, SIGINT, asked_to_stop, run);
}

static gw_err run_server(const struct host_server *server, const struct conf *conf,
                         const struct host_options *options, char **error)
{
    struct host *host;
    gw_err err = host_open(&host, error);
    if (err != GW_OK)
        return err;
    struct run run = {.server = server, .loop = host->loop};
    err = server->start(server, host, conf, options, &run.running, error);
    if (err == GW_OK) {
        (void)!obey_signals(&run); /* without them a signal ends the process at once */
        loop_run(host->loop);
        if (!server->stop(run.running)) {
            *error = sentence("ended before everything was saved");
            err = GW_EIO;
        }
    }
    host_close(host);
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
    if ((options.restores || options.succeeds) && !server->freeze) {
        fail(server->name, sentence("-restore and -succeed are for games"));
        return EXIT_WRONG_USAGE;
    }
    if (conf_load(options.configfile, &conf, &error) != GW_OK)
        return fail(server->name, error);
    gw_err err = run_server(server, conf, &options, &error);
    conf_free(conf);
    return err == GW_OK ? EXIT_SUCCESS : fail(server->name, error);
}
