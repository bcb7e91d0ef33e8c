/* invariants: see invariants.h. It looks into the cores, which know nothing of it. */
#include "sim/invariants.h"

#include "base/idmap.h"
#include "dispatcher/core.h"
#include "entity/entity.h"
#include "gate/clients.h"
#include "sim/client_invariants.h"
#include "sim/node.h"
#include "sim/space_invariants.h"

/* A walk over the cluster. It ends early once `why` says something. */
struct check {
    gw_sim *sim;
    struct buf *why;
    struct idmap lives;                    /* EntityID to struct entity, on whatever game */
    uint64_t served[GW_SIM_PROCESSES_MAX]; /* by each dispatcher */
    struct node *game;                     /* whose entities are looked at */
};

static struct node *node_at(const struct check *c, enum node_kind kind, unsigned index)
{
    return &c->sim->nodes[kind][index];
}

/* ---- at any time ---------------------------------------------------------------------------- */

static void check_understands(struct node *p, void *user)
{
    struct check *c = user;
    uint64_t bad = 0;
    if (p->kind == NODE_DISPATCHER)
        bad = dispatcher_stats(p->dispatcher)->bad_packets.count +
              dispatcher_stats(p->dispatcher)->unknown_messages.count;
    else if (p->kind == NODE_GATE)
        bad = gate_stats(p->gate)->bad_dispatcher_packets.count +
              gate_stats(p->gate)->unknown_messages.count;
    else
        bad = game_stats(p->game)->packets_bad.count + game_stats(p->game)->packets_unhandled.count;
    if (bad && !c->why->size)
        buf_print(c->why, "%s has got %llu packets from other processes that it cannot read",
                  p->name, (unsigned long long)bad);
}

static void check_lives_once(void *user, gw_id id)
{
    struct check *c = user;
    struct entity *e = entity_of(world_find(game_world(c->game->game), id));
    const struct entity *other = idmap_put(&c->lives, id, e);
    c->served[id_dispatcher(id, c->sim->desc.dispatchers)]++;
    if (other && !c->why->size)
        buf_print(c->why, "%s " GW_ID_FORMAT " lives on %s and on another game", e->type->def->name,
                  GW_ID_ARG(id), c->game->name);
}

static void each_entity_of_all_games(struct check *c, void (*each)(void *user, gw_id id))
{
    for (unsigned i = 0; i < c->sim->counts[NODE_GAME]; i++) {
        c->game = node_at(c, NODE_GAME, i);
        if (c->game->lives)
            world_each_entity(game_world(c->game->game), each, c);
    }
}

bool invariants_broken(gw_sim *sim, struct buf *why)
{
    struct check c = {.sim = sim, .why = why};
    nodes_each(sim, check_understands, &c);
    if (!sim->disturbed)
        each_entity_of_all_games(&c, check_lives_once);
    if (!why->size)
        spaces_broken(sim, why);
    idmap_free(&c.lives);
    return why->size;
}

/* ---- dispatchers ---------------------------------------------------------------------------- */

static void check_is_known(void *user, gw_id id)
{
    struct check *c = user;
    unsigned index = id_dispatcher(id, c->sim->desc.dispatchers);
    const struct dispatcher *d = node_at(c, NODE_DISPATCHER, index)->dispatcher;
    const struct place *place = entities_find(d, id);
    if (c->why->size)
        return;
    if (!place)
        buf_print(c->why, "dispatcher%u does not know of " GW_ID_FORMAT ", which lives on %s",
                  index + 1, GW_ID_ARG(id), c->game->name);
    else if (place->hold)
        buf_print(c->why, "dispatcher%u waits for " GW_ID_FORMAT ", which lives on %s", index + 1,
                  GW_ID_ARG(id), c->game->name);
    else if (place->game->id != c->game->index + 1)
        buf_print(c->why, "dispatcher%u believes that " GW_ID_FORMAT " is on game%u, not on %s",
                  index + 1, GW_ID_ARG(id), place->game->id, c->game->name);
}

static void check_tables(struct check *c)
{
    each_entity_of_all_games(c, check_is_known);
    for (unsigned i = 0; i < c->sim->counts[NODE_DISPATCHER] && !c->why->size; i++) {
        struct node *p = node_at(c, NODE_DISPATCHER, i);
        const struct dispatcher_stats *stats = dispatcher_stats(p->dispatcher);
        if (stats->loading_entities)
            buf_print(c->why, "%s waits for %llu entities", p->name,
                      (unsigned long long)stats->loading_entities);
        else if (stats->entities != c->served[i])
            buf_print(c->why, "%s believes in %llu entities, and %llu live", p->name,
                      (unsigned long long)stats->entities, (unsigned long long)c->served[i]);
    }
}

/* ---- clients -------------------------------------------------------------------------------- */

static void check_owner(struct check *c, const struct node *gate, const struct client *client)
{
    const struct entity *owner = idmap_get(&c->lives, client->owner);
    if (!owner)
        buf_print(c->why,
                  "client " GW_ID_FORMAT " of %s belongs to " GW_ID_FORMAT ", which does not live",
                  GW_ID_ARG(client->id), gate->name, GW_ID_ARG(client->owner));
    else if (!gw_id_equal(owner->client, client->id) || owner->gateid != gate->index + 1)
        buf_print(c->why, "%s " GW_ID_FORMAT " does not know of its client " GW_ID_FORMAT " at %s",
                  owner->type->def->name, GW_ID_ARG(client->owner), GW_ID_ARG(client->id),
                  gate->name);
}

static void check_owners(struct check *c)
{
    for (unsigned i = 0; i < c->sim->counts[NODE_GATE]; i++) {
        const struct node *gate = node_at(c, NODE_GATE, i);
        for (size_t j = 0; j < gate->gate->stats.clients && !c->why->size; j++)
            check_owner(c, gate, gate->gate->clients[j]);
    }
}

static void check_client(void *user, gw_id id)
{
    struct check *c = user;
    const struct entity *e = idmap_get(&c->lives, id);
    if (c->why->size || gw_id_is_none(e->client))
        return;
    const struct node *gate = node_at(c, NODE_GATE, e->gateid - 1u);
    const struct client *client = clients_get(gate->gate, e->client);
    if (!client || !gw_id_equal(client->owner, id))
        buf_print(c->why,
                  "%s " GW_ID_FORMAT " of %s believes in client " GW_ID_FORMAT
                  ", which %s does not give it",
                  e->type->def->name, GW_ID_ARG(id), c->game->name, GW_ID_ARG(e->client),
                  gate->name);
}

bool invariants_disagreement(gw_sim *sim, struct buf *why)
{
    struct check c = {.sim = sim, .why = why};
    each_entity_of_all_games(&c, check_lives_once);
    check_tables(&c);
    if (!why->size)
        check_owners(&c);
    each_entity_of_all_games(&c, check_client);
    if (!why->size && !trips_unfinished(sim, why))
        clients_are_wrong(sim, &c.lives, why);
    idmap_free(&c.lives);
    return why->size;
}
