/* client: which client an entity has, and what goes to it. */
#pragma once

#include "entity/state.h"

/* Appends the start of a client message: type, gate, client. The latter writes the client of
 * another entity into one that is there. */
void client_write_head(struct buf *b, uint16_t message, const struct entity *e);
void client_address_head(struct buf *b, const struct entity *e);

/* Gives the entity its client: the client sees it as its player, then the hook runs. */
void client_begin(struct world *w, struct entity *e, gw_id client, uint16_t gateid,
                  struct view address);

/* The client's gate says that the entity is its owner, and whether the client has it as its player:
 * what may have been lost on the way is said again. A client that is another's is closed. */
void client_check(struct world *w, struct entity *e, const struct msg_check_owner *m);

/* The entity goes on elsewhere, with its client, which hears nothing of that; and is there. */
void client_depart(struct world *w, struct entity *e);
void client_arrive(struct world *w, struct entity *e, gw_id client, uint16_t gateid,
                   struct view address);

/* The client has gone by itself: the hook runs. */
void client_lost(struct world *w, struct entity *e);

/* The entity ends: it goes from its client's sight, and the client, which has no owner any more, is
 * disconnected. */
void client_end(struct world *w, struct entity *e);

/* Asks the gate to disconnect; through the dispatcher of `route`. */
void client_close(struct world *w, gw_id route, uint16_t gateid, gw_id client, const char *reason);
