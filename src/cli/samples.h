/* samples: reads what a process tells on /metrics. */
#pragma once

#include <goworld/types.h>

/* One number. What is longer is cut; what would disturb a terminal is a space. */
struct sample {
    char name[64];    /* without goworld_ */
    char process[64]; /* of which it is; "": it does not say */
    char type[64];    /* of what it counts; "": it does not say */
    uint64_t value;
};

/* Takes the next sample off the text, over all that is none; false when there is no more. */
bool samples_next(const char **text, struct sample *sample);

/* The first sample of that name; false, and nothing is changed, when there is none. */
bool samples_find(const char *text, const char *name, struct sample *sample);
