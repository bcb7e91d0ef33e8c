/* The public simulator with its insides open. */
#include "cluster.h"

#include "sim/asked.h"

#include <stdlib.h>

/* Where the cores are now. */
static void look(struct cluster *c)
{
    for (unsigned i = 0; i < CLUSTER_MAX; i++) {
        c->dispatchers[i] = c->all->nodes[NODE_DISPATCHER][i].dispatcher;
        c->gates[i] = c->all->nodes[NODE_GATE][i].gate;
        c->games[i].core = c->all->nodes[NODE_GAME][i].game;
    }
}

struct cluster *cluster_create(const struct cluster_desc *desc)
{
    struct cluster *c = mem_zalloc(sizeof *c);
    c->desc = *desc;
    c->all = sim_create_in_run(&(gw_sim_desc){.seed = desc->seed,
                                              .dispatchers = desc->dispatchers,
                                              .games = desc->games,
                                              .gates = desc->gates,
                                              .game = desc->game,
                                              .boot_entity = desc->boot_entity},
                               NULL, &desc->limits);
    c->sim = c->all->net;
    look(c);
    return c;
}

void cluster_destroy(struct cluster *c)
{
    gw_sim_destroy(c->all);
    free(c);
}

void cluster_kill_game(struct cluster *c, unsigned index)
{
    gw_sim_kill(c->all, c->all->nodes[NODE_GAME][index].name);
    look(c);
}

unsigned cluster_seeds(unsigned usual)
{
    uint64_t seeds = asked_seeds();
    return seeds ? (unsigned)seeds : usual;
}
