/* server: the main function that dispatcher, gate and game share: command line, configuration,
 * start, signals, end. */
#pragma once

#include "host/host.h"
#include "host/options.h"

struct host_server {
    const char *name;    /* "gate" */
    const char *id_flag; /* "-gid"; NULL: the process has no number */
    const void *program; /* for start: the game's table */
    /* On failure *error is a sentence the caller frees. `conf` and `host` live until after `stop`.
     */
    GW_NODISCARD gw_err (*start)(const struct host_server *self, struct host *host,
                                 const struct conf *conf, const struct host_options *options,
                                 void **running, char **error);
    /* Asked to end: called in each turn from then on until it returns true; NULL: it can end at
     * once. A second signal ends the process whatever it returns. */
    bool (*finish)(void *running);
    /* At SIGHUP: freezes, and ends the loop when that is done; NULL: there is nothing to freeze, so
     * that it is asked to end, and -restore, -resume and -succeed are refused. */
    void (*freeze)(void *running);
    /* After the loop has ended. When something that had to be saved is not, a sentence about that,
     * which the caller frees; else NULL. */
    char *(*stop)(void *running);
};

/* Reads the command line and the configuration, then runs until SIGTERM or SIGINT; returns the exit
 * code. Meanwhile a process with a number is named by its pid file (host/state.h). */
int host_server_main(const struct host_server *server, int argc, char **argv);
