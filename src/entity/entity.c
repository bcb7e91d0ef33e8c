/* The life of an entity. */
#include "entity/entity.h"

#include "aoi/aoi.h"
#include "base/assert.h"
#include "entity/attr.h"
#include "entity/call.h"
#include "entity/check.h"
#include "entity/client.h"
#include "entity/fiber.h"
#include "entity/moves.h"
#include "entity/root.h"
#include "entity/save.h"
#include "entity/space.h"
#include "entity/timer.h"
#include "entity/value.h"
#include "wire/msgpack.h"

#include <stdlib.h>

struct entity *entity_find(const struct world *w, gw_id id)
{
    return idmap_get(&w->entities, id);
}

gw_entity *world_find(const struct world *w, gw_id id)
{
    struct entity *e = entity_find(w, id);
    return e ? &e->base : NULL;
}

struct type *world_type(const struct world *w, const gw_entity_type *def)
{
    for (size_t i = 0; i < w->type_count; i++)
        if (w->types[i].def == def)
            return &w->types[i];
    return NULL;
}

struct type *world_type_named(const struct world *w, struct view name)
{
    for (size_t i = 0; i < w->type_count; i++)
        if (view_equals(name, w->types[i].wire_name))
            return &w->types[i];
    return NULL;
}

struct scope entity_hook_begin(struct world *w, struct entity *e)
{
    struct scope before = world_enter(w, e);
    w->hook_depth++;
    return before;
}

void entity_hook_end(struct world *w, struct entity *e, struct scope before)
{
    w->hook_depth--;
    if (e->trees)
        roots_reclaim(w, e);
    world_leave(w, before);
}

void entity_hook(struct world *w, struct entity *e, void (*hook)(gw_entity *self))
{
    if (!hook)
        return;
    struct scope before = entity_hook_begin(w, e);
    hook(&e->base);
    entity_hook_end(w, e, before);
}

void entity_hook_about(struct world *w, struct entity *e,
                       void (*hook)(gw_entity *self, gw_entity *other), struct entity *other)
{
    if (!hook)
        return;
    struct scope before = entity_hook_begin(w, e);
    hook(&e->base, &other->base);
    entity_hook_end(w, e, before);
}

void entity_log_misfit(void *user, const char *key, size_t key_size, const char *why)
{
    const struct entity *e = user;
    struct world *w = world_running();
    complain(&w->stats.attributes_dropped, w->desc.log, w->desc.clock, "attribute_dropped",
             "entity=%s/" GW_ID_FORMAT " attribute=\"%.*s\" why=\"%s\"", e->type->def->name,
             GW_ID_ARG(e->base.id), (int)key_size, key, why);
}

void entity_gone(struct world *w, struct type *type, gw_id id)
{
    entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, id);
    if (type->shards)
        service_gone(w, type, id);
}

void entity_notify(struct world *w, uint16_t message, gw_id id)
{
    buf_clear(&w->out);
    write_u16(&w->out, message);
    write_id(&w->out, id);
    world_send(w, id);
}

static void list_add(struct type *type, struct entity *e)
{
    e->next = type->first;
    if (type->first)
        type->first->previous = e;
    type->first = e;
    type->count++;
}

static void list_remove(struct type *type, struct entity *e)
{
    if (e->previous)
        e->previous->next = e->next;
    else
        type->first = e->next;
    if (e->next)
        e->next->previous = e->previous;
    e->previous = NULL; /* next stays: a walk that holds e goes on */
    type->count--;
}

struct entity *entity_last(const struct type *type)
{
    struct entity *e = type->first;
    while (e && e->next)
        e = e->next;
    return e;
}

