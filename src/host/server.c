/* server: see server.h. */
#include "host/server.h"

#include "os/system.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int host_fail(const char *name, char *error)
{
    fprintf(stderr, "%s: %s\n", name, error);
    os_notify_error(error);
    free(error);
    return EXIT_FAILURE;
}

static void asked_to_stop(void *user, int signum)
{
    (void)signum;
    loop_stop(user);
}

static gw_err stop_on_signals(struct loop *loop)
{
    gw_err err = loop_on_signal(loop, SIGTERM, asked_to_stop, loop);
    return err != GW_OK ? err : loop_on_signal(loop, SIGINT, asked_to_stop, loop);
}

static gw_err run(const struct host_server *server, const struct conf *conf,
                  const struct host_options *options, char **error)
{
    struct host *host;
    void *running;
    gw_err err = host_open(&host, error);
    if (err != GW_OK)
        return err;
    err = server->start(host, conf, options, &running, error);
    if (err == GW_OK) {
        (void)!stop_on_signals(host->loop); /* without them a signal ends the process at once */
        loop_run(host->loop);
        server->stop(running);
    }
    host_close(host);
    return err;
}

int host_server_main(const struct host_server *server, int argc, char **argv)
{
    struct host_options options;
    struct conf *conf;
    char *error;
    if (host_options_parse(argc, argv, server->id_flag, &options, &error) != GW_OK)
        return host_fail(server->name, error);
    if (conf_load(options.configfile, &conf, &error) != GW_OK)
        return host_fail(server->name, error);
    gw_err err = run(server, conf, &options, &error);
    conf_free(conf);
    return err == GW_OK ? EXIT_SUCCESS : host_fail(server->name, error);
}
