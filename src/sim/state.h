/* state: how the simulator looks inside, for the files of src/sim and its tests only. */
#pragma once

#include "dispatcher/dispatcher.h"
#include "game/game.h"
#include "gate/gate.h"
#include "net/sim.h"
#include "sim/database.h"
#include "sim/run.h"

#include <goworld/sim.h>

enum node_kind { NODE_DISPATCHER, NODE_GAME, NODE_GATE, NODE_KINDS };

struct node;

/* Whose dial to which dispatcher. */
struct node_dial {
    struct node *node;
    unsigned index;
};

/* One simulated process, dead or alive. */
struct node {
    gw_sim *sim;
    enum node_kind kind;
    unsigned index; /* its id - 1 */
    char name[16];
    struct log log;
    struct id_source ids;
    struct node_dial dials[GW_SIM_PROCESSES_MAX];
    bool lives;
    /* One of these. */
    struct dispatcher *dispatcher;
    struct game *game;
    struct gate *gate;
    /* What a game needs. */
    const gw_game *program;
    const gw_game *next_program; /* that is to take over; NULL: none */
    char *why_not_reloaded;      /* the last time; NULL: it was */
    struct database database;
    struct storage *storage;
    struct kv *kv;
    struct passwords *passwords;
    struct fiber_pool *fibers;
};

/* What only the engine's own tests choose; zero: the defaults. */
struct sim_limits {
    struct gate_limits gate;
    struct dispatcher_limits dispatcher;
};

struct gw_sim {
    struct sim *net;
    gw_sim_desc desc; /* defaults filled in */
    struct sim_limits limits;
    struct run *run;
    struct run own_run; /* of one that no property made */
    int64_t start_ms;
    struct random random; /* the test's choices */
    struct database_shared *database;
    struct node nodes[NODE_KINDS][GW_SIM_PROCESSES_MAX];
    unsigned counts[NODE_KINDS];
    gw_sim_client **clients;
    size_t client_count;
    struct chaos *chaos; /* all that were asked for */
    struct buf logged;   /* NUL-terminated */
    enum log_level echo; /* from which on the log goes to stderr, too */
    bool echoes;
    bool disturbed; /* there was a fault, and the cluster has not settled since */
};

/* A new simulator that belongs to a run of a property (NULL: to none). */
gw_sim *sim_create_in_run(const gw_sim_desc *desc, struct run *run,
                          const struct sim_limits *limits);
