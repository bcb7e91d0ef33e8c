/* A game that may have been given up by a dispatcher keeps its hands off what that serves; and what
 * it and the gates ask each other when a dispatcher was started again. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef struct Clock {
    gw_entity base;
    int64_t ticks;
    int64_t secret;
} Clock;

static const gw_attr Clock_attrs[] = {GW_ATTR(Clock, ticks, GW_CLIENT | GW_PERSISTENT),
                                      GW_ATTR(Clock, secret, GW_PERSISTENT), GW_ATTR_END};

#define CLOCK_RPC(RPC)                                                                             \
    RPC(Clock, Wind, GW_SERVER)                                                                    \
    RPC(Clock, Tick, GW_SERVER)                                                                    \
    RPC(Clock, Push, GW_SERVER, (id, whom))
GW_RPC_DECLARE(CLOCK_RPC)

void Clock_Wind(Clock *self)
{
    Clock_every_Tick(self, 100);
}

void Clock_Tick(Clock *self)
{
    GW_SET(self, ticks, self->ticks + 1);
}

void Clock_Push(Clock *self, gw_id whom)
{
    (void)self;
    Clock_call_Tick(whom);
}

GW_RPC_DEFINE(Clock, CLOCK_RPC)
static const gw_entity_type Clock_type = {.name = "Clock",
                                          .size = sizeof(Clock),
                                          .attrs = Clock_attrs,
                                          .methods = Clock_methods,
                                          .persistent = true};
static const gw_entity_type *const types[] = {&Clock_type, NULL};
static const gw_game clocks = {.types = types};

static int set_up(void **state)
{
    *state = fixture_create(&clocks, "Clock");
    return 0;
}

static int tear_down(void **state)
{
    fixture_destroy(*state);
    return 0;
}

static Clock *settled(struct fixture *f, const char *client)
{
    Clock *clock = (Clock *)fixture_connect(f, client);
    fixture_work(f);
    fixture_skip(f);
    return clock;
}

static void cut_off(struct fixture *f, bool is)
{
    f->is_cut_off = is;
    fixture_pass(f, 0);
}

static void timers_wait_until_it_is_heard_again(void **state)
{
    struct fixture *f = *state;
    Clock *clock = settled(f, "c1");
    fixture_call(f, clock->base.id, "Wind", "");
    fixture_pass(f, 100);
    assert_int_equal(clock->ticks, 1);
    cut_off(f, true);
    for (unsigned i = 0; i < 10; i++)
        fixture_pass(f, 100);
    assert_int_equal(clock->ticks, 1);
    cut_off(f, false);
    fixture_pass(f, 100);
    assert_int_equal(clock->ticks, 2);
}

static void nothing_is_saved_until_it_is_heard_again(void **state)
{
    struct fixture *f = *state;
    settled(f, "c1");
    uint64_t saves = storage_stats(f->storage)->saves;
    cut_off(f, true);
    fixture_pass(f, 300000);
    fixture_work(f);
    fixture_pass(f, 5000);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, saves);
    cut_off(f, false);
    fixture_pass(f, 1000);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, saves + 1);
}

static void a_last_save_waits_too_but_not_for_ever_when_the_game_stops(void **state)
{
    struct fixture *f = *state;
    settled(f, "c1");
    uint64_t saves = storage_stats(f->storage)->saves;
    cut_off(f, true);
    world_stop(f->world);
    for (unsigned i = 0; i < 4; i++) {
        fixture_pass(f, 1000);
        fixture_work(f);
    }
    assert_int_equal(storage_stats(f->storage)->saves, saves);
    assert_false(world_is_idle(f->world));
    fixture_pass(f, 1000);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, saves + 1);
    assert_true(world_is_idle(f->world));
}

/* It may live elsewhere: the dispatcher knows. */
static void calls_go_by_the_dispatcher_until_they_have_come_back(void **state)
{
    struct fixture *f = *state;
    Clock *one = settled(f, "c1"), *two = settled(f, "c2");
    const char *hex = fixture_hex(two->base.id);
    fixture_call(f, one->base.id, "Push", hex);
    assert_int_equal(two->ticks, 1);
    fixture_skip(f);
    cut_off(f, true);
    fixture_call(f, one->base.id, "Push", hex);
    assert_int_equal(two->ticks, 1);
    struct msg_call_entity_method fence, call;
    assert_true(msg_call_entity_method_read(fixture_next(f), &fence));
    assert_int_equal(fence.method.size, 0);
    assert_true(msg_call_entity_method_read(fixture_next(f), &call));
    assert_true(view_equals(call.method, "Tick"));
    cut_off(f, false);
    fixture_call(f, one->base.id, "Push", hex);
    assert_int_equal(two->ticks, 1); /* it must not overtake the other */
}

