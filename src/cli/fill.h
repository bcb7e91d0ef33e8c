/* fill: copies a text with some of its words replaced. */
#pragma once

#include "base/buf.h"

/* A list ends with a NULL `from`. */
struct fill_word {
    const char *from, *to;
};

void fill_in(struct buf *out, const void *text, size_t size, const struct fill_word *words);
