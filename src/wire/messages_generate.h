/* messages_generate: makes the struct, the reader and the writer of every row of messages.inl. */
#pragma once

#include "base/assert.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* For MSG(CALL_ENTITY_METHOD, call_entity_method, 6, (id, entity), (str, method), (args, args))
 * this makes
 *
 *     struct msg_call_entity_method {
 *         gw_id entity;
 *         struct view method;
 *         struct view args;
 *     };
 *     static inline bool msg_call_entity_method_read(struct view payload,
 *                                                   struct msg_call_entity_method *m)
 *     {
 *         struct reader r = reader_of(payload.data, payload.size);
 *         bool is_this = read_u16(&r) == 6;
 *         m->entity = read_id(&r);
 *         m->method = read_var(&r);
 *         m->args = read_args(&r);
 *         return is_this && !r.bad && reader_left(&r) == 0;
 *     }
 *     static inline void msg_call_entity_method_write(struct buf *b,
 *                                                    const struct msg_call_entity_method *m)
 *     {
 *         write_u16(b, 6);
 *         write_id(b, m->entity);
 *         msg_write_var(b, m->method);
 *         msg_write_args(b, m->args);
 *     }
 */

/* A field kind: its type in C, its reader, its writer. */
#define MSG_KIND_u8 uint8_t, read_u8, write_u8
#define MSG_KIND_u16 uint16_t, read_u16, write_u16
#define MSG_KIND_u32 uint32_t, read_u32, write_u32
#define MSG_KIND_u64 uint64_t, read_u64, write_u64
#define MSG_KIND_f32 float, read_f32, write_f32
#define MSG_KIND__Bool bool, read_bool, write_bool /* `bool` is a macro for it */
#define MSG_KIND_bool MSG_KIND__Bool
#define MSG_KIND_id gw_id, read_id, write_id
#define MSG_KIND_str struct view, read_var, msg_write_var
#define MSG_KIND_data struct view, read_var, msg_write_var
#define MSG_KIND_bytes struct view, read_var, msg_write_var
#define MSG_KIND_args struct view, read_args, msg_write_args
#define MSG_KIND_ids struct view, msg_read_ids, msg_write_ids
#define MSG_KIND_u16s struct view, msg_read_u16s, msg_write_u16s
#define MSG_KIND_strmap struct view, read_strmap, msg_write_strmap
#define MSG_KIND_rest struct view, read_rest, msg_write_rest

static inline void msg_write_var(struct buf *b, struct view v)
{
    write_var(b, v.data, v.size);
}

static inline void msg_write_rest(struct buf *b, struct view v)
{
    write_bytes(b, v.data, v.size);
}

static inline void msg_write_args(struct buf *b, struct view v)
{
    if (v.size == 0)
        write_u16(b, 0);
    msg_write_rest(b, v);
}

static inline void msg_write_strmap(struct buf *b, struct view v)
{
    if (v.size == 0)
        write_u32(b, 0);
    msg_write_rest(b, v);
}

static inline struct view msg_read_ids(struct reader *r)
{
    uint64_t count = read_u32(r);
    return read_bytes(r, count * sizeof(gw_id));
}

static inline void msg_write_ids(struct buf *b, struct view v)
{
    ASSERT(v.size % sizeof(gw_id) == 0);
    write_u32(b, v.size / (uint32_t)sizeof(gw_id));
    msg_write_rest(b, v);
}

static inline struct view msg_read_u16s(struct reader *r)
{
    uint32_t count = read_u16(r);
    return read_bytes(r, count * sizeof(uint16_t));
}

static inline void msg_write_u16s(struct buf *b, struct view v)
{
    ASSERT(v.size % sizeof(uint16_t) == 0 && v.size / sizeof(uint16_t) <= UINT16_MAX);
    write_u16(b, (uint16_t)(v.size / sizeof(uint16_t)));
    msg_write_rest(b, v);
}

/* MSG_EACH(apply, (a, b), (c, d)) is apply(a, b) apply(c, d), for up to 16 pairs. A macro is not
 * expanded inside itself, so MSG_NEXT hides it until the next scan; MSG_SCAN_16 scans enough. */
