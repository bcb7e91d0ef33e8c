/* A world at rest becomes bytes; restore.c reads them. */
#include "entity/freeze.h"

#include "aoi/aoi.h"
#include "base/sentence.h"
#include "entity/entity.h"
#include "entity/frozen.h"
#include "entity/space.h"
#include "entity/tree.h"
#include "entity/value.h"

/* ---- what an entity carries that is no attribute -------------------------------------------- */

/* What on_freeze of each has put there: an id, and a map behind its length. */
struct carried {
    struct buf bytes;
    struct reader next;
};

static gw_err ask_hook(struct world *w, struct entity *e, struct gw_node *map)
{
    struct scope before = entity_hook_begin(w, e);
    gw_err err = e->type->def->on_freeze(&e->base, (gw_map){map});
    entity_hook_end(w, e, before);
    return err;
}

static gw_err collect_of(struct world *w, struct entity *e, struct buf *bytes, char **error)
{
    struct gw_node *map = tree_new(false);
    struct gw_node *loose = NULL;
    tree_make_loose(map, &loose);
    gw_err err = ask_hook(w, e, map);
    if (err) {
        *error = sentence("on_freeze of %s/" GW_ID_FORMAT " has failed: %s", e->type->def->name,
                          GW_ID_ARG(e->base.id), gw_strerror(err));
    } else if (map->count && !entity_is_dead(e)) {
        write_id(bytes, e->base.id);
        size_t begin = write_var_begin(bytes);
        tree_write(bytes, map, false);
        write_var_end(bytes, begin);
    }
    tree_free_all(&loose);
    return err;
}

/* In the order in which they are written. Hooks may end any of them. */
static void list_asked(const struct world *w, struct buf *all)
{
    struct entity *nil = w->nil->entity;
    if (w->space_type->def->on_freeze)
        buf_append(all, &nil, sizeof nil);
    for (size_t i = w->type_count; i-- > 0;)
        if (w->types[i].def->on_freeze)
            for (struct entity *e = entity_last(&w->types[i]); e; e = e->previous)
                buf_append(all, &e, sizeof e);
}

static gw_err collect(struct world *w, struct buf *bytes, char **error)
{
    gw_err err = GW_OK;
    struct buf all = {0};
    struct scope before = world_enter(w, NULL);
    list_asked(w, &all);
    struct entity **entities = (struct entity **)(void *)all.data;
    for (size_t i = 0; i < all.size / sizeof *entities && !err; i++)
        if (!entity_is_dead(entities[i]))
            err = collect_of(w, entities[i], bytes, error);
    world_leave(w, before);
    buf_free(&all);
    return err;
}

/* What one has carried that a later hook has ended is passed over. */
static struct view take_carried(const struct world *w, struct carried *carried, gw_id id)
{
    while (reader_left(&carried->next)) {
        struct reader r = carried->next;
        gw_id whose = read_id(&r);
        struct view map = read_var(&r);
        if (gw_id_equal(whose, id) || !entity_find(w, whose))
            carried->next = r;
        if (gw_id_equal(whose, id))
            return map;
        if (entity_find(w, whose))
            break;
    }
    return (struct view){0};
}

/* ---- entities ------------------------------------------------------------------------------- */

static unsigned flags_of(const struct world *w, const struct entity *e)
{
    bool is_in_space = !e->type->is_space && e->space != w->nil;
    return (is_in_space ? FROZEN_IN_SPACE : 0u) | (e->member ? FROZEN_MEMBER : 0u) |
           (gw_id_is_none(e->client) ? 0u : FROZEN_CLIENT) | (e->timers ? FROZEN_TIMERS : 0u) |
           (e->save.index != HEAP_OUTSIDE ? FROZEN_SAVED_LATER : 0u) |
           (e->syncing ? FROZEN_SYNCING : 0u) | (e->is_away ? FROZEN_AWAY : 0u) |
           (e->announced ? FROZEN_ANNOUNCED : 0u) | (e->is_saved ? FROZEN_SAVED : 0u) |
           (e->behind_fence ? FROZEN_BEHIND_FENCE : 0u) |
           (e->called_since ? FROZEN_CALLED_SINCE : 0u);
}

