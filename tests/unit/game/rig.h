/* rig: one game with dispatchers that a test plays; workers run when told, and time stands still.
 */
#pragma once

#include "game/game.h"
#include "unit/fake_link.h"

#define RIG_DISPATCHERS_MAX 2
#define RIG_GAME 1

struct rig {
    struct game *game;
    const gw_game *played;
    const char *boot_entity;
    struct clock clock;
    struct log log;
    struct buf logged; /* every line */
    struct outq_pool pool;
    struct id_source ids;
    struct worker_pool workers;
    struct work *queue[64];
    size_t queued;
    struct storage *storage;
    struct kv *kv;
    struct passwords *passwords;
    struct fiber_pool *fibers;
    unsigned dispatchers;
    bool dials[RIG_DISPATCHERS_MAX];             /* the game waits for an answer */
    struct fake_link links[RIG_DISPATCHERS_MAX]; /* as the dispatcher sees the game */
    uint64_t epochs[RIG_DISPATCHERS_MAX];
};

struct rig *rig_create(const gw_game *game, const char *boot_entity, unsigned dispatchers);
void rig_stop(struct rig *r); /* the game has saved everything, and is gone */
void rig_destroy(struct rig *r);

/* Another process goes on with the game, which was at rest. */
void rig_succeed(struct rig *r, const struct buf *frozen);

void rig_turn(struct rig *r); /* with all that workers have to do */
void rig_pass(struct rig *r, int64_t ms);

/* The game gets a new link. */
void rig_dialled(struct rig *r, unsigned index);
/* The same, and the dispatcher, in that life of its process, reads who it is. */
void rig_connect(struct rig *r, unsigned index, uint64_t epoch);
void rig_hang_up(struct rig *r, unsigned index);

/* Answers the registration: games 1 and 2 are there, and so are these pairs of the registry (key,
 * value, ..., NULL). */
void rig_take_in(struct rig *r, unsigned index, int is_ready, ...);
void rig_say_hello(struct rig *r, unsigned index);

/* Sends KVREG_REGISTER; value NULL: NOTIFY_KVREG_REMOVED. */
void rig_tell(struct rig *r, unsigned index, const char *key, const char *value);

/* The next packet that has something to do with the registry or with entities; false: there is
 * none.
 */
bool rig_next(struct rig *r, unsigned index, struct view *payload);
bool rig_logged(const struct rig *r, const char *text);