#define MSG_SCAN_1(...) __VA_ARGS__
#define MSG_SCAN_2(...) MSG_SCAN_1(MSG_SCAN_1(__VA_ARGS__))
#define MSG_SCAN_4(...) MSG_SCAN_2(MSG_SCAN_2(__VA_ARGS__))
#define MSG_SCAN_8(...) MSG_SCAN_4(MSG_SCAN_4(__VA_ARGS__))
#define MSG_SCAN_16(...) MSG_SCAN_8(MSG_SCAN_8(__VA_ARGS__))
#define MSG_NO_ARGUMENTS ()
#define MSG_STEP(apply, first, ...)                                                                \
    apply first __VA_OPT__(MSG_NEXT MSG_NO_ARGUMENTS(apply, __VA_ARGS__))
#define MSG_NEXT() MSG_STEP
#define MSG_EACH(apply, ...) __VA_OPT__(MSG_SCAN_16(MSG_STEP(apply, __VA_ARGS__)))

/* The kind has to become its three words before they can be taken apart. */
#define MSG_MEMBER(kind, field) MSG_MEMBER_WORDS(MSG_KIND_##kind, field)
#define MSG_MEMBER_WORDS(...) MSG_MEMBER_OF(__VA_ARGS__)
#define MSG_MEMBER_OF(type, reader, writer, field) type field;
#define MSG_READ(kind, field) MSG_READ_WORDS(MSG_KIND_##kind, field)
#define MSG_READ_WORDS(...) MSG_READ_OF(__VA_ARGS__)
#define MSG_READ_OF(type, reader, writer, field) m->field = reader(&r);
#define MSG_WRITE(kind, field) MSG_WRITE_WORDS(MSG_KIND_##kind, field)
#define MSG_WRITE_WORDS(...) MSG_WRITE_OF(__VA_ARGS__)
#define MSG_WRITE_OF(type, reader, writer, field) writer(b, m->field);

#define MSG(NAME, name, number, ...)                                                               \
    struct msg_##name {                                                                            \
        MSG_EACH(MSG_MEMBER, __VA_ARGS__)                                                          \
    };                                                                                             \
    GW_NODISCARD                                                                                   \
    static inline bool msg_##name##_read(struct view payload, struct msg_##name *m)                \
    {                                                                                              \
        struct reader r = reader_of(payload.data, payload.size);                                   \
        bool is_this = read_u16(&r) == (number);                                                   \
        (void)m;                                                                                   \
        MSG_EACH(MSG_READ, __VA_ARGS__)                                                            \
        return is_this && !r.bad && reader_left(&r) == 0;                                          \
    }                                                                                              \
    static inline void msg_##name##_write(struct buf *b, const struct msg_##name *m)               \
    {                                                                                              \
        write_u16(b, (number));                                                                    \
        (void)m;                                                                                   \
        MSG_EACH(MSG_WRITE, __VA_ARGS__)                                                           \
    }
#include "wire/messages.inl"
#undef MSG

#undef MSG_KIND_u8
#undef MSG_KIND_u16
#undef MSG_KIND_u32
#undef MSG_KIND_u64
#undef MSG_KIND_f32
#undef MSG_KIND__Bool
#undef MSG_KIND_bool
#undef MSG_KIND_id
#undef MSG_KIND_str
#undef MSG_KIND_data
#undef MSG_KIND_bytes
#undef MSG_KIND_args
#undef MSG_KIND_ids
#undef MSG_KIND_u16s
#undef MSG_KIND_strmap
#undef MSG_KIND_rest
#undef MSG_SCAN_1
#undef MSG_SCAN_2
#undef MSG_SCAN_4
#undef MSG_SCAN_8
#undef MSG_SCAN_16
#undef MSG_NO_ARGUMENTS
#undef MSG_STEP
#undef MSG_NEXT
#undef MSG_EACH
#undef MSG_MEMBER
#undef MSG_MEMBER_WORDS
#undef MSG_MEMBER_OF
#undef MSG_READ
#undef MSG_READ_WORDS
#undef MSG_READ_OF
#undef MSG_WRITE
#undef MSG_WRITE_WORDS
#undef MSG_WRITE_OF
