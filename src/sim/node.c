/* node: see node.h. A core each, on a host of the same name. */
#include "sim/node.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

enum { POSITION_SYNC_INTERVAL_MS = 100, GIVE_UP_MS = 100 * 1000 };

static const char *const kind_names[NODE_KINDS] = {"dispatcher", "game", "gate"};

/* ---- its log -------------------------------------------------------------------------------- */

static void write_log(void *user, enum log_level level, const char *line, size_t size)
{
    gw_sim *sim = ((struct node *)user)->sim;
    if (sim->echoes && level >= sim->echo)
        fprintf(stderr, "%9.3f %.*s\n", (double)gw_sim_now_ms(sim) / 1000, (int)size, line);
    if (level < LOG_WARN)
        return;
    buf_append(&sim->logged, line, size);
    buf_append(&sim->logged, "\n", 2);
    sim->logged.size--; /* the NUL stands behind */
}

void node_init(gw_sim *sim, enum node_kind kind, unsigned index)
{
    struct node *p = &sim->nodes[kind][index];
    *p = (struct node){.sim = sim, .kind = kind, .index = index};
    snprintf(p->name, sizeof p->name, "%s%u", kind_names[kind], index + 1);
    p->log = (struct log){.level = sim->echoes && sim->echo < LOG_WARN ? sim->echo : LOG_WARN,
                          .process = p->name,
                          .write = write_log,
                          .user = p};
    p->ids = (struct id_source){.clock = sim_host_clock(sim->net, p->name)};
    p->database.shared = sim->database;
    for (unsigned i = 0; i < GW_SIM_PROCESSES_MAX; i++)
        p->dials[i] = (struct node_dial){p, i};
}

/* ---- links to dispatchers ------------------------------------------------------------------- */

static void game_connected(void *user, struct link *link, const char *reason)
{
    const struct node_dial *dial = user;
    (void)reason;
    if (link)
        game_dispatcher_up(dial->node->game, dial->index, link);
    else
        game_dispatcher_down(dial->node->game, dial->index);
}

static void gate_connected(void *user, struct link *link, const char *reason)
{
    const struct node_dial *dial = user;
    (void)reason;
    if (link)
        gate_dispatcher_up(dial->node->gate, dial->index, link);
    else
        gate_dispatcher_down(dial->node->gate, dial->index);
}

static void dial_dispatcher(void *user, unsigned index)
{
    struct node *p = user;
    char to[16];
    snprintf(to, sizeof to, "dispatcher%u", index + 1);
    sim_connect(p->sim->net,
                &(struct sim_connect_desc){.from = p->name,
                                           .to = to,
                                           .connected = p->kind == NODE_GAME ? game_connected
                                                                             : gate_connected,
                                           .user = &p->dials[index]});
}

/* ---- a dispatcher --------------------------------------------------------------------------- */

static void dispatcher_accepted(void *user, struct link *link)
{
    dispatcher_accept(((struct node *)user)->dispatcher, link);
}

static int64_t dispatcher_step(void *user)
{
    return dispatcher_turn(((struct node *)user)->dispatcher);
}

static void start_dispatcher(struct node *p, struct random *random)
{
    const gw_sim_desc *desc = &p->sim->desc;
    p->dispatcher =
        dispatcher_create(&(struct dispatcher_desc){.dispid = (uint16_t)(p->index + 1),
                                                    .dispatchers = desc->dispatchers,
                                                    .desired_games = desc->games,
                                                    .desired_gates = desc->gates,
                                                    .epoch = random_next(random),
                                                    .seed = random_next(random),
                                                    .pool = sim_outq_pool(p->sim->net),
                                                    .clock = p->ids.clock,
                                                    .log = &p->log,
                                                    .limits = p->sim->limits.dispatcher});
    sim_listen(p->sim->net, &(struct sim_listen_desc){
                                .name = p->name, .accepted = dispatcher_accepted, .user = p});
    sim_on_turn(p->sim->net, p->name, dispatcher_step, p);
}

/* ---- a game --------------------------------------------------------------------------------- */

static double no_load(void *user)
{
    (void)user;
    return 0;
}

