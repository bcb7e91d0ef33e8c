/* Questions between entities of a cluster: each is answered once, or fails with a reason. */
#include <stdio.h>

#include <goworld/goworld.h>
#include <goworld/sim.h>

typedef struct Person {
    gw_entity base;
    int64_t asked;
} Person;
extern const gw_entity_type Person_type;

#define PERSON_RPC(RPC)                                                                            \
    RPC(Person, Ask, GW_OWN_CLIENT | GW_FIBER, (id, other), (i64, number), (i64, timeout_ms))
GW_RPC_DECLARE(PERSON_RPC)
#define PERSON_ASK(ASK)                                                                            \
    ASK(Person, Double, GW_SERVER, ((i64, number)), ((i64, twice), (i64, asked)))
GW_ASK_DECLARE(PERSON_ASK)
#define PERSON_CLIENT_RPC(RPC) RPC(Person, OnAnswer, (i64, number), (i64, err), (i64, twice))
GW_CLIENT_RPC_DECLARE(PERSON_CLIENT_RPC)

void Person_Ask(Person *self, gw_id other, int64_t number, int64_t timeout_ms)
{
    int64_t twice = 0;
    gw_err err = Person_await_Double(other, timeout_ms, number, &twice, NULL);
    if (err != GW_ECANCELED)
        Person_client_OnAnswer(gw_own_client(&self->base), number, err, twice);
}

gw_err Person_Double(Person *self, int64_t number, int64_t *twice, int64_t *asked)
{
    *twice = number * 2;
    *asked = ++self->asked;
    return GW_OK;
}

GW_RPC_DEFINE(Person, PERSON_RPC, PERSON_ASK)
const gw_entity_type Person_type = {.name = "Person",
                                    .size = sizeof(Person),
                                    .methods = Person_methods,
                                    .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Person_type, NULL};
static const gw_game people = {.types = types};

#define QUESTIONS 50

static gw_sim_client *person(gw_sim *sim)
{
    gw_sim_client *client = gw_sim_connect(sim, 1);
    gw_sim_expect(client, "create Person");
    return client;
}

/* Whatever happens to links, nothing that was asked is lost. */
static void all_are_answered(gw_sim *sim)
{
    gw_sim_client *ann = person(sim), *bob = person(sim);
    gw_sim_chaos(sim, GW_SIM_CUT | GW_SIM_DELAY, 8, 2500);
    bool asked[QUESTIONS];
    for (int i = 0; i < QUESTIONS; i++) {
        gw_sim_run(sim, 50);
        asked[i] = gw_sim_step(sim, "ann asks %d", i);
        if (asked[i])
            gw_sim_call(ann, "Ask", "ell", gw_sim_player(bob), (int64_t)i, (int64_t)60000);
    }
    gw_sim_settle(sim);
    for (int i = 0; i < QUESTIONS; i++)
        GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "OnAnswer(%d,0,%d)", i, i * 2) == asked[i]);
}

/* Where somebody dies a question may fail, but it ends. */
static void none_waits_for_ever(gw_sim *sim)
{
    gw_sim_client *ann = person(sim), *bob = person(sim);
    gw_id bobs = gw_sim_player(bob);
    gw_sim_chaos(sim, GW_SIM_CUT | GW_SIM_KILL_DISPATCHER, 4, 2500);
    for (int64_t i = 0; i < QUESTIONS; i++) {
        gw_sim_run(sim, 50);
        if (i == QUESTIONS / 2)
            gw_sim_kill(sim, "game2");
        gw_sim_call(ann, "Ask", "ell", bobs, i, (int64_t)2000);
    }
    gw_sim_settle(sim);
    gw_sim_run(sim, 2000);
    GW_SIM_EXPECT(sim, gw_sim_metric(sim, "game1", "game_asks_waiting") == 0);
    GW_SIM_EXPECT(sim, gw_sim_metric(sim, "game1", "game_fibers") == 0);
}

static void the_dead_are_not_there(gw_sim *sim)
{
    gw_sim_client *ann = person(sim), *bob = person(sim);
    gw_id bobs = gw_sim_player(bob);
    gw_sim_disconnect(bob);
    gw_sim_settle(sim);
    gw_sim_call(ann, "Ask", "ell", bobs, (int64_t)1, (int64_t)0);
    gw_sim_expect(ann, "OnAnswer(1,-2,0)");
}

int main(void)
{
    static const gw_sim_desc cluster = {
        .dispatchers = 2, .games = 2, .game = &people, .boot_entity = "Person"};
    const gw_sim_property properties[] = {
        {.name = "all_are_answered", .cluster = cluster, .run = all_are_answered},
        {.name = "none_waits_for_ever", .cluster = cluster, .run = none_waits_for_ever},
        {.name = "the_dead_are_not_there", .cluster = cluster, .run = the_dead_are_not_there},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        failed += gw_sim_check(&properties[i]);
    return failed;
}
