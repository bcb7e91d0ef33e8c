/* root: the maps and lists that are attributes of an entity, from before its first hook to its end.
 */
#pragma once

#include "entity/state.h"
#include "entity/tree.h"

void roots_init(struct entity *e); /* each is empty */
void roots_fini(struct entity *e);

/* Makes the node, which is loose or nobody's, the attribute. */
void roots_replace(struct world *w, struct entity *e, uint32_t attr, struct gw_node *node);

/* User code of the entity has run: a tree that it has assigned plainly becomes the attribute while
 * that is allowed; later it is reported, and the attribute stays. */
void roots_reclaim(struct world *w, struct entity *e);
