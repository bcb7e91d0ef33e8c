/* Fields that carry their length. */
#include "wire/writer.h"

#include "base/assert.h"

void write_var(struct buf *b, const void *bytes, size_t size)
{
    ASSERT(size <= UINT32_MAX);
    write_u32(b, (uint32_t)size);
    write_bytes(b, bytes, size);
}

void write_str(struct buf *b, const char *text)
{
    write_var(b, text, strlen(text));
}

size_t write_var_begin(struct buf *b)
{
    write_u32(b, 0);
    return b->size;
}

void write_var_end(struct buf *b, size_t begin)
{
    ASSERT(begin >= 4 && begin <= b->size && b->size - begin <= UINT32_MAX);
    uint32_t size = htole32((uint32_t)(b->size - begin));
    memcpy(b->data + begin - 4, &size, sizeof size);
}
