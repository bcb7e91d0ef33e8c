/* What comes from dispatchers, and which clients get it. */
#include "world.h"

#include <stdlib.h>

#define ENTITY "awNEKGhsggslAAAC"

static void client_messages_reach_their_client_unchanged(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dialect = DIALECT_2020});
    struct player player = world_player(&w), other = world_player(&w);
    static const uint16_t types[] = {1004, 1005, 1006, 1007, 1008, 1009, 1012};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        struct buf b = {0};
        write_u16(&b, types[i]);
        write_u16(&b, 3);
        write_id(&b, player.id);
        write_bytes(&b, "whatever follows", 16);
        fake_link_receive(&w.dispatchers[0], b.data, b.size);
        world_expect(&player, b.data, b.size);
        buf_free(&b);
    }
    assert_true(fake_link_is_quiet(other.link));
    world_stop(&w);
}

/* docs/internals/protocol.md 7, known answer 7 and 8, but for this gate's number and the client's
 * id. */
static void creation_and_change_are_passed_on_byte_for_byte(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    struct buf b = {0};
    write_bytes(&b, "\xea\x03\x03\x00", 4);
    write_id(&b, player.id);
    write_bytes(&b,
                "\x01" ENTITY "\x07\x00\x00\x00"
                "Account",
                28);
    write_bytes(&b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x80", 21);
    assert_int_equal(b.size, 0x45);
    fake_link_receive(&w.dispatchers[0], b.data, b.size);
    world_expect(&player, b.data, b.size);
    buf_free(&b);
    world_stop(&w);
}

static void a_player_for_a_client_that_is_gone_is_answered(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 4});
    gw_id entity = id_str(ENTITY), gone = id_str("AAAAAAAAAAAAAAAA");
    for (unsigned is_player = 0; is_player < 2; is_player++)
        RECEIVE(&w.dispatchers[0], create_entity_on_client, .gate = 3, .client = gone,
                .is_player = is_player, .entity = entity, .type = view_str("A"),
                .attrs = view_str("\x80"));
    struct msg_notify_client_disconnected m;
    EXPECT(world_dispatcher(&w, entity), notify_client_disconnected, &m);
    assert_true(gw_id_equal(m.owner, entity));
    assert_true(gw_id_equal(m.client, gone));
    assert_true(world_dispatchers_are_quiet(&w));
    assert_int_equal(gate_stats(w.g)->unknown_clients.count, 2);
    world_stop(&w);
}

/* The game has missed that the client is gone, or it would not go on to speak to it. */
static void words_for_a_client_that_is_gone_are_answered(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 4});
    gw_id entity = id_str(ENTITY), gone = id_str("AAAAAAAAAAAAAAAA");
    for (uint16_t type = 1003; type <= 1012; type++) {
        struct buf b = {0};
        write_u16(&b, type);
        write_u16(&b, 3);
        write_id(&b, gone);
        write_id(&b, entity);
        fake_link_receive(&w.dispatchers[0], b.data, b.size);
        buf_free(&b);
        if (type == 1003 || type == 1010 || type == 1011)
            continue;
        struct msg_notify_client_disconnected m;
        EXPECT(world_dispatcher(&w, entity), notify_client_disconnected, &m);
        assert_true(gw_id_equal(m.owner, entity));
        assert_true(gw_id_equal(m.client, gone));
    }
    assert_true(world_dispatchers_are_quiet(&w));
    world_stop(&w);
}

static void set_prop(struct world *w, struct player *player, const char *key, const char *value)
{
    RECEIVE(&w->dispatchers[0], set_clientproxy_filter_prop, .gate = 3, .client = player->id,
            .key = view_str(key), .value = view_str(value));
}

static void a_filtered_call_reaches_who_matches_once_and_unchanged(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player low = world_player(&w), high = world_player(&w), none = world_player(&w);
    set_prop(&w, &low, "lv", "1");
    set_prop(&w, &high, "lv", "5");
    /* docs/internals/protocol.md 7, known answer 9: lv >= "5" */
    static const char known[] = "\xdd\x05\x04\x02\x00\x00\x00lv\x01\x00\x00\x00"
                                "5\x02\x00\x00\x00Hi\x00\x00";
    assert_int_equal(sizeof known - 1, 0x16);
    fake_link_receive(&w.dispatchers[0], known, sizeof known - 1);
    world_expect(&high, known, sizeof known - 1);
    assert_true(fake_link_is_quiet(high.link));
    assert_true(fake_link_is_quiet(low.link));
    assert_true(fake_link_is_quiet(none.link));

    RECEIVE(&w.dispatchers[0], clear_clientproxy_filter_prop, .gate = 3, .client = high.id);
    fake_link_receive(&w.dispatchers[0], known, sizeof known - 1);
    assert_true(fake_link_is_quiet(high.link));
    world_stop(&w);
}

