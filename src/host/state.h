/* state: the files in run/ by which a process is found, by the command and by its successor: their
 * names begin with that of the process, like game1. */
#pragma once

#include "base/sentence.h"

#define STATE_PID ".pid"
#define STATE_SOCKET ".sock" /* host/control.h; of games */
#define STATE_LOG ".log"     /* what it says when `goworld start` has started it */
#define STATE_FROZEN "_freezed.dat"

/* The caller frees it. */
static inline char *state_path(const char *run_dir, const char *process, const char *ending)
{
    return sentence("%s/%s%s", run_dir, process, ending);
}
