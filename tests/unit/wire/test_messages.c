/* Every message of the manifest, against payloads made without the code under test. */
#include "unit/hex.h"
#include "wire/messages.h"
#include "wire/msgpack.h"

#include "golden/dump.h"

#include <stdlib.h>

/* Each reads a payload as one message and writes that anew. */
#define MSG(NAME, name, number, ...)                                                               \
    static bool rewrite_##name(struct view payload, struct buf *out)                               \
    {                                                                                              \
        struct msg_##name m;                                                                       \
        if (!msg_##name##_read(payload, &m))                                                       \
            return false;                                                                          \
        msg_##name##_write(out, &m);                                                               \
        return true;                                                                               \
    }
#include "wire/messages.inl"
#undef MSG

struct row {
    const char *name;
    uint16_t type;
    const char *fields; /* "(id, entity), (str, method)" */
    bool (*rewrite)(struct view payload, struct buf *out);
};

static const struct row rows[] = {
#define MSG(NAME, name, number, ...) {#NAME, number, #__VA_ARGS__, rewrite_##name},
#include "wire/messages.inl"
#undef MSG
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void put_le(struct buf *b, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        buf_append(b, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

static void put_noise(struct buf *b, size_t size)
{
    for (size_t i = 0; i < size; i++)
        put_le(b, (uint64_t)rand() & 0xff, 1);
}

static void put_var(struct buf *b)
{
    size_t size = (size_t)rand() % 20;
    put_le(b, size, 4);
    put_noise(b, size);
}

/* A count of so many bytes, and that many times `each` bytes, or a var for 0. */
static void put_counted(struct buf *b, size_t count_size, size_t each, size_t per_count)
{
    size_t count = (size_t)rand() % 4;
    put_le(b, count, count_size);
    for (size_t i = 0; i < count * per_count; i++) {
        if (each)
            put_noise(b, each);
        else
            put_var(b);
    }
}

static const struct {
    const char *kind;
    size_t size; /* of kinds without a length */
    size_t count_size, each, per_count;
} kinds[] = {
    {"u8", 1, 0, 0, 0},   {"u16", 2, 0, 0, 0},  {"u32", 4, 0, 0, 0},    {"u64", 8, 0, 0, 0},
    {"f32", 4, 0, 0, 0},  {"id", 16, 0, 0, 0},  {"rest", 64, 0, 0, 0},  {"args", 0, 2, 0, 1},
    {"ids", 0, 4, 16, 1}, {"u16s", 0, 2, 2, 1}, {"strmap", 0, 4, 0, 2},
};

static void put_field(struct buf *b, const char *kind)
{
    if (strcmp(kind, "bool") == 0) {
        put_le(b, (uint64_t)rand() & 1, 1);
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        if (kinds[i].size)
            put_noise(b, kinds[i].size);
        else
            put_counted(b, kinds[i].count_size, kinds[i].each, kinds[i].per_count);
        return;
    }
    assert_true(strcmp(kind, "str") == 0 || strcmp(kind, "data") == 0 ||
                strcmp(kind, "bytes") == 0);
    put_var(b);
}

/* A payload of the row with random fields. */
static struct buf sample(const struct row *row)
{
    struct buf b = {0};
    char kind[16];
    put_le(&b, row->type, 2);
    for (const char *at = row->fields; (at = strchr(at, '(')); at++) {
        assert_int_equal(sscanf(at, "(%15[a-z0-9]", kind), 1);
        put_field(&b, kind);
    }
    return b;
}

static bool rewrites(const struct row *row, const uint8_t *bytes, size_t size, struct buf *out)
{
    /* A copy that ends where the payload ends, so that the sanitizer sees a read behind it. */
    uint8_t *copy = mem_alloc(size);
    if (size > 0)
        memcpy(copy, bytes, size);
    buf_clear(out);
    bool ok = row->rewrite((struct view){copy, (uint32_t)size}, out);
    free(copy);
    return ok;
}

/* Fields of f32 kind can hold a signalling NaN: written back they are the same bits. */
static void every_message_survives_reading_and_writing(void **state)
{
    (void)state;
    struct buf out = {0};
    for (size_t i = 0; i < (size_t)ROWS * 100; i++) {
        const struct row *row = &rows[i % ROWS];
        struct buf payload = sample(row);
        if (!rewrites(row, payload.data, payload.size, &out))
            fail_msg("%s is refused", row->name);
        if (out.size != payload.size || memcmp(out.data, payload.data, out.size) != 0)
            fail_msg("%s comes back different", row->name);
        buf_free(&payload);
    }
    buf_free(&out);
}

static bool ends_in_rest(const struct row *row)
{
    return strstr(row->fields, "(rest,") != NULL;
}

static void every_message_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct buf out = {0};
    for (size_t i = 0; i < (size_t)ROWS * 20; i++) {
        const struct row *row = &rows[i % ROWS];
        struct buf payload = sample(row);
        size_t whole = ends_in_rest(row) ? payload.size - 64 : payload.size;
        for (size_t size = 0; size < whole; size++)
            if (rewrites(row, payload.data, size, &out))
                fail_msg("%s of %zu bytes is taken with %zu", row->name, payload.size, size);
        buf_free(&payload);
    }
    buf_free(&out);
}

static void every_message_with_a_byte_behind_it_is_refused(void **state)
{
    (void)state;
    struct buf out = {0};
    for (size_t i = 0; i < ROWS; i++) {
        struct buf payload = sample(&rows[i]);
        put_le(&payload, 0, 1);
        assert_int_equal(rewrites(&rows[i], payload.data, payload.size, &out),
                         ends_in_rest(&rows[i]));
        buf_free(&payload);
    }
    buf_free(&out);
}

static void every_message_of_another_type_is_refused(void **state)
{
    (void)state;
    struct buf out = {0};
    for (size_t i = 0; i < ROWS; i++) {
        struct buf payload = sample(&rows[i]);
        payload.data[0] ^= 0x80;
        assert_false(rewrites(&rows[i], payload.data, payload.size, &out));
        buf_free(&payload);
    }
    buf_free(&out);
}

static void counts_without_the_bytes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *payload;
    } bad[] = {
        {"SET_GAME_ID", "0100 0100 00 00 00 ffffffff"},
        {"SET_GAME_ID", "0100 0100 00 00 00 00000010"}, /* 2^28 ids are 2^32 bytes */
        {"SET_GAME_ID_ACK", "1500 0100 01 ffff 0000"},
        {"SET_GAME_ID_ACK", "1500 0100 01 0000 00000000 ffffffff"},
        {"SET_GAME_ID_ACK",
         "1500 0100 01 0000 00000000 00000080"}, /* 2^31 pairs are 2^32 strings */
        {"CALL_NIL_SPACES", "1400 0000 00000000 ffff"},
        {"CALL_NIL_SPACES", "1400 0000 ffffffff 0000"},
        {"CALL_NIL_SPACES", "1400 0000 00000000 0100 ffffffff c0"},
    };
    struct buf out = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf payload = {0};
        hex_append(&payload, bad[i].payload);
        for (size_t row = 0; row < ROWS; row++)
            if (strcmp(rows[row].name, bad[i].name) == 0)
                assert_false(rewrites(&rows[row], payload.data, payload.size, &out));
        buf_free(&payload);
    }
    buf_free(&out);
}