static void an_empty_key_means_every_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player players[3] = {world_player(&w), world_player(&w), world_player(&w)};
    for (size_t size = 4; size < 100000; size *= 20) {
        uint8_t *method = mem_zalloc(size);
        RECEIVE(&w.dispatchers[0], call_filtered_clients, .method = {method, (uint32_t)size});
        for (unsigned i = 0; i < 3; i++) {
            struct msg_call_filtered_clients m;
            EXPECT(players[i].link, call_filtered_clients, &m);
            assert_int_equal(m.method.size, size);
        }
        free(method);
    }
    world_stop(&w);
}

static void properties_leave_with_their_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.limits.filters.props = 1});
    struct player a = world_player(&w);
    set_prop(&w, &a, "room", "1");
    set_prop(&w, &a, "level", "1");
    assert_int_equal(gate_stats(w.g)->refused_props.count, 1);
    fake_link_hang_up(a.link);
    RECEIVE(&w.dispatchers[0], call_filtered_clients, .key = view_str("room"),
            .value = view_str("1"));
    set_prop(&w, &a, "room", "2");
    assert_int_equal(gate_stats(w.g)->unknown_clients.count, 1);
    world_stop(&w);
}

static void add_record(struct buf *b, gw_id client, const char *entity, float x)
{
    write_id(b, client);
    write_bytes(b, entity, 16);
    for (unsigned i = 0; i < 4; i++)
        write_f32(b, x);
}

static void expect_record(struct reader *r, const char *entity, float x)
{
    gw_id id = read_id(r);
    assert_memory_equal(id.text, entity, 16);
    for (unsigned i = 0; i < 4; i++)
        assert_true(read_f32(r) == x);
}

static void each_client_gets_its_positions_in_one_packet(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player a = world_player(&w), b = world_player(&w), idle = world_player(&w);
    for (unsigned round = 0; round < 2; round++) {
        struct buf records = {0};
        add_record(&records, a.id, "AAAAAAAAAAAAAAAA", 1);
        add_record(&records, b.id, "BBBBBBBBBBBBBBBB", 2);
        add_record(&records, id_str("goneGONEgoneGONE"), "AAAAAAAAAAAAAAAA", 3);
        add_record(&records, a.id, "CCCCCCCCCCCCCCCC", 4);
        add_record(&records, a.id, "DDDDDDDDDDDDDDDD", 5);
        RECEIVE(&w.dispatchers[0], sync_position_yaw_on_clients, .gate = 3,
                .records = {records.data, (uint32_t)records.size});
        buf_free(&records);
        struct msg_sync_position_yaw_on_clients_forwarded m;
        EXPECT(a.link, sync_position_yaw_on_clients_forwarded, &m);
        assert_int_equal(m.records.size, 3 * 32);
        struct reader r = reader_of(m.records.data, m.records.size);
        expect_record(&r, "AAAAAAAAAAAAAAAA", 1);
        expect_record(&r, "CCCCCCCCCCCCCCCC", 4);
        expect_record(&r, "DDDDDDDDDDDDDDDD", 5);
        EXPECT(b.link, sync_position_yaw_on_clients_forwarded, &m);
        r = reader_of(m.records.data, m.records.size);
        expect_record(&r, "BBBBBBBBBBBBBBBB", 2);
        assert_int_equal(reader_left(&r), 0);
        assert_true(fake_link_is_quiet(a.link));
        assert_true(fake_link_is_quiet(idle.link));
    }
    assert_int_equal(gate_stats(w.g)->unknown_clients.count, 2);
    world_stop(&w);
}

