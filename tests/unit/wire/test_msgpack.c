/* msgpack in the forms that clients need, and what is refused of what they send. */
#include "unit/hex.h"
#include "wire/msgpack.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Every int and float form has its own writer, and the form never depends on the value. */
static void numbers_keep_their_width(void **state)
{
    (void)state;
    struct buf b = {0};
    msgpack_write_i8(&b, -1);
    msgpack_write_i16(&b, -2);
    msgpack_write_i32(&b, 1);
    msgpack_write_i64(&b, 1);
    msgpack_write_u8(&b, 1);
    msgpack_write_u16(&b, 1);
    msgpack_write_u32(&b, 1);
    msgpack_write_u64(&b, 1);
    msgpack_write_f32(&b, 1.5f);
    msgpack_write_f64(&b, 1.5);
    assert_hex(b.data, b.size,
               "d0ff d1fffe d200000001 d30000000000000001 cc01 cd0001 ce00000001"
               "cf0000000000000001 ca3fc00000 cb3ff8000000000000");
    buf_free(&b);
}

static void a_map_with_an_int_is_what_goworld_writes(void **state)
{
    (void)state;
    struct buf b = {0};
    msgpack_write_map(&b, 1);
    msgpack_write_str(&b, "_K", 2);
    msgpack_write_i64(&b, 1);
    assert_hex(b.data, b.size, "81a25f4bd30000000000000001");
    buf_free(&b);
}

static void a_path_is_what_goworld_writes(void **state)
{
    (void)state;
    struct buf b = {0};
    msgpack_write_array(&b, 3);
    msgpack_write_i64(&b, 1);
    msgpack_write_str(&b, "key2", 4);
    msgpack_write_str(&b, "key1", 4);
    assert_hex(b.data, b.size, "93d30000000000000001a46b657932a46b657931");
    buf_free(&b);
}

static void a_vector_is_what_goworld_writes(void **state)
{
    (void)state;
    struct buf b = {0};
    msgpack_write_vec3(&b, (gw_vec3){1, 2, 3});
    assert_hex(b.data, b.size, "83a158ca3f800000a159ca40000000a15aca40400000");
    buf_free(&b);
}

static void nil_and_bools_are_one_byte(void **state)
{
    (void)state;
    struct buf b = {0};
    msgpack_write_nil(&b);
    msgpack_write_bool(&b, false);
    msgpack_write_bool(&b, true);
    assert_hex(b.data, b.size, "c0c2c3");
    buf_free(&b);
}

static void heads_grow_with_the_size(void **state)
{
    (void)state;
    static const struct {
        uint32_t size;
        const char *str, *bin, *map, *array;
    } heads[] = {
        {0, "a0", "c400", "80", "90"},
        {15, "af", "c40f", "8f", "9f"},
        {16, "b0", "c410", "de0010", "dc0010"},
        {31, "bf", "c41f", "de001f", "dc001f"},
        {32, "d920", "c420", "de0020", "dc0020"},
        {255, "d9ff", "c4ff", "de00ff", "dc00ff"},
        {256, "da0100", "c50100", "de0100", "dc0100"},
        {65535, "daffff", "c5ffff", "deffff", "dcffff"},
        {65536, "db00010000", "c600010000", "df00010000", "dd00010000"},
    };
    static char bytes[65536];
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct buf b = {0};
        uint32_t size = heads[i].size;
        msgpack_write_str(&b, bytes, size);
        assert_hex(b.data, b.size - size, heads[i].str);
        buf_clear(&b);
        msgpack_write_bin(&b, bytes, size);
        assert_hex(b.data, b.size - size, heads[i].bin);
        buf_clear(&b);
        msgpack_write_map(&b, size);
        assert_hex(b.data, b.size, heads[i].map);
        buf_clear(&b);
        msgpack_write_array(&b, size);
        assert_hex(b.data, b.size, heads[i].array);
        buf_free(&b);
    }
}