/* ---- asking --------------------------------------------------------------------------------- */

static void check_owner(struct fixture *f, gw_id entity, const char *client, bool has_player)
{
    struct buf b = {0};
    msg_check_owner_write(&b, &(struct msg_check_owner){.entity = entity,
                                                        .client = fixture_id(client),
                                                        .gate = FIXTURE_GATE,
                                                        .has_player = has_player});
    world_check_owner(f->world, (struct view){b.data, (uint32_t)b.size});
    buf_free(&b);
}

static void a_client_that_it_has_is_told_its_attributes_again(void **state)
{
    struct fixture *f = *state;
    Clock *clock = settled(f, "c1");
    check_owner(f, clock->base.id, "c1", true);
    struct msg_view_follows follow;
    assert_true(msg_view_follows_read(fixture_next(f), &follow));
    assert_true(gw_id_equal(follow.entity, clock->base.id));
    struct msg_notify_map_attr_change change;
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &change));
    assert_true(view_equals(change.key, "ticks"));
    assert_int_equal(fixture_next_type(f), 0); /* and nothing that it may not see */
}

static void a_client_that_never_saw_its_player_is_shown_it(void **state)
{
    struct fixture *f = *state;
    Clock *clock = settled(f, "c1");
    check_owner(f, clock->base.id, "c1", false);
    assert_int_equal(fixture_next_type(f), MSG_CREATE_ENTITY_ON_CLIENT);
    world_client_lost(f->world, clock->base.id, fixture_id("c1"));
    check_owner(f, clock->base.id, "c2", false); /* it was given one, and the word was lost */
    assert_int_equal(fixture_next_type(f), MSG_CREATE_ENTITY_ON_CLIENT);
    assert_true(gw_has_client(&clock->base));
}

static void a_client_of_another_or_of_nobody_is_closed(void **state)
{
    struct fixture *f = *state;
    Clock *clock = settled(f, "c1");
    check_owner(f, clock->base.id, "c2", true);
    assert_int_equal(fixture_next_type(f), MSG_CLOSE_CLIENT);
    check_owner(f, fixture_id("nobody"), "c2", true);
    assert_int_equal(fixture_next_type(f), MSG_CLOSE_CLIENT);
    world_check_owner(f->world, (struct view){(const uint8_t *)"\xd3\x0b", 2});
    assert_int_equal(world_stats(f->world)->entity_packets_bad.count, 1);
}

static void the_gates_are_asked_for_each_client(void **state)
{
    struct fixture *f = *state;
    Clock *clock = settled(f, "c1");
    settled(f, "c2");
    world_client_lost(f->world, fixture_id("bootc2"), fixture_id("c2"));
    fixture_skip(f);
    world_check_clients(f->world, fixture_concerns_all, NULL);
    struct msg_check_client m;
    assert_true(msg_check_client_read(fixture_next(f), &m));
    assert_true(gw_id_equal(m.entity, clock->base.id));
    assert_true(gw_id_equal(m.client, fixture_id("c1")));
    assert_int_equal(m.gate, FIXTURE_GATE);
    assert_int_equal(fixture_next_type(f), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(timers_wait_until_it_is_heard_again),
        TEST(nothing_is_saved_until_it_is_heard_again),
        TEST(a_last_save_waits_too_but_not_for_ever_when_the_game_stops),
        TEST(calls_go_by_the_dispatcher_until_they_have_come_back),
        TEST(a_client_that_it_has_is_told_its_attributes_again),
        TEST(a_client_that_never_saw_its_player_is_shown_it),
        TEST(a_client_of_another_or_of_nobody_is_closed),
        TEST(the_gates_are_asked_for_each_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
