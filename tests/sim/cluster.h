/* The public simulator with its insides open, for tests that look into the cores. */
#pragma once

#include "sim/client.h"
#include "sim/state.h"

#include <goworld/goworld.h>

#define CLUSTER_MAX 4u /* of each kind */

struct cluster_desc {
    uint64_t seed;
    unsigned dispatchers, games, gates; /* of each 1 to CLUSTER_MAX */
    const gw_game *game;
    const char *boot_entity;
    struct sim_limits limits; /* zero: the defaults */
};

struct cluster_game {
    struct game *core; /* NULL: it has died */
};

struct cluster {
    gw_sim *all;
    struct sim *sim;
    struct cluster_desc desc;
    struct dispatcher *dispatchers[CLUSTER_MAX];
    struct gate *gates[CLUSTER_MAX];
    struct cluster_game games[CLUSTER_MAX];
};

/* All is connected and registered when it returns. */
struct cluster *cluster_create(const struct cluster_desc *desc);
void cluster_destroy(struct cluster *c); /* stops the games, lets all be saved */

/* The game's process dies; it comes back when the cluster is destroyed. */
void cluster_kill_game(struct cluster *c, unsigned index);

/* The seeds to run over: 1 to GW_SIM_SEEDS, or to `usual`. */
unsigned cluster_seeds(unsigned usual);

/* ---- scripted clients ----------------------------------------------------------------------- */

/* What a client has seen, each as one line: "create Account", "ShowInfo(text)", "chatroom=1",
 * "destroy Account". */
struct bot {
    struct cluster *cluster;
    gw_sim_client *client;
    struct link *link; /* NULL: not connected, or closed */
    const char *lines[4096];
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