/* Copies the value to memory of its size, so that the sanitizer sees a read behind it. */
static struct view view_of_hex(const char *digits)
{
    struct buf b = {0};
    hex_append(&b, digits);
    uint8_t *copy = test_malloc(b.size ? b.size : 1);
    if (b.size)
        memcpy(copy, b.data, b.size);
    struct view v = {copy, (uint32_t)b.size};
    buf_free(&b);
    return v;
}

static void free_view(struct view v)
{
    test_free((void *)(uintptr_t)v.data);
}

/* What GoWorld writes for a timer: a time is an ext. */
#define TIMERS                                                                                     \
    "9185a84669726554696d65d7ff01312d006553f100ae526570656174496e74657276616cd3000000003b9aca00"   \
    "a64d6574686f64a45469636ba44172677391d30000000000000007a6526570656174c3"

static const char *const whole_values[] = {
    "c0",
    "c2",
    "c3",
    "00",
    "7f",
    "e0",
    "ff",
    "cc05",
    "cd0005",
    "ce00000005",
    "cf0000000000000005",
    "d005",
    "d10005",
    "d200000005",
    "d30000000000000005",
    "ca3fc00000",
    "cb3ff8000000000000",
    "a0",
    "a161",
    "d90161",
    "da000161",
    "db0000000161",
    "c40161",
    "c5000161",
    "c60000000161",
    "80",
    "90",
    "81a16101",
    "9201c0",
    "de0001a16101",
    "df00000001a16101",
    "dc0002c0c0",
    "dd00000002c0c0",
    "d40001",
    "d5000102",
    "d60001020304",
    "d7000102030405060708",
    "d8000102030405060708090a0b0c0d0e0f10",
    "c70100ff",
    "c8000100ff",
    "c90000000100ff",
    "82a16191c0a16281c0c0",
    TIMERS,
};

enum { WHOLE_VALUES = sizeof whole_values / sizeof whole_values[0] };

static void every_form_is_one_whole_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < WHOLE_VALUES; i++) {
        struct view data = view_of_hex(whole_values[i]), value = {0};
        if (msgpack_check(data, &value))
            fail_msg("%s is refused", whole_values[i]);
        assert_ptr_equal(value.data, data.data);
        assert_int_equal(value.size, data.size);
        free_view(data);
    }
}

static void zeros_behind_a_value_are_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < WHOLE_VALUES; i++) {
        struct buf b = {0};
        hex_append(&b, whole_values[i]);
        size_t size = b.size;
        memset(buf_reserve(&b, 256), 0, 256);
        struct view value = {0};
        assert_int_equal(msgpack_check((struct view){b.data, 256}, &value), GW_OK);
        assert_int_equal(value.size, size);
        buf_free(&b);
    }
}

static void a_value_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < WHOLE_VALUES; i++) {
        for (uint32_t size = 0; size < strlen(whole_values[i]) / 2; size++) {
            char digits[256] = "";
            strncat(digits, whole_values[i], (size_t)size * 2);
            struct view data = view_of_hex(digits), value = {0};
            if (msgpack_check(data, &value) == GW_OK)
                fail_msg("%s is taken with %u bytes", whole_values[i], size);
            assert_null(value.data);
            free_view(data);
        }
    }
}

static void what_is_no_value_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "c1",
        "91c1",       "81c1c0",
        "ddffffffff", /* a count that makes an int of 32 bits overflow */
        "dd7fffffff", "ddfffffffec0c0c0c0",
        "dfffffffff", "df80000000",
        "df7fffffff", "dbffffffff",
        "c6ffffffff", "c9ffffffff00",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct view data = view_of_hex(bad[i]), value = {0};
        if (msgpack_check(data, &value) != GW_EPROTO)
            fail_msg("%s is taken", bad[i]);
        free_view(data);
    }
    struct view value;
    assert_int_equal(msgpack_check((struct view){0}, &value), GW_EPROTO);
}

static gw_err check_nested(const char *opening, size_t depth, const char *inner)
{
    struct buf b = {0};
    for (size_t i = 0; i < depth; i++)
        hex_append(&b, opening);
    hex_append(&b, inner);
    struct view value;
    gw_err err = msgpack_check((struct view){b.data, (uint32_t)b.size}, &value);
    buf_free(&b);
    return err;
}

