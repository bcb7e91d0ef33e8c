/* node: the simulated processes, each a core wired to the simulated network. */
#pragma once

#include "sim/state.h"

/* Fills in who it is; it does not live yet. */
void node_init(gw_sim *sim, enum node_kind kind, unsigned index);
void node_start(struct node *p);
/* Nothing of it leaves from now on, and its memory is freed. */
void node_kill(struct node *p);

/* "game2"; fails the run when there is no such process. */
struct node *node_named(gw_sim *sim, const char *name);

/* It is connected to every dispatcher, and taken in by them. */
bool node_serves(const struct node *p);
#define NODE_RELOAD_MS_MAX 60000 /* a game that comes to rest, or not, has done so by then */

/* A new process of that program is to take over from the game; when that has happened, or failed,
 * next_program is NULL again. Nothing when it cannot now. */
void node_reload(struct node *p, const gw_game *program);
bool node_is_idle(const struct node *p); /* a game that stops has saved everything */

/* Calls each(p, user) for all that live. */
void nodes_each(gw_sim *sim, void (*each)(struct node *p, void *user), void *user);