static void names_are_those_of_the_plain_rows(void **state)
{
    (void)state;
    assert_string_equal(msg_name(1), "SET_GAME_ID");
    assert_string_equal(msg_name(11), "CALL_ENTITY_METHOD_FROM_CLIENT");
    assert_string_equal(msg_name(MSG_CALL_ENTITY_METHOD_FROM_CLIENT_FORWARDED),
                        "CALL_ENTITY_METHOD_FROM_CLIENT");
    assert_string_equal(msg_name(3004), "NOTIFY_LOAD_FAILED");
    assert_null(msg_name(0));
    assert_null(msg_name(2000));
    assert_int_equal(msg_type_of((struct view){(const uint8_t *)"\xd1\x07", 2}), 2001);
    assert_int_equal(msg_type_of((struct view){(const uint8_t *)"\xd1", 1}), 0);
}

static const gw_id entity = {"awNEKGhsggslAAAC"}, client = {"awNEKGhsggslAAAB"};

/* The known answers of docs/internals/protocol.md 7 begin with the u32 length of the packet. */
static void assert_packet(struct buf *payload, const char *digits)
{
    struct buf packet = {0};
    put_le(&packet, payload->size, 4);
    buf_append(&packet, payload->data, payload->size);
    assert_hex(packet.data, packet.size, digits);
    buf_free(&packet);
    buf_free(payload);
}

static void create_entity_is_what_goworld_sends(void **state)
{
    (void)state;
    struct buf b = {0};
    msg_create_entity_on_client_write(
        &b, &(struct msg_create_entity_on_client){.gate = 1,
                                                  .client = client,
                                                  .is_player = true,
                                                  .entity = entity,
                                                  .type = view_str("Account"),
                                                  .attrs = view_str("\x80")});
    assert_packet(&b, "45000000ea03010061774e454b4768736767736c414141420161774e454b4768736767736c"
                      "41414143070000004163636f756e74000000000000000000000000000000000100000080");
}

static void an_attribute_change_is_what_goworld_sends(void **state)
{
    (void)state;
    struct buf b = {0}, value = {0};
    msgpack_write_i64(&value, 100);
    msg_notify_map_attr_change_write(
        &b, &(struct msg_notify_map_attr_change){.gate = 1,
                                                 .client = client,
                                                 .entity = entity,
                                                 .path = view_str("\xc0"),
                                                 .key = view_str("hp"),
                                                 .value = view_of(&value)});
    buf_free(&value);
    assert_packet(&b, "3c000000ec03010061774e454b4768736767736c4141414261774e454b4768736767736c4141"
                      "414301000000c002000000687009000000d30000000000000064");
}

