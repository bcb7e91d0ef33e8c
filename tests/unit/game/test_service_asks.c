/* Questions to a service, in a game with two scripted dispatchers: the first serves the key
 * Service/Desk#0/EntityID, the second Service/Desk#0. */
#include "entity/state.h"
#include "rig.h"

#define HOST "Service/Desk#0"
#define ENTITY "Service/Desk#0/EntityID"
#define FAR_ID "AAAAAAAAAAAAAAAA"

typedef struct Door {
    gw_entity base;
} Door;
typedef struct Desk {
    gw_entity base;
} Desk;
extern const gw_entity_type Desk_type;

#define DESK_ASK(ASK) ASK(Desk, Price, GW_SERVER, ((i64, number)), ((i64, price)))
GW_ASK_DECLARE(DESK_ASK)
GW_SERVICE_ASK_DECLARE(DESK_ASK)

gw_err Desk_Price(Desk *self, int64_t number, int64_t *price)
{
    (void)self;
    *price = number * 10;
    return GW_OK;
}

#define DESK_RPC(RPC)
GW_RPC_DEFINE(Desk, DESK_RPC, DESK_ASK)
static const gw_entity_type Door_type = {.name = "Door", .size = sizeof(Door)};
const gw_entity_type Desk_type = {
    .name = "Desk", .size = sizeof(Desk), .methods = Desk_methods, .service_shards = 1};
static const gw_entity_type *const types[] = {&Door_type, &Desk_type, NULL};
static const gw_game game = {.types = types};

/* Both dispatchers have taken it in; they may be GoWorld's own. */
static struct rig *new_rig(bool is_strange)
{
    struct rig *r = rig_create(&game, "Door", 2);
    for (unsigned i = 0; i < 2; i++) {
        rig_connect(r, i, 70 + i);
        rig_take_in(r, i, true, NULL);
        if (!is_strange)
            rig_say_hello(r, i);
    }
    return r;
}

/* Another game has the desk. */
static struct rig *rig_of(bool is_strange)
{
    struct rig *r = new_rig(is_strange);
    rig_tell(r, 1, HOST, "game2");
    return r;
}

static unsigned desk_dispatcher(const struct rig *r)
{
    return id_dispatcher(id_str(FAR_ID), r->dispatchers);
}

/* What has come to somebody who asked. */
struct heard {
    unsigned times;
    gw_err err;
    int64_t price;
};

static void hear(void *argument, gw_err err, int64_t price)
{
    struct heard *heard = argument;
    *heard = (struct heard){heard->times + 1, err, price};
}

static gw_err ask(struct rig *r, gw_shards to, int64_t timeout_ms, int64_t number,
                  struct heard *heard)
{
    struct scope before = world_enter(game_world(r->game), NULL);
    gw_err err = Desk_service_ask_Price(to, timeout_ms, number, hear, heard);
    world_leave(game_world(r->game), before);
    return err;
}

static gw_err call(struct rig *r, int64_t number)
{
    struct scope before = world_enter(game_world(r->game), NULL);
    gw_err err = Desk_service_Price(gw_any_shard(), number);
    world_leave(game_world(r->game), before);
    return err;
}

static void assert_heard(const struct heard *heard, gw_err err, int64_t price)
{
    assert_int_equal(heard->times, 1);
    assert_int_equal(heard->err, err);
    assert_int_equal(heard->price, price);
}

static uint8_t number_of(struct view args)
{
    return args.data[2 + 4 + 8]; /* u16 count, VarBytes d3 + 8 bytes */
}

static uint64_t assert_asked(struct rig *r, uint8_t number)
{
    struct view payload;
    struct msg_ask m;
    assert_true(rig_next(r, desk_dispatcher(r), &payload));
    assert_true(msg_ask_read(payload, &m));
    assert_true(gw_id_equal(m.entity, id_str(FAR_ID)));
    assert_int_equal(number_of(m.args), number);
    return m.request;
}

