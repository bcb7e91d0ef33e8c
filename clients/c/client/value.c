/* value: see value.h. Here also: what the public header reads of values. */
#include "client/value.h"

#include "base/assert.h"
#include "base/buf.h"

#include <stdlib.h>

/* ---- memory --------------------------------------------------------------------------------- */

static size_t pair_bytes(const struct value_pair *pair)
{
    return sizeof *pair + pair->key_size + 1 + value_bytes(&pair->value);
}

size_t value_bytes(const gwc_value *value)
{
    size_t bytes = 0;
    if (value->kind == VALUE_STR || value->kind == VALUE_BYTES)
        bytes = value->count + 1;
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->count; i++)
        bytes += sizeof *value->items + value_bytes(&value->items[i]);
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->count; i++)
        bytes += pair_bytes(&value->pairs[i]);
    return bytes;
}

static void clear_pair(struct value_pair *pair)
{
    free(pair->key);
    value_clear(&pair->value);
}

void value_clear(gwc_value *value)
{
    for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->count; i++)
        value_clear(&value->items[i]);
    for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->count; i++)
        clear_pair(&value->pairs[i]);
    if (value->kind == VALUE_LIST)
        free(value->items);
    else if (value->kind == VALUE_MAP)
        free(value->pairs);
    else if (value->kind == VALUE_STR || value->kind == VALUE_BYTES)
        free(value->text);
    *value = (gwc_value){0};
}

