/* run: one run of a property: which of its optional steps are done, and how it fails. */
#pragma once

#include <goworld/sim.h>

#define RUN_STEPS_MAX 20000u /* those beyond are done, and cannot be left out */
#define RUN_STEP_TEXT_SIZE 96
#define RUN_MESSAGE_SIZE 4096

/* What a child tells its parent, in memory that both see. */
struct run_report {
    uint64_t seed; /* that runs now, or ran last */
    bool failed;   /* by gw_sim_fail, with this message */
    char message[RUN_MESSAGE_SIZE];
    uint64_t digest; /* of a run that went through */
    unsigned steps;  /* that came up, of those that are recorded */
    struct {
        int64_t at_ms;
        char text[RUN_STEP_TEXT_SIZE];
    } step[RUN_STEPS_MAX];
};

struct run {
    const uint8_t *kept;       /* per step: whether it is done; NULL: all are */
    unsigned kept_count;       /* later ones are not */
    unsigned steps;            /* so far */
    bool tells;                /* prints its steps as they come */
    bool records;              /* writes them to the report */
    struct run_report *report; /* NULL: nobody listens */
};
