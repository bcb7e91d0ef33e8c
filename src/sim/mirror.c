/* mirror: see mirror.h. A change inside an attribute is made in its tree. */
#include "sim/mirror.h"

#include "entity/tree.h"
#include "sim/value_text.h"
#include "wire/messages.h"
#include "wire/msgpack.h"

#include <stdlib.h>

void mirror_clear(struct mirror *mirror)
{
    for (size_t i = 0; i < mirror->count; i++) {
        free(mirror->attrs[i].name);
        free(mirror->attrs[i].text);
        buf_free(&mirror->attrs[i].value);
    }
    free(mirror->attrs);
    *mirror = (struct mirror){0};
}

const struct known_attr *mirror_attr(const struct mirror *mirror, struct view name)
{
    for (size_t i = 0; i < mirror->count; i++)
        if (view_equals(name, mirror->attrs[i].name))
            return &mirror->attrs[i];
    return NULL;
}

static struct known_attr *attr_to_set(struct mirror *mirror, struct view name)
{
    const struct known_attr *known = mirror_attr(mirror, name);
    if (known)
        return &mirror->attrs[known - mirror->attrs];
    mirror->attrs = mem_realloc(mirror->attrs, (mirror->count + 1) * sizeof *mirror->attrs);
    struct known_attr *attr = &mirror->attrs[mirror->count++];
    *attr = (struct known_attr){.name = mem_copy_text((const char *)name.data, name.size)};
    return attr;
}

static void set_value(struct known_attr *attr, struct view value)
{
    struct buf text = {0};
    value_print(&text, value);
    free(attr->text);
    attr->text = mem_copy_text((const char *)text.data, text.size);
    buf_free(&text);
    buf_clear(&attr->value);
    buf_append(&attr->value, value.data, value.size);
}

bool mirror_begin(struct mirror *mirror, struct view data)
{
    struct view map, key, value;
    struct msgpack_pairs pairs;
    mirror_clear(mirror);
    if (msgpack_check(data, &map) || msgpack_read_map(map, &pairs))
        return false;
    while (msgpack_next_pair(&pairs, &key, &value))
        set_value(attr_to_set(mirror, key), value);
    return pairs.left == 0;
}

/* ---- changes inside an attribute ------------------------------------------------------------- */

/* Keys and indices, as they came: from the map or list that changes up to the attribute. */
struct path {
    struct view steps[MSGPACK_DEPTH_MAX];
    size_t count;
};

static bool read_path(struct view data, struct path *path)
{
    struct view array;
    struct msgpack_items items;
    path->count = 0;
    if (msgpack_check(data, &array) || msgpack_read_array(array, &items) ||
        items.left > MSGPACK_DEPTH_MAX)
        return false;
    while (msgpack_next_item(&items, &path->steps[path->count]))
        path->count++;
    return true;
}

static const struct tree_value *step_down(const struct gw_node *node, struct view step,
                                          struct buf *line)
{
    struct view text;
    uint64_t index;
    buf_append(line, ".", 1);
    value_print(line, step);
    if (node->is_list)
        return msgpack_read_uint(step, UINT32_MAX, &index) ? NULL : tree_at(node, index);
    if (msgpack_read_str(step, &text))
        return NULL;
    char *key = mem_copy_text((const char *)text.data, text.size);
    const struct tree_value *value = tree_get(node, key);
    free(key);
    return value;
}

/* The map or list at the path's end; NULL when it leads nowhere. */
static struct gw_node *find(struct gw_node *node, const struct path *path, struct buf *line)
{
    for (size_t i = path->count - 1; i > 0; i--) {
        const struct tree_value *value = step_down(node, path->steps[i - 1], line);
        if (!value || (value->type != GW_VALUE_map && value->type != GW_VALUE_list))
            return NULL;
        node = value->node;
    }
    return node;
}