static void many_positions_are_split_below_what_clients_take(void **state)
{
    (void)state;
    enum { RECORDS = 70000 };
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player a = world_player(&w);
    struct buf records = {0};
    for (unsigned i = 0; i < RECORDS; i++)
        add_record(&records, a.id, ENTITY, (float)i);
    RECEIVE(&w.dispatchers[0], sync_position_yaw_on_clients, .gate = 3,
            .records = {records.data, (uint32_t)records.size});
    buf_free(&records);
    unsigned seen = 0;
    for (struct view payload; fake_link_next(a.link, &payload);) {
        struct msg_sync_position_yaw_on_clients_forwarded m;
        assert_true(payload.size <= 1024 * 1024);
        assert_true(msg_sync_position_yaw_on_clients_forwarded_read(payload, &m));
        struct reader r = reader_of(m.records.data, m.records.size);
        while (reader_left(&r) > 0)
            expect_record(&r, ENTITY, (float)seen++);
    }
    assert_int_equal(seen, RECORDS);
    world_stop(&w);
}

/* Records of entities AA.., BB.. and so on, as many as asked for. */
static void begin_runs(struct buf *b, uint32_t records)
{
    buf_clear(b);
    write_u32(b, records);
    for (uint32_t i = 0; i < records; i++) {
        char name[17];
        memset(name, 'A' + (int)(i % 26), 16);
        write_bytes(b, name, 16);
        for (unsigned j = 0; j < 4; j++)
            write_f32(b, (float)i);
    }
}

static void add_runs(struct buf *b, gw_id client, uint16_t count, const uint16_t *runs)
{
    write_id(b, client);
    write_u16(b, count);
    for (unsigned i = 0; i < 2u * count; i++)
        write_u16(b, runs[i]);
}

#define RUNS(...)                                                                                  \
    (const uint16_t[])                                                                             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void deliver_runs(struct world *w, const struct buf *b)
{
    RECEIVE(&w->dispatchers[0], sync_positions, .gate = 3, .records = {b->data, (uint32_t)b->size});
}

static void each_client_gets_its_runs_of_positions(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player a = world_player(&w), b = world_player(&w);
    struct buf packet = {0};
    begin_runs(&packet, 4);
    add_runs(&packet, a.id, 2, RUNS(0, 1, 2, 2));
    add_runs(&packet, id_str("goneGONEgoneGONE"), 1, RUNS(0, 4));
    add_runs(&packet, b.id, 1, RUNS(1, 1));
    for (unsigned round = 0; round < 2; round++) {
        deliver_runs(&w, &packet);
        struct msg_sync_position_yaw_on_clients_forwarded m;
        EXPECT(a.link, sync_position_yaw_on_clients_forwarded, &m);
        struct reader r = reader_of(m.records.data, m.records.size);
        expect_record(&r, "AAAAAAAAAAAAAAAA", 0);
        expect_record(&r, "CCCCCCCCCCCCCCCC", 2);
        expect_record(&r, "DDDDDDDDDDDDDDDD", 3);
        assert_int_equal(reader_left(&r), 0);
        EXPECT(b.link, sync_position_yaw_on_clients_forwarded, &m);
        r = reader_of(m.records.data, m.records.size);
        expect_record(&r, "BBBBBBBBBBBBBBBB", 1);
        assert_int_equal(reader_left(&r), 0);
    }
    assert_int_equal(gate_stats(w.g)->positions_sent, 8);
    assert_int_equal(gate_stats(w.g)->position_bytes, 8 * 32);
    assert_int_equal(gate_stats(w.g)->unknown_clients.count, 2);
    assert_int_equal(gate_stats(w.g)->bad_dispatcher_packets.count, 0);
    buf_free(&packet);
    world_stop(&w);
}

static void runs_that_do_not_fit_are_refused_as_a_whole(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player a = world_player(&w);
    struct buf packet = {0};
    const uint16_t *bad[] = {RUNS(0, 1, 4, 1), RUNS(0, 1, 3, 2), RUNS(0, 1, 65535, 65535),
                             RUNS(0, 4, 0, 1)};
    unsigned count = 0;
    for (; count < sizeof bad / sizeof *bad; count++) {
        begin_runs(&packet, 4);
        add_runs(&packet, a.id, 1, RUNS(0, 4));
        add_runs(&packet, a.id, 2, bad[count]);
        deliver_runs(&w, &packet);
    }
    begin_runs(&packet, 4);
    add_runs(&packet, a.id, 1, RUNS(0, 4));
    size_t whole = packet.size;
    for (packet.size = 0; packet.size < whole; packet.size++, count++) {
        if (packet.size == 4 + 4 * 32) /* records for nobody */
            count--;
        deliver_runs(&w, &packet);
    }
    uint32_t many = 32768;
    memcpy(packet.data, &many, sizeof many);
    deliver_runs(&w, &packet);
    assert_true(fake_link_is_quiet(a.link));
    assert_int_equal(gate_stats(w.g)->bad_dispatcher_packets.count, count + 1);
    buf_free(&packet);
    world_stop(&w);
}

