/* Links break and games die under clients that come, are given away and talk: afterwards everybody
 * is either served or has been disconnected, and no game believes in a client that is gone. */
#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <goworld/goworld.h>
#include <goworld/sim.h>

#define EACH 3
#define PEOPLE 12
#define STEP_MS 50

/* A client comes in through a Door, which makes it a Guest somewhere and gives it away. */
typedef struct Door {
    gw_entity base;
} Door;
typedef struct Guest {
    gw_entity base;
} Guest;
extern const gw_entity_type Door_type, Guest_type;

#define DOOR_RPC(RPC) RPC(Door, Enter, GW_OWN_CLIENT, (str, gameid))
#define GUEST_RPC(RPC) RPC(Guest, Ping, GW_OWN_CLIENT, (str, text))
#define GUEST_CLIENT_RPC(RPC) RPC(Guest, Pong, (str, text))
GW_RPC_DECLARE(DOOR_RPC)
GW_RPC_DECLARE(GUEST_RPC)
GW_CLIENT_RPC_DECLARE(GUEST_CLIENT_RPC)

void Door_Enter(Door *self, const char *gameid)
{
    gw_err err =
        gw_give_client(&self->base, gw_create_on((uint16_t)atoi(gameid), &Guest_type)); /* 0: any */
    if (err)
        gw_close_client(&self->base, "it cannot be given away");
}

void Guest_Ping(Guest *self, const char *text)
{
    assert_string_not_equal(gw_client_address(&self->base), ""); /* it came with the client */
    Guest_client_Pong(gw_own_client(&self->base), text);
}

GW_RPC_DEFINE(Door, DOOR_RPC)
GW_RPC_DEFINE(Guest, GUEST_RPC)
static const gw_attr no_attrs[] = {GW_ATTR_END};
const gw_entity_type Door_type = {.name = "Door",
                                  .size = sizeof(Door),
                                  .attrs = no_attrs,
                                  .methods = Door_methods,
                                  .on_client_lost = gw_destroy};
const gw_entity_type Guest_type = {.name = "Guest",
                                   .size = sizeof(Guest),
                                   .attrs = no_attrs,
                                   .methods = Guest_methods,
                                   .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Door_type, &Guest_type, NULL};
static const gw_game hotel = {.types = types};

#define HOTEL                                                                                      \
    {                                                                                              \
        .dispatchers = EACH, .games = EACH, .gates = EACH, .game = &hotel, .boot_entity = "Door"   \
    }

/* ---- people --------------------------------------------------------------------------------- */

struct person {
    gw_sim_client *client;
    bool has_entered;
    unsigned comes; /* how often it has connected */
};

struct people {
    gw_sim *sim;
    struct person all[PEOPLE];
};

static unsigned any(gw_sim *sim, unsigned limit)
{
    return (unsigned)gw_sim_random(sim, limit);
}

static const char *name_of(char name[16], const char *kind, unsigned number)
{
    snprintf(name, 16, "%s%u", kind, number);
    return name;
}

static void come(gw_sim *sim, struct person *p)
{
    p->client = gw_sim_connect(sim, 1 + any(sim, EACH));
    p->has_entered = false;
    p->comes++;
}

static struct people all_come(gw_sim *sim)
{
    struct people people = {.sim = sim};
    for (unsigned i = 0; i < PEOPLE; i++)
        come(sim, &people.all[i]);
    return people;
}

static bool is_guest(const struct person *p)
{
    return strcmp(gw_sim_player_type(p->client), "Guest") == 0;
}

static bool has_closed(const gw_sim_client *client)
{
    size_t count = gw_sim_line_count(client);
    return count && strncmp(gw_sim_line(client, count - 1), "closed", 6) == 0;
}

static void enter(gw_sim *sim, struct person *p)
{
    char game[16], number[8];
    unsigned wanted = any(sim, EACH + 1);
    if (wanted && !gw_sim_lives(sim, name_of(game, "game", wanted)))
        wanted = 0;
    snprintf(number, sizeof number, "%u", wanted);
    gw_sim_call(p->client, "Enter", "s", number);
    p->has_entered = true;
}

/* Says what is to be said once: whoever is not answered then hangs. */
static void act(gw_sim *sim, struct person *p)
{
    if (has_closed(p->client))
        come(sim, p);
    else if (is_guest(p))
        gw_sim_call(p->client, "Ping", "s", "x");
    else if (gw_sim_player_type(p->client)[0] && !p->has_entered)
        enter(sim, p);
}

static void all_act_for(struct people *people, unsigned ms)
{
    for (unsigned at = 0; at < ms; at += STEP_MS) {
        for (unsigned i = 0; i < PEOPLE; i++)
            if (any(people->sim, 4) == 0)
                act(people->sim, &people->all[i]);
        gw_sim_run(people->sim, STEP_MS);
    }
}

static void all_are_served(struct people *people)
{
    all_act_for(people, 20000);
    for (unsigned i = 0; i < PEOPLE; i++) {
        gw_sim_client *client = people->all[i].client;
        char text[16];
        if (!is_guest(&people->all[i]))
            gw_sim_fail(people->sim, "person %u hangs: %s", i,
                        gw_sim_line(client, gw_sim_line_count(client) - 1));
        gw_sim_call(client, "Ping", "s", name_of(text, "last", i));
        gw_sim_expect(client, "Pong(last%u)", i);
    }
}

