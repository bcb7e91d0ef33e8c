/* reader: takes fields out of a peer's bytes; every bound is checked, and the first error sticks.
 */
#pragma once

#include "base/buf.h"

#include <goworld/types.h>

#include <endian.h>
#include <string.h>

/* After an error every read gives zero; `bad` is tested once at the end. */
struct reader {
    const uint8_t *at, *end;
    bool bad;
};

/* Borrowed bytes inside the packet; not NUL-terminated. */
struct view {
    const uint8_t *data;
    uint32_t size;
};

ALWAYS_INLINE struct view view_of(const struct buf *b)
{
    return (struct view){b->data, (uint32_t)b->size};
}

ALWAYS_INLINE struct view view_str(const char *text)
{
    return (struct view){(const uint8_t *)text, (uint32_t)strlen(text)};
}

/* NULL counts as no bytes, so that nothing below computes with it. */
ALWAYS_INLINE struct reader reader_of(const void *bytes, size_t size)
{
    if (!bytes)
        return (struct reader){.at = (const uint8_t *)"", .end = (const uint8_t *)""};
    return (struct reader){.at = bytes, .end = (const uint8_t *)bytes + size};
}

ALWAYS_INLINE size_t reader_left(const struct reader *r)
{
    return (size_t)(r->end - r->at);
}

ALWAYS_INLINE uint8_t read_u8(struct reader *r);
ALWAYS_INLINE uint16_t read_u16(struct reader *r);
ALWAYS_INLINE uint32_t read_u32(struct reader *r);
ALWAYS_INLINE uint64_t read_u64(struct reader *r);
ALWAYS_INLINE float read_f32(struct reader *r);
ALWAYS_INLINE double read_f64(struct reader *r);
ALWAYS_INLINE bool read_bool(struct reader *r); /* as GoWorld reads it: all but 0 is true */
ALWAYS_INLINE gw_id read_id(struct reader *r);  /* any 16 bytes */
ALWAYS_INLINE struct view read_bytes(struct reader *r, size_t size);
ALWAYS_INLINE struct view read_var(
    struct reader *r); /* VarStr, VarBytes, Data: u32 length, bytes */
struct view read_args(
    struct reader *r); /* u16 count, count x Data: a view of all of it, lengths checked */
struct view read_strmap(struct reader *r); /* u32 count, count x two VarStr: likewise */
ALWAYS_INLINE struct view read_rest(struct reader *r);

bool view_equals(struct view v, const char *text);

/* The rest is how: it stands here because a message has ten fields and a process reads millions of
 * them a second. */

/* Returns the next bytes, or NULL and an error when there are fewer. */
ALWAYS_INLINE const uint8_t *reader_take(struct reader *r, size_t size)
{
    if (__builtin_expect(reader_left(r) < size, 0)) {
        r->at = r->end;
        r->bad = true;
        return NULL;
    }
    const uint8_t *taken = r->at;
    r->at += size;
    return taken;
}

ALWAYS_INLINE void reader_copy(struct reader *r, void *out, size_t size)
{
    const uint8_t *bytes = reader_take(r, size);
    if (bytes)
        memcpy(out, bytes, size);
    else
        memset(out, 0, size);
}

ALWAYS_INLINE uint8_t read_u8(struct reader *r)
{
    uint8_t value;
    reader_copy(r, &value, sizeof value);
    return value;
}

ALWAYS_INLINE uint16_t read_u16(struct reader *r)
{
    uint16_t value;
    reader_copy(r, &value, sizeof value);
    return le16toh(value);
}

ALWAYS_INLINE uint32_t read_u32(struct reader *r)
{
    uint32_t value;
    reader_copy(r, &value, sizeof value);
    return le32toh(value);
}

ALWAYS_INLINE uint64_t read_u64(struct reader *r)
{
    uint64_t value;
    reader_copy(r, &value, sizeof value);
    return le64toh(value);
}

ALWAYS_INLINE float read_f32(struct reader *r)
{
    uint32_t bits = read_u32(r);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

ALWAYS_INLINE double read_f64(struct reader *r)
{
    uint64_t bits = read_u64(r);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

ALWAYS_INLINE bool read_bool(struct reader *r)
{
    return read_u8(r) != 0;
}

ALWAYS_INLINE gw_id read_id(struct reader *r)
{
    gw_id id;
    reader_copy(r, &id, sizeof id);
    return id;
}

ALWAYS_INLINE struct view read_bytes(struct reader *r, size_t size)
{
    const uint8_t *bytes =
        reader_take(r, size <= UINT32_MAX ? size : SIZE_MAX); /* a view's size is u32 */
    return (struct view){.data = bytes ? bytes : r->end, .size = bytes ? (uint32_t)size : 0};
}

ALWAYS_INLINE struct view read_var(struct reader *r)
{
    uint32_t size = read_u32(r);
    return read_bytes(r, size);
}

ALWAYS_INLINE struct view read_rest(struct reader *r)
{
    return read_bytes(r, reader_left(r));
}