/* A list that holds the value; NULL when no tree can hold it. */
static struct gw_node *list_of(struct view value)
{
    struct gw_node *list = NULL;
    struct buf array = {0};
    msgpack_write_array(&array, 1);
    buf_append(&array, value.data, value.size);
    if (tree_read(view_of(&array), true, &list))
        list = NULL;
    buf_free(&array);
    return list;
}

static bool put(struct gw_node *node, const struct mirror_change *change, const char *key,
                struct gw_node **loose, struct buf *line)
{
    struct view data;
    struct gw_node *holder = msgpack_check(change->value, &data) ? NULL : list_of(data);
    if (!holder)
        return false;
    tree_make_loose(holder, loose);
    gw_value value = tree_value_of(tree_last(holder));
    if (key)
        buf_print(line, ".%s=", key);
    else if (change->message == MSG_NOTIFY_LIST_ATTR_CHANGE)
        buf_print(line, ".%u=", change->index);
    else
        buf_print(line, "+=");
    value_print(line, data);
    const struct tree_entry *entry;
    if (key)
        return !tree_put(node, key, value, loose, &entry);
    return change->message == MSG_NOTIFY_LIST_ATTR_CHANGE
               ? !tree_set(node, change->index, value, loose)
               : !tree_append(node, value);
}

static bool change_map(struct gw_node *map, const struct mirror_change *change,
                       struct gw_node **loose, struct buf *line)
{
    char *key = mem_copy_text((const char *)change->key.data, change->key.size);
    bool ok = false;
    if (change->message == MSG_NOTIFY_MAP_ATTR_CHANGE) {
        ok = put(map, change, key, loose, line);
    } else if (change->message == MSG_NOTIFY_MAP_ATTR_DEL) {
        buf_print(line, ".%s deleted", key);
        char *removed = tree_remove(map, key, loose);
        ok = removed != NULL;
        free(removed);
    } else if (change->message == MSG_NOTIFY_MAP_ATTR_CLEAR) {
        buf_print(line, " cleared");
        tree_clear(map, loose);
        ok = true;
    }
    free(key);
    return ok;
}

static bool change_list(struct gw_node *list, const struct mirror_change *change,
                        struct gw_node **loose, struct buf *line)
{
    switch (change->message) {
    case MSG_NOTIFY_LIST_ATTR_CHANGE:
    case MSG_NOTIFY_LIST_ATTR_APPEND:
        return put(list, change, NULL, loose, line);
    case MSG_NOTIFY_LIST_ATTR_POP:
        buf_print(line, " popped");
        if (list->count)
            tree_pop(list, loose);
        else
            return false;
        return true;
    default:
        return false;
    }
}

static bool change_inside(struct known_attr *attr, const struct path *path,
                          const struct mirror_change *change, struct buf *line)
{
    struct gw_node *tree = NULL, *loose = NULL;
    struct view value = view_of(&attr->value);
    if ((tree_read(value, false, &tree) && tree_read(value, true, &tree)) || !tree)
        return false;
    struct gw_node *node = find(tree, path, line);
    bool ok = node && (node->is_list ? change_list : change_map)(node, change, &loose, line);
    struct buf after = {0};
    tree_write(&after, tree, tree->is_list);
    set_value(attr, view_of(&after));
    buf_free(&after);
    tree_free_all(&loose);
    tree_free(tree);
    return ok;
}

bool mirror_change(struct mirror *mirror, const struct mirror_change *change, struct buf *line)
{
    struct path path;
    struct view name;
    if (!read_path(change->path, &path))
        return false;
    if (path.count == 0 && change->message == MSG_NOTIFY_MAP_ATTR_CHANGE) {
        struct known_attr *attr = attr_to_set(mirror, change->key);
        set_value(attr, change->value);
        buf_print(line, "%s=%s", attr->name, attr->text);
        return true;
    }
    if (path.count == 0 || msgpack_read_str(path.steps[path.count - 1], &name) ||
        !mirror_attr(mirror, name))
        return false;
    buf_append(line, name.data, name.size);
    return change_inside(attr_to_set(mirror, name), &path, change, line);
}