static void a_filtered_call_is_what_goworld_sends(void **state)
{
    (void)state;
    struct buf b = {0};
    msg_call_filtered_clients_write(
        &b, &(struct msg_call_filtered_clients){
                .op = 4, .key = view_str("lv"), .value = view_str("5"), .method = view_str("Hi")});
    assert_packet(&b, "16000000dd0504020000006c7601000000350200000048690000");
}

static void the_load_report_is_what_goworld_sends(void **state)
{
    (void)state;
    struct buf b = {0}, info = {0};
    msgpack_write_map(&info, 1);
    msgpack_write_str(&info, "cp", 2);
    msgpack_write_f64(&info, 12.5);
    msg_game_lbc_info_write(&b, &(struct msg_game_lbc_info){.info = view_of(&info)});
    buf_free(&info);
    assert_packet(&b, "1300000019000d00000081a26370cb4029000000000000");
}

static void create_somewhere_is_what_goworld_sends(void **state)
{
    (void)state;
    struct buf b = {0};
    msg_create_entity_somewhere_write(
        &b, &(struct msg_create_entity_somewhere){
                .entity = entity, .type = view_str("Avatar"), .attrs = view_str("\xc0")});
    assert_packet(&b, "230000000700000061774e454b4768736767736c414141430600000041766174617201000000"
                      "c0");
}

/* docs/internals/protocol.md 7, known answer 12 */
static void what_is_ours_about_clients_is_what_is_written_down(void **state)
{
    (void)state;
    struct buf b = {0};
    gw_id who = {"awNEKGhsggslAAAB"}, boot = {"awNEKGhsggslAAAC"};
    msg_connect_client_write(
        &b, &(struct msg_connect_client){.client = who,
                                         .boot_entity = boot,
                                         .gate = 1,
                                         .address = {(const uint8_t *)"1.2.3.4:5", 9}});
    assert_int_equal(b.size, 49);
    assert_memory_equal(b.data,
                        "\xc2\x0b"
                        "awNEKGhsggslAAABawNEKGhsggslAAAC\x01\x00\x09\x00\x00\x00"
                        "1.2.3.4:5",
                        49);
    buf_clear(&b);
    msg_pause_client_write(&b, &(struct msg_pause_client){.gate = 1, .client = who});
    assert_int_equal(b.size, 20);
    assert_memory_equal(b.data,
                        "\xc3\x0b\x01\x00"
                        "awNEKGhsggslAAAB",
                        20);
    buf_clear(&b);
    msg_resume_client_write(&b, &(struct msg_resume_client){.gate = 1, .client = who});
    assert_memory_equal(b.data,
                        "\xc4\x0b\x01\x00"
                        "awNEKGhsggslAAAB",
                        20);
    buf_free(&b);
}

static unsigned check_packet(const struct dump *dump)
{
    unsigned checked = 0;
    struct buf out = {0};
    for (size_t row = 0; row < ROWS; row++) {
        if (rows[row].type != msg_type_of((struct view){dump->payload, (uint32_t)dump->size}) ||
            strstr(rows[row].name, "SYNC"))
            continue;
        if (!rewrites(&rows[row], dump->payload, dump->size, &out))
            fail_msg("a packet of type %u is refused", rows[row].type);
        assert_memory_equal(out.data, dump->payload, dump->size);
        checked++;
    }
    buf_free(&out);
    return checked;
}

static void all_that_goworld_sent_in_a_session_reads_and_writes(void **state)
{
    (void)state;
    static const char *const names[] = {"chatroom", "unity"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct dump dump;
        unsigned checked = 0;
        dump_open(&dump, names[i]);
        while (dump_next_from_server(&dump))
            checked += check_packet(&dump);
        dump_close(&dump);
        assert_true(checked > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_survives_reading_and_writing),
        cmocka_unit_test(every_message_cut_anywhere_is_refused),
        cmocka_unit_test(every_message_with_a_byte_behind_it_is_refused),
        cmocka_unit_test(every_message_of_another_type_is_refused),
        cmocka_unit_test(counts_without_the_bytes_are_refused),
        cmocka_unit_test(names_are_those_of_the_plain_rows),
        cmocka_unit_test(create_entity_is_what_goworld_sends),
        cmocka_unit_test(an_attribute_change_is_what_goworld_sends),
        cmocka_unit_test(a_filtered_call_is_what_goworld_sends),
        cmocka_unit_test(the_load_report_is_what_goworld_sends),
        cmocka_unit_test(create_somewhere_is_what_goworld_sends),
        cmocka_unit_test(what_is_ours_about_clients_is_what_is_written_down),
        cmocka_unit_test(all_that_goworld_sent_in_a_session_reads_and_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
