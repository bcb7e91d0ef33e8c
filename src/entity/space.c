/* Spaces, and entities on their way in and out of them. */
#include "entity/space.h"

#include "aoi/aoi.h"
#include "entity/moves.h"
#include "entity/position.h"
#include "entity/sight.h"
#include "wire/msgpack.h"

#include <stdlib.h>

#define NEIGHBOURS_INTERVAL_MS 1000

struct space *space_of(const struct entity *e)
{
    return e->type->is_space ? e->space : NULL;
}

/* The nil space can be from the beginning. */
static bool is_open(const struct world *w, const struct space *space)
{
    return space == w->nil || space->entity->stage == ENTITY_ALIVE;
}

struct space *space_find(const struct world *w, gw_id id)
{
    const struct entity *e = entity_find(w, id);
    struct space *space = e ? space_of(e) : NULL;
    return space && is_open(w, space) ? space : NULL;
}

/* ---- the nil space -------------------------------------------------------------------------- */

static struct entity *make(struct world *w, gw_id id, int64_t kind, enum entity_origin origin)
{
    struct entity *e = entity_make(w, w->space_type, id, origin);
    e->space = mem_zalloc(sizeof *e->space);
    *e->space = (struct space){.entity = e, .kind = kind};
    return e;
}

struct entity *space_make(struct world *w, gw_id id)
{
    return make(w, id, 0, ENTITY_SENT_WHOLE);
}

/* Its dispatcher hears of it when the game registers, and of its end when the game has gone. */
void spaces_init(struct world *w)
{
    struct entity *e = make(w, id_nil_space(w->desc.gameid), 0, ENTITY_SENT_WHOLE);
    e->announced = true;
    e->behind_fence = false;
    w->nil = e->space;
}

void spaces_begin(struct world *w)
{
    struct entity *e = w->nil->entity;
    if (e->stage != ENTITY_NEW)
        return;
    struct scope before = world_enter(w, NULL);
    entity_hook(w, e, e->type->def->on_init);
    entity_begin(w, e);
    world_leave(w, before);
}

void spaces_end(struct world *w)
{
    struct scope before = world_enter(w, NULL);
    entity_end(w, w->nil->entity);
    world_leave(w, before);
}

void spaces_count_neighbours(struct world *w)
{
    if (w->desc.clock->now_ms < w->neighbours_due_ms)
        return;
    w->neighbours_due_ms = w->desc.clock->now_ms + NEIGHBOURS_INTERVAL_MS;
    w->stats.neighbours = 0;
    for (const struct entity *e = w->space_type->first; e; e = e->next)
        w->stats.neighbours += e->space->aoi ? aoi_pairs(e->space->aoi) : 0;
}

/* ---- life of a space ------------------------------------------------------------------------ */

struct entity *space_new(struct world *w, gw_id id, int64_t kind, enum entity_origin origin)
{
    if (kind == 0)
        return NULL;
    struct entity *e = make(w, id, kind, origin);
    w->stats.spaces++;
    entity_hook(w, e, e->type->def->on_init);
    return e;
}

/* Hooks may end any of them, and what they create in here is not let in any more. */
void space_end(struct world *w, struct space *space)
{
    if (!space->kind)
        return;
    while (space->first)
        entity_end(w, space->first);
    w->stats.spaces--;
}

void space_free(struct space *space)
{
    if (!space)
        return;
    aoi_destroy(space->aoi);
    free(space);
}

/* ---- who is in it --------------------------------------------------------------------------- */

void space_put(struct space *space, struct entity *e)
{
    e->space = space;
    e->previous_in = NULL;
    e->next_in = space->first;
    if (space->first)
        space->first->previous_in = e;
    space->first = e;
    space->count++;
}

void space_take(struct entity *e)
{
    struct space *space = e->space;
    if (e->previous_in)
        e->previous_in->next_in = e->next_in;
    else
        space->first = e->next_in;
    if (e->next_in)
        e->next_in->previous_in = e->previous_in;
    space->count--;
}

static void tell_space(struct world *w, struct space *space, struct entity *e,
                       void (*hook)(gw_entity *self, gw_entity *entity))
{
    if (!entity_is_dead(space->entity))
        entity_hook_about(w, space->entity, hook, e);
}

