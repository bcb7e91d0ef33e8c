/* check: finds attributes that a game has changed without GW_SET; for debug=1 in goworld.ini. */
#pragma once

#include "entity/state.h"

/* Remembers what the attributes are now; nothing unless the world checks. */
void check_remember(struct world *w, struct entity *e);

/* Reports, as a misuse, each attribute that has changed since, and remembers it. */
void check_compare(struct world *w, struct entity *e);

void check_forget(struct entity *e);
