/* frozen: what all parts of a frozen world are written and read with. */
#include "entity/frozen.h"

#include "base/sentence.h"

#define LEFT_MS_MAX (INT64_C(1) << 40) /* decades, and far from overflowing */

void write_left(struct buf *b, const struct world *w, int64_t due_ms)
{
    int64_t left_ms = due_ms - w->desc.clock->now_ms;
    write_u64(b, (uint64_t)(left_ms < LEFT_MS_MAX ? left_ms : LEFT_MS_MAX));
}

int64_t read_due(struct thaw *t)
{
    int64_t left_ms = (int64_t)read_u64(&t->in);
    if (left_ms > LEFT_MS_MAX || left_ms < -LEFT_MS_MAX)
        t->in.bad = true;
    return t->in.bad ? 0 : t->world->desc.clock->now_ms + left_ms;
}

void thaw_fail(struct thaw *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!t->error)
        t->error = sentence_of(format, args);
    va_end(args);
    t->in.bad = true;
}

bool thaw_failed(struct thaw *t)
{
    return t->in.bad;
}
