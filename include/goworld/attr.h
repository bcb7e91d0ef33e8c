/* Attributes: the members of an entity that clients see and storage keeps. */
#pragma once

#include <goworld/value.h>

struct gw_entity;

typedef enum gw_attr_flags {
    GW_CLIENT = 1u << 0,      /* the own client sees it */
    GW_ALL_CLIENTS = 1u << 1, /* the own client and those of neighbours see it */
    GW_PERSISTENT = 1u << 2,  /* storage keeps it */
} gw_attr_flags;

/* One row of an entity type's table:
 *
 *     static const gw_attr Avatar_attrs[] = {
 *         GW_ATTR(Avatar, name, GW_CLIENT | GW_PERSISTENT),
 *         GW_ATTR(Avatar, level, GW_ALL_CLIENTS, level_changed),
 *         GW_ATTR_END
 *     };
 *
 * A function may follow, `void level_changed(gw_entity *self)`: it runs after each change of the
 * attribute, in a map or list also after each inside, when that is on its way to the clients; not
 * for what is loaded. It may change others; one that leads to itself GW_ATTR_HOOK_DEPTH_MAX times
 * over is not called again (logged). */
typedef gw_field gw_attr;
#define GW_ATTR_HOOK_DEPTH_MAX 16
#define GW_ATTR(Type, member, attr_flags, ...)                                                     \
    {                                                                                              \
#member, offsetof(Type, member), sizeof(((Type *)0)->member),                              \
            GW_VALUE_TYPE_OF(((Type *)0)->member), (attr_flags),                                   \
            GW__HOOK(__VA_OPT__(__VA_ARGS__, ) NULL, ), NULL                                       \
    }
#define GW__HOOK(hook, ...) hook
#define GW_ATTR_END GW_FIELD_END

/* What several types have in common is a struct of its own, with a table of its own, and a member
 * of each of them:
 *
 *     typedef struct Body { int32_t hp, max_hp; } Body;
 *     static const gw_attr Body_attrs[] = {GW_ATTR(Body, hp, GW_ALL_CLIENTS), ..., GW_ATTR_END};
 *
 *     typedef struct Monster { gw_entity base; Body body; } Monster;
 *     static const gw_attr Monster_attrs[] = {GW_ATTRS_OF(Monster, body, Body_attrs), GW_ATTR_END};
 *
 * The attributes have the names they have in their own table. GW_SET(monster, body.hp, 5) sets one,
 * as does GW_SET_IN(entity, body, hp, 5) for who has the entity and its part. */
#define GW_ATTRS_OF(Type, member, table)                                                           \
    {                                                                                              \
#member, offsetof(Type, member), sizeof(((Type *)0)->member), GW_VALUE_none, 0, NULL,      \
            (table)                                                                                \
    }

/* GW_SET(self, hp, self->hp - 10) changes an attribute. The change leaves for the clients that may
 * see it at once, in order with the calls around it. Every set is sent, also one of the same value.
 * Until on_attrs_ready has run members may be assigned plainly; with debug=1 in goworld.ini a later
 * plain change is reported in the log.
 *
 * A gw_map or gw_list is replaced as a whole by this; tree.h changes what is in it.
 *
 * Gives GW_EINVAL (logged with the entity's type and the attribute; nothing is changed) for a text
 * that does not fit its char[N] and for a member that is no attribute; GW_ECANCELED when the entity
 * is destroyed. */
#define GW_SET(self, member, value) GW_SET_IN(&(self)->base, (self), member, (value))
#define GW_SET_IN(entity, part, member, value)                                                     \
    _Generic((part)->member,                                                                       \
        bool: gw_set_bool,                                                                         \
        int8_t: gw_set_i8,                                                                         \
        int16_t: gw_set_i16,                                                                       \
        int32_t: gw_set_i32,                                                                       \
        int64_t: gw_set_i64,                                                                       \
        uint8_t: gw_set_u8,                                                                        \
        uint16_t: gw_set_u16,                                                                      \
        uint32_t: gw_set_u32,                                                                      \
        uint64_t: gw_set_u64,                                                                      \
        float: gw_set_f32,                                                                         \
        double: gw_set_f64,                                                                        \
        gw_id: gw_set_id,                                                                          \
        gw_vec3: gw_set_vec3,                                                                      \
        gw_map: gw_set_map,                                                                        \
        gw_list: gw_set_list,                                                                      \
        gw_text: gw_set_str,                                                                       \
        char *: gw_set_str)((entity), &(part)->member, (value))

/* What GW_SET chooses from. `member` points into the entity. */
#define T(tag, ctype) gw_err gw_set_##tag(struct gw_entity *entity, void *member, ctype value);
GW_MEMBER_TYPES(T)
#undef T
