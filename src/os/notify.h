/* notify: tells whoever started this process how it gets on: `goworld start` by a pipe, systemd by
 * its socket. */
#pragma once

#include <sys/types.h>

/* The pipe's number is in GOWORLD_READY_FD, the socket's address in NOTIFY_SOCKET (sd_notify(3));
 * where neither is set, or nobody listens any more, nothing is done. The pipe is answered once:
 * "ready\n", perhaps with a note behind a space, or the sentence that says why not. */
void os_notify_ready(const char *note); /* "": none */
void os_notify_error(const char *sentence);

/* For systemd only. */
void os_notify_stopping(void); /* asked to end, and not yet done */
/* So many requests have to be waited for: there is more to come within that time, or the end. */
void os_notify_saving(unsigned long long requests, int within_ms);
void os_notify_succeeded(pid_t pid); /* that process is the service from now on */
