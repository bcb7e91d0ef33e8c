/* Where packets go, and what is refused. */
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define CLIENT "awNEKGhsggslAAAB"

static void a_call_goes_to_the_game_of_its_entity(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *caller = world_game(&w, 1), *owner = world_game(&w, 2);
    RECEIVE(owner, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(caller, call_entity_method, .entity = id_str(ENTITY), .method = view_str("Hi"));
    world_expect_call(owner, "Hi");
    assert_true(fake_link_is_quiet(owner));
    assert_true(fake_link_is_quiet(caller));
    world_stop(&w);
}

static void a_call_to_nobody_is_counted_and_dropped(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_game(&w, 1);
    RECEIVE(game, call_entity_method, .entity = id_str(ENTITY), .method = view_str("Hi"));
    assert_int_equal(dispatcher_stats(w.d)->undelivered.count, 1);
    assert_null(game->reason);
    world_stop(&w);
}

static void boot_entities_go_round_the_games_that_take_them(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    struct fake_link *a = world_game(&w, 1), *banned = world_connect(&w), *b = world_game(&w, 3);
    RECEIVE(banned, set_game_id, .game = 2, .is_ban_boot_entity = true);
    struct fake_link *gate = world_gate(&w, 4);
    unsigned got_a = 0, got_b = 0;
    for (unsigned i = 0; i < 6; i++) {
        RECEIVE(gate, notify_client_connected, .client = id_str(CLIENT),
                .boot_entity = id_str(ENTITY));
        struct view payload;
        got_a += fake_link_next(a, &payload);
        got_b += fake_link_next(b, &payload);
        struct msg_notify_client_connected_forwarded m;
        assert_true(msg_notify_client_connected_forwarded_read(payload, &m) || got_b < got_a);
    }
    assert_int_equal(got_a, 3);
    assert_int_equal(got_b, 3);
    assert_true(fake_link_is_quiet(banned));

    fake_link_hang_up(a);
    fake_link_skip(b);
    RECEIVE(gate, notify_client_connected, .client = id_str(CLIENT), .boot_entity = id_str(ENTITY));
    struct msg_notify_client_connected_forwarded m;
    EXPECT(b, notify_client_connected_forwarded, &m);
    assert_int_equal(m.gate, 4);
    assert_memory_equal(m.client.text, CLIENT, 16);
    RECEIVE(gate, call_entity_method_from_client, .entity = id_str(ENTITY),
            .method = view_str("Login"));
    struct msg_call_entity_method_from_client call;
    EXPECT(b, call_entity_method_from_client, &call);
    world_stop(&w);
}

/* A game that knows our messages gets the address; one that does not gets GoWorld's message. */
static void a_client_comes_with_its_address_where_that_is_understood(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *gate = world_gate(&w, 4), *own = world_game(&w, 1);
    RECEIVE(gate, connect_client, .client = id_str(CLIENT), .boot_entity = id_str(ENTITY),
            .gate = 4, .address = view_str("192.0.2.7:50000"));
    struct msg_connect_client m;
    EXPECT(own, connect_client, &m);
    assert_int_equal(m.gate, 4);
    assert_true(view_equals(m.address, "192.0.2.7:50000"));
    fake_link_hang_up(own);
    struct fake_link *foreign = world_foreign_game(&w, 2);
    RECEIVE(gate, connect_client, .client = id_str(CLIENT), .boot_entity = id_str(ENTITY),
            .gate = 4, .address = view_str("192.0.2.7:50000"));
    struct msg_notify_client_connected_forwarded plain;
    EXPECT(foreign, notify_client_connected_forwarded, &plain);
    assert_int_equal(plain.gate, 4);
    assert_null(gate->reason);
    RECEIVE(gate, connect_client, .client = id_str(CLIENT), .boot_entity = id_str(ENTITY),
            .gate = 5);
    assert_non_null(gate->reason); /* it speaks for another gate */
    world_stop(&w);
}

static void a_client_that_no_game_takes_is_closed(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *gate = world_gate(&w, 4);
    RECEIVE(gate, notify_client_connected, .client = id_str(CLIENT), .boot_entity = id_str(ENTITY));
    struct msg_close_client m;
    EXPECT(gate, close_client, &m);
    assert_int_equal(m.gate, 4);
    assert_memory_equal(m.client.text, CLIENT, 16);
    world_stop(&w);
}

static void create_goes_to_the_game_with_the_least_load_and_calls_follow_it(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *busy = world_game(&w, 1), *idle = world_game(&w, 2);
    static const uint8_t load[] = {0x81, 0xa2, 'c', 'p', 0xcb, 0x40, 0x29, 0, 0, 0, 0, 0, 0};
    RECEIVE(busy, game_lbc_info, .info = {load, sizeof load});
    RECEIVE(busy, create_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("Avatar"),
            .attrs = view_str("\xc0"));
    RECEIVE(busy, call_entity_method, .entity = id_str(ENTITY), .method = view_str("Hi"));
    struct view payload;
    assert_true(fake_link_next(idle, &payload));
    /* docs/internals/protocol.md 7, known answer 11, passed on unchanged */
    static const char known[] = "\x07\x00\x00\x00" ENTITY "\x06\x00\x00\x00"
                                "Avatar\x01\x00\x00\x00\xc0";
    assert_int_equal(payload.size, sizeof known - 1);
    assert_memory_equal(payload.data, known, sizeof known - 1);
    world_expect_call(idle, "Hi");
    world_stop(&w);
}

static void creations_between_two_load_reports_spread_over_the_games(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *games[2] = {world_game(&w, 1), world_game(&w, 2)};
    char name[17] = ENTITY;
    for (unsigned i = 0; i < 10; i++) {
        name[15] = (char)('a' + i);
        RECEIVE(games[0], create_entity_somewhere, .entity = id_str(name), .type = view_str("A"),
                .attrs = view_str("\xc0"));
    }
    for (unsigned i = 0; i < 2; i++) {
        unsigned got = 0;
        for (struct view payload; fake_link_next(games[i], &payload);)
            got++;
        assert_int_equal(got, 5);
    }
    world_stop(&w);
}

static void creation_on_a_game_that_is_not_there_is_counted(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_game(&w, 1);
    RECEIVE(game, create_entity_somewhere, .game = 5, .entity = id_str(ENTITY),
            .type = view_str("A"), .attrs = view_str("\xc0"));
    RECEIVE(game, load_entity_somewhere, .game = 5, .entity = id_str(ENTITY),
            .type = view_str("A"));
    assert_int_equal(dispatcher_stats(w.d)->no_game.count, 2);
    assert_int_equal(dispatcher_stats(w.d)->entities, 0);
    world_stop(&w);
}

static void a_client_that_calls_an_entity_that_is_gone_is_told_of_by_its_gate(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    w.clock.now_ms += 5000; /* it is young no more: all that there is would have come */
    struct fake_link *gate = world_gate(&w, 1), *foreign = world_connect(&w);
    RECEIVE(foreign, set_gate_id, .gate = 2);
    struct fake_link *gates[] = {gate, foreign};
    for (unsigned i = 0; i < 2; i++)
        RECEIVE(gates[i], call_entity_method_from_client_forwarded, .entity = id_str(ENTITY),
                .method = view_str("Hi"), .client = id_str(CLIENT));
    struct msg_notify_entities_gone m;
    EXPECT(gate, notify_entities_gone, &m);
    assert_true(view_equals(m.entities, ENTITY));
    assert_true(fake_link_is_quiet(gate));
    assert_true(fake_link_is_quiet(foreign));
    world_stop(&w);
}

static void a_full_table_refuses_what_would_be_in_it(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9, .limits = {.entities = 1}});
    struct fake_link *game = world_game(&w, 1), *gate = world_gate(&w, 1);
    RECEIVE(game, notify_create_entity, .entity = id_str("AAAAAAAAAAAAAAAA"));
    RECEIVE(game, create_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"),
            .attrs = view_str("\x80"));
    RECEIVE(game, load_entity_somewhere, .entity = id_str(ENTITY), .type = view_str("A"));
    RECEIVE(gate, notify_client_connected, .client = id_str(CLIENT), .boot_entity = id_str(ENTITY));
    assert_true(fake_link_is_quiet(game));
    struct msg_close_client m;
    EXPECT(gate, close_client, &m);
    RECEIVE(gate, notify_client_given, .entity = id_str(ENTITY), .client = id_str(CLIENT),
            .gate = 1);
    EXPECT(gate, close_client, &m);
    assert_int_equal(dispatcher_stats(w.d)->refused.count, 4);
    assert_int_equal(dispatcher_stats(w.d)->entities, 1);
    world_stop(&w);
}

