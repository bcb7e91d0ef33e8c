/* Values: read from msgpack, asked in every way, built by the program and written. */
#include "gate.h"

#include "client/codec.h"

enum { BUDGET = 1 << 20 };

static enum codec_result read_hex(const char *digits, size_t *budget, gwc_value *out)
{
    struct buf bytes = {0};
    hex_append(&bytes, digits);
    enum codec_result result = codec_read(view_of(&bytes), budget, out);
    buf_free(&bytes);
    return result;
}

static gwc_value value_of(const char *digits)
{
    size_t budget = BUDGET;
    gwc_value value;
    assert_int_equal(read_hex(digits, &budget, &value), CODEC_OK);
    return value;
}

static void every_form_of_msgpack_is_read(void **state)
{
    static const struct {
        const char *digits, *text;
        gwc_type type;
    } cases[] = {
        {"c0", "nil", GWC_NIL},
        {"c2", "false", GWC_BOOL},
        {"c3", "true", GWC_BOOL},
        {"00", "0", GWC_INT},
        {"7f", "127", GWC_INT},
        {"ff", "-1", GWC_INT},
        {"e0", "-32", GWC_INT},
        {"cc80", "128", GWC_INT},
        {"cd0100", "256", GWC_INT},
        {"ce00010000", "65536", GWC_INT},
        {"cf0000000100000000", "4294967296", GWC_INT},
        {"d0 80", "-128", GWC_INT},
        {"d1 8000", "-32768", GWC_INT},
        {"d2 80000000", "-2147483648", GWC_INT},
        {"d3 8000000000000000", "-9223372036854775808", GWC_INT},
        {"d3 0000000000000001", "1", GWC_INT},
        {"ca 3fc00000", "1.500", GWC_DOUBLE},
        {"cb 3ff8000000000000", "1.500", GWC_DOUBLE},
        {"a0", "", GWC_STR},
        {"a2 6869", "hi", GWC_STR},
        {"d9 02 6869", "hi", GWC_STR},
        {"da 0002 6869", "hi", GWC_STR},
        {"db 00000002 6869", "hi", GWC_STR},
        {"c4 02 6869", "hi", GWC_BYTES},
        {"c5 0002 6869", "hi", GWC_BYTES},
        {"c6 00000002 6869", "hi", GWC_BYTES},
        {"c7 02 05 6869", "hi", GWC_BYTES},
        {"c8 0002 05 6869", "hi", GWC_BYTES},
        {"c9 00000002 05 6869", "hi", GWC_BYTES},
        {"d4 05 68", "h", GWC_BYTES},
        {"d5 05 6869", "hi", GWC_BYTES},
        {"90", "[]", GWC_LIST},
        {"93 01 c0 9102", "[1,nil,[2]]", GWC_LIST},
        {"dc 0001 01", "[1]", GWC_LIST},
        {"dd 00000001 01", "[1]", GWC_LIST},
        {"80", "{}", GWC_MAP},
        {"82 a162 01 a161 81a16302", "{a:{c:2},b:1}", GWC_MAP},
        {"de 0001 a161 01", "{a:1}", GWC_MAP},
        {"df 00000001 c40161 01", "{a:1}", GWC_MAP},
        {"83 07 01 ff 02 a137 03", "{-1:2,7:3}", GWC_MAP},
        {"01 ffffff", "1", GWC_INT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gwc_value value = value_of(cases[i].digits);
        struct buf text = {0};
        print_value(&text, &value);
        buf_append(&text, "", 1);
        assert_string_equal((const char *)text.data, cases[i].text);
        assert_int_equal(gwc_type_of(&value), cases[i].type);
        buf_free(&text);
        value_clear(&value);
    }
}

static void the_last_of_equal_keys_counts(void **state)
{
    (void)state;
    gwc_value value = value_of("84 a161 01 a162 02 a161 03 a161 04");
    assert_int_equal(gwc_count(&value), 2);
    assert_int_equal(gwc_to_int(gwc_get(&value, "a")), 4);
    value_clear(&value);
}

static void what_is_no_value_is_refused(void **state)
{
    static const struct {
        const char *digits;
        enum codec_result result;
    } cases[] = {
        {"", CODEC_MALFORMED},         {"c1", CODEC_MALFORMED},
        {"a2 68", CODEC_MALFORMED},    {"dd ffffffff 00", CODEC_MALFORMED},
        {"81 c0 01", CODEC_MALFORMED}, {"81 90 01", CODEC_MALFORMED},
        {"92 01", CODEC_MALFORMED},    {"91 81 cb3ff8000000000000 01", CODEC_MALFORMED},
        {"d9 ff 00", CODEC_MALFORMED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t budget = BUDGET;
        gwc_value value;
        assert_int_equal(read_hex(cases[i].digits, &budget, &value), cases[i].result);
        assert_int_equal(value.kind, VALUE_NIL);
    }
}

static void a_value_takes_as_much_of_the_budget_as_it_gives_back(void **state)
{
    static const char *const cases[] = {
        "c0",
        "a26869",
        "93 a161 c0 9102",
        "82 a162 a178 a161 81a16302",
        "c4 02 6869",
        "83 a161 01 a161 a17a a162 03",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t budget = BUDGET, wanted;
        gwc_value value;
        assert_int_equal(read_hex(cases[i], &budget, &value), CODEC_OK);
        wanted = value_bytes(&value);
        assert_int_equal(BUDGET - budget, wanted);
        value_clear(&value);
        for (size_t less = 0; less < wanted; less++) {
            budget = less;
            assert_int_equal(read_hex(cases[i], &budget, &value), CODEC_TOO_LARGE);
        }
    }
}

static void asking_a_value_for_what_it_is_not_gives_nothing(void **state)
{
    static const char *const cases[] = {"c0",     "c3",     "05",   "cb3ff8000000000000",
                                        "a26869", "c40161", "9101", "81a16101"};
    (void)state;
    for (size_t i = 0; i <= sizeof cases / sizeof *cases; i++) {
        bool is_missing = i == sizeof cases / sizeof *cases;
        gwc_value value = value_of(is_missing ? "c0" : cases[i]),
                  *asked = is_missing ? NULL : &value;
        gwc_type type = gwc_type_of(asked);
        bool is_number = type == GWC_INT || type == GWC_DOUBLE;
        bool is_text = type == GWC_STR || type == GWC_BYTES;
        assert_int_equal(gwc_to_bool(asked), type == GWC_BOOL);
        assert_int_equal(gwc_to_int(asked) != 0, is_number);
        assert_int_equal(gwc_to_uint(asked) != 0, is_number);
        assert_int_equal(gwc_to_double(asked) > 0, is_number);
        assert_int_equal(gwc_to_str(asked)[0] != '\0', is_text);
        assert_int_equal(gwc_size(asked) > 0, is_text);
        assert_int_equal(gwc_count(asked), type == GWC_LIST || type == GWC_MAP);
        assert_int_equal(gwc_at(asked, 0) != NULL, type == GWC_LIST || type == GWC_MAP);
        assert_null(gwc_at(asked, 1));
        assert_int_equal(gwc_get(asked, "a") != NULL, type == GWC_MAP);
        assert_null(gwc_get(asked, NULL));
        assert_string_equal(gwc_key_at(asked, 0), type == GWC_MAP ? "a" : "");
        value_clear(&value);
    }
}

static void numbers_out_of_range_are_the_limit(void **state)
{
    static const struct {
        const char *digits;
        int64_t integer;
        uint64_t natural;
    } cases[] = {
        {"cfffffffffffffffff", INT64_MAX, UINT64_MAX},
        {"cf8000000000000000", INT64_MAX, 1ull << 63},
        {"ff", -1, 0},
        {"cb43e0000000000000", INT64_MAX, 1ull << 63}, /* 2^63 */
        {"cb43f0000000000000", INT64_MAX, UINT64_MAX}, /* 2^64 */
        {"cbc3e0000000000000", INT64_MIN, 0},          /* -2^63 */
        {"cbc3f0000000000000", INT64_MIN, 0},
        {"cb7ff0000000000000", INT64_MAX, UINT64_MAX}, /* infinity */
        {"cbfff0000000000000", INT64_MIN, 0},
        {"cb7ff8000000000000", 0, 0}, /* NaN */
        {"cbbfe0000000000000", 0, 0}, /* -0.5 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gwc_value value = value_of(cases[i].digits);
        assert_true(gwc_to_int(&value) == cases[i].integer);
        assert_true(gwc_to_uint(&value) == cases[i].natural);
    }
}

static void expect_written(const gwc_value *value, const char *digits)
{
    struct buf written = {0};
    assert_true(codec_write(&written, value));
    assert_hex(written.data, written.size, digits);
    buf_free(&written);
}

static void a_tree_of_the_program_travels(void **state)
{
    (void)state;
    gwc_value *list = gwc_new_list(), *map = gwc_new_map();
    assert_int_equal(gwc_append(list, gwc_i64(1)), GWC_OK);
    assert_int_equal(gwc_append(list, gwc_f32(1.5f)), GWC_OK);
    assert_int_equal(gwc_put(map, "b", gwc_tree(list)), GWC_OK);
    assert_int_equal(gwc_put(map, "a", gwc_str("x")), GWC_OK);
    assert_int_equal(gwc_put(map, "a", gwc_bytes("y", 1)), GWC_OK);
    assert_int_equal(gwc_append(list, gwc_tree(list)), GWC_OK);
    assert_int_equal(gwc_put(map, "self", gwc_tree(map)), GWC_OK);
    assert_int_equal(gwc_append(list, gwc_tree(NULL)), GWC_OK);
    expect_written(list, "94 d30000000000000001 ca3fc00000 92 d30000000000000001 ca3fc00000 c0");
    expect_written(map, "83 a161 c40179 a162 92 d30000000000000001 ca3fc00000"
                        "a473656c66 82 a161 c40179 a162 92 d30000000000000001 ca3fc00000");
    assert_int_equal(gwc_append(map, gwc_nil()), GWC_EINVAL);
    assert_int_equal(gwc_put(list, "a", gwc_nil()), GWC_EINVAL);
    assert_int_equal(gwc_put(map, NULL, gwc_nil()), GWC_EINVAL);
    gwc_free(list);
    gwc_free(map);
    gwc_free(NULL);
}

static void a_tree_is_as_deep_as_peers_take_and_no_deeper(void **state)
{
    (void)state;
    gwc_value *list = gwc_new_list();
    for (unsigned depth = 1; depth < 32; depth++) {
        gwc_value *outer = gwc_new_list();
        assert_int_equal(gwc_append(outer, gwc_tree(list)), GWC_OK);
        gwc_free(list);
        list = outer;
    }
    gwc_value *outer = gwc_new_list();
    assert_int_equal(gwc_append(outer, gwc_tree(list)), GWC_EINVAL);
    struct buf written = {0};
    assert_true(codec_write(&written, list));
    size_t budget = BUDGET;
    gwc_value back;
    assert_int_equal(codec_read(view_of(&written), &budget, &back), CODEC_OK);
    value_clear(&back);
    buf_free(&written);
    gwc_free(outer);
    gwc_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_msgpack_is_read),
        cmocka_unit_test(the_last_of_equal_keys_counts),
        cmocka_unit_test(what_is_no_value_is_refused),
        cmocka_unit_test(a_value_takes_as_much_of_the_budget_as_it_gives_back),
        cmocka_unit_test(asking_a_value_for_what_it_is_not_gives_nothing),
        cmocka_unit_test(numbers_out_of_range_are_the_limit),
        cmocka_unit_test(a_tree_of_the_program_travels),
        cmocka_unit_test(a_tree_is_as_deep_as_peers_take_and_no_deeper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
