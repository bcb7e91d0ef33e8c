/* A game comes to rest, goes on in another process, or goes on where it is. */
#include "cluster/session.h"
#include "rig.h"

#include <goworld/goworld.h>

#include <stdlib.h>

#define CLIENT "awNEKGhsggslAAAB"
#define ENTITY "awNEKGhsggslAAAC"
#define GATE 7

typedef struct Account {
    gw_entity base;
    int64_t said;
} Account;

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Say, GW_SERVER, (i64, number))                                                    \
    RPC(Account, Leave, GW_SERVER)                                                                 \
    RPC(Account, Sleep, GW_FIBER, (i64, ms))
GW_RPC_DECLARE(ACCOUNT_RPC)

void Account_Say(Account *self, int64_t number)
{
    self->said = self->said * 10 + number;
}

void Account_Leave(Account *self)
{
    assert_int_equal(gw_enter_space(&self->base, gw_nil_space_id(2), (gw_vec3){0}), GW_OK);
}

void Account_Sleep(Account *self, int64_t ms)
{
    self->said = gw_await_sleep(ms) ? 0 : self->said;
}

GW_RPC_DEFINE(Account, ACCOUNT_RPC)
static const gw_attr Account_attrs[] = {GW_ATTR(Account, said, 0), GW_ATTR_END};
static const gw_entity_type Account_type = {
    .name = "Account", .size = sizeof(Account), .attrs = Account_attrs, .methods = Account_methods};
static const gw_entity_type *const types[] = {&Account_type, NULL};
static const gw_game game = {.types = types};

/* ---- helpers -------------------------------------------------------------------------------- */

struct stage {
    struct rig *r;
    gw_id id; /* of an entity with a client */
};

static gw_id id_of(const char *text)
{
    gw_id id;
    memcpy(id.text, text, sizeof id.text);
    return id;
}

static struct stage begin(void)
{
    struct stage s = {rig_create(&game, "Account", 1), id_of(ENTITY)};
    rig_connect(s.r, 0, 5);
    rig_take_in(s.r, 0, 1, NULL);
    rig_say_hello(s.r, 0);
    RECEIVE(&s.r->links[0], notify_gate_hello, .gate = GATE);
    RECEIVE(&s.r->links[0], connect_client, .client = id_of(CLIENT), .boot_entity = s.id,
            .gate = GATE);
    rig_turn(s.r);
    fake_link_skip(&s.r->links[0]);
    return s;
}

static int64_t said(const struct stage *s)
{
    const gw_entity *e = world_find(game_world(s->r->game), s->id);
    assert_non_null(e);
    return ((const Account *)e)->said;
}

static void say(const struct stage *s, unsigned number)
{
    uint8_t args[] = {1, 0, 1, 0, 0, 0, (uint8_t)number};
    RECEIVE(&s->r->links[0], call_entity_method, .entity = s->id, .method = view_str("Say"),
            .args = {args, sizeof args});
}

static void sleep_for(const struct stage *s, uint16_t ms)
{
    uint8_t args[] = {1, 0, 3, 0, 0, 0, 0xcd, (uint8_t)(ms >> 8), (uint8_t)ms};
    RECEIVE(&s->r->links[0], call_entity_method, .entity = s->id, .method = view_str("Sleep"),
            .args = {args, sizeof args});
}

/* To game 2, which does not say yet that it has come. Returns what was sent; the caller frees it.
 */
static struct buf leave(const struct stage *s)
{
    struct buf sent = {0};
    const gw_id nil = gw_nil_space_id(2);
    struct fake_link *link = &s->r->links[0];
    RECEIVE(link, call_entity_method, .entity = s->id, .method = view_str("Leave"),
            .args = {(const uint8_t *)"\0\0", 2});
    rig_turn(s->r);
    RECEIVE(link, query_space_gameid_for_migrate_ack, .space = nil, .entity = s->id, .game = 2);
    RECEIVE(link, migrate_request_ack, .entity = s->id, .space = nil, .space_game = 2);
    rig_pass(s->r, 10);
    assert_null(world_find(game_world(s->r->game), s->id));
    for (struct view payload; rig_next(s->r, 0, &payload);)
        if (msg_type_of(payload) == MSG_REAL_MIGRATE)
            buf_append(&sent, payload.data, payload.size);
    fake_link_skip(link);
    return sent;
}

/* How often the game sends one away, until there is nothing more to read. */
static unsigned count_leavers(const struct stage *s)
{
    unsigned count = 0;
    for (struct view payload; rig_next(s->r, 0, &payload);)
        count += msg_type_of(payload) == MSG_REAL_MIGRATE;
    return count;
}

/* The game has asked the dispatcher to hold everything. */
static void expect_asked(const struct stage *s)
{
    struct view payload;
    assert_true(rig_next(s->r, 0, &payload));
    assert_int_equal(msg_type_of(payload), MSG_START_FREEZE_GAME);
    assert_false(rig_next(s->r, 0, &payload));
}