static void nesting_goes_as_deep_as_the_limit_and_no_deeper(void **state)
{
    (void)state;
    static const char *const openings[] = {"91", "81a161", "dc0001", "81c0"};
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        assert_int_equal(check_nested(openings[i], MSGPACK_DEPTH_MAX, "01"), GW_OK);
        assert_int_equal(check_nested(openings[i], MSGPACK_DEPTH_MAX + 1, "01"), GW_EFULL);
        assert_int_equal(check_nested(openings[i], 100000, "01"), GW_EFULL);
    }
    assert_int_equal(check_nested("91", MSGPACK_DEPTH_MAX - 1, "90"), GW_OK);
    assert_int_equal(check_nested("91", MSGPACK_DEPTH_MAX, "90"), GW_EFULL);
}

static void every_int_form_is_an_int(void **state)
{
    (void)state;
    static const struct {
        const char *digits;
        int64_t value;
    } ints[] = {
        {"c0", 0},
        {"05", 5},
        {"7f", 127},
        {"e0", -32},
        {"ff", -1},
        {"cc05", 5},
        {"ccff", 255},
        {"cd0005", 5},
        {"ce00000005", 5},
        {"cf0000000000000005", 5},
        {"d005", 5},
        {"d080", -128},
        {"d1ffff", -1},
        {"d2ffffffff", -1},
        {"d3ffffffffffffffff", -1},
        {"d30000000000000005", 5},
        {"d38000000000000000", INT64_MIN},
        {"cf7fffffffffffffff", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof ints / sizeof ints[0]; i++) {
        struct view v = view_of_hex(ints[i].digits);
        int64_t value = 99;
        assert_int_equal(msgpack_read_int(v, INT64_MIN, INT64_MAX, &value), GW_OK);
        assert_true(value == ints[i].value);
        uint64_t natural = 99;
        assert_int_equal(msgpack_read_uint(v, UINT64_MAX, &natural) == GW_OK, ints[i].value >= 0);
        assert_true(natural == (ints[i].value < 0 ? 99 : (uint64_t)ints[i].value));
        double real = 99;
        assert_int_equal(msgpack_read_f64(v, &real), GW_OK);
        assert_true(real == (double)ints[i].value);
        free_view(v);
    }
}

static void a_number_out_of_its_range_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *digits;
        int64_t min, max;
    } out[] = {
        {"cc80", -128, 127},
        {"d17fff", -128, 127},
        {"d0ff", 0, 255},
        {"c0", 1, 5},
        {"cf8000000000000000", INT64_MIN, INT64_MAX},
        {"e0", -31, 0},
        {"d3ffffffff7fffffff", INT32_MIN, INT32_MAX},
    };
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++) {
        struct view v = view_of_hex(out[i].digits);
        int64_t value = 99;
        assert_int_equal(msgpack_read_int(v, out[i].min, out[i].max, &value), GW_EINVAL);
        assert_int_equal(value, 99);
        free_view(v);
    }
    struct view v = view_of_hex("cc80");
    uint64_t natural = 99;
    assert_int_equal(msgpack_read_uint(v, 127, &natural), GW_EINVAL);
    assert_int_equal(msgpack_read_uint(v, 128, &natural), GW_OK);
    free_view(v);
}

static void floats_are_read_wide(void **state)
{
    (void)state;
    struct view narrow = view_of_hex("ca3fc00000"), wide = view_of_hex("cb3ff8000000000000");
    double value = 0;
    assert_int_equal(msgpack_read_f64(narrow, &value), GW_OK);
    assert_true(value == 1.5);
    value = 0;
    assert_int_equal(msgpack_read_f64(wide, &value), GW_OK);
    assert_true(value == 1.5);
    free_view(narrow);
    free_view(wide);
}

/* Which readers take which values. */
enum {
    BOOL = 1,
    INT = 2,
    UINT = 4,
    REAL = 8,
    STR = 16,
    BIN = 32,
    VEC = 64,
    MAP = 128,
    ARRAY = 256
};

