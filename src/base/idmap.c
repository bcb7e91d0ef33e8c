/* Ids to pointers: linear probing; removal shifts back what follows, so there are no tombstones. */
#include "base/idmap.h"

#include "base/assert.h"
#include "base/buf.h"
#include "base/hash.h"

#include <stdlib.h>

enum { CAPACITY_MIN = 16 };

static size_t home_of(const struct idmap *map, gw_id id)
{
    return (size_t)hash64_16(id.text, map->seed) & (map->capacity - 1);
}

/* Returns the slot of the id, or the free one where it belongs. There is always a free one. */
static struct idmap_slot *find(const struct idmap *map, gw_id id)
{
    size_t i = home_of(map, id);
    while (map->slots[i].value && !gw_id_equal(map->slots[i].id, id))
        i = (i + 1) & (map->capacity - 1);
    return &map->slots[i];
}

void *idmap_get(const struct idmap *map, gw_id id)
{
    return map->count ? find(map, id)->value : NULL;
}

static void resize(struct idmap *map, size_t capacity)
{
    struct idmap old = *map;
    map->slots = mem_zalloc(capacity * sizeof *map->slots);
    map->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].value)
            *find(map, old.slots[i].id) = old.slots[i];
    free(old.slots);
}

void *idmap_put(struct idmap *map, gw_id id, void *value)
{
    ASSERT(value);
    if ((map->count + 1) * 10 > map->capacity * 7)
        resize(map, map->capacity ? map->capacity * 2 : CAPACITY_MIN);
    struct idmap_slot *slot = find(map, id);
    void *old = slot->value;
    *slot = (struct idmap_slot){.id = id, .value = value};
    map->count += old == NULL;
    return old;
}

/* Fills the hole with the next slot that may stand there, and that one's place in turn. */
static void close_hole(struct idmap *map, size_t hole)
{
    size_t mask = map->capacity - 1;
    for (size_t i = (hole + 1) & mask; map->slots[i].value; i = (i + 1) & mask) {
        size_t home = home_of(map, map->slots[i].id);
        if (((i - home) & mask) < ((i - hole) & mask))
            continue; /* the hole lies before its home */
        map->slots[hole] = map->slots[i];
        hole = i;
    }
    map->slots[hole] = (struct idmap_slot){0};
}

void *idmap_remove(struct idmap *map, gw_id id)
{
    if (map->count == 0)
        return NULL;
    struct idmap_slot *slot = find(map, id);
    void *value = slot->value;
    if (!value)
        return NULL;
    map->count--;
    close_hole(map, (size_t)(slot - map->slots));
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