static uint64_t clients_of_game(gw_sim *sim, unsigned number)
{
    char name[16];
    name_of(name, "game", number);
    return gw_sim_lives(sim, name) ? gw_sim_metric(sim, name, "game_clients") : 0;
}

static uint64_t clients_of_games(gw_sim *sim)
{
    uint64_t count = 0;
    for (unsigned number = 1; number <= EACH; number++)
        count += clients_of_game(sim, number);
    return count;
}

static void all_leave(struct people *people)
{
    GW_SIM_EXPECT(people->sim, clients_of_games(people->sim) == PEOPLE);
    for (unsigned i = 0; i < PEOPLE; i++)
        gw_sim_disconnect(people->all[i].client);
    gw_sim_run(people->sim, 2000);
    GW_SIM_EXPECT(people->sim, clients_of_games(people->sim) == 0);
}

/* ---- links that break ----------------------------------------------------------------------- */

static void cut_some_link(gw_sim *sim, const char *kind)
{
    char process[16], dispatcher[16];
    name_of(process, kind, 1 + any(sim, EACH));
    name_of(dispatcher, "dispatcher", 1 + any(sim, EACH));
    if (gw_sim_step(sim, "cut %s from %s", process, dispatcher))
        gw_sim_cut(sim, process, dispatcher);
}

static void play_with_cuts(gw_sim *sim, const char *first, const char *second)
{
    struct people people = all_come(sim);
    for (unsigned round = 0; round < 30; round++) {
        all_act_for(&people, any(sim, 600));
        cut_some_link(sim, round % 2 ? first : second);
    }
    all_are_served(&people);
    all_leave(&people);
}

static void cuts_of_gates(gw_sim *sim)
{
    play_with_cuts(sim, "gate", "gate");
}

static void cuts_of_games(gw_sim *sim)
{
    play_with_cuts(sim, "game", "game");
}

static void cuts_of_all(gw_sim *sim)
{
    play_with_cuts(sim, "game", "gate");
}

static void cuts_of_some(gw_sim *sim)
{
    struct people people = all_come(sim);
    all_are_served(&people);
    struct people before = people;
    for (unsigned round = 0; round < 10; round++) {
        all_act_for(&people, any(sim, 600));
        cut_some_link(sim, round % 2 ? "game" : "gate");
    }
    all_are_served(&people);
    for (unsigned i = 0; i < PEOPLE; i++)
        GW_SIM_EXPECT(sim, people.all[i].comes == before.all[i].comes);
    all_leave(&people);
}

/* ---- games that die ------------------------------------------------------------------------- */

static void kill_some_game(gw_sim *sim)
{
    char name[16];
    gw_sim_kill(sim, name_of(name, "game", 1 + any(sim, EACH)));
}

static void kill_some_game_with_clients(gw_sim *sim)
{
    char name[16];
    unsigned number;
    do {
        number = 1 + any(sim, EACH);
    } while (!clients_of_game(sim, number));
    gw_sim_kill(sim, name_of(name, "game", number));
}

static unsigned connected_people(const struct people *people)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PEOPLE; i++)
        count += gw_sim_is_open(people->all[i].client);
    return count;
}

static void silent_clients(gw_sim *sim)
{
    struct people people = all_come(sim);
    all_are_served(&people);
    kill_some_game_with_clients(sim);
    gw_sim_run(sim, 2500); /* its grace is over */
    GW_SIM_EXPECT(sim, connected_people(&people) < PEOPLE);
    GW_SIM_EXPECT(sim, connected_people(&people) == clients_of_games(sim));
    all_are_served(&people);
    all_leave(&people);
}

static void another_game(gw_sim *sim)
{
    struct people people = all_come(sim);
    all_act_for(&people, any(sim, 3000));
    kill_some_game(sim);
    all_are_served(&people);
    all_leave(&people);
}

/* ---- what holds ------------------------------------------------------------------------------ */

#define TEST(what_holds, property)                                                                 \
    static void what_holds(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        static const gw_sim_property holds = {                                                     \
            .name = #property, .cluster = HOTEL, .seeds = 5, .run = property};                     \
        assert_int_equal(gw_sim_check(&holds), 0);                                                 \
    }

TEST(a_cut_link_costs_nobody_anything, cuts_of_some)
TEST(cut_links_of_gates_leave_nobody_waiting, cuts_of_gates)
TEST(cut_links_of_games_leave_nobody_waiting, cuts_of_games)
TEST(cut_links_of_all_leave_nobody_waiting, cuts_of_all)
TEST(silent_clients_of_a_dead_game_are_disconnected, silent_clients)
TEST(clients_of_a_dead_game_find_another_one, another_game)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_link_costs_nobody_anything),
        cmocka_unit_test(cut_links_of_gates_leave_nobody_waiting),
        cmocka_unit_test(cut_links_of_games_leave_nobody_waiting),
        cmocka_unit_test(cut_links_of_all_leave_nobody_waiting),
        cmocka_unit_test(silent_clients_of_a_dead_game_are_disconnected),
        cmocka_unit_test(clients_of_a_dead_game_find_another_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
