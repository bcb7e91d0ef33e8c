/* client_invariants: see client_invariants.h. Who is seen is computed from the definition, so that
 * the AOI is not asked about itself. */
#include "sim/client_invariants.h"

#include "entity/entity.h"
#include "entity/space.h"
#include "entity/value.h"
#include "sim/client.h"

#include <math.h>

/* One client. */
struct look {
    const gw_sim_client *client;
    const struct entity *player;
    bool knows_positions; /* all that were sent to it have come */
    struct buf *why;
};

/* ---- one entity ----------------------------------------------------------------------------- */

static void check_attr(const struct look *look, const struct mirror *mirror, const struct entity *e,
                       const gw_attr *attr)
{
    struct buf value = {0};
    const struct known_attr *known = mirror_attr(mirror, view_str(attr->name));
    value_write(&value, attr, (const char *)&e->base + attr->offset);
    if (!known || known->value.size != value.size ||
        memcmp(known->value.data, value.data, value.size) != 0)
        buf_print(look->why,
                  "%s believes that %s of %s " GW_ID_FORMAT " is \"%s\", which it is not",
                  look->client->name, attr->name, e->type->def->name, GW_ID_ARG(e->base.id),
                  known ? known->text : "");
    buf_free(&value);
}

static void check_attrs(const struct look *look, const struct mirror *mirror,
                        const struct entity *e, unsigned flags)
{
    const gw_attr *attrs = e->type->attrs;
    for (size_t i = 0; i < e->type->attr_count && !look->why->size; i++)
        if (attrs[i].flags & flags)
            check_attr(look, mirror, e, &attrs[i]);
}

static void check_position(const struct look *look, gw_vec3 known, const struct entity *e)
{
    if (!look->knows_positions || look->why->size)
        return;
    if (known.x != e->position.x || known.y != e->position.y || known.z != e->position.z)
        buf_print(look->why,
                  "%s believes that %s " GW_ID_FORMAT
                  " is at (%g, %g, %g), and not at (%g, %g, %g)",
                  look->client->name, e->type->def->name, GW_ID_ARG(e->base.id), known.x, known.y,
                  known.z, e->position.x, e->position.y, e->position.z);
}

/* ---- what it sees --------------------------------------------------------------------------- */

static bool sees(const struct entity *viewer, const struct entity *e)
{
    const gw_entity_type *type = viewer->type->def;
    const struct space *space = viewer->space;
    float distance = type->aoi_distance > 0 ? type->aoi_distance : space->distance;
    if (viewer == e || !space->aoi || type->aoi & GW_AOI_BLIND || e->type->def->aoi & GW_AOI_UNSEEN)
        return false;
    return fabsf(viewer->position.x - e->position.x) <= distance &&
           fabsf(viewer->position.z - e->position.z) <= distance;
}

static void check_other(const struct look *look, const struct entity *e)
{
    const struct other *other = others_get(&look->client->others, e->base.id);
    if (look->why->size)
        return;
    if (!other) {
        buf_print(look->why, "%s does not see %s " GW_ID_FORMAT ", and its %s does",
                  look->client->name, e->type->def->name, GW_ID_ARG(e->base.id),
                  look->player->type->def->name);
        return;
    }
    check_attrs(look, &other->attrs, e, GW_ALL_CLIENTS);
    if (!e->type->is_space)
        check_position(look, other->position, e);
}

static void check_surroundings(const struct look *look)
{
    const struct space *space = look->player->space;
    size_t count = space->kind != 0;
    if (space->kind)
        check_other(look, space->entity);
    for (const struct entity *e = space->first; e; e = e->next_in)
        if (sees(look->player, e)) {
            check_other(look, e);
            count++;
        }
    if (!look->why->size && count != look->client->others.by_id.count)
        buf_print(look->why, "%s sees %zu entities beside its player, and there are %zu",
                  look->client->name, look->client->others.by_id.count, count);
}

/* A client that moves its player is not told where that is. */
static void check_player(const struct look *look)
{
    check_attrs(look, &look->client->attrs, look->player, GW_CLIENT | GW_ALL_CLIENTS);
    if (!look->player->syncing)
        check_position(look, look->client->position, look->player);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* A game that is never silent is always ahead; a gate leaves out positions for slow clients. */
static bool all_positions_came(const gw_sim *sim, const struct entity *player)
{
    const struct node *gate = &sim->nodes[NODE_GATE][player->gateid - 1u];
    return sim_is_quiet(sim->net) && gate_stats(gate->gate)->positions_skipped == 0;
}

static void check_client(gw_sim *sim, const gw_sim_client *client, const struct idmap *lives,
                         struct buf *why)
{
    const struct entity *player = idmap_get(lives, client->player);
    if (!player || gw_id_is_none(player->client)) {
        buf_print(why, "%s is connected, and %s", client->name,
                  gw_id_is_none(client->player) ? "has no player" : "its player does not live");
        return;
    }
    struct look look = {client, player, all_positions_came(sim, player), why};
    check_player(&look);
    check_surroundings(&look);
}

bool clients_are_wrong(gw_sim *sim, const struct idmap *lives, struct buf *why)
{
    for (size_t i = 0; i < sim->client_count && !why->size; i++)
        if (sim->clients[i]->link)
            check_client(sim, sim->clients[i], lives, why);
    return why->size;
}
