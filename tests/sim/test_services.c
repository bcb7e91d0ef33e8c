/* Services: each shard lives once, whatever dies, and calls find it. */
#include "cluster.h"
#include "entity/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define GAMES 4
#define SHARDS 3
#define SETTLE_MS 30000

/* Counts what it is asked; a test looks into it. */
typedef struct Desk {
    gw_entity base;
    int64_t last; /* number that it was asked for */
} Desk;

/* The same, and storage keeps it. */
typedef struct Vault {
    gw_entity base;
    int64_t last;
} Vault;

/* Every client has one; it calls the services. */
typedef struct Guest {
    gw_entity base;
} Guest;
extern const gw_entity_type Desk_type, Vault_type, Guest_type;

#define DESK_RPC(RPC)                                                                              \
    RPC(Desk, Ask, GW_SERVER, (id, from), (str, text))                                             \
    RPC(Desk, Quit, GW_SERVER)
#define VAULT_RPC(RPC)                                                                             \
    RPC(Vault, Put, GW_SERVER, (id, from))                                                         \
    RPC(Vault, Quit, GW_SERVER)
#define GUEST_RPC(RPC)                                                                             \
    RPC(Guest, Ask, GW_OWN_CLIENT, (str, key), (str, text))                                        \
    RPC(Guest, AskAll, GW_OWN_CLIENT, (str, text))                                                 \
    RPC(Guest, AskAny, GW_OWN_CLIENT, (str, text))                                                 \
    RPC(Guest, Put, GW_OWN_CLIENT)                                                                 \
    RPC(Guest, QuitAll, GW_OWN_CLIENT)                                                             \
    RPC(Guest, OnAnswer, GW_SERVER, (str, text))                                                   \
    RPC(Guest, OnPut, GW_SERVER, (i64, last))
GW_RPC_DECLARE(DESK_RPC)
GW_RPC_DECLARE(VAULT_RPC)
GW_RPC_DECLARE(GUEST_RPC)
GW_SERVICE_RPC_DECLARE(DESK_RPC)
GW_SERVICE_RPC_DECLARE(VAULT_RPC)
#define GUEST_CLIENT_RPC(RPC)                                                                      \
    RPC(Guest, Answered, (str, text))                                                              \
    RPC(Guest, WasPut, (i64, last))
GW_CLIENT_RPC_DECLARE(GUEST_CLIENT_RPC)

/* The number that any shard on any game was last asked; one that comes too late is counted. */
static unsigned heard, heard_late;

void Desk_Ask(Desk *self, gw_id from, const char *text)
{
    unsigned number;
    self->last++;
    if (sscanf(text, "n%u", &number) == 1) {
        heard_late += number <= heard;
        heard = number;
    }
    Guest_call_OnAnswer(from, text);
}

void Desk_Quit(Desk *self)
{
    gw_destroy(&self->base);
}

void Vault_Put(Vault *self, gw_id from)
{
    GW_SET(self, last, self->last + 1);
    Guest_call_OnPut(from, self->last);
}

void Vault_Quit(Vault *self)
{
    gw_destroy(&self->base);
}

void Guest_Ask(Guest *self, const char *key, const char *text)
{
    Desk_service_Ask(gw_shard_of(key), self->base.id, text);
}

void Guest_AskAll(Guest *self, const char *text)
{
    Desk_service_Ask(gw_all_shards(), self->base.id, text);
}

void Guest_AskAny(Guest *self, const char *text)
{
    Desk_service_Ask(gw_any_shard(), self->base.id, text);
}

void Guest_Put(Guest *self)
{
    Vault_service_Put(gw_shard(0), self->base.id);
}

void Guest_QuitAll(Guest *self)
{
    (void)self;
    Desk_service_Quit(gw_all_shards());
    if (gw_service_is_ready(&Vault_type))
        Vault_service_Quit(gw_shard(0));
}

void Guest_OnAnswer(Guest *self, const char *text)
{
    Guest_client_Answered(gw_own_client(&self->base), text);
}

void Guest_OnPut(Guest *self, int64_t last)
{
    Guest_client_WasPut(gw_own_client(&self->base), last);
}

GW_RPC_DEFINE(Desk, DESK_RPC)
GW_RPC_DEFINE(Vault, VAULT_RPC)
GW_RPC_DEFINE(Guest, GUEST_RPC)
const gw_entity_type Desk_type = {
    .name = "Desk", .size = sizeof(Desk), .methods = Desk_methods, .service_shards = SHARDS};
static const gw_attr Vault_attrs[] = {GW_ATTR(Vault, last, GW_PERSISTENT), GW_ATTR_END};
const gw_entity_type Vault_type = {.name = "Vault",
                                   .size = sizeof(Vault),
                                   .attrs = Vault_attrs,
                                   .methods = Vault_methods,
                                   .persistent = true,
                                   .service_shards = 1};
const gw_entity_type Guest_type = {
    .name = "Guest", .size = sizeof(Guest), .methods = Guest_methods, .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Desk_type, &Guest_type, NULL};
