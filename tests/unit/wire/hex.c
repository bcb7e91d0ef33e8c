/* Bytes as hexadecimal digits. */
#include "hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint8_t digit_of(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

void hex_append(struct buf *b, const char *digits)
{
    for (; *digits; digits++) {
        if (*digits == ' ')
            continue;
        uint8_t byte = (uint8_t)(digit_of(digits[0]) << 4 | digit_of(digits[1]));
        buf_append(b, &byte, 1);
        digits++;
    }
}

void assert_hex(const void *bytes, size_t size, const char *digits)
{
    struct buf expected = {0};
    hex_append(&expected, digits);
    assert_int_equal(size, expected.size);
    assert_memory_equal(bytes, expected.data, size);
    buf_free(&expected);
}
