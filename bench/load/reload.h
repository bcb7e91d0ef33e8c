/* reload: has games go on in other processes while the load runs, and reads what the old and the
 * new ones have used. */
#pragma once

#include "options.h"

#include <stdio.h>

/* Of both processes of a game, in all its reloads. */
struct handovers {
    unsigned count;
    int64_t old_cpu_ns; /* from the command to its end */
    int64_t new_cpu_ns; /* from its start until it says that it serves */
    int64_t old_peak_bytes, new_peak_bytes;
    int64_t waited_ms; /* the longest that players had to, as the command says */
    int64_t begin_ns;  /* CPU time of the game up to this reload */
    pid_t leaving;     /* the old process until it has ended; 0: none */
};

struct reload {
    struct options *options; /* its watched processes are those that run now */
    FILE *says;              /* what the command prints; NULL: it does not run */
    int64_t deadline_ns;
    struct handovers handovers[WATCHED_MAX];
};

/* Reloads once, without a load, for nothing: what a process uses until its end is told only to its
 * parent, and from now on that of the new ones is this process. */
void reload_open(struct reload *reload, struct options *options);
/* Starts the command. */
void reload_begin(struct reload *reload);
/* Looks whether there is something new. Returns true when the command and all old processes have
 * ended. */
bool reload_is_over(struct reload *reload);
/* Prints of each game that went on how long players waited, the CPU time per reload, and the peaks.
 */
void reload_print(const struct reload *reload);
