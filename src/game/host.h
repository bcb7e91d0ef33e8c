/* host: runs a game on a process's loop, sockets and databases. */
#pragma once

#include "host/host.h"
#include "host/options.h"

#include <goworld/game.h>

struct game_host;

/* Opens the databases and connects to the dispatchers; it serves once all of them have taken it in.
 * On failure *error is a sentence the caller frees. Borrows host, conf and game until the stop. */
GW_NODISCARD gw_err game_host_start(struct host *host, const struct conf *conf, const gw_game *game,
                                    const struct host_options *options, struct game_host **out,
                                    char **error);

/* Ends all entities at the first call; true once everything that had to be saved is, or the time
 * for that is over. */
bool game_host_finish(struct game_host *server);

/* Freezes the game into a file for -restore, and then ends the loop; when that fails, the game goes
 * on, and its log says why. Nothing while it does so already. */
void game_host_freeze(struct game_host *server);

/* After the loop has ended, before host_close; NULL does nothing. When something was not saved, a
 * sentence about that, which the caller frees, and the databases stay open until the process ends;
 * else NULL. */
char *game_host_stop(struct game_host *server);
