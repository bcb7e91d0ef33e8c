/* Checks the tables of entity types and compiles them for look-up. */
#include "entity/type.h"

#include "base/hash.h"
#include "entity/value.h"
#include "wire/messages.h"
#include "wire/msgpack.h"
#include "wire/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SHARED_DEPTH_MAX 8u

static gw_err refuse(char **error, const char *format, ...) GW_PRINTF(2, 3);
static gw_err refuse(char **error, const char *format, ...)
{
    char sentence[256];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    *error = mem_strdup(sentence);
    return GW_EINVAL;
}

/* Up to eight bytes, of which the middle ones may be taken twice: no name of that size has the same
 * number as another. */
static uint64_t short_name(const char *name, size_t size)
{
    uint32_t first, last;
    if (size < sizeof first)
        return size ? (uint64_t)(uint8_t)name[0] | (uint64_t)(uint8_t)name[size / 2] << 8 |
                          (uint64_t)(uint8_t)name[size - 1] << 16
                    : 0;
    memcpy(&first, name, sizeof first);
    memcpy(&last, name + size - sizeof last, sizeof last);
    return first | (uint64_t)last << 32;
}

static struct type_name name_of(const char *name, size_t size)
{
    struct type_name out = {.size = size};
    if (size < sizeof out.first) {
        out.first = short_name(name, size);
        return out;
    }
    memcpy(&out.first, name, sizeof out.first);
    memcpy(&out.last, name + size - sizeof out.last, sizeof out.last);
    return out;
}

static bool has_same_ends(const struct type_name *a, const struct type_name *b)
{
    return a->first == b->first && a->last == b->last && a->size == b->size;
}

static bool is_short(const struct type_name *name)
{
    return name->size <= sizeof name->first + sizeof name->last;
}

static struct type_method *slot_at(const struct type *type, size_t index)
{
    return &type->methods[index & (type->method_slots - 1)];
}

static size_t home_of(const struct type_name *name)
{
    return (size_t)hash64_fold(name->first ^ 0x9e3779b97f4a7c15u,
                               (name->last + name->size) ^ 0xd1b54a32d192ed03u);
}

/* The slot that holds the name, or the free one where it belongs. `bytes` may be any: a peer sent
 * them. */
NEVER_INLINE struct type_method *find_slot(const struct type *type, const char *bytes, size_t size)
{
    struct type_name name = name_of(bytes, size);
    for (size_t i = home_of(&name);; i++) {
        struct type_method *slot = slot_at(type, i);
        if (!slot->method || (has_same_ends(&slot->name, &name) &&
                              (is_short(&name) || memcmp(slot->method->name, bytes, size) == 0)))
            return slot;
    }
}

/* Most names are short, and stand in the first slot that is looked at. */
const gw_method *type_method(const struct type *type, const char *bytes, size_t size)
{
    if (!type->method_slots)
        return NULL;
    struct type_name name = name_of(bytes, size);
    const struct type_method *home = slot_at(type, home_of(&name));
    if (home->method && has_same_ends(&home->name, &name) && is_short(&name))
        return home->method;
    return find_slot(type, bytes, size)->method;
}

static gw_err index_methods(struct type *type, char **error)
{
    size_t count = 0;
    for (const gw_method *m = type->def->methods; m && m->name; m++)
        count++;
    if (!count)
        return GW_OK;
    type->method_slots = 4;
    while (type->method_slots < count * 2)
        type->method_slots *= 2;
    type->methods = mem_zalloc(type->method_slots * sizeof *type->methods);
    for (const gw_method *m = type->def->methods; m->name; m++) {
        if (m->name_size != strlen(m->name) || m->name_size > GW_METHOD_NAME_MAX)
            return refuse(error, "type %s: the size of the name of method %s is wrong or too long",
                          type->def->name, m->name);
        struct type_method *slot = find_slot(type, m->name, m->name_size);
        if (slot->method)
            return refuse(error, "type %s has two methods %s", type->def->name, m->name);
        *slot = (struct type_method){m, name_of(m->name, m->name_size)};
    }
    return GW_OK;
}

static gw_err check_attr(const struct type *type, const gw_attr *attr, char **error)
{
    const gw_entity_type *def = type->def;
    if (attr->offset < sizeof(gw_entity) || attr->offset + attr->size > def->size)
        return refuse(error, "type %s: attribute %s is no member of its struct", def->name,
                      attr->name);
    for (size_t i = 0; i < type->attr_count; i++)
        if (type->attrs[i].offset == attr->offset || strcmp(type->attrs[i].name, attr->name) == 0)
            return refuse(error, "type %s: attribute %s stands twice in its table", def->name,
                          attr->name);
    return GW_OK;
}

