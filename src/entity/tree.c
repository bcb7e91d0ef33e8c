/* Maps and lists: what holds what, and who frees it. */
#include "entity/tree.h"

#include "base/assert.h"

#include <stdlib.h>

struct gw_node *tree_new(bool is_list)
{
    struct gw_node *node = mem_zalloc(sizeof *node);
    node->home = TREE_RECORD;
    node->is_list = is_list;
    return node;
}

/* ---- homes ----------------------------------------------------------------------------------- */

static void link_node(struct gw_node *node, struct gw_node **list)
{
    ASSERT(!node->link);
    node->next = *list;
    node->link = list;
    if (node->next)
        node->next->link = &node->next;
    *list = node;
}

void tree_unlink(struct gw_node *node)
{
    if (!node->link)
        return;
    *node->link = node->next;
    if (node->next)
        node->next->link = node->link;
    node->link = NULL;
    node->next = NULL;
}

void tree_make_loose(struct gw_node *node, struct gw_node **loose)
{
    node->home = TREE_LOOSE;
    node->parent = NULL;
    node->key = NULL;
    link_node(node, loose);
}

void tree_make_root(struct gw_node *node, struct entity *entity, uint32_t attr,
                    struct gw_node **roots)
{
    node->home = TREE_ROOT;
    node->entity = entity;
    node->index = attr;
    link_node(node, roots);
}

void tree_free_all(struct gw_node **list)
{
    for (struct gw_node *node = *list, *next; node; node = next) {
        next = node->next;
        tree_free(node);
    }
}

struct gw_node *tree_top(struct gw_node *node)
{
    while (node->home == TREE_INSIDE)
        node = node->parent;
    return node;
}

/* ---- values ---------------------------------------------------------------------------------- */

static void value_free(struct tree_value *value)
{
    if (value->type == GW_VALUE_str)
        free(value->text);
    else if (tree_holds_node(value))
        tree_free(value->node);
}

/* A node stays until the handler ends: somebody may have its handle. */
static void value_drop(struct tree_value *value, struct gw_node **loose)
{
    if (tree_holds_node(value))
        tree_make_loose(value->node, loose);
    else
        value_free(value);
}

void tree_free(struct gw_node *node)
{
    if (!node)
        return;
    tree_unlink(node);
    for (uint32_t i = 0; i < node->count; i++) {
        free(node->entries[i].key);
        value_free(&node->entries[i].value);
    }
    free(node->entries);
    free(node);
}

static struct tree_value text_value(const char *text, size_t size)
{
    return (struct tree_value){
        .type = GW_VALUE_str, .size = (uint32_t)size, .text = mem_copy_text(text, size)};
}

gw_value tree_value_of(const struct tree_value *value)
{
    gw_value out = {.type = value ? value->type : GW_VALUE_none};
    if (out.type == GW_VALUE_bool)
        out.boolean = value->boolean;
    else if (out.type == GW_VALUE_i64)
        out.integer = value->integer;
    else if (out.type == GW_VALUE_f64)
        out.real = value->real;
    else if (out.type == GW_VALUE_str)
        out.text = value->text, out.size = value->size;
    else if (out.type == GW_VALUE_map)
        out.map.node_ = value->node;
    else if (out.type == GW_VALUE_list)
        out.list.node_ = value->node;
    return out;
}

/* ---- entries --------------------------------------------------------------------------------- */

/* Where the key stands, or would stand. */
static uint32_t position_of(const struct gw_node *map, const char *key, bool *found)
{
    uint32_t low = 0, high = map->count;
    *found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(map->entries[middle].key, key);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct tree_value *tree_get(const struct gw_node *map, const char *key)
{
    bool found;
    uint32_t position = position_of(map, key, &found);
    return found ? &map->entries[position].value : NULL;
}

const struct tree_value *tree_at(const struct gw_node *node, size_t index)
{
    return index < node->count ? &node->entries[index].value : NULL;
}

const struct tree_value *tree_last(const struct gw_node *node)
{
    return node->count ? tree_at(node, node->count - 1) : NULL;
}

static struct tree_entry *insert(struct gw_node *node, uint32_t position, char *key)
{
    if (node->count == node->room) {
        ASSERT(node->room < UINT32_MAX / 2);
        node->room = node->room ? node->room * 2 : 4;
        node->entries = mem_realloc(node->entries, node->room * sizeof *node->entries);
    }
    struct tree_entry *entry = &node->entries[position];
    memmove(entry + 1, entry, (node->count++ - position) * sizeof *entry);
    *entry = (struct tree_entry){.key = key};
    return entry;
}

/* Gives an entry, which has no value now, one; a node in it becomes a part of this one. */
static void place(struct gw_node *node, struct tree_entry *entry, struct tree_value value)
{
    entry->value = value;
    if (!tree_holds_node(&value))
        return;
    value.node->home = TREE_INSIDE;
    value.node->parent = node;
    value.node->key = entry->key;
    value.node->index = (uint32_t)(entry - node->entries); /* in a map it moves: the key counts */
}

void tree_place_last(struct gw_node *node, char *key, struct tree_value value)
{
    place(node, insert(node, node->count, key), value);
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct tree_entry *)a)->key, ((const struct tree_entry *)b)->key);
}

/* Where two neighbours are not in ascending order; NULL when all are. */
static const struct tree_entry *find_disorder(const struct gw_node *map)
{
    for (uint32_t i = 1; i < map->count; i++)
        if (compare_entries(&map->entries[i - 1], &map->entries[i]) >= 0)
            return &map->entries[i];
    return NULL;
}

