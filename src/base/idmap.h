/* idmap: an open-addressing table from 16-byte ids to pointers. */
#pragma once

#include <goworld/types.h>

struct idmap_slot {
    gw_id id;
    void *value; /* NULL: the slot is free */
};

/* Zero is an empty map. Values are borrowed and never NULL. `seed` keeps a peer from choosing
 * colliding ids. An id takes between 31 and 63 bytes. */
struct idmap {
    struct idmap_slot *slots;
    uint8_t *tags;          /* behind the slots in the same block: a byte of each one's hash */
    size_t count, capacity; /* capacity is a power of two */
    uint64_t seed;
};

void *idmap_get(const struct idmap *map, gw_id id);        /* NULL when absent */
void *idmap_put(struct idmap *map, gw_id id, void *value); /* returns the value it replaced */
void *idmap_remove(struct idmap *map, gw_id id);           /* returns it, NULL when absent */
void idmap_free(struct idmap *map);

/* For many look-ups at once: the first fetches into the cache what the second looks at, and returns
 * the hash that it wants. */
uint64_t idmap_prefetch(const struct idmap *map, gw_id id);
void *idmap_get_hashed(const struct idmap *map, gw_id id, uint64_t hash);

/* Walks: start with 0; returns NULL at the end. No putting or removing during a walk. */
struct idmap_slot *idmap_next(const struct idmap *map, size_t *position);
