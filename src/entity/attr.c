/* Sets attributes: the one door through which an attribute changes. */
#include "entity/attr.h"

#include "entity/check.h"
#include "entity/entity.h"
#include "entity/root.h"

static void run_hook(struct world *w, struct entity *e, const gw_attr *attr)
{
    if (w->attr_hooks == GW_ATTR_HOOK_DEPTH_MAX) {
        world_misuse(w, &e->base, "the hook of an attribute leads to itself without end",
                     attr->name);
        return;
    }
    w->attr_hooks++;
    entity_hook(w, e, attr->changed);
    w->attr_hooks--;
}

/* Every change ends here, whatever follows from one hangs on this: of the attribute as a whole, or
 * (else NULL) in its tree. */
static void changed(struct world *w, struct entity *e, unsigned index,
                    const struct tree_change *inside)
{
    const gw_attr *attr = &e->type->attrs[index];
    check_remember(w, e);
    attrs_tell_clients(w, e, index, inside);
    if (attr->changed)
        run_hook(w, e, attr);
}

gw_err attrs_may_change(struct world *w, struct entity *e)
{
    check_compare(w, e); /* before this change would hide another one */
    return entity_is_dead(e) ? GW_ECANCELED : GW_OK;
}

/* ---- maps and lists -------------------------------------------------------------------------- */

struct entity *attrs_owner(struct gw_node *node)
{
    struct gw_node *top = tree_top(node);
    return top->home == TREE_ROOT ? top->entity : NULL;
}

void attrs_tree_changed(struct world *w, struct entity *e, const struct tree_change *change)
{
    changed(w, e, tree_top(change->node)->index, change);
}

void attrs_node_replaced(struct world *w, struct entity *e, struct gw_node *node)
{
    if (node->home == TREE_ROOT) {
        changed(w, e, node->index, NULL);
        return;
    }
    const struct gw_node *parent = node->parent;
    struct tree_change change = {
        .node = node->parent,
        .message = parent->is_list ? MSG_NOTIFY_LIST_ATTR_CHANGE : MSG_NOTIFY_MAP_ATTR_CHANGE,
        .key = node->key,
        .index = node->index,
        .value = parent->is_list ? tree_at(parent, node->index) : tree_get(parent, node->key),
    };
    attrs_tree_changed(w, e, &change);
}

/* ---- setting --------------------------------------------------------------------------------- */

/* Returns the attribute's index when the member may be set, else says why not. */
static gw_err find_attr(struct world *w, gw_entity *entity, const void *member, unsigned *index)
{
    struct entity *e = entity_of(entity);
    gw_err err = attrs_may_change(w, e);
    if (err)
        return err;
    *index = type_attr_of(e->type, entity, member);
    if (*index != TYPE_NO_ATTR)
        return GW_OK;
    world_misuse(w, entity, "GW_SET: the member is not in the table of attributes", "");
    return GW_EINVAL;
}

static gw_err set_scalar(gw_entity *entity, void *member, const void *value, size_t size)
{
    struct world *w = world_running();
    unsigned index;
    gw_err err = find_attr(w, entity, member, &index);
    if (err)
        return err;
    memcpy(member, value, size);
    changed(w, entity_of(entity), index, NULL);
    return GW_OK;
}

#define SET_SCALAR(tag, ctype)                                                                     \
    gw_err gw_set_##tag(gw_entity *entity, void *member, ctype value)                              \
    {                                                                                              \
        return set_scalar(entity, member, &value, sizeof value);                                   \
    }
SET_SCALAR(bool, bool)
SET_SCALAR(i8, int8_t)
SET_SCALAR(i16, int16_t)
SET_SCALAR(i32, int32_t)
SET_SCALAR(i64, int64_t)
SET_SCALAR(u8, uint8_t)
SET_SCALAR(u16, uint16_t)
SET_SCALAR(u32, uint32_t)
SET_SCALAR(u64, uint64_t)
SET_SCALAR(f32, float)
SET_SCALAR(f64, double)
SET_SCALAR(id, gw_id)
SET_SCALAR(vec3, gw_vec3)
#undef SET_SCALAR

static gw_err store_string(const gw_attr *attr, void *member, const char *value)
{
    if (attr->type == GW_VALUE_text) {
        gw_text_assign(member, value);
        return GW_OK;
    }
    size_t size = strlen(value) + 1;
    if (size > attr->size)
        return GW_EINVAL;
    memmove(member, value, size); /* value may be a part of the member */
    return GW_OK;
}

gw_err gw_set_str(gw_entity *entity, void *member, const char *value)
{
    struct world *w = world_running();
    unsigned index;
    gw_err err = find_attr(w, entity, member, &index);
    if (err)
        return err;
    struct entity *e = entity_of(entity);
    const gw_attr *attr = &e->type->attrs[index];
    err = store_string(attr, member, value ? value : "");
    if (err)
        world_misuse(w, entity, "GW_SET: the text does not fit its char[N]", attr->name);
    else
        changed(w, e, index, NULL);
    return err;
}

/* A loose tree becomes the attribute itself, so that its handle goes on to mean it; of any other
 * the attribute is a copy. */
static gw_err set_tree(gw_entity *entity, struct gw_node **member, struct gw_node *node,
                       bool is_list)
{
    struct world *w = world_running();
    unsigned index;
    gw_err err = find_attr(w, entity, member, &index);
    if (err)
        return err;
    struct entity *e = entity_of(entity);
    if (!node)
        node = tree_new(is_list);
    else if (node->home != TREE_LOOSE)
        node = tree_copy(node);
    roots_replace(w, e, index, node);
    changed(w, e, index, NULL);
    return GW_OK;
}

gw_err gw_set_map(gw_entity *entity, void *member, gw_map value)
{
    return set_tree(entity, member, value.node_, false);
}

gw_err gw_set_list(gw_entity *entity, void *member, gw_list value)
{
    return set_tree(entity, member, value.node_, true);
}
