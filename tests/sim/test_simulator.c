/* The simulator itself: a seed gives the same run again, faults do what they say, what does not
 * hold is found, and a failing seed becomes as small as it can be. */
#include "dispatcher/core.h"
#include "gate/core.h"
#include "os/child.h"
#include "os/sanitize.h"
#include "sim/invariants.h"
#include "sim/node.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <goworld/sim.h>

/* A Player counts, keeps what it has counted, and finds it again by its name. */
typedef struct Player {
    gw_entity base;
    int64_t count;
} Player;
extern const gw_entity_type Player_type;

#define PLAYER_RPC(RPC)                                                                            \
    RPC(Player, Count, GW_OWN_CLIENT)                                                              \
    RPC(Player, Keep, GW_OWN_CLIENT | GW_FIBER, (str, key))                                        \
    RPC(Player, Find, GW_OWN_CLIENT | GW_FIBER, (str, key))                                        \
    RPC(Player, Say, GW_OWN_CLIENT, (str, text), (i64, number), (f64, real), (bool, yes), (id, who))
GW_RPC_DECLARE(PLAYER_RPC)
#define PLAYER_CLIENT_RPC(RPC)                                                                     \
    RPC(Player, Kept, (i64, error))                                                                \
    RPC(Player, Found, (i64, error), (i64, count))                                                 \
    RPC(Player, Said, (str, text), (i64, number), (f64, real), (bool, yes), (id, who))
GW_CLIENT_RPC_DECLARE(PLAYER_CLIENT_RPC)

static const gw_attr Player_attrs[] = {GW_ATTR(Player, count, GW_CLIENT), GW_ATTR_END};

typedef struct Record {
    int64_t count;
} Record;
static const gw_field Record_fields[] = {GW_FIELD(Record, count), GW_FIELD_END};

void Player_Count(Player *self)
{
    GW_SET(self, count, self->count + 1);
}

void Player_Keep(Player *self, const char *key)
{
    Record record = {self->count};
    gw_err err = gw_await_kv_put(Record_fields, &record, "%s", key);
    if (err != GW_ECANCELED)
        Player_client_Kept(gw_own_client(&self->base), err);
}

void Player_Find(Player *self, const char *key)
{
    Record record = {0};
    gw_err err = gw_await_kv_get(Record_fields, &record, "%s", key);
    if (err != GW_ECANCELED)
        Player_client_Found(gw_own_client(&self->base), err, record.count);
}

void Player_Say(Player *self, const char *text, int64_t number, double real, bool yes, gw_id who)
{
    Player_client_Said(gw_own_client(&self->base), text, number, real, yes, who);
}

GW_RPC_DEFINE(Player, PLAYER_RPC)
const gw_entity_type Player_type = {.name = "Player",
                                    .size = sizeof(Player),
                                    .attrs = Player_attrs,
                                    .methods = Player_methods,
                                    .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Player_type, NULL};
static const gw_game counting = {.types = types};

static gw_sim *cluster_of(uint64_t seed)
{
    return gw_sim_create(&(gw_sim_desc){.seed = seed,
                                        .dispatchers = 2,
                                        .games = 2,
                                        .gates = 2,
                                        .game = &counting,
                                        .boot_entity = "Player"});
}

static gw_sim_client *player_of(gw_sim *sim, unsigned gate)
{
    gw_sim_client *client = gw_sim_connect(sim, gate);
    gw_sim_expect(client, "create Player");
    return client;
}

/* ---- clients -------------------------------------------------------------------------------- */

static void a_client_calls_and_sees_every_type_of_value(void **state)
{
    (void)state;
    gw_sim *sim = cluster_of(1);
    gw_sim_client *client = player_of(sim, 1);
    gw_id me = gw_sim_player(client);
    gw_sim_call(client, "Say", "slfbe", "héllo", INT64_C(-5000000000), 2.5, true, me);
    gw_sim_expect(client, "Said(héllo,-5000000000,2.5,true," GW_ID_FORMAT ")", GW_ID_ARG(me));
    gw_sim_call(client, "Count", "");
    gw_sim_expect(client, "count=1");
    assert_string_equal(gw_sim_attr(client, "count"), "1");
    assert_null(gw_sim_attr(client, "size"));
    const gw_sim_sight *last = gw_sim_sight_at(client, gw_sim_line_count(client) - 1);
    assert_int_equal(last->kind, GW_SIM_CHANGED);
    assert_string_equal(last->name, "count");
    assert_true(gw_id_equal(last->entity, me));
    assert_false(gw_sim_see(client, 1000, "count=2"));
    gw_sim_destroy(sim);
}

