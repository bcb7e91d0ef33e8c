/* hex: bytes of a test written as hexadecimal digits. */
#pragma once

#include "base/buf.h"

/* Appends the bytes; blanks between them are skipped. */
void hex_append(struct buf *b, const char *digits);

/* Fails the running test unless the bytes are these. */
void assert_hex(const void *bytes, size_t size, const char *digits);
