/* A gate among dispatchers of GoWorld's own, which say no HELLO. */
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"

static void expect_nothing_of_ours(struct fake_link *link)
{
    for (struct view payload; fake_link_next(link, &payload);)
        assert_true(msg_type_of(payload) < MSG_OWN_FIRST);
}

static void it_says_nothing_of_ours_to_them_but_its_hello(void **state)
{
    (void)state;
    struct world w;
    world_start_foreign(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    struct fake_link *link = &w.dispatchers[0];
    RECEIVE(link, create_entity_on_client, .gate = 3, .client = player.id, .is_player = true,
            .entity = id_str(ENTITY), .type = view_str("Hero"));
    RECEIVE(player.link, call_entity_method_from_client, .entity = id_str(ENTITY),
            .method = view_str("Hi"));
    for (unsigned i = 0; i < 100; i++)
        world_pass(&w, 400);
    fake_link_hang_up(player.link);
    struct msg_call_entity_method_from_client_forwarded call;
    EXPECT(link, call_entity_method_from_client_forwarded, &call);
    struct msg_notify_client_disconnected gone;
    EXPECT(link, notify_client_disconnected, &gone);
    assert_true(gw_id_equal(gone.owner, id_str(ENTITY)));
    expect_nothing_of_ours(link);
    assert_null(link->reason); /* that it says nothing is no reason to close it */
    world_stop(&w);
}

static void a_break_costs_the_clients_that_it_serves_and_it_registers_anew(void **state)
{
    (void)state;
    struct world w;
    world_start_foreign(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    struct fake_link *link = &w.dispatchers[0];
    fake_link_hang_up(link);
    assert_non_null(player.link->reason);
    world_pass(&w, 1000);
    fake_link_fini(link);
    fake_link_init(link, &w.pool);
    gate_dispatcher_up(w.g, 0, &link->link);
    struct msg_set_gate_id who;
    struct msg_hello hello;
    EXPECT(link, set_gate_id, &who);
    assert_int_equal(who.gate, 3);
    EXPECT(link, hello, &hello);
    expect_nothing_of_ours(link);
    world_stop(&w);
}

static void a_break_costs_no_client_that_another_serves(void **state)
{
    (void)state;
    struct world w;
    world_start_foreign(&w, (struct gate_desc){.dispatchers = 2});
    struct player player = world_player(&w);
    fake_link_hang_up(&w.dispatchers[1 - id_dispatcher(player.boot, 2)]);
    assert_null(player.link->reason);
    fake_link_hang_up(&w.dispatchers[id_dispatcher(player.boot, 2)]);
    assert_non_null(player.link->reason);
    world_stop(&w);
}

/* As games of GoWorld hand a client over: the new player says whose it is. */
static void the_owner_is_who_has_last_been_created_as_the_player(void **state)
{
    (void)state;
    struct world w;
    world_start_foreign(&w, (struct gate_desc){.dispatchers = 2});
    struct player player = world_player(&w);
    gw_id avatar = id_str("AAAAAAAAAAAAAAAB");
    struct fake_link *link = world_dispatcher(&w, avatar);
    RECEIVE(link, destroy_entity_on_client, .gate = 3, .client = player.id,
            .type = view_str("Account"), .entity = player.boot);
    RECEIVE(link, clear_clientproxy_filter_prop, .gate = 3, .client = player.id);
    RECEIVE(link, create_entity_on_client, .gate = 3, .client = player.id, .is_player = true,
            .entity = avatar, .type = view_str("Avatar"));
    RECEIVE(link, create_entity_on_client, .gate = 3, .client = player.id, .entity = id_str(ENTITY),
            .type = view_str("Monster"));
    fake_link_hang_up(player.link);
    struct msg_notify_client_disconnected gone;
    EXPECT(link, notify_client_disconnected, &gone);
    assert_true(gw_id_equal(gone.owner, avatar));
    assert_true(world_dispatchers_are_quiet(&w));
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_nothing_of_ours_to_them_but_its_hello),
        cmocka_unit_test(a_break_costs_the_clients_that_it_serves_and_it_registers_anew),
        cmocka_unit_test(a_break_costs_no_client_that_another_serves),
        cmocka_unit_test(the_owner_is_who_has_last_been_created_as_the_player),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
