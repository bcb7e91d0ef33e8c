/* succession: one process of a game takes over from another, which runs until the new one has all;
 * docs/internals/reload.md.
 *
 * They meet at the game's socket (host/control.h). The new process asks, and when the old one has
 * come to rest gets what is frozen; it says whether it could restore that; then the old one lets
 * go, or goes on. */
#pragma once

#include "base/buf.h"
#include "os/loop.h"
#include "wire/reader.h"

#include <sys/types.h>

/* ---- the process that runs ------------------------------------------------------------------ */

struct succession_desc {
    struct loop *loop;
    void (*asked)(void *user); /* a successor waits: it is answered later */
    void (*left)(void *user);  /* it has not waited for that */
    void *user;
};

struct succession;
/* Everything in desc is borrowed. */
struct succession *succession_create(const struct succession_desc *desc);
void succession_destroy(struct succession *s); /* NULL does nothing */
/* A successor has asked, by this connection, which is the succession's from now on. */
void succession_ask(struct succession *s, int fd);

/* Whoever waits, if anybody does, is told that it is not to be. `why` is a sentence. */
void succession_refuse(struct succession *s, const char *why);

/* Sends what is frozen, and waits, seconds at most, until it is restored there; since_ms is when
 * the game began to hold (os_monotonic_ms). On failure the successor has been told that it is off;
 * *error is a sentence the caller frees. */
GW_NODISCARD gw_err succession_hand_over(struct succession *s, struct view state, int64_t since_ms,
                                         char **error);
/* Tells it to go on: from GW_OK on, the game is the successor's. Errors as above. */
GW_NODISCARD gw_err succession_go(struct succession *s, char **error);
/* The process that waits. */
pid_t succession_successor(const struct succession *s);
/* What only one process can have is closed: the successor, which hears this, opens it. */
void succession_let_go(struct succession *s);

/* ---- its successor -------------------------------------------------------------------------- */

struct inheritance {
    int fd;
    struct buf state;
    int64_t since_ms; /* see above */
};

/* Asks the process that listens there, and waits until it has come to rest. On failure *error is a
 * sentence the caller frees, and there is nothing to free else. */
GW_NODISCARD gw_err inheritance_take(const char *path, struct inheritance *out, char **error);
/* It is restored. When this returns GW_OK the other process does nothing any more. Frees it. */
GW_NODISCARD gw_err inheritance_accept(struct inheritance *in, char **error);
/* It cannot be, for that reason. Frees it. */
void inheritance_refuse(struct inheritance *in, const char *why);
