/* chaos: see chaos.h. The table at the end of the second part says what each fault does. */
#include "sim/chaos.h"

#include "base/hash.h"
#include "sim/node.h"

#include <stdio.h>
#include <stdlib.h>

enum { LASTS_MS_MAX = 5000, DELAY_US_MAX = 300 * 1000, SLOW_MS_MAX = 500, NAME_SIZE = 16 };

/* One fault to come. */
struct fault {
    struct chaos *chaos;
    const struct kind *kind;
    char target[NAME_SIZE], other[NAME_SIZE];
    uint64_t amount;
    int64_t lasts_ms;
};

struct chaos {
    struct chaos *next;
    gw_sim *sim;
    bool is_over;
    unsigned count;
    struct fault faults[];
};

struct kind {
    unsigned flag;
    const char *sentence; /* target, other */
    void (*target)(struct fault *fault, struct random *random);
    void (*begin)(struct fault *fault);
    void (*end)(struct fault *fault); /* NULL: it has no duration */
};

/* ---- whom it hits --------------------------------------------------------------------------- */

static void name_one(char name[NAME_SIZE], gw_sim *sim, enum node_kind kind, struct random *random)
{
    uint64_t index = random_below(random, sim->counts[kind]);
    snprintf(name, NAME_SIZE, "%s", sim->nodes[kind][index].name);
}

/* A link between processes. */
static void some_link(struct fault *f, struct random *random)
{
    bool is_game = random_below(random, 2);
    name_one(f->target, f->chaos->sim, is_game ? NODE_GAME : NODE_GATE, random);
    name_one(f->other, f->chaos->sim, NODE_DISPATCHER, random);
}

static void some_dispatcher(struct fault *f, struct random *random)
{
    name_one(f->target, f->chaos->sim, NODE_DISPATCHER, random);
}

static void some_game(struct fault *f, struct random *random)
{
    name_one(f->target, f->chaos->sim, NODE_GAME, random);
}

static void some_gate(struct fault *f, struct random *random)
{
    name_one(f->target, f->chaos->sim, NODE_GATE, random);
}

static void some_node(struct fault *f, struct random *random)
{
    name_one(f->target, f->chaos->sim, (enum node_kind)random_below(random, NODE_KINDS), random);
}

static void the_database(struct fault *f, struct random *random)
{
    (void)random;
    snprintf(f->target, sizeof f->target, "the database");
}

/* Which one is known when it happens. */
static void some_client(struct fault *f, struct random *random)
{
    (void)random;
    snprintf(f->target, sizeof f->target, "a client");
}

/* ---- what it does --------------------------------------------------------------------------- */

static void cut(struct fault *f)
{
    gw_sim_cut(f->chaos->sim, f->target, f->other);
}

static void part(struct fault *f)
{
    gw_sim_part(f->chaos->sim, f->target, f->other, true);
}

static void join(struct fault *f)
{
    gw_sim_part(f->chaos->sim, f->target, f->other, false);
}

static void delay(struct fault *f)
{
    gw_sim_delay(f->chaos->sim, f->target, f->other, 0, 1 + (unsigned)(f->amount % DELAY_US_MAX));
}

static void hurry(struct fault *f)
{
    gw_sim_delay(f->chaos->sim, f->target, f->other, 0, 0);
}

static void pause_it(struct fault *f)
{
    gw_sim_pause(f->chaos->sim, f->target, true);
}

static void go_on(struct fault *f)
{
    gw_sim_pause(f->chaos->sim, f->target, false);
}

static void kill_it(struct fault *f)
{
    gw_sim_kill(f->chaos->sim, f->target);
}

static void start_it(struct fault *f)
{
    gw_sim_start(f->chaos->sim, f->target);
}

static void reload(struct fault *f)
{
    struct node *p = node_named(f->chaos->sim, f->target);
    if (p->lives)
        node_reload(p, p->program);
}

static void fail(struct fault *f)
{
    gw_sim_storage(f->chaos->sim, 1 + (unsigned)(f->amount % 100), 0);
}

static void slow_down(struct fault *f)
{
    gw_sim_storage(f->chaos->sim, 0, 1 + (unsigned)(f->amount % SLOW_MS_MAX));
}

static void mend(struct fault *f)
{
    gw_sim_storage(f->chaos->sim, 0, 0);
}

