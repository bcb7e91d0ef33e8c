/* Entities that call each other over several games: created, loaded and destroyed anywhere. */
#include "cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define GAMES 3

/* Every client has a Node, which makes other nodes and asks them things. */
typedef struct Node {
    gw_entity base;
    int64_t asked; /* how often */
} Node;
extern const gw_entity_type Node_type;

#define NODE_RPC(RPC)                                                                              \
    RPC(Node, Spawn, GW_OWN_CLIENT, (str, gameid))                                                 \
    RPC(Node, Ask, GW_OWN_CLIENT, (id, whom), (str, text))                                         \
    RPC(Node, Question, GW_SERVER, (id, from), (str, text))                                        \
    RPC(Node, Answer, GW_SERVER, (str, text), (i64, asked), (u16, gameid))                         \
    RPC(Node, End, GW_SERVER)                                                                      \
    RPC(Node, EndOther, GW_OWN_CLIENT, (id, whom))                                                 \
    RPC(Node, Load, GW_OWN_CLIENT, (id, whom), (str, gameid))
GW_RPC_DECLARE(NODE_RPC)
#define NODE_CLIENT_RPC(RPC)                                                                       \
    RPC(Node, Spawned, (id, id))                                                                   \
    RPC(Node, OnAnswer, (str, text), (i64, asked), (u16, gameid))
GW_CLIENT_RPC_DECLARE(NODE_CLIENT_RPC)

static const gw_attr Node_attrs[] = {GW_ATTR(Node, asked, GW_PERSISTENT), GW_ATTR_END};

void Node_Spawn(Node *self, const char *gameid)
{
    gw_id id = gw_create_on((uint16_t)atoi(gameid), &Node_type); /* 0: anywhere */
    Node_client_Spawned(gw_own_client(&self->base), id);
}

void Node_Ask(Node *self, gw_id whom, const char *text)
{
    Node_call_Question(whom, self->base.id, text);
}

void Node_Question(Node *self, gw_id from, const char *text)
{
    GW_SET(self, asked, self->asked + 1);
    Node_call_Answer(from, text, self->asked, gw_game_id());
}

void Node_Answer(Node *self, const char *text, int64_t asked, uint16_t gameid)
{
    Node_client_OnAnswer(gw_own_client(&self->base), text, asked, gameid);
}

void Node_End(Node *self)
{
    gw_destroy(&self->base);
}

void Node_EndOther(Node *self, gw_id whom)
{
    (void)self;
    Node_call_End(whom);
}

void Node_Load(Node *self, gw_id whom, const char *gameid)
{
    (void)self;
    gw_load_on((uint16_t)atoi(gameid), &Node_type, whom);
}

GW_RPC_DEFINE(Node, NODE_RPC)
const gw_entity_type Node_type = {.name = "Node",
                                  .size = sizeof(Node),
                                  .attrs = Node_attrs,
                                  .methods = Node_methods,
                                  .persistent = true,
                                  .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Node_type, NULL};
static const gw_game nodes = {.types = types};

static struct cluster *cluster_of(uint64_t seed)
{
    return cluster_create(&(struct cluster_desc){.seed = seed,
                                                 .dispatchers = 3,
                                                 .games = GAMES,
                                                 .gates = 2,
                                                 .game = &nodes,
                                                 .boot_entity = "Node"});
}

static bool has_spawned(void *user)
{
    const struct bot *bot = user;
    return bot->count && strncmp(bot->lines[bot->count - 1], "Spawned(", 8) == 0;
}

/* Returns the new node's id as text. */
static void spawn(struct bot *bot, const char *gameid, char id[17])
{
    bot_call(bot, "Spawn", gameid, NULL);
    assert_true(sim_run_until(bot->cluster->sim, has_spawned, bot, 10000));
    memcpy(id, bot->lines[bot->count - 1] + 8, 16);
    id[16] = '\0';
}

static void ask(struct bot *bot, const char *whom, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        char text[16];
        sprintf(text, "q%u", i);
        bot_call(bot, "Ask", whom, text, NULL);
    }
}

static void wait_answers(struct bot *bot, unsigned first, unsigned count, unsigned gameid)
{
    for (unsigned i = first; i < first + count; i++) {
        char line[64];
        sprintf(line, "OnAnswer(q%u,%u,%u)", i, i, gameid);
        assert_true(bot_wait(bot, line));
    }
}

/* Asked while it is still being created: each question is answered once, in order, from the right
 * game. */
