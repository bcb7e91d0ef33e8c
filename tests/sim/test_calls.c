/* Entities that call each other over several games: created, loaded and destroyed anywhere. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <goworld/goworld.h>
#include <goworld/sim.h>

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

/* ---- asking --------------------------------------------------------------------------------- */

static gw_sim_client *come(gw_sim *sim)
{
    gw_sim_client *client = gw_sim_connect(sim, 1 + (unsigned)gw_sim_random(sim, 2));
    gw_sim_expect(client, "create Node");
    return client;
}

static const char *last_line(const gw_sim_client *client)
{
    return gw_sim_line(client, gw_sim_line_count(client) - 1);
}

static bool has_spawned(void *user)
{
    return strncmp(last_line(user), "Spawned(", 8) == 0;
}

/* Returns the new node's id. */
static gw_id spawn(gw_sim *sim, gw_sim_client *client, unsigned gameid)
{
    char text[8];
    gw_id id;
    snprintf(text, sizeof text, "%u", gameid);
    gw_sim_call(client, "Spawn", "s", text);
    GW_SIM_EXPECT(sim, gw_sim_run_until(sim, has_spawned, client, 10000));
    memcpy(id.text, last_line(client) + 8, sizeof id.text);
    return id;
}

static void ask(gw_sim_client *client, gw_id whom, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        char text[16];
        snprintf(text, sizeof text, "q%u", i);
        gw_sim_call(client, "Ask", "es", whom, text);
    }
}

static void expect_answers(gw_sim_client *client, unsigned first, unsigned count, unsigned gameid)
{
    for (unsigned i = first; i < first + count; i++)
        gw_sim_expect(client, "OnAnswer(q%u,%u,%u)", i, i, gameid);
}

static uint64_t entities_of(gw_sim *sim, unsigned gameid)
{
    char name[16];
    snprintf(name, sizeof name, "game%u", gameid);
    return gw_sim_metric(sim, name, "game_entities");
}

/* ---- what holds ------------------------------------------------------------------------------ */

/* Asked while it is still being created: each question is answered once, in order, from the right
 * game. */
static void calls_between_games(gw_sim *sim)
{
    gw_sim_client *client = come(sim);
    for (unsigned gameid = 1; gameid <= GAMES; gameid++) {
        gw_id id = spawn(sim, client, gameid);
        ask(client, id, 1, 50);
        expect_answers(client, 1, 50, gameid);
    }
    GW_SIM_EXPECT(sim, gw_sim_times_seen(client, "OnAnswer(q1,1,2)") == 1);
}

static void created_anywhere(gw_sim *sim)
{
    gw_sim_client *client = come(sim);
    uint64_t before = 0, after = 0;
    for (unsigned gameid = 1; gameid <= GAMES; gameid++)
        before += entities_of(sim, gameid);
    gw_id id;
    for (unsigned i = 0; i < 9; i++)
        id = spawn(sim, client, 0);
    ask(client, id, 1, 1);
    gw_sim_run(sim, 1000);
    GW_SIM_EXPECT(sim, strncmp(last_line(client), "OnAnswer(q1,1,", 14) == 0);
    for (unsigned gameid = 1; gameid <= GAMES; gameid++) {
        GW_SIM_EXPECT(sim, entities_of(sim, gameid) >= 1); /* the load is spread */
        after += entities_of(sim, gameid);
    }
    GW_SIM_EXPECT(sim, after == before + 9);
}

/* It ends on one game and is loaded on another: that one waits for the last save, and so do the
 * questions. */
static void loaded_elsewhere(gw_sim *sim)
{
    gw_sim_client *client = come(sim);
    gw_id id = spawn(sim, client, 1);
    ask(client, id, 1, 5);
    expect_answers(client, 1, 5, 1);
    gw_sim_call(client, "EndOther", "e", id);
    gw_sim_run(sim, 2000);
    gw_sim_call(client, "Load", "es", id, "3");
    ask(client, id, 6, 5);
    expect_answers(client, 6, 5, 3);
}

/* Whether the load finds it living, ending or ended, it lives afterwards, once, with all that was
 * asked before. */
static void loaded_after_the_end(gw_sim *sim)
{
    gw_sim_client *client = come(sim);
    gw_id id = spawn(sim, client, 2);
    ask(client, id, 1, 3);
    expect_answers(client, 1, 3, 2);
    gw_sim_call(client, "EndOther", "e", id);
    gw_sim_run(sim, (int64_t)gw_sim_random(sim, 20));
    gw_sim_call(client, "Load", "es", id, "2");
    ask(client, id, 4, 3);
    expect_answers(client, 4, 3, 2);
}

static void called_nobody(gw_sim *sim)
{
    const gw_id nobody = {"nobodynobodynobo"};
    gw_sim_client *client = come(sim);
    ask(client, nobody, 1, 3);
    gw_sim_call(client, "Load", "es", nobody, "1");
    ask(client, spawn(sim, client, 0), 1, 1);
    gw_sim_run(sim, 2000);
    uint64_t dropped = 0;
    for (unsigned i = 1; i <= 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "dispatcher%u", i);
        dropped += gw_sim_metric(sim, name, "dispatcher_undelivered_total");
    }
    GW_SIM_EXPECT(sim, dropped == 3);
    GW_SIM_EXPECT(sim, strncmp(last_line(client), "OnAnswer(q1,1,", 14) == 0);
}

#define TEST(what_holds, property)                                                                 \
    static void what_holds(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        static const gw_sim_property holds = {.name = #property,                                   \
                                              .cluster = {.dispatchers = 3,                        \
                                                          .games = GAMES,                          \
                                                          .gates = 2,                              \
                                                          .game = &nodes,                          \
                                                          .boot_entity = "Node"},                  \
                                              .run = property};                                    \
        assert_int_equal(gw_sim_check(&holds), 0);                                                 \
    }

TEST(calls_between_games_arrive_once_and_in_order, calls_between_games)
TEST(an_entity_created_anywhere_lives_once_and_answers, created_anywhere)
TEST(an_entity_loaded_elsewhere_has_what_it_was_saved_with, loaded_elsewhere)
TEST(a_load_right_after_the_end_finds_what_was_saved, loaded_after_the_end)
TEST(a_call_to_nobody_is_counted_and_harms_nobody, called_nobody)

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
