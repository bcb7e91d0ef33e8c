/* run: a whole cluster in one process in the foreground, for the first minute and for the debugger.
 */
#pragma once

#include <goworld/game.h>

/* `-run -configfile FILE [-log LEVEL]`, with argv[0] the -run; returns the exit code. */
int run_main(const gw_game *game, int argc, char **argv);