static void assert_called(struct rig *r, uint8_t number)
{
    struct view payload;
    struct msg_call_entity_method m;
    assert_true(rig_next(r, desk_dispatcher(r), &payload));
    assert_true(msg_call_entity_method_read(payload, &m));
    assert_int_equal(number_of(m.args), number);
}

static void assert_silent(struct rig *r)
{
    struct view payload;
    assert_false(rig_next(r, desk_dispatcher(r), &payload));
}

static void give(struct rig *r, uint64_t request)
{
    static const uint8_t args[] = {1, 0, 9, 0, 0, 0, 0xd3, 0, 0, 0, 0, 0, 0, 0, 70};
    RECEIVE(&r->links[desk_dispatcher(r)], answer, .game = RIG_GAME, .request = request,
            .args = {args, sizeof args});
    rig_turn(r);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void a_known_shard_is_asked_at_once(void **state)
{
    (void)state;
    struct rig *r = rig_of(false);
    struct heard heard = {0};
    rig_tell(r, 0, ENTITY, FAR_ID);
    assert_int_equal(ask(r, gw_shard(0), 0, 7, &heard), GW_OK);
    give(r, assert_asked(r, 7));
    assert_heard(&heard, GW_OK, 70);
    rig_destroy(r);
}

static void questions_and_calls_wait_for_the_shard_and_keep_their_order(void **state)
{
    (void)state;
    struct rig *r = rig_of(false);
    struct heard first = {0}, second = {0};
    assert_int_equal(ask(r, gw_any_shard(), 0, 1, &first), GW_OK);
    assert_int_equal(call(r, 2), GW_OK);
    assert_int_equal(ask(r, gw_shard_of("x"), 0, 3, &second), GW_OK);
    rig_pass(r, 1000);
    assert_silent(r);
    rig_tell(r, 0, ENTITY, FAR_ID);
    uint64_t request = assert_asked(r, 1);
    assert_called(r, 2);
    give(r, assert_asked(r, 3));
    assert_int_equal(first.times, 0);
    give(r, request);
    assert_heard(&first, GW_OK, 70);
    assert_heard(&second, GW_OK, 70);
    rig_destroy(r);
}

static void each_waits_as_long_as_it_has_time(void **state)
{
    (void)state;
    struct rig *r = rig_of(false);
    struct heard patient = {0}, hasty = {0};
    assert_int_equal(ask(r, gw_any_shard(), 9000, 1, &patient), GW_OK);
    assert_int_equal(call(r, 2), GW_OK);
    assert_int_equal(ask(r, gw_any_shard(), 100, 3, &hasty), GW_OK);
    rig_pass(r, 100);
    assert_heard(&hasty, GW_ETIMEDOUT, 0);
    const struct world_stats *stats = world_stats(game_world(r->game));
    rig_pass(r, GW_SERVICE_WAIT_MS - 101);
    assert_int_equal(stats->service_calls_dropped.count, 0);
    rig_pass(r, 1);
    assert_int_equal(stats->service_calls_dropped.count, 1); /* questions end by their own time */
    rig_pass(r, 8999 - GW_SERVICE_WAIT_MS);
    assert_int_equal(patient.times, 0);
    rig_tell(r, 0, ENTITY, FAR_ID);
    give(r, assert_asked(r, 1));
    assert_silent(r);
    assert_heard(&patient, GW_OK, 70);
    rig_destroy(r);
}

static void a_question_whose_time_is_up_is_not_sent(void **state)
{
    (void)state;
    struct rig *r = rig_of(false);
    struct heard heard = {0};
    assert_int_equal(ask(r, gw_any_shard(), 3000, 1, &heard), GW_OK);
    r->clock.now_ms += 3000; /* the news comes before the turn in which it is noticed */
    rig_pass(r, 0);
    assert_heard(&heard, GW_ETIMEDOUT, 0);
    rig_tell(r, 0, ENTITY, FAR_ID);
    assert_silent(r);
    assert_int_equal(world_stats(game_world(r->game))->service_calls_dropped.count, 0);
    rig_destroy(r);
}

static void a_shard_of_this_game_answers_here(void **state)
{
    (void)state;
    struct rig *r = new_rig(false);
    struct heard heard = {0};
    assert_int_equal(ask(r, gw_any_shard(), 60000, 4, &heard), GW_OK);
    rig_pass(r, 400);
    rig_tell(r, 1, HOST, "game1");
    struct scope before = world_enter(game_world(r->game), NULL);
    gw_id id = gw_next(&Desk_type, NULL)->id;
    world_leave(game_world(r->game), before);
    RECEIVE(&r->links[id_dispatcher(id, 2)], call_entity_method, .entity = id); /* its fence */
    char text[17] = {0};
    memcpy(text, id.text, 16);
    rig_tell(r, 0, ENTITY, text);
    rig_turn(r);
    assert_heard(&heard, GW_OK, 40);
    rig_destroy(r);
}

static void a_dispatcher_that_knows_no_questions_is_an_error(void **state)
{
    (void)state;
    struct rig *r = rig_of(true);
    struct heard heard = {0};
    assert_int_equal(ask(r, gw_any_shard(), 0, 1, &heard), GW_OK);
    rig_tell(r, 0, ENTITY, FAR_ID);
    rig_turn(r);
    assert_heard(&heard, GW_EAWAY, 0);
    assert_int_equal(ask(r, gw_any_shard(), 0, 1, &heard), GW_EAWAY);
    rig_destroy(r);
}

static void a_game_that_stops_answers_what_waits(void **state)
{
    (void)state;
    struct rig *r = rig_of(false);
    struct heard heard = {0};
    assert_int_equal(ask(r, gw_any_shard(), 0, 1, &heard), GW_OK);
    rig_stop(r);
    assert_heard(&heard, GW_ECANCELED, 0);
    rig_destroy(r);
}

static void who_asks_too_much_is_told(void **state)
{
    (void)state;
    struct rig *r = rig_of(false);
    struct heard heard = {0};
    unsigned waiting = 0;
    while (ask(r, gw_any_shard(), 1000, 1, &heard) == GW_OK)
        waiting++;
    assert_int_equal(ask(r, gw_any_shard(), 1000, 1, &heard), GW_EFULL);
    assert_true(waiting > 1000);
    assert_int_equal(world_stats(game_world(r->game))->asks_waiting, waiting);
    rig_pass(r, 1000);
    assert_int_equal(heard.times, waiting);
    assert_int_equal(ask(r, gw_any_shard(), 1000, 1, &heard), GW_OK); /* there is room again */
    rig_destroy(r);
}

static void a_wrong_question_is_refused(void **state)
{
    (void)state;
    struct rig *r = rig_of(false);
    struct heard heard = {0};
    assert_int_equal(ask(r, gw_all_shards(), 0, 1, &heard), GW_EINVAL);
    assert_true(rig_logged(r, "all shards of a service cannot give one answer"));
    assert_int_equal(ask(r, gw_shard(1), 0, 1, &heard), GW_EINVAL);
    assert_int_equal(ask(r, gw_any_shard(), -1, 1, &heard), GW_EINVAL);
    assert_int_equal(ask(r, gw_any_shard(), GW_TIMER_DELAY_MS_MAX + 1, 1, &heard), GW_EINVAL);
    assert_int_equal(gw_service_shards(&Desk_type), 1);
    assert_int_equal(gw_service_shards(&Door_type), 0);
    rig_pass(r, 100000);
    assert_int_equal(heard.times, 0);
    rig_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_shard_is_asked_at_once),
        cmocka_unit_test(questions_and_calls_wait_for_the_shard_and_keep_their_order),
        cmocka_unit_test(each_waits_as_long_as_it_has_time),
        cmocka_unit_test(a_question_whose_time_is_up_is_not_sent),
        cmocka_unit_test(a_shard_of_this_game_answers_here),
        cmocka_unit_test(a_dispatcher_that_knows_no_questions_is_an_error),
        cmocka_unit_test(a_game_that_stops_answers_what_waits),
        cmocka_unit_test(who_asks_too_much_is_told),
        cmocka_unit_test(a_wrong_question_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