static void come_to_rest(const struct stage *s)
{
    game_come_to_rest(s->r->game);
    rig_pass(s->r, 1);
    rig_pass(s->r, 1);
    assert_int_equal(game_rest(s->r->game), GAME_COMES_TO_REST);
    expect_asked(s);
}

static void answer(const struct stage *s)
{
    RECEIVE(&s->r->links[0], start_freeze_game_ack, .dispatcher = 1);
    assert_int_equal(game_rest(s->r->game), GAME_RESTS);
}

static void expect_called_off(const struct stage *s, const char *why)
{
    assert_int_equal(game_rest(s->r->game), GAME_RUNS);
    assert_non_null(strstr(game_why_no_rest(s->r->game), why));
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void it_goes_on_in_another_process(void **state)
{
    (void)state;
    struct stage s = begin();
    say(&s, 1);
    come_to_rest(&s);
    say(&s, 2);
    assert_int_equal(said(&s), 1);
    answer(&s);
    rig_pass(s.r, 500);
    struct view payload;
    assert_false(rig_next(s.r, 0, &payload));
    struct buf frozen = {0};
    game_freeze(s.r->game, &frozen);
    rig_succeed(s.r, &frozen);
    buf_free(&frozen);
    struct msg_set_game_id who;
    rig_dialled(s.r, 0);
    EXPECT(&s.r->links[0], set_game_id, &who);
    assert_true(who.is_restore);
    rig_take_in(s.r, 0, 1, NULL);
    rig_turn(s.r);
    assert_int_equal(said(&s), 1); /* what was held waits for the HELLO */
    rig_say_hello(s.r, 0);
    say(&s, 3);
    rig_turn(s.r);
    assert_int_equal(said(&s), 123);
    struct msg_check_client check;
    do
        assert_true(rig_next(s.r, 0, &payload));
    while (!msg_check_client_read(payload, &check));
    assert_true(gw_id_equal(check.client, id_of(CLIENT)));
    rig_destroy(s.r);
}

static void what_is_restored_by_a_foreign_dispatcher_waits_for_no_hello(void **state)
{
    (void)state;
    struct stage s = begin();
    come_to_rest(&s);
    say(&s, 4);
    answer(&s);
    struct buf frozen = {0};
    game_freeze(s.r->game, &frozen);
    rig_succeed(s.r, &frozen);
    buf_free(&frozen);
    rig_dialled(s.r, 0);
    rig_take_in(s.r, 0, 1, NULL);
    rig_turn(s.r);
    rig_pass(s.r, 499);
    assert_int_equal(said(&s), 0);
    rig_pass(s.r, 1);
    assert_int_equal(said(&s), 4);
    rig_destroy(s.r);
}

/* It had read all, and who has left may have come back since: of an older journey it must not hear
 * anew. One that was started meanwhile has read nothing. */
static void who_has_left_is_sent_again_only_to_a_dispatcher_of_another_life(void **state)
{
    (void)state;
    for (unsigned restarts = 0; restarts < 2; restarts++) {
        struct stage s = begin();
        struct buf frozen = {0}, sent = leave(&s);
        buf_free(&sent);
        come_to_rest(&s);
        answer(&s);
        game_freeze(s.r->game, &frozen);
        rig_succeed(s.r, &frozen);
        buf_free(&frozen);
        rig_connect(s.r, 0, 5 + restarts);
        rig_take_in(s.r, 0, 1, NULL);
        rig_say_hello(s.r, 0);
        rig_turn(s.r);
        assert_int_equal(count_leavers(&s), restarts);
        rig_destroy(s.r);
    }
}

/* Who had left has come back while everything was held, and the dispatcher was started anew. */
static struct stage begin_with_one_that_is_held(void)
{
    struct stage s = begin();
    struct buf frozen = {0}, sent = leave(&s);
    come_to_rest(&s);
    fake_link_receive(&s.r->links[0], sent.data, sent.size);
    answer(&s);
    game_freeze(s.r->game, &frozen);
    rig_succeed(s.r, &frozen);
    rig_dialled(s.r, 0);
    s.r->epochs[0] = 6;
    buf_free(&frozen);
    buf_free(&sent);
    return s;
}

static void who_came_while_everything_was_held_is_claimed(void **state)
{
    (void)state;
    struct stage s = begin_with_one_that_is_held();
    struct msg_set_game_id who;
    EXPECT(&s.r->links[0], set_game_id, &who);
    assert_non_null(memmem(who.entities.data, who.entities.size, ENTITY, 16));
    rig_take_in(s.r, 0, 1, NULL);
    rig_say_hello(s.r, 0);
    rig_turn(s.r);
    assert_int_equal(count_leavers(&s), 0); /* it is no leaver any more */
    assert_non_null(world_find(game_world(s.r->game), s.id));
    rig_destroy(s.r);
}

static void who_lives_elsewhere_by_now_does_not_come_to_life(void **state)
{
    (void)state;
    struct stage s = begin_with_one_that_is_held();
    say(&s, 1); /* that stays */
    RECEIVE(&s.r->links[0], set_game_id_ack, .dispatcher = 1, .rejected = view_str(ENTITY),
            .registry = {(const uint8_t *)"\0\0\0\0", 4});
    rig_say_hello(s.r, 0);
    rig_turn(s.r);
    assert_null(world_find(game_world(s.r->game), s.id));
    rig_destroy(s.r);
}

static void who_answers_in_time_is_waited_for(void **state)
{
    (void)state;
    struct stage s = begin();
    sleep_for(&s, 300);
    game_come_to_rest(s.r->game);
    rig_pass(s.r, 100);
    say(&s, 1); /* it goes on as ever */
    assert_int_equal(said(&s), 1);
    rig_pass(s.r, 200);
    rig_pass(s.r, 1);
    expect_asked(&s);
    answer(&s);
    game_call_off_rest(s.r->game, "the test is over");
    rig_destroy(s.r);
}

static void a_fiber_that_does_not_end_calls_it_off(void **state)
{
    (void)state;
    struct stage s = begin();
    sleep_for(&s, 60000);
    game_come_to_rest(s.r->game);
    rig_pass(s.r, 9999);
    assert_int_equal(game_rest(s.r->game), GAME_COMES_TO_REST);
    rig_pass(s.r, 1);
    expect_called_off(&s, "Sleep of Account/" ENTITY " still awaits something");
    assert_true(rig_logged(s.r, "rest_called_off"));
    say(&s, 1);
    assert_int_equal(said(&s), 1);
    rig_destroy(s.r);
}

static void a_dispatcher_that_does_not_answer_calls_it_off(void **state)
{
    (void)state;
    struct stage s = begin();
    come_to_rest(&s);
    say(&s, 1);
    say(&s, 2);
    rig_pass(s.r, 3000);
    expect_called_off(&s, "a dispatcher has not answered in time");
    assert_int_equal(said(&s), 12);
    struct view payload;
    assert_true(rig_next(s.r, 0, &payload));
    assert_int_equal(msg_type_of(payload), MSG_CANCEL_FREEZE_GAME);
    rig_destroy(s.r);
}

static void a_dispatcher_that_is_lost_calls_it_off(void **state)
{
    (void)state;
    struct stage s = begin();
    come_to_rest(&s);
    say(&s, 1);
    rig_hang_up(s.r, 0);
    rig_pass(s.r, 1);
    expect_called_off(&s, "a dispatcher");
    assert_int_equal(said(&s), 1);
    rig_destroy(s.r);
}

static void one_that_rests_can_be_called_back(void **state)
{
    (void)state;
    struct stage s = begin();
    come_to_rest(&s);
    say(&s, 7);
    answer(&s);
    game_call_off_rest(s.r->game, "the disk is full");
    expect_called_off(&s, "the disk is full");
    assert_int_equal(said(&s), 7);
    rig_destroy(s.r);
}

static gw_err restore(const void *bytes, size_t size, const char *why)
{
    char *error = NULL;
    struct rig *other = rig_create(&game, "Account", 1);
    gw_err err = game_restore(other->game, (struct view){bytes, (uint32_t)size}, &error);
    if (err && why)
        assert_non_null(strstr(error, why));
    free(error);
    game_abandon(other->game);
    game_destroy(other->game);
    other->game = NULL;
    rig_destroy(other);
    return err;
}

static void damage_is_seen(void **state)
{
    (void)state;
    struct stage s = begin();
    come_to_rest(&s);
    say(&s, 7);
    answer(&s);
    struct buf frozen = {0};
    game_freeze(s.r->game, &frozen);
    assert_int_equal(restore(frozen.data, frozen.size, NULL), GW_OK);
    for (size_t size = 0; size < frozen.size; size++)
        assert_int_equal(restore(frozen.data, size, size < 8 ? "no frozen game" : "cut off"),
                         GW_EPROTO);
    for (size_t at = 0; at < frozen.size; at++) {
        frozen.data[at] ^= 1;
        assert_int_equal(restore(frozen.data, frozen.size, NULL), GW_EPROTO);
        frozen.data[at] ^= 1;
    }
    buf_free(&frozen);
    game_call_off_rest(s.r->game, "the test is over");
    rig_destroy(s.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_on_in_another_process),
        cmocka_unit_test(what_is_restored_by_a_foreign_dispatcher_waits_for_no_hello),
        cmocka_unit_test(who_has_left_is_sent_again_only_to_a_dispatcher_of_another_life),
        cmocka_unit_test(who_came_while_everything_was_held_is_claimed),
        cmocka_unit_test(who_lives_elsewhere_by_now_does_not_come_to_life),
        cmocka_unit_test(who_answers_in_time_is_waited_for),
        cmocka_unit_test(a_fiber_that_does_not_end_calls_it_off),
        cmocka_unit_test(a_dispatcher_that_does_not_answer_calls_it_off),
        cmocka_unit_test(a_dispatcher_that_is_lost_calls_it_off),
        cmocka_unit_test(one_that_rests_can_be_called_back),
        cmocka_unit_test(damage_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
