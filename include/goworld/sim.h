/* The simulator: a whole cluster with its clients inside one test, in virtual time, from one seed.
 *
 * Any number of dispatchers, games and gates run over a network in memory. Links break, processes
 * die and come back, storage fails; the same seed gives the same run again, byte for byte. Link
 * with libgoworld_sim, which holds libgoworld as well. docs/guide/testing.md has a worked example.
 */
#pragma once

#include <goworld/game.h>

#define GW_SIM_PROCESSES_MAX 16u /* of each kind */

typedef struct gw_sim gw_sim;
typedef struct gw_sim_client gw_sim_client;

/* Zero is the default but for game and boot_entity, which are borrowed. */
typedef struct gw_sim_desc {
    uint64_t seed;
    unsigned dispatchers, games, gates;  /* of each up to GW_SIM_PROCESSES_MAX; 0: one */
    const gw_game *game;                 /* what every game process runs */
    const char *boot_entity;             /* the type that a new client gets */
    int64_t save_interval_ms;            /* 0: 5,000 */
    unsigned delay_us_min, delay_us_max; /* how long bytes travel; 0, 0: up to 5,000 */
    size_t client_send_queue_max;        /* bytes, as in goworld.ini; 0: 4 MiB */
} gw_sim_desc;

/* All processes have started and serve when it returns. */
gw_sim *gw_sim_create(const gw_sim_desc *desc);
/* Ends all faults, waits until the cluster is quiet, lets the games save and stop, and frees the
 * clients, too. The run fails when the processes then disagree about who is where. */
void gw_sim_destroy(gw_sim *sim);

/* ---- time, chance, failure ------------------------------------------------------------------ */

int64_t gw_sim_now_ms(const gw_sim *sim); /* virtual, since gw_sim_create began */
void gw_sim_run(gw_sim *sim, int64_t ms);
/* Runs until the condition holds (true), or for that long (false). It is asked after each step. */
bool gw_sim_run_until(gw_sim *sim, bool (*until)(void *argument), void *argument,
                      int64_t timeout_ms);

/* 0 to count - 1, from the seed. What a test chooses, it chooses by this. */
uint64_t gw_sim_random(gw_sim *sim, uint64_t count);

