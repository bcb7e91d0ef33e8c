/* What games do with maps and lists: reading them, and changing them in sight of the clients. */
#include "entity/attr.h"
#include "entity/entity.h"
#include "entity/tree.h"

#include <stdlib.h>

/* ---- reading --------------------------------------------------------------------------------- */

static size_t size_of(const struct gw_node *node)
{
    return node ? node->count : 0;
}

size_t gw_map_size(gw_map map)
{
    return size_of(map.node_);
}

size_t gw_list_size(gw_list list)
{
    return size_of(list.node_);
}

gw_value gw_map_get(gw_map map, const char *key)
{
    return tree_value_of(map.node_ && key ? tree_get(map.node_, key) : NULL);
}

bool gw_map_has(gw_map map, const char *key)
{
    return gw_map_get(map, key).type != GW_VALUE_none;
}

const char *gw_map_key(gw_map map, size_t index)
{
    return index < size_of(map.node_) ? map.node_->entries[index].key : NULL;
}

static gw_value value_at(const struct gw_node *node, size_t index)
{
    return tree_value_of(node ? tree_at(node, index) : NULL);
}

gw_value gw_map_value(gw_map map, size_t index)
{
    return value_at(map.node_, index);
}

gw_value gw_list_get(gw_list list, size_t index)
{
    return value_at(list.node_, index);
}

bool gw_value_to_bool(gw_value value)
{
    return value.type == GW_VALUE_bool ? value.boolean : gw_value_to_i64(value) != 0;
}

int64_t gw_value_to_i64(gw_value value)
{
    return value.type == GW_VALUE_i64 ? value.integer : 0;
}

double gw_value_to_f64(gw_value value)
{
    return value.type == GW_VALUE_f64 ? value.real : (double)gw_value_to_i64(value);
}

const char *gw_value_to_str(gw_value value)
{
    return value.type == GW_VALUE_str ? value.text : "";
}

gw_id gw_value_to_id(gw_value value)
{
    gw_id id = {0};
    if (value.type == GW_VALUE_id)
        return value.id;
    if (value.type == GW_VALUE_str && value.size == sizeof id.text)
        memcpy(id.text, value.text, sizeof id.text);
    return id;
}

gw_map gw_value_to_map(gw_value value)
{
    return value.type == GW_VALUE_map ? value.map : (gw_map){0};
}

gw_list gw_value_to_list(gw_value value)
{
    return value.type == GW_VALUE_list ? value.list : (gw_list){0};
}

/* ---- loose ones ------------------------------------------------------------------------------ */

static struct gw_node *make_loose(struct gw_node *node)
{
    tree_make_loose(node, world_loose(world_running()));
    return node;
}

static struct gw_node *copy(const struct gw_node *node, bool is_list)
{
    return make_loose(node ? tree_copy(node) : tree_new(is_list));
}

gw_list gw_list_of(const gw_value *values, size_t count)
{
    gw_list list = gw_list_new();
    for (size_t i = 0; i < count; i++)
        gw_list_push(list, values[i]);
    return list;
}

gw_map gw_map_new(void)
{
    return gw_map_copy((gw_map){0});
}

gw_list gw_list_new(void)
{
    return gw_list_copy((gw_list){0});
}

gw_map gw_map_copy(gw_map map)
{
    return (gw_map){copy(map.node_, false)};
}

gw_list gw_list_copy(gw_list list)
{
    return (gw_list){copy(list.node_, true)};
}

/* ---- changing -------------------------------------------------------------------------------- */

/* A change of a map or list, from the question whether it is allowed to the news of it. */
struct edit {
    struct world *world;
    struct gw_node *node;
    struct entity *entity; /* of whose attributes it is a part; NULL: of none */
    const char *detail;    /* for the log */
};

static gw_err fail(const struct edit *edit, gw_err err)
{
    const gw_entity *entity = edit->entity ? &edit->entity->base : NULL;
    world_misuse(edit->world, entity,
                 edit->node ? gw_strerror(err) : "a map or list that is none was changed",
                 edit->detail);
    return err;
}

static gw_err begin(struct edit *edit, struct gw_node *node, const char *detail)
{
    *edit = (struct edit){.world = world_running(), .node = node, .detail = detail};
    if (!node)
        return fail(edit, GW_EINVAL);
    edit->entity = attrs_owner(node);
    return edit->entity ? attrs_may_change(edit->world, edit->entity) : GW_OK;
}

static struct gw_node **loose_of(const struct edit *edit)
{
    return world_loose(edit->world);
}

