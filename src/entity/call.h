/* call: methods of entities, called from near and far. */
#pragma once

#include "entity/args.h"

/* Calls the method, in a fiber if it is marked so. Ends the entity's handler: pointers from before
 * are stale. */
void call_invoke(struct world *w, struct entity *e, const gw_method *method, struct view args);

/* Logs and counts a call whose arguments did not fit. */
void call_refuse(struct world *w, const struct entity *e, const gw_method *method,
                 const struct gw_reader *reader);

/* Calls the method of that name as an entity of the cluster does. */
void call_as_server(struct world *w, gw_id to, struct view method, struct view args);

/* Sends a packet to the entity by its dispatcher; when it comes back everything sent before has
 * come. */
void call_send_fence(struct world *w, const struct entity *e);
