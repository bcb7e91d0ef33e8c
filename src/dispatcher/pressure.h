/* pressure: clients whose calls go to a game for which too much waits already: their gates pause
 * them until it has read. Nobody else is made to wait, so that no process waits for another. */
#pragma once

#include "dispatcher/peers.h"

#include "base/idmap.h"

struct pressed; /* a paused client */

struct pressure {
    struct idmap clients; /* ClientID to struct pressed: one game at a time holds a client */
};

void pressure_init(struct pressure *pressure, uint64_t seed);
void pressure_fini(struct dispatcher *d);

/* Whether too much waits for the game when that many bytes more do. */
bool pressure_is_on(const struct dispatcher *d, const struct peer *game, size_t more);

/* A call by the client of that gate has just been sent to the game. */
void pressure_check(struct dispatcher *d, struct peer *game, const struct peer *gate, gw_id client);

/* The game has read, or is gone: it holds nobody any more. */
void pressure_release(struct dispatcher *d, struct peer *game);
/* The gate is gone, and its clients. */
void pressure_gate_gone(struct dispatcher *d, const struct peer *gate);

/* Lets go on who waits for games that have read; returns when it wants to be called again. */
int64_t pressure_turn(struct dispatcher *d);
