/* servicekey: the registry's keys and values of services (docs/internals/protocol.md 6). */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

/* Service/NAME#SHARD says which game has the shard, Service/NAME#SHARD/EntityID which entity it is.
 */
struct service_key {
    struct view name;
    uint32_t shard;
    bool is_of_entity;
};

/* By its beginning and its end; the rest may have another form. */
bool service_key_is_meant(struct view key);
bool service_key_is_of_entity(struct view key);

/* Returns false when the key has another form. The name is a view into it. */
bool service_key_read(struct view key, struct service_key *out);
void service_key_write(struct buf *out, const struct service_key *key);

/* gameN is N; anything else is 0. */
uint16_t service_game_read(struct view value);
void service_game_write(struct buf *out, uint16_t game);

/* GoWorld's games take such a value apart without looking at it: one of another form stops them. */
bool service_pair_is_good(struct view key, struct view value);
