/* Maps and lists as msgpack. */
#include "entity/tree.h"
#include "wire/msgpack.h"

/* ---- writing --------------------------------------------------------------------------------- */

void tree_write_value(struct buf *b, const struct tree_value *value)
{
    switch (value->type) {
    case GW_VALUE_bool:
        msgpack_write_bool(b, value->boolean);
        return;
    case GW_VALUE_i64:
        msgpack_write_i64(b, value->integer);
        return;
    case GW_VALUE_f64:
        msgpack_write_f64(b, value->real);
        return;
    case GW_VALUE_str:
        msgpack_write_str(b, value->text, value->size);
        return;
    default:
        tree_write(b, value->node, value->type == GW_VALUE_list);
        return;
    }
}

void tree_write(struct buf *b, const struct gw_node *node, bool is_list)
{
    uint32_t count = node ? node->count : 0;
    if (is_list)
        msgpack_write_array(b, count);
    else
        msgpack_write_map(b, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct tree_entry *entry = &node->entries[i];
        if (entry->key)
            msgpack_write_str(b, entry->key, strlen(entry->key));
        tree_write_value(b, &entry->value);
    }
}

void tree_write_path(struct buf *b, const struct gw_node *node, const char *root_name)
{
    uint32_t depth = 1;
    for (const struct gw_node *at = node; at->home == TREE_INSIDE; at = at->parent)
        depth++;
    msgpack_write_array(b, depth);
    for (; node->home == TREE_INSIDE; node = node->parent)
        if (node->key)
            msgpack_write_str(b, node->key, strlen(node->key));
        else
            msgpack_write_i64(b, node->index);
    msgpack_write_str(b, root_name, strlen(root_name));
}

/* ---- reading --------------------------------------------------------------------------------- */

enum { TAG_NIL = 0xc0 };

/* One value that is being read. */
struct reading {
    unsigned depth;
    size_t values_left;
};

static gw_err read_node(struct view value, struct reading *reading, bool is_list,
                        struct gw_node **out);

static bool is_nil(struct view value)
{
    return value.data[0] == TAG_NIL;
}

static gw_err read_number(struct view value, struct tree_value *out)
{
    uint64_t large;
    out->type = GW_VALUE_i64;
    if (!msgpack_read_int(value, INT64_MIN, INT64_MAX, &out->integer))
        return GW_OK;
    out->type = GW_VALUE_f64;
    return msgpack_read_uint(value, UINT64_MAX, &large) ? msgpack_read_f64(value, &out->real)
                                                        : GW_EINVAL;
}

/* Nil reads as anything: whoever calls this has looked for it. */
static gw_err read_value(struct view value, struct reading *reading, struct tree_value *out)
{
    struct view text;
    struct msgpack_pairs pairs;
    if (reading->values_left-- == 0)
        return GW_EFULL;
    *out = (struct tree_value){.type = GW_VALUE_bool};
    if (!msgpack_read_bool(value, &out->boolean) || !read_number(value, out))
        return GW_OK;
    if (!msgpack_read_str(value, &text)) {
        out->type = GW_VALUE_str;
        out->size = text.size;
        out->text = mem_copy_text((const char *)text.data, text.size);
        return GW_OK;
    }
    bool is_list = msgpack_read_map(value, &pairs) != GW_OK;
    out->type = is_list ? GW_VALUE_list : GW_VALUE_map;
    return read_node(value, reading, is_list, &out->node);
}

static gw_err read_pairs(struct gw_node *map, struct reading *reading, struct msgpack_pairs pairs)
{
    struct view key, value;
    struct tree_value one;
    while (msgpack_next_pair(&pairs, &key, &value)) {
        if (is_nil(value))
            continue;
        gw_err err = memchr(key.data, 0, key.size) ? GW_EINVAL : read_value(value, reading, &one);
        if (err)
            return err;
        tree_place_last(map, mem_copy_text((const char *)key.data, key.size), one);
    }
    return pairs.left == 0 && tree_sort(map) ? GW_OK : GW_EINVAL;
}

static gw_err read_items(struct gw_node *list, struct reading *reading, struct msgpack_items items)
{
    struct view value;
    struct tree_value one;
    while (msgpack_next_item(&items, &value)) {
        gw_err err = is_nil(value) ? GW_EINVAL : read_value(value, reading, &one);
        if (err)
            return err;
        tree_place_last(list, NULL, one);
    }
    return GW_OK;
}

static gw_err read_inside(struct gw_node *node, struct reading *reading, struct view value)
{
    struct msgpack_pairs pairs;
    struct msgpack_items items;
    gw_err err =
        node->is_list ? msgpack_read_array(value, &items) : msgpack_read_map(value, &pairs);
    if (err)
        return err;
    return node->is_list ? read_items(node, reading, items) : read_pairs(node, reading, pairs);
}

static gw_err read_node(struct view value, struct reading *reading, bool is_list,
                        struct gw_node **out)
{
    if (reading->depth == GW_TREE_DEPTH_MAX)
        return GW_EINVAL;
    struct gw_node *node = tree_new(is_list);
    reading->depth++;
    gw_err err = read_inside(node, reading, value);
    reading->depth--;
    if (err)
        tree_free(node);
    else
        *out = node;
    return err;
}

gw_err tree_read(struct view value, bool is_list, struct gw_node **out)
{
    return read_node(value, &(struct reading){.values_left = SIZE_MAX}, is_list, out);
}

gw_err tree_read_bounded(struct view value, bool is_list, struct gw_node **out)
{
    return read_node(value, &(struct reading){.values_left = TREE_VALUES_MAX}, is_list, out);
}