static void open_databases(struct node *p)
{
    struct worker_pool *workers = sim_workers(p->sim->net, p->name);
    char *error = NULL;
    p->database.dead = false;
    gw_err err = storage_create(&(struct storage_desc){.ops = &database_storage,
                                                       .url = p->database.url,
                                                       .workers = workers,
                                                       .clock = p->ids.clock,
                                                       .log = &p->log},
                                &p->storage, &error);
    ASSERT(!err);
    err = kv_create(&(struct kv_desc){.ops = &database_kv,
                                      .url = p->database.url,
                                      .workers = workers,
                                      .clock = p->ids.clock,
                                      .log = &p->log},
                    &p->kv, &error);
    ASSERT(!err);
    p->passwords = passwords_create(workers, PASSWORD_COST_LEAST);
    p->fibers = fiber_pool_create(&(struct fiber_pool_desc){0});
}

static struct world_desc world_of(struct node *p, uint64_t seed)
{
    const gw_sim_desc *desc = &p->sim->desc;
    return (struct world_desc){
        .game = p->program,
        .gameid = (uint16_t)(p->index + 1),
        .boot_entity = desc->boot_entity,
        .save_interval_ms = desc->save_interval_ms,
        .position_sync_interval_ms = POSITION_SYNC_INTERVAL_MS,
        .clock = p->ids.clock,
        .log = &p->log,
        .ids = &p->ids,
        .storage = p->storage,
        .kv = p->kv,
        .passwords = p->passwords,
        .fibers = p->fibers,
        .seed = seed,
        .check_attrs = true,
    };
}

static struct game *create_game(struct node *p, struct random *random)
{
    struct game *game = NULL;
    struct game_desc desc = {
        .world = world_of(p, random_next(random)),
        .dispatchers = p->sim->desc.dispatchers,
        .pool = sim_outq_pool(p->sim->net),
        .epoch = random_next(random),
        .dial = dial_dispatcher,
        .cpu_percent = no_load,
        .user = p,
    };
    char *error = NULL;
    if (game_create(&desc, &game, &error))
        gw_sim_fail(p->sim, "the game cannot start: %s", error);
    return game;
}

/* ---- and another one that takes over -------------------------------------------------------- */

static void reload_ended(struct node *p, const char *why_not)
{
    free(p->why_not_reloaded);
    p->why_not_reloaded = why_not ? mem_strdup(why_not) : NULL;
    p->next_program = NULL;
}

static void hand_over(struct node *p)
{
    struct buf state = {0};
    char *error = NULL;
    const gw_game *before = p->program;
    game_freeze(p->game, &state);
    p->program = p->next_program;
    struct game *game = create_game(p, sim_random(p->sim->net));
    if (game_restore(game, view_of(&state), &error)) {
        game_abandon(game);
        game_destroy(game);
        p->program = before;
        game_call_off_rest(p->game, error);
        reload_ended(p, error);
    } else {
        game_abandon(p->game);
        game_destroy(p->game);
        p->game = game;
        reload_ended(p, NULL);
    }
    free(error);
    buf_free(&state);
}

static void look_at_reload(struct node *p)
{
    if (!p->next_program)
        return;
    enum game_rest rest = game_rest(p->game);
    if (rest == GAME_RESTS)
        hand_over(p);
    else if (rest == GAME_RUNS)
        reload_ended(p, game_why_no_rest(p->game));
}

void node_reload(struct node *p, const gw_game *program)
{
    if (!p->lives || p->next_program)
        return;
    if (!game_is_serving(p->game) || !game_is_awake(p->game)) {
        reload_ended(p, "a dispatcher is away");
        return;
    }
    p->next_program = program;
    game_come_to_rest(p->game);
}

static int64_t game_step(void *user)
{
    struct node *p = user;
    int64_t due_ms = game_turn(p->game), storage_ms = storage_turn(p->storage);
    look_at_reload(p);
    return due_ms < storage_ms ? due_ms : storage_ms;
}

static void start_game(struct node *p, struct random *random)
{
    open_databases(p);
    p->program = p->sim->desc.game;
    p->game = create_game(p, random);
    sim_on_turn(p->sim->net, p->name, game_step, p);
}

