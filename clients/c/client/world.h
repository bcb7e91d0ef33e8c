/* world: the entities that exist on this client; applies the server's messages to them. */
#pragma once

#include "base/idmap.h"
#include "client/entity.h"
#include "wire/reader.h"

/* What came of a message; attributes, calls and moves of entities that are gone are late, not
 * wrong, and nothing is told of them. All of it lasts until the call returns. */
struct world_events {
    void (*created)(void *user, gwc_entity *entity);
    void (*changed)(void *user, gwc_entity *entity, const gwc_change *change);
    void (*called)(void *user, gwc_entity *entity, const char *method, const gwc_value *args);
    void (*moved)(void *user, gwc_entity *entity);
    void (*destroyed)(void *user, gwc_entity *entity);
};

struct world {
    const struct world_events *events;
    void *user;
    struct idmap by_id;
    gwc_entity *first, *last;
    gwc_entity *player; /* NULL: none now */
    uint32_t entities_max;
    size_t state_bytes_max;
    size_t budget;     /* of these, what entities and attributes may still take */
    const char *wrong; /* what was wrong with the message, in a static sentence */
};

void world_init(struct world *world, const struct world_events *events, void *user,
                uint32_t entities_max, size_t state_bytes_max, uint64_t seed);

/* Applies one payload. Returns NULL, or what is wrong with it, in a static sentence. Messages that
 * are newer than this library are passed over. */
const char *world_apply(struct world *world, struct view payload);

/* The connection is gone, and with it everything that was seen through it: the last one first. */
void world_clear(struct world *world);
void world_fini(struct world *world); /* of a world that was cleared */
