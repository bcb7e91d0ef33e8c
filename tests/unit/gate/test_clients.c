/* What clients send, and what becomes of it. */
#include "world.h"

#include "cluster/dispatchers.h"

#include <math.h>
#include <stdio.h>

#define ENTITY "awNEKGhsggslAAAC"

static void a_client_is_told_to_the_dispatcher_of_its_boot_entity(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 4});
    for (unsigned i = 0; i < WORLD_CLIENTS; i++)
        world_player(&w);
    assert_int_equal(gate_stats(w.g)->clients, WORLD_CLIENTS);
    world_stop(&w);
}

static void a_client_that_goes_is_told_to_the_dispatcher_of_its_owner(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 3});
    struct player player = world_player(&w);
    gw_id avatar = id_str("AAAAAAAAAAAAAAAB");
    RECEIVE(world_dispatcher(&w, avatar), create_entity_on_client, .gate = 3, .client = player.id,
            .is_player = true, .entity = avatar, .type = view_str("Avatar"),
            .attrs = view_str("\x80"));
    fake_link_hang_up(player.link);
    struct msg_notify_client_disconnected m;
    EXPECT(world_dispatcher(&w, avatar), notify_client_disconnected, &m);
    assert_true(gw_id_equal(m.owner, avatar));
    assert_true(gw_id_equal(m.client, player.id));
    assert_true(world_dispatchers_are_quiet(&w));
    assert_int_equal(gate_stats(w.g)->clients, 0);
    world_stop(&w);
}

static void a_call_is_passed_on_unchanged_with_the_client_behind_it(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 4});
    struct player player = world_player(&w);
    static const char call[] =
        "\x0b\x00" ENTITY "\x05\x00\x00\x00Login\x01\x00\x02\x00\x00\x00\xa1x";
    fake_link_receive(player.link, call, sizeof call - 1);
    struct view payload;
    assert_true(fake_link_next(&w.dispatchers[3], &payload)); /* known answer 1: index 3 of 4 */
    assert_int_equal(payload.size, sizeof call - 1 + 16);
    assert_memory_equal(payload.data, call, sizeof call - 1);
    assert_memory_equal(payload.data + sizeof call - 1, player.id.text, 16);
    assert_true(world_dispatchers_are_quiet(&w));
    world_stop(&w);
}

static void a_heartbeat_is_taken(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    RECEIVE(player.link, heartbeat_from_client);
    assert_null(player.link->reason);
    assert_true(world_dispatchers_are_quiet(&w));
    world_stop(&w);
}

struct bad {
    const char *bytes;
    size_t size;
};

static void anything_else_closes_the_client_and_goes_nowhere(void **state)
{
    (void)state;
#define BAD(text)                                                                                  \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
    static const struct bad bad[] = {
        BAD("\x00\x00"),
        BAD("\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"),                /* SET_GAME_ID */
        BAD("\x06\x00" ENTITY "\x01\x00\x00\x00x\x00\x00"),                 /* a server's call */
        BAD("\x0b\x00" ENTITY "\x01\x00\x00\x00x\x00\x00!"),                /* behind the Args */
        BAD("\x0b\x00" ENTITY "\x01\x00\x00\x00x\x01\x00"),                 /* an arg is missing */
        BAD("\x0b\x00" ENTITY "\x01\x00\x00\x00x\x01\x00\xff\xff\xff\xff"), /* a long arg */
        BAD("\x0b\x00" ENTITY "\xff\xff\xff\xffx\x00\x00"),                 /* a long method */
        BAD("\x0b\x00" ENTITY "\x00\x00\x00\x00\x00\x00"),                  /* no method */
        BAD("\x0b\x00"
            "awNEKGhsggslAA\x00\x02"
            "\x01\x00\x00\x00x\x00\x00"),                              /* no id */
        BAD("\x0c\x00" ENTITY "xxxxyyyyzzzzwww"),                      /* 33 bytes */
        BAD("\x0c\x00" ENTITY "xxxxyyyyzzzzwwwww"),                    /* 35 bytes */
        BAD("\x0c\x00" ENTITY "\0\0\0\0\0\0\x80\x7f\0\0\0\0\0\0\0\0"), /* infinite */
        BAD("\xd1\x07x"),                                              /* a fat heartbeat */
        BAD("\xdd\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), /* 1501 */
        BAD("\xb9\x0b\x03\x00" ENTITY ENTITY ENTITY),                                /* 3001 */
        BAD("\xff\xff"),
    };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct world w;
        world_start(&w, (struct gate_desc){0});
        struct player other = world_player(&w), player = world_player(&w);
        fake_link_receive(player.link, bad[i].bytes, bad[i].size);
        if (!player.link->reason)
            fail_msg("packet %u was not refused", i);
        assert_true(world_dispatchers_are_quiet(&w));
        assert_null(other.link->reason);
        assert_int_equal(gate_stats(w.g)->bad_client_packets.count, 1);
        fake_link_turn(player.link);
        struct msg_notify_client_disconnected m;
        EXPECT(&w.dispatchers[0], notify_client_disconnected, &m);
        world_stop(&w);
    }
}

