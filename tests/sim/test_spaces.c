/* Spaces of several games: whoever walks, changes spaces and goes to other games meanwhile, and
 * whatever breaks: players are the same afterwards, and clients see what theirs do. The simulator
 * looks at that (`gw_sim_settle`) and at the order in which clients are shown things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <goworld/goworld.h>
#include <goworld/sim.h>

#define GAMES 3u
#define PLACES 2u /* on each game */
#define PEOPLE 8u
#define SHEEP 6u
#define ROUNDS 3u
#define ACTS 100u /* in a round */
#define ROUND_MS 3000
#define EXTENT 20 /* of a place */
#define DISTANCE 12

typedef struct Walker {
    gw_entity base;
    int32_t level;
    gw_map bag;
    int64_t counted; /* what its client has counted up to */
    bool steered;    /* its client moves it */
} Walker;
extern const gw_entity_type Walker_type;

/* Nobody's player; it is seen and sees nothing. */
typedef struct Sheep {
    gw_entity base;
    int32_t wool;
} Sheep;
extern const gw_entity_type Sheep_type;

#define WALKER_RPC(RPC)                                                                            \
    RPC(Walker, Walk, GW_OWN_CLIENT, (f32, x), (f32, z))                                           \
    RPC(Walker, Go, GW_OWN_CLIENT, (id, place), (f32, x), (f32, z))                                \
    RPC(Walker, Grow, GW_OWN_CLIENT, (i32, level))                                                 \
    RPC(Walker, Count, GW_OWN_CLIENT, (i64, number))                                               \
    RPC(Walker, Wait, GW_OWN_CLIENT, (i64, number))                                                \
    RPC(Walker, Ring, GW_SERVER, (i64, number))                                                    \
    RPC(Walker, Hear, GW_SERVER, (i64, game), (i64, number))
GW_RPC_DECLARE(WALKER_RPC)
#define SHEEP_RPC(RPC) RPC(Sheep, Roam, GW_SERVER, (id, place), (f32, x), (f32, z), (i32, wool))
GW_RPC_DECLARE(SHEEP_RPC)
#define WALKER_CLIENT_RPC(RPC)                                                                     \
    RPC(Walker, Counted, (i64, number))                                                            \
    RPC(Walker, Rang, (i64, number))                                                               \
    RPC(Walker, Heard, (i64, game), (i64, number))
GW_CLIENT_RPC_DECLARE(WALKER_CLIENT_RPC)

/* ---- the game -------------------------------------------------------------------------------- */

void Walker_Walk(Walker *self, float x, float z)
{
    (void)!gw_set_position(&self->base, (gw_vec3){x, 0, z});
}

void Walker_Go(Walker *self, gw_id place, float x, float z)
{
    (void)!gw_enter_space(&self->base, place, (gw_vec3){x, 0, z});
}

void Walker_Grow(Walker *self, int32_t level)
{
    GW_SET(self, level, level);
    gw_map_put(self->bag, level % 2 ? "odd" : "even", GW_VALUE((int64_t)level));
}

/* What comes in another order than it was sent does not raise the number. */
void Walker_Count(Walker *self, int64_t number)
{
    if (number == self->counted + 1)
        GW_SET(self, counted, number);
    Walker_client_Counted(gw_own_client(&self->base), self->counted);
}

void Walker_Wait(Walker *self, int64_t number)
{
    Walker_after_Ring(self, 300, number);
}

void Walker_Ring(Walker *self, int64_t number)
{
    Walker_client_Rang(gw_own_client(&self->base), number);
}

void Walker_Hear(Walker *self, int64_t game, int64_t number)
{
    Walker_client_Heard(gw_own_client(&self->base), game, number);
}

void Sheep_Roam(Sheep *self, gw_id place, float x, float z, int32_t wool)
{
    GW_SET(self, wool, wool);
    if (gw_id_equal(gw_space(&self->base)->id, place))
        (void)!gw_set_position(&self->base, (gw_vec3){x, 0, z});
    else
        (void)!gw_enter_space(&self->base, place, (gw_vec3){x, 0, z});
}

