/* Links break, and no process dies: then nothing that was accepted is lost, comes twice, or
 * overtakes another; and no client loses its connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <goworld/goworld.h>
#include <goworld/sim.h>

#define PEOPLE 6
#define ROUNDS 100
#define ID_BYTES 16

/* A client tells its Talker what to tell another one, which tells its own client. All is numbered:
 * by client, and by pair of Talkers. */
typedef struct Talker {
    gw_entity base;
    int64_t told; /* by its client: the last number */
} Talker;
extern const gw_entity_type Talker_type;

#define TALKER_RPC(RPC)                                                                            \
    RPC(Talker, Tell, GW_OWN_CLIENT, (i64, number), (id, whom), (i64, number_for_whom))            \
    RPC(Talker, Hear, GW_SERVER, (id, speaker), (i64, number))
GW_RPC_DECLARE(TALKER_RPC)
#define TALKER_CLIENT_RPC(RPC)                                                                     \
    RPC(Talker, Heard, (id, speaker), (i64, number))                                               \
    RPC(Talker, Wrong, (i64, number), (i64, expected))
GW_CLIENT_RPC_DECLARE(TALKER_CLIENT_RPC)

void Talker_Tell(Talker *self, int64_t number, gw_id whom, int64_t number_for_whom)
{
    GW_SET(self, told, self->told + 1);
    if (number != self->told)
        Talker_client_Wrong(gw_own_client(&self->base), number, self->told);
    Talker_call_Hear(whom, self->base.id, number_for_whom);
}

void Talker_Hear(Talker *self, gw_id speaker, int64_t number)
{
    Talker_client_Heard(gw_own_client(&self->base), speaker, number);
}

GW_RPC_DEFINE(Talker, TALKER_RPC)
static const gw_attr Talker_attrs[] = {GW_ATTR(Talker, told, 0), GW_ATTR_END};
const gw_entity_type Talker_type = {.name = "Talker",
                                    .size = sizeof(Talker),
                                    .attrs = Talker_attrs,
                                    .methods = Talker_methods,
                                    .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Talker_type, NULL};
static const gw_game talk = {.types = types};

/* ---- people --------------------------------------------------------------------------------- */

struct people {
    gw_sim *sim;
    gw_sim_client *client[PEOPLE];
    gw_id id[PEOPLE];
    int64_t told[PEOPLE];              /* by each client */
    int64_t told_whom[PEOPLE][PEOPLE]; /* by the first to the second */
};

static struct people all_come(gw_sim *sim)
{
    struct people p = {.sim = sim};
    for (unsigned i = 0; i < PEOPLE; i++)
        p.client[i] = gw_sim_connect(sim, 1 + i % 2);
    for (unsigned i = 0; i < PEOPLE; i++) {
        gw_sim_expect(p.client[i], "create Talker");
        p.id[i] = gw_sim_player(p.client[i]);
    }
    return p;
}

static void tell(struct people *p, unsigned who, unsigned whom)
{
    p->told[who]++;
    p->told_whom[who][whom]++;
    gw_sim_call(p->client[who], "Tell", "lel", p->told[who], p->id[whom], p->told_whom[who][whom]);
}

static void talk_at_random(struct people *p)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned who = (unsigned)gw_sim_random(p->sim, PEOPLE);
        unsigned whom = (unsigned)gw_sim_random(p->sim, PEOPLE);
        if (gw_sim_step(p->sim, "%u tells %u", who, whom))
            tell(p, who, whom);
        gw_sim_run(p->sim, (int64_t)gw_sim_random(p->sim, 60));
    }
}

/* ---- what came ------------------------------------------------------------------------------ */

static unsigned number_of(const struct people *p, const char *id)
{
    unsigned i = 0;
    while (i < PEOPLE - 1 && memcmp(p->id[i].text, id, ID_BYTES) != 0)
        i++;
    return i;
}

/* "Heard(ID,NUMBER)": the next of that speaker. */
static void check_heard(const struct people *p, unsigned listener, const char *line,
                        int64_t heard[PEOPLE])
{
    const char *id = line + strlen("Heard(");
    long long number = 0;
    unsigned speaker = number_of(p, id);
    sscanf(id + ID_BYTES, ",%lld", &number);
    heard[speaker]++;
    if (number != heard[speaker])
        gw_sim_fail(p->sim, "%u hears number %lld of %u, not %lld", listener, number, speaker,
                    (long long)heard[speaker]);
}

static void check_listener(const struct people *p, unsigned listener)
{
    int64_t heard[PEOPLE] = {0};
    const gw_sim_sight *sight;
    if (!gw_sim_is_open(p->client[listener]))
        gw_sim_fail(p->sim, "client %u has lost its connection", listener);
    for (size_t i = 0; (sight = gw_sim_sight_at(p->client[listener], i)); i++) {
        if (strncmp(sight->line, "Wrong", 5) == 0)
            gw_sim_fail(p->sim, "a call of client %u: %s", listener, sight->line);
        if (strncmp(sight->line, "Heard", 5) == 0)
            check_heard(p, listener, sight->line, heard);
    }
    for (unsigned speaker = 0; speaker < PEOPLE; speaker++)
        if (heard[speaker] != p->told_whom[speaker][listener])
            gw_sim_fail(p->sim, "%u hears %lld of what %u says %lld times", listener,
                        (long long)heard[speaker], speaker,
                        (long long)p->told_whom[speaker][listener]);
}

/* Everything that was told is heard once, and in order. */
static void deliver(gw_sim *sim, unsigned faults)
{
    struct people p = all_come(sim);
    gw_sim_chaos(sim, faults, 20, 3000);
    talk_at_random(&p);
    gw_sim_settle(sim);
    for (unsigned i = 0; i < PEOPLE; i++)
        check_listener(&p, i);
}

#define TEST(what_holds, word, faults)                                                             \
    static void word(gw_sim *sim)                                                                  \
    {                                                                                              \
        deliver(sim, faults);                                                                      \
    }                                                                                              \
    static void what_holds(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        static const gw_sim_property holds = {.name = #word,                                       \
                                              .cluster = {.dispatchers = 3,                        \
                                                          .games = 3,                              \
                                                          .gates = 2,                              \
                                                          .game = &talk,                           \
                                                          .boot_entity = "Talker"},                \
                                              .run = word};                                        \
        assert_int_equal(gw_sim_check(&holds), 0);                                                 \
    }

TEST(nothing_is_lost_when_all_is_slow, slow, GW_SIM_PAUSE | GW_SIM_PART | GW_SIM_DELAY)
TEST(nothing_is_lost_when_links_break, broken, GW_SIM_CUT)
TEST(nothing_is_lost_when_links_are_slow_and_break, slow_and_broken, GW_SIM_CUT | GW_SIM_DELAY)
TEST(nothing_is_lost_when_games_are_reloaded, reloaded, GW_SIM_RELOAD)
TEST(nothing_is_lost_when_games_are_reloaded_slowly, slowly_reloaded,
     GW_SIM_RELOAD | GW_SIM_DELAY | GW_SIM_PAUSE)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_when_all_is_slow),
        cmocka_unit_test(nothing_is_lost_when_links_break),
        cmocka_unit_test(nothing_is_lost_when_links_are_slow_and_break),
        cmocka_unit_test(nothing_is_lost_when_games_are_reloaded),
        cmocka_unit_test(nothing_is_lost_when_games_are_reloaded_slowly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
