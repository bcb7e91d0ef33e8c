/* hex: bytes of a test written as hexadecimal digits. */
#pragma once

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline uint8_t hex_digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* Appends the bytes; blanks between them are skipped. */
static inline void hex_append(struct buf *b, const char *digits)
{
    for (; *digits; digits++) {
        if (*digits == ' ')
            continue;
        uint8_t byte = (uint8_t)(hex_digit(digits[0]) << 4 | hex_digit(digits[1]));
        buf_append(b, &byte, 1);
        digits++;
    }
}

/* Fails the running test unless the bytes are these. */
static inline void assert_hex(const void *bytes, size_t size, const char *digits)
{
    struct buf expected = {0};
    hex_append(&expected, digits);
    assert_int_equal(size, expected.size);
    if (size > 0)
        assert_memory_equal(bytes, expected.data, size);
    buf_free(&expected);
}
