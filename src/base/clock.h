/* clock: the time as the cores see it, handed in by whoever runs them. */
#pragma once

#include <stdint.h>

/* The owner (the event loop or the simulator) moves it at the start of each turn. */
struct clock {
    int64_t now_ms;  /* monotonic, starts anywhere */
    int64_t wall_ms; /* Unix time */
};

#define CLOCK_NEVER INT64_MAX