static void stall(struct fault *f, bool stalled)
{
    gw_sim *sim = f->chaos->sim;
    if (sim->client_count)
        gw_sim_stall(sim->clients[f->amount % sim->client_count], stalled);
}

static void stop_reading(struct fault *f)
{
    f->amount %= f->chaos->sim->client_count ? f->chaos->sim->client_count : 1;
    stall(f, true);
}

static void read_on(struct fault *f)
{
    stall(f, false);
}

static const struct kind kinds[] = {
    {GW_SIM_CUT, "cut %s from %s", some_link, cut, NULL},
    {GW_SIM_PART, "part %s from %s", some_link, part, join},
    {GW_SIM_DELAY, "delay what %s and %s say", some_link, delay, hurry},
    {GW_SIM_PAUSE, "pause %s%s", some_node, pause_it, go_on},
    {GW_SIM_KILL_DISPATCHER, "kill %s%s", some_dispatcher, kill_it, start_it},
    {GW_SIM_KILL_GAME, "kill %s%s", some_game, kill_it, start_it},
    {GW_SIM_KILL_GATE, "kill %s%s", some_gate, kill_it, start_it},
    {GW_SIM_STORAGE_FAILS, "%s%s fails", the_database, fail, mend},
    {GW_SIM_STORAGE_SLOW, "%s%s is slow", the_database, slow_down, mend},
    {GW_SIM_RELOAD, "reload %s%s", some_game, reload, NULL},
    {GW_SIM_STALL, "%s%s reads nothing", some_client, stop_reading, read_on},
};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

/* ---- when it happens ------------------------------------------------------------------------ */

static void later(struct fault *f, int64_t ms, void (*run)(void *user))
{
    struct sim *net = f->chaos->sim->net;
    sim_at(net, sim_clock(net)->now_ms + ms, run, f);
}

static void ends(void *user)
{
    struct fault *f = user;
    if (!f->chaos->is_over)
        f->kind->end(f);
}

static void begins(void *user)
{
    struct fault *f = user;
    gw_sim *sim = f->chaos->sim;
    char what[64];
    if (f->chaos->is_over)
        return;
    snprintf(what, sizeof what, f->kind->sentence, f->target, f->other);
    if (!f->kind->end) {
        if (gw_sim_step(sim, "%s", what))
            f->kind->begin(f);
        return;
    }
    if (!gw_sim_step(sim, "%s for %.3f s", what, (double)f->lasts_ms / 1000))
        return;
    f->kind->begin(f);
    later(f, f->lasts_ms, ends);
}

static const struct kind *draw_kind(unsigned faults, struct random *random)
{
    const struct kind *kind;
    do {
        kind = &kinds[random_below(random, KIND_COUNT)];
    } while (!(kind->flag & faults));
    return kind;
}

static void plan(struct fault *f, unsigned faults, int64_t for_ms, struct random *random)
{
    int64_t at_ms = (int64_t)random_below(random, (uint64_t)for_ms);
    int64_t longest_ms = for_ms - at_ms < LASTS_MS_MAX ? for_ms - at_ms : LASTS_MS_MAX;
    f->kind = draw_kind(faults, random);
    f->amount = random_next(random);
    f->lasts_ms = (int64_t)random_below(random, (uint64_t)longest_ms) + 1;
    f->kind->target(f, random);
    later(f, at_ms, begins);
}

void gw_sim_chaos(gw_sim *sim, unsigned faults, unsigned count, int64_t for_ms)
{
    if (!(faults & GW_SIM_ALL_FAULTS) || for_ms <= 0)
        return;
    struct random random = {hash64("chaos", 5, sim->desc.seed)};
    for (const struct chaos *before = sim->chaos; before; before = before->next)
        random.state = random_next(&random);
    struct chaos *chaos = mem_zalloc(sizeof *chaos + count * sizeof *chaos->faults);
    *chaos = (struct chaos){.next = sim->chaos, .sim = sim, .count = count};
    sim->chaos = chaos;
    for (unsigned i = 0; i < count; i++) {
        chaos->faults[i].chaos = chaos;
        plan(&chaos->faults[i], faults, for_ms, &random);
    }
}

void chaos_end(gw_sim *sim)
{
    for (struct chaos *chaos = sim->chaos; chaos; chaos = chaos->next)
        chaos->is_over = true;
}

void chaos_free(gw_sim *sim)
{
    while (sim->chaos) {
        struct chaos *next = sim->chaos->next;
        free(sim->chaos);
        sim->chaos = next;
    }
}
