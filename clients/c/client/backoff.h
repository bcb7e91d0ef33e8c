/* backoff: how long to wait before the next attempt to connect. */
#pragma once

#include "net/random.h"

/* Doubles from first_ms up to max_ms, then takes a random half off, so that the clients of a gate
 * that went down do not all come back in the same moment. `attempt` counts from 1. */
static inline int64_t backoff_ms(unsigned attempt, int64_t first_ms, int64_t max_ms,
                                 struct random *random)
{
    int64_t ceiling_ms = first_ms;
    while (--attempt > 0 && ceiling_ms < max_ms)
        ceiling_ms *= 2;
    if (ceiling_ms > max_ms)
        ceiling_ms = max_ms;
    int64_t half_ms = ceiling_ms / 2;
    return ceiling_ms - half_ms + (int64_t)random_below(random, (uint64_t)half_ms + 1);
}