static void toss_who_steers(gw_entity *entity)
{
    Walker *self = GW_AS(Walker, entity);
    GW_SET(self, steered, gw_random(2) == 1);
    gw_set_client_syncing(entity, self->steered);
}

static const gw_attr Walker_attrs[] = {
    GW_ATTR(Walker, level, GW_ALL_CLIENTS),
    GW_ATTR(Walker, bag, GW_ALL_CLIENTS),
    GW_ATTR(Walker, counted, 0),
    GW_ATTR(Walker, steered, GW_CLIENT),
    GW_ATTR_END,
};
static const gw_attr Sheep_attrs[] = {GW_ATTR(Sheep, wool, GW_ALL_CLIENTS), GW_ATTR_END};

GW_RPC_DEFINE(Walker, WALKER_RPC)
GW_RPC_DEFINE(Sheep, SHEEP_RPC)
const gw_entity_type Walker_type = {.name = "Walker",
                                    .size = sizeof(Walker),
                                    .attrs = Walker_attrs,
                                    .methods = Walker_methods,
                                    .on_created = toss_who_steers,
                                    .on_client_lost = gw_destroy};
const gw_entity_type Sheep_type = {.name = "Sheep",
                                   .size = sizeof(Sheep),
                                   .attrs = Sheep_attrs,
                                   .methods = Sheep_methods,
                                   .aoi = GW_AOI_BLIND};

static void open_place(gw_entity *space)
{
    if (gw_space_kind(space))
        (void)!gw_enable_aoi(space, DISTANCE);
}

static const gw_entity_type Place_type = {
    .name = "Place", .size = sizeof(gw_entity), .on_created = open_place};
static const gw_entity_type *const types[] = {&Walker_type, &Sheep_type, NULL};
static const gw_game pasture = {.types = types, .space = &Place_type};

/* ---- those who play -------------------------------------------------------------------------- */

struct person {
    gw_sim_client *client;
    int64_t counted, waited; /* as the client has called */
    int64_t told[GAMES];     /* by each game */
};

struct play {
    gw_sim *sim;
    gw_id places[GAMES * PLACES], sheep[SHEEP];
    struct person people[PEOPLE];
};

/* What a handler of a game is to do. */
struct errand {
    struct play *play;
    unsigned game, who, sheep;
    gw_id place;
    float x, z;
    int32_t wool;
};

static void in_game(struct errand *errand, void (*run)(void *errand))
{
    char name[16];
    snprintf(name, sizeof name, "game%u", errand->game + 1);
    if (gw_sim_lives(errand->play->sim, name))
        gw_sim_in_game(errand->play->sim, name, run, errand);
}

static void make_places(void *argument)
{
    const struct errand *errand = argument;
    gw_id *places = &errand->play->places[errand->game * PLACES];
    for (unsigned i = 0; i < PLACES; i++)
        if (!gw_find(places[i]))
            places[i] = gw_create_space(1 + i)->id;
}

static void make_sheep(void *argument)
{
    const struct errand *errand = argument;
    errand->play->sheep[errand->sheep] = GW_CREATE(Sheep)->base.id;
}

static void roam(void *argument)
{
    const struct errand *e = argument;
    Sheep_call_Roam(e->play->sheep[e->sheep], e->place, e->x, e->z, e->wool);
}

static void tell(void *argument)
{
    const struct errand *e = argument;
    struct person *person = &e->play->people[e->who];
    Walker_call_Hear(gw_sim_player(person->client), e->game, ++person->told[e->game]);
}

static void come(struct play *play, unsigned who)
{
    play->people[who] = (struct person){.client = gw_sim_connect(play->sim, 1 + who % 2)};
}

/* Everything that has died is there again, and everybody has a player. */
static void gather(struct play *play)
{
    for (unsigned i = 0; i < GAMES; i++)
        in_game(&(struct errand){.play = play, .game = i}, make_places);
    for (unsigned i = 0; i < PEOPLE; i++)
        if (!play->people[i].client || !gw_sim_is_open(play->people[i].client)) {
            come(play, i);
            gw_sim_expect(play->people[i].client, "create Walker");
        }
}

/* ---- what they do ---------------------------------------------------------------------------- */

