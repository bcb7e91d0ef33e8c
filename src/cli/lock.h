/* lock: at most one goworld starts, reloads or ends a server, or runs it in the foreground, and
 * others can see which. */
#pragma once

#include "cli/server.h"

#include <sys/types.h>

enum lock_use { LOCK_START, LOCK_FOREGROUND, LOCK_END };

/* Says on standard error how a server in the foreground is ended: it belongs to its terminal. */
void lock_complain_foreground(const struct server *server, pid_t pid);

/* Whose lock it is. */
struct lock_holder {
    enum lock_use use;
    pid_t pid;
};

/* The lock lasts until *fd is closed, also over an exec that keeps the descriptor. A failure is
 * told on standard error. */
GW_NODISCARD gw_err lock_take(struct server *server, enum lock_use use, int *fd);
/* The same, where it is free: else *fd is -1, and nothing is said. */
void lock_take_if_free(struct server *server, enum lock_use use, int *fd);
/* The same as lock_take, but waits for a goworld that starts or reloads the server, and says so. */
GW_NODISCARD gw_err lock_wait(struct server *server, enum lock_use use, int *fd);
/* GW_ENOTFOUND: nobody holds it. */
GW_NODISCARD gw_err lock_find(struct server *server, struct lock_holder *holder);
