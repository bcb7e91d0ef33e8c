/* A whole cluster with its clients in one process, over the simulated network, from one seed. */
#pragma once

#include "dispatcher/dispatcher.h"
#include "game/game.h"
#include "gate/gate.h"
#include "net/sim.h"

#include <goworld/goworld.h>

#define CLUSTER_MAX 4u /* of each kind */

struct cluster_desc {
    uint64_t seed;
    unsigned dispatchers, games, gates; /* of each 1 to CLUSTER_MAX */
    const gw_game *game;
    const char *boot_entity;
    struct gate_limits gate_limits; /* zero: the defaults */
    struct dispatcher_limits dispatcher_limits;
};

struct cluster_node {
    struct cluster *cluster;
    struct log log;
    struct id_source ids;
    char name[16];
    unsigned index;
};

struct cluster_game {
    struct cluster_node node;
    struct game *core; /* NULL: it has died */
    struct passwords *passwords;
    struct fiber_pool *fibers;
    struct storage *storage;
    struct kv *kv;
};

struct cluster {
    struct sim *sim;
    struct cluster_desc desc;
    struct dispatcher *dispatchers[CLUSTER_MAX];
    struct gate *gates[CLUSTER_MAX];
    struct cluster_node dispatcher_nodes[CLUSTER_MAX], gate_nodes[CLUSTER_MAX];
    struct cluster_game games[CLUSTER_MAX];
    struct buf logged; /* warnings and worse */
};

/* All is connected and registered when it returns. */
struct cluster *cluster_create(const struct cluster_desc *desc);
void cluster_destroy(struct cluster *c); /* stops the games, lets all be saved */

/* The game's process dies, saves nothing and does not come back. */
void cluster_kill_game(struct cluster *c, unsigned index);

/* The seeds to run over: 1 to GW_SIM_SEEDS, or to `usual`. */
unsigned cluster_seeds(unsigned usual);

/* ---- scripted clients ----------------------------------------------------------------------- */

/* What a client has seen, each as one line: "create Account", "ShowInfo(text)", "chatroom=1",
 * "destroy Account". */
struct bot {
    struct cluster *cluster;
    struct link *link; /* NULL: not connected, or closed */
    char *lines[4096];
    unsigned count;
    unsigned mark; /* where bot_wait goes on to look */
    gw_id player;  /* none: it has none */
    char player_type[32];
    bool closed;
};

void bot_open(struct bot *bot, struct cluster *c, unsigned gate); /* connects */
void bot_close(struct bot *bot);                                  /* the connection ends */
void bot_free(struct bot *bot);

/* Calls a method of the player with string arguments, ends with NULL. */
void bot_call(struct bot *bot, const char *method, ...);
void bot_call_entity(struct bot *bot, gw_id entity, const char *method, ...);
void bot_send(struct bot *bot, const void *payload, size_t size); /* any packet */

/* Runs the cluster until the line has come (after those waited for before); false after 60 virtual
 * seconds. */
bool bot_wait(struct bot *bot, const char *line);
bool bot_wait_closed(struct bot *bot);
unsigned bot_count(const struct bot *bot, const char *line); /* all that have come */
