/* The one list of value types that may travel: as attributes, as arguments of calls, in storage. */
#pragma once

#include <goworld/text.h>
#include <goworld/types.h>

/* A map or list of further values: see tree.h. Copies of such a handle mean the same map or list.
 * Zero means none: it reads as an empty one, and cannot be written. */
typedef struct gw_map {
    struct gw_node *node_;
} gw_map;
typedef struct gw_list {
    struct gw_node *node_;
} gw_list;

/* Any bytes, borrowed. */
typedef struct gw_bytes {
    const void *data;
    size_t size;
} gw_bytes;

/* T(tag, C type of an argument). Integers and floats keep their width on the wire, except that i64
 * is what GoWorld calls int. What an argument points to lives as long as the handler it was handed
 * to, awaits included; a `str` is never NULL, a `map` or `list` never none. */
#define GW_VALUE_TYPES(T) GW_MEMBER_TYPES(T) T(bytes, gw_bytes)

/* Those that may be attributes, too. */
#define GW_MEMBER_TYPES(T) GW_GIVEN_TYPES(T) T(str, const char *)

/* Those that may be a part of an answer, too: they point to nothing that somebody else owns. */
#define GW_GIVEN_TYPES(T)                                                                          \
    T(bool, bool)                                                                                  \
    T(i8, int8_t)                                                                                  \
    T(i16, int16_t)                                                                                \
    T(i32, int32_t)                                                                                \
    T(i64, int64_t)                                                                                \
    T(u8, uint8_t)                                                                                 \
    T(u16, uint16_t)                                                                               \
    T(u32, uint32_t)                                                                               \
    T(u64, uint64_t)                                                                               \
    T(f32, float)                                                                                  \
    T(f64, double)                                                                                 \
    T(id, gw_id)                                                                                   \
    T(vec3, gw_vec3)                                                                               \
    T(map, gw_map)                                                                                 \
    T(list, gw_list)

typedef enum gw_value_type {
    GW_VALUE_none,
#define T(tag, ctype) GW_VALUE_##tag,
    GW_VALUE_TYPES(T)
#undef T
        GW_VALUE_text, /* a gw_text member; a string on the wire */
    GW_VALUE_chars,    /* a char[N] member, NUL-terminated; a string on the wire */
    GW_VALUE_COUNT
} gw_value_type;

#define T(tag, ctype) typedef ctype gw_arg_##tag;
GW_VALUE_TYPES(T)
#undef T

/* The type of a member follows from its C type; a member that cannot travel does not compile. Nor
 * does a char *, which would own nothing. */
#define GW_VALUE_TYPE_OF(member)                                                                   \
    _Generic((member),                                                                             \
        bool: GW_VALUE_bool,                                                                       \
        int8_t: GW_VALUE_i8,                                                                       \
        int16_t: GW_VALUE_i16,                                                                     \
        int32_t: GW_VALUE_i32,                                                                     \
        int64_t: GW_VALUE_i64,                                                                     \
        uint8_t: GW_VALUE_u8,                                                                      \
        uint16_t: GW_VALUE_u16,                                                                    \
        uint32_t: GW_VALUE_u32,                                                                    \
        uint64_t: GW_VALUE_u64,                                                                    \
        float: GW_VALUE_f32,                                                                       \
        double: GW_VALUE_f64,                                                                      \
        gw_id: GW_VALUE_id,                                                                        \
        gw_vec3: GW_VALUE_vec3,                                                                    \
        gw_map: GW_VALUE_map,                                                                      \
        gw_list: GW_VALUE_list,                                                                    \
        gw_text: GW_VALUE_text,                                                                    \
        char *: _Generic(&(member), char **: (void)0, default: GW_VALUE_chars))

/* Describes one member of a struct. A table of them ends with GW_FIELD_END. */
struct gw_entity;
typedef struct gw_field {
    const char *name;
    uint32_t offset, size; /* bytes */
    gw_value_type type;
    unsigned flags;                          /* of an attribute: gw_attr_flags; of a record: 0 */
    void (*changed)(struct gw_entity *self); /* of an attribute: see GW_ATTR; else NULL */
    const struct gw_field *shared; /* of GW_ATTRS_OF: the table of that member; else NULL */
} gw_field;

#define GW_FIELD(Struct, member)                                                                   \
    {                                                                                              \
#member, offsetof(Struct, member), sizeof(((Struct *)0)->member),                          \
            GW_VALUE_TYPE_OF(((Struct *)0)->member), 0, NULL, NULL                                 \
    }
#define GW_FIELD_END                                                                               \
    {                                                                                              \
        0                                                                                          \
    }

/* Frees every gw_text of a record, and the maps and lists that were read into it; zeroes all its
 * described members. */
void gw_record_clear(const gw_field *fields, void *record);
