/* hint: finds the name that was probably meant. */
#pragma once

#include <stddef.h>

/* Keeps the closest of the names shown to it. Start with {.wanted = name}. */
struct hint {
    const char *wanted;
    const char *closest; /* NULL while nothing is close enough; borrowed */
    unsigned distance;
};

void hint_offer(struct hint *hint, const char *name);
