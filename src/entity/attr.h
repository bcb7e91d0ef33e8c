/* attr: the attributes of entities as their clients see them. */
#pragma once

#include "entity/state.h"

/* Sends all that the own client sees as changes; the entity has one. */
void attrs_send(struct world *w, struct entity *e);
