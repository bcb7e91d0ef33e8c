/* shrink: searches the least of a failing run's steps with which it still fails. */
#pragma once

#include "sim/trial.h"

/* `kept` has one byte per step, all 1, of which those that are not needed become 0. `why` is how it
 * fails. Bounded in runs and in time. */
void shrink(const struct trial *failing, const char *why, uint8_t *kept, unsigned count);