static const gw_entity_type *const bank_types[] = {&Desk_type, &Guest_type, &Vault_type, NULL};
static const gw_game office = {.types = types}, bank = {.types = bank_types};

static struct cluster *cluster_of(uint64_t seed, const gw_game *game)
{
    return cluster_create(&(struct cluster_desc){.seed = seed,
                                                 .dispatchers = 1 + (unsigned)(seed % 3),
                                                 .games = GAMES,
                                                 .gates = 1,
                                                 .game = game,
                                                 .boot_entity = "Guest"});
}

/* ---- what the games have -------------------------------------------------------------------- */

/* In the game's eyes. */
struct sight {
    size_t living;            /* entities of services that live on it */
    gw_id known[SHARDS + 1];  /* where calls would go */
    bool is_here[SHARDS + 1]; /* that one lives on it */
};

static struct world *world_of(struct cluster *c, unsigned game)
{
    return c->games[game].core ? game_world(c->games[game].core) : NULL;
}

static struct sight look(struct world *w)
{
    struct sight sight = {0};
    struct scope before = world_enter(w, NULL);
    sight.living = gw_count(&Desk_type) + gw_count(&Vault_type);
    for (unsigned i = 0; i <= SHARDS; i++) {
        sight.known[i] =
            i < SHARDS ? gw_service_entity(&Desk_type, i) : gw_service_entity(&Vault_type, 0);
        sight.is_here[i] = gw_find(sight.known[i]);
    }
    world_leave(w, before);
    return sight;
}

/* Every shard lives once, and every game knows where. */
static bool is_settled(void *user)
{
    struct cluster *c = user;
    struct sight first = {0};
    size_t living = 0;
    unsigned homes[SHARDS + 1] = {0}, games = 0;
    unsigned shards = c->desc.game == &bank ? SHARDS + 1 : SHARDS;
    for (unsigned i = 0; i < GAMES; i++) {
        struct world *w = world_of(c, i);
        if (!w)
            continue;
        struct sight sight = look(w);
        first = games++ ? first : sight;
        living += sight.living;
        for (unsigned n = 0; n < shards; n++) {
            homes[n] += sight.is_here[n];
            if (gw_id_is_none(sight.known[n]) || !gw_id_equal(sight.known[n], first.known[n]))
                return false;
        }
    }
    for (unsigned n = 0; n < shards; n++)
        if (homes[n] != 1)
            return false;
    return living == shards;
}

static void settle(struct cluster *c)
{
    assert_true(sim_run_until(c->sim, is_settled, c, SETTLE_MS));
}

static struct bot *guest(struct cluster *c)
{
    static struct bot bot;
    bot_open(&bot, c, 0);
    assert_true(bot_wait(&bot, "create Guest"));
    return &bot;
}

/* The game that its player lives on. */
static unsigned home_of(const struct bot *bot)
{
    for (unsigned i = 0; i < GAMES; i++)
        if (world_of(bot->cluster, i) && world_find(world_of(bot->cluster, i), bot->player))
            return i;
    fail();
    return 0;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void every_shard_lives_once_and_the_games_share(void **state)
{
    (void)state;
    unsigned shared = 0, seeds = cluster_seeds(20);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct cluster *c = cluster_of(seed, &office);
        settle(c);
        unsigned hosts = 0;
        for (unsigned i = 0; i < GAMES; i++)
            hosts += look(world_of(c, i)).living > 0;
        shared += hosts >= 3;
        cluster_destroy(c);
    }
    assert_true(shared * 2 > seeds);
}

static void calls_before_the_service_is_there_arrive_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(20); seed++) {
        struct cluster *c = cluster_of(seed, &office);
        struct bot *bot = guest(c);
        for (unsigned i = 0; i < 20; i++) {
            char text[16];
            sprintf(text, "q%u", i);
            bot_call(bot, "Ask", "the same", text, NULL);
        }
        for (unsigned i = 0; i < 20; i++) {
            char line[32];
            sprintf(line, "Answered(q%u)", i);
            assert_true(bot_wait(bot, line));
            assert_int_equal(bot_count(bot, line), 1);
        }
        bot_free(bot);
        cluster_destroy(c);
    }
}

static unsigned answers(const struct bot *bot)
{
    return bot_count(bot, "Answered(all)");
}

static bool all_have_answered(void *user)
{
    return answers(user) == SHARDS;
}

static void a_call_to_all_reaches_each_shard_once(void **state)
{
    (void)state;
    struct cluster *c = cluster_of(5, &office);
    struct bot *bot = guest(c);
    bot_call(bot, "AskAll", "all", NULL);
    assert_true(sim_run_until(c->sim, all_have_answered, bot, SETTLE_MS));
    bot_call(bot, "AskAny", "any", NULL);
    assert_true(bot_wait(bot, "Answered(any)"));
    sim_run_for(c->sim, 1000);
    assert_int_equal(answers(bot), SHARDS);
    assert_int_equal(bot_count(bot, "Answered(any)"), 1);
    bot_free(bot);
    cluster_destroy(c);
}