void space_enter(struct world *w, struct space *space, struct entity *e, gw_vec3 position)
{
    space_take(e);
    space_put(space, e);
    e->position = position;
    if (!space->kind)
        return;
    moves_tell_own(w, e);
    sight_begin(w, e);
    moves_note(w, e, MOVED_FOR_OTHERS);
    entity_hook(w, e, e->type->def->on_enter_space);
    if (e->space == space && !entity_is_dead(e))
        tell_space(w, space, e, w->space_type->def->on_entity_entered);
}

void space_leave(struct world *w, struct entity *e)
{
    struct space *space = e->space;
    if (space == w->nil)
        return;
    sight_end(w, e);
    space_take(e);
    space_put(w->nil, e);
    entity_hook_about(w, e, e->type->def->on_leave_space, space->entity);
    tell_space(w, space, e, w->space_type->def->on_entity_left);
}

/* ---- what games call ------------------------------------------------------------------------ */

gw_entity *gw_create_space(int64_t kind)
{
    struct world *w = world_running();
    struct entity *e = space_new(w, id_new(w->desc.ids), kind, ENTITY_CREATED_HERE);
    if (!e) {
        world_misuse(w, NULL, "gw_create_space: kind 0 is that of nil spaces", "");
        return NULL;
    }
    entity_begin(w, e);
    return &e->base;
}

gw_id gw_create_space_anywhere(int64_t kind)
{
    return gw_create_space_on(0, kind);
}

gw_id gw_create_space_on(uint16_t gameid, int64_t kind)
{
    struct world *w = world_running();
    if (kind == 0) {
        world_misuse(w, NULL, "gw_create_space_on: kind 0 is that of nil spaces", "");
        return (gw_id){0};
    }
    buf_clear(&w->pack);
    msgpack_write_map(&w->pack, 1);
    msgpack_write_str(&w->pack, SPACE_KIND, strlen(SPACE_KIND));
    msgpack_write_i64(&w->pack, kind);
    return entity_create_on(w, gameid, SPACE_TYPE_NAME, view_of(&w->pack));
}

bool gw_is_space(const gw_entity *entity)
{
    return space_of(entity_of(entity));
}

int64_t gw_space_kind(const gw_entity *entity)
{
    const struct space *space = space_of(entity_of(entity));
    return space ? space->kind : 0;
}

static const char *why_no_aoi(const struct space *space, float distance)
{
    if (!space || !space->kind)
        return "it is no space, or a nil space";
    if (space->aoi || space->first)
        return space->aoi ? "it has AOI already" : "something has entered it already";
    if (!(distance > 0 && distance <= GW_AOI_DISTANCE_MAX))
        return "the distance is out of range";
    return NULL;
}

gw_err gw_enable_aoi(gw_entity *entity, float distance)
{
    struct world *w = world_running();
    struct space *space = space_of(entity_of(entity));
    const char *why = why_no_aoi(space, distance);
    if (why) {
        world_misuse(w, entity, "gw_enable_aoi", why);
        return GW_EINVAL;
    }
    space->distance = distance;
    space->aoi = sight_aoi_create(w);
    return GW_OK;
}

gw_entity *gw_space(const gw_entity *entity)
{
    const struct entity *e = entity_of(entity);
    bool is_somewhere = !e->type->is_space && !entity_is_dead(e);
    return &(is_somewhere ? e->space : world_running()->nil)->entity->base;
}

gw_entity *gw_nil_space(void)
{
    return &world_running()->nil->entity->base;
}

gw_id gw_nil_space_id(uint16_t gameid)
{
    return id_nil_space(gameid);
}

size_t gw_count_in(const gw_entity *entity, const gw_entity_type *type)
{
    const struct space *space = space_of(entity_of(entity));
    if (!space || !type)
        return space ? space->count : 0;
    size_t count = 0;
    for (const struct entity *e = space->first; e; e = e->next_in)
        count += e->base.type == type;
    return count;
}

static const char *why_not_in(const struct space *space, gw_vec3 position)
{
    if (!space || space->entity->stage != ENTITY_ALIVE)
        return "it is no space, or it ends";
    return vec3_is_finite(position) ? NULL : "the position is not finite";
}

gw_entity *gw_create_in(const gw_entity_type *type, gw_entity *in, gw_vec3 position)
{
    struct world *w = world_running();
    struct space *space = space_of(entity_of(in));
    const char *why = why_not_in(space, position);
    if (why) {
        world_misuse(w, in, "gw_create_in", why);
        return NULL;
    }
    struct entity *e = entity_new_of(w, type);
    e->position = position;
    entity_begin_in(w, e, space);
    return &e->base;
}
