/* world: see world.h. The table at the end lists the messages. */
#include "client/world.h"

#include "base/buf.h"
#include "base/id.h"
#include "client/attrs.h"
#include "client/codec.h"
#include "wire/messages.h"

#include <stdlib.h>

enum { RECORD_BYTES = 32 }; /* of 1502: id, x, y, z, yaw */

void world_init(struct world *world, const struct world_events *events, void *user,
                uint32_t entities_max, size_t state_bytes_max, uint64_t seed)
{
    *world = (struct world){.events = events,
                            .user = user,
                            .entities_max = entities_max,
                            .state_bytes_max = state_bytes_max,
                            .budget = state_bytes_max,
                            .by_id = {.seed = seed}};
}

void world_fini(struct world *world)
{
    idmap_free(&world->by_id);
}

/* ---- entities ------------------------------------------------------------------------------- */

static void link_last(struct world *world, gwc_entity *entity)
{
    entity->previous = world->last;
    if (world->last)
        world->last->next = entity;
    else
        world->first = entity;
    world->last = entity;
}

static void unlink_entity(struct world *world, gwc_entity *entity)
{
    *(entity->previous ? &entity->previous->next : &world->first) = entity->next;
    *(entity->next ? &entity->next->previous : &world->last) = entity->previous;
}

static void remove_entity(struct world *world, gwc_entity *entity)
{
    idmap_remove(&world->by_id, entity->id);
    unlink_entity(world, entity);
    if (world->player == entity)
        world->player = NULL;
    world->events->destroyed(world->user, entity);
    world->budget += entity->bytes + value_bytes(&entity->attrs);
    value_clear(&entity->attrs);
    free(entity);
}

