/* value: the tree of values that attributes and arguments are. */
#pragma once

#include <goworld_client.h>

enum value_kind {
    VALUE_NIL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_UINT, /* only beyond INT64_MAX */
    VALUE_F32,
    VALUE_F64,
    VALUE_STR,
    VALUE_BYTES,
    VALUE_LIST,
    VALUE_MAP,
    VALUE_KIND_COUNT,
};

struct value_pair;

/* What comes into a map or goes moves those behind it. So a map from a server has no more keys. */
enum { MAP_COUNT_MAX = 1 << 16 };

/* Zero is nil. Lists and maps have room for the next power of two of items. */
struct gwc_value {
    uint8_t kind;
    uint32_t count; /* bytes of a text, items, pairs */
    union {
        bool boolean;
        int64_t integer;
        uint64_t natural;
        double real;
        char *text; /* with a NUL behind it */
        struct gwc_value *items;
        struct value_pair *pairs; /* in the order of their keys' bytes */
    };
};

struct value_pair {
    char *key; /* with a NUL behind it; it may hold others */
    uint32_t key_size;
    struct gwc_value value;
};

/* About how much memory the tree takes beside the value itself. */
size_t value_bytes(const gwc_value *value);
void value_clear(gwc_value *value); /* frees what is inside; nil remains */
void value_copy(gwc_value *to, const gwc_value *from);
void value_set_text(gwc_value *value, enum value_kind kind, const void *bytes, size_t size);
char *value_text_copy(const void *bytes, size_t size); /* with a NUL behind it */

/* Of a list: */
gwc_value *list_append(gwc_value *list);        /* the new last item, nil */
void list_pop(gwc_value *list, gwc_value *out); /* moves the last item, which is there, to *out */

/* Of a map: */
struct value_pair *map_find(const gwc_value *map, const void *key, size_t size); /* or NULL */
struct value_pair *map_find_or_add(gwc_value *map, const void *key, size_t size);
void map_take(gwc_value *map, struct value_pair *pair, struct value_pair *out);   /* moves it out */
int map_compare_keys(const void *a, size_t a_size, const void *b, size_t b_size); /* as memcmp */
