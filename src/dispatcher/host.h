/* host: runs a dispatcher on a process's loop and sockets. */
#pragma once

#include "host/host.h"
#include "host/options.h"

struct dispatcher_host;

/* Listens and serves. On failure *error is a sentence the caller frees. Borrows host and conf until
 * the stop. */
GW_NODISCARD gw_err dispatcher_host_start(struct host *host, const struct conf *conf,
                                          const struct host_options *options,
                                          struct dispatcher_host **out, char **error);
/* After the loop has ended, before host_close; NULL does nothing. */
void dispatcher_host_stop(struct dispatcher_host *server);
