/* process: starts processes in the background, signals them, sees their end. */
#pragma once

#include <goworld/types.h>

#include <signal.h>
#include <sys/types.h>

struct process_desc {
    const char *const *argv; /* ends with NULL; [0] is the program's path */
    const char *dir;         /* where it runs */
    /* Its standard output and error are appended here. NULL: they are those of its starter, and so
     * is what NOTIFY_SOCKET names: the two belong to one service of systemd. */
    const char *log_path;
    const char *pid_path; /* NULL: none is written */
};

/* A child and the end of the pipe on which it says that it serves (os/notify.h). */
struct process_child {
    pid_t pid;
    int ready_fd; /* readable when it has said something or died */
    int pidfd;    /* readable when it has died */
};

enum process_state { PROCESS_STARTING, PROCESS_READY, PROCESS_FAILED };

/* Starts it in a session of its own and without any file of its starter, so that it goes on alone.
 * When this returns the pid file is written and the program runs. What goes wrong behind the fork
 * (the log, the pid file, the program) comes as PROCESS_FAILED. On GW_EIO errno says why. */
GW_NODISCARD gw_err process_spawn(const struct process_desc *desc, struct process_child *child);
/* Reads what the child says when ready_fd is readable. PROCESS_FAILED: *why is its sentence, or
 * NULL when it died without one; PROCESS_READY: a note, or NULL. The caller frees it. */
enum process_state process_heard(const struct process_child *child, char **why);
/* Closes both; the process goes on. */
void process_release(struct process_child *child);

/* A running process. The pidfd makes sure that a signal never reaches another one that got its
 * number. */
struct process {
    pid_t pid;
    int pidfd;
};

/* A pidfd, or -1: there is no such process. */
int process_open(pid_t pid);
GW_NODISCARD gw_err process_signal(const struct process *process, int signum);
/* Waits for its end; false when it still runs after that time or a signal came in. */
bool process_wait(const struct process *process, int timeout_ms);
/* The same until then (os_monotonic_ms). */
bool process_wait_until(const struct process *process, int64_t deadline_ms);
void process_close(struct process *process);

/* How a process ended; all is zero when it was nobody's child here. */
struct process_end {
    bool is_known;
    int signum; /* 0: it exited by itself */
    int exit_code;
};

/* "was ended by signal 9 (Killed)", "ended with exit code 3", "ended"; the caller frees it. */
char *process_describe_end(struct process_end end);

/* Takes the end of a child, and waits for it if it still runs. */
struct process_end process_reap(const struct process *process);

/* Its arguments with a space between each two, cut at the end; empty when there is no such process.
 * What would disturb a terminal is a space, too. */
void process_command(pid_t pid, char *out, size_t size);
