/* processes: what runs of a server, by the pid files in its run/ folder. */
#pragma once

#include "os/process.h"

#include "cli/server.h"

struct running {
    char name[PROCESS_NAME_SIZE]; /* "game1" */
    enum role role;
    unsigned number;
    struct process process;
    char pid_path[4096];
};

/* Ordered by role, then by number. */
struct processes {
    struct running *list;
    size_t count;
};

/* Finds what runs, whatever the ini asks for now. Stale pid files are left out. */
void processes_find(struct processes *processes, const char *run_dir);
void processes_free(struct processes *processes);
const struct running *processes_get(const struct processes *processes, enum role role,
                                    unsigned number);

/* Sends the signal to gates, games and dispatchers in this order, each kind once the one before has
 * ended, and takes their pid files away. Returns how many still run after timeout_ms per kind; each
 * of them is named on standard error, each that ended on standard output. */
unsigned processes_stop(const char *run_dir, int signum, int timeout_ms);
