/* pid_file: the file by which a process is found while it runs. */
#pragma once

#include "os/process.h"

/* Written for a process that runs, in the place of the one that is there: who reads it finds this
 * process or the one before. GW_EIO: errno says why, and nothing has changed. */
GW_NODISCARD gw_err pid_file_write(const char *path, pid_t pid);
/* The same in two steps, of which the second goes wrong hardly ever. One that is prepared is
 * committed or discarded. */
GW_NODISCARD gw_err pid_file_prepare(const char *path, pid_t pid);
GW_NODISCARD gw_err pid_file_commit(const char *path, pid_t pid);
void pid_file_discard(const char *path, pid_t pid);
/* Writes it unless another process that runs has: GW_EEXIST, and *other is that. Of two that claim
 * at once one succeeds. */
GW_NODISCARD gw_err pid_file_claim(const char *path, pid_t pid, pid_t *other);

/* Says in the file of this process that it is about to end; one that names another is left alone.
 */
void pid_file_mark_ending(const char *path);
bool pid_file_says_ending(const char *path);

/* GW_ENOTFOUND: there is no such file, or its process has ended (and another one may have got its
 * number). */
GW_NODISCARD gw_err pid_file_find(const char *path, struct process *process);
/* Whether the file names that process, which runs. */
bool pid_file_names(const char *path, pid_t pid);
/* Whom the file names, also when that one has ended; 0: nobody. */
pid_t pid_file_pid(const char *path);
