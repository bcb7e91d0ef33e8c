/* codec: values to and from msgpack, in the forms of the protocol. */
#pragma once

#include "base/buf.h"
#include "client/value.h"
#include "wire/reader.h"

enum codec_result {
    CODEC_OK,
    CODEC_MALFORMED,
    CODEC_TOO_DEEP,
    CODEC_TOO_MANY,  /* keys of a map, more than MAP_COUNT_MAX */
    CODEC_TOO_LARGE, /* more memory than *budget has left */
};

/* Reads the first value of a Data field into *out, which is overwritten, and takes the memory for
 * it from *budget, in bytes. After a failure *out is nil. */
enum codec_result codec_read(struct view data, size_t *budget, gwc_value *out);
/* The items of Args (count included), which the reader of the message has cut out, as a list. */
enum codec_result codec_read_args(struct view args, size_t *budget, gwc_value *out);

/* Appends the value; false, with part of it written, when it is nested deeper than peers take. */
bool codec_write(struct buf *b, const gwc_value *value);

/* A value for the argument, which borrows what that does; false when it is too large to travel. */
bool codec_borrow(const gwc_arg *arg, gwc_value *out);