static bool answer_all(struct node *p)
{
    sim_finish_work(p->sim->net, p->name);
    game_step(p);
    return game_is_idle(p->game);
}

/* What waits for the database or a worker has to be answered before it can be freed: by a database
 * that takes everything and keeps nothing, in time that passes for this process alone. */
static void end_game(struct node *p)
{
    p->database.dead = true;
    reload_ended(p, NULL);
    game_stop(p->game);
    for (unsigned ms = 0; !answer_all(p); ms++)
        if (ms > GIVE_UP_MS)
            gw_sim_fail(p->sim, "what %s had in memory cannot be freed", p->name);
    game_destroy(p->game);
    passwords_destroy(p->passwords);
    fiber_pool_destroy(p->fibers);
    storage_destroy(p->storage);
    kv_destroy(p->kv);
}

/* ---- a gate --------------------------------------------------------------------------------- */

static void gate_accepted(void *user, struct link *link)
{
    gate_accept_client(((struct node *)user)->gate, link, GATE_TCP);
}

static int64_t gate_step(void *user)
{
    return gate_turn(((struct node *)user)->gate);
}

static void start_gate(struct node *p, struct random *random)
{
    const gw_sim_desc *desc = &p->sim->desc;
    p->gate =
        gate_create(&(struct gate_desc){.gateid = (uint16_t)(p->index + 1),
                                        .dispatchers = desc->dispatchers,
                                        .position_sync_interval_ms = POSITION_SYNC_INTERVAL_MS,
                                        .dialect = DIALECT_2020, /* of the simulator's clients */
                                        .epoch = random_next(random),
                                        .seed = random_next(random),
                                        .ids = &p->ids,
                                        .pool = sim_outq_pool(p->sim->net),
                                        .clock = p->ids.clock,
                                        .log = &p->log,
                                        .limits = p->sim->limits.gate,
                                        .dial = dial_dispatcher,
                                        .user = p});
    sim_listen(p->sim->net,
               &(struct sim_listen_desc){.name = p->name, .accepted = gate_accepted, .user = p});
    sim_on_turn(p->sim->net, p->name, gate_step, p);
}

/* ---- all of them ---------------------------------------------------------------------------- */

void node_start(struct node *p)
{
    static void (*const start[NODE_KINDS])(struct node *, struct random *) = {
        start_dispatcher, start_game, start_gate};
    struct random *random = sim_random(p->sim->net);
    p->ids.pid = (uint16_t)random_next(random);
    p->ids.counter = (uint32_t)random_next(random);
    p->lives = true;
    start[p->kind](p, random);
}

void node_kill(struct node *p)
{
    sim_kill(p->sim->net, p->name);
    p->lives = false;
    if (p->kind == NODE_DISPATCHER)
        dispatcher_destroy(p->dispatcher);
    else if (p->kind == NODE_GATE)
        gate_destroy(p->gate);
    else
        end_game(p);
    p->dispatcher = NULL;
    p->gate = NULL;
    p->game = NULL;
    sim_bury(p->sim->net, p->name);
}

struct node *node_named(gw_sim *sim, const char *name)
{
    for (unsigned kind = 0; kind < NODE_KINDS; kind++)
        for (unsigned i = 0; i < sim->counts[kind]; i++)
            if (strcmp(sim->nodes[kind][i].name, name) == 0)
                return &sim->nodes[kind][i];
    gw_sim_fail(sim, "there is no process %s", name);
}

bool node_serves(const struct node *p)
{
    if (!p->lives)
        return true;
    switch (p->kind) {
    case NODE_DISPATCHER:
        return dispatcher_stats(p->dispatcher)->ready;
    case NODE_GAME:
        return game_is_serving(p->game);
    default:
        return gate_stats(p->gate)->dispatchers_connected == p->sim->desc.dispatchers;
    }
}

bool node_is_idle(const struct node *p)
{
    return !p->game || game_is_idle(p->game);
}

void nodes_each(gw_sim *sim, void (*each)(struct node *p, void *user), void *user)
{
    for (unsigned kind = 0; kind < NODE_KINDS; kind++)
        for (unsigned i = 0; i < sim->counts[kind]; i++)
            if (sim->nodes[kind][i].lives)
                each(&sim->nodes[kind][i], user);
}
