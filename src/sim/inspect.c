/* Looking inside a simulated cluster. */
#include "entity/state.h"
#include "game/registry.h"
#include "sim/node.h"

static bool runs_handlers(void *node)
{
    const struct node *p = node;
    return !p->lives || !game_holds(p->game);
}

/* No handler runs in a game that is between two processes. */
void gw_sim_in_game(gw_sim *sim, const char *game, void (*run)(void *argument), void *argument)
{
    struct node *p = node_named(sim, game);
    if (p->kind != NODE_GAME || !p->lives)
        gw_sim_fail(sim, "%s is no game that lives", game);
    if (!sim_run_until(sim->net, runs_handlers, p, NODE_RELOAD_MS_MAX) || !p->lives)
        gw_sim_fail(sim, "%s has not come through its reload", game);
    struct world *world = game_world(p->game);
    struct scope before = world_enter(world, NULL);
    run(argument);
    world_leave(world, before);
    sim_wake(sim->net, p->name);
}

/* One struct of numbers, and what they are called. */
struct numbers {
    const struct metric *metrics;
    const void *values;
};

enum { NUMBERS_MAX = 6 };

/* Returns how many there are. */
static unsigned numbers_of(struct node *p, struct numbers out[NUMBERS_MAX])
{
    switch (p->kind) {
    case NODE_DISPATCHER:
        out[0] = (struct numbers){dispatcher_metrics, dispatcher_stats(p->dispatcher)};
        return 1;
    case NODE_GATE:
        out[0] = (struct numbers){gate_metrics, gate_stats(p->gate)};
        out[1] =
            (struct numbers){dispatchers_metrics, dispatchers_stats(gate_dispatchers(p->gate))};
        return 2;
    default:
        out[0] = (struct numbers){world_metrics, world_stats(game_world(p->game))};
        out[1] = (struct numbers){game_metrics, game_stats(p->game)};
        out[2] = (struct numbers){registry_metrics, registry_stats(game_registry(p->game))};
        out[3] =
            (struct numbers){dispatchers_metrics, dispatchers_stats(game_dispatchers(p->game))};
        out[4] = (struct numbers){storage_metrics, storage_stats(p->storage)};
        out[5] = (struct numbers){kv_metrics, kv_stats(p->kv)};
        return NUMBERS_MAX;
    }
}

static const uint64_t *find(const struct numbers *numbers, const char *name)
{
    for (const struct metric *m = numbers->metrics; m->name; m++)
        if (strcmp(m->name, name) == 0)
            return (const uint64_t *)((const char *)numbers->values + m->offset);
    return NULL;
}

uint64_t gw_sim_metric(gw_sim *sim, const char *process, const char *name)
{
    struct node *p = node_named(sim, process);
    struct numbers numbers[NUMBERS_MAX];
    unsigned count = p->lives ? numbers_of(p, numbers) : 0;
    for (unsigned i = 0; i < count; i++) {
        const uint64_t *value = find(&numbers[i], name);
        if (value)
            return *value;
    }
    gw_sim_fail(sim, "%s has no metric %s%s", process, name, p->lives ? "" : ": it is dead");
}

const char *gw_sim_log(const gw_sim *sim)
{
    return (const char *)sim->logged.data;
}

uint64_t gw_sim_digest(const gw_sim *sim)
{
    return sim_digest(sim->net);
}