char *value_text_copy(const void *bytes, size_t size)
{
    char *text = mem_alloc(size + 1);
    if (size > 0)
        memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

void value_set_text(gwc_value *value, enum value_kind kind, const void *bytes, size_t size)
{
    *value = (gwc_value){.kind = (uint8_t)kind, .count = (uint32_t)size};
    value->text = value_text_copy(bytes, size);
}

void value_copy(gwc_value *to, const gwc_value *from)
{
    *to = *from;
    if (from->kind == VALUE_STR || from->kind == VALUE_BYTES) {
        value_set_text(to, from->kind, from->text, from->count);
    } else if (from->kind == VALUE_LIST || from->kind == VALUE_MAP) {
        *to = (gwc_value){.kind = from->kind};
        for (uint32_t i = 0; from->kind == VALUE_LIST && i < from->count; i++)
            value_copy(list_append(to), &from->items[i]);
        for (uint32_t i = 0; from->kind == VALUE_MAP && i < from->count; i++) {
            const struct value_pair *pair = &from->pairs[i];
            value_copy(&map_find_or_add(to, pair->key, pair->key_size)->value, &pair->value);
        }
    }
}

/* ---- lists and maps ------------------------------------------------------------------------- */

/* An array is full when its count is 0 or a power of two: it then gets room for twice as many. */
static void *grow(void *items, uint32_t count, size_t item_bytes)
{
    bool is_full = (count & (count - 1)) == 0;
    return is_full ? mem_realloc(items, (count ? (size_t)count * 2 : 1) * item_bytes) : items;
}

gwc_value *list_append(gwc_value *list)
{
    ASSERT(list->kind == VALUE_LIST);
    list->items = grow(list->items, list->count, sizeof *list->items);
    gwc_value *item = &list->items[list->count++];
    *item = (gwc_value){0};
    return item;
}

void list_pop(gwc_value *list, gwc_value *out)
{
    ASSERT(list->kind == VALUE_LIST && list->count > 0);
    *out = list->items[--list->count];
}

int map_compare_keys(const void *a, size_t a_size, const void *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

/* The place of the key, or where it belongs. */
static uint32_t place_of(const gwc_value *map, const void *key, size_t size, bool *is_there)
{
    uint32_t low = 0, high = map->count;
    *is_there = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct value_pair *pair = &map->pairs[middle];
        int order = map_compare_keys(pair->key, pair->key_size, key, size);
        if (order == 0) {
            *is_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct value_pair *map_find(const gwc_value *map, const void *key, size_t size)
{
    bool is_there;
    uint32_t place = place_of(map, key, size, &is_there);
    return is_there ? &map->pairs[place] : NULL;
}

struct value_pair *map_find_or_add(gwc_value *map, const void *key, size_t size)
{
    ASSERT(map->kind == VALUE_MAP);
    bool is_there;
    uint32_t place = place_of(map, key, size, &is_there);
    if (is_there)
        return &map->pairs[place];
    map->pairs = grow(map->pairs, map->count, sizeof *map->pairs);
    struct value_pair *pair = &map->pairs[place];
    memmove(pair + 1, pair, (map->count - place) * sizeof *pair);
    map->count++;
    *pair = (struct value_pair){.key = value_text_copy(key, size), .key_size = (uint32_t)size};
    return pair;
}

void map_take(gwc_value *map, struct value_pair *pair, struct value_pair *out)
{
    *out = *pair;
    map->count--;
    memmove(pair, pair + 1, (size_t)(map->pairs + map->count - pair) * sizeof *pair);
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum value_kind kind_of(const gwc_value *value)
{
    return value ? value->kind : VALUE_NIL;
}

static bool is_text(const gwc_value *value)
{
    return kind_of(value) == VALUE_STR || kind_of(value) == VALUE_BYTES;
}

gwc_type gwc_type_of(const gwc_value *value)
{
    static const gwc_type types[VALUE_KIND_COUNT] = {
        [VALUE_NIL] = GWC_NIL,  [VALUE_BOOL] = GWC_BOOL,   [VALUE_INT] = GWC_INT,
        [VALUE_UINT] = GWC_INT, [VALUE_F32] = GWC_DOUBLE,  [VALUE_F64] = GWC_DOUBLE,
        [VALUE_STR] = GWC_STR,  [VALUE_BYTES] = GWC_BYTES, [VALUE_LIST] = GWC_LIST,
        [VALUE_MAP] = GWC_MAP,
    };
    return types[kind_of(value)];
}

bool gwc_to_bool(const gwc_value *value)
{
    return kind_of(value) == VALUE_BOOL && value->boolean;
}

/* 2^63 and 2^64 are exact in a double, the largest integers are not. NaN is in no range. */
static int64_t int_of_real(double real)
{
    if (real >= 0x1p63)
        return INT64_MAX;
    return real >= -0x1p63 ? (int64_t)real : real < 0 ? INT64_MIN : 0;
}

static uint64_t uint_of_real(double real)
{
    if (real >= 0x1p64)
        return UINT64_MAX;
    return real >= 0 ? (uint64_t)real : 0;
}

int64_t gwc_to_int(const gwc_value *value)
{
    switch (kind_of(value)) {
    case VALUE_INT:
        return value->integer;
    case VALUE_UINT:
        return INT64_MAX;
    case VALUE_F32:
    case VALUE_F64:
        return int_of_real(value->real);
    default:
        return 0;
    }
}

uint64_t gwc_to_uint(const gwc_value *value)
{
    switch (kind_of(value)) {
    case VALUE_INT:
        return value->integer > 0 ? (uint64_t)value->integer : 0;
    case VALUE_UINT:
        return value->natural;
    case VALUE_F32:
    case VALUE_F64:
        return uint_of_real(value->real);
    default:
        return 0;
    }
}

double gwc_to_double(const gwc_value *value)
{
    switch (kind_of(value)) {
    case VALUE_INT:
        return (double)value->integer;
    case VALUE_UINT:
        return (double)value->natural;
    case VALUE_F32:
    case VALUE_F64:
        return value->real;
    default:
        return 0;
    }
}

const char *gwc_to_str(const gwc_value *value)
{
    return is_text(value) ? value->text : "";
}

size_t gwc_size(const gwc_value *value)
{
    return is_text(value) ? value->count : 0;
}

size_t gwc_count(const gwc_value *value)
{
    bool holds_values = kind_of(value) == VALUE_LIST || kind_of(value) == VALUE_MAP;
    return holds_values ? value->count : 0;
}

const gwc_value *gwc_at(const gwc_value *value, size_t index)
{
    if (index >= gwc_count(value))
        return NULL;
    return value->kind == VALUE_LIST ? &value->items[index] : &value->pairs[index].value;
}

const char *gwc_key_at(const gwc_value *map, size_t index)
{
    bool is_there = kind_of(map) == VALUE_MAP && index < map->count;
    return is_there ? map->pairs[index].key : "";
}

const gwc_value *gwc_get(const gwc_value *map, const char *key)
{
    if (kind_of(map) != VALUE_MAP || !key)
        return NULL;
    const struct value_pair *pair = map_find(map, key, strlen(key));
    return pair ? &pair->value : NULL;
}
