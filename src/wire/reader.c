/* Fields that hold a number of others. */
#include "wire/reader.h"

/* All that was read since `start`; empty after an error. */
static struct view view_since(const struct reader *r, const uint8_t *start)
{
    if (r->bad || r->at - start > UINT32_MAX)
        return (struct view){.data = r->end};
    return (struct view){.data = start, .size = (uint32_t)(r->at - start)};
}

static inline struct view read_vars(struct reader *r, const uint8_t *start, uint64_t count)
{
    const uint8_t *at = r->at, *end = r->end;
    for (; count; count--) {
        uint32_t size;
        if ((size_t)(end - at) < sizeof size)
            break;
        memcpy(&size, at, sizeof size);
        size = le32toh(size);
        at += sizeof size;
        if ((size_t)(end - at) < size)
            break;
        at += size;
    }
    r->bad |= count > 0;
    r->at = r->bad ? end : at;
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
