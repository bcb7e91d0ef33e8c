/* Bytes become a world again, in another process, perhaps of a newer program. Entities are made and
 * filled first; when all are there, their hooks run. */
#include "entity/freeze.h"

#include "aoi/aoi.h"
#include "base/sentence.h"
#include "entity/attr.h"
#include "entity/check.h"
#include "entity/client.h"
#include "entity/entity.h"
#include "entity/frozen.h"
#include "entity/moves.h"
#include "entity/position.h"
#include "entity/sight.h"
#include "entity/space.h"
#include "entity/timer.h"
#include "entity/tree.h"
#include "entity/value.h"
#include "wire/msgpack.h"

#include <stdlib.h>

struct restore {
    struct thaw t;
    struct buf made; /* struct made, in order */
    struct misfit *misfits;
    size_t misfit_count;
};

/* An entity, and what is left to do with what was frozen of it. */
struct made {
    struct entity *entity;
    struct view attrs, carried;
};

/* An attribute of a type of which the values were dropped. */
struct misfit {
    const struct type *type;
    char *name;
    const char *why;
    size_t entities;
};

/* ---- attributes ----------------------------------------------------------------------------- */

struct misfit_user {
    struct restore *restore;
    const struct type *type;
};

static struct misfit *misfit_of(struct restore *r, const struct type *type, const char *name,
                                size_t size)
{
    for (size_t i = 0; i < r->misfit_count; i++)
        if (r->misfits[i].type == type && strlen(r->misfits[i].name) == size &&
            memcmp(r->misfits[i].name, name, size) == 0)
            return &r->misfits[i];
    r->misfits = mem_realloc(r->misfits, (r->misfit_count + 1) * sizeof *r->misfits);
    struct misfit *misfit = &r->misfits[r->misfit_count++];
    *misfit = (struct misfit){.type = type, .name = mem_copy_text(name, size)};
    return misfit;
}

static void note_misfit(void *user, const char *key, size_t key_size, const char *why)
{
    const struct misfit_user *u = user;
    struct misfit *misfit = misfit_of(u->restore, u->type, key, key_size);
    misfit->why = why;
    misfit->entities++;
}

/* One line for each attribute, however many entities had it. */
static void log_misfits(struct restore *r)
{
    for (size_t i = 0; i < r->misfit_count; i++) {
        const struct misfit *m = &r->misfits[i];
        r->t.world->stats.attributes_dropped.count += m->entities;
        log_warn(r->t.world->desc.log, "attribute_dropped",
                 "type=%s attribute=\"%s\" entities=%zu why=\"%s\"", m->type->def->name, m->name,
                 m->entities, m->why);
        free(m->name);
    }
    free(r->misfits);
}

static void thaw_attrs(struct restore *r, struct entity *e, struct view attrs)
{
    struct misfit_user user = {r, e->type};
    if (!thaw_failed(&r->t) && fields_read(attrs, e->type->attrs, &e->base, 0, note_misfit, &user))
        thaw_fail(&r->t, "the attributes of %s/" GW_ID_FORMAT " are no map", e->type->def->name,
                  GW_ID_ARG(e->base.id));
}

/* ---- entities ------------------------------------------------------------------------------- */

static void thaw_client(struct restore *r, struct entity *e)
{
    struct reader *in = &r->t.in;
    gw_id client = read_id(in);
    uint16_t gateid = read_u16(in);
    struct view address = read_var(in);
    if (gw_id_is_none(client))
        in->bad = true;
    if (!in->bad)
        client_arrive(r->t.world, e, client, gateid, address);
}

static void put_into(struct thaw *t, struct entity *e, gw_id id)
{
    const struct entity *in = entity_find(t->world, id);
    struct space *space = in ? space_of(in) : NULL;
    if (!space || space == t->world->nil) {
        t->in.bad = true;
        return;
    }
    space_take(e);
    space_put(space, e);
}

static bool is_member(const struct aoi_member *member)
{
    bool sees = member->parts & AOI_SEES;
    return member->parts <= (AOI_SEES | AOI_IS_SEEN | AOI_LISTENS) &&
           (sees ? member->distance > 0 && member->distance <= GW_AOI_DISTANCE_MAX
                 : member->distance == 0);
}

static void thaw_member(struct thaw *t, struct entity *e)
{
    struct aoi_member member = {.distance = read_f32(&t->in)};
    member.parts = read_u8(&t->in);
    if (t->in.bad || !e->space->aoi || !is_member(&member)) {
        t->in.bad = true;
        return;
    }
    e->member = aoi_put_back(e->space->aoi, e, e->position.x, e->position.z, member);
}

