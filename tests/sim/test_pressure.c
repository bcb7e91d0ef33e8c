/* Clients that call as fast as they can, while a game or a dispatcher does not read: what waits
 * stays little, those on other ways go on, and afterwards every call has come, in order. */
#include "cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEEDS_MAX 200u
#define BOTS 12u
#define GAMES 2u
#define DISPATCHERS 2u
#define CALL_BYTES 2000u      /* of each call's padding */
#define SOFT_BYTES 32768u     /* what may wait for a game, or for a dispatcher */
#define OWN_QUEUE_BYTES 8192u /* what a client keeps waiting of its own */

typedef struct Talker {
    gw_entity base;
    int64_t heard;
} Talker;
extern const gw_entity_type Talker_type;

#define TALKER_RPC(RPC)                                                                            \
    RPC(Talker, Where, GW_OWN_CLIENT)                                                              \
    RPC(Talker, Say, GW_OWN_CLIENT, (str, number), (str, padding))
GW_RPC_DECLARE(TALKER_RPC)
#define TALKER_CLIENT_RPC(RPC)                                                                     \
    RPC(Talker, Here, (u16, gameid))                                                               \
    RPC(Talker, Heard, (i64, count))
GW_CLIENT_RPC_DECLARE(TALKER_CLIENT_RPC)

static unsigned misordered; /* calls that came out of turn, or twice */

void Talker_Where(Talker *self)
{
    Talker_client_Here(gw_own_client(&self->base), gw_game_id());
}

void Talker_Say(Talker *self, const char *number, const char *padding)
{
    misordered += strtoll(number, NULL, 10) != self->heard || strlen(padding) != CALL_BYTES;
    self->heard++;
    if (self->heard % 100 == 0)
        Talker_client_Heard(gw_own_client(&self->base), self->heard);
}

GW_RPC_DEFINE(Talker, TALKER_RPC)
static const gw_attr no_attrs[] = {GW_ATTR_END};
const gw_entity_type Talker_type = {.name = "Talker",
                                    .size = sizeof(Talker),
                                    .attrs = no_attrs,
                                    .methods = Talker_methods,
                                    .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Talker_type, NULL};
static const gw_game talk = {.types = types};

struct talker {
    struct bot bot;
    unsigned said;
    unsigned gameid, dispid; /* who serves it */
};
static struct talker talkers[BOTS];
static char padding[CALL_BYTES + 1];

static bool has_line(void *user)
{
    const struct bot *bot = user;
    unsigned gameid;
    return bot->count && sscanf(bot->lines[bot->count - 1], "Here(%u)", &gameid) == 1;
}

static void arrive(struct cluster *c, struct talker *t)
{
    *t = (struct talker){0};
    bot_open(&t->bot, c, 0);
    assert_true(bot_wait(&t->bot, "create Talker"));
    bot_call(&t->bot, "Where", NULL);
    assert_true(sim_run_until(c->sim, has_line, &t->bot, 10000));
    sscanf(t->bot.lines[t->bot.count - 1], "Here(%u)", &t->gameid);
    t->dispid = id_dispatcher(t->bot.player, DISPATCHERS) + 1;
}

/* Each moves megabytes: a few hundred are enough. */
static uint64_t seeds(unsigned usual)
{
    unsigned asked = cluster_seeds(usual);
    return asked < SEEDS_MAX ? asked : SEEDS_MAX;
}

static struct cluster *begin_with(uint64_t seed, uint32_t silence_max_ms)
{
    struct cluster *c = cluster_create(&(struct cluster_desc){
        .seed = seed,
        .dispatchers = DISPATCHERS,
        .games = GAMES,
        .gates = 1,
        .game = &talk,
        .boot_entity = "Talker",
        .limits = {.gate = {.client_packets_per_s = UINT32_MAX,
                            .client_bytes_per_s = SIZE_MAX,
                            .client_silence_max_ms = silence_max_ms,
                            .dispatcher_queue_soft_max = SOFT_BYTES},
                   .dispatcher = {.game_queue_soft_bytes = SOFT_BYTES}},
    });
    misordered = 0;
    memset(padding, 'x', CALL_BYTES);
    for (unsigned i = 0; i < BOTS; i++)
        arrive(c, &talkers[i]);
    return c;
}

static struct cluster *begin(uint64_t seed)
{
    return begin_with(seed, 0);
}

static void talk_on(struct talker *t)
{
    char number[16];
    while (t->bot.link && t->bot.link->out.bytes < OWN_QUEUE_BYTES) {
        snprintf(number, sizeof number, "%u", t->said++);
        bot_call(&t->bot, "Say", number, padding, NULL);
    }
}

static uint64_t calls_on_the_way(struct cluster *c)
{
    uint64_t handled = 0;
    for (unsigned i = 0; i < GAMES; i++)
        if (c->games[i].core)
            handled += world_stats(game_world(c->games[i].core))->calls_from_clients;
    return gate_stats(c->gates[0])->calls - handled;
}

/* In the two queues of each way, in the network, and one more of each client that was not paused
 * yet. */
static uint64_t on_the_way_max(void)
{
    static const uint64_t window = 64 * 1024;
    uint64_t way =
        2 * (SOFT_BYTES + window) + window; /* and what comes until a pause is heard of */
    return DISPATCHERS * GAMES * way / CALL_BYTES + (uint64_t)2 * BOTS;
}

static void all_talk_for(struct cluster *c, unsigned ms)
{
    for (unsigned at = 0; at < ms; at += 10) {
        for (unsigned i = 0; i < BOTS; i++)
            talk_on(&talkers[i]);
        sim_run_for(c->sim, 10);
        assert_in_range(calls_on_the_way(c), 0, on_the_way_max());
    }
}