struct entity *entity_make(struct world *w, struct type *type, gw_id id, enum entity_origin origin)
{
    struct entity *e = mem_zalloc(offsetof(struct entity, base) + type->def->size);
    e->type = type;
    e->behind_fence = origin != ENTITY_CREATED_HERE;
    e->is_saved = origin == ENTITY_SENT_WHOLE || origin == ENTITY_LOADED;
    e->save.index = HEAP_OUTSIDE;
    e->base.type = type->def;
    e->base.id = id;
    roots_init(e);
    struct entity *old = idmap_put(&w->entities, id, e);
    ASSERT(!old);
    leavers_forget(w, id);
    if (w->nil)
        list_add(type, e); /* what games walk has no nil space */
    if (!type->is_space) {
        w->stats.entities++;
        space_put(w->nil, e);
    }
    return e;
}

struct entity *entity_new(struct world *w, struct type *type, gw_id id, enum entity_origin origin)
{
    struct entity *e = entity_make(w, type, id, origin);
    entity_hook(w, e, type->def->on_init);
    return e;
}

/* What was sent to it before its dispatcher heard of it comes first, then the fence: from then on
 * calls of this game need not go that way. */
static void announce(struct world *w, struct entity *e)
{
    if (e->announced)
        return;
    e->announced = true;
    entity_notify(w, MSG_NOTIFY_CREATE_ENTITY, e->base.id);
    if (e->behind_fence && e->stage == ENTITY_ALIVE)
        call_send_fence(w, e);
}

static void begin(struct world *w, struct entity *e, struct space *space,
                  void (*begun)(gw_entity *self))
{
    if (e->stage != ENTITY_NEW)
        return; /* on_init has ended it */
    e->stage = ENTITY_ALIVE;
    entity_hook(w, e, e->type->def->on_attrs_ready);
    e->attrs_ready = true;
    if (e->stage != ENTITY_ALIVE)
        return;
    check_remember(w, e);
    announce(w, e);
    save_schedule_first(w, e);
    if (space && space->entity->stage == ENTITY_ALIVE) /* else a hook has ended it */
        space_enter(w, space, e, e->position);
    if (e->stage == ENTITY_ALIVE)
        entity_hook(w, e, begun);
}

void entity_begin(struct world *w, struct entity *e)
{
    begin(w, e, NULL, e->type->def->on_created);
}

void entity_begin_in(struct world *w, struct entity *e, struct space *space)
{
    begin(w, e, space, e->type->def->on_created);
}

void entity_begin_again(struct world *w, struct entity *e)
{
    e->announced = true;
    begin(w, e, NULL, e->type->def->on_migrate_in);
    if (e->stage == ENTITY_ALIVE)
        call_send_fence(w, e);
}

static void leave_tables(struct world *w, struct entity *e)
{
    if (e->type->is_space) {
        space_end(w, e->space);
    } else {
        space_take(e);
        moves_forget(w, e);
        w->stats.entities--;
    }
    e->stage = ENTITY_DEAD;
    timers_end(w, e);
    heap_remove(&w->saves, &e->save);
    e->next_dead = w->dead;
    w->dead = e;
    idmap_remove(&w->entities, e->base.id);
    if (e->space != w->nil || !e->type->is_space)
        list_remove(e->type, e);
}

/* One that ends before its attributes are there has nothing that storage has not. */
void entity_end(struct world *w, struct entity *e)
{
    if (e->stage == ENTITY_ENDING || e->stage == ENTITY_DEAD)
        return;
    if (e->stage == ENTITY_NEW && e->is_saved)
        e->disowned = true;
    e->stage = ENTITY_ENDING;
    if (e->type->shards)
        service_ended(w, e);
    trip_end(w, e);
    if (!e->type->is_space)
        space_leave(w, e);
    entity_hook(w, e, e->type->def->on_destroy);
    client_end(w, e);
    leave_tables(w, e);
    fibers_cancel(w, e);
    announce(w, e); /* so that nothing waits for it */
    save_last(w, e);
}

void entity_depart(struct world *w, struct entity *e)
{
    client_depart(w, e);
    leave_tables(w, e);
}