static void positions_are_regrouped_for_their_games(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    struct fake_link *a = world_game(&w, 1), *b = world_game(&w, 2), *gate = world_gate(&w, 1);
    RECEIVE(a, notify_create_entity, .entity = id_str("AAAAAAAAAAAAAAAA"));
    RECEIVE(b, notify_create_entity, .entity = id_str("BBBBBBBBBBBBBBBB"));
    RECEIVE(a, notify_create_entity, .entity = id_str("aaaaaaaaaaaaaaaa"));
    static const char records[] = "AAAAAAAAAAAAAAAAxxxxyyyyzzzzwwww"
                                  "BBBBBBBBBBBBBBBBxxxxyyyyzzzzwwww"
                                  "CCCCCCCCCCCCCCCCxxxxyyyyzzzzwwww"
                                  "aaaaaaaaaaaaaaaaxxxxyyyyzzzzwwww";
    RECEIVE(gate, sync_position_yaw_from_client_forwarded, .records = view_str(records));
    struct msg_sync_position_yaw_from_client_forwarded m;
    EXPECT(a, sync_position_yaw_from_client_forwarded, &m);
    assert_true(view_equals(m.records, "AAAAAAAAAAAAAAAAxxxxyyyyzzzzwwww"
                                       "aaaaaaaaaaaaaaaaxxxxyyyyzzzzwwww"));
    EXPECT(b, sync_position_yaw_from_client_forwarded, &m);
    assert_true(view_equals(m.records, "BBBBBBBBBBBBBBBBxxxxyyyyzzzzwwww"));
    assert_int_equal(dispatcher_stats(w.d)->lost_syncs.count, 1);
    world_stop(&w);
}

