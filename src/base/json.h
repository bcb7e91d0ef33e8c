/* json: appends JSON values (RFC 8259) to a buf. */
#pragma once

#include "base/buf.h"

/* A string of these bytes; what is no UTF-8 in them stays as it is. */
void json_write_str(struct buf *b, const char *text, size_t size);

/* The shortest digits that read as the same number; null for what JSON has no number for. */
void json_write_f64(struct buf *b, double value);