static void ask_a_game(void *argument)
{
    size_t *count = argument;
    *count += gw_count(&Player_type);
}

static void a_test_looks_into_games_and_metrics(void **state)
{
    (void)state;
    gw_sim *sim = cluster_of(1);
    size_t count = 0;
    player_of(sim, 1);
    player_of(sim, 2);
    gw_sim_in_game(sim, "game1", ask_a_game, &count);
    gw_sim_in_game(sim, "game2", ask_a_game, &count);
    assert_int_equal(count, 2);
    assert_int_equal(gw_sim_metric(sim, "gate2", "gate_clients"), 1);
    assert_int_equal(gw_sim_metric(sim, "game1", "game_registry_keys"), 0);
    gw_sim_destroy(sim);
}

/* ---- faults --------------------------------------------------------------------------------- */

static void a_killed_game_loses_its_memory_and_not_the_database(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        gw_sim *sim = cluster_of(seed);
        gw_sim_client *before = player_of(sim, 1);
        gw_sim_call(before, "Count", "");
        gw_sim_call(before, "Keep", "s", "key");
        gw_sim_expect(before, "Kept(0)");
        gw_sim_kill(sim, "game1");
        gw_sim_kill(sim, "game2");
        gw_sim_start(sim, "game1");
        assert_false(gw_sim_lives(sim, "game2"));
        gw_sim_settle(sim);
        assert_true(gw_sim_lives(sim, "game2"));
        assert_false(gw_sim_is_open(before));
        gw_sim_client *after = player_of(sim, 1);
        assert_string_equal(gw_sim_attr(after, "count"), "0");
        gw_sim_call(after, "Find", "s", "key");
        gw_sim_expect(after, "Found(0,1)");
        gw_sim_destroy(sim);
    }
}

static void what_a_killed_game_still_had_to_write_is_never_written(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        gw_sim *sim = cluster_of(seed);
        gw_sim_client *client = player_of(sim, 1);
        gw_sim_storage(sim, 0, 5000);
        gw_sim_call(client, "Keep", "s", "key");
        gw_sim_run(sim, 20);
        gw_sim_kill(sim, "game1");
        gw_sim_kill(sim, "game2");
        gw_sim_settle(sim);
        client = player_of(sim, 1);
        gw_sim_call(client, "Find", "s", "key");
        gw_sim_expect(client, "Found(%d,0)", GW_ENOTFOUND);
        gw_sim_destroy(sim);
    }
}

static void a_paused_process_answers_when_it_goes_on(void **state)
{
    (void)state;
    static const char *const processes[] = {"gate1", "dispatcher1", "dispatcher2", "game1",
                                            "game2"};
    gw_sim *sim = cluster_of(1);
    gw_sim_client *client = player_of(sim, 1);
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++)
        gw_sim_pause(sim, processes[i], true);
    gw_sim_call(client, "Count", "");
    assert_false(gw_sim_see(client, 5000, "count=1"));
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++)
        gw_sim_pause(sim, processes[i], false);
    gw_sim_expect(client, "count=1");
    gw_sim_destroy(sim);
}

static void a_client_can_be_parted_delayed_and_cut_off(void **state)
{
    (void)state;
    gw_sim *sim = cluster_of(1);
    gw_sim_client *client = player_of(sim, 1);
    gw_sim_part(sim, "client1", "gate1", true);
    gw_sim_call(client, "Count", "");
    assert_false(gw_sim_see(client, 5000, "count=1"));
    gw_sim_part(sim, "gate1", "client1", false);
    gw_sim_expect(client, "count=1");
    gw_sim_delay(sim, "client1", "gate1", 400000, 500000);
    gw_sim_call(client, "Count", "");
    assert_false(gw_sim_see(client, 799, "count=2"));
    gw_sim_expect(client, "count=2");
    gw_sim_cut(sim, "gate1", "client1");
    gw_sim_expect(client, "closed: the connection broke");
    gw_sim_destroy(sim);
}

