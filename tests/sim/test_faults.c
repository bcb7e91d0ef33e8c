/* Links break and games die under clients that come, are given away and talk: afterwards everybody
 * is either served or has been disconnected, and no game believes in a client that is gone. */
#include "cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

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

static struct cluster *cluster_of(uint64_t seed)
{
    return cluster_create(&(struct cluster_desc){.seed = seed,
                                                 .dispatchers = EACH,
                                                 .games = EACH,
                                                 .gates = EACH,
                                                 .game = &hotel,
                                                 .boot_entity = "Door"});
}

/* ---- people --------------------------------------------------------------------------------- */

struct person {
    struct bot bot;
    bool has_entered;
    unsigned comes; /* how often it has connected */
};
static struct person people[PEOPLE];

static unsigned any(struct cluster *c, unsigned limit)
{
    return (unsigned)random_below(sim_random(c->sim), limit);
}

static void come(struct cluster *c, struct person *p)
{
    p->has_entered = false;
    p->comes++;
    bot_open(&p->bot, c, any(c, EACH));
}

static void all_come(struct cluster *c)
{
    for (unsigned i = 0; i < PEOPLE; i++) {
        people[i].comes = 0;
        come(c, &people[i]);
    }
}

static bool is_guest(const struct person *p)
{
    return !gw_id_is_none(p->bot.player) && strcmp(p->bot.player_type, "Guest") == 0;
}

/* Says what is to be said once: whoever is not answered then hangs. */
static void act(struct cluster *c, struct person *p)
{
    char gameid[8];
    if (p->bot.closed) {
        bot_free(&p->bot);
        come(c, p);
    } else if (is_guest(p)) {
        bot_call(&p->bot, "Ping", "x", NULL);
    } else if (!gw_id_is_none(p->bot.player) && !p->has_entered) {
        p->has_entered = true;
        unsigned game = any(c, EACH + 1);
        bool has_died = game && !c->games[game - 1].core;
        sprintf(gameid, "%u", has_died ? 0 : game);
        bot_call(&p->bot, "Enter", gameid, NULL);
    }
}

static void all_act_for(struct cluster *c, unsigned ms)
{
    for (unsigned at = 0; at < ms; at += STEP_MS) {
        for (unsigned i = 0; i < PEOPLE; i++)
            if (any(c, 4) == 0)
                act(c, &people[i]);
        sim_run_for(c->sim, STEP_MS);
    }
}

static void all_are_served(struct cluster *c)
{
    all_act_for(c, 20000);
    for (unsigned i = 0; i < PEOPLE; i++) {
        char text[16], line[32];
        if (!is_guest(&people[i]))
            fail_msg("seed %llu: person %u hangs: %s", (unsigned long long)c->desc.seed, i,
                     people[i].bot.count ? people[i].bot.lines[people[i].bot.count - 1] : "");
        sprintf(text, "last%u", i);
        sprintf(line, "Pong(last%u)", i);
        bot_call(&people[i].bot, "Ping", text, NULL);
        assert_true(bot_wait(&people[i].bot, line));
    }
}

static uint64_t clients_of_games(struct cluster *c)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < EACH; i++)
        if (c->games[i].core)
            count += world_stats(game_world(c->games[i].core))->clients;
    return count;
}

static void all_leave(struct cluster *c)
{
    assert_int_equal(clients_of_games(c), PEOPLE);
    for (unsigned i = 0; i < PEOPLE; i++)
        bot_free(&people[i].bot);
    sim_run_for(c->sim, 2000);
    assert_int_equal(clients_of_games(c), 0);
}

/* ---- faults --------------------------------------------------------------------------------- */

static void cut_some_link(struct cluster *c, const char *kind)
{
    char host[16], dispatcher[16];
    sprintf(host, "%s%u", kind, 1 + any(c, EACH));
    sprintf(dispatcher, "dispatcher%u", 1 + any(c, EACH));
    sim_cut(c->sim, host, dispatcher);
}

static void play_with_cuts(uint64_t seed, const char *first, const char *second)
{
    struct cluster *c = cluster_of(seed);
    all_come(c);
    for (unsigned round = 0; round < 30; round++) {
        all_act_for(c, any(c, 600));
        cut_some_link(c, round % 2 ? first : second);
    }
    all_are_served(c);
    all_leave(c);
    cluster_destroy(c);
}

static void cut_links_of_gates_leave_nobody_waiting(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(5); seed++)
        play_with_cuts(seed, "gate", "gate");
}

static void cut_links_of_games_leave_nobody_waiting(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(5); seed++)
        play_with_cuts(seed, "game", "game");
}

static void cut_links_of_all_leave_nobody_waiting(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(5); seed++)
        play_with_cuts(seed, "game", "gate");
}

static void one_cut_link_costs_only_those_it_serves(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(5); seed++) {
        struct cluster *c = cluster_of(seed);
        all_come(c);
        all_are_served(c);
        unsigned comes[PEOPLE], served[PEOPLE];
        for (unsigned i = 0; i < PEOPLE; i++) {
            comes[i] = people[i].comes;
            served[i] = id_dispatcher(people[i].bot.player, EACH);
        }
        for (unsigned gate = 1; gate <= EACH; gate++) {
            char name[16];
            sprintf(name, "gate%u", gate);
            sim_cut(c->sim, name, "dispatcher2");
        }
        all_are_served(c);
        for (unsigned i = 0; i < PEOPLE; i++)
            assert_int_equal(people[i].comes, comes[i] + (served[i] == 1));
        all_leave(c);
        cluster_destroy(c);
    }
}

static unsigned connected_people(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PEOPLE; i++)
        count += people[i].bot.link != NULL;
    return count;
}

static unsigned some_game_with_clients(struct cluster *c)
{
    unsigned game;
    do {
        game = any(c, EACH);
    } while (!world_stats(game_world(c->games[game].core))->clients);
    return game;
}

static void silent_clients_of_a_dead_game_are_disconnected(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(5); seed++) {
        struct cluster *c = cluster_of(seed);
        all_come(c);
        all_are_served(c);
        cluster_kill_game(c, some_game_with_clients(c));
        sim_run_for(c->sim, 1000);
        assert_true(connected_people() < PEOPLE);
        assert_int_equal(connected_people(), clients_of_games(c));
        all_are_served(c);
        all_leave(c);
        cluster_destroy(c);
    }
}

static void clients_of_a_dead_game_find_another_one(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(5); seed++) {
        struct cluster *c = cluster_of(seed);
        all_come(c);
        all_act_for(c, any(c, 3000));
        cluster_kill_game(c, any(c, EACH));
        all_are_served(c);
        all_leave(c);
        cluster_destroy(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_cut_link_costs_only_those_it_serves),
        cmocka_unit_test(cut_links_of_gates_leave_nobody_waiting),
        cmocka_unit_test(cut_links_of_games_leave_nobody_waiting),
        cmocka_unit_test(cut_links_of_all_leave_nobody_waiting),
        cmocka_unit_test(silent_clients_of_a_dead_game_are_disconnected),
        cmocka_unit_test(clients_of_a_dead_game_find_another_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