void entity_abandon_all(struct world *w)
{
    size_t position = 0;
    for (struct idmap_slot *slot; (slot = idmap_next(&w->entities, &position));) {
        struct entity *e = slot->value;
        timers_end(w, e);
        heap_remove(&w->saves, &e->save);
        e->stage = ENTITY_DEAD;
        e->next_dead = w->dead;
        w->dead = e;
    }
    idmap_free(&w->entities);
}

/* Of a world that goes on elsewhere no on_destroy runs: what that would free belongs to its entity
 * still, and both end with the process. */
static void leave_behind(struct entity *e)
{
    static _Thread_local struct entity *left_behind;
    e->next_dead = left_behind;
    left_behind = e;
}

static void entity_free(const struct world *w, struct entity *e)
{
    bool owns_more = w->is_abandoned && e->type->def->on_destroy;
    space_free(space_of(e));
    free(e->client_address);
    roots_fini(e);
    fields_clear(e->type->attrs, &e->base);
    check_forget(e);
    if (owns_more)
        leave_behind(e);
    else
        free(e);
}

void entity_bury(struct world *w)
{
    struct entity *e = w->dead, *kept = NULL;
    while (e) {
        struct entity *next = e->next_dead;
        if (e->pins) {
            e->next_dead = kept;
            kept = e;
        } else {
            entity_free(w, e);
        }
        e = next;
    }
    w->dead = kept;
}

/* ---- what games call ------------------------------------------------------------------------ */

struct entity *entity_new_of(struct world *w, const gw_entity_type *def)
{
    struct type *type = world_type(w, def);
    ASSERT(type && !type->shards && !type->is_space);
    return entity_new(w, type, id_new(w->desc.ids), ENTITY_CREATED_HERE);
}

gw_id entity_create_on(struct world *w, uint16_t gameid, const char *type, struct view attrs)
{
    gw_id id = id_new(w->desc.ids);
    struct msg_create_entity_somewhere m = {
        .game = gameid, .entity = id, .type = view_str(type), .attrs = attrs};
    buf_clear(&w->out);
    msg_create_entity_somewhere_write(&w->out, &m);
    world_send(w, id);
    return id;
}

gw_entity *gw_check_type(gw_entity *entity, const gw_entity_type *type)
{
    ASSERT(entity && entity->type == type);
    return entity;
}

/* A stopping world ends what is created during its stop, too. */
gw_entity *gw_create(const gw_entity_type *type)
{
    struct world *w = world_running();
    struct entity *e = entity_new_of(w, type);
    entity_begin(w, e);
    return &e->base;
}

gw_id gw_create_anywhere(const gw_entity_type *type)
{
    return gw_create_on(0, type);
}

gw_id gw_create_on(uint16_t gameid, const gw_entity_type *type)
{
    struct world *w = world_running();
    buf_clear(&w->pack);
    msgpack_write_nil(&w->pack);
    return entity_create_on(w, gameid, type->name, view_of(&w->pack));
}

void gw_destroy(gw_entity *entity)
{
    entity_end(world_running(), entity_of(entity));
}

bool gw_is_destroyed(const gw_entity *entity)
{
    return entity_is_dead(entity_of(entity));
}

gw_entity *gw_find(gw_id id)
{
    return world_find(world_running(), id);
}

gw_entity *gw_find_of_type(const gw_entity_type *type, gw_id id)
{
    gw_entity *entity = gw_find(id);
    return entity && entity->type == type ? entity : NULL;
}

gw_entity *gw_next(const gw_entity_type *type, const gw_entity *after)
{
    struct entity *e;
    if (after) {
        e = entity_of(after)->next;
    } else {
        struct type *known = world_type(world_running(), type);
        e = known ? known->first : NULL;
    }
    while (e && entity_is_dead(e))
        e = e->next;
    return e ? &e->base : NULL;
}

size_t gw_count(const gw_entity_type *type)
{
    struct type *known = world_type(world_running(), type);
    return known ? known->count : 0;
}

uint16_t gw_game_id(void)
{
    return world_running()->desc.gameid;
}