static void calls_between_games_arrive_once_and_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(10); seed++) {
        static struct bot bot;
        struct cluster *c = cluster_of(seed);
        bot_open(&bot, c, (unsigned)seed % 2);
        assert_true(bot_wait(&bot, "create Node"));
        for (unsigned gameid = 1; gameid <= GAMES; gameid++) {
            char id[17], text[8];
            sprintf(text, "%u", gameid);
            spawn(&bot, text, id);
            ask(&bot, id, 1, 50);
            wait_answers(&bot, 1, 50, gameid);
        }
        assert_int_equal(bot_count(&bot, "OnAnswer(q1,1,2)"), 1);
        bot_free(&bot);
        cluster_destroy(c);
    }
}

static void an_entity_created_anywhere_lives_once_and_answers(void **state)
{
    (void)state;
    static struct bot bot;
    struct cluster *c = cluster_of(1);
    bot_open(&bot, c, 0);
    assert_true(bot_wait(&bot, "create Node"));
    uint64_t before = 0, after = 0;
    for (unsigned i = 0; i < GAMES; i++)
        before += world_stats(game_world(c->games[i].core))->entities;
    char id[17];
    for (unsigned i = 0; i < 9; i++)
        spawn(&bot, "0", id);
    ask(&bot, id, 1, 1);
    sim_run_for(c->sim, 1000);
    assert_int_equal(strncmp(bot.lines[bot.count - 1], "OnAnswer(q1,1,", 14), 0);
    for (unsigned i = 0; i < GAMES; i++) {
        uint64_t here = world_stats(game_world(c->games[i].core))->entities;
        assert_true(here >= 3); /* the load is spread */
        after += here;
    }
    assert_int_equal(after, before + 9);
    bot_free(&bot);
    cluster_destroy(c);
}

/* It ends on one game and is loaded on another: that one waits for the last save, and so do the
 * questions. */
static void an_entity_loaded_elsewhere_has_what_it_was_saved_with(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(10); seed++) {
        static struct bot bot;
        struct cluster *c = cluster_of(seed);
        bot_open(&bot, c, 0);
        assert_true(bot_wait(&bot, "create Node"));
        char id[17];
        spawn(&bot, "1", id);
        ask(&bot, id, 1, 5);
        wait_answers(&bot, 1, 5, 1);
        bot_call(&bot, "EndOther", id, NULL);
        sim_run_for(c->sim, 2000);
        bot_call(&bot, "Load", id, "3", NULL);
        ask(&bot, id, 6, 5);
        wait_answers(&bot, 6, 5, 3);
        bot_free(&bot);
        cluster_destroy(c);
    }
}

/* Whether the load finds it living, ending or ended, it lives afterwards, once, with all that was
 * asked before. */
static void a_load_right_after_the_end_finds_what_was_saved(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(20); seed++) {
        static struct bot bot;
        struct cluster *c = cluster_of(seed);
        bot_open(&bot, c, 0);
        assert_true(bot_wait(&bot, "create Node"));
        char id[17];
        spawn(&bot, "2", id);
        ask(&bot, id, 1, 3);
        wait_answers(&bot, 1, 3, 2);
        bot_call(&bot, "EndOther", id, NULL);
        sim_run_for(c->sim, (int64_t)random_below(sim_random(c->sim), 20));
        bot_call(&bot, "Load", id, "2", NULL);
        ask(&bot, id, 4, 3);
        wait_answers(&bot, 4, 3, 2);
        bot_free(&bot);
        cluster_destroy(c);
    }
}

static void a_call_to_nobody_is_counted_and_harms_nobody(void **state)
{
    (void)state;
    static struct bot bot;
    struct cluster *c = cluster_of(1);
    bot_open(&bot, c, 0);
    assert_true(bot_wait(&bot, "create Node"));
    ask(&bot, "nobodynobodynobo", 1, 3);
    bot_call(&bot, "Load", "nobodynobodynobo", "1", NULL);
    char id[17];
    spawn(&bot, "0", id);
    ask(&bot, id, 1, 1);
    sim_run_for(c->sim, 2000);
    uint64_t dropped = 0;
    for (unsigned i = 0; i < 3; i++)
        dropped += dispatcher_stats(c->dispatchers[i])->undelivered.count;
    assert_int_equal(dropped, 3);
    assert_int_equal(strncmp(bot.lines[bot.count - 1], "OnAnswer(q1,1,", 14), 0);
    bot_free(&bot);
    cluster_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_between_games_arrive_once_and_in_order),
        cmocka_unit_test(an_entity_created_anywhere_lives_once_and_answers),
        cmocka_unit_test(an_entity_loaded_elsewhere_has_what_it_was_saved_with),
        cmocka_unit_test(a_load_right_after_the_end_finds_what_was_saved),
        cmocka_unit_test(a_call_to_nobody_is_counted_and_harms_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
