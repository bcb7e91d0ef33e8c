/* Changes of attributes as messages to clients. */
#include "aoi/aoi.h"
#include "entity/attr.h"
#include "entity/client.h"
#include "entity/value.h"
#include "entity/view.h"
#include "wire/msgpack.h"
#include "wire/writer.h"

#define SEEN_BY_OWN_CLIENT (GW_CLIENT | GW_ALL_CLIENTS)

static void write_change(struct world *w, struct entity *e, unsigned index, const void *member)
{
    buf_clear(&w->out);
    client_write_head(&w->out, MSG_NOTIFY_MAP_ATTR_CHANGE, e);
    write_id(&w->out, e->base.id);
    const struct buf *head = &e->type->attr_heads[index];
    write_bytes(&w->out, head->data, head->size);
    size_t begin = write_var_begin(&w->out);
    value_write(&w->out, &e->type->attrs[index], member);
    write_var_end(&w->out, begin);
}

/* Path and key, or index, lead to what is another now. */
static void write_tree_change(struct world *w, struct entity *e, const struct tree_change *change)
{
    const char *root = e->type->attrs[tree_top(change->node)->index].name;
    buf_clear(&w->out);
    client_write_head(&w->out, change->message, e);
    write_id(&w->out, e->base.id);
    size_t begin = write_var_begin(&w->out);
    tree_write_path(&w->out, change->node, root);
    write_var_end(&w->out, begin);
    if (change->key)
        write_str(&w->out, change->key);
    if (change->message == MSG_NOTIFY_LIST_ATTR_CHANGE)
        write_u32(&w->out, change->index);
    if (change->value) {
        begin = write_var_begin(&w->out);
        tree_write_value(&w->out, change->value);
        write_var_end(&w->out, begin);
    }
}

/* Whether anybody can be there to hear of it: most entities have nobody. */
static bool may_be_seen(const struct entity *e, unsigned flags)
{
    bool own = flags & SEEN_BY_OWN_CLIENT && !gw_id_is_none(e->client);
    return own || (flags & GW_ALL_CLIENTS && (e->member || e->type->is_space));
}

void attrs_tell_clients(struct world *w, struct entity *e, unsigned index,
                        const struct tree_change *inside)
{
    const gw_attr *attr = &e->type->attrs[index];
    if (!w->stats.clients || !may_be_seen(e, attr->flags))
        return;
    if (inside)
        write_tree_change(w, e, inside);
    else
        write_change(w, e, index, (const char *)&e->base + attr->offset);
    w->stats.attribute_changes += view_send(w, e, true, attr->flags & GW_ALL_CLIENTS);
}

/* What stands next in a map that was written in the same order; it is found, too, if it is not. */
static struct view take_attr(struct msgpack_pairs *next, struct view map, const char *name)
{
    struct view key, value;
    if (next->left && msgpack_next_pair(next, &key, &value) && view_equals(key, name))
        return value;
    if (msgpack_read_map(map, next))
        return (struct view){0};
    while (msgpack_next_pair(next, &key, &value))
        if (view_equals(key, name))
            return value;
    return (struct view){0};
}

static bool is_as_before(struct world *w, const struct entity *e, const gw_attr *attr,
                         struct view before)
{
    buf_clear(&w->pack);
    value_write(&w->pack, attr, (const char *)&e->base + attr->offset);
    return before.data && before.size == w->pack.size &&
           memcmp(before.data, w->pack.data, before.size) == 0;
}

void attrs_tell_changed(struct world *w, struct entity *e, struct view before)
{
    struct msgpack_pairs next = {0};
    struct view map;
    const gw_attr *attrs = e->type->attrs;
    if (msgpack_check(before, &map))
        return;
    for (unsigned i = 0; attrs && attrs[i].name; i++)
        if (attrs[i].flags & SEEN_BY_OWN_CLIENT &&
            !is_as_before(w, e, &attrs[i], take_attr(&next, map, attrs[i].name)))
            attrs_tell_clients(w, e, i, NULL);
}

void attrs_send(struct world *w, struct entity *e)
{
    const gw_attr *attrs = e->type->attrs;
    for (unsigned i = 0; attrs && attrs[i].name; i++) {
        if (!(attrs[i].flags & SEEN_BY_OWN_CLIENT))
            continue;
        write_change(w, e, i, (const char *)&e->base + attrs[i].offset);
        w->stats.attribute_changes += view_send(w, e, true, false);
    }
}
