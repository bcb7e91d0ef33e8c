/* record: what the supervisor knows of each process, in run/supervisor.state: written by it, read
 * by `goworld status`. */
#pragma once

#include "cli/crew.h"

#define RECORD_WHY_SIZE 1024

struct record {
    char name[PROCESS_NAME_SIZE];
    enum member_state state;
    unsigned tries, tries_max, total;
    int64_t due_ms; /* by the monotonic clock; see struct member */
    char why[RECORD_WHY_SIZE];
};

struct records {
    struct record *list;
    size_t count;
    char ini[4096]; /* the one that the supervisor goes by */
};

/* Replaces the file in one step, so that nobody reads half of it. */
GW_NODISCARD gw_err record_write(const char *path, const char *ini, const struct crew *crew);
/* Empty when there is no file, or it is not of that supervisor. */
void records_read(struct records *records, const char *path, pid_t supervisor);
void records_free(struct records *records);
const struct record *records_get(const struct records *records, const char *name); /* or NULL */