static void thaw_place(struct thaw *t, struct entity *e, unsigned flags)
{
    struct reader *in = &t->in;
    if (flags & FROZEN_IN_SPACE)
        put_into(t, e, read_id(in));
    e->position.x = read_f32(in);
    e->position.y = read_f32(in);
    e->position.z = read_f32(in);
    e->yaw = read_f32(in);
    e->moved_for = read_u8(in) & MOVED_FOR_ALL; /* it is told of when all are there */
    if (!vec3_is_finite(e->position) || !isfinite(e->yaw))
        in->bad = true;
    if (flags & FROZEN_MEMBER && !in->bad)
        thaw_member(t, e);
}

static void thaw_space(struct thaw *t, struct entity *e)
{
    struct space *space = e->space;
    int64_t kind = (int64_t)read_u64(&t->in);
    space->distance = read_f32(&t->in);
    bool has_aoi = read_bool(&t->in);
    uint64_t pairs = read_u64(&t->in);
    bool is_nil = space == t->world->nil;
    if (is_nil != (kind == 0) || (is_nil && has_aoi) ||
        (has_aoi && !(space->distance > 0 && space->distance <= GW_AOI_DISTANCE_MAX)))
        t->in.bad = true;
    if (t->in.bad)
        return;
    space->kind = kind;
    t->world->stats.spaces += !is_nil;
    if (!has_aoi)
        return;
    space->aoi = sight_aoi_create(t->world);
    aoi_put_back_pairs(space->aoi, pairs);
}

static void set_flags(struct entity *e, unsigned flags)
{
    e->syncing = flags & FROZEN_SYNCING;
    e->is_away = flags & FROZEN_AWAY;
    e->announced = flags & FROZEN_ANNOUNCED;
    e->is_saved = flags & FROZEN_SAVED;
    e->behind_fence = flags & FROZEN_BEHIND_FENCE;
    e->called_since = flags & FROZEN_CALLED_SINCE;
}

static void thaw_saving(struct thaw *t, struct entity *e)
{
    int64_t due_ms = read_due(t);
    if (!t->in.bad && e->type->def->persistent)
        heap_push(&t->world->saves, &e->save, due_ms);
}

/* Runs on_init, and fills it. What runs of timers is what ran: those of on_init did already. */
static void fill(struct restore *r, struct entity *e, unsigned flags)
{
    struct thaw *t = &r->t;
    entity_hook(t->world, e, e->type->def->on_init);
    if (e->stage != ENTITY_NEW) {
        thaw_fail(t, "on_init of %s/" GW_ID_FORMAT " has ended it", e->type->def->name,
                  GW_ID_ARG(e->base.id));
        return;
    }
    timers_end(t->world, e);
    if (e->type->is_space)
        thaw_space(t, e);
    else
        thaw_place(t, e, flags);
    if (flags & FROZEN_CLIENT)
        thaw_client(r, e);
    set_flags(e, flags);
    if (flags & FROZEN_SAVED_LATER)
        thaw_saving(t, e);
    if (flags & FROZEN_TIMERS)
        timers_thaw(t, e);
    struct made made = {.entity = e, .attrs = read_var(&t->in)};
    made.carried = read_var(&t->in);
    thaw_attrs(r, e, made.attrs);
    buf_append(&r->made, &made, sizeof made);
    e->stage = ENTITY_ALIVE;
}

static struct entity *make(struct world *w, struct type *type, gw_id id)
{
    return type->is_space ? space_make(w, id) : entity_make(w, type, id, ENTITY_SENT_WHOLE);
}

/* A record, which may be longer than is known here. */
static void thaw_record(struct restore *r, struct type *type)
{
    struct thaw *t = &r->t;
    struct view record = read_var(&t->in);
    struct reader rest = t->in;
    t->in = reader_of(record.data, record.size);
    t->in.bad = rest.bad;
    gw_id id = read_id(&t->in);
    unsigned flags = read_u16(&t->in);
    struct entity *e = NULL;
    if (t->in.bad)
        ;
    else if (!type)
        e = t->world->nil->entity;
    else if (gw_id_is_none(id) || entity_find(t->world, id))
        t->in.bad = true;
    else
        e = make(t->world, type, id);
    if (e)
        fill(r, e, flags);
    rest.bad = t->in.bad;
    t->in = rest;
}

static void thaw_type(struct restore *r)
{
    struct thaw *t = &r->t;
    struct view name = read_var(&t->in);
    uint32_t count = read_u32(&t->in);
    struct type *type = t->in.bad ? NULL : world_type_named(t->world, name);
    if (!type && count && !t->in.bad)
        thaw_fail(t, "the new program has no type %.*s, and %u of it live here", (int)name.size,
                  (const char *)name.data, count);
    for (; count && !t->in.bad; count--)
        thaw_record(r, type);
}

