/* Clients that call a game which does not read: their gates pause them until it does. */
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define OTHER "awNEKGhsggslAAAD"
#define CLIENT "awNEKGhsggslAAAB"
#define SECOND "awNEKGhsggslAAAE"

static struct world w;
static struct fake_link *gate, *slow, *quick;

static void set_up(void)
{
    world_start(&w, (struct dispatcher_desc){.limits = {.game_queue_soft_bytes = 10000}});
    gate = world_gate(&w, 4);
    slow = world_game(&w, 1);
    quick = world_game(&w, 2);
    RECEIVE(slow, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(quick, notify_create_entity, .entity = id_str(OTHER));
}

static void call(struct fake_link *from, const char *client, const char *entity, size_t bytes)
{
    static const uint8_t zeros[20000];
    struct buf args = {0};
    write_u16(&args, 1);
    write_var(&args, zeros, bytes);
    RECEIVE(from, call_entity_method_from_client_forwarded, .entity = id_str(entity),
            .method = view_str("Do"), .args = {args.data, (uint32_t)args.size},
            .client = id_str(client));
    buf_free(&args);
}

static void expect_paused(const char *client)
{
    struct msg_pause_client m;
    EXPECT(gate, pause_client, &m);
    assert_int_equal(m.gate, 4);
    assert_memory_equal(m.client.text, client, 16);
}

static void expect_resumed(const char *client)
{
    struct msg_resume_client m;
    EXPECT(gate, resume_client, &m);
    assert_int_equal(m.gate, 4);
    assert_memory_equal(m.client.text, client, 16);
}

static void callers_of_a_game_that_does_not_read_are_paused_and_no_others(void **state)
{
    (void)state;
    set_up();
    call(gate, CLIENT, ENTITY, 9000);
    assert_true(fake_link_is_quiet(gate));
    call(gate, CLIENT, ENTITY, 9000);
    expect_paused(CLIENT);
    call(gate, CLIENT, ENTITY, 9000); /* was on its way */
    call(gate, SECOND, OTHER, 9000);
    fake_link_skip(quick);
    call(gate, SECOND, OTHER, 9000);
    assert_true(fake_link_is_quiet(gate));
    call(gate, SECOND, ENTITY, 10);
    expect_paused(SECOND);
    assert_int_equal(dispatcher_stats(w.d)->pressed_clients, 2);

    assert_int_equal(dispatcher_turn(w.d), w.clock.now_ms + 10);
    assert_true(fake_link_is_quiet(gate));
    fake_link_skip(slow);
    dispatcher_turn(w.d);
    expect_resumed(CLIENT);
    expect_resumed(SECOND);
    assert_int_equal(dispatcher_stats(w.d)->pressed_clients, 0);
    assert_int_equal(dispatcher_turn(w.d), CLOCK_NEVER);
    world_stop(&w);
}

static void a_game_that_is_gone_holds_nobody(void **state)
{
    (void)state;
    set_up();
    call(gate, CLIENT, ENTITY, 19000);
    expect_paused(CLIENT);
    fake_link_hang_up(slow);
    expect_resumed(CLIENT);
    assert_int_equal(dispatcher_stats(w.d)->pressed_clients, 0);
    world_stop(&w);
}

static void the_clients_of_a_gate_that_is_gone_are_forgotten(void **state)
{
    (void)state;
    set_up();
    struct fake_link *other = world_gate(&w, 5);
    call(gate, CLIENT, ENTITY, 19000);
    call(other, SECOND, ENTITY, 10);
    fake_link_hang_up(gate);
    assert_int_equal(dispatcher_stats(w.d)->pressed_clients, 1);
    fake_link_skip(other);
    fake_link_skip(slow);
    dispatcher_turn(w.d);
    struct msg_resume_client m;
    EXPECT(other, resume_client, &m);
    assert_int_equal(m.gate, 5);
    world_stop(&w);
}

/* It would not know what it is told, and its clients are only limited by the queue. */
static void a_gate_without_our_messages_is_told_nothing(void **state)
{
    (void)state;
    set_up();
    struct fake_link *foreign = world_connect(&w);
    RECEIVE(foreign, set_gate_id, .gate = 6);
    fake_link_skip(foreign);
    call(foreign, CLIENT, ENTITY, 19000);
    assert_true(fake_link_is_quiet(foreign));
    assert_int_equal(dispatcher_stats(w.d)->no_gate.count, 0);
    world_stop(&w);
}

static void the_dispatcher_may_end_while_clients_are_paused(void **state)
{
    (void)state;
    set_up();
    call(gate, CLIENT, ENTITY, 19000);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callers_of_a_game_that_does_not_read_are_paused_and_no_others),
        cmocka_unit_test(a_game_that_is_gone_holds_nobody),
        cmocka_unit_test(the_clients_of_a_gate_that_is_gone_are_forgotten),
        cmocka_unit_test(a_gate_without_our_messages_is_told_nothing),
        cmocka_unit_test(the_dispatcher_may_end_while_clients_are_paused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
