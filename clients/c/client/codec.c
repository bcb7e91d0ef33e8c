/* codec: see codec.h. */
#include "client/codec.h"

#include "wire/msgpack.h"
#include "wire/packet.h"

#include <msgpuck.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- reading: of values that msgpack_check has found whole ----------------------------------- */

struct source {
    const char *at;
    size_t *budget;
    enum codec_result result; /* the first failure */
};

/* A pair as it lies in the packet. */
struct raw_pair {
    const char *key;
    uint32_t key_size;
    char digits[24]; /* a key that is a number becomes its decimal text */
    const char *value;
};

static bool read_value(struct source *from, gwc_value *out);

static bool fail(struct source *from, enum codec_result result)
{
    from->result = result;
    return false;
}

static bool take(struct source *from, size_t bytes)
{
    if (bytes > *from->budget)
        return fail(from, CODEC_TOO_LARGE);
    *from->budget -= bytes;
    return true;
}

static bool read_text(struct source *from, enum value_kind kind, gwc_value *out)
{
    uint32_t size;
    const char *bytes = mp_decode_strbin(&from->at, &size);
    if (!take(from, (size_t)size + 1))
        return false;
    value_set_text(out, kind, bytes, size);
    return true;
}

/* d4..d8 have their size in the tag, c7..c9 behind it; then comes the type, which is left out. */
static bool read_extension(struct source *from, gwc_value *out)
{
    static const uint8_t heads[] = {3, 4, 6};
    uint8_t tag = (uint8_t)*from->at;
    const char *bytes = from->at + (tag >= 0xd4 ? 2 : heads[tag - 0xc7]);
    mp_next(&from->at);
    size_t size = (size_t)(from->at - bytes);
    if (!take(from, size + 1))
        return false;
    value_set_text(out, VALUE_BYTES, bytes, size);
    return true;
}

static void read_uint(struct source *from, gwc_value *out)
{
    uint64_t value = mp_decode_uint(&from->at);
    *out = (gwc_value){.kind = value > INT64_MAX ? VALUE_UINT : VALUE_INT, .natural = value};
}

static bool read_list(struct source *from, gwc_value *out)
{
    uint32_t count = mp_decode_array(&from->at);
    *out = (gwc_value){.kind = VALUE_LIST};
    if (!take(from, count * sizeof *out->items))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!read_value(from, list_append(out)))
            return false;
    return true;
}

static bool read_key(struct source *from, struct raw_pair *pair)
{
    int64_t number;
    switch (mp_typeof(*from->at)) {
    case MP_STR:
    case MP_BIN:
        pair->key = mp_decode_strbin(&from->at, &pair->key_size);
        return true;
    case MP_UINT:
        snprintf(pair->digits, sizeof pair->digits, "%llu",
                 (unsigned long long)mp_decode_uint(&from->at));
        break;
    case MP_INT:
        number = mp_decode_int(&from->at);
        snprintf(pair->digits, sizeof pair->digits, "%lld", (long long)number);
        break;
    default:
        return fail(from, CODEC_MALFORMED);
    }
    pair->key = NULL; /* the digits move with the pair when that is sorted */
    pair->key_size = (uint32_t)strlen(pair->digits);
    return true;
}

static const char *key_of(const struct raw_pair *pair)
{
    return pair->key ? pair->key : pair->digits;
}

/* Equal keys in the order in which they came. */
static int compare_pairs(const void *a, const void *b)
{
    const struct raw_pair *x = a, *y = b;
    int order = map_compare_keys(key_of(x), x->key_size, key_of(y), y->key_size);
    return order ? order : (x->value > y->value) - (x->value < y->value);
}

static bool find_pairs(struct source *from, struct raw_pair *pairs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!read_key(from, &pairs[i]))
            return false;
        pairs[i].value = from->at;
        mp_next(&from->at);
    }
    return true;
}

static bool is_repeated(const struct raw_pair *pair, const struct raw_pair *next)
{
    return map_compare_keys(key_of(pair), pair->key_size, key_of(next), next->key_size) == 0;
}

/* Sorted, so that each is added at the end. Of equal keys the last one counts. */
static bool add_pairs(struct source *from, const struct raw_pair *pairs, uint32_t count,
                      gwc_value *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 < count && is_repeated(&pairs[i], &pairs[i + 1])) {
            *from->budget += sizeof *out->pairs; /* which was taken for all of them */
            continue;
        }
        if (!take(from, pairs[i].key_size + 1u))
            return false;
        from->at = pairs[i].value;
        struct value_pair *pair = map_find_or_add(out, key_of(&pairs[i]), pairs[i].key_size);
        if (!read_value(from, &pair->value))
            return false;
    }
    return true;
}

static bool read_map(struct source *from, gwc_value *out)
{
    uint32_t count = mp_decode_map(&from->at);
    *out = (gwc_value){.kind = VALUE_MAP};
    if (count > MAP_COUNT_MAX)
        return fail(from, CODEC_TOO_MANY);
    if (!take(from, count * sizeof *out->pairs))
        return false;
    struct raw_pair *pairs = mem_alloc(count * sizeof *pairs);
    bool good = find_pairs(from, pairs, count);
    const char *end = from->at;
    if (good) {
        qsort(pairs, count, sizeof *pairs, compare_pairs);
        good = add_pairs(from, pairs, count, out);
    }
    from->at = end;
    free(pairs);
    return good;
}