static void a_stalled_client_sees_nothing_until_it_reads(void **state)
{
    (void)state;
    gw_sim *sim = cluster_of(1);
    gw_sim_client *client = player_of(sim, 1);
    gw_sim_stall(client, true);
    gw_sim_call(client, "Count", "");
    assert_false(gw_sim_see(client, 5000, "count=1"));
    gw_sim_stall(client, false);
    gw_sim_expect(client, "count=1");
    gw_sim_destroy(sim);
}

static void a_database_that_fails_says_so(void **state)
{
    (void)state;
    gw_sim *sim = cluster_of(1);
    gw_sim_client *client = player_of(sim, 1);
    gw_sim_storage(sim, 100, 0);
    gw_sim_call(client, "Keep", "s", "key");
    gw_sim_expect(client, "Kept(%d)", GW_EIO);
    assert_non_null(strstr(gw_sim_log(sim), "kv_failed"));
    gw_sim_storage(sim, 0, 0);
    gw_sim_call(client, "Keep", "s", "key");
    gw_sim_expect(client, "Kept(0)");
    gw_sim_destroy(sim);
}

/* ---- invariants are seen to fail ------------------------------------------------------------- */

static bool agrees(gw_sim *sim)
{
    struct buf why = {0};
    bool agrees = !invariants_disagreement(sim, &why);
    buf_free(&why);
    return agrees;
}

static void a_dispatcher_that_forgets_an_entity_is_found_out(void **state)
{
    (void)state;
    gw_sim *sim = cluster_of(1);
    gw_id id = gw_sim_player(player_of(sim, 1));
    struct dispatcher *d = sim->nodes[NODE_DISPATCHER][id_dispatcher(id, 2)].dispatcher;
    struct place *place = idmap_remove(&d->entities.map, id);
    assert_false(agrees(sim));
    idmap_put(&d->entities.map, id, place);
    assert_true(agrees(sim));
    gw_sim_destroy(sim);
}

static void a_client_that_knows_something_else_is_found_out(void **state)
{
    (void)state;
    gw_sim *sim = cluster_of(1);
    gw_id id = gw_sim_player(player_of(sim, 1));
    Player *player = NULL;
    for (unsigned i = 0; i < 2 && !player; i++)
        player = (Player *)world_find(game_world(sim->nodes[NODE_GAME][i].game), id);
    player->count++; /* past GW_SET */
    assert_false(agrees(sim));
    player->count--;
    assert_true(agrees(sim));
    gw_sim_destroy(sim);
}

static void a_gate_that_gives_a_client_to_another_is_found_out(void **state)
{
    (void)state;
    gw_sim *sim = cluster_of(1);
    player_of(sim, 1);
    player_of(sim, 1);
    struct client **clients = sim->nodes[NODE_GATE][0].gate->clients;
    gw_id owner = clients[0]->owner;
    clients[0]->owner = clients[1]->owner;
    assert_false(agrees(sim));
    clients[0]->owner = owner;
    assert_true(agrees(sim));
    gw_sim_destroy(sim);
}

/* ---- the same run again --------------------------------------------------------------------- */

static uint64_t digest_of(uint64_t seed)
{
    gw_sim *sim = cluster_of(seed);
    gw_sim_chaos(sim, GW_SIM_ALL_FAULTS, 10, 5000);
    for (unsigned i = 0; i < 40; i++) {
        gw_sim_client *client = gw_sim_connect(sim, 1 + (unsigned)gw_sim_random(sim, 2));
        gw_sim_run(sim, 200);
        gw_sim_call(client, "Count", "");
        gw_sim_call(client, "Keep", "s", "key");
    }
    gw_sim_settle(sim);
    uint64_t digest = gw_sim_digest(sim);
    gw_sim_destroy(sim);
    return digest;
}

/* Another process has its memory elsewhere and its stack full of other things. */
static uint64_t digest_in_another_process(uint64_t seed)
{
    char command[4096];
    unsigned long long digest = 0;
    snprintf(command, sizeof command, "'%s' digest %llu", program_invocation_name,
             (unsigned long long)seed);
    FILE *answer = popen(command, "r");
    assert_non_null(answer);
    assert_int_equal(fscanf(answer, "%llu", &digest), 1);
    assert_int_equal(pclose(answer), 0);
    return digest;
}

static void one_seed_is_one_run_here_and_in_another_process(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        uint64_t digest = digest_of(seed);
        assert_true(digest_of(seed) == digest);
        assert_true(digest_in_another_process(seed) == digest);
        assert_true(digest_of(seed + 100) != digest);
    }
}