static void client_messages_go_to_their_gate_unread(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    w.clock.now_ms += 5000; /* it is young no more: all that there is would have come */
    struct fake_link *game = world_game(&w, 1), *one = world_gate(&w, 1), *two = world_gate(&w, 2);
    static const uint16_t types[] = {1001, 1002, 1009, 1499, 1502};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        uint8_t payload[6] = {(uint8_t)types[i], (uint8_t)(types[i] >> 8), 2, 0, 'x', 'y'};
        fake_link_receive(game, payload, sizeof payload);
        struct view got;
        assert_true(fake_link_next(two, &got));
        assert_int_equal(got.size, sizeof payload);
        assert_memory_equal(got.data, payload, sizeof payload);
    }
    assert_true(fake_link_is_quiet(one));
    fake_link_receive(game, "\xea\x03\x09\x00", 4);
    assert_int_equal(dispatcher_stats(w.d)->no_gate.count, 1);
    struct msg_notify_gate_disconnected gone;
    EXPECT(game, notify_gate_disconnected, &gone); /* it has not heard of that */
    assert_int_equal(gone.gate, 9);
    world_stop(&w);
}

static void count_broadcasts(struct world *w, struct fake_link *from, struct fake_link *game,
                             struct fake_link *gate, unsigned expected)
{
    RECEIVE(from, call_filtered_clients, .method = view_str("Hi"));
    RECEIVE(from, call_nil_spaces, .method = view_str("Hi"));
    struct view payload;
    unsigned to_gate = 0, to_game = 0;
    while (fake_link_next(gate, &payload))
        to_gate++;
    while (fake_link_next(game, &payload))
        to_game++;
    assert_int_equal(to_gate, expected);
    assert_int_equal(to_game, expected);
    (void)w;
}

static void a_broadcast_is_passed_on_once_whoever_sends_it(void **state)
{
    (void)state;
    for (uint16_t dispid = 1; dispid <= 3; dispid++) {
        struct world w;
        world_start(
            &w, (struct dispatcher_desc){.dispid = dispid, .dispatchers = 3, .desired_gates = 9});
        struct fake_link *ours = world_game(&w, 1), *foreign = world_foreign_game(&w, 5);
        struct fake_link *listener = world_game(&w, 9), *gate = world_gate(&w, 1);
        fake_link_skip(listener);
        count_broadcasts(&w, ours, listener, gate, 1);
        count_broadcasts(&w, foreign, listener, gate, dispid == 2); /* (5 - 1) mod 3 = index 1 */
        world_stop(&w);
    }
}

