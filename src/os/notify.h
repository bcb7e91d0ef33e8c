/* notify: tells whoever started this process how it gets on: `goworld start` by a pipe, systemd by
 * its socket. */
#pragma once

/* The pipe's number is in GOWORLD_READY_FD, the socket's address in NOTIFY_SOCKET (sd_notify(3));
 * where neither is set, or nobody listens any more, nothing is done. The pipe is answered once:
 * "ready\n", perhaps with a note behind a space, or the sentence that says why not. */
void os_notify_ready(const char *note); /* "": none */
void os_notify_error(const char *sentence);
/* Asked to end, and not yet done. For systemd only. */
void os_notify_stopping(void);
