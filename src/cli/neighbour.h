/* neighbour: notices when the games and gates of a server would connect to another one's. */
#pragma once

#include "cli/server.h"

/* Tells on standard error when an advertise_addr leads to the dispatcher of another server: the two
 * would take each other's ids away again and again. */
GW_NODISCARD gw_err neighbour_check(const struct server *server);