static bool is_steered(const gw_sim_client *client)
{
    const char *steered = gw_sim_attr(client, "steered");
    return steered && strcmp(steered, "true") == 0;
}

static void act_as_client(struct play *play, struct errand *e, unsigned choice)
{
    struct person *person = &play->people[e->who];
    if (choice < 4 && is_steered(person->client))
        gw_sim_move(person->client, (gw_vec3){e->x, 0, e->z}, 0);
    else if (choice < 4)
        gw_sim_call(person->client, "Walk", "ff", (double)e->x, (double)e->z);
    else if (choice < 8)
        gw_sim_call(person->client, "Go", "eff", e->place, (double)e->x, (double)e->z);
    else if (choice == 8)
        gw_sim_call(person->client, "Grow", "i", e->wool);
    else if (choice == 9)
        gw_sim_call(person->client, "Count", "l", ++person->counted);
    else
        gw_sim_call(person->client, "Wait", "l", ++person->waited);
}

/* Who has no player cannot be called. */
static void act(struct play *play, struct errand *e, unsigned choice)
{
    const gw_sim_client *client = play->people[e->who].client;
    bool is_there = !gw_id_is_none(gw_sim_player(client));
    if (!gw_sim_is_open(client))
        come(play, e->who);
    else if (choice >= 16)
        in_game(e, roam);
    else if (is_there && choice >= 11)
        in_game(e, tell);
    else if (is_there)
        act_as_client(play, e, choice);
}

static struct errand draw_errand(struct play *play)
{
    gw_sim *sim = play->sim;
    struct errand e = {.play = play};
    e.game = (unsigned)gw_sim_random(sim, GAMES);
    e.who = (unsigned)gw_sim_random(sim, PEOPLE);
    e.sheep = (unsigned)gw_sim_random(sim, SHEEP);
    e.place = play->places[gw_sim_random(sim, GAMES * PLACES)];
    e.x = (float)gw_sim_random(sim, EXTENT);
    e.z = (float)gw_sim_random(sim, EXTENT);
    e.wool = (int32_t)gw_sim_random(sim, 100);
    return e;
}

static void all_act(struct play *play)
{
    for (unsigned i = 0; i < ACTS; i++) {
        struct errand errand = draw_errand(play);
        unsigned choice = (unsigned)gw_sim_random(play->sim, 20);
        int64_t ms = (int64_t)gw_sim_random(play->sim, 2 * ROUND_MS / ACTS);
        if (gw_sim_step(play->sim, "%u does %u", errand.who, choice))
            act(play, &errand, choice);
        gw_sim_run(play->sim, ms);
    }
}

/* ---- what came ------------------------------------------------------------------------------- */

static void check_heard(const struct play *play, const struct person *person, const char *line,
                        int64_t last[GAMES])
{
    char *rest;
    long game = strtol(line + strlen("Heard("), &rest, 10), number = strtol(rest + 1, NULL, 10);
    if (number <= last[game] || number > person->told[game])
        gw_sim_fail(play->sim, "%s comes behind number %lld", line, (long long)last[game]);
    last[game] = number;
}

/* Calls come at most once, in order. `all_came`: nothing was lost. */
static void check_person(const struct play *play, const struct person *person, bool all_came)
{
    int64_t heard[GAMES] = {0};
    const gw_sim_sight *sight;
    for (size_t i = 0; (sight = gw_sim_sight_at(person->client, i)); i++)
        if (strncmp(sight->line, "Heard(", strlen("Heard(")) == 0)
            check_heard(play, person, sight->line, heard);
    size_t rang = 0;
    for (int64_t number = 1; number <= person->waited; number++) {
        size_t times = gw_sim_times_seen(person->client, "Rang(%lld)", (long long)number);
        GW_SIM_EXPECT(play->sim, times <= 1);
        rang += times;
    }
    if (!all_came)
        return;
    GW_SIM_EXPECT(play->sim, memcmp(heard, person->told, sizeof heard) == 0);
    GW_SIM_EXPECT(play->sim, rang == (size_t)person->waited);
    for (int64_t number = 1; number <= person->counted; number++)
        GW_SIM_EXPECT(play->sim,
                      gw_sim_times_seen(person->client, "Counted(%lld)", (long long)number) == 1);
}

