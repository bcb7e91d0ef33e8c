/* Hosts every dispatcher, game and gate of a configuration on one loop. */
#include "game/run.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "dispatcher/host.h"
#include "game/host.h"
#include "gate/host.h"
#include "host/server.h"

#include <stdlib.h>

#define PROCESSES_MAX 48u /* on one loop */

struct cluster {
    struct dispatcher_host **dispatchers;
    struct game_host **games;
    struct gate_host **gates;
    struct conf_deployment started; /* how many of each */
};

/* Takes the sentence, unless it is NULL. */
static void keep_first(char **first, char *next)
{
    if (*first)
        free(next);
    else
        *first = next;
}

static char *stop(void *running)
{
    struct cluster *c = running;
    char *unsaved = NULL;
    for (unsigned i = 0; i < c->started.gates; i++)
        gate_host_stop(c->gates[i]);
    for (unsigned i = 0; i < c->started.games; i++)
        keep_first(&unsaved, game_host_stop(c->games[i]));
    for (unsigned i = 0; i < c->started.dispatchers; i++)
        dispatcher_host_stop(c->dispatchers[i]);
    free(c->dispatchers);
    free(c->games);
    free(c->gates);
    free(c);
    return unsaved;
}

static struct host_options numbered(const struct host_options *options, unsigned id)
{
    struct host_options numbered = *options;
    numbered.id = id;
    return numbered;
}

static gw_err start_all(struct cluster *c, const gw_game *game, struct host *host,
                        const struct conf *conf, const struct host_options *options, char **error)
{
    gw_err err = GW_OK;
    for (unsigned *n = &c->started.dispatchers; !err && *n < conf->deployment.dispatchers;) {
        struct host_options mine = numbered(options, *n + 1);
        err = dispatcher_host_start(host, conf, &mine, &c->dispatchers[*n], error);
        *n += !err;
    }
    for (unsigned *n = &c->started.games; !err && *n < conf->deployment.games;) {
        struct host_options mine = numbered(options, *n + 1);
        err = game_host_start(host, conf, game, &mine, &c->games[*n], error);
        *n += !err;
    }
    for (unsigned *n = &c->started.gates; !err && *n < conf->deployment.gates;) {
        struct host_options mine = numbered(options, *n + 1);
        err = gate_host_start(host, conf, &mine, &c->gates[*n], error);
        *n += !err;
    }
    return err;
}

static gw_err start(const struct host_server *self, struct host *host, const struct conf *conf,
                    const struct host_options *options, void **running, char **error)
{
    const struct conf_deployment *wanted = &conf->deployment;
    if (wanted->dispatchers + wanted->games + wanted->gates > PROCESSES_MAX) {
        *error = sentence("%s wants more than %u processes: too many for one", conf->path,
                          PROCESSES_MAX);
        return GW_EINVAL;
    }
    struct cluster *c = mem_zalloc(sizeof *c);
    c->dispatchers = mem_zalloc(wanted->dispatchers * sizeof *c->dispatchers);
    c->games = mem_zalloc(wanted->games * sizeof *c->games);
    c->gates = mem_zalloc(wanted->gates * sizeof *c->gates);
    gw_err err = start_all(c, self->program, host, conf, options, error);
    if (err)
        free(stop(c));
    else
        *running = c;
    return err;
}

/* All games are asked in every turn, so that they save side by side. */
static bool finish(void *running)
{
    struct cluster *c = running;
    bool all = true;
    for (unsigned i = 0; i < c->started.games; i++)
        all = game_host_finish(c->games[i]) && all;
    return all;
}

int run_main(const gw_game *game, int argc, char **argv)
{
    const struct host_server server = {
        .name = "run", .program = game, .start = start, .finish = finish, .stop = stop};
    return host_server_main(&server, argc, argv);
}