static void freeze_place(const struct entity *e, unsigned flags, struct buf *b)
{
    if (e->type->is_space)
        return;
    if (flags & FROZEN_IN_SPACE)
        write_id(b, e->space->entity->base.id);
    write_f32(b, e->position.x);
    write_f32(b, e->position.y);
    write_f32(b, e->position.z);
    write_f32(b, e->yaw);
    write_u8(b, e->moved_for);
    if (!(flags & FROZEN_MEMBER))
        return;
    struct aoi_member member = aoi_member(e->space->aoi, e->member);
    write_f32(b, member.distance);
    write_u8(b, (uint8_t)member.parts);
}

static void freeze_space(const struct entity *e, struct buf *b)
{
    const struct space *space = space_of(e);
    if (!space)
        return;
    write_u64(b, (uint64_t)space->kind);
    write_f32(b, space->distance);
    write_bool(b, space->aoi);
    write_u64(b, space->aoi ? aoi_pairs(space->aoi) : 0);
}

static void freeze_client(const struct entity *e, unsigned flags, struct buf *b)
{
    if (!(flags & FROZEN_CLIENT))
        return;
    write_id(b, e->client);
    write_u16(b, e->gateid);
    write_str(b, e->client_address ? e->client_address : "");
}

static void freeze_entity(const struct world *w, const struct entity *e, struct carried *carried,
                          struct buf *b)
{
    unsigned flags = flags_of(w, e);
    size_t begin = write_var_begin(b);
    write_id(b, e->base.id);
    write_u16(b, (uint16_t)flags);
    freeze_space(e, b);
    freeze_place(e, flags, b);
    freeze_client(e, flags, b);
    if (flags & FROZEN_SAVED_LATER)
        write_left(b, w, e->save.due_ms);
    if (flags & FROZEN_TIMERS)
        timers_freeze(w, e, b);
    size_t attrs = write_var_begin(b);
    fields_write(b, e->type->attrs, &e->base, 0);
    write_var_end(b, attrs);
    struct view map = take_carried(w, carried, e->base.id);
    write_var(b, map.data, map.size);
    write_var_end(b, begin);
}

static void freeze_type(const struct world *w, const struct type *type, struct carried *carried,
                        struct buf *b)
{
    write_str(b, type->wire_name);
    write_u32(b, (uint32_t)type->count);
    for (const struct entity *e = entity_last(type); e; e = e->previous)
        freeze_entity(w, e, carried, b);
}

/* The spaces, which are the last type, go first: what is in them finds them there. */
static void freeze_entities(const struct world *w, struct carried *carried, struct buf *b)
{
    freeze_entity(w, w->nil->entity, carried, b);
    write_u32(b, (uint32_t)w->type_count);
    for (size_t i = w->type_count; i-- > 0;)
        freeze_type(w, &w->types[i], carried, b);
}

/* ---- the world ------------------------------------------------------------------------------ */

static void freeze_all(const struct world *w, struct carried *carried, struct buf *b)
{
    write_u32(b, FROZEN_VERSION);
    write_u16(b, w->desc.gameid);
    write_bool(b, w->ready);
    write_u64(b, w->random.state);
    write_u64(b, w->asks.last_request);
    write_u32(b, w->timer_ids);
    freeze_entities(w, carried, b);
    trips_freeze(w, b);
    leavers_freeze(w, b);
    arrivals_freeze(w, b);
    services_freeze(w, b);
    local_freeze(w, b);
}

/* A hook may have called others, which is left for later, but nothing that has to be waited for. */
gw_err world_freeze(struct world *w, struct buf *out, char **error)
{
    struct carried carried = {0};
    gw_err err = collect(w, &carried.bytes, error);
    entity_bury(w);
    if (!err && !world_is_at_rest(w)) {
        *error =
            sentence("a hook on_freeze has begun what has to be waited for: %s", world_unrest(w));
        err = GW_EINVAL;
    }
    if (!err) {
        carried.next = reader_of(carried.bytes.data, carried.bytes.size);
        freeze_all(w, &carried, out);
    }
    buf_free(&carried.bytes);
    return err;
}
