/* asked: what the GW_SIM_ variables of the environment ask for. What makes no sense there ends the
 * process with a sentence and exit code 2: nothing was tested, and that is no success. */
#pragma once

#include "base/log.h"
#include "sim/run.h"

#define ASKED_EXIT_CODE 2
#define ASKED_SEEDS_MAX 1000000000u

struct asked {
    uint64_t seeds; /* as asked_seeds */
    bool one_seed;  /* only `seed`, in this process */
    uint64_t seed;
    uint8_t *kept; /* RUN_STEPS_MAX of them, owned; NULL: all steps */
};

struct asked asked_read(void);

uint64_t asked_seeds(void); /* 0: as many as the property has */

/* Whether GW_SIM_ONLY leaves it out. When it has left out all of a program's properties, the
 * program fails at its exit. */
bool asked_leaves_out(const char *property);

bool asked_log_level(enum log_level *level); /* false: no logs are asked for */
