/* control: the socket in run/ by which other processes of this user reach a game that runs: the
 * command that ends it, and its successor; docs/internals/reload.md. */
#pragma once

#include "os/loop.h"

enum control_request {
    CONTROL_SUCCEED, /* a successor asks: game/succession.h */
    CONTROL_STOP,    /* end; however often that is asked, it is asked once */
    CONTROL_REQUEST_COUNT,
};

/* ---- the process that runs ------------------------------------------------------------------ */

struct control_desc {
    struct loop *loop;
    const char *path;
    /* The connection, which does not block, is the callee's from now on. */
    void (*asked)(void *user, enum control_request request, int fd);
    void *user;
};

struct control;
/* Everything in desc is borrowed. GW_EEXIST: such a process runs already. On failure *error is a
 * sentence the caller frees. */
GW_NODISCARD gw_err control_open(const struct control_desc *desc, struct control **out,
                                 char **error);
void control_close(struct control *c); /* the path is free then; NULL does nothing */

/* ---- who asks ------------------------------------------------------------------------------- */

/* GW_ENOTFOUND: nobody listens there; GW_EFULL: too many wait there already; GW_EIO: errno says
 * why. */
GW_NODISCARD gw_err control_ask(const char *path, enum control_request request, int *fd);

/* ---- what is answered to CONTROL_STOP: at once, each second, and before the end -------------- */

enum control_end {
    CONTROL_GOES_ON, /* there is no end yet */
    CONTROL_SAVED,
    CONTROL_UNSAVED,   /* the requests were not waited for */
    CONTROL_HANDED_ON, /* another process goes on with it, or can */
};

struct control_progress {
    uint64_t requests; /* to databases, that have to be waited for */
    uint64_t bytes;    /* of those that save entities */
    uint64_t left_ms;  /* until it ends in any case */
    uint64_t end;      /* enum control_end: the last word; who ends without has died */
};

/* Does not wait. On failure nobody reads it. */
GW_NODISCARD gw_err control_tell(int fd, const struct control_progress *progress);
/* Does not wait. GW_ETIMEDOUT: there is nothing yet; GW_ENOTFOUND: there will be nothing more. */
GW_NODISCARD gw_err control_hear(int fd, struct control_progress *out);
