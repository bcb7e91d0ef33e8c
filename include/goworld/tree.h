/* Trees: maps and lists that hold values, and further maps and lists in any nesting.
 *
 *     typedef struct Player {
 *         gw_entity base;
 *         gw_map bag;      // in its table: GW_ATTR(Player, bag, GW_CLIENT | GW_PERSISTENT)
 *         gw_list friends;
 *     } Player;
 *
 *     gw_map_set(self->bag, "gold", gw_map_i64(self->bag, "gold") + 10);
 *     gw_map sword = gw_map_new();
 *     gw_map_set(sword, "damage", 7);
 *     gw_map_set(self->bag, "sword", sword);  // one message: the whole sword
 *     gw_map_set(sword, "damage", 8);         // one message: that number
 *
 * A tree that is an attribute goes where the flags of the attribute say. Each change leaves for the
 * clients that may see it at once, in order with the calls around it, as the smallest message there
 * is. An entity's maps and lists are there from its first hook on.
 *
 * One made with gw_map_new or gw_list_new, or handed over as an argument, is loose: it lasts until
 * the handler that has it ends, awaits included, unless it is put into another tree. Then it is a
 * part of that, and its handle goes on to mean it. Whatever is put in and has its place elsewhere,
 * or would hold itself, is copied instead. A handle to a part of an attribute is good until the
 * handler ends or awaits, as pointers to entities are.
 *
 * Made for what a player sees and owns, up to some thousands of entries: keys are kept sorted, as
 * bytes. Trees are nested at most GW_TREE_DEPTH_MAX deep.
 *
 * What changes a tree gives GW_EINVAL (logged; nothing is changed) for the handle of none, a NULL
 * key, an index outside the list, and a number above INT64_MAX; GW_EFULL (logged) when it would be
 * nested too deeply; GW_ECANCELED when the entity is destroyed. */
#pragma once

#include <goworld/text.h>
#include <goworld/value.h>

#define GW_TREE_DEPTH_MAX 30

/* One value of a tree: of type none, bool, i64, f64, str, map or list. */
typedef struct gw_value {
    gw_value_type type;
    uint32_t size; /* of a str: bytes without the NUL behind them */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text; /* good until the tree changes */
        gw_id id;         /* to put one in: it becomes a str */
        gw_map map;
        gw_list list;
    };
} gw_value;

/* GW_VALUE(x): x as a value. An id becomes a str, an integer or float the wide one. */
#define GW_VALUE(x)                                                                                \
    _Generic((x),                                                                                  \
        bool: gw_value_bool,                                                                       \
        float: gw_value_f64,                                                                       \
        double: gw_value_f64,                                                                      \
        unsigned long: gw_value_u64,                                                               \
        unsigned long long: gw_value_u64,                                                          \
        char *: gw_value_str,                                                                      \
        const char *: gw_value_str,                                                                \
        gw_id: gw_value_id,                                                                        \
        gw_map: gw_value_map,                                                                      \
        gw_list: gw_value_list,                                                                    \
        gw_value: gw_value_itself,                                                                 \
        default: gw_value_i64)(x)

/* GW_LIST(5, "potion", id): a new loose list of up to eight values. */
#define GW_LIST(...)                                                                               \
    gw_list_of(                                                                                    \
        (const gw_value[]){GW__VALUES(__VA_ARGS__)(gw_value){0}},                                  \
        sizeof((const gw_value[]){GW__VALUES(__VA_ARGS__)(gw_value){0}}) / sizeof(gw_value) - 1)
gw_list gw_list_of(const gw_value *values, size_t count);

/* A new loose tree: empty, or a copy. */
gw_map gw_map_new(void);
gw_list gw_list_new(void);
gw_map gw_map_copy(gw_map map);
gw_list gw_list_copy(gw_list list);

/* ---- maps ------------------------------------------------------------------------------------ */

size_t gw_map_size(gw_map map);
bool gw_map_has(gw_map map, const char *key);

/* The pairs in the order of their keys; index < gw_map_size(map), else NULL and none. */
const char *gw_map_key(gw_map map, size_t index);
gw_value gw_map_value(gw_map map, size_t index);

/* Its type is none when the key is not there. */
gw_value gw_map_get(gw_map map, const char *key);

/* Sets what stands under the key; `value` is anything that GW_VALUE takes. */
#define gw_map_set(map, key, value) gw_map_put((map), (key), GW_VALUE(value))
gw_err gw_map_put(gw_map map, const char *key, gw_value value);

/* No effect, and no message, when there is nothing to remove. */
gw_err gw_map_remove(gw_map map, const char *key);
gw_err gw_map_clear(gw_map map);

/* The map or list under that key; an empty one is put there when it holds none. The handle of none
 * when that fails. */
gw_map gw_map_open_map(gw_map map, const char *key);
gw_list gw_map_open_list(gw_map map, const char *key);

