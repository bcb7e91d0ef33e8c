/* processes: what runs of a server, by the pid files in its run/ folder. */
#pragma once

#include "os/process.h"

#include "cli/server.h"

struct running {
    char name[PROCESS_NAME_SIZE]; /* "game1" */
    enum role role;
    unsigned number;
    struct process process;
    bool is_ending; /* it was told to, and has not yet */
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
/* The first that is about to end; NULL: none is. */
const struct running *processes_ending(const struct processes *processes);
