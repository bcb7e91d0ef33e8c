/* host: runs a gate on a process's loop and sockets. */
#pragma once

#include "host/host.h"
#include "host/options.h"

struct gate_host;

/* Listens, and connects to the dispatchers; it serves once it has reached all of them. On failure
 * *error is a sentence the caller frees. Borrows host and conf until the stop. */
GW_NODISCARD gw_err gate_host_start(struct host *host, const struct conf *conf,
                                    const struct host_options *options, struct gate_host **out,
                                    char **error);
/* After the loop has ended, before host_close; NULL does nothing. */
void gate_host_stop(struct gate_host *server);
