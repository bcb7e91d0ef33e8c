/* local: calls between entities of one world, and answers to them, which wait for the end of the
 * running handler. */
#pragma once

#include "entity/state.h"

/* Keeps a call with the arguments that stand in w->args. `request`: who asks, among those of
 * this game; 0 for nobody. */
void local_put(struct world *w, gw_id to, const gw_method *method);
void local_put_ask(struct world *w, gw_id to, const gw_method *method, uint64_t request);
void local_put_answer(struct world *w, uint64_t request, gw_err err, struct view args);

/* Runs what waits, in order, as far as the budget goes. */
void local_run(struct world *w, unsigned *budget);
bool local_waits(const struct world *w);
/* The world holds no more: what it has not made comes first. */
void local_release(struct world *w);
