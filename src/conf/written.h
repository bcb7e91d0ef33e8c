/* written: writes the value of a setting as it would stand in a goworld.ini. */
#pragma once

#include "base/buf.h"
#include "conf/key.h"

/* Appends the member's value. Nothing for one that is empty, and for a key without meaning here. */
void written_value(struct buf *out, const struct key *key, const void *values);
/* Appends a text that stands in a file already, quoted where it has to be. */
void written_text(struct buf *out, const char *text);