static void a_nil_space_call_leaves_one_game_out(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *a = world_game(&w, 1), *b = world_game(&w, 2);
    RECEIVE(a, call_nil_spaces, .except_game = 1, .method = view_str("Hi"));
    assert_true(fake_link_is_quiet(a));
    struct msg_call_nil_spaces m;
    EXPECT(b, call_nil_spaces, &m);
    world_stop(&w);
}

static void the_first_writer_of_a_key_wins_unless_the_second_forces(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.limits = {.registry_bytes = 4000}});
    struct fake_link *a = world_game(&w, 1), *b = world_game(&w, 2);
    struct msg_kvreg_register m;
    RECEIVE(a, kvreg_register, .key = view_str("k"), .value = view_str("a"));
    EXPECT(a, kvreg_register, &m);
    EXPECT(b, kvreg_register, &m);
    RECEIVE(b, kvreg_register, .key = view_str("k"), .value = view_str("b"));
    assert_true(fake_link_is_quiet(a));
    assert_true(fake_link_is_quiet(b));
    RECEIVE(b, kvreg_register, .key = view_str("k"), .value = view_str("b"), .force = true);
    EXPECT(a, kvreg_register, &m);
    assert_true(view_equals(m.value, "b"));
    char big[5000];
    memset(big, 'x', sizeof big);
    fake_link_skip(a);
    RECEIVE(a, kvreg_register, .key = view_str("k2"), .value = {(uint8_t *)big, sizeof big});
    assert_true(fake_link_is_quiet(a));
    assert_int_equal(dispatcher_stats(w.d)->refused.count, 1);
    assert_int_equal(dispatcher_stats(w.d)->registry_keys, 1);
    world_stop(&w);
}

static void a_client_is_given_through_gates_that_know_how(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
    w.clock.now_ms += 5000; /* it is young no more, and waits for no HELLO */
    struct fake_link *game = world_game(&w, 1), *ours = world_gate(&w, 1),
                     *foreign = world_connect(&w);
    RECEIVE(foreign, set_gate_id, .gate = 2);
    RECEIVE(game, give_client, .gate = 1, .client = id_str(CLIENT), .from = id_str(ENTITY),
            .to = id_str(ENTITY));
    struct msg_give_client m;
    EXPECT(ours, give_client, &m);
    RECEIVE(game, give_client, .gate = 2, .client = id_str(CLIENT), .from = id_str(ENTITY),
            .to = id_str(ENTITY));
    assert_true(fake_link_is_quiet(foreign));
    assert_int_equal(dispatcher_stats(w.d)->no_gate.count, 1);
    world_stop(&w);
}

static void an_unknown_message_is_counted_and_the_connection_stays(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *game = world_game(&w, 1);
    static const uint16_t types[] = {0, 15, 26, 27, 999, 1500, 2001, 3005, 65535};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        fake_link_receive(game, &types[i], sizeof types[i]);
    assert_int_equal(dispatcher_stats(w.d)->unknown_messages.count, sizeof types / sizeof *types);
    assert_null(game->reason);
    world_stop(&w);
}

struct bad_packet {
    const char *sender; /* "new", "game", "gate" or "foreign" */
    const char *bytes;
    size_t size;
};

static struct fake_link *sender_of(struct world *w, const char *name)
{
    if (strcmp(name, "game") == 0)
        return world_game(w, 1);
    if (strcmp(name, "foreign") == 0)
        return world_foreign_game(w, 1);
    return strcmp(name, "gate") == 0 ? world_gate(w, 1) : world_connect(w);
}

