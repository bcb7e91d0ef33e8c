/* Everything breaks at once, at random: when it is over, the cluster agrees with itself, and
 * whoever comes is served. */
#include "../../examples/chatroom_demo/chatroom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <goworld/sim.h>

#define PEOPLE 8
#define ROUNDS 60

static const gw_entity_type *const types[] = {&Account_type, &Avatar_type, NULL};
static const gw_game chatroom = {.types = types};

#define CLUSTER                                                                                    \
    {                                                                                              \
        .dispatchers = 3, .games = 3, .gates = 3, .game = &chatroom, .boot_entity = "Account"      \
    }

/* ---- people who do not give up --------------------------------------------------------------- */

struct person {
    unsigned number;
    gw_sim_client *client;
};

/* What chance decides, by `choice`. */
static void come(gw_sim *sim, struct person *p, unsigned choice)
{
    p->client = gw_sim_connect(sim, 1 + choice % 3);
}

static void act_as_account(struct person *p)
{
    char name[16];
    sprintf(name, "person%u", p->number);
    gw_sim_call(p->client, "Register", "ss", name, "secret");
    gw_sim_call(p->client, "Login", "ss", name, "secret");
}

static void act_as_avatar(struct person *p, unsigned choice)
{
    char text[32];
    sprintf(text, "/join %u", choice % 3);
    gw_sim_call(p->client, "SendChat", "s", choice % 2 ? text : "hello");
}

static void act(gw_sim *sim, struct person *p, unsigned choice)
{
    if (!gw_sim_is_open(p->client))
        come(sim, p, choice);
    else if (choice < 50)
        gw_sim_disconnect(p->client);
    else if (strcmp(gw_sim_player_type(p->client), "Account") == 0)
        act_as_account(p);
    else if (strcmp(gw_sim_player_type(p->client), "Avatar") == 0)
        act_as_avatar(p, choice);
}

static void all_act(gw_sim *sim, struct person people[PEOPLE])
{
    for (unsigned i = 0; i < PEOPLE; i++)
        people[i].number = i;
    for (unsigned i = 0; i < PEOPLE; i++)
        come(sim, &people[i], i);
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned who = (unsigned)gw_sim_random(sim, PEOPLE);
        unsigned choice = (unsigned)gw_sim_random(sim, 1000);
        int64_t ms = (int64_t)gw_sim_random(sim, 300);
        if (gw_sim_step(sim, "person %u acts", who))
            act(sim, &people[who], choice);
        gw_sim_run(sim, ms);
    }
}

/* Whatever has happened: who comes now gets in. */
static void check_newcomer(gw_sim *sim)
{
    gw_sim_settle(sim);
    gw_sim_client *client = gw_sim_connect(sim, 1);
    gw_sim_expect(client, "create Account");
    gw_sim_call(client, "Register", "ss", "newcomer", "secret");
    gw_sim_expect(client, "ShowInfo(注册成功，请点击登录)");
    gw_sim_call(client, "Login", "ss", "newcomer", "secret");
    gw_sim_expect(client, "create Avatar");
    gw_sim_call(client, "SendChat", "s", "hello");
    gw_sim_expect(client, "OnRecvChat(newcomer,hello)");
}

static void live_through(gw_sim *sim, unsigned faults)
{
    struct person people[PEOPLE];
    gw_sim_chaos(sim, faults, 20, 9000);
    all_act(sim, people);
    check_newcomer(sim);
}

#define PROPERTY(word, faults)                                                                     \
    static void run_##word(gw_sim *sim)                                                            \
    {                                                                                              \
        live_through(sim, faults);                                                                 \
    }                                                                                              \
    static void the_cluster_survives_##word(void **state)                                          \
    {                                                                                              \
        (void)state;                                                                               \
        static const gw_sim_property property = {                                                  \
            .name = #word, .cluster = CLUSTER, .run = run_##word};                                 \
        assert_int_equal(gw_sim_check(&property), 0);                                              \
    }

PROPERTY(nothing, 0)
PROPERTY(cuts, GW_SIM_CUT)
PROPERTY(partitions, GW_SIM_PART | GW_SIM_DELAY)
PROPERTY(pauses, GW_SIM_PAUSE)
PROPERTY(deaths_of_dispatchers, GW_SIM_KILL_DISPATCHER)
PROPERTY(deaths_of_games, GW_SIM_KILL_GAME)
PROPERTY(deaths_of_gates, GW_SIM_KILL_GATE)
PROPERTY(bad_storage, GW_SIM_STORAGE_FAILS | GW_SIM_STORAGE_SLOW)
PROPERTY(clients_that_do_not_read, GW_SIM_STALL)
PROPERTY(reloads, GW_SIM_RELOAD)
PROPERTY(everything, GW_SIM_ALL_FAULTS)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cluster_survives_nothing),
        cmocka_unit_test(the_cluster_survives_cuts),
        cmocka_unit_test(the_cluster_survives_partitions),
        cmocka_unit_test(the_cluster_survives_pauses),
        cmocka_unit_test(the_cluster_survives_deaths_of_dispatchers),
        cmocka_unit_test(the_cluster_survives_deaths_of_games),
        cmocka_unit_test(the_cluster_survives_deaths_of_gates),
        cmocka_unit_test(the_cluster_survives_bad_storage),
        cmocka_unit_test(the_cluster_survives_clients_that_do_not_read),
        cmocka_unit_test(the_cluster_survives_reloads),
        cmocka_unit_test(the_cluster_survives_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
