/* Recorded sessions of published clients, repeated at a gate: the client says what it said, the
 * game what GoWorld's said, and both must hear it in the dialect that is theirs. */
#include "world.h"

#include "golden/dump.h"

#define PREFIX_BYTES 20u /* type, gate, client */

struct replay {
    struct world w;
    struct player player;
    gw_id recorded; /* the client's id in the dump */
    struct player (*connect)(struct world *w);
    struct dump dump;
    const char *const *in_2017; /* what differs there, in hex, in the order in which it comes */
    unsigned from_client, from_server;
};

static struct view payload_of(struct replay *r)
{
    return (struct view){r->dump.payload, (uint32_t)r->dump.size};
}

static void connect_as(struct replay *r, gw_id recorded)
{
    if (gw_id_equal(r->recorded, recorded))
        return;
    r->recorded = recorded;
    r->player = r->connect(&r->w);
}

/* The dump's gate and client are others. A client that is new there connects. */
static void put_addressee(struct replay *r)
{
    unsigned type = msg_type_of(payload_of(r));
    if (type == MSG_CALL_FILTERED_CLIENTS || type == MSG_SYNC_POSITION_YAW_ON_CLIENTS)
        return;
    assert_true(r->dump.size > PREFIX_BYTES);
    if (type == MSG_CREATE_ENTITY_ON_CLIENT) {
        gw_id recorded;
        memcpy(&recorded, r->dump.payload + 4, sizeof recorded);
        connect_as(r, recorded);
    }
    r->dump.payload[2] = 3;
    memcpy(r->dump.payload + 4, r->player.id.text, sizeof r->player.id);
}

/* The game has set the property that its call asks for; clients do not see that. */
static void set_property_of_call(struct replay *r)
{
    struct msg_call_filtered_clients m;
    assert_true(msg_call_filtered_clients_read(payload_of(r), &m));
    RECEIVE(&r->w.dispatchers[0], set_clientproxy_filter_prop, .gate = 3, .client = r->player.id,
            .key = m.key, .value = m.value);
}

/* A game sends the positions of all clients of a gate in one packet. */
static void play_positions(struct replay *r)
{
    struct buf records = {0};
    for (size_t at = 2; at < r->dump.size; at += 32) {
        write_id(&records, r->player.id);
        write_bytes(&records, r->dump.payload + at, 32);
    }
    RECEIVE(&r->w.dispatchers[0], sync_position_yaw_on_clients, .gate = 3,
            .records = view_of(&records));
    buf_free(&records);
}

static void play_game(struct replay *r)
{
    unsigned type = msg_type_of(payload_of(r));
    if (type == MSG_SYNC_POSITION_YAW_ON_CLIENTS) {
        play_positions(r);
        return;
    }
    if (type == MSG_CALL_FILTERED_CLIENTS)
        set_property_of_call(r);
    fake_link_receive(&r->w.dispatchers[0], r->dump.payload, r->dump.size);
}

static void read_hex(struct dump *dump, const char *hex)
{
    dump->size = 0;
    for (unsigned byte; sscanf(hex + dump->size * 2, "%2x", &byte) == 1; dump->size++)
        dump->payload[dump->size] = (uint8_t)byte;
}

static void from_server(struct replay *r)
{
    unsigned type = msg_type_of(payload_of(r));
    put_addressee(r);
    play_game(r);
    if (r->in_2017 && (type == MSG_NOTIFY_MAP_ATTR_CHANGE || type == MSG_CALL_FILTERED_CLIENTS)) {
        read_hex(&r->dump, *r->in_2017++);
        put_addressee(r);
    }
    world_expect(&r->player, r->dump.payload, r->dump.size);
    r->from_server++;
}

/* 12 is a call there, 13 a position. */
static void from_client(struct replay *r)
{
    fake_link_receive(r->player.link, r->dump.payload, r->dump.size);
    world_pass(&r->w, 1); /* positions go in a turn */
    struct view passed;
    assert_true(fake_link_next(&r->w.dispatchers[0], &passed));
    bool is_call = r->dump.payload[0] == 12;
    assert_int_equal(passed.data[0], is_call ? 11 : 12);
    assert_int_equal(passed.size, r->dump.size + (is_call ? sizeof(gw_id) : 0));
    assert_memory_equal(passed.data + 1, r->dump.payload + 1, r->dump.size - 1);
    if (is_call)
        assert_memory_equal(passed.data + r->dump.size, r->player.id.text, sizeof(gw_id));
    r->from_client++;
}

static void play(struct replay *r)
{
    while (dump_next(&r->dump)) {
        if (r->dump.is_from_client)
            from_client(r);
        else
            from_server(r);
        assert_true(fake_link_is_quiet(r->player.link));
        assert_true(fake_link_is_quiet(&r->w.dispatchers[0]));
        assert_null(r->player.link->reason);
    }
    assert_int_equal(gate_stats(r->w.g)->foreign_positions.count, 0);
    assert_int_equal(gate_stats(r->w.g)->assumed_dialects, 0);
    dump_close(&r->dump);
    world_stop(&r->w);
}

static const char *const chatroom_in_2017[] = {
    "ec03010061774e454b4768736767736c4141414261774e454b4768736767735a41414142010000009008000000"
    "63686174726f6f6d06000000a5726f6f6d32",
    "dd050800000063686174726f6f6d05000000726f6f6d320a0000004f6e5265637643686174020006000000a575"
    "323837330e000000ad68c3a96c6c6f20e4bda0e5a5bd",
};

static void a_client_of_the_chatroom_demo_is_served_in_2017(void **state)
{
    (void)state;
    static const enum dialect dialects[] = {DIALECT_UNKNOWN, DIALECT_2017};
    for (unsigned i = 0; i < 2; i++) {
        struct replay r = {.connect = world_browser, .in_2017 = chatroom_in_2017};
        world_start(&r.w, (struct gate_desc){.dialect = dialects[i]});
        dump_open(&r.dump, "chatroom");
        play(&r);
        assert_int_equal(r.from_client, 6);
        assert_int_equal(r.from_server, 7);
        assert_ptr_equal(r.in_2017, chatroom_in_2017 + 2);
    }
}

static void clients_of_the_unity_demo_are_served_in_2018(void **state)
{
    (void)state;
    static const enum dialect dialects[] = {DIALECT_UNKNOWN, DIALECT_2018};
    for (unsigned i = 0; i < 2; i++) {
        struct replay r = {.connect = world_player};
        world_start(&r.w, (struct gate_desc){.dialect = dialects[i]});
        dump_open(&r.dump, "unity");
        play(&r);
        assert_int_equal(r.from_client, 431);
        assert_int_equal(r.from_server, 122);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_of_the_chatroom_demo_is_served_in_2017),
        cmocka_unit_test(clients_of_the_unity_demo_are_served_in_2018),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
