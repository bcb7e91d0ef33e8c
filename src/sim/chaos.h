/* chaos: faults at random times, all drawn from the seed before the first of them happens. */
#pragma once

#include "sim/state.h"

void chaos_end(gw_sim *sim);  /* those to come do not happen any more */
void chaos_free(gw_sim *sim); /* behind the last step */