/* Returns false after a failure; *out is then good to be cleared. */
static bool read_value(struct source *from, gwc_value *out)
{
    *out = (gwc_value){0};
    switch (mp_typeof(*from->at)) {
    case MP_NIL:
        mp_decode_nil(&from->at);
        return true;
    case MP_BOOL:
        *out = (gwc_value){.kind = VALUE_BOOL, .boolean = mp_decode_bool(&from->at)};
        return true;
    case MP_UINT:
        read_uint(from, out);
        return true;
    case MP_INT:
        *out = (gwc_value){.kind = VALUE_INT, .integer = mp_decode_int(&from->at)};
        return true;
    case MP_FLOAT:
        *out = (gwc_value){.kind = VALUE_F32, .real = (double)mp_decode_float(&from->at)};
        return true;
    case MP_DOUBLE:
        *out = (gwc_value){.kind = VALUE_F64, .real = mp_decode_double(&from->at)};
        return true;
    case MP_STR:
        return read_text(from, VALUE_STR, out);
    case MP_BIN:
        return read_text(from, VALUE_BYTES, out);
    case MP_EXT:
        return read_extension(from, out);
    case MP_ARRAY:
        return read_list(from, out);
    case MP_MAP:
        return read_map(from, out);
    }
    return fail(from, CODEC_MALFORMED);
}

enum codec_result codec_read(struct view data, size_t *budget, gwc_value *out)
{
    struct view value;
    *out = (gwc_value){0};
    gw_err err = msgpack_check(data, &value);
    if (err)
        return err == GW_EFULL ? CODEC_TOO_DEEP : CODEC_MALFORMED;
    struct source from = {.at = (const char *)value.data, .budget = budget};
    if (!read_value(&from, out))
        value_clear(out);
    return from.result;
}

enum codec_result codec_read_args(struct view args, size_t *budget, gwc_value *out)
{
    struct reader r = reader_of(args.data, args.size);
    uint16_t count = read_u16(&r);
    enum codec_result result = CODEC_OK;
    *out = (gwc_value){.kind = VALUE_LIST};
    for (uint16_t i = 0; i < count && result == CODEC_OK; i++)
        result = codec_read(read_var(&r), budget, list_append(out));
    if (result != CODEC_OK)
        value_clear(out);
    return result;
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool write_value(struct buf *b, const gwc_value *value, unsigned depth_left);

static bool write_list(struct buf *b, const gwc_value *list, unsigned depth_left)
{
    msgpack_write_array(b, list->count);
    for (uint32_t i = 0; i < list->count; i++)
        if (!write_value(b, &list->items[i], depth_left))
            return false;
    return true;
}

static bool write_map(struct buf *b, const gwc_value *map, unsigned depth_left)
{
    msgpack_write_map(b, map->count);
    for (uint32_t i = 0; i < map->count; i++) {
        msgpack_write_str(b, map->pairs[i].key, map->pairs[i].key_size);
        if (!write_value(b, &map->pairs[i].value, depth_left))
            return false;
    }
    return true;
}

static bool write_value(struct buf *b, const gwc_value *value, unsigned depth_left)
{
    switch ((enum value_kind)value->kind) {
    case VALUE_NIL:
        msgpack_write_nil(b);
        return true;
    case VALUE_BOOL:
        msgpack_write_bool(b, value->boolean);
        return true;
    case VALUE_INT:
        msgpack_write_i64(b, value->integer);
        return true;
    case VALUE_UINT:
        msgpack_write_u64(b, value->natural);
        return true;
    case VALUE_F32:
        msgpack_write_f32(b, (float)value->real);
        return true;
    case VALUE_F64:
        msgpack_write_f64(b, value->real);
        return true;
    case VALUE_STR:
        msgpack_write_str(b, value->text, value->count);
        return true;
    case VALUE_BYTES:
        msgpack_write_bin(b, value->text, value->count);
        return true;
    case VALUE_LIST:
        return depth_left > 0 && write_list(b, value, depth_left - 1);
    case VALUE_MAP:
        return depth_left > 0 && write_map(b, value, depth_left - 1);
    case VALUE_KIND_COUNT:
        break;
    }
    return false;
}

bool codec_write(struct buf *b, const gwc_value *value)
{
    return write_value(b, value, MSGPACK_DEPTH_MAX);
}

static bool borrow_text(const gwc_arg *arg, enum value_kind kind, gwc_value *out)
{
    if (arg->size > PACKET_PAYLOAD_BYTES_MAX)
        return false;
    *out = (gwc_value){.kind = (uint8_t)kind, .count = (uint32_t)arg->size};
    out->text = (char *)(uintptr_t)arg->of.data; /* never changed: it is copied or written */
    return true;
}

bool codec_borrow(const gwc_arg *arg, gwc_value *out)
{
    *out = (gwc_value){0};
    switch (arg->kind) {
    case GWC_ARG_END:
    case GWC_ARG_NIL:
        return true;
    case GWC_ARG_BOOL:
        *out = (gwc_value){.kind = VALUE_BOOL, .boolean = arg->of.boolean};
        return true;
    case GWC_ARG_I64:
        *out = (gwc_value){.kind = VALUE_INT, .integer = arg->of.integer};
        return true;
    case GWC_ARG_U64:
        *out = (gwc_value){.kind = arg->of.natural > INT64_MAX ? VALUE_UINT : VALUE_INT,
                           .natural = arg->of.natural};
        return true;
    case GWC_ARG_F32:
        *out = (gwc_value){.kind = VALUE_F32, .real = arg->of.real};
        return true;
    case GWC_ARG_F64:
        *out = (gwc_value){.kind = VALUE_F64, .real = arg->of.real};
        return true;
    case GWC_ARG_STR:
        return borrow_text(arg, VALUE_STR, out);
    case GWC_ARG_BYTES:
        return borrow_text(arg, VALUE_BYTES, out);
    case GWC_ARG_TREE:
        *out = *arg->of.tree;
        return true;
    }
    return false;
}
