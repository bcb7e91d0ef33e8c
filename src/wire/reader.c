/* Fields that hold a number of others. */
#include "wire/reader.h"

/* All that was read since `start`; empty after an error. */
static struct view view_since(const struct reader *r, const uint8_t *start)
{
    if (r->bad || r->at - start > UINT32_MAX)
        return (struct view){.data = r->end};
    return (struct view){.data = start, .size = (uint32_t)(r->at - start)};
}

/* The loop has a reader of its own, which fits into registers. */
static inline struct view read_vars(struct reader *r, const uint8_t *start, uint64_t count)
{
    struct reader own = *r;
    for (uint64_t i = 0; i < count && !own.bad; i++)
        read_var(&own);
    *r = own;
    return view_since(r, start);
}

struct view read_args(struct reader *r)
{
    const uint8_t *start = r->at;
    uint16_t count = read_u16(r);
    return read_vars(r, start, count);
}

struct view read_strmap(struct reader *r)
{
    const uint8_t *start = r->at;
    uint32_t count = read_u32(r);
    return read_vars(r, start, (uint64_t)count * 2);
}

bool view_equals(struct view v, const char *text)
{
    size_t size = strlen(text);
    return v.size == size && (size == 0 || memcmp(v.data, text, size) == 0);
}
