/* Ids against GoWorld's own answers. */
#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t known_bytes[12] = {0x6b, 0x03, 0x44, 0x28, 0x68, 0x6c,
                                        0x82, 0x0b, 0x25, 0x00, 0x00, 0x02};
static const gw_id known_id = {"awNEKGhsggslAAAC"};

static void bytes_become_the_characters_that_goworld_writes(void **state)
{
    (void)state;
    assert_memory_equal(id_encode(known_bytes).text, known_id.text, 16);
}

static void characters_become_the_bytes_again(void **state)
{
    (void)state;
    uint8_t bytes[12];
    assert_int_equal(id_decode(known_id, bytes), GW_OK);
    assert_memory_equal(bytes, known_bytes, 12);
}

static void every_group_of_bytes_survives_the_way_there_and_back(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 1u << 24; value += 251) {
        uint8_t bytes[12] = {0}, back[12];
        bytes[3] = (uint8_t)(value >> 16);
        bytes[4] = (uint8_t)(value >> 8);
        bytes[5] = (uint8_t)value;
        assert_int_equal(id_decode(id_encode(bytes), back), GW_OK);
        assert_memory_equal(back, bytes, 12);
    }
}

static void every_character_outside_the_alphabet_is_refused(void **state)
{
    (void)state;
    const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";
    for (unsigned c = 0; c < 256; c++) {
        gw_id id = known_id;
        uint8_t bytes[12];
        bool is_inside = c != 0 && strchr(alphabet, (int)c) != NULL;
        id.text[15] = (char)c;
        assert_int_equal(id_is_valid(id), is_inside);
        assert_int_equal(id_decode(id, bytes), is_inside ? GW_OK : GW_EINVAL);
    }
}

static void the_last_two_characters_choose_the_dispatcher(void **state)
{
    (void)state;
    assert_int_equal(id_dispatcher(known_id, 1), 0);
    assert_int_equal(id_dispatcher(known_id, 2), 1);
    assert_int_equal(id_dispatcher(known_id, 3), 0);
    assert_int_equal(id_dispatcher(known_id, 4), 3);
}

static void nil_spaces_have_the_ids_that_goworld_gives_them(void **state)
{
    (void)state;
    assert_memory_equal(id_nil_space(1).text, "AAAAAAAAAAAAAAAx", 16);
    assert_memory_equal(id_nil_space(2).text, "AAAAAAAAAAAAAAAy", 16);
    assert_memory_equal(id_nil_space(10).text, "AAAAAAAAAAAAADEw", 16);
    assert_true(id_is_valid(id_nil_space(65535)));
}

static void a_new_id_holds_time_host_pid_and_counter(void **state)
{
    (void)state;
    struct clock clock = {.wall_ms = 0x6b034428LL * 1000 + 999};
    struct id_source source = {
        .clock = &clock, .host = {0x68, 0x6c, 0x82}, .pid = 0x0b25, .counter = 1};
    assert_memory_equal(id_new(&source).text, known_id.text, 16);
}

static void the_counter_goes_round_after_24_bits(void **state)
{
    (void)state;
    struct clock clock = {0};
    struct id_source source = {.clock = &clock, .counter = 0xffffff};
    uint8_t bytes[12];
    assert_int_equal(id_decode(id_new(&source), bytes), GW_OK);
    assert_memory_equal(bytes + 9, "\0\0\0", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_the_characters_that_goworld_writes),
        cmocka_unit_test(characters_become_the_bytes_again),
        cmocka_unit_test(every_group_of_bytes_survives_the_way_there_and_back),
        cmocka_unit_test(every_character_outside_the_alphabet_is_refused),
        cmocka_unit_test(the_last_two_characters_choose_the_dispatcher),
        cmocka_unit_test(nil_spaces_have_the_ids_that_goworld_gives_them),
        cmocka_unit_test(a_new_id_holds_time_host_pid_and_counter),
        cmocka_unit_test(the_counter_goes_round_after_24_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
