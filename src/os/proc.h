/* proc: what the system tells of a process in /proc/PID/. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Reads such a file, "stat" or "cmdline", as far as it fits, with a NUL behind it. Returns its size
 * without that; 0 when there is no such process, too. */
size_t proc_read(pid_t pid, const char *name, char *text, size_t size);
