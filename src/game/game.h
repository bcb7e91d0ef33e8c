/* game: a game process without its sockets: the world of its entities joined to the dispatchers. */
#pragma once

#include "cluster/dispatchers.h"
#include "entity/world.h"

/* Zero is the default but where it says otherwise. Everything is borrowed and outlives the game. */
struct game_desc {
    struct world_desc world; /* all but its outbox */
    bool ban_boot_entity;    /* new clients start elsewhere */
    unsigned dispatchers;    /* >= 1 */
    struct outq_pool *pool;
    uint64_t epoch;                           /* tells this life of the process from others */
    void (*dial)(void *user, unsigned index); /* game_dispatcher_up or _down follows */
    double (*cpu_percent)(void *user);        /* of one core, since the last call */
    void *user;
};

struct game_stats {
    struct complaint packets_bad, packets_unhandled, packets_unsendable;
};
extern const struct metric game_metrics[];

struct game;
/* On failure *error is a sentence the caller frees. */
GW_NODISCARD gw_err game_create(const struct game_desc *desc, struct game **out, char **error);
void game_destroy(struct game *g); /* NULL does nothing */

void game_dispatcher_up(struct game *g, unsigned index, struct link *link);
void game_dispatcher_down(struct game *g, unsigned index); /* the dial failed */

/* Returns when it next wants to be called. */
int64_t game_turn(struct game *g);

/* True once all dispatchers have taken the game in. */
bool game_is_serving(const struct game *g);

/* Ends all entities; game_is_idle says when everything is saved and sent. */
void game_stop(struct game *g);
bool game_is_idle(const struct game *g);

/* ---- into another process (docs/internals/reload.md) --------------------------------------- */

/* Comes to rest, in turns: what is under way ends, dispatchers hold what is for it. When that is
 * not so in time, or anything fails, it is called off: the game runs on, and game_why_no_rest says
 * why. Only for one that is serving and does none of this yet. */
enum game_rest { GAME_RUNS, GAME_COMES_TO_REST, GAME_RESTS };
void game_come_to_rest(struct game *g);
enum game_rest game_rest(const struct game *g);
bool game_holds(const struct game *g);              /* players wait already */
const char *game_why_no_rest(const struct game *g); /* lasts until it is to rest again; or NULL */
/* Calls it off, also when it rests already. `why` is a sentence. */
void game_call_off_rest(struct game *g, const char *why);

/* Appends a game that rests. */
void game_freeze(struct game *g, struct buf *out);
/* It goes on elsewhere: what is left here can be destroyed, and says nothing. */
void game_abandon(struct game *g);
/* False while a game that was restored waits to be taken in again. */
bool game_is_awake(const struct game *g);
/* Goes on with a game that was frozen: any bytes. Before the first turn. On failure *error is a
 * sentence the caller frees, and the game can only be destroyed. */
GW_NODISCARD gw_err game_restore(struct game *g, struct view frozen, char **error);

const struct game_stats *game_stats(const struct game *g);
struct world *game_world(struct game *g);
struct registry;
const struct registry *game_registry(const struct game *g);
struct dispatchers *game_dispatchers(struct game *g);