static void thaw_entities(struct restore *r)
{
    thaw_record(r, NULL); /* the nil space */
    for (uint32_t left = read_u32(&r->t.in); left && !r->t.in.bad; left--)
        thaw_type(r);
}

/* ---- hooks ---------------------------------------------------------------------------------- */

static void make_ready(struct world *w, struct entity *e)
{
    unsigned moved_for = e->moved_for;
    e->moved_for = 0;
    if (moved_for)
        moves_note(w, e, moved_for);
    if (e->member)
        sight_client_changed(e); /* who listens depends on the program's hooks, too */
    entity_hook(w, e, e->type->def->on_attrs_ready);
    e->attrs_ready = true;
    check_remember(w, e);
}

static gw_err run_on_restored(struct world *w, struct entity *e, struct view carried)
{
    struct gw_node *map = NULL, *loose = NULL;
    if (!carried.size || tree_read(carried, false, &map))
        map = tree_new(false);
    tree_make_loose(map, &loose);
    struct scope before = entity_hook_begin(w, e);
    gw_err err = e->type->def->on_restored(&e->base, (gw_map){map});
    entity_hook_end(w, e, before);
    tree_free_all(&loose);
    return err;
}

static void restored(struct restore *r, const struct made *made)
{
    struct entity *e = made->entity;
    struct view map = {0};
    if (made->carried.size && msgpack_check(made->carried, &map))
        r->t.in.bad = true;
    if (!e->type->def->on_restored || r->t.in.bad)
        return;
    gw_err err = run_on_restored(r->t.world, e, map);
    if (err)
        thaw_fail(&r->t, "on_restored of %s/" GW_ID_FORMAT " has failed: %s", e->type->def->name,
                  GW_ID_ARG(e->base.id), gw_strerror(err));
}

/* Nothing that they make comes among those that were there. */
static void run_hooks(struct restore *r)
{
    struct world *w = r->t.world;
    const struct made *made = (const struct made *)(const void *)r->made.data;
    size_t count = r->made.size / sizeof *made;
    for (size_t i = 0; i < count; i++)
        if (!entity_is_dead(made[i].entity))
            make_ready(w, made[i].entity);
    for (size_t i = 0; i < count && w->stats.clients; i++)
        if (!entity_is_dead(made[i].entity))
            attrs_tell_changed(w, made[i].entity, made[i].attrs);
    if (w->ready && w->desc.game->on_restored)
        w->desc.game->on_restored();
    for (size_t i = 0; i < count && !r->t.in.bad; i++)
        if (!entity_is_dead(made[i].entity))
            restored(r, &made[i]);
}

/* ---- the world ------------------------------------------------------------------------------ */

static void thaw_head(struct thaw *t)
{
    struct world *w = t->world;
    uint32_t version = read_u32(&t->in);
    if (!t->in.bad && version != FROZEN_VERSION)
        thaw_fail(t, "it was frozen by another version of the engine (form %u; this one reads %u)",
                  version, FROZEN_VERSION);
    uint16_t gameid = read_u16(&t->in);
    if (!t->in.bad && gameid != w->desc.gameid)
        thaw_fail(t, "it is game %u, not game %u", gameid, w->desc.gameid);
    w->ready = read_bool(&t->in);
    w->random.state = read_u64(&t->in);
    w->asks.last_request = read_u64(&t->in);
    w->timer_ids = read_u32(&t->in);
}

static void thaw_all(struct restore *r)
{
    struct thaw *t = &r->t;
    thaw_head(t);
    thaw_entities(r);
    trips_thaw(t);
    leavers_thaw(t);
    arrivals_thaw(t);
    services_thaw(t);
    local_thaw(t);
    if (reader_left(&t->in))
        t->in.bad = true;
    if (!t->in.bad)
        run_hooks(r);
}

/* What its code leaves for after a handler waits for the first turn, when it is certain that this
 * world goes on. */
gw_err world_restore(struct world *w, struct view frozen, char **error)
{
    struct restore r = {.t = {.world = w, .in = reader_of(frozen.data, frozen.size)}};
    struct scope before = world_enter(w, NULL);
    w->settling = true;
    thaw_all(&r);
    world_leave(w, before);
    w->settling = false;
    log_misfits(&r);
    buf_free(&r.made);
    if (!r.t.in.bad) {
        services_check_all(w);
        return GW_OK;
    }
    w->is_abandoned = true;
    *error = r.t.error ? r.t.error : sentence("it is damaged");
    return GW_EPROTO;
}