/* ---- failing properties --------------------------------------------------------------------- */

/* What gw_sim_check prints goes to `text`. */
static int check(const gw_sim_property *property, char *text, size_t size)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    int failed = gw_sim_check(property);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
    return failed;
}

#define COUNTING                                                                                   \
    {                                                                                              \
        .dispatchers = 2, .games = 2, .gates = 2, .game = &counting, .boot_entity = "Player"       \
    }

static void fail_by_two_steps(gw_sim *sim)
{
    unsigned done = 0;
    for (unsigned i = 0; i < 30; i++)
        if (gw_sim_step(sim, "step number %u", i) && (i == 7 || i == 23))
            done++;
    GW_SIM_EXPECT(sim, done < 2);
}

static const gw_sim_property two_steps = {
    .name = "two_steps", .cluster = COUNTING, .seeds = 1, .run = fail_by_two_steps};

static void a_failure_is_shrunk_to_the_steps_it_takes(void **state)
{
    (void)state;
    char text[8192];
    assert_int_equal(check(&two_steps, text, sizeof text), 1);
    assert_non_null(strstr(text, "two_steps: seed 1 fails: "));
    assert_non_null(strstr(text, "not true: done < 2"));
    assert_non_null(strstr(text, "with 2 of its 30 steps"));
    assert_non_null(strstr(text, ": step number 23"));
    assert_non_null(strstr(text, "GW_SIM_ONLY=two_steps GW_SIM_SEED=1 GW_SIM_STEPS=7,23 "));
}

/* The second step alone fails in another way; the third changes ids and numbers, and what is told
 * in further lines, and nothing else. */
static void fail_in_two_ways(gw_sim *sim)
{
    bool first = gw_sim_step(sim, "first"), second = gw_sim_step(sim, "second");
    bool third = gw_sim_step(sim, "third");
    if (first && second)
        gw_sim_fail(sim, "client%u belongs to %s, which does not live%s", third ? 1 : 12,
                    third ? "AAAAAAAAAAAAAAAA" : "B.9_BBBBBBBBBBBB", third ? "\n    here" : "");
    if (second)
        gw_sim_fail(sim, "client1 belongs to nobody");
}

static void shrinking_keeps_to_the_failure_that_was_seen(void **state)
{
    (void)state;
    static const gw_sim_property property = {
        .name = "two_ways", .cluster = COUNTING, .seeds = 1, .run = fail_in_two_ways};
    char text[8192];
    assert_int_equal(check(&property, text, sizeof text), 1);
    assert_non_null(strstr(text, "client12 belongs to B.9_BBBBBBBBBBBB, which does not live\n"));
    assert_non_null(strstr(text, "with 2 of its 3 steps"));
}

static int replay_two_steps(void *steps)
{
    setenv("GW_SIM_ONLY", "two_steps", 1);
    setenv("GW_SIM_SEED", "1", 1);
    setenv("GW_SIM_STEPS", steps, 1);
    return gw_sim_check(&two_steps);
}

static int replay(const char *steps)
{
    pid_t pid;
    gw_err err = os_child_start(&(struct os_child_desc){.main = replay_two_steps,
                                                        .user = (void *)(uintptr_t)steps,
                                                        .is_silent = true},
                                &pid);
    assert_int_equal(err, GW_OK);
    return os_child_wait(pid);
}

static void the_printed_command_fails_again_and_no_less_does(void **state)
{
    (void)state;
    assert_int_equal(replay("7,23"), -SIGABRT);
    assert_int_equal(replay("0-29"), -SIGABRT);
    assert_int_equal(replay("0-22"), 0);
    assert_int_equal(replay(""), 0);
}

static void fail_when_a_gate_dies(gw_sim *sim)
{
    gw_sim_chaos(sim, GW_SIM_CUT | GW_SIM_KILL, 30, 3000);
    gw_sim_client *client = player_of(sim, 1);
    gw_sim_run(sim, 3000);
    GW_SIM_EXPECT(sim, gw_sim_is_open(client));
}

static void faults_are_shrunk_to_one(void **state)
{
    (void)state;
    static const gw_sim_property property = {
        .name = "deaths", .cluster = COUNTING, .seeds = 1, .run = fail_when_a_gate_dies};
    char text[8192];
    assert_int_equal(check(&property, text, sizeof text), 1);
    assert_non_null(strstr(text, "with 1 of its "));
}

