/* Ids to pointers: linear probing; removal shifts back what follows, so there are no tombstones.
 *
 * Each slot has a tag, a byte of its id's hash. A look-up compares eight tags at once and touches
 * only slots that almost certainly hold the id, so that the table may be full and an id that is not
 * there costs no slot at all. */
#include "base/idmap.h"

#include "base/assert.h"
#include "base/buf.h"
#include "base/hash.h"

#include <endian.h>
#include <stdlib.h>

/* The first tags are repeated behind the last, so that a group of them never wraps around. */
enum { CAPACITY_MIN = 16, GROUP = 8, TAG_USED = 0x80, CACHE_LINE = 64 };

#define EACH_BYTE UINT64_C(0x0101010101010101)

static uint64_t hash_of(const struct idmap *map, gw_id id)
{
    return hash64_16(id.text, map->seed);
}

static size_t home_of(const struct idmap *map, uint64_t hash)
{
    return (size_t)hash & (map->capacity - 1);
}

static uint8_t tag_of(uint64_t hash)
{
    return (uint8_t)(TAG_USED | hash >> 57);
}

static uint64_t group_at(const struct idmap *map, size_t index)
{
    uint64_t group;
    memcpy(&group, map->tags + index, sizeof group);
    return le64toh(group);
}

/* Both mark bytes by their highest bit. A byte above an equal one may be marked too: the id
 * decides. */
static uint64_t bytes_equal(uint64_t group, uint8_t tag)
{
    uint64_t difference = group ^ EACH_BYTE * tag;
    return (difference - EACH_BYTE) & ~difference & EACH_BYTE * 0x80;
}

static uint64_t bytes_free(uint64_t group)
{
    return ~group & EACH_BYTE * TAG_USED;
}

static size_t first_marked(const struct idmap *map, size_t index, uint64_t marks)
{
    return (index + (size_t)__builtin_ctzll(marks) / 8) & (map->capacity - 1);
}

/* Gives the slot of the id, or the free one where it belongs, and says whether it is there. There
 * is always a free one. */
static inline bool find(const struct idmap *map, gw_id id, uint64_t hash, size_t *index)
{
    for (size_t i = home_of(map, hash);; i = (i + GROUP) & (map->capacity - 1)) {
        uint64_t group = group_at(map, i), empty = bytes_free(group);
        for (uint64_t like = bytes_equal(group, tag_of(hash)); like; like &= like - 1) {
            *index = first_marked(map, i, like);
            if (gw_id_equal(map->slots[*index].id, id))
                return true;
        }
        if (empty) {
            *index = first_marked(map, i, empty);
            return false;
        }
    }
}

NEVER_INLINE void *get_slowly(const struct idmap *map, gw_id id, uint64_t hash)
{
    size_t i;
    return find(map, id, hash, &i) ? map->slots[i].value : NULL;
}

/* The first group nearly always says it: the id stands at its first like tag, or there is none, and
 * a free slot. */
ALWAYS_INLINE void *get(const struct idmap *map, gw_id id, uint64_t hash)
{
    if (!map->count)
        return NULL;
    size_t home = home_of(map, hash);
    uint64_t group = group_at(map, home), like = bytes_equal(group, tag_of(hash));
    if (like) {
        const struct idmap_slot *slot = &map->slots[first_marked(map, home, like)];
        if (gw_id_equal(slot->id, id))
            return slot->value;
    } else if (bytes_free(group)) {
        return NULL;
    }
    return get_slowly(map, id, hash);
}

void *idmap_get(const struct idmap *map, gw_id id)
{
    return get(map, id, hash_of(map, id));
}

void *idmap_get_hashed(const struct idmap *map, gw_id id, uint64_t hash)
{
    return get(map, id, hash);
}

/* Its slot is at home or close behind, for the table is never full: two cache lines nearly always
 * hold it. */
uint64_t idmap_prefetch(const struct idmap *map, gw_id id)
{
    uint64_t hash = hash_of(map, id);
    if (map->count) {
        size_t home = home_of(map, hash);
        __builtin_prefetch(map->tags + home);
        __builtin_prefetch(map->slots + home);
        __builtin_prefetch((const char *)(map->slots + home) + CACHE_LINE);
    }
    return hash;
}

static void set_tag(struct idmap *map, size_t index, uint8_t tag)
{
    map->tags[index] = tag;
    if (index < GROUP)
        map->tags[map->capacity + index] = tag;
}

static void set_slot(struct idmap *map, size_t index, struct idmap_slot slot, uint8_t tag)
{
    map->slots[index] = slot;
    set_tag(map, index, tag);
}

static void resize(struct idmap *map, size_t capacity)
{
    struct idmap old = *map;
    map->slots = mem_zalloc(capacity * (sizeof *map->slots + 1) + GROUP);
    map->tags = (uint8_t *)(map->slots + capacity);
    map->capacity = capacity;
    size_t position = 0, to;
    for (const struct idmap_slot *slot; (slot = idmap_next(&old, &position));) {
        uint64_t hash = hash_of(map, slot->id);
        find(map, slot->id, hash, &to);
        set_slot(map, to, *slot, tag_of(hash));
    }
    free(old.slots);
}

void *idmap_put(struct idmap *map, gw_id id, void *value)
{
    ASSERT(value);
    if ((map->count + 1) * 5 > map->capacity * 4)
        resize(map, map->capacity ? map->capacity * 2 : CAPACITY_MIN);
    uint64_t hash = hash_of(map, id);
    size_t i;
    bool there = find(map, id, hash, &i);
    void *old = map->slots[i].value; /* NULL in a free slot */
    set_slot(map, i, (struct idmap_slot){.id = id, .value = value}, tag_of(hash));
    map->count += !there;
    return old;
}

/* Fills the hole with the next slot that may stand there, and that one's place in turn. */
static void close_hole(struct idmap *map, size_t hole)
{
    size_t mask = map->capacity - 1;
    for (size_t i = (hole + 1) & mask; map->slots[i].value; i = (i + 1) & mask) {
        size_t home = home_of(map, hash_of(map, map->slots[i].id));
        if (((i - home) & mask) < ((i - hole) & mask))
            continue; /* the hole lies before its home */
        set_slot(map, hole, map->slots[i], map->tags[i]);
        hole = i;
    }
    set_slot(map, hole, (struct idmap_slot){0}, 0);
}

void *idmap_remove(struct idmap *map, gw_id id)
{
    size_t i;
    if (map->count == 0 || !find(map, id, hash_of(map, id), &i))
        return NULL;
    void *value = map->slots[i].value;
    map->count--;
    close_hole(map, i);
    return value;
}

void idmap_free(struct idmap *map)
{
    free(map->slots);
    *map = (struct idmap){.seed = map->seed};
}

struct idmap_slot *idmap_next(const struct idmap *map, size_t *position)
{
    while (*position < map->capacity) {
        struct idmap_slot *slot = &map->slots[(*position)++];
        if (slot->value)
            return slot;
    }
    return NULL;
}