/* There will be newer ones when it reads again. */
static void a_client_that_is_behind_gets_no_positions(void **state)
{
    (void)state;
    enum { RECORDS = 9000 };
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player a = world_player(&w);
    struct buf packet = {0};
    begin_runs(&packet, RECORDS);
    add_runs(&packet, a.id, 1, RUNS(0, RECORDS));
    deliver_runs(&w, &packet);
    deliver_runs(&w, &packet);
    assert_int_equal(gate_stats(w.g)->positions_sent, RECORDS);
    assert_int_equal(gate_stats(w.g)->positions_skipped, RECORDS);
    fake_link_skip(a.link); /* it reads */
    deliver_runs(&w, &packet);
    assert_int_equal(gate_stats(w.g)->positions_sent, 2 * RECORDS);
    assert_null(a.link->reason);
    buf_free(&packet);
    world_stop(&w);
}

static void a_client_changes_hands_when_its_owner_gives_it(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 4});
    struct player player = world_player(&w);
    gw_id avatar = id_str("AAAAAAAAAAAAAAAB");
    RECEIVE(&w.dispatchers[0], give_client, .gate = 3, .client = player.id, .from = player.boot,
            .to = avatar);
    struct msg_notify_client_given given;
    EXPECT(world_dispatcher(&w, avatar), notify_client_given, &given);
    assert_true(gw_id_equal(given.entity, avatar));
    assert_true(gw_id_equal(given.client, player.id));
    assert_int_equal(given.gate, 3);
    assert_true(view_equals(given.address, "test"));

    /* The one that has given it away cannot do so again. */
    RECEIVE(&w.dispatchers[0], give_client, .gate = 3, .client = player.id, .from = player.boot,
            .to = id_str(ENTITY));
    assert_true(world_dispatchers_are_quiet(&w));
    assert_int_equal(gate_stats(w.g)->refused_gives.count, 1);

    fake_link_hang_up(player.link);
    struct msg_notify_client_disconnected gone;
    EXPECT(world_dispatcher(&w, avatar), notify_client_disconnected, &gone);
    RECEIVE(&w.dispatchers[0], give_client, .gate = 3, .client = player.id, .from = avatar,
            .to = player.boot);
    assert_true(world_dispatchers_are_quiet(&w));
    world_stop(&w);
}

static void reconnect_dispatcher(struct world *w, unsigned index)
{
    struct fake_link *fake = &w->dispatchers[index];
    w->clock.now_ms += 1000;
    gate_turn(w->g);
    fake_link_fini(fake);
    fake_link_init(fake, &w->pool);
    gate_dispatcher_up(w->g, index, &fake->link);
    struct msg_set_gate_id id;
    struct msg_hello hello;
    EXPECT(fake, set_gate_id, &id);
    EXPECT(fake, hello, &hello);
}

/* The dispatcher of the new owner is away, or has not said yet what it speaks. */
static void a_new_owner_is_told_once_its_dispatcher_has_said_hello(void **state)
{
    (void)state;
    for (unsigned in_time = 0; in_time < 2; in_time++) {
        struct world w;
        world_start(&w, (struct gate_desc){.dispatchers = 2});
        gw_id avatar = id_str("AAAAAAAAAAAAAAAB");
        unsigned index = id_dispatcher(avatar, 2);
        struct fake_link *link = &w.dispatchers[index];
        fake_link_hang_up(link);
        struct player player = world_player(&w);
        assert_int_not_equal(id_dispatcher(player.boot, 2), index);
        RECEIVE(&w.dispatchers[1 - index], give_client, .gate = 3, .client = player.id,
                .from = player.boot, .to = avatar);
        reconnect_dispatcher(&w, index);
        for (struct view payload; fake_link_next(link, &payload);)
            assert_int_not_equal(msg_type_of(payload), MSG_NOTIFY_CLIENT_GIVEN);
        assert_null(player.link->reason);
        if (in_time) {
            RECEIVE(link, hello, .version = 1);
            struct msg_notify_client_given given;
            EXPECT(link, notify_client_given, &given);
            assert_true(gw_id_equal(given.client, player.id));
        }
        w.clock.now_ms += 60000;
        gate_turn(w.g);
        assert_int_equal(player.link->reason == NULL, in_time);
        world_stop(&w);
    }
}