static void end_by_a_signal(gw_sim *sim)
{
    if (gw_sim_step(sim, "it ends"))
        raise(SIGTERM);
}

static void a_process_that_ends_is_a_failure(void **state)
{
    (void)state;
    static const gw_sim_property property = {
        .name = "signal", .cluster = COUNTING, .seeds = 1, .run = end_by_a_signal};
    char text[8192];
    assert_int_equal(check(&property, text, sizeof text), 1);
    assert_non_null(strstr(text, "it is ended by signal 15"));
}

static void use_what_is_left_over(gw_sim *sim)
{
    static unsigned runs;
    runs++;
    for (unsigned i = 0; i < runs; i++)
        gw_sim_call(player_of(sim, 1), "Count", "");
}

static void static_variables_that_change_a_run_are_found_out(void **state)
{
    (void)state;
    static const gw_sim_property property = {
        .name = "left_over", .cluster = COUNTING, .seeds = 4, .run = use_what_is_left_over};
    char text[8192];
    assert_true(check(&property, text, sizeof text) > 0);
    assert_non_null(strstr(text, "two runs of one seed differ"));
}

#if defined(SANITIZE_ADDRESS)

/* Several times: where the last one lies may still stand in a register. */
static void lose_memory(void)
{
    for (unsigned i = 0; i < 10; i++)
        (void)mem_zalloc(100);
}

static void leak_with_seed_2(gw_sim *sim)
{
    if (sim->desc.seed == 2 && gw_sim_step(sim, "it leaks"))
        lose_memory();
}

/* Alone, a seed has two. */
static void leak_in_the_third_run(gw_sim *sim)
{
    static unsigned runs;
    (void)sim;
    if (++runs == 3)
        lose_memory();
}

static void a_leak_is_blamed_on_the_seed_that_has_it(void **state)
{
    (void)state;
    const gw_sim_property property = {
        .name = "leak", .cluster = COUNTING, .seeds = 3 * os_cores(), .run = leak_with_seed_2};
    char text[8192];
    assert_int_equal(check(&property, text, sizeof text), 1);
    assert_non_null(strstr(text, "leak: seed 2 fails: it leaks memory\n  with 1 of its 1 steps"));
}

static void a_leak_that_no_seed_has_alone_is_blamed_on_none(void **state)
{
    (void)state;
    const gw_sim_property property = {
        .name = "leak", .cluster = COUNTING, .seeds = 3 * os_cores(), .run = leak_in_the_third_run};
    char text[8192];
    assert_true(check(&property, text, sizeof text) > 0);
    assert_non_null(strstr(text, "leak: seeds 1 to 3 fail one behind the other, and none of them "
                                 "alone: it leaks memory\n"));
}

#endif

static void note_size(gw_sim *sim)
{
    bool has_second = sim->counts[NODE_GAME] == 2;
    if (gw_sim_step(sim, "size"))
        GW_SIM_EXPECT(sim, !has_second);
}

static void clusters_of_any_size_come_up(void **state)
{
    (void)state;
    static const gw_sim_property property = {
        .name = "size", .cluster = COUNTING, .any_size = true, .seeds = 20, .run = note_size};
    char text[8192];
    assert_true(check(&property, text, sizeof text) > 0);
}

/* ---- what the environment asks for ---------------------------------------------------------- */

static void hold(gw_sim *sim)
{
    if (gw_sim_step(sim, "nothing"))
        gw_sim_run(sim, 1);
}

/* `test_sim_simulator check`: a program of two properties that hold. */
static int check_two(void)
{
    static const gw_sim_property first = {
        .name = "first", .cluster = COUNTING, .seeds = 1, .run = hold};
    static const gw_sim_property second = {
        .name = "second", .cluster = COUNTING, .seeds = 1, .run = hold};
    return gw_sim_check(&first) + gw_sim_check(&second);
}

