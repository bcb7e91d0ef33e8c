/* The main of a game's program: one game of a cluster, with -run a whole cluster in one process, or
 * with -schema only what the game is made of. */
#include "game/host.h"
#include "game/run.h"
#include "game/schema.h"
#include "host/server.h"

#include <goworld/game.h>

static gw_err start(const struct host_server *self, struct host *host, const struct conf *conf,
                    const struct host_options *options, void **running, char **error)
{
    struct game_host *started;
    gw_err err = game_host_start(host, conf, self->program, options, &started, error);
    if (!err)
        *running = started;
    return err;
}

static bool finish(void *running)
{
    return game_host_finish(running);
}

static void freeze(void *running)
{
    game_host_freeze(running);
}

static char *stop(void *running)
{
    return game_host_stop(running);
}

/* With one dash or two. */
static bool is_flag(const char *arg, const char *name)
{
    return arg[0] == '-' && strcmp(arg + 1 + (arg[1] == '-'), name) == 0;
}

int gw_main(const gw_game *game, int argc, char **argv)
{
    if (argc > 1 && is_flag(argv[1], "run"))
        return run_main(game, argc - 1, argv + 1);
    if (argc > 1 && is_flag(argv[1], "schema"))
        return schema_main(game, argc - 1, argv + 1);
    const struct host_server server = {.name = "game",
                                       .id_flag = "-gid",
                                       .program = game,
                                       .start = start,
                                       .finish = finish,
                                       .freeze = freeze,
                                       .stop = stop};
    return host_server_main(&server, argc, argv);
}
