/* filters: see filters.h. For each key there is a skip list of the distinct values in order; each
 * value has the list of its members. */
#include "gate/filters.h"

#include "base/assert.h"
#include "base/buf.h"

#include <stdlib.h>
#include <uthash.h>

#define LEVELS_MAX                                                                                 \
    16u /* each level has a quarter of the nodes below it: enough for 4^16 values                  \
         */
#define PROPS_MAX 64u
#define BYTES_MAX (16u * 1024)

/* One value of one key. */
struct filter_value {
    struct filter_index *index;
    struct filter_member **members;
    uint32_t count, capacity;
    const uint8_t *bytes; /* behind `next` in the same block */
    uint32_t size;
    uint32_t levels;
    struct filter_value *next[];
};

/* One key. */
struct filter_index {
    UT_hash_handle hh;
    struct filter_value *heads[LEVELS_MAX];
    uint32_t key_size;
    uint8_t key[];
};

struct filter_prop {
    struct filter_value *value;
    uint32_t at; /* where the member stands in value->members */
};

struct filters {
    struct filter_index *indexes;
    struct filters_limits limits;
    uint64_t random;
};

struct filters *filters_create(uint64_t seed, struct filters_limits limits)
{
    struct filters *filters = mem_zalloc(sizeof *filters);
    filters->random = seed | 1; /* xorshift never leaves zero */
    filters->limits.props = limits.props ? limits.props : PROPS_MAX;
    filters->limits.bytes = limits.bytes ? limits.bytes : BYTES_MAX;
    return filters;
}

void filters_destroy(struct filters *filters)
{
    if (!filters)
        return;
    ASSERT(!filters->indexes);
    free(filters);
}

static uint32_t random_levels(struct filters *filters)
{
    uint64_t x = filters->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    filters->random = x;
    uint32_t levels = 1;
    for (; levels < LEVELS_MAX && (x & 3) == 0; x >>= 2)
        levels++;
    return levels;
}

static int compare(const struct filter_value *node, struct view value)
{
    uint32_t common = node->size < value.size ? node->size : value.size;
    int order = common ? memcmp(node->bytes, value.data, common) : 0;
    return order ? order : (node->size > value.size) - (node->size < value.size);
}

/* Fills `links` with the pointer on each level that leads to the first value that is not less. */
static void find_links(struct filter_index *index, struct view value,
                       struct filter_value **links[LEVELS_MAX])
{
    struct filter_value **nexts = index->heads;
    for (unsigned level = LEVELS_MAX; level-- > 0;) {
        while (nexts[level] && compare(nexts[level], value) < 0)
            nexts = nexts[level]->next;
        links[level] = &nexts[level];
    }
}

static struct filter_value *first_not_less(const struct filter_index *index, struct view value)
{
    struct filter_value *const *nexts = index->heads;
    for (unsigned level = LEVELS_MAX; level-- > 0;)
        while (nexts[level] && compare(nexts[level], value) < 0)
            nexts = nexts[level]->next;
    return nexts[0];
}

static struct filter_value *value_new(struct filters *filters, struct filter_index *index,
                                      struct view value)
{
    uint32_t levels = random_levels(filters);
    struct filter_value *node =
        mem_zalloc(sizeof *node + levels * sizeof(struct filter_value *) + value.size);
    uint8_t *bytes = (uint8_t *)&node->next[levels];
    if (value.size)
        memcpy(bytes, value.data, value.size);
    node->index = index;
    node->bytes = bytes;
    node->size = value.size;
    node->levels = levels;
    return node;
}

/* Returns the node of the value, a new one when there is none. */
static struct filter_value *value_get(struct filters *filters, struct filter_index *index,
                                      struct view value)
{
    struct filter_value **links[LEVELS_MAX];
    find_links(index, value, links);
    struct filter_value *node = *links[0];
    if (node && compare(node, value) == 0)
        return node;
    node = value_new(filters, index, value);
    for (uint32_t level = 0; level < node->levels; level++) {
        node->next[level] = *links[level];
        *links[level] = node;
    }
    return node;
}

static void index_free_if_empty(struct filters *filters, struct filter_index *index)
{
    if (index->heads[0])
        return;
    HASH_DEL(filters->indexes, index);
    free(index);
}

static void value_free(struct filters *filters, struct filter_value *node)
{
    struct filter_index *index = node->index;
    struct filter_value **links[LEVELS_MAX];
    find_links(index, (struct view){node->bytes, node->size}, links);
    for (uint32_t level = 0; level < node->levels; level++)
        *links[level] = node->next[level];
    free(node->members);
    free(node);
    index_free_if_empty(filters, index);
}

