/* supervision: the supervisor of a server, as the commands see it that start and end one. */
#pragma once

#include "cli/server.h"
#include "os/process.h"

/* Of its files in run/. */
#define SUPERVISOR_NAME "supervisor"

/* GW_ENOTFOUND: nobody watches over that server. */
GW_NODISCARD gw_err supervision_find(struct server *server, struct process *supervisor);
/* Has the server brought up by its supervisor, or by a new one; says how that goes, and fails when
 * it did not come up. */
GW_NODISCARD gw_err supervision_start(struct server *server);
/* Ends the supervisor, so that nothing is started again; the processes go on. One that does not
 * leave in that time is killed. GW_ENOTFOUND: there is none; GW_EDENIED, told on standard error: it
 * is not ours. */
GW_NODISCARD gw_err supervision_end(struct server *server, int timeout_ms);
