/* value_text: msgpack values as text, for the lines of what clients see. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

/* Appends one value; "?" for bytes that are none. */
void value_print(struct buf *out, struct view data);
