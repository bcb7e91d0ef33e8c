/* registry: the keys that a dispatcher serves, and what the games hear of them. */
#pragma once

#include "wire/messages.h"

struct dispatcher;
struct peer;

/* A game writes a key; all games are told when it is accepted. */
void registry_register(struct dispatcher *d, struct peer *from, const struct msg_kvreg_register *m);

/* A game gives a key up, if it still has the value that the game means. */
void registry_release(struct dispatcher *d, const struct msg_kvreg_release *m);

/* A game has the key in its copy since before this dispatcher was started anew: what was written
 * meanwhile counts more. */
void registry_restore(struct dispatcher *d, struct peer *from, const struct msg_kvreg_restore *m);

/* The keys of a game that is gone go with it. */
void registry_game_gone(struct dispatcher *d, uint16_t game);

/* Drops the keys of games that did not come back; returns when it next wants to be called. */
int64_t registry_turn(struct dispatcher *d);
