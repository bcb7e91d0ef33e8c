/* server: the main function that dispatcher and gate share: command line, configuration, start,
 * signals, end. */
#pragma once

#include "host/host.h"
#include "host/options.h"

struct host_server {
    const char *name;    /* "gate" */
    const char *id_flag; /* "-gid" */
    /* On failure *error is a sentence the caller frees. `conf` and `host` live until after `stop`.
     */
    GW_NODISCARD
    gw_err (*start)(struct host *host, const struct conf *conf, const struct host_options *options,
                    void **server, char **error);
    void (*stop)(void *server); /* after the loop has ended */
};

/* Runs until SIGTERM or SIGINT; returns the exit code. */
int host_server_main(const struct host_server *server, int argc, char **argv);

/* Reports why the process cannot start, to standard error and to whoever started it, and frees the
 * sentence. Returns the exit code, 1. */
int host_fail(const char *name, char *error);