/* Returns its exit code under those variables; what it prints goes to `text`. */
static int check_with(const char *variables, char text[static 4096])
{
    char command[4096];
    snprintf(command, sizeof command, "%s '%s' check 2>&1", variables, program_invocation_name);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    text[fread(text, 1, 4095, output)] = '\0';
    int status = pclose(output);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void variables_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "GW_SIM_ONLY=third",
        "GW_SIM_SEEDS=0",
        "GW_SIM_SEEDS=many",
        "GW_SIM_SEEDS=-1",
        "GW_SIM_SEEDS=1000000001",
        "GW_SIM_SEED=abc",
        "GW_SIM_SEED=1x",
        "GW_SIM_SEED=99999999999999999999",
        "GW_SIM_STEPS=1",
        "GW_SIM_SEED=1 GW_SIM_STEPS=a",
        "GW_SIM_SEED=1 GW_SIM_STEPS=1,",
        "GW_SIM_SEED=1 GW_SIM_STEPS=3-1",
        "GW_SIM_SEED=1 GW_SIM_STEPS=1-",
        "GW_SIM_SEED=1 GW_SIM_STEPS=20000",
        "GW_SIM_LOG=loud",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char text[4096];
        const char *last = strrchr(refused[i], ' ');
        assert_int_equal(check_with(refused[i], text), 2);
        assert_non_null(strstr(text, last ? last + 1 : refused[i]));
    }
}

static void variables_that_make_sense_are_followed(void **state)
{
    (void)state;
    char text[4096];
    assert_int_equal(check_with("GW_SIM_ONLY=second", text), 0);
    assert_non_null(strstr(text, "second: 1 seeds hold\n"));
    assert_null(strstr(text, "first"));
    assert_int_equal(check_with("GW_SIM_ONLY= GW_SIM_SEEDS=3", text), 0);
    assert_non_null(strstr(text, "second: 3 seeds hold\n"));
    assert_int_equal(check_with("GW_SIM_SEED=7 GW_SIM_STEPS=", text), 0);
    assert_non_null(strstr(text, "second: seed 7 holds\n"));
    assert_int_equal(check_with("GW_SIM_SEED=7 GW_SIM_STEPS=0,2-19999", text), 0);
    assert_non_null(strstr(text, "step 0"));
    assert_int_equal(check_with("GW_SIM_ONLY=first GW_SIM_SEED=7 GW_SIM_LOG=info", text), 0);
    assert_non_null(strstr(text, "game1"));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "digest") == 0)
        return printf("%llu\n", (unsigned long long)digest_of(strtoull(argv[2], NULL, 10))) < 0;
    if (argc == 2 && strcmp(argv[1], "check") == 0)
        return check_two();
    unsetenv("GW_SIM_SEEDS"); /* properties that fail are meant to, with the seeds they name */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_calls_and_sees_every_type_of_value),
        cmocka_unit_test(a_test_looks_into_games_and_metrics),
        cmocka_unit_test(a_killed_game_loses_its_memory_and_not_the_database),
        cmocka_unit_test(what_a_killed_game_still_had_to_write_is_never_written),
        cmocka_unit_test(a_paused_process_answers_when_it_goes_on),
        cmocka_unit_test(a_client_can_be_parted_delayed_and_cut_off),
        cmocka_unit_test(a_stalled_client_sees_nothing_until_it_reads),
        cmocka_unit_test(a_database_that_fails_says_so),
        cmocka_unit_test(a_dispatcher_that_forgets_an_entity_is_found_out),
        cmocka_unit_test(a_client_that_knows_something_else_is_found_out),
        cmocka_unit_test(a_gate_that_gives_a_client_to_another_is_found_out),
        cmocka_unit_test(one_seed_is_one_run_here_and_in_another_process),
        cmocka_unit_test(a_failure_is_shrunk_to_the_steps_it_takes),
        cmocka_unit_test(shrinking_keeps_to_the_failure_that_was_seen),
        cmocka_unit_test(the_printed_command_fails_again_and_no_less_does),
        cmocka_unit_test(faults_are_shrunk_to_one),
        cmocka_unit_test(a_process_that_ends_is_a_failure),
        cmocka_unit_test(static_variables_that_change_a_run_are_found_out),
#if defined(SANITIZE_ADDRESS)
        cmocka_unit_test(a_leak_is_blamed_on_the_seed_that_has_it),
        cmocka_unit_test(a_leak_that_no_seed_has_alone_is_blamed_on_none),
#endif
        cmocka_unit_test(variables_that_make_no_sense_are_refused),
        cmocka_unit_test(variables_that_make_sense_are_followed),
        cmocka_unit_test(clusters_of_any_size_come_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
