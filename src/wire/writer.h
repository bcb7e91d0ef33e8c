/* writer: appends fields of the wire format to a buf; what we write is trusted. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

ALWAYS_INLINE void write_u8(struct buf *b, uint8_t value);
ALWAYS_INLINE void write_u16(struct buf *b, uint16_t value);
ALWAYS_INLINE void write_u32(struct buf *b, uint32_t value);
ALWAYS_INLINE void write_u64(struct buf *b, uint64_t value);
ALWAYS_INLINE void write_f32(struct buf *b, float value);
ALWAYS_INLINE void write_f64(struct buf *b, double value);
ALWAYS_INLINE void write_bool(struct buf *b, bool value);
ALWAYS_INLINE void write_id(struct buf *b, gw_id id);
ALWAYS_INLINE void write_bytes(struct buf *b, const void *bytes, size_t size);
void write_var(struct buf *b, const void *bytes, size_t size);
void write_str(struct buf *b, const char *text); /* VarStr of a C string */

/* Writes a u32 length that covers what is written until write_var_end; nests. */
size_t write_var_begin(struct buf *b);
void write_var_end(struct buf *b, size_t begin);

/* The rest is how. */

ALWAYS_INLINE void write_bytes(struct buf *b, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    memcpy(buf_reserve(b, size), bytes, size);
    b->size += size;
}

ALWAYS_INLINE void write_u8(struct buf *b, uint8_t value)
{
    write_bytes(b, &value, sizeof value);
}

ALWAYS_INLINE void write_u16(struct buf *b, uint16_t value)
{
    value = htole16(value);
    write_bytes(b, &value, sizeof value);
}

ALWAYS_INLINE void write_u32(struct buf *b, uint32_t value)
{
    value = htole32(value);
    write_bytes(b, &value, sizeof value);
}

ALWAYS_INLINE void write_u64(struct buf *b, uint64_t value)
{
    value = htole64(value);
    write_bytes(b, &value, sizeof value);
}

ALWAYS_INLINE void write_f32(struct buf *b, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_u32(b, bits);
}

ALWAYS_INLINE void write_f64(struct buf *b, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_u64(b, bits);
}

ALWAYS_INLINE void write_bool(struct buf *b, bool value)
{
    write_u8(b, value);
}

ALWAYS_INLINE void write_id(struct buf *b, gw_id id)
{
    write_bytes(b, id.text, sizeof id.text);
}
