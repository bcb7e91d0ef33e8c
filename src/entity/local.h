/* local: calls between entities of one world, which wait for the end of the running handler. */
#pragma once

#include "entity/state.h"

/* Keeps a call with the arguments that stand in w->args. */
void local_put(struct world *w, gw_id to, const gw_method *method);

/* Runs what waits, in order, as far as the budget goes. */
void local_run(struct world *w, unsigned *budget);
bool local_waits(const struct world *w);