static void clients_of_entities_that_are_gone_are_closed(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w), other = world_player(&w);
    struct buf ids = {0};
    write_id(&ids, id_str(ENTITY));
    write_id(&ids, player.boot);
    RECEIVE(&w.dispatchers[0], notify_entities_gone, .entities = {ids.data, (uint32_t)ids.size});
    buf_free(&ids);
    assert_non_null(player.link->reason);
    assert_null(other.link->reason);
    assert_int_equal(gate_stats(w.g)->orphaned_clients.count, 1);
    fake_link_receive(&w.dispatchers[0], "\xbd\x0bhalf an id", 12);
    assert_int_equal(gate_stats(w.g)->bad_dispatcher_packets.count, 1);
    world_stop(&w);
}

static void the_cluster_can_close_a_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w), other = world_player(&w);
    RECEIVE(&w.dispatchers[0], close_client, .gate = 3, .client = player.id,
            .reason = view_str("why not"));
    assert_string_equal(player.link->reason, link_by_game);
    assert_string_equal(player.link->words, "why not");
    assert_null(other.link->reason);
    world_stop(&w);
}

static void bad_and_unknown_messages_are_counted_and_nothing_else_happens(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    static const uint16_t unknown[] = {0, 6, 999, 1001, 1013, 1500, 2001, 3002, 3004, 65535};
    for (unsigned i = 0; i < sizeof unknown / sizeof *unknown; i++)
        fake_link_receive(&w.dispatchers[0], &unknown[i], 2);
    assert_int_equal(gate_stats(w.g)->unknown_messages.count, sizeof unknown / sizeof *unknown);

    struct buf other_gate = {0};
    write_u16(&other_gate, MSG_DESTROY_ENTITY_ON_CLIENT);
    write_u16(&other_gate, 4);
    write_id(&other_gate, player.id);
    fake_link_receive(&w.dispatchers[0], other_gate.data, other_gate.size);
    buf_free(&other_gate);
    fake_link_receive(&w.dispatchers[0], "\xeb\x03\x03\x00short", 9);
    fake_link_receive(&w.dispatchers[0], "\xea\x03\x03\x00" ENTITY, 20);
    fake_link_receive(&w.dispatchers[0],
                      "\xdd\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 17);
    fake_link_receive(&w.dispatchers[0], "\xde\x05\x03\x00half a record", 17);
    assert_int_equal(gate_stats(w.g)->bad_dispatcher_packets.count, 5);
    assert_true(fake_link_is_quiet(player.link));
    assert_null(w.dispatchers[0].reason);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client_messages_reach_their_client_unchanged),
        cmocka_unit_test(creation_and_change_are_passed_on_byte_for_byte),
        cmocka_unit_test(a_player_for_a_client_that_is_gone_is_answered),
        cmocka_unit_test(a_filtered_call_reaches_who_matches_once_and_unchanged),
        cmocka_unit_test(an_empty_key_means_every_client),
        cmocka_unit_test(properties_leave_with_their_client),
        cmocka_unit_test(each_client_gets_its_positions_in_one_packet),
        cmocka_unit_test(many_positions_are_split_below_what_clients_take),
        cmocka_unit_test(each_client_gets_its_runs_of_positions),
        cmocka_unit_test(runs_that_do_not_fit_are_refused_as_a_whole),
        cmocka_unit_test(a_client_that_is_behind_gets_no_positions),
        cmocka_unit_test(a_client_changes_hands_when_its_owner_gives_it),
        cmocka_unit_test(words_for_a_client_that_is_gone_are_answered),
        cmocka_unit_test(a_new_owner_is_told_once_its_dispatcher_has_said_hello),
        cmocka_unit_test(clients_of_entities_that_are_gone_are_closed),
        cmocka_unit_test(the_cluster_can_close_a_client),
        cmocka_unit_test(bad_and_unknown_messages_are_counted_and_nothing_else_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
