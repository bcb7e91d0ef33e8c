/* Reading and writing of single fields. */
#include "unit/hex.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void fields_are_little_endian(void **state)
{
    (void)state;
    struct buf b = {0};
    write_u8(&b, 1);
    write_u16(&b, 0x0203);
    write_u32(&b, 0x04050607);
    write_u64(&b, 0x08090a0b0c0d0e0f);
    write_f32(&b, 1.5f);
    write_f64(&b, 1.5);
    write_bool(&b, true);
    write_str(&b, "hp");
    assert_hex(b.data, b.size,
               "01 0302 07060504 0f0e0d0c0b0a0908 0000c03f 000000000000f83f 01 020000006870");
    struct reader r = reader_of(b.data, b.size);
    assert_int_equal(read_u8(&r), 1);
    assert_int_equal(read_u16(&r), 0x0203);
    assert_int_equal(read_u32(&r), 0x04050607);
    assert_true(read_u64(&r) == 0x08090a0b0c0d0e0f);
    assert_true(read_f32(&r) == 1.5f);
    assert_true(read_f64(&r) == 1.5);
    assert_true(read_bool(&r));
    assert_true(view_equals(read_var(&r), "hp"));
    assert_false(r.bad);
    assert_int_equal(reader_left(&r), 0);
    buf_free(&b);
}

static void the_first_error_sticks_and_all_that_follows_is_zero(void **state)
{
    (void)state;
    uint8_t bytes[] = {0xff, 0xff, 0xff};
    struct reader r = reader_of(bytes, sizeof bytes);
    assert_int_equal(read_u32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(read_u8(&r), 0);
    assert_int_equal(read_u16(&r), 0);
    assert_true(read_u64(&r) == 0);
    assert_true(gw_id_is_none(read_id(&r)));
    assert_int_equal(read_var(&r).size, 0);
    assert_int_equal(read_args(&r).size, 0);
    assert_int_equal(read_strmap(&r).size, 0);
    assert_int_equal(read_rest(&r).size, 0);
    assert_true(r.bad);
}

static void nothing_can_be_read_from_nothing(void **state)
{
    (void)state;
    struct reader r = reader_of(NULL, 0);
    assert_int_equal(read_rest(&r).size, 0);
    assert_false(r.bad);
    read_u8(&r);
    assert_true(r.bad);
    assert_true(view_equals((struct view){0}, ""));
}

static void a_size_over_32_bits_is_an_error(void **state)
{
    (void)state;
    uint8_t byte = 0;
    struct reader r = reader_of(&byte, 1);
    assert_int_equal(read_bytes(&r, (size_t)UINT32_MAX + 1).size, 0);
    assert_true(r.bad);
}

static void args_are_viewed_whole_with_their_count(void **state)
{
    (void)state;
    struct buf b = {0};
    hex_append(&b, "0200 01000000c0 02000000a161 ee");
    struct reader r = reader_of(b.data, b.size);
    struct view args = read_args(&r);
    assert_hex(args.data, args.size, "0200 01000000c0 02000000a161");
    assert_int_equal(reader_left(&r), 1);
    buf_free(&b);
}

static void lengths_cover_what_is_written_inside_and_nest(void **state)
{
    (void)state;
    struct buf b = {0};
    size_t outer = write_var_begin(&b);
    write_u8(&b, 0xaa);
    size_t inner = write_var_begin(&b);
    write_u16(&b, 0xbbbb);
    write_var_end(&b, inner);
    write_var_end(&b, outer);
    write_u8(&b, 0xcc);
    assert_hex(b.data, b.size, "07000000 aa 02000000 bbbb cc");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_little_endian),
        cmocka_unit_test(the_first_error_sticks_and_all_that_follows_is_zero),
        cmocka_unit_test(nothing_can_be_read_from_nothing),
        cmocka_unit_test(a_size_over_32_bits_is_an_error),
        cmocka_unit_test(args_are_viewed_whole_with_their_count),
        cmocka_unit_test(lengths_cover_what_is_written_inside_and_nest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