bool tree_sort(struct gw_node *map)
{
    if (!find_disorder(map))
        return true;
    qsort(map->entries, map->count, sizeof *map->entries, compare_entries);
    return !find_disorder(map);
}

char *tree_remove(struct gw_node *map, const char *key, struct gw_node **loose)
{
    bool found;
    uint32_t position = position_of(map, key, &found);
    if (!found)
        return NULL;
    struct tree_entry *entry = &map->entries[position];
    char *own_key = entry->key;
    value_drop(&entry->value, loose);
    memmove(entry, entry + 1, (--map->count - position) * sizeof *entry);
    return own_key;
}

void tree_pop(struct gw_node *list, struct gw_node **loose)
{
    ASSERT(list->count);
    value_drop(&list->entries[--list->count].value, loose);
}

void tree_clear(struct gw_node *node, struct gw_node **loose)
{
    while (node->count) {
        struct tree_entry *last = &node->entries[--node->count];
        value_drop(&last->value, loose);
        free(last->key);
    }
}

void tree_swap(struct gw_node *a, struct gw_node *b)
{
    struct gw_node was = *a;
    a->entries = b->entries, a->count = b->count, a->room = b->room;
    b->entries = was.entries, b->count = was.count, b->room = was.room;
    struct gw_node *both[] = {a, b};
    for (size_t k = 0; k < 2; k++)
        for (uint32_t i = 0; i < both[k]->count; i++)
            if (tree_holds_node(&both[k]->entries[i].value))
                both[k]->entries[i].value.node->parent = both[k];
}

/* ---- putting in ------------------------------------------------------------------------------ */

static unsigned depth_of(const struct gw_node *node)
{
    unsigned depth = 1;
    for (; node->home == TREE_INSIDE; node = node->parent)
        depth++;
    return depth;
}

static unsigned height_of(const struct gw_node *node)
{
    unsigned highest = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct tree_value *value = &node->entries[i].value;
        unsigned height = tree_holds_node(value) ? height_of(value->node) : 0;
        highest = height > highest ? height : highest;
    }
    return highest + 1;
}

static struct tree_value copy_value(const struct tree_value *value)
{
    if (value->type == GW_VALUE_str)
        return text_value(value->text, value->size);
    struct tree_value copy = *value;
    if (tree_holds_node(value))
        copy.node = tree_copy(value->node);
    return copy;
}

struct gw_node *tree_copy(const struct gw_node *node)
{
    struct gw_node *copy = tree_new(node->is_list);
    for (uint32_t i = 0; i < node->count; i++) {
        const struct tree_entry *entry = &node->entries[i];
        tree_place_last(copy, entry->key ? mem_strdup(entry->key) : NULL,
                        copy_value(&entry->value));
    }
    return copy;
}

/* A part of `node` from now on. NULL, the handle of none, is an empty one. */
static gw_err take_node(struct gw_node *node, struct gw_node *part, gw_value_type type,
                        struct tree_value *out)
{
    if (depth_of(node) + (part ? height_of(part) : 1) > GW_TREE_DEPTH_MAX)
        return GW_EFULL;
    *out = (struct tree_value){.type = type, .node = part};
    if (!part)
        out->node = tree_new(type == GW_VALUE_list);
    else if (part->home != TREE_LOOSE || tree_top(node) == part)
        out->node = tree_copy(part);
    else
        tree_unlink(part);
    return GW_OK;
}

/* The value as an entry of the node will own it. */
static gw_err take(struct gw_node *node, gw_value value, struct tree_value *out)
{
    *out = (struct tree_value){.type = value.type};
    switch (value.type) {
    case GW_VALUE_bool:
        out->boolean = value.boolean;
        return GW_OK;
    case GW_VALUE_i64:
        out->integer = value.integer;
        return GW_OK;
    case GW_VALUE_f64:
        out->real = value.real;
        return GW_OK;
    case GW_VALUE_str:
        *out = text_value(value.text, value.size);
        return GW_OK;
    case GW_VALUE_id:
        *out = text_value(value.id.text, gw_id_is_none(value.id) ? 0 : sizeof value.id.text);
        return GW_OK;
    case GW_VALUE_map:
        return take_node(node, value.map.node_, value.type, out);
    case GW_VALUE_list:
        return take_node(node, value.list.node_, value.type, out);
    default:
        return GW_EINVAL;
    }
}

gw_err tree_put(struct gw_node *map, const char *key, gw_value value, struct gw_node **loose,
                const struct tree_entry **out)
{
    struct tree_value taken;
    gw_err err = take(map, value, &taken);
    if (err)
        return err;
    bool found;
    uint32_t position = position_of(map, key, &found);
    if (found)
        value_drop(&map->entries[position].value, loose);
    else
        insert(map, position, mem_strdup(key));
    *out = &map->entries[position];
    place(map, &map->entries[position], taken);
    return GW_OK;
}

gw_err tree_append(struct gw_node *list, gw_value value)
{
    struct tree_value taken;
    gw_err err = take(list, value, &taken);
    if (!err)
        tree_place_last(list, NULL, taken);
    return err;
}

gw_err tree_set(struct gw_node *list, uint32_t index, gw_value value, struct gw_node **loose)
{
    struct tree_value taken;
    if (index >= list->count)
        return GW_EINVAL;
    gw_err err = take(list, value, &taken);
    if (err)
        return err;
    struct tree_entry *entry = &list->entries[index];
    value_drop(&entry->value, loose);
    place(list, entry, taken);
    return GW_OK;
}
