/* Clients that move their players: what they see themselves, what others see, and what games allow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <goworld/goworld.h>
#include <goworld/sim.h>

#define GATES 2u

typedef struct Runner {
    gw_entity base;
} Runner;
extern const gw_entity_type Runner_type;

#define RUNNER_RPC(RPC)                                                                            \
    RPC(Runner, Enter, GW_OWN_CLIENT, (id, field))                                                 \
    RPC(Runner, Let, GW_OWN_CLIENT, (bool, may))                                                   \
    RPC(Runner, Ask, GW_OWN_CLIENT)
GW_RPC_DECLARE(RUNNER_RPC)
#define RUNNER_CLIENT_RPC(RPC)                                                                     \
    RPC(Runner, Entered)                                                                           \
    RPC(Runner, Answered, (f64, x), (f64, yaw))
GW_CLIENT_RPC_DECLARE(RUNNER_CLIENT_RPC)

/* ---- the game -------------------------------------------------------------------------------- */

void Runner_Enter(Runner *self, gw_id field)
{
    (void)!gw_enter_space(&self->base, field, (gw_vec3){0, 0, 0});
}

void Runner_Let(Runner *self, bool may)
{
    gw_set_client_syncing(&self->base, may);
}

void Runner_Ask(Runner *self)
{
    Runner_client_Answered(gw_own_client(&self->base), (double)gw_position(&self->base).x,
                           (double)gw_yaw(&self->base));
}

static void entered(gw_entity *entity)
{
    if (gw_space_kind(gw_space(entity)))
        Runner_client_Entered(gw_own_client(entity));
}

GW_RPC_DEFINE(Runner, RUNNER_RPC)
const gw_entity_type Runner_type = {.name = "Runner",
                                    .size = sizeof(Runner),
                                    .methods = Runner_methods,
                                    .on_client_lost = gw_destroy,
                                    .on_enter_space = entered};

static void open_field(gw_entity *space)
{
    if (gw_space_kind(space))
        (void)!gw_enable_aoi(space, 100);
}

static const gw_entity_type Field_type = {
    .name = "Field", .size = sizeof(gw_entity), .on_created = open_field};
static const gw_entity_type *const types[] = {&Runner_type, NULL};
static const gw_game game = {.types = types, .space = &Field_type};

/* ---- played ---------------------------------------------------------------------------------- */

static gw_sim *start(void)
{
    return gw_sim_create(
        &(gw_sim_desc){.seed = 7, .gates = GATES, .game = &game, .boot_entity = "Runner"});
}

static void make_field(void *id)
{
    *(gw_id *)id = gw_create_space(1)->id;
}

/* One on each gate, all in one field, and each sees the others. */
static void gather(gw_sim *sim, gw_sim_client *runners[GATES])
{
    gw_id field;
    gw_sim_in_game(sim, "game1", make_field, &field);
    for (unsigned i = 0; i < GATES; i++) {
        runners[i] = gw_sim_connect(sim, 1 + i);
        gw_sim_expect(runners[i], "create Runner");
        gw_sim_call(runners[i], "Enter", "e", field);
        gw_sim_expect(runners[i], "Entered()");
    }
    gw_sim_settle(sim);
}

static gw_vec3 place_of(const gw_sim_client *viewer, const gw_sim_client *runner)
{
    gw_vec3 place = {0, 0, 0};
    assert_true(gw_sim_sees(viewer, gw_sim_player(runner), &place));
    return place;
}

static void assert_is_at(const gw_sim_client *viewer, const gw_sim_client *runner, gw_vec3 place)
{
    gw_vec3 known = place_of(viewer, runner);
    assert_true(known.x == place.x && known.y == place.y && known.z == place.z);
}

static void others_see_where_a_client_moves_its_player(void **state)
{
    (void)state;
    gw_sim *sim = start();
    gw_sim_client *runners[GATES];
    gather(sim, runners);
    gw_sim_call(runners[0], "Let", "b", true);
    gw_sim_settle(sim);
    gw_sim_move(runners[0], (gw_vec3){3, 4, 5}, 90);
    assert_is_at(runners[0], runners[0], (gw_vec3){3, 4, 5}); /* at once */
    gw_sim_settle(sim);
    assert_is_at(runners[0], runners[0], (gw_vec3){3, 4, 5});
    assert_is_at(runners[1], runners[0], (gw_vec3){3, 4, 5});
    gw_sim_call(runners[0], "Ask", "");
    gw_sim_expect(runners[0], "Answered(3,90)");
    gw_sim_destroy(sim);
}

static void a_game_that_does_not_let_clients_move_takes_no_position(void **state)
{
    (void)state;
    gw_sim *sim = start();
    gw_sim_client *runners[GATES];
    gather(sim, runners);
    gw_sim_move(runners[0], (gw_vec3){3, 4, 5}, 90);
    gw_sim_call(runners[0], "Ask", "");
    gw_sim_expect(runners[0], "Answered(0,0)");
    assert_is_at(runners[1], runners[0], (gw_vec3){0, 0, 0});
    assert_true(gw_sim_is_open(runners[0]));
    gw_sim_disconnect(runners[0]); /* it believes to be elsewhere */
    gw_sim_destroy(sim);
}

static void without_player_or_connection_nothing_moves(void **state)
{
    (void)state;
    gw_sim *sim = start();
    gw_sim_client *runner = gw_sim_connect(sim, 1);
    gw_sim_move(runner, (gw_vec3){3, 4, 5}, 90);
    gw_sim_expect(runner, "create Runner");
    assert_is_at(runner, runner, (gw_vec3){0, 0, 0});
    gw_sim_disconnect(runner);
    gw_sim_move(runner, (gw_vec3){3, 4, 5}, 90);
    gw_sim_settle(sim);
    assert_int_equal(gw_sim_metric(sim, "gate1", "gate_client_positions_total"), 0);
    gw_sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_see_where_a_client_moves_its_player),
        cmocka_unit_test(a_game_that_does_not_let_clients_move_takes_no_position),
        cmocka_unit_test(without_player_or_connection_nothing_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