static struct filter_index *index_find(const struct filters *filters, struct view key)
{
    struct filter_index *index;
    HASH_FIND(hh, filters->indexes, key.data, key.size, index);
    return index;
}

static struct filter_index *index_get(struct filters *filters, struct view key)
{
    struct filter_index *index = index_find(filters, key);
    if (index)
        return index;
    index = mem_zalloc(sizeof *index + key.size);
    memcpy(index->key, key.data, key.size);
    index->key_size = key.size;
    HASH_ADD_KEYPTR(hh, filters->indexes, index->key, key.size, index);
    return index;
}

static struct filter_prop *prop_of(const struct filter_member *member,
                                   const struct filter_index *index)
{
    for (uint32_t i = 0; i < member->count; i++)
        if (member->props[i].value->index == index)
            return &member->props[i];
    return NULL;
}

static void attach(struct filter_member *member, struct filter_prop *prop,
                   struct filter_value *node)
{
    if (node->count == node->capacity) {
        node->capacity = node->capacity ? node->capacity * 2 : 1;
        node->members = mem_realloc(node->members, node->capacity * sizeof(struct filter_member *));
    }
    *prop = (struct filter_prop){.value = node, .at = node->count};
    node->members[node->count++] = member;
    member->bytes += node->size;
}

/* The last member of the value takes the free place. */
static void detach(struct filters *filters, struct filter_member *member, struct filter_prop *prop)
{
    struct filter_value *node = prop->value;
    struct filter_member *last = node->members[--node->count];
    node->members[prop->at] = last;
    prop_of(last, node->index)->at = prop->at;
    member->bytes -= node->size;
    if (node->count == 0)
        value_free(filters, node);
}

static struct filter_prop *prop_add(struct filter_member *member)
{
    member->props = mem_realloc(member->props, (member->count + 1) * sizeof *member->props);
    return &member->props[member->count++];
}

static bool has_room(const struct filters *filters, const struct filter_member *member,
                     const struct filter_prop *old, struct view key, struct view value)
{
    uint64_t bytes = (uint64_t)member->bytes + value.size;
    if (old)
        return bytes - old->value->size <= filters->limits.bytes;
    return member->count < filters->limits.props && bytes + key.size <= filters->limits.bytes;
}

gw_err filters_set(struct filters *filters, struct filter_member *member, struct view key,
                   struct view value)
{
    if (key.size == 0)
        return GW_EINVAL;
    struct filter_index *index = index_find(filters, key);
    struct filter_prop *prop = index ? prop_of(member, index) : NULL;
    if (!has_room(filters, member, prop, key, value))
        return GW_EFULL;
    index = index_get(filters, key);
    struct filter_value *node = value_get(filters, index, value);
    if (prop && prop->value == node)
        return GW_OK;
    if (prop)
        detach(filters, member, prop); /* the index stays: it holds `node` */
    else
        member->bytes += key.size;
    attach(member, prop ? prop : prop_add(member), node);
    return GW_OK;
}

void filters_clear(struct filters *filters, struct filter_member *member)
{
    while (member->count > 0) {
        detach(filters, member, &member->props[member->count - 1]);
        member->count--;
    }
    free(member->props);
    *member = (struct filter_member){0};
}

static void visit_all(const struct filter_value *node, filters_visit visit, void *user)
{
    for (uint32_t i = 0; i < node->count; i++)
        visit(user, node->members[i]);
}

/* What a value's order to the wanted one means: skip it, take it, or stop, since the values after
 * it are greater. */
enum step { SKIP, TAKE, STOP };
static const struct {
    enum step less, equal, greater;
} steps[FILTER_OP_COUNT] = {
    [FILTER_EQ] = {SKIP, TAKE, STOP}, [FILTER_NE] = {TAKE, SKIP, TAKE},
    [FILTER_GT] = {SKIP, SKIP, TAKE}, [FILTER_LT] = {TAKE, STOP, STOP},
    [FILTER_GE] = {SKIP, TAKE, TAKE}, [FILTER_LE] = {TAKE, TAKE, STOP},
};

void filters_each(const struct filters *filters, enum filter_op op, struct view key,
                  struct view value, filters_visit visit, void *user)
{
    const struct filter_index *index = index_find(filters, key);
    if (!index)
        return;
    const struct filter_value *node =
        steps[op].less == TAKE ? index->heads[0] : first_not_less(index, value);
    for (; node; node = node->next[0]) {
        int order = compare(node, value);
        enum step step = order < 0   ? steps[op].less
                         : order > 0 ? steps[op].greater
                                     : steps[op].equal;
        if (step == STOP)
            return;
        if (step == TAKE)
            visit_all(node, visit, user);
    }
}