static unsigned takers(struct view v)
{
    bool boolean;
    int64_t i;
    uint64_t u;
    double real;
    struct view view;
    gw_vec3 vec;
    struct msgpack_pairs pairs;
    struct msgpack_items items;
    return (msgpack_read_bool(v, &boolean) ? 0u : BOOL) |
           (msgpack_read_int(v, INT64_MIN, INT64_MAX, &i) ? 0u : INT) |
           (msgpack_read_uint(v, UINT64_MAX, &u) ? 0u : UINT) |
           (msgpack_read_f64(v, &real) ? 0u : REAL) | (msgpack_read_str(v, &view) ? 0u : STR) |
           (msgpack_read_bin(v, &view) ? 0u : BIN) | (msgpack_read_vec3(v, &vec) ? 0u : VEC) |
           (msgpack_read_map(v, &pairs) ? 0u : MAP) | (msgpack_read_array(v, &items) ? 0u : ARRAY);
}

static void each_reader_takes_its_own_kinds_and_nil(void **state)
{
    (void)state;
    static const struct {
        const char *digits;
        unsigned takers;
    } values[] = {
        {"c0", BOOL | INT | UINT | REAL | STR | BIN | VEC | MAP | ARRAY},
        {"c2", BOOL},
        {"c3", BOOL},
        {"01", INT | UINT | REAL},
        {"ff", INT | REAL},
        {"ca3f800000", REAL}, /* 1.0 is no int */
        {"cb3ff0000000000000", REAL},
        {"a131", STR | BIN},
        {"d90131", STR | BIN},
        {"c40131", STR | BIN},
        {"80", VEC | MAP},
        {"90", ARRAY},
        {"93010203", VEC | ARRAY},
        {"9401020304", ARRAY},
        {"930102a0", ARRAY},
        {"d40000", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct view v = view_of_hex(values[i].digits);
        if (takers(v) != values[i].takers)
            fail_msg("%s is taken by 0x%x", values[i].digits, takers(v));
        free_view(v);
    }
}

static void strings_and_bytes_are_viewed_in_place(void **state)
{
    (void)state;
    static const char *const forms[] = {"a2 6869",         "d902 6869", "da0002 6869",
                                        "db00000002 6869", "c402 6869", "c50002 6869",
                                        "c600000002 6869"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct view v = view_of_hex(forms[i]), text = {0};
        assert_int_equal(msgpack_read_str(v, &text), GW_OK);
        assert_true(view_equals(text, "hi"));
        assert_ptr_equal(text.data, v.data + v.size - 2);
        free_view(v);
    }
    struct view nil = view_of_hex("c0"), text = {NULL, 7};
    assert_int_equal(msgpack_read_str(nil, &text), GW_OK);
    assert_int_equal(text.size, 0);
    free_view(nil);
}

static void maps_are_walked_pair_by_pair(void **state)
{
    (void)state;
    struct view v = view_of_hex("83 a161 05 a162 92c0c3 c40163 81a164c2"), key, value;
    struct msgpack_pairs pairs;
    assert_int_equal(msgpack_read_map(v, &pairs), GW_OK);
    assert_int_equal(pairs.left, 3);
    assert_true(msgpack_next_pair(&pairs, &key, &value));
    assert_true(view_equals(key, "a"));
    assert_hex(value.data, value.size, "05");
    assert_true(msgpack_next_pair(&pairs, &key, &value));
    assert_true(view_equals(key, "b"));
    assert_hex(value.data, value.size, "92c0c3");
    assert_true(msgpack_next_pair(&pairs, &key, &value));
    assert_true(view_equals(key, "c"));
    assert_hex(value.data, value.size, "81a164c2");
    assert_false(msgpack_next_pair(&pairs, &key, &value));
    assert_int_equal(pairs.left, 0);
    free_view(v);
}

static void a_key_that_is_no_string_stops_the_walk(void **state)
{
    (void)state;
    static const char *const maps[] = {"8101c0", "81c0c0", "8190c0", "82a161c0c3c0"};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        struct view v = view_of_hex(maps[i]), key, value;
        struct msgpack_pairs pairs;
        assert_int_equal(msgpack_read_map(v, &pairs), GW_OK);
        while (msgpack_next_pair(&pairs, &key, &value))
            assert_true(view_equals(key, "a"));
        assert_int_equal(pairs.left, 1);
        free_view(v);
    }
}

