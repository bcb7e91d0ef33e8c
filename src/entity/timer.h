/* timer: methods of entities called later, by name. */
#pragma once

#include "entity/state.h"

void timers_run(struct world *w); /* all that are due now */
void timers_end(struct world *w, struct entity *e);
