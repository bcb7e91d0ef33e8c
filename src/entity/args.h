/* args: the arguments of one call, on their way in and out; what the stubs of rpc.h read and write
 * them with. */
#pragma once

#include "entity/state.h"

struct gw_reader {
    struct reader data;   /* what has not been read yet */
    unsigned left, index; /* arguments */
    char *strings;        /* room for NUL-terminated copies of all string arguments */
    const char *problem;  /* why the call must be refused, or NULL */
    struct asker asker;   /* who waits for an answer, and has not got it */
};

extern const char args_too_deep[]; /* the problem of an argument beyond MSGPACK_DEPTH_MAX */

/* Whether any argument is nested deeper than that. */
bool args_are_deeper(struct view args, unsigned depth_max);

/* What is written for a call stands in w->args, behind room for the head of a packet. */
#define ARGS_HEAD_MAX (2u + sizeof(gw_id) + 4u + GW_METHOD_NAME_MAX)
static inline struct view args_written(const struct world *w)
{
    return (struct view){w->args.data + ARGS_HEAD_MAX, (uint32_t)(w->args.size - ARGS_HEAD_MAX)};
}
void args_write(struct world *w, struct view args); /* as if it had just been written */

void args_write_list(struct world *w, gw_list list); /* its elements, likewise */

/* `args` are any bytes; they should be a u16 count and that many Data. `strings` has room for as
 * many bytes. */
void args_reader_init(struct gw_reader *r, struct view args, char *strings);

/* All that is left, as a loose list; vectors and bytes in it are refused, as in any tree. */
gw_list args_read_list(struct gw_reader *r);

/* It is answered from there. */
static inline void args_reader_take_asker(struct gw_reader *r, struct world *w)
{
    r->asker.request = w->asker.request;
    if (__builtin_expect(r->asker.request != 0, 0)) {
        r->asker.game = w->asker.game;
        w->asker.request = 0;
    }
}
