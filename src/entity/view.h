/* view: what a client is shown: its player, the space that is in, and what it sees there. */
#pragma once

#include "entity/state.h"

/* Tells the client of `viewer` of an entity that appears or goes; `viewer` itself is its player.
 * The latter leaves through the dispatcher of `route`. */
void view_create(struct world *w, struct entity *viewer, struct entity *subject);
void view_destroy(struct world *w, struct entity *viewer, struct entity *subject, gw_id route);

/* All that its client sees, in the order in which clients want it; and away with all. */
void view_show(struct world *w, struct entity *e);
void view_hide(struct world *w, struct entity *e, gw_id route);
/* To a client that has its player, but may have missed any of the rest: the gate takes away all
 * else that it has been shown, and it is told what its player's attributes are, where that is and
 * what it sees. */
void view_show_again(struct world *w, struct entity *e);

/* The packet in w->out, which is one to a client, goes to the clients that know the entity: its
 * own, and those of whoever sees it, or is in it. Returns to how many. */
unsigned view_send(struct world *w, struct entity *e, bool own, bool others);
