/* Faults that a test asks for. */
#include "sim/chaos.h"
#include "sim/client.h"
#include "sim/node.h"

enum { MS_TO_US = 1000 };

/* A host is a process or a client. */
static const char *host_named(gw_sim *sim, const char *name)
{
    if (!client_is_name(sim, name))
        (void)node_named(sim, name);
    sim->disturbed = true;
    return name;
}

void gw_sim_cut(gw_sim *sim, const char *process, const char *other)
{
    const char *a = host_named(sim, process), *b = host_named(sim, other);
    sim_cut(sim->net, a, b);
    sim_cut(sim->net, b, a);
}

void gw_sim_part(gw_sim *sim, const char *process, const char *other, bool parted)
{
    sim_partition(sim->net, host_named(sim, process), host_named(sim, other), parted);
}

void gw_sim_delay(gw_sim *sim, const char *process, const char *other, unsigned us_min,
                  unsigned us_max)
{
    sim_delay(sim->net, host_named(sim, process), host_named(sim, other), us_min, us_max);
}

void gw_sim_kill(gw_sim *sim, const char *process)
{
    struct node *p = node_named(sim, process);
    sim->disturbed = true;
    if (p->lives)
        node_kill(p);
}

void gw_sim_start(gw_sim *sim, const char *process)
{
    struct node *p = node_named(sim, process);
    if (!p->lives)
        node_start(p);
}

bool gw_sim_lives(gw_sim *sim, const char *process)
{
    return node_named(sim, process)->lives;
}

static bool reload_is_over(void *node)
{
    return !((const struct node *)node)->next_program;
}

gw_err gw_sim_reload(gw_sim *sim, const char *game, const gw_game *program)
{
    struct node *p = node_named(sim, game);
    if (p->kind != NODE_GAME || !p->lives)
        gw_sim_fail(sim, "%s is no game that runs", game);
    node_reload(p, program ? program : p->program);
    if (!sim_run_until(sim->net, reload_is_over, p, NODE_RELOAD_MS_MAX))
        gw_sim_fail(sim, "%s does not come to rest", game);
    return p->why_not_reloaded ? GW_ECANCELED : GW_OK;
}

const char *gw_sim_why_not_reloaded(gw_sim *sim, const char *game)
{
    const char *why = node_named(sim, game)->why_not_reloaded;
    return why ? why : "";
}

void gw_sim_pause(gw_sim *sim, const char *process, bool paused)
{
    struct node *p = node_named(sim, process);
    sim->disturbed = true;
    if (p->lives)
        sim_pause(sim->net, p->name, paused);
}

void gw_sim_storage(gw_sim *sim, unsigned fail_percent, unsigned slow_ms)
{
    sim->database->fail_percent = fail_percent;
    for (unsigned i = 0; i < sim->counts[NODE_GAME]; i++)
        sim_work_delay(sim->net, sim->nodes[NODE_GAME][i].name, slow_ms * MS_TO_US);
}

static void heal(gw_sim *sim, struct node *p)
{
    if (p->lives)
        sim_pause(sim->net, p->name, false);
    else
        node_start(p);
}

void gw_sim_calm(gw_sim *sim)
{
    chaos_end(sim);
    sim_mend(sim->net);
    gw_sim_storage(sim, 0, 0);
    for (unsigned kind = 0; kind < NODE_KINDS; kind++)
        for (unsigned i = 0; i < sim->counts[kind]; i++)
            heal(sim, &sim->nodes[kind][i]);
    for (size_t i = 0; i < sim->client_count; i++)
        gw_sim_stall(sim->clients[i], false);
}
