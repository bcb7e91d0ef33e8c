/* type: an entity type as the engine works with it: checked, with its tables compiled for look-up.
 */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

#include <goworld/goworld.h>

#define TYPE_ATTRS_MAX 254u
#define TYPE_NO_ATTR 0xffu

/* A name as it is looked up: its first and its last bytes, which are all it has when they are no
 * more than 16. */
struct type_name {
    uint64_t first, last;
    size_t size;
};

struct type {
    const gw_entity_type *def;
    const char *wire_name; /* what it is called on the wire */
    bool is_space;
    gw_attr *attrs; /* with those of shared tables in their places; ends as a table does */
    size_t attr_count;
    bool has_trees;         /* maps or lists among its attributes */
    struct buf *attr_heads; /* per attribute: Data path of the root, VarStr key */
    uint8_t *attr_at;       /* offset in the struct -> index, or TYPE_NO_ATTR */
    struct type_method {
        const gw_method *method; /* NULL: the slot is free */
        struct type_name name;
    } * methods;          /* open addressing by name */
    size_t method_slots;  /* a power of two */
    struct entity *first; /* living entities */
    size_t count;
    struct shard *shards; /* of a service; NULL: it is none */
};

/* On failure *error is a sentence the caller frees. */
GW_NODISCARD gw_err type_init(struct type *type, const gw_entity_type *def, char **error);
void type_fini(struct type *type);

/* All types of a game; the last is that of its spaces, a plain one if it has none. What was begun
 * is in *out and *count also on failure. */
GW_NODISCARD gw_err types_compile(const gw_game *game, struct type **out, size_t *count,
                                  char **error);
void types_free(struct type *types, size_t count);

static inline struct view method_name(const gw_method *method)
{
    return (struct view){(const uint8_t *)method->name, method->name_size};
}

const gw_method *type_method(const struct type *type, const char *name, size_t size); /* or NULL */

/* Index of the attribute whose member starts at `member` of the struct at `base`, or TYPE_NO_ATTR.
 */
unsigned type_attr_of(const struct type *type, const void *base, const void *member);
