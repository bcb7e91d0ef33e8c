/* games: which games there are, and which of them gets a new entity. */
#pragma once

#include "dispatcher/peers.h"
#include "wire/messages.h"

struct dispatcher;

/* Registers the connection as a game and answers it; an older connection of the same id is closed,
 * or `game` goes on as that, if it is frozen and this is its restored self. Then `game` is gone. */
void games_join(struct dispatcher *d, struct peer *game, const struct msg_set_game_id *m);

/* The game freezes, to go on in another process: from the answer on, all that is for it waits until
 * that has registered as its restored self. Nobody is told. */
void games_freeze(struct dispatcher *d, struct peer *game);
/* The process that has asked for it goes on after all. */
void games_cancel_freeze(struct dispatcher *d, struct peer *game);

/* The game is gone: its entities are forgotten, and the other games are told. */
void games_leave(struct dispatcher *d, struct peer *game);

/* The next game in turn that takes boot entities; NULL when there is none. */
struct peer *games_next_boot(struct dispatcher *d);

/* Game `id`, or for 0 the one with the least load; NULL when there is none. */
struct peer *games_choose(struct dispatcher *d, uint16_t id);

/* Reads {"cp": CPU percent}; returns false when it is no such map. */
GW_NODISCARD bool games_set_load(struct peer *game, struct view info);