/* ---- lists ----------------------------------------------------------------------------------- */

size_t gw_list_size(gw_list list);

/* Its type is none when there is no such element. */
gw_value gw_list_get(gw_list list, size_t index);

/* Replaces the element at the index; appends one. `value` is anything that GW_VALUE takes. */
#define gw_list_set(list, index, value) gw_list_put((list), (index), GW_VALUE(value))
#define gw_list_append(list, value) gw_list_push((list), GW_VALUE(value))
gw_err gw_list_put(gw_list list, size_t index, gw_value value);
gw_err gw_list_push(gw_list list, gw_value value);

/* Removes the last element: GW_ENOTFOUND when there is none. */
gw_err gw_list_pop(gw_list list);
gw_err gw_list_clear(gw_list list); /* one message; none for an empty one */

/* ---- values of a known type ------------------------------------------------------------------ */

/* gw_map_i64(map, key), gw_list_str(list, index) and so on: zero, "" or an empty handle when it is
 * not there or of another type; gw_map_f64 takes an integer, too, and gw_map_bool: a comparison is
 * an int in C, so that (bool)(hp > 0) has to be said where clients are to see a bool. */
#define GW_TREE_TYPES(T)                                                                           \
    T(bool, bool)                                                                                  \
    T(i64, int64_t)                                                                                \
    T(f64, double)                                                                                 \
    T(str, const char *)                                                                           \
    T(id, gw_id)                                                                                   \
    T(map, gw_map)                                                                                 \
    T(list, gw_list)
#define T(tag, ctype)                                                                              \
    ctype gw_value_to_##tag(gw_value value);                                                       \
    static inline ctype gw_map_##tag(gw_map map, const char *key)                                  \
    {                                                                                              \
        return gw_value_to_##tag(gw_map_get(map, key));                                            \
    }                                                                                              \
    static inline ctype gw_list_##tag(gw_list list, size_t index)                                  \
    {                                                                                              \
        return gw_value_to_##tag(gw_list_get(list, index));                                        \
    }
GW_TREE_TYPES(T)
#undef T

/* Writes the value as JSON, for logs and tools; what text held before is gone. */
void gw_value_print(gw_text *text, gw_value value);

/* ---- what GW_VALUE chooses from -------------------------------------------------------------- */

static inline gw_value gw_value_bool(bool value)
{
    return (gw_value){.type = GW_VALUE_bool, .boolean = value};
}

static inline gw_value gw_value_i64(int64_t value)
{
    return (gw_value){.type = GW_VALUE_i64, .integer = value};
}

/* One that no tree can hold is refused by what takes the value. */
static inline gw_value gw_value_u64(uint64_t value)
{
    return (gw_value){.type = value <= INT64_MAX ? GW_VALUE_i64 : GW_VALUE_u64,
                      .integer = (int64_t)value};
}

static inline gw_value gw_value_f64(double value)
{
    return (gw_value){.type = GW_VALUE_f64, .real = value};
}

/* NULL counts as "". */
static inline gw_value gw_value_str(const char *value)
{
    return (gw_value){.type = GW_VALUE_str,
                      .size = value ? (uint32_t)strlen(value) : 0,
                      .text = value ? value : ""};
}

static inline gw_value gw_value_id(gw_id value)
{
    return (gw_value){.type = GW_VALUE_id, .id = value};
}

static inline gw_value gw_value_map(gw_map value)
{
    return (gw_value){.type = GW_VALUE_map, .map = value};
}

static inline gw_value gw_value_list(gw_list value)
{
    return (gw_value){.type = GW_VALUE_list, .list = value};
}

static inline gw_value gw_value_itself(gw_value value)
{
    return value;
}

#define GW__VALUES(...)                                                                            \
    GW__VALUES_(__VA_OPT__(__VA_ARGS__, ) 8, 7, 6, 5, 4, 3, 2, 1, 0, )(__VA_ARGS__)
#define GW__VALUES_(a, b, c, d, e, f, g, h, n, ...) GW__VALUES##n
#define GW__VALUES0()
#define GW__VALUES1(a) GW_VALUE(a),
#define GW__VALUES2(a, ...) GW_VALUE(a), GW__VALUES1(__VA_ARGS__)
#define GW__VALUES3(a, ...) GW_VALUE(a), GW__VALUES2(__VA_ARGS__)
#define GW__VALUES4(a, ...) GW_VALUE(a), GW__VALUES3(__VA_ARGS__)
#define GW__VALUES5(a, ...) GW_VALUE(a), GW__VALUES4(__VA_ARGS__)
#define GW__VALUES6(a, ...) GW_VALUE(a), GW__VALUES5(__VA_ARGS__)
#define GW__VALUES7(a, ...) GW_VALUE(a), GW__VALUES6(__VA_ARGS__)
#define GW__VALUES8(a, ...) GW_VALUE(a), GW__VALUES7(__VA_ARGS__)