static void count_sheep(void *argument)
{
    struct errand *errand = argument;
    errand->wool += (int32_t)gw_count(&Sheep_type);
}

static void check_sheep(struct play *play)
{
    struct errand errand = {.play = play};
    for (; errand.game < GAMES; errand.game++)
        in_game(&errand, count_sheep);
    GW_SIM_EXPECT(play->sim, errand.wool == SHEEP);
}

static void wander(gw_sim *sim, unsigned faults, bool all_come)
{
    struct play play = {.sim = sim};
    for (unsigned i = 0; i < SHEEP; i++)
        in_game(&(struct errand){.play = &play, .game = i % GAMES, .sheep = i}, make_sheep);
    for (unsigned round = 0; round < ROUNDS; round++) {
        gather(&play);
        gw_sim_chaos(sim, faults, 6, ROUND_MS);
        all_act(&play);
        gw_sim_settle(sim);
        gw_sim_run(sim, GW_SECOND); /* timers that were about to fire have */
        for (unsigned i = 0; i < PEOPLE; i++)
            check_person(&play, &play.people[i], all_come);
        if (all_come)
            check_sheep(&play);
    }
}

#define PROPERTY(word, faults, all_come)                                                           \
    static void run_##word(gw_sim *sim)                                                            \
    {                                                                                              \
        wander(sim, faults, all_come);                                                             \
    }                                                                                              \
    static void clients_see_what_is_there_through_##word(void **state)                             \
    {                                                                                              \
        (void)state;                                                                               \
        static const gw_sim_property property = {.name = #word,                                    \
                                                 .cluster = {.dispatchers = 2,                     \
                                                             .games = GAMES,                       \
                                                             .gates = 2,                           \
                                                             .game = &pasture,                     \
                                                             .boot_entity = "Walker"},             \
                                                 .run = run_##word};                               \
        assert_int_equal(gw_sim_check(&property), 0);                                              \
    }

PROPERTY(nothing, 0, true)
PROPERTY(cuts, GW_SIM_CUT, true)
PROPERTY(partitions, GW_SIM_PART | GW_SIM_DELAY, true)
PROPERTY(pauses, GW_SIM_PAUSE | GW_SIM_DELAY, true)
PROPERTY(bad_storage, GW_SIM_STORAGE_FAILS | GW_SIM_STORAGE_SLOW, true)
PROPERTY(clients_that_do_not_read, GW_SIM_STALL, true)
PROPERTY(broken_partitions, GW_SIM_CUT | GW_SIM_PART, false)
PROPERTY(deaths_of_games, GW_SIM_KILL_GAME, false)
PROPERTY(deaths_of_gates, GW_SIM_KILL_GATE, false)
PROPERTY(deaths_of_dispatchers, GW_SIM_KILL_DISPATCHER, false)
PROPERTY(reloads, GW_SIM_RELOAD, true)
PROPERTY(reloads_and_deaths, GW_SIM_RELOAD | GW_SIM_KILL | GW_SIM_CUT, false)
PROPERTY(everything, GW_SIM_ALL_FAULTS, false)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_see_what_is_there_through_nothing),
        cmocka_unit_test(clients_see_what_is_there_through_cuts),
        cmocka_unit_test(clients_see_what_is_there_through_partitions),
        cmocka_unit_test(clients_see_what_is_there_through_pauses),
        cmocka_unit_test(clients_see_what_is_there_through_bad_storage),
        cmocka_unit_test(clients_see_what_is_there_through_clients_that_do_not_read),
        cmocka_unit_test(clients_see_what_is_there_through_broken_partitions),
        cmocka_unit_test(clients_see_what_is_there_through_deaths_of_games),
        cmocka_unit_test(clients_see_what_is_there_through_deaths_of_gates),
        cmocka_unit_test(clients_see_what_is_there_through_deaths_of_dispatchers),
        cmocka_unit_test(clients_see_what_is_there_through_reloads),
        cmocka_unit_test(clients_see_what_is_there_through_reloads_and_deaths),
        cmocka_unit_test(clients_see_what_is_there_through_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