/* `change` tells what came of it. */
static gw_err end(const struct edit *edit, struct tree_change change)
{
    change.node = edit->node;
    if (edit->entity)
        attrs_tree_changed(edit->world, edit->entity, &change);
    return GW_OK;
}

/* `key` may be a text of the map that goes with what it replaces: the entry has its own. *out is
 * what was put in; the hook of the attribute may change the map before this returns. */
static gw_err put(gw_map map, const char *key, gw_value value, gw_value *out)
{
    struct edit edit;
    const struct tree_entry *entry;
    gw_err err = begin(&edit, map.node_, key ? key : "gw_map_set: no key");
    if (err)
        return err;
    err = key ? tree_put(map.node_, key, value, loose_of(&edit), &entry) : GW_EINVAL;
    if (err)
        return fail(&edit, err);
    *out = tree_value_of(&entry->value);
    return end(&edit, (struct tree_change){.message = MSG_NOTIFY_MAP_ATTR_CHANGE,
                                           .key = entry->key,
                                           .value = &entry->value});
}

gw_err gw_map_put(gw_map map, const char *key, gw_value value)
{
    gw_value put_in;
    return put(map, key, value, &put_in);
}

gw_err gw_map_remove(gw_map map, const char *key)
{
    struct edit edit;
    gw_err err = begin(&edit, map.node_, "gw_map_remove: no key");
    if (err)
        return err;
    if (!key)
        return fail(&edit, GW_EINVAL);
    char *removed = tree_remove(map.node_, key, loose_of(&edit));
    if (removed)
        err = end(&edit, (struct tree_change){.message = MSG_NOTIFY_MAP_ATTR_DEL, .key = removed});
    free(removed);
    return err;
}

gw_err gw_map_clear(gw_map map)
{
    struct edit edit;
    gw_err err = begin(&edit, map.node_, "gw_map_clear");
    if (err || !map.node_->count)
        return err;
    tree_clear(map.node_, loose_of(&edit));
    return end(&edit, (struct tree_change){.message = MSG_NOTIFY_MAP_ATTR_CLEAR});
}

gw_err gw_list_put(gw_list list, size_t index, gw_value value)
{
    struct edit edit;
    gw_err err = begin(&edit, list.node_, "gw_list_set");
    if (err)
        return err;
    err = index < list.node_->count ? tree_set(list.node_, (uint32_t)index, value, loose_of(&edit))
                                    : GW_EINVAL;
    if (err)
        return fail(&edit, err);
    return end(&edit, (struct tree_change){.message = MSG_NOTIFY_LIST_ATTR_CHANGE,
                                           .index = (uint32_t)index,
                                           .value = tree_at(list.node_, index)});
}

gw_err gw_list_push(gw_list list, gw_value value)
{
    struct edit edit;
    gw_err err = begin(&edit, list.node_, "gw_list_append");
    if (err)
        return err;
    err = tree_append(list.node_, value);
    if (err)
        return fail(&edit, err);
    return end(&edit, (struct tree_change){.message = MSG_NOTIFY_LIST_ATTR_APPEND,
                                           .value = tree_last(list.node_)});
}

gw_err gw_list_pop(gw_list list)
{
    struct edit edit;
    gw_err err = begin(&edit, list.node_, "gw_list_pop");
    if (err)
        return err;
    if (!list.node_->count)
        return GW_ENOTFOUND;
    tree_pop(list.node_, loose_of(&edit));
    return end(&edit, (struct tree_change){.message = MSG_NOTIFY_LIST_ATTR_POP});
}

/* There is no message for it: its place gets an empty one. */
gw_err gw_list_clear(gw_list list)
{
    struct edit edit;
    gw_err err = begin(&edit, list.node_, "gw_list_clear");
    if (err || !list.node_->count)
        return err;
    tree_clear(list.node_, loose_of(&edit));
    if (edit.entity)
        attrs_node_replaced(edit.world, edit.entity, list.node_);
    return GW_OK;
}

static gw_value open_node(gw_map map, const char *key, gw_value empty)
{
    gw_value value = gw_map_get(map, key);
    if (value.type != empty.type && put(map, key, empty, &value))
        return (gw_value){0};
    return value;
}

gw_map gw_map_open_map(gw_map map, const char *key)
{
    return gw_value_to_map(open_node(map, key, gw_value_map((gw_map){0})));
}

gw_list gw_map_open_list(gw_map map, const char *key)
{
    return gw_value_to_list(open_node(map, key, gw_value_list((gw_list){0})));
}
