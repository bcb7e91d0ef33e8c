/* reload: how a process hands its game on, into a file or to a successor, and how one goes on with
 * a game that it was handed; docs/internals/reload.md. */
#pragma once

#include "game/game.h"
#include "game/succession.h"
#include "host/host.h"
#include "host/options.h"

struct reload_desc {
    struct host *host;
    struct game *core;
    const struct log *log;
    const char *run_dir, *process;
    const char *socket_path;    /* where a game that runs is asked: host/control.h */
    void (*let_go)(void *user); /* what only one process can have is the successor's now */
    void *user;
};

enum reload_aim { RELOAD_NOT, RELOAD_TO_FILE, RELOAD_TO_SUCCESSOR };

struct reload {
    struct reload_desc desc;
    char *file_path, *pid_path;
    struct succession *succession;
    enum reload_aim aim;
    int64_t held_since_ms; /* 0: it does not hold yet */
    bool holds_signals;
    bool is_over; /* the game goes on elsewhere, and the loop ends */
    bool is_from_file, is_successor, is_taken_in;
    int64_t paused_since_ms;    /* of a successor: since when players wait */
    unsigned long long dropped; /* values of attributes for which there is no place in it */
};

/* Everything in desc is borrowed. */
void reload_init(struct reload *r, const struct reload_desc *desc);
void reload_fini(struct reload *r); /* of one that is zero: nothing */

/* Goes on with a game if the options say so, before the first turn. On failure *error is a sentence
 * the caller frees. */
GW_NODISCARD gw_err reload_restore(struct reload *r, const struct host_options *options,
                                   char **error);
/* Freezes the game into its file, and ends the loop; or logs why not. Nothing when it is being
 * frozen already. */
void reload_to_file(struct reload *r);
/* The same to the successor that has asked by this connection, which is the callee's now. */
void reload_to_successor(struct reload *r, int fd);
void reload_turn(struct reload *r);
void reload_served(struct reload *r); /* the game is where it was in the cluster */

bool reload_is_over(const struct reload *r);
/* It was restored from a file and has not been taken in: that stays what there is of the game. */
bool reload_is_unfinished(const struct reload *r);