static void write_attr_head(struct buf *head, const char *name)
{
    size_t begin = write_var_begin(head);
    msgpack_write_nil(head);
    write_var_end(head, begin);
    write_str(head, name);
}

static gw_err add_attr(struct type *type, gw_attr attr, char **error)
{
    if (type->attr_count == TYPE_ATTRS_MAX)
        return refuse(error, "type %s has more than %u attributes", type->def->name,
                      TYPE_ATTRS_MAX);
    gw_err err = check_attr(type, &attr, error);
    if (err)
        return err;
    type->attr_at[attr.offset] = (uint8_t)type->attr_count;
    type->has_trees |= value_is_tree(&attr);
    write_attr_head(&type->attr_heads[type->attr_count], attr.name);
    type->attrs[type->attr_count++] = attr;
    return GW_OK;
}

/* The attributes of a part of the struct; a shared table may hold others. */
static gw_err add_attrs(struct type *type, const gw_attr *table, uint32_t offset, unsigned depth,
                        char **error)
{
    gw_err err = GW_OK;
    if (depth > SHARED_DEPTH_MAX)
        return refuse(error, "type %s: its shared tables are nested too deeply", type->def->name);
    for (; table && table->name && !err; table++) {
        gw_attr attr = *table;
        attr.offset += offset;
        err = attr.shared ? add_attrs(type, attr.shared, attr.offset, depth + 1, error)
                          : add_attr(type, attr, error);
    }
    return err;
}

static gw_err index_attrs(struct type *type, char **error)
{
    type->attr_at = mem_alloc(type->def->size);
    memset(type->attr_at, TYPE_NO_ATTR, type->def->size);
    type->attrs = mem_zalloc((TYPE_ATTRS_MAX + 1) * sizeof *type->attrs);
    type->attr_heads = mem_zalloc(TYPE_ATTRS_MAX * sizeof *type->attr_heads);
    return add_attrs(type, type->def->attrs, 0, 0, error);
}

gw_err type_init(struct type *type, const gw_entity_type *def, char **error)
{
    *type = (struct type){.def = def, .wire_name = def->name};
    if (!def->name || !def->name[0])
        return refuse(error, "an entity type has no name");
    if (def->size < sizeof(gw_entity))
        return refuse(error, "type %s: size must be the sizeof of its struct", def->name);
    if (def->service_shards > GW_SERVICE_SHARDS_MAX)
        return refuse(error, "type %s has more than %d shards", def->name, GW_SERVICE_SHARDS_MAX);
    if (def->service_shards && strpbrk(def->name, "#/"))
        return refuse(error, "type %s: the name of a service may not hold # or /", def->name);
    if (!(def->aoi_distance >= 0 && def->aoi_distance <= GW_AOI_DISTANCE_MAX))
        return refuse(error, "type %s: aoi_distance is not between 0 and %.0f", def->name,
                      (double)GW_AOI_DISTANCE_MAX);
    gw_err err = index_attrs(type, error);
    return err ? err : index_methods(type, error);
}

void type_fini(struct type *type)
{
    for (size_t i = 0; type->attr_heads && i < type->attr_count; i++)
        buf_free(&type->attr_heads[i]);
    free(type->attr_heads);
    free(type->attrs);
    free(type->attr_at);
    free(type->methods);
}

static const gw_entity_type plain_space = {.name = "Space", .size = sizeof(gw_entity)};

static gw_err init_space_type(struct type *type, const gw_game *game, char **error)
{
    const gw_entity_type *def = game->space ? game->space : &plain_space;
    gw_err err = type_init(type, def, error);
    type->is_space = true;
    type->wire_name = SPACE_TYPE_NAME;
    if (!err && (def->persistent || def->service_shards))
        return refuse(error, "type %s: spaces are neither persistent nor services", def->name);
    return err;
}

gw_err types_compile(const gw_game *game, struct type **out, size_t *count, char **error)
{
    const gw_entity_type *const *defs = game->types;
    size_t all = 0;
    while (defs && defs[all])
        all++;
    struct type *types = *out = mem_zalloc((all + 1) * sizeof *types);
    for (*count = 0; *count < all;) {
        gw_err err = type_init(&types[*count], defs[*count], error);
        ++*count;
        if (err)
            return err;
    }
    return init_space_type(&types[(*count)++], game, error);
}

void types_free(struct type *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        type_fini(&types[i]);
    free(types);
}

unsigned type_attr_of(const struct type *type, const void *base, const void *member)
{
    size_t offset = (size_t)((const char *)member - (const char *)base);
    return offset < type->def->size ? type->attr_at[offset] : TYPE_NO_ATTR;
}
