/* report: what the supervisor tells the `goworld start` that waits for it, by a named pipe in run/.
 */
#pragma once

#include "os/process.h"

#include <goworld/types.h>

/* ---- the start's end ------------------------------------------------------------------------ */

/* Makes the pipe. A failure is told on standard error. */
GW_NODISCARD gw_err report_listen(const char *path, int *fd);
/* Prints what comes until the supervisor is done; true when it said that all is well. Closes fd. */
bool report_relay(int fd, const struct process *supervisor);

/* ---- the supervisor's end ------------------------------------------------------------------- */

/* Lines for who waits; to nobody when fd is -1. None of them waits: a start that does not read
 * (stopped by Ctrl-Z) misses lines. */
struct report {
    int fd;
};

/* Nobody listens at that path: fd is -1. */
void report_open(struct report *report, const char *path);
void report_say(struct report *report, const char *format, ...) GW_PRINTF(2, 3);
/* On standard error, after "goworld: ". */
void report_complain(struct report *report, const char *format, ...) GW_PRINTF(2, 3);
/* On standard error as it is: lines of a log. */
void report_quote(struct report *report, const char *text, size_t size);
/* The last word; closes it. */
void report_end(struct report *report, bool is_well);
/* Whoever waited is gone. */
bool report_is_left(const struct report *report);
