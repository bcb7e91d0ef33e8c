/* args: the arguments of one call, on their way in and out; what the stubs of rpc.h read and write
 * them with. */
#pragma once

#include "entity/state.h"

struct gw_reader {
    struct reader data;   /* what has not been read yet */
    unsigned left, index; /* arguments */
    char *strings;        /* room for NUL-terminated copies of all string arguments */
    const char *problem;  /* why the call must be refused, or NULL */
};

extern const char args_too_deep[]; /* the problem of an argument beyond MSGPACK_DEPTH_MAX */

/* Whether any argument is nested deeper than that. */
bool args_are_deeper(struct view args, unsigned depth_max);

/* `args` is a checked view: u16 count, count x Data. `strings` has room for args.size bytes. */
void args_reader_init(struct gw_reader *r, struct view args, char *strings);
