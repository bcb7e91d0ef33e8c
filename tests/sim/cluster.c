/* The simulated cluster: cores joined by simulated links. */
#include "cluster.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

#define STEP_LIMIT_MS 60000

static void log_write(void *user, enum log_level level, const char *line, size_t size)
{
    struct cluster_node *node = user;
    if (level < LOG_WARN)
        return;
    buf_append(&node->cluster->logged, line, size);
    buf_append(&node->cluster->logged, "\n", 1);
    if (getenv("GW_SIM_LOG"))
        fprintf(stderr, "%.*s\n", (int)size, line);
}

static void node_init(struct cluster_node *node, struct cluster *c, const char *kind,
                      unsigned index)
{
    node->cluster = c;
    node->index = index;
    snprintf(node->name, sizeof node->name, "%s%u", kind, index + 1);
    node->log =
        (struct log){.level = LOG_WARN, .process = node->name, .write = log_write, .user = node};
    node->ids = (struct id_source){.clock = sim_host_clock(c->sim, node->name),
                                   .pid = (uint16_t)random_next(sim_random(c->sim)),
                                   .counter = (uint32_t)random_next(sim_random(c->sim))};
}

/* ---- links to dispatchers ------------------------------------------------------------------- */

struct dial {
    struct cluster_node *node;
    unsigned index;
    void (*up)(struct cluster_node *node, unsigned index, struct link *link);
    void (*down)(struct cluster_node *node, unsigned index);
};

static void connected(void *user, struct link *link, const char *reason)
{
    struct dial dial = *(struct dial *)user;
    (void)reason;
    free(user);
    if (link)
        dial.up(dial.node, dial.index, link);
    else
        dial.down(dial.node, dial.index);
}

static void dial_dispatcher(struct dial model)
{
    struct dial *dial = mem_alloc(sizeof *dial);
    *dial = model;
    char to[32];
    snprintf(to, sizeof to, "dispatcher%u", dial->index + 1);
    sim_connect(dial->node->cluster->sim,
                &(struct sim_connect_desc){
                    .from = dial->node->name, .to = to, .connected = connected, .user = dial});
}

static void game_up(struct cluster_node *node, unsigned index, struct link *link)
{
    game_dispatcher_up(node->cluster->games[node->index].core, index, link);
}

static void game_down(struct cluster_node *node, unsigned index)
{
    game_dispatcher_down(node->cluster->games[node->index].core, index);
}

static void game_dial(void *user, unsigned index)
{
    dial_dispatcher((struct dial){user, index, game_up, game_down});
}

static void gate_up(struct cluster_node *node, unsigned index, struct link *link)
{
    gate_dispatcher_up(node->cluster->gates[node->index], index, link);
}

static void gate_down(struct cluster_node *node, unsigned index)
{
    gate_dispatcher_down(node->cluster->gates[node->index], index);
}

static void gate_dial(void *user, unsigned index)
{
    dial_dispatcher((struct dial){user, index, gate_up, gate_down});
}

/* ---- the processes -------------------------------------------------------------------------- */

static void dispatcher_accepted(void *user, struct link *link)
{
    dispatcher_accept(user, link);
}

static int64_t dispatcher_step(void *user)
{
    return dispatcher_turn(user);
}

static void add_dispatcher(struct cluster *c, unsigned index)
{
    struct cluster_node *node = &c->dispatcher_nodes[index];
    node_init(node, c, "dispatcher", index);
    c->dispatchers[index] =
        dispatcher_create(&(struct dispatcher_desc){.dispid = (uint16_t)(index + 1),
                                                    .dispatchers = c->desc.dispatchers,
                                                    .desired_games = c->desc.games,
                                                    .desired_gates = c->desc.gates,
                                                    .epoch = random_next(sim_random(c->sim)),
                                                    .seed = random_next(sim_random(c->sim)),
                                                    .pool = sim_outq_pool(c->sim),
                                                    .clock = sim_host_clock(c->sim, node->name),
                                                    .log = &node->log});
    sim_listen(c->sim, &(struct sim_listen_desc){.name = node->name,
                                                 .accepted = dispatcher_accepted,
                                                 .user = c->dispatchers[index]});
    sim_on_turn(c->sim, node->name, dispatcher_step, c->dispatchers[index]);
}

static double no_load(void *user)
{
    (void)user;
    return 0;
}

static int64_t game_step(void *user)
{
    struct cluster_game *g = user;
    int64_t due_ms = game_turn(g->core), storage_ms = storage_turn(g->storage);
    return due_ms < storage_ms ? due_ms : storage_ms;
}

/* All games share one database, as in a real cluster. */
static void open_databases(struct cluster *c, struct cluster_game *g)
{
    char *error = NULL;
    struct storage_desc storage = {.ops = &storage_memory,
                                   .url = "",
                                   .workers = sim_workers(c->sim, g->node.name),
                                   .clock = sim_host_clock(c->sim, g->node.name),
                                   .log = &g->node.log};
    struct kv_desc kv = {.ops = &kv_memory,
                         .url = "",
                         .workers = sim_workers(c->sim, g->node.name),
                         .clock = sim_host_clock(c->sim, g->node.name),
                         .log = &g->node.log};
    gw_err err = storage_create(&storage, &g->storage, &error);
    ASSERT(!err);
    err = kv_create(&kv, &g->kv, &error);
    ASSERT(!err);
}