static void cut_any_link(struct cluster *c)
{
    char game[32], dispatcher[32];
    sprintf(game, "game%u", 1 + (unsigned)random_below(sim_random(c->sim), GAMES));
    sprintf(dispatcher, "dispatcher%u",
            1 + (unsigned)random_below(sim_random(c->sim), c->desc.dispatchers));
    sim_cut(c->sim, game, dispatcher);
}

/* Two games die while links break: the others take over, and nobody is there twice. */
static void services_of_dead_games_are_taken_over(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(40); seed++) {
        struct cluster *c = cluster_of(seed, &office);
        struct bot *bot = guest(c);
        if (seed % 2)
            settle(c);
        unsigned home = home_of(bot);
        for (unsigned dead = 0; dead < 2; dead++) {
            for (unsigned i = 0; i < 6; i++) {
                cut_any_link(c);
                sim_run_for(c->sim, (int64_t)random_below(sim_random(c->sim), 700));
            }
            cluster_kill_game(c, (home + 1 + dead) % GAMES);
        }
        settle(c);
        sim_run_for(c->sim, 10000);
        assert_true(is_settled(c));
        if (!bot->closed) { /* else its link was cut */
            bot_call(bot, "AskAll", "all", NULL);
            assert_true(sim_run_until(c->sim, all_have_answered, bot, SETTLE_MS));
        }
        bot_free(bot);
        cluster_destroy(c);
    }
}

/* Shards end and a game dies while they are asked: what is lost is missing, the rest comes once and
 * in order, and nothing is lost once all is settled. */
static void calls_keep_their_order_while_shards_move(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(40); seed++) {
        struct cluster *c = cluster_of(seed, &office);
        struct bot *bot = guest(c);
        settle(c);
        heard = heard_late = 0;
        for (unsigned number = 1; number <= 100; number++) {
            char text[16];
            sprintf(text, "n%u", number);
            bot_call(bot, "Ask", "the same", text, NULL);
            if (random_below(sim_random(c->sim), 10) == 0)
                bot_call(bot, "QuitAll", NULL);
            if (number == 50)
                cluster_kill_game(c, (home_of(bot) + 1) % GAMES);
            sim_run_for(c->sim, (int64_t)random_below(sim_random(c->sim), 50));
        }
        sim_run_for(c->sim, 1000); /* the last one has quit */
        settle(c);
        bot_call(bot, "Ask", "the same", "n101", NULL);
        assert_true(bot_wait(bot, "Answered(n101)"));
        assert_int_equal(heard_late, 0);
        bot_free(bot);
        cluster_destroy(c);
    }
}

/* What a persistent one was told is there after it has ended, wherever it lives next. */
static void a_service_that_ends_is_there_again_with_what_was_saved(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(20); seed++) {
        struct cluster *c = cluster_of(seed, &bank);
        struct bot *bot = guest(c);
        settle(c);
        for (unsigned i = 1; i <= 5; i++) {
            char line[32];
            sprintf(line, "WasPut(%u)", i);
            bot_call(bot, "Put", NULL);
            assert_true(bot_wait(bot, line));
            bot_call(bot, "QuitAll", NULL);
            sim_run_for(c->sim, 2000); /* it has quit, whoever has it now */
            settle(c);
        }
        bot_free(bot);
        cluster_destroy(c);
    }
}

static bool game_is_done(void *user)
{
    return game_is_idle(((struct cluster_game *)user)->core);
}

static void a_game_that_stops_hands_its_services_over_before_it_is_gone(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(20); seed++) {
        struct cluster *c = cluster_of(seed, &bank);
        struct bot *bot = guest(c);
        settle(c);
        bot_call(bot, "Put", NULL);
        assert_true(bot_wait(bot, "WasPut(1)"));
        unsigned leaves = (home_of(bot) + 1 + (unsigned)seed % (GAMES - 1)) % GAMES;
        game_stop(c->games[leaves].core);
        assert_true(sim_run_until(c->sim, game_is_done, &c->games[leaves], SETTLE_MS));
        settle(c);
        assert_int_equal(look(world_of(c, leaves)).living, 0);
        bot_call(bot, "Put", NULL);
        assert_true(bot_wait(bot, "WasPut(2)"));
        bot_free(bot);
        cluster_destroy(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shard_lives_once_and_the_games_share),
        cmocka_unit_test(calls_before_the_service_is_there_arrive_in_order),
        cmocka_unit_test(a_call_to_all_reaches_each_shard_once),
        cmocka_unit_test(services_of_dead_games_are_taken_over),
        cmocka_unit_test(calls_keep_their_order_while_shards_move),
        cmocka_unit_test(a_service_that_ends_is_there_again_with_what_was_saved),
        cmocka_unit_test(a_game_that_stops_hands_its_services_over_before_it_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