static void a_bad_packet_closes_its_connection_and_no_other(void **state)
{
    (void)state;
#define BAD(sender, text)                                                                          \
    {                                                                                              \
        sender, text, sizeof text - 1                                                              \
    }
    static const struct bad_packet bad[] = {
        BAD("new", "\x06\x00" ENTITY "\x00\x00\x00\x00\x00\x00"),    /* not registered */
        BAD("new", "\x63\x00"),                                      /* unknown, from nobody */
        BAD("new", "\x02\x00\x00\x00"),                              /* gate 0 */
        BAD("new", "\x01\x00\x01\x00\x00\x00\x00\xff\xff\xff\xff"),  /* more entities than bytes */
        BAD("game", "\x01\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"), /* registers twice */
        BAD("game", "\x02\x00\x02\x00"),                             /* a game is no gate */
        BAD("game", "\x03\x00short"),
        BAD("game", "\x06\x00"
                    "awNEKGhsggslAAA"),
        BAD("game", "\x05\x00\x01\x00\x00\x00k\xff\xff\xff\x7fv"),
        BAD("game", "\x19\x00\x01\x00\x00\x00\xc1"), /* no msgpack */
        BAD("game", "\x14\x00\x00\x00\x02\x00\x00\x00Hi\x01\x00"),
        BAD("game", "\xdd\x05\x00"),
        BAD("game", "\xea\x03\x01"),
        BAD("game", "\x09\x00" CLIENT ENTITY), /* only gates have clients */
        BAD("gate", "\x09\x00" CLIENT),
        BAD("gate", "\x0c\x00" ENTITY),
        BAD("gate", "\xea\x03\x01\x00" CLIENT),
        BAD("foreign", "\xb9\x0b\x01\x00" CLIENT ENTITY ENTITY), /* 3001 without HELLO */
    };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct world w;
        world_start(&w, (struct dispatcher_desc){.desired_gates = 9});
        struct fake_link *other = world_game(&w, 7), *from = sender_of(&w, bad[i].sender);
        fake_link_receive(from, bad[i].bytes, bad[i].size);
        if (!from->reason)
            fail_msg("packet %u was not refused", i);
        assert_int_equal(dispatcher_stats(w.d)->bad_packets.count, 1);
        world_turns(&w);
        assert_null(other->reason);
        assert_int_equal(dispatcher_stats(w.d)->connections, 1);
        world_stop(&w);
    }
}

static void random_packets_break_nothing(void **state)
{
    (void)state;
    uint64_t random = 42;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.desired_gates = 99});
    struct fake_link *peers[2] = {world_game(&w, 1), world_gate(&w, 1)};
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t payload[80];
        for (unsigned i = 0; i < sizeof payload; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            payload[i] = (uint8_t)(random >> 60); /* small numbers: lengths that often fit */
        }
        payload[0] = (uint8_t)(random >> 40) % 32;
        payload[1] = 0;
        size_t size = 2 + (random >> 33) % (sizeof payload - 2);
        struct fake_link *from = peers[round % 2];
        fake_link_receive(from, payload, size);
        from->link.closing = false; /* it goes on all the same */
        fake_link_skip(peers[0]);
        fake_link_skip(peers[1]);
    }
    assert_true(dispatcher_stats(w.d)->bad_packets.count > 1000);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_goes_to_the_game_of_its_entity),
        cmocka_unit_test(a_call_to_nobody_is_counted_and_dropped),
        cmocka_unit_test(boot_entities_go_round_the_games_that_take_them),
        cmocka_unit_test(a_client_comes_with_its_address_where_that_is_understood),
        cmocka_unit_test(a_client_that_no_game_takes_is_closed),
        cmocka_unit_test(create_goes_to_the_game_with_the_least_load_and_calls_follow_it),
        cmocka_unit_test(creations_between_two_load_reports_spread_over_the_games),
        cmocka_unit_test(creation_on_a_game_that_is_not_there_is_counted),
        cmocka_unit_test(a_client_that_calls_an_entity_that_is_gone_is_told_of_by_its_gate),
        cmocka_unit_test(a_full_table_refuses_what_would_be_in_it),
        cmocka_unit_test(positions_are_regrouped_for_their_games),
        cmocka_unit_test(client_messages_go_to_their_gate_unread),
        cmocka_unit_test(a_broadcast_is_passed_on_once_whoever_sends_it),
        cmocka_unit_test(a_nil_space_call_leaves_one_game_out),
        cmocka_unit_test(the_first_writer_of_a_key_wins_unless_the_second_forces),
        cmocka_unit_test(a_client_is_given_through_gates_that_know_how),
        cmocka_unit_test(an_unknown_message_is_counted_and_the_connection_stays),
        cmocka_unit_test(a_bad_packet_closes_its_connection_and_no_other),
        cmocka_unit_test(random_packets_break_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