void world_clear(struct world *world)
{
    while (world->last)
        remove_entity(world, world->last);
    world->budget = world->state_bytes_max; /* also what a message that failed had taken */
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool fail(struct world *world, const char *why)
{
    world->wrong = why;
    return false;
}

static bool accept_value(struct world *world, enum codec_result result)
{
    static const char *const sentences[] = {
        [CODEC_MALFORMED] = "a value is no msgpack, or has a key that is no text",
        [CODEC_TOO_DEEP] = "a value is nested too deeply",
        [CODEC_TOO_MANY] = "a map has more than 65,536 keys",
        [CODEC_TOO_LARGE] = "entities and attributes take more memory than state_bytes_max",
    };
    return result == CODEC_OK || fail(world, sentences[result]);
}

static bool read_data(struct world *world, struct view data, gwc_value *out)
{
    return accept_value(world, codec_read(data, &world->budget, out));
}

/* What is read for a moment only gives back what it has taken. */
static bool read_passing(struct world *world, struct view data, gwc_value *out)
{
    size_t budget = world->budget;
    bool good = read_data(world, data, out);
    world->budget = budget;
    return good;
}

/* ---- messages: each returns false, with what is wrong, for one that is bad --------------------
 */

static bool malformed(struct world *world)
{
    return fail(world, "a message is cut off or has bytes behind its end");
}

static bool take_budget(struct world *world, size_t bytes)
{
    if (bytes > world->budget)
        return accept_value(world, CODEC_TOO_LARGE);
    world->budget -= bytes;
    return true;
}

static bool read_attrs(struct world *world, struct view data, gwc_value *out)
{
    if (!read_data(world, data, out))
        return false;
    if (out->kind == VALUE_NIL)
        *out = (gwc_value){.kind = VALUE_MAP};
    if (out->kind == VALUE_MAP)
        return true;
    value_clear(out);
    return fail(world, "the attributes of an entity are no map");
}

static gwc_entity *new_entity(const struct msg_create_entity_on_client *m, size_t bytes)
{
    gwc_entity *entity = mem_zalloc(bytes);
    entity->id = m->entity;
    memcpy(entity->id_text, m->entity.text, sizeof m->entity);
    entity->is_player = m->is_player;
    entity->position = (gwc_vec3){m->x, m->y, m->z};
    entity->yaw = m->yaw;
    entity->bytes = bytes;
    if (m->type.size > 0)
        memcpy(entity->type, m->type.data, m->type.size);
    return entity;
}

static bool on_create(struct world *world, struct view payload)
{
    struct msg_create_entity_on_client m;
    gwc_value attrs;
    if (!msg_create_entity_on_client_read(payload, &m))
        return malformed(world);
    if (!id_is_valid(m.entity))
        return fail(world, "the id of an entity is none");
    gwc_entity *known = idmap_get(&world->by_id, m.entity);
    if (known)
        remove_entity(world, known);
    if (world->by_id.count >= world->entities_max)
        return fail(world, "there are more entities than entities_max");
    size_t bytes = sizeof *known + m.type.size + 1;
    if (!take_budget(world, bytes) || !read_attrs(world, m.attrs, &attrs))
        return false;
    gwc_entity *entity = new_entity(&m, bytes);
    entity->attrs = attrs;
    idmap_put(&world->by_id, entity->id, entity);
    link_last(world, entity);
    if (entity->is_player)
        world->player = entity;
    world->events->created(world->user, entity);
    return true;
}

static bool on_destroy(struct world *world, struct view payload)
{
    struct msg_destroy_entity_on_client m;
    if (!msg_destroy_entity_on_client_read(payload, &m))
        return malformed(world);
    gwc_entity *entity = idmap_get(&world->by_id, m.entity);
    if (entity)
        remove_entity(world, entity);
    return true;
}

/* Gives and takes what the change has freed and needs. */
static bool settle_budget(struct world *world, const struct attrs_change *change)
{
    bool has_come = change->kind == GWC_SET || change->kind == GWC_APPENDED;
    world->budget += value_bytes(&change->before) + (has_come ? 0 : change->slot_bytes);
    return take_budget(world, has_come ? change->slot_bytes : 0);
}

static bool apply_change(struct world *world, gwc_entity *entity, struct attrs_change *change,
                         struct view path, struct view value)
{
    if (!read_passing(world, path, &change->path))
        return false;
    if (value.size > 0 && !read_data(world, value, &change->value))
        return false;
    const char *why = attrs_apply(&entity->attrs, change);
    if (why)
        return fail(world, why);
    if (!settle_budget(world, change))
        return false;
    world->events->changed(world->user, entity, &change->told);
    return true;
}

/* A change without a value has an empty view. */
static bool change(struct world *world, gw_id id, struct attrs_change *change, struct view path,
                   struct view value)
{
    gwc_entity *entity = idmap_get(&world->by_id, id);
    bool good = !entity || apply_change(world, entity, change, path, value);
    attrs_change_free(change);
    return good;
}

/* A Data field of no bytes holds no value. */
static bool has_value(struct world *world, struct view value)
{
    return value.size > 0 || accept_value(world, CODEC_MALFORMED);
}

static bool on_map_set(struct world *world, struct view payload)
{
    struct msg_notify_map_attr_change m;
    if (!msg_notify_map_attr_change_read(payload, &m))
        return malformed(world);
    return has_value(world, m.value) &&
           change(world, m.entity, &(struct attrs_change){.kind = GWC_SET, .key = m.key}, m.path,
                  m.value);
}

static bool on_map_delete(struct world *world, struct view payload)
{
    struct msg_notify_map_attr_del m;
    if (!msg_notify_map_attr_del_read(payload, &m))
        return malformed(world);
    return change(world, m.entity, &(struct attrs_change){.kind = GWC_DELETED, .key = m.key},
                  m.path, (struct view){0});
}

static bool on_map_clear(struct world *world, struct view payload)
{
    struct msg_notify_map_attr_clear m;
    if (!msg_notify_map_attr_clear_read(payload, &m))
        return malformed(world);
    return change(world, m.entity, &(struct attrs_change){.kind = GWC_CLEARED}, m.path,
                  (struct view){0});
}

static bool on_list_set(struct world *world, struct view payload)
{
    struct msg_notify_list_attr_change m;
    if (!msg_notify_list_attr_change_read(payload, &m))
        return malformed(world);
    return has_value(world, m.value) &&
           change(world, m.entity, &(struct attrs_change){.kind = GWC_REPLACED, .index = m.index},
                  m.path, m.value);
}

static bool on_list_append(struct world *world, struct view payload)
{
    struct msg_notify_list_attr_append m;
    if (!msg_notify_list_attr_append_read(payload, &m))
        return malformed(world);
    return has_value(world, m.value) &&
           change(world, m.entity, &(struct attrs_change){.kind = GWC_APPENDED}, m.path, m.value);
}

static bool on_list_pop(struct world *world, struct view payload)
{
    struct msg_notify_list_attr_pop m;
    if (!msg_notify_list_attr_pop_read(payload, &m))
        return malformed(world);
    return change(world, m.entity, &(struct attrs_change){.kind = GWC_POPPED}, m.path,
                  (struct view){0});
}

static bool deliver(struct world *world, gwc_entity *entity, struct view method, struct view args)
{
    size_t budget = world->budget;
    gwc_value list;
    if (!entity)
        return true;
    bool good = accept_value(world, codec_read_args(args, &world->budget, &list));
    world->budget = budget;
    if (!good)
        return false;
    char *name = value_text_copy(method.data, method.size);
    world->events->called(world->user, entity, name, &list);
    free(name);
    value_clear(&list);
    return true;
}

static bool on_call(struct world *world, struct view payload)
{
    struct msg_call_entity_method_on_client m;
    if (!msg_call_entity_method_on_client_read(payload, &m))
        return malformed(world);
    return deliver(world, idmap_get(&world->by_id, m.entity), m.method, m.args);
}

/* The gate has compared the filter already. Meant is the player, whichever entity that is now. */
static bool on_filtered_call(struct world *world, struct view payload)
{
    struct msg_call_filtered_clients m;
    if (!msg_call_filtered_clients_read(payload, &m))
        return malformed(world);
    return deliver(world, world->player, m.method, m.args);
}

static void move(struct world *world, struct reader *r)
{
    gwc_entity *entity = idmap_get(&world->by_id, read_id(r));
    gwc_vec3 position = {.x = read_f32(r)};
    position.y = read_f32(r);
    position.z = read_f32(r);
    float yaw = read_f32(r);
    if (!entity)
        return;
    entity->position = position;
    entity->yaw = yaw;
    world->events->moved(world->user, entity);
}

static bool on_moves(struct world *world, struct view payload)
{
    struct msg_sync_position_yaw_on_clients_forwarded m;
    if (!msg_sync_position_yaw_on_clients_forwarded_read(payload, &m) ||
        m.records.size % RECORD_BYTES != 0)
        return malformed(world);
    struct reader r = reader_of(m.records.data, m.records.size);
    while (reader_left(&r) > 0)
        move(world, &r);
    return true;
}

static const struct {
    uint16_t type;
    bool (*handle)(struct world *world, struct view payload);
} handlers[] = {
    {MSG_SYNC_POSITION_YAW_ON_CLIENTS, on_moves},  {MSG_CALL_FILTERED_CLIENTS, on_filtered_call},
    {MSG_CALL_ENTITY_METHOD_ON_CLIENT, on_call},   {MSG_NOTIFY_MAP_ATTR_CHANGE, on_map_set},
    {MSG_NOTIFY_MAP_ATTR_DEL, on_map_delete},      {MSG_NOTIFY_MAP_ATTR_CLEAR, on_map_clear},
    {MSG_NOTIFY_LIST_ATTR_CHANGE, on_list_set},    {MSG_NOTIFY_LIST_ATTR_POP, on_list_pop},
    {MSG_NOTIFY_LIST_ATTR_APPEND, on_list_append}, {MSG_CREATE_ENTITY_ON_CLIENT, on_create},
    {MSG_DESTROY_ENTITY_ON_CLIENT, on_destroy},
};

const char *world_apply(struct world *world, struct view payload)
{
    uint16_t type = msg_type_of(payload);
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (handlers[i].type == type)
            return handlers[i].handle(world, payload) ? NULL : world->wrong;
    return type >= MSG_OWN_FIRST ? NULL : "a message is of a type that no client gets";
}
