/* restart: decides when a process that died is started again: after a delay that grows, and not for
 * ever. */
#pragma once

#include "base/clock.h"

#include <goworld/types.h>

/* The delay doubles with every try in a row. */
#define RESTART_DELAY_MIN_MS 100
#define RESTART_DELAY_MAX_MS 10000
/* What has served that long is well: the next death is a first one again. */
#define RESTART_STEADY_MS 60000

struct restart {
    unsigned tries_max; /* in a row; 0: it is never started again */
    unsigned tries;     /* in a row so far */
    unsigned total;     /* ever */
    bool serves;        /* since: */
    int64_t serving_at_ms;
};

void restart_serves(struct restart *restart, int64_t now_ms);
/* Returns when to start it again; CLOCK_NEVER: not any more. */
int64_t restart_died(struct restart *restart, int64_t now_ms);