static void keep_line(void *user, enum log_level level, const char *line, size_t size)
{
    if (level >= LOG_WARN)
        snprintf(user, 256, "%.*s", (int)size, line);
}

static void expect_reason(const char *packet, size_t size, const char *why)
{
    struct world w;
    char line[256] = "";
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    w.log = (struct log){.write = keep_line, .user = line};
    fake_link_receive(player.link, packet, size);
    if (!strstr(line, " bad_client_packet ") || !strstr(line, why))
        fail_msg("not there: %s\nbut: %s", why, line);
    world_stop(&w);
}

static void the_log_says_what_was_wrong_with_a_packet(void **state)
{
    (void)state;
    static const char infinite[] = "\x0c\x00" ENTITY "\0\0\0\0\0\0\x80\x7f\0\0\0\0\0\0\0";
    expect_reason(infinite, sizeof infinite, "why=\"the position is not finite\"");
    expect_reason("\x0c\x00", 2, "why=\"it cannot be read\"");
    expect_reason("\x06\x00", 2, "why=\"no client may send that type\"");
    static const char nameless[] = "\x0b\x00" ENTITY "\0\0\0\0\0";
    expect_reason(nameless, sizeof nameless,
                  "why=\"its method, entity or number of arguments is not allowed\"");
}

static void too_many_arguments_close_the_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    uint8_t args[2 + 256 * 4] = {0, 1};
    RECEIVE(player.link, call_entity_method_from_client, .entity = id_str(ENTITY),
            .method = view_str("x"), .args = {args, sizeof args});
    assert_non_null(player.link->reason);
    assert_true(world_dispatchers_are_quiet(&w));
    world_stop(&w);
}

static void move(struct player *player, gw_id entity, float x)
{
    RECEIVE(player->link, sync_position_yaw_from_client, .entity = entity, .x = x, .yaw = 2);
}

static void positions_go_in_batches_and_only_the_latest_of_each_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.position_sync_interval_ms = 100});
    struct player a = world_player(&w), b = world_player(&w);
    move(&a, a.boot, 1);
    assert_true(world_dispatchers_are_quiet(&w));
    gate_turn(w.g);
    fake_link_skip(&w.dispatchers[0]);

    move(&a, a.boot, 2);
    move(&b, b.boot, 3);
    move(&a, a.boot, 4);
    w.clock.now_ms = 1099;
    assert_int_equal(gate_turn(w.g), 1100);
    assert_true(world_dispatchers_are_quiet(&w));
    w.clock.now_ms = 1100;
    assert_int_equal(gate_turn(w.g), CLOCK_NEVER);
    struct msg_sync_position_yaw_from_client_forwarded m;
    EXPECT(&w.dispatchers[0], sync_position_yaw_from_client_forwarded, &m);
    assert_int_equal(m.records.size, 64);
    struct reader r = reader_of(m.records.data, m.records.size);
    gw_id first = read_id(&r);
    assert_true(gw_id_equal(first, a.boot));
    assert_true(read_f32(&r) == 4);
    assert_true(world_dispatchers_are_quiet(&w));
    world_stop(&w);
}

static void a_client_moves_no_entity_but_its_own(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player a = world_player(&w), b = world_player(&w);
    move(&a, b.boot, 1);
    gate_turn(w.g);
    assert_true(world_dispatchers_are_quiet(&w));
    assert_null(a.link->reason); /* it may have been handed over a moment ago */
    assert_int_equal(gate_stats(w.g)->foreign_positions.count, 1);
    world_stop(&w);
}

static void a_position_that_is_no_number_closes_the_client(void **state)
{
    (void)state;
    const float bad[] = {NAN, INFINITY, -INFINITY};
    for (unsigned i = 0; i < 3; i++) {
        struct world w;
        world_start(&w, (struct gate_desc){0});
        struct player a = world_player(&w);
        move(&a, a.boot, bad[i]);
        assert_non_null(a.link->reason);
        world_stop(&w);
    }
}

static void a_position_that_waits_dies_with_its_client_or_its_owner(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player a = world_player(&w), b = world_player(&w);
    move(&a, a.boot, 1);
    move(&b, b.boot, 1);
    fake_link_hang_up(a.link);
    RECEIVE(&w.dispatchers[0], create_entity_on_client, .gate = 3, .client = b.id,
            .is_player = true, .entity = id_str(ENTITY), .type = view_str("A"),
            .attrs = view_str("\x80"));
    fake_link_skip(&w.dispatchers[0]);
    assert_int_equal(gate_turn(w.g), CLOCK_NEVER);
    assert_true(world_dispatchers_are_quiet(&w));
    world_stop(&w);
}

static void a_full_gate_refuses_clients(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.limits = {.max_clients = 1}});
    world_player(&w);
    struct fake_link *second = world_client(&w);
    assert_non_null(second->reason);
    fake_link_turn(second);
    assert_true(world_dispatchers_are_quiet(&w));
    assert_int_equal(gate_stats(w.g)->refused_clients.count, 1);
    world_stop(&w);
}