static void arrays_are_walked_item_by_item(void **state)
{
    (void)state;
    struct view v = view_of_hex("93 05 a162 90"), item;
    struct msgpack_items items;
    assert_int_equal(msgpack_read_array(v, &items), GW_OK);
    assert_true(msgpack_next_item(&items, &item));
    assert_hex(item.data, item.size, "05");
    assert_true(msgpack_next_item(&items, &item));
    assert_hex(item.data, item.size, "a162");
    assert_true(msgpack_next_item(&items, &item));
    assert_hex(item.data, item.size, "90");
    assert_false(msgpack_next_item(&items, &item));
    free_view(v);
}

static void vectors_come_as_maps_or_arrays_of_any_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *digits;
        gw_vec3 value;
    } vectors[] = {
        {"83a158ca3f800000a159ca40000000a15aca40400000", {1, 2, 3}},
        {"83a15a03a158cb3ff0000000000000a159d002", {1, 2, 3}},
        {"930102ca40400000", {1, 2, 3}},
        {"82a15905a157a0", {0, 5, 0}},
        {"80", {0, 0, 0}},
        {"c0", {0, 0, 0}},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct view v = view_of_hex(vectors[i].digits);
        gw_vec3 value = {9, 9, 9};
        assert_int_equal(msgpack_read_vec3(v, &value), GW_OK);
        assert_true(value.x == vectors[i].value.x && value.y == vectors[i].value.y &&
                    value.z == vectors[i].value.z);
        free_view(v);
    }
}

static void a_vector_that_is_no_place_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "93 01 02 ca7fc00000",         /* NaN */
        "93 01 02 ca7f800000",         /* infinity */
        "93 01 02 cb7e37e43c8800759c", /* 1e300 */
        "9201 02",
        "81a158a0",
        "8101c0",
        "81a158c3",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct view v = view_of_hex(bad[i]);
        gw_vec3 value = {9, 9, 9};
        assert_int_equal(msgpack_read_vec3(v, &value), GW_EINVAL);
        assert_true(value.x == 9 && value.y == 9 && value.z == 9);
        free_view(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_keep_their_width),
        cmocka_unit_test(a_map_with_an_int_is_what_goworld_writes),
        cmocka_unit_test(a_path_is_what_goworld_writes),
        cmocka_unit_test(a_vector_is_what_goworld_writes),
        cmocka_unit_test(nil_and_bools_are_one_byte),
        cmocka_unit_test(heads_grow_with_the_size),
        cmocka_unit_test(every_form_is_one_whole_value),
        cmocka_unit_test(zeros_behind_a_value_are_left_out),
        cmocka_unit_test(a_value_cut_anywhere_is_refused),
        cmocka_unit_test(what_is_no_value_is_refused),
        cmocka_unit_test(nesting_goes_as_deep_as_the_limit_and_no_deeper),
        cmocka_unit_test(every_int_form_is_an_int),
        cmocka_unit_test(a_number_out_of_its_range_is_refused),
        cmocka_unit_test(floats_are_read_wide),
        cmocka_unit_test(each_reader_takes_its_own_kinds_and_nil),
        cmocka_unit_test(strings_and_bytes_are_viewed_in_place),
        cmocka_unit_test(maps_are_walked_pair_by_pair),
        cmocka_unit_test(a_key_that_is_no_string_stops_the_walk),
        cmocka_unit_test(arrays_are_walked_item_by_item),
        cmocka_unit_test(vectors_come_as_maps_or_arrays_of_any_numbers),
        cmocka_unit_test(a_vector_that_is_no_place_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