static bool nothing_is_on_the_way(void *user)
{
    struct cluster *c = user;
    for (unsigned i = 0; i < BOTS; i++)
        if (talkers[i].bot.link && talkers[i].bot.link->out.bytes > 0)
            return false;
    return calls_on_the_way(c) == 0 && gate_stats(c->gates[0])->paused_clients == 0;
}

/* Everybody that is left is heard to the end, and once. */
static void end(struct cluster *c)
{
    assert_true(sim_run_until(c->sim, nothing_is_on_the_way, c, 60000));
    sim_run_for(c->sim, 1000);
    assert_true(nothing_is_on_the_way(c));
    uint64_t said = 0;
    for (unsigned i = 0; i < BOTS; i++)
        said += talkers[i].said + 1; /* Where */
    assert_int_equal(gate_stats(c->gates[0])->calls, said);
    assert_int_equal(misordered, 0);
    for (unsigned i = 0; i < DISPATCHERS; i++)
        assert_int_equal(dispatcher_stats(c->dispatchers[i])->pressed_clients, 0);
    for (unsigned i = 0; i < BOTS; i++)
        bot_free(&talkers[i].bot);
    cluster_destroy(c);
}

static void stall_game(struct cluster *c, bool stalled)
{
    sim_partition(c->sim, "game1", "dispatcher1", stalled);
    sim_partition(c->sim, "game1", "dispatcher2", stalled);
}

static void remember(unsigned *said)
{
    for (unsigned i = 0; i < BOTS; i++)
        said[i] = talkers[i].said;
}

static void a_game_that_does_not_read_costs_only_those_who_call_it(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(10); seed++) {
        struct cluster *c = begin(seed);
        unsigned before[BOTS];
        all_talk_for(c, 200);
        stall_game(c, true);
        all_talk_for(c, 500); /* until all of them wait */
        remember(before);
        all_talk_for(c, 1000);
        for (unsigned i = 0; i < BOTS; i++)
            assert_int_equal(talkers[i].said > before[i], talkers[i].gameid != 1);
        assert_true(gate_stats(c->gates[0])->game_pauses > 0);
        stall_game(c, false);
        all_talk_for(c, 500);
        end(c);
    }
}

static void a_dispatcher_that_does_not_read_costs_only_those_it_serves(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(10); seed++) {
        struct cluster *c = begin(seed);
        unsigned before[BOTS];
        sim_partition(c->sim, "gate1", "dispatcher2", true);
        all_talk_for(c, 500);
        remember(before);
        all_talk_for(c, 1000);
        for (unsigned i = 0; i < BOTS; i++)
            assert_int_equal(talkers[i].said > before[i], talkers[i].dispid != 2);
        assert_true(gate_stats(c->gates[0])->queue_pauses.count > 0);
        sim_partition(c->sim, "gate1", "dispatcher2", false);
        all_talk_for(c, 500);
        end(c);
    }
}

/* On and off, here and there: nobody is left waiting. */
static void no_paused_client_is_forgotten(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(10); seed++) {
        struct cluster *c = begin(seed);
        struct random *random = sim_random(c->sim);
        for (unsigned round = 0; round < 20; round++) {
            stall_game(c, random_below(random, 2));
            sim_partition(c->sim, "gate1", "dispatcher1", random_below(random, 3) == 0);
            all_talk_for(c, (unsigned)random_below(random, 200));
        }
        stall_game(c, false);
        sim_partition(c->sim, "gate1", "dispatcher1", false);
        end(c);
    }
}

static void the_others_go_on_when_a_game_dies_that_did_not_read(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(5); seed++) {
        struct cluster *c = begin(seed);
        stall_game(c, true);
        all_talk_for(c, 500);
        stall_game(c, false);
        cluster_kill_game(c, 0);
        sim_run_for(c->sim, 10000);
        assert_int_equal(gate_stats(c->gates[0])->paused_clients, 0);
        for (unsigned i = 0; i < BOTS; i++)
            assert_int_equal(talkers[i].bot.closed, talkers[i].gameid == 1);
        for (unsigned i = 0; i < BOTS; i++)
            bot_free(&talkers[i].bot);
        cluster_destroy(c);
    }
}

/* What they say waits with them. When they do fall silent they are closed. */
static void who_waits_for_a_game_is_not_taken_for_silent(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(5); seed++) {
        struct cluster *c = begin_with(seed, 1000);
        stall_game(c, true);
        all_talk_for(c, 3000);
        assert_true(gate_stats(c->gates[0])->game_pauses > 0);
        stall_game(c, false);
        all_talk_for(c, 500);
        for (unsigned i = 0; i < BOTS; i++)
            assert_false(talkers[i].bot.closed);
        assert_true(sim_run_until(c->sim, nothing_is_on_the_way, c, 60000));
        sim_run_for(c->sim, 2500);
        for (unsigned i = 0; i < BOTS; i++)
            assert_true(talkers[i].bot.closed);
        assert_int_equal(gate_stats(c->gates[0])->silent_clients.count, BOTS);
        for (unsigned i = 0; i < BOTS; i++)
            bot_free(&talkers[i].bot);
        cluster_destroy(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_game_that_does_not_read_costs_only_those_who_call_it),
        cmocka_unit_test(a_dispatcher_that_does_not_read_costs_only_those_it_serves),
        cmocka_unit_test(no_paused_client_is_forgotten),
        cmocka_unit_test(the_others_go_on_when_a_game_dies_that_did_not_read),
        cmocka_unit_test(who_waits_for_a_game_is_not_taken_for_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
