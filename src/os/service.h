/* service: which service of systemd a process belongs to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The name of the service, "chat-game@1.service". False when it belongs to none, or the name does
 * not fit. */
bool service_of(pid_t pid, char *name, size_t size);
/* The same from what stands in /proc/PID/cgroup. */
bool service_in(const char *groups, char *name, size_t size);

/* Whether this process is a service of systemd (Type=notify), and that one is of the same. */
bool service_has(pid_t pid);
/* Whether systemd, if this process is a service of its, lets that one take the place: it has to be
 * of the same service. */
bool service_may_pass_to(pid_t pid);
