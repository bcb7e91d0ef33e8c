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

const struct game_stats *game_stats(const struct game *g);
struct world *game_world(struct game *g);
struct registry;
const struct registry *game_registry(const struct game *g);
struct dispatchers *game_dispatchers(struct game *g);
