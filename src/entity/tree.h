/* tree: maps and lists in any nesting, as they lie in memory; who is told of a change is not
 * decided here. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

#include <goworld/tree.h>

struct entity;

/* A value as a node owns it. */
struct tree_value {
    gw_value_type type;
    uint32_t size; /* of a str: bytes, with a NUL behind them */
    union {
        bool boolean;
        int64_t integer;
        double real;
        char *text;
        struct gw_node *node;
    };
};

static inline bool tree_holds_node(const struct tree_value *value)
{
    return value->type == GW_VALUE_map || value->type == GW_VALUE_list;
}

struct tree_entry {
    char *key; /* NULL in a list */
    struct tree_value value;
};

/* Who frees a node. */
enum tree_home {
    TREE_LOOSE,  /* its list of loose ones, at the end of a handler */
    TREE_INSIDE, /* the map or list that holds it */
    TREE_ROOT,   /* the entity of which it is an attribute */
    TREE_RECORD, /* the record that it was read into */
};

/* A map, whose entries are sorted by key, or a list. */
struct gw_node {
    union {
        struct gw_node *parent; /* of one inside another */
        struct entity *entity;  /* of a root */
    };
    const char *key; /* its key in a map, which the entry owns; else NULL */
    uint32_t index;  /* its index in a list; of a root: that of the attribute */
    uint32_t count, room;
    enum tree_home home;
    bool is_list;
    struct tree_entry *entries;
    struct gw_node *next, **link; /* in the list of loose ones, or of an entity's roots */
};

struct gw_node *tree_new(bool is_list); /* whose home is a record, until it gets another */
void tree_free(struct gw_node *node); /* and all inside; takes it out of its list. NULL: nothing */

/* Makes the node, which is in no list and inside of nothing, a loose one, or a root. */
void tree_make_loose(struct gw_node *node, struct gw_node **loose);
void tree_make_root(struct gw_node *node, struct entity *entity, uint32_t attr,
                    struct gw_node **roots);
void tree_unlink(struct gw_node *node); /* takes it out of its list */
void tree_free_all(struct gw_node **list);

/* The node that is inside no other. */
struct gw_node *tree_top(struct gw_node *node);

/* The value under a key, at an index, at the end; NULL when there is none. */
const struct tree_value *tree_get(const struct gw_node *map, const char *key);
const struct tree_value *tree_at(const struct gw_node *node, size_t index);
const struct tree_value *tree_last(const struct gw_node *node);
gw_value tree_value_of(const struct tree_value *value); /* NULL: of type none */

/* Changes; keys and texts may be those of the tree itself. A loose node that is put in becomes a
 * part, any other is copied. `loose` is where nodes
 * go that were replaced or removed. GW_EINVAL for a value that no tree holds and for an index
 * outside the list, GW_EFULL when the nesting would be too deep. */
GW_NODISCARD gw_err tree_put(struct gw_node *map, const char *key, gw_value value,
                             struct gw_node **loose, const struct tree_entry **out);
GW_NODISCARD gw_err tree_set(struct gw_node *list, uint32_t index, gw_value value,
                             struct gw_node **loose);
GW_NODISCARD gw_err tree_append(struct gw_node *list, gw_value value);
/* Returns the key, for the caller to free; NULL when it was not there. */
char *tree_remove(struct gw_node *map, const char *key, struct gw_node **loose);
void tree_pop(struct gw_node *list, struct gw_node **loose); /* of a list that is not empty */
void tree_clear(struct gw_node *node, struct gw_node **loose);

/* For who builds a node that nobody has seen: takes key (NULL in a list) and value as they are. A
 * map has to be sorted then; false when a key stands in it twice. */
void tree_place_last(struct gw_node *node, char *key, struct tree_value value);
GW_NODISCARD bool tree_sort(struct gw_node *map);

void tree_swap(struct gw_node *a, struct gw_node *b); /* what is in them */
struct gw_node *tree_copy(const struct gw_node *node);

/* As msgpack. NULL is an empty one. */
void tree_write(struct buf *b, const struct gw_node *node, bool is_list);
void tree_write_value(struct buf *b, const struct tree_value *value);
/* Where the node is: keys and indices from it up to the root, whose attribute has that name. */
void tree_write_path(struct buf *b, const struct gw_node *node, const char *root_name);

/* Reads a checked map or list. GW_EINVAL when it is none, or when something in it cannot be in a
 * tree: a key that is no string or holds a NUL, a list's nil, an ext, a number above INT64_MAX, too
 * much nesting. A map's nil is left out; bin becomes a str. */
GW_NODISCARD gw_err tree_read(struct view value, bool is_list, struct gw_node **out);
/* The same for what a peer sends, which takes far more room as a tree: GW_EFULL for more than
 * TREE_VALUES_MAX values. */
#define TREE_VALUES_MAX 20000u
GW_NODISCARD gw_err tree_read_bounded(struct view value, bool is_list, struct gw_node **out);
