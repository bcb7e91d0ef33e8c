/* modes: what the load generator can measure; each prints one line of key=value. */
#pragma once

#include "options.h"

/* Echo calls in a closed loop: rate, latency, CPU time per echo of each process. */
void echo_run(const struct options *options);
/* Clients that only stay: memory per client of each process. */
void idle_run(const struct options *options);