/* The run fails: prints the reason with the seed and ends the process. */
_Noreturn void gw_sim_fail(gw_sim *sim, const char *format, ...) GW_PRINTF(2, 3);
#define GW_SIM_EXPECT(sim, condition)                                                              \
    ((condition) ? (void)0                                                                         \
                 : gw_sim_fail((sim), "%s:%d: not true: %s", __FILE__, __LINE__, #condition))

/* ---- faults ---------------------------------------------------------------------------------
 *
 * Processes are called "dispatcher1", "game2", "gate1", and clients, in the order in which they
 * connected, "client1". An unknown name fails the run. */

/* Breaks the links between the two: what travels on them is lost. Processes dial again by
 * themselves, and send over the next link what the other end has not got. */
void gw_sim_cut(gw_sim *sim, const char *process, const char *other);
/* Nothing passes between the two, and nothing is lost, until they are joined again. */
void gw_sim_part(gw_sim *sim, const char *process, const char *other, bool parted);
/* Bytes between the two travel that long, or (0, 0) as usual again. */
void gw_sim_delay(gw_sim *sim, const char *process, const char *other, unsigned us_min,
                  unsigned us_max);

/* kill -9: what it has in memory is gone, what the database has is there. Destructors of its
 * entities (on_destroy) run all the same, so that no memory leaks, but nothing that they do leaves.
 * No effect on a dead one. */
void gw_sim_kill(gw_sim *sim, const char *process);
void gw_sim_start(gw_sim *sim, const char *process); /* again; no effect on one that lives */
bool gw_sim_lives(gw_sim *sim, const char *process);
/* Another process, of that program or (NULL) the same, takes over from the game, as `goworld
 * reload` does it; the cluster runs on until it has. GW_ECANCELED: the old one goes on, and why not
 * is a sentence ("": it has taken over), which lasts until the next reload. */
GW_NODISCARD gw_err gw_sim_reload(gw_sim *sim, const char *game, const gw_game *program);
const char *gw_sim_why_not_reloaded(gw_sim *sim, const char *game);
/* SIGSTOP and SIGCONT. */
void gw_sim_pause(gw_sim *sim, const char *process, bool paused);

/* The shared database: what it is asked fails that often, and takes up to so long. */
void gw_sim_storage(gw_sim *sim, unsigned fail_percent, unsigned slow_ms);

/* Ends every fault: links are joined, dead processes start again, storage works, clients read. */
void gw_sim_calm(gw_sim *sim);
/* Calm, and then at most 60 s until nothing travels any more and all processes agree; fails the run
 * when they do not agree. A game that is never silent gets 10 s. */
void gw_sim_settle(gw_sim *sim);

typedef enum gw_sim_fault {
    GW_SIM_CUT = 1u << 0,
    GW_SIM_PART = 1u << 1,
    GW_SIM_DELAY = 1u << 2,
    GW_SIM_PAUSE = 1u << 3,
    GW_SIM_KILL_DISPATCHER = 1u << 4,
    GW_SIM_KILL_GAME = 1u << 5,
    GW_SIM_KILL_GATE = 1u << 6,
    GW_SIM_STORAGE_FAILS = 1u << 7,
    GW_SIM_STORAGE_SLOW = 1u << 8,
    GW_SIM_STALL = 1u << 9, /* a client reads nothing for a while */
    GW_SIM_KILL = GW_SIM_KILL_DISPATCHER | GW_SIM_KILL_GAME | GW_SIM_KILL_GATE,
    GW_SIM_RELOAD = 1u << 10, /* of a game, by the same program */
    GW_SIM_ALL_FAULTS = (1u << 11) - 1,
} gw_sim_fault;

/* From now on faults of these kinds (gw_sim_fault) happen at random times, drawn from the seed and
 * `count` of them in that time, and each is over at its end. What is random here does not depend on
 * what the test does meanwhile. Each is a step; see gw_sim_step. */
void gw_sim_chaos(gw_sim *sim, unsigned faults, unsigned count, int64_t for_ms);

/* Whether to do what the sentence says: put what a failing run might do without behind it.
 *
 *     if (gw_sim_step(sim, "person %u talks", i))
 *         gw_sim_call(person, "SendChat", "s", text);
 *
 * True, until the search for the least that still fails leaves the step out. Draw random numbers
 * before it, so that what follows stays the same without the step. */
GW_NODISCARD bool gw_sim_step(gw_sim *sim, const char *format, ...) GW_PRINTF(2, 3);

/* ---- clients -------------------------------------------------------------------------------- */

/* Starts to connect to a gate (from 1). The client is freed with the simulator. */
gw_sim_client *gw_sim_connect(gw_sim *sim, unsigned gate);
void gw_sim_disconnect(gw_sim_client *client);          /* it leaves */
void gw_sim_stall(gw_sim_client *client, bool stalled); /* its connection is not read */
bool gw_sim_is_open(const gw_sim_client *client);

/* Calls a method of the client's player, or of any entity. `types` has one letter per argument:
 * s const char *, i int, l int64_t, f double, b bool (as int), e gw_id. What a client without
 * connection calls is gone. */
void gw_sim_call(gw_sim_client *client, const char *method, const char *types, ...);
void gw_sim_call_entity(gw_sim_client *client, gw_id entity, const char *method, const char *types,
                        ...);
/* Moves the client's player, as clients do: for the client it is there at once (gw_sim_sees), and
 * on the server where that lets it (gw_set_client_syncing). Without connection or player it is
 * gone; a number that is not finite fails the run, since no client sends such. */
void gw_sim_move(gw_sim_client *client, gw_vec3 position, float yaw);
/* Any packet, without its length: for tests that misbehave. */
void gw_sim_send(gw_sim_client *client, const void *payload, size_t size);

gw_id gw_sim_player(const gw_sim_client *client);            /* none: it has none */
const char *gw_sim_player_type(const gw_sim_client *client); /* "": it has none */
/* An attribute of the player, as the client knows it, written like an argument in a line below;
 * NULL: it knows none of that name. Lasts until the cluster runs on. */
const char *gw_sim_attr(const gw_sim_client *client, const char *name);

/* Whether the client knows the entity: its player, or another that it sees. *position (may be NULL)
 * is where the server has told it last that the entity is, or where it has moved its player since.
 */
bool gw_sim_sees(const gw_sim_client *client, gw_id entity, gw_vec3 *position);

/* What a client sees becomes a line each: "create Avatar", "OnRecvChat(ann,hello,3)",
 * "chatroom=1", "destroy Account", "closed: the peer closed the connection". Texts stand as they
 * are, lists as [1,2], maps as {a:1}. Changes inside an attribute: "bag.gold=5", "bag.gold
 * deleted", "bag.sword cleared", "friends.0=bob", "friends+=ann", "friends popped". */
size_t gw_sim_line_count(const gw_sim_client *client);
const char *gw_sim_line(const gw_sim_client *client, size_t index); /* "" beyond the end */

/* Runs until the line has come, behind those that were seen before; false after that time. */
GW_NODISCARD bool gw_sim_see(gw_sim_client *client, int64_t timeout_ms, const char *format, ...)
    GW_PRINTF(3, 4);
/* The same for at most 60 s; then the run fails, with what has come instead. */
void gw_sim_expect(gw_sim_client *client, const char *format, ...) GW_PRINTF(2, 3);
void gw_sim_look_again(gw_sim_client *client); /* gw_sim_see starts from the first line */
size_t gw_sim_times_seen(const gw_sim_client *client, const char *format, ...) GW_PRINTF(2, 3);

/* The same as values: walks what was seen. Everything lasts as long as the client. */
typedef enum gw_sim_sight_kind {
    GW_SIM_CREATED,   /* name: the entity's type */
    GW_SIM_DESTROYED, /* name: likewise */
    GW_SIM_CHANGED,   /* name: the attribute */
    GW_SIM_CALLED,    /* name: the method */
    GW_SIM_CLOSED,    /* name: why */
} gw_sim_sight_kind;

typedef struct gw_sim_sight {
    gw_sim_sight_kind kind;
    int64_t at_ms; /* as gw_sim_now_ms */
    gw_id entity;  /* none: a call to many, or closed */
    const char *name, *line;
} gw_sim_sight;
const gw_sim_sight *gw_sim_sight_at(const gw_sim_client *client, size_t index); /* NULL: no more */

/* ---- looking inside ------------------------------------------------------------------------- */

/* Runs a function as if a handler of that game called it: gw_find, gw_count and all others work.
 * While the game is between two processes the cluster runs on first. */
void gw_sim_in_game(gw_sim *sim, const char *game, void (*run)(void *argument), void *argument);
/* By its name on /metrics, without "goworld_": "game_entities". An unknown one fails the run. */
uint64_t gw_sim_metric(gw_sim *sim, const char *process, const char *name);
/* Warnings and errors of all processes so far; lasts until the cluster runs on. */
const char *gw_sim_log(const gw_sim *sim);
/* Changes with every byte that was delivered: equal for equal runs. */
uint64_t gw_sim_digest(const gw_sim *sim);

/* ---- many seeds ----------------------------------------------------------------------------- */

/* What has to hold whatever the seed. Only name, cluster and run are needed. */
typedef struct gw_sim_property {
    const char *name;    /* one word */
    gw_sim_desc cluster; /* the seed is filled in */
    bool any_size;       /* of each kind of process, one to as many as `cluster` says */
    unsigned seeds;      /* how many; 0: 20. GW_SIM_SEEDS in the environment says otherwise */
    void (*run)(gw_sim *sim);
} gw_sim_property;

/* Runs the property over its seeds on all cores, each in a child process. When a seed fails, by
 * gw_sim_fail, an assertion, a sanitizer or by hanging, the least of its steps that still fails is
 * searched, and printed with the command that replays it. Returns how many seeds have failed, at
 * most one per core: 0 is success. `run` must not be left otherwise than by returning: a test
 * framework's assertions do not belong there.
 *
 * GW_SIM_SEED=N runs that one seed, in this process; GW_SIM_STEPS=3,7 with only those steps,
 * GW_SIM_LOG=debug with the log of all processes; GW_SIM_ONLY=NAME skips all other properties. What
 * makes no sense in one of them ends the process with a sentence and exit code 2, as does, at its
 * exit, a NAME that no property of it has had. */
int gw_sim_check(const gw_sim_property *property);
