/* space_invariants: see space_invariants.h. */
#include "sim/space_invariants.h"

#include "entity/entity.h"
#include "entity/space.h"
#include "sim/node.h"

/* One game. */
struct look {
    const struct node *game;
    const struct world *world;
    struct buf *why;
};

/* ---- at any time ---------------------------------------------------------------------------- */

static bool is_well_in(const struct look *look, const struct space *space, const struct entity *e)
{
    return e->space == space && !e->type->is_space && entity_find(look->world, e->base.id) == e &&
           (!e->next_in || e->next_in->previous_in == e);
}

/* Returns how many are in it. */
static size_t check_space(const struct look *look, const struct space *space)
{
    size_t count = 0;
    for (const struct entity *e = space->first; e && !look->why->size; e = e->next_in) {
        count++;
        if (!is_well_in(look, space, e) || count > space->count)
            buf_print(look->why, "%s " GW_ID_FORMAT " is wrongly in a space of %s",
                      e->type->def->name, GW_ID_ARG(e->base.id), look->game->name);
    }
    if (!look->why->size && count != space->count)
        buf_print(look->why, "a space of %s counts %zu entities, and %zu are in it",
                  look->game->name, space->count, count);
    return count;
}

static void check_spaces(struct node *p, void *user)
{
    if (p->kind != NODE_GAME)
        return;
    const struct look look = {p, game_world(p->game), user};
    size_t count = check_space(&look, look.world->nil);
    for (const struct entity *e = look.world->space_type->first; e; e = e->next)
        count += check_space(&look, e->space);
    if (!look.why->size && count != look.world->stats.entities)
        buf_print(look.why, "%llu entities live on %s, and %zu are in its spaces",
                  (unsigned long long)look.world->stats.entities, p->name, count);
}

bool spaces_broken(gw_sim *sim, struct buf *why)
{
    nodes_each(sim, check_spaces, why);
    return why->size;
}

/* ---- when nothing moves --------------------------------------------------------------------- */

static void check_nobody_travels(struct node *p, void *user)
{
    struct buf *why = user;
    if (p->kind != NODE_GAME || why->size)
        return;
    const struct world *w = game_world(p->game);
    if (w->trips.by_entity.count)
        buf_print(why, "%zu entities of %s are on their way into spaces", w->trips.by_entity.count,
                  p->name);
    else if (w->leavers.by_entity.count)
        buf_print(why, "%s does not know whether %zu entities have arrived", p->name,
                  w->leavers.by_entity.count);
}

bool trips_unfinished(gw_sim *sim, struct buf *why)
{
    nodes_each(sim, check_nobody_travels, why);
    return why->size;
}