static void a_client_that_does_not_read_is_closed_and_the_others_go_on(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.limits = {.client_send_queue_max = 4096}});
    struct player slow = world_player(&w), quick = world_player(&w);
    for (unsigned i = 0; i < 100; i++) {
        RECEIVE(&w.dispatchers[0], call_filtered_clients, .method = view_str("OnRecvChat"));
        fake_link_skip(quick.link);
        if (i < 20)
            assert_null(slow.link->reason);
    }
    for (unsigned i = 0; i < 100; i++) {
        RECEIVE(&w.dispatchers[0], call_filtered_clients, .method = view_str("OnRecvChatFromAll"));
        fake_link_skip(quick.link);
    }
    assert_string_equal(slow.link->reason, link_full);
    assert_null(quick.link->reason);
    assert_true(gate_stats(w.g)->lost_client_packets.count > 0);
    world_stop(&w);
}

/* The games have been told that they are gone: nothing would ever reach them again. */
static void a_lost_dispatcher_costs_the_clients_whose_owners_it_serves(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 3});
    struct player players[6];
    for (unsigned i = 0; i < 6; i++)
        players[i] = world_player(&w);
    unsigned lost = id_dispatcher(players[0].boot, 3), closed = 0;
    fake_link_hang_up(&w.dispatchers[lost]);
    for (unsigned i = 0; i < 6; i++) {
        bool is_served = id_dispatcher(players[i].boot, 3) == lost;
        assert_int_equal(players[i].link->reason != NULL, is_served);
        closed += is_served;
    }
    assert_in_range(closed, 1, 5);
    assert_int_equal(gate_stats(w.g)->orphaned_clients.count, closed);
    world_stop(&w);
}

static void clients_that_come_while_a_dispatcher_is_away_wait_for_it(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    fake_link_hang_up(&w.dispatchers[0]);
    struct fake_link *late = world_client(&w); /* waits in the backlog */
    fake_link_turn(player.link);

    w.clock.now_ms += 1000; /* it is dialled again */
    gate_turn(w.g);
    fake_link_fini(&w.dispatchers[0]);
    fake_link_init(&w.dispatchers[0], &w.pool);
    gate_dispatcher_up(w.g, 0, &w.dispatchers[0].link);
    struct msg_set_gate_id id;
    struct msg_hello hello;
    struct msg_notify_client_connected connected;
    struct msg_notify_client_disconnected gone;
    EXPECT(&w.dispatchers[0], set_gate_id, &id);
    EXPECT(&w.dispatchers[0], hello, &hello);
    EXPECT(&w.dispatchers[0], notify_client_connected, &connected);
    EXPECT(&w.dispatchers[0], notify_client_disconnected, &gone);
    assert_true(gw_id_equal(gone.client, player.id));
    assert_null(late->reason);
    world_stop(&w);
}

static void random_packets_break_nothing(void **state)
{
    (void)state;
    uint64_t random = 7;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t payload[64];
        for (unsigned i = 0; i < sizeof payload; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            payload[i] =
                (random >> 56) % 4 ? 0 : (uint8_t)(random >> 60); /* lengths that often fit */
        }
        payload[0] = 11 + round % 2;
        payload[1] = 0;
        memcpy(payload + 2, player.boot.text, sizeof player.boot.text);
        size_t size = 2 + (random >> 33) % (sizeof payload - 2);
        fake_link_receive(player.link, payload, size);
        player.link->link.closing = false; /* it goes on all the same */
        gate_turn(w.g);
        fake_link_skip(&w.dispatchers[0]);
    }
    assert_true(gate_stats(w.g)->bad_client_packets.count > 1000);
    assert_true(gate_stats(w.g)->calls > 0);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_is_told_to_the_dispatcher_of_its_boot_entity),
        cmocka_unit_test(a_client_that_goes_is_told_to_the_dispatcher_of_its_owner),
        cmocka_unit_test(a_call_is_passed_on_unchanged_with_the_client_behind_it),
        cmocka_unit_test(a_heartbeat_is_taken),
        cmocka_unit_test(anything_else_closes_the_client_and_goes_nowhere),
        cmocka_unit_test(the_log_says_what_was_wrong_with_a_packet),
        cmocka_unit_test(too_many_arguments_close_the_client),
        cmocka_unit_test(positions_go_in_batches_and_only_the_latest_of_each_client),
        cmocka_unit_test(a_client_moves_no_entity_but_its_own),
        cmocka_unit_test(a_position_that_is_no_number_closes_the_client),
        cmocka_unit_test(a_position_that_waits_dies_with_its_client_or_its_owner),
        cmocka_unit_test(a_full_gate_refuses_clients),
        cmocka_unit_test(a_client_that_does_not_read_is_closed_and_the_others_go_on),
        cmocka_unit_test(a_lost_dispatcher_costs_the_clients_whose_owners_it_serves),
        cmocka_unit_test(clients_that_come_while_a_dispatcher_is_away_wait_for_it),
        cmocka_unit_test(random_packets_break_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
