/* Buffers, owned texts and error sentences. */
#include "base/buf.h"

#include <goworld/text.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

static void appended_bytes_stand_one_behind_the_other(void **state)
{
    (void)state;
    struct buf b = {0};
    for (unsigned i = 0; i < 10000; i++)
        buf_append(&b, &(uint8_t){(uint8_t)i}, 1);
    buf_append(&b, NULL, 0);
    assert_int_equal(b.size, 10000);
    for (unsigned i = 0; i < 10000; i++)
        assert_int_equal(b.data[i], (uint8_t)i);
    buf_free(&b);
    assert_null(b.data);
}

static void consuming_drops_from_the_front(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_append(&b, "abcdef", 6);
    buf_consume(&b, 4);
    assert_int_equal(b.size, 2);
    assert_memory_equal(b.data, "ef", 2);
    buf_consume(&b, 2);
    assert_int_equal(b.size, 0);
    buf_free(&b);
}

static void print_makes_the_room_it_needs(void **state)
{
    (void)state;
    struct buf b = {0};
    char expected[601];
    memset(expected, 'x', 600);
    expected[600] = '\0';
    buf_print(&b, "%s%d", expected, 42);
    buf_print(&b, "%s", "");
    assert_int_equal(b.size, 602);
    assert_memory_equal(b.data, expected, 600);
    assert_memory_equal(b.data + 600, "42", 2);
    buf_free(&b);
}

static void every_size_of_print_is_whole(void **state)
{
    (void)state;
    for (int size = 0; size < 300; size++) {
        struct buf b = {0};
        buf_print(&b, "%*s", size, "");
        assert_int_equal(b.size, size);
        buf_free(&b);
    }
}

static void a_text_owns_a_copy(void **state)
{
    (void)state;
    gw_text text = {0};
    char value[] = "lobby";
    assert_string_equal(gw_text_get(&text), "");
    gw_text_assign(&text, value);
    value[0] = 'X';
    assert_string_equal(gw_text_get(&text), "lobby");
    assert_int_equal(gw_text_length(&text), 5);
    gw_text_assign(&text, gw_text_get(&text) + 2);
    assert_string_equal(gw_text_get(&text), "bby");
    gw_text_assign(&text, NULL);
    assert_string_equal(gw_text_get(&text), "");
    assert_int_equal(gw_text_length(&text), 0);
    gw_text_clear(&text);
}

/* Out of and into memory of just that size, so that a byte too many shows. */
static void a_short_copy_copies_every_size(void **state)
{
    (void)state;
    for (size_t size = 0; size < 200; size++) {
        uint8_t *from = mem_alloc(size + 1), *to = mem_alloc(size + 1);
        for (size_t i = 0; i < size; i++)
            from[i] = (uint8_t)(i * 7 + size);
        from[size] = 1;
        to[size] = 2;
        mem_copy_short(to, from, size);
        assert_memory_equal(to, from, size);
        assert_int_equal(to[size], 2);
        free(from);
        free(to);
    }
}

static void every_error_has_a_sentence(void **state)
{
    (void)state;
    assert_string_equal(gw_strerror(GW_OK), "no error");
    assert_string_equal(gw_strerror(GW_EFULL), "a limit is reached");
    assert_non_null(gw_strerror((gw_err)-12345));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appended_bytes_stand_one_behind_the_other),
        cmocka_unit_test(consuming_drops_from_the_front),
        cmocka_unit_test(print_makes_the_room_it_needs),
        cmocka_unit_test(every_size_of_print_is_whole),
        cmocka_unit_test(a_text_owns_a_copy),
        cmocka_unit_test(a_short_copy_copies_every_size),
        cmocka_unit_test(every_error_has_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
