/* ending: ends the processes of a server, kind by kind, and tells how that goes. */
#pragma once

#include "cli/server.h"

struct ending_desc {
    struct server *server;
    int signum;     /* instead of SIGTERM, games that listen are asked by their sockets */
    int timeout_ms; /* for all of one kind; a game that says how long it may take has that time */
};

/* Ends gates, games and dispatchers in this order, each kind once the one before has ended, and
 * takes their pid files away. Whoever is ending already is waited for. GW_OK: nobody runs any more,
 * and everything was saved; GW_EIO: nobody runs, but something was not saved; GW_ETIMEDOUT: some
 * still run. What is wrong is told on standard error, all else on standard output. */
GW_NODISCARD gw_err ending_run(const struct ending_desc *desc);