static void add_game(struct cluster *c, unsigned index)
{
    struct cluster_game *g = &c->games[index];
    node_init(&g->node, c, "game", index);
    if (index == 0) {
        open_databases(c, g);
    } else {
        g->storage = c->games[0].storage;
        g->kv = c->games[0].kv;
    }
    g->passwords = passwords_create(sim_workers(c->sim, g->node.name), PASSWORD_COST_LEAST);
    g->fibers = fiber_pool_create(&(struct fiber_pool_desc){0});
    struct game_desc desc = {
        .world = {.game = c->desc.game,
                  .gameid = (uint16_t)(index + 1),
                  .boot_entity = c->desc.boot_entity,
                  .save_interval_ms = 5000,
                  .clock = sim_host_clock(c->sim, g->node.name),
                  .log = &g->node.log,
                  .ids = &g->node.ids,
                  .storage = g->storage,
                  .kv = g->kv,
                  .passwords = g->passwords,
                  .fibers = g->fibers,
                  .seed = random_next(sim_random(c->sim))},
        .dispatchers = c->desc.dispatchers,
        .pool = sim_outq_pool(c->sim),
        .epoch = random_next(sim_random(c->sim)),
        .dial = game_dial,
        .cpu_percent = no_load,
        .user = &g->node,
    };
    char *error = NULL;
    gw_err err = game_create(&desc, &g->core, &error);
    ASSERT(!err);
    sim_on_turn(c->sim, g->node.name, game_step, g);
}

static void gate_accepted(void *user, struct link *link)
{
    gate_accept_client(user, link);
}

static int64_t gate_step(void *user)
{
    return gate_turn(user);
}

static void add_gate(struct cluster *c, unsigned index)
{
    struct cluster_node *node = &c->gate_nodes[index];
    node_init(node, c, "gate", index);
    c->gates[index] = gate_create(
        &(struct gate_desc){.gateid = (uint16_t)(index + 1),
                            .dispatchers = c->desc.dispatchers,
                            .position_sync_interval_ms = 100,
                            .epoch = random_next(sim_random(c->sim)),
                            .seed = random_next(sim_random(c->sim)),
                            .ids = &node->ids,
                            .pool = sim_outq_pool(c->sim),
                            .clock = sim_host_clock(c->sim, node->name),
                            .log = &node->log,
                            .limits = {.client_send_queue_max = c->desc.client_send_queue_max},
                            .dial = gate_dial,
                            .user = node});
    sim_listen(c->sim, &(struct sim_listen_desc){
                           .name = node->name, .accepted = gate_accepted, .user = c->gates[index]});
    sim_on_turn(c->sim, node->name, gate_step, c->gates[index]);
}

static bool is_serving(void *user)
{
    struct cluster *c = user;
    for (unsigned i = 0; i < c->desc.games; i++)
        if (!game_is_serving(c->games[i].core))
            return false;
    for (unsigned i = 0; i < c->desc.gates; i++)
        if (gate_stats(c->gates[i])->dispatchers_connected != c->desc.dispatchers)
            return false;
    for (unsigned i = 0; i < c->desc.dispatchers; i++)
        if (!dispatcher_stats(c->dispatchers[i])->ready)
            return false;
    return true;
}

struct cluster *cluster_create(const struct cluster_desc *desc)
{
    struct cluster *c = mem_zalloc(sizeof *c);
    c->desc = *desc;
    c->sim = sim_create(&(struct sim_desc){.seed = desc->seed});
    for (unsigned i = 0; i < desc->dispatchers; i++)
        add_dispatcher(c, i);
    for (unsigned i = 0; i < desc->games; i++)
        add_game(c, i);
    for (unsigned i = 0; i < desc->gates; i++)
        add_gate(c, i);
    bool serving = sim_run_until(c->sim, is_serving, c, STEP_LIMIT_MS);
    ASSERT(serving);
    return c;
}

static bool is_idle(void *user)
{
    struct cluster *c = user;
    for (unsigned i = 0; i < c->desc.games; i++)
        if (c->games[i].core && !game_is_idle(c->games[i].core))
            return false;
    return true;
}

static void remove_game(struct cluster_game *g, bool owns_databases)
{
    game_destroy(g->core);
    passwords_destroy(g->passwords);
    fiber_pool_destroy(g->fibers);
    if (!owns_databases)
        return;
    storage_destroy(g->storage);
    kv_destroy(g->kv);
}

void cluster_destroy(struct cluster *c)
{
    for (unsigned i = 0; i < c->desc.games; i++)
        if (c->games[i].core)
            game_stop(c->games[i].core);
    bool idle = sim_run_until(c->sim, is_idle, c, STEP_LIMIT_MS);
    ASSERT(idle);
    for (unsigned i = 0; i < c->desc.gates; i++) {
        sim_on_turn(c->sim, c->gate_nodes[i].name, NULL, NULL);
        gate_destroy(c->gates[i]);
    }
    for (unsigned i = c->desc.games; i-- > 0;) {
        sim_on_turn(c->sim, c->games[i].node.name, NULL, NULL);
        remove_game(&c->games[i], i == 0);
    }
    for (unsigned i = 0; i < c->desc.dispatchers; i++) {
        sim_on_turn(c->sim, c->dispatcher_nodes[i].name, NULL, NULL);
        dispatcher_destroy(c->dispatchers[i]);
    }
    sim_destroy(c->sim);
    buf_free(&c->logged);
    free(c);
}

void cluster_kill_game(struct cluster *c, unsigned index)
{
    struct cluster_game *g = &c->games[index];
    game_destroy(g->core);
    g->core = NULL;
    sim_kill(c->sim, g->node.name);
    sim_bury(c->sim, g->node.name);
}

unsigned cluster_seeds(unsigned usual)
{
    const char *asked = getenv("GW_SIM_SEEDS");
    return asked ? (unsigned)strtoul(asked, NULL, 10) : usual;
}
