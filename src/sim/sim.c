/* sim: a simulated cluster's life, its time, and how a run of it fails. */
#include "base/assert.h"
#include "base/hash.h"
#include "os/child.h"
#include "sim/asked.h"
#include "sim/chaos.h"
#include "sim/client.h"
#include "sim/invariants.h"
#include "sim/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    START_MS_MAX = 60000,
    SETTLE_MS_MAX = 60000,
    SETTLE_STEP_MS = 100,
    QUIET_MS_MAX = 10000, /* a game may never be quiet */
    WATCH_INTERVAL_MS = 250,
    SAVE_INTERVAL_MS = 5000,
};

/* ---- time, chance, failure ------------------------------------------------------------------ */

int64_t gw_sim_now_ms(const gw_sim *sim)
{
    return sim_clock(sim->net)->now_ms - sim->start_ms;
}

void gw_sim_run(gw_sim *sim, int64_t ms)
{
    sim_run_for(sim->net, ms);
}

bool gw_sim_run_until(gw_sim *sim, bool (*until)(void *argument), void *argument,
                      int64_t timeout_ms)
{
    return sim_run_until(sim->net, until, argument, timeout_ms);
}

uint64_t gw_sim_random(gw_sim *sim, uint64_t count)
{
    return random_below(&sim->random, count ? count : 1);
}

/* A child says it to its parent; in a debugger the process stops here. */
void gw_sim_fail(gw_sim *sim, const char *format, ...)
{
    char message[RUN_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct run_report *report = sim->run->report;
    fprintf(stderr, "seed %llu, at %.3f s: %s\n", (unsigned long long)sim->desc.seed,
            (double)gw_sim_now_ms(sim) / 1000, message);
    if (!report)
        abort();
    report->failed = true;
    memcpy(report->message, message, sizeof message);
    os_child_exit(EXIT_FAILURE);
}

/* ---- start ---------------------------------------------------------------------------------- */

static unsigned or_one(gw_sim *sim, unsigned count)
{
    if (count > GW_SIM_PROCESSES_MAX)
        gw_sim_fail(sim, "at most %u processes of a kind", GW_SIM_PROCESSES_MAX);
    return count ? count : 1;
}

static void fill_in_defaults(gw_sim *sim, const gw_sim_desc *desc)
{
    sim->desc = *desc;
    sim->desc.dispatchers = or_one(sim, desc->dispatchers);
    sim->desc.games = or_one(sim, desc->games);
    sim->desc.gates = or_one(sim, desc->gates);
    if (!desc->save_interval_ms)
        sim->desc.save_interval_ms = SAVE_INTERVAL_MS;
    sim->counts[NODE_DISPATCHER] = sim->desc.dispatchers;
    sim->counts[NODE_GAME] = sim->desc.games;
    sim->counts[NODE_GATE] = sim->desc.gates;
}

static void choose_log(gw_sim *sim)
{
    sim->echoes = asked_log_level(&sim->echo);
    buf_append(&sim->logged, "", 1);
    sim->logged.size = 0;
}

static bool all_serve(void *user)
{
    gw_sim *sim = user;
    for (unsigned kind = 0; kind < NODE_KINDS; kind++)
        for (unsigned i = 0; i < sim->counts[kind]; i++)
            if (!node_serves(&sim->nodes[kind][i]))
                return false;
    return true;
}

static void start_all(gw_sim *sim)
{
    for (unsigned kind = 0; kind < NODE_KINDS; kind++)
        for (unsigned i = 0; i < sim->counts[kind]; i++) {
            node_init(sim, (enum node_kind)kind, i);
            node_start(&sim->nodes[kind][i]);
        }
    if (!sim_run_until(sim->net, all_serve, sim, START_MS_MAX))
        gw_sim_fail(sim, "the processes do not all serve after %d s", START_MS_MAX / 1000);
}

static void watch(void *user)
{
    gw_sim *sim = user;
    struct buf why = {0};
    if (invariants_broken(sim, &why))
        gw_sim_fail(sim, "%.*s", (int)why.size, (const char *)why.data);
    buf_free(&why);
    sim_at(sim->net, sim_clock(sim->net)->now_ms + WATCH_INTERVAL_MS, watch, sim);
}

gw_sim *sim_create_in_run(const gw_sim_desc *desc, struct run *run, const struct sim_limits *limits)
{
    gw_sim *sim = mem_zalloc(sizeof *sim);
    sim->limits = *limits;
    if (desc->client_send_queue_max)
        sim->limits.gate.client_send_queue_max = desc->client_send_queue_max;
    uint64_t seed = desc->seed;
    sim->run = run ? run : &sim->own_run;
    sim->net = sim_create(&(struct sim_desc){.seed = hash64("network", 7, seed),
                                             .delay_us_min = desc->delay_us_min,
                                             .delay_us_max = desc->delay_us_max});
    sim->start_ms = sim_clock(sim->net)->now_ms;
    sim->random.state = hash64("test", 4, seed);
    fill_in_defaults(sim, desc);
    choose_log(sim);
    sim->database = database_create(hash64("database", 8, seed));
    start_all(sim);
    watch(sim);
    return sim;
}

gw_sim *gw_sim_create(const gw_sim_desc *desc)
{
    return sim_create_in_run(desc, NULL, &(struct sim_limits){0});
}

/* ---- end ------------------------------------------------------------------------------------ */

void gw_sim_settle(gw_sim *sim)
{
    gw_sim_calm(sim);
    struct buf why = {0};
    for (unsigned ms = 0; ms < SETTLE_MS_MAX; ms += SETTLE_STEP_MS) {
        sim_run_for(sim->net, SETTLE_STEP_MS);
        buf_clear(&why);
        bool is_quiet = sim_is_quiet(sim->net) || ms >= QUIET_MS_MAX;
        if (is_quiet && all_serve(sim) && !invariants_disagreement(sim, &why)) {
            buf_free(&why);
            sim->disturbed = false;
            return;
        }
    }
    gw_sim_fail(sim, "after %d s without faults: %.*s", SETTLE_MS_MAX / 1000,
                why.size ? (int)why.size : 50,
                why.size ? (const char *)why.data : "a process has not been taken in everywhere");
}

static void stop_game(struct node *p, void *user)
{
    (void)user;
    if (p->kind == NODE_GAME)
        game_stop(p->game);
}

static bool all_saved(void *user)
{
    gw_sim *sim = user;
    for (unsigned i = 0; i < sim->counts[NODE_GAME]; i++)
        if (!node_is_idle(&sim->nodes[NODE_GAME][i]))
            return false;
    return true;
}

static void kill_it(struct node *p, void *user)
{
    (void)user;
    node_kill(p);
}

void gw_sim_destroy(gw_sim *sim)
{
    if (!sim)
        return;
    gw_sim_settle(sim);
    nodes_each(sim, stop_game, NULL);
    if (!sim_run_until(sim->net, all_saved, sim, SETTLE_MS_MAX))
        gw_sim_fail(sim, "the games do not stop");
    if (sim->run->report)
        sim->run->report->digest = sim_digest(sim->net);
    nodes_each(sim, kill_it, NULL);
    clients_forget(sim);
    sim_destroy(sim->net);
    clients_free(sim);
    chaos_free(sim);
    database_destroy(sim->database);
    buf_free(&sim->logged);
    free(sim);
}
