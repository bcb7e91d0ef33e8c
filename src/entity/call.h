/* call: methods of entities, called from near and far. */
#pragma once

#include "entity/args.h"

/* Calls the method, in a fiber if it is marked so. Ends the entity's handler: pointers from before
 * are stale. */
void call_invoke(struct world *w, struct entity *e, const gw_method *method, struct view args);

/* Calls the method of that name with the arguments in w->args; at most GW_METHOD_NAME_MAX bytes. */
void call_named(struct world *w, gw_id to, struct view name);

/* Whether what is sent to the entity, which lives here, need not go by its dispatcher. */
bool call_is_near(struct world *w, struct entity *e);

/* Logs and counts a call whose arguments did not fit. */
void call_refuse(struct world *w, const struct entity *e, const gw_method *method,
                 struct gw_reader *reader);
/* The method has returned: who asked it, and has not been answered, is. */
void call_returned(struct world *w, struct entity *e, const gw_method *method,
                   struct gw_reader *reader);

/* Calls the method of that name as an entity of the cluster does. */
void call_as_server(struct world *w, gw_id to, struct view method, struct view args);
/* The same for one who waits for an answer. */
void call_for_asker(struct world *w, gw_id to, struct view method, struct view args,
                    struct asker asker);

/* Sends a packet to the entity by its dispatcher; when it comes back everything sent before has
 * come. */
void call_send_fence(struct world *w, const struct entity *e);
