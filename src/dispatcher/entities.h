/* entities: which game each entity lives on. */
#pragma once

#include "base/idmap.h"
#include "dispatcher/held.h"

#include <goworld/types.h>

struct dispatcher;
struct peer;

struct entities {
    struct idmap map; /* EntityID to struct place */
    struct held held;
};

void entities_init(struct entities *entities, uint64_t seed);
void entities_fini(struct dispatcher *d);

const struct place *entities_find(const struct dispatcher *d, gw_id entity); /* NULL: unknown */

/* For many look-ups at once, as of idmap_prefetch: the game that the entity lives on; NULL: it is
 * unknown, or on its way. */
uint64_t entities_prefetch(const struct dispatcher *d, gw_id entity);
struct peer *entities_game(const struct dispatcher *d, gw_id entity, uint64_t hash);

/* The entity lives on that game from now on; the game gets `told`, which may be empty, and then
 * what waited. Returns false, and nothing is sent, when the table is full. */
bool entities_settle(struct dispatcher *d, gw_id entity, struct peer *game, struct view told);

/* The same of one that is to go there. */
bool entities_move(struct dispatcher *d, gw_id entity, struct peer *game, struct view told);

/* The same where that game may still come: it gets `told` then, before what waits; if it does not
 * come, the game that it is from does. False, and nothing waits, when there is no room. */
GW_NODISCARD bool entities_move_later(struct dispatcher *d, gw_id entity, const struct peer *from,
                                      uint16_t to, struct view told);

/* A game that registers says that the entity lives there. What waited goes there as soon as the
 * game has said HELLO, for it may need that. */
void entities_claim(struct dispatcher *d, gw_id entity, struct peer *game);
void entities_game_came(struct dispatcher *d, struct peer *game); /* and has said what it has */
void entities_game_said_hello(struct dispatcher *d, struct peer *game);

/* The entity is being loaded on that game: packets for it wait until it settles. When it lives
 * there already the game knows whether it is about to end, and loads it again then, or says at once
 * that it settles. Returns false when the table is full. */
GW_NODISCARD bool entities_load(struct dispatcher *d, gw_id entity, struct peer *game);

/* The entity, which lives on that game, is about to leave: what is sent to it waits. False when it
 * does not live there. Or it stays: what waited goes to that game. */
GW_NODISCARD bool entities_hold(struct dispatcher *d, gw_id entity, struct peer *game);
void entities_release(struct dispatcher *d, gw_id entity, struct peer *game);
bool entities_migrates(const struct place *place); /* it is held like that */

/* Nobody knows it yet, or the game that has it has not said HELLO. */
bool entities_awaited(const struct place *place);

/* It is being loaded: how that ends decides whether it lives. */
bool entities_loads(const struct place *place);

/* Forgets the entity when it belongs to that game; returns false when it does not. */
bool entities_remove(struct dispatcher *d, gw_id entity, const struct peer *game);

/* Forgets every entity of a game that is gone; the gates close their clients. */
void entities_remove_all(struct dispatcher *d, const struct peer *game);

/* Delivers a packet to the entity's game, or lets it wait. One that cannot be delivered is counted
 * and logged, and its client, if it is about one, is closed. Returns the game that it was sent to,
 * NULL when it was sent to none. */
struct peer *entities_send(struct dispatcher *d, const struct peer *from, gw_id entity,
                           struct view packet);

/* Drops what has waited too long; returns when the next one will have. */
int64_t entities_turn(struct dispatcher *d);
