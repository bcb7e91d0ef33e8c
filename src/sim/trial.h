/* trial: runs a property for some seeds in a child process, and says how that ended. */
#pragma once

#include "sim/run.h"

#include <sys/types.h>

struct trial {
    const gw_sim_property *property;
    uint64_t first, last;
    const uint8_t *kept; /* as in a struct run */
    unsigned kept_count;
    bool records;              /* steps, in the report */
    bool is_silent;            /* what it prints goes nowhere */
    struct run_report *report; /* shared */
};

/* Runs one seed in this process. */
void trial_run_seed(const struct trial *trial, uint64_t seed, struct run *run);

/* 0: it holds. Else an exit code, or minus a signal; `why` is then filled in. */
int trial_run(const struct trial *trial, char why[RUN_MESSAGE_SIZE]);

/* The two halves of trial_run, for several at a time. */
pid_t trial_start(const struct trial *trial);
int trial_wait(const struct trial *trial, pid_t pid, char why[RUN_MESSAGE_SIZE]);
