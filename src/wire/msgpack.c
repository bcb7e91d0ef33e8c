/* Values in the forms that GoWorld's clients need (docs/internals/protocol.md 1), on top of
 * msgpuck. */
#include "wire/msgpack.h"

#include "base/assert.h"
#include "wire/writer.h"

#include <float.h>
#include <math.h>
#include <msgpuck.h>

#define TIME_SECONDS_MASK ((UINT64_C(1) << 34) - 1) /* of a time of 8 bytes */
#define TIME_SECONDS_MAX (INT64_C(1) << 50)         /* so that milliseconds fit */

/* msgpuck's own encoders choose the shortest int, so those that must keep their width are written
 * here. */
static void write_tagged(struct buf *b, uint8_t tag, uint64_t value, size_t size)
{
    uint8_t *at = buf_reserve(b, 1 + size);
    uint64_t big_endian = htobe64(value);
    at[0] = tag;
    memcpy(at + 1, (uint8_t *)&big_endian + (sizeof big_endian - size), size);
    b->size += 1 + size;
}

void msgpack_write_nil(struct buf *b)
{
    write_u8(b, 0xc0);
}

void msgpack_write_bool(struct buf *b, bool value)
{
    write_u8(b, value ? 0xc3 : 0xc2);
}

void msgpack_write_i8(struct buf *b, int8_t value)
{
    write_tagged(b, 0xd0, (uint64_t)value, 1);
}

void msgpack_write_i16(struct buf *b, int16_t value)
{
    write_tagged(b, 0xd1, (uint64_t)value, 2);
}

void msgpack_write_i32(struct buf *b, int32_t value)
{
    write_tagged(b, 0xd2, (uint64_t)value, 4);
}

void msgpack_write_i64(struct buf *b, int64_t value)
{
    write_tagged(b, 0xd3, (uint64_t)value, 8);
}

void msgpack_write_u8(struct buf *b, uint8_t value)
{
    write_tagged(b, 0xcc, value, 1);
}

void msgpack_write_u16(struct buf *b, uint16_t value)
{
    write_tagged(b, 0xcd, value, 2);
}

void msgpack_write_u32(struct buf *b, uint32_t value)
{
    write_tagged(b, 0xce, value, 4);
}

void msgpack_write_u64(struct buf *b, uint64_t value)
{
    write_tagged(b, 0xcf, value, 8);
}

void msgpack_write_f32(struct buf *b, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_tagged(b, 0xca, bits, 4);
}

void msgpack_write_f64(struct buf *b, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_tagged(b, 0xcb, bits, 8);
}

/* The longest head of a str, bin, map or array. */
enum { HEAD_BYTES_MAX = 5 };

void msgpack_write_str(struct buf *b, const char *text, size_t size)
{
    ASSERT(size <= UINT32_MAX);
    char *at = (char *)buf_reserve(b, HEAD_BYTES_MAX + size);
    b->size += (size_t)(mp_encode_strl(at, (uint32_t)size) - at);
    write_bytes(b, text, size);
}

void msgpack_write_bin(struct buf *b, const void *bytes, size_t size)
{
    ASSERT(size <= UINT32_MAX);
    char *at = (char *)buf_reserve(b, HEAD_BYTES_MAX + size);
    b->size += (size_t)(mp_encode_binl(at, (uint32_t)size) - at);
    write_bytes(b, bytes, size);
}

void msgpack_write_map(struct buf *b, uint32_t count)
{
    char *at = (char *)buf_reserve(b, HEAD_BYTES_MAX);
    b->size += (size_t)(mp_encode_map(at, count) - at);
}

void msgpack_write_array(struct buf *b, uint32_t count)
{
    char *at = (char *)buf_reserve(b, HEAD_BYTES_MAX);
    b->size += (size_t)(mp_encode_array(at, count) - at);
}

/* Nanoseconds in the upper 30 bits, seconds in the lower 34: until 2514. */
void msgpack_write_time(struct buf *b, int64_t unix_ms)
{
    uint64_t seconds = (uint64_t)unix_ms / 1000, ns = (uint64_t)unix_ms % 1000 * 1000000;
    uint64_t bits = htobe64(ns << 34 | (seconds & TIME_SECONDS_MASK));
    write_u8(b, 0xd7);
    write_u8(b, 0xff);
    write_bytes(b, &bits, sizeof bits);
}

void msgpack_write_vec3(struct buf *b, gw_vec3 value)
{
    msgpack_write_map(b, 3);
    msgpack_write_str(b, "X", 1);
    msgpack_write_f32(b, value.x);
    msgpack_write_str(b, "Y", 1);
    msgpack_write_f32(b, value.y);
    msgpack_write_str(b, "Z", 1);
    msgpack_write_f32(b, value.z);
}

/* What follows a value's first byte: a size or count of size_bytes, which counts bytes or values,
 * and `fixed` more of these in any case. */
struct head {
    uint8_t size_bytes;
    uint8_t fixed;
    uint8_t values_each; /* 0: bytes are counted; 1: values, in an array; 2: pairs, in a map */
};

static struct head head_of(uint8_t tag)
{
    static const struct head heads[] = {
        {0, 0, 0},  {0, 0, 0}, {0, 0, 0},            /* c1..c3: unused, bool */
        {1, 0, 0},  {2, 0, 0}, {4, 0, 0},            /* c4..c6: bin */
        {1, 1, 0},  {2, 1, 0}, {4, 1, 0},            /* c7..c9: ext, and its type */
        {0, 4, 0},  {0, 8, 0},                       /* ca..cb: floats */
        {0, 1, 0},  {0, 2, 0}, {0, 4, 0}, {0, 8, 0}, /* cc..cf: unsigned ints */
        {0, 1, 0},  {0, 2, 0}, {0, 4, 0}, {0, 8, 0}, /* d0..d3: ints */
        {0, 2, 0},  {0, 3, 0}, {0, 5, 0}, {0, 9, 0}, /* d4..d8: ext of 1, 2, 4, 8, 16 bytes, */
        {0, 17, 0},                                  /* and its type */
        {1, 0, 0},  {2, 0, 0}, {4, 0, 0},            /* d9..db: str */
        {2, 0, 1},  {4, 0, 1}, {2, 0, 2}, {4, 0, 2}, /* dc..df: array, map */
    };
    if (tag > 0xc0 && tag < 0xe0)
        return heads[tag - 0xc1];
    if (tag >= 0xa0 && tag < 0xc0)
        return (struct head){.fixed = tag & 0x1f};
    if (tag >= 0x80 && tag < 0xa0)
        return (struct head){.fixed = tag & 0x0f, .values_each = tag < 0x90 ? 2 : 1};
    return (struct head){0};
}

/* Reads the size or count behind a tag. */
static uint64_t read_count(struct reader *r, size_t size)
{
    switch (size) {
    case 0:
        return 0;
    case 1:
        return read_u8(r);
    case 2:
        return __builtin_bswap16(read_u16(r));
    default:
        return __builtin_bswap32(read_u32(r));
    }
}

/* Reads a value up to the values inside it; returns whether it is one that holds values, and how
 * many follow. */
static inline bool check_one(struct reader *r, uint64_t *inside)
{
    uint8_t tag = read_u8(r);
    struct head head = head_of(tag);
    uint64_t count = read_count(r, head.size_bytes) + head.fixed;
    r->bad |= tag == 0xc1; /* the one byte that msgpack never uses */
    if (head.values_each == 0)
        read_bytes(r, count);
    *inside = count * head.values_each;
    return head.values_each > 0;
}

/* Checks `inside` values, and those inside them. Returns false where they are nested too deeply. */
static bool check_inside(struct reader *r, uint64_t inside, unsigned depth_max)
{
    uint64_t left[MSGPACK_DEPTH_MAX]; /* values still to come at each depth */
    unsigned depth = 0;
    left[0] = inside;
    while (!r->bad) {
        if (left[depth] == 0 && depth == 0)
            return true;
        if (left[depth] == 0) {
            depth--;
            continue;
        }
        left[depth]--;
        if (!check_one(r, &inside))
            continue;
        if (++depth == depth_max)
            return false;
        left[depth] = inside;
    }
    return true;
}

/* Not mp_check: its counter is an int, which the count of a peer's array overflows, and it knows no
 * depth. */
gw_err msgpack_check(struct view data, struct view *value)
{
    return msgpack_check_depth(data, MSGPACK_DEPTH_MAX, value);
}

gw_err msgpack_check_depth(struct view data, unsigned depth_max, struct view *value)
{
    struct reader r = reader_of(data.data, data.size);
    uint64_t inside;
    if (check_one(&r, &inside) && !check_inside(&r, inside, depth_max))
        return GW_EFULL;
    if (r.bad)
        return GW_EPROTO;
    *value = (struct view){data.data, data.size - (uint32_t)reader_left(&r)};
    return GW_OK;
}

/* MP_EXT stands for "nothing that any reader takes" when there is no byte at all. */
static enum mp_type type_of(struct view value)
{
    return value.size > 0 ? mp_typeof((char)value.data[0]) : MP_EXT;
}

gw_err msgpack_read_bool(struct view value, bool *out)
{
    enum mp_type type = type_of(value);
    if (type != MP_BOOL && type != MP_NIL)
        return GW_EINVAL;
    *out = value.data[0] == 0xc3;
    return GW_OK;
}

/* A number in the widest form of its kind; a non-negative int is NATURAL however it is written. */
struct number {
    enum { NO_NUMBER, NEGATIVE, NATURAL, REAL } kind;
    union {
        int64_t negative;
        uint64_t natural;
        double real;
    };
};

static struct number number_of_int(int64_t value)
{
    return (struct number){.kind = value < 0 ? NEGATIVE : NATURAL, .negative = value};
}

static struct number number_of(struct view value)
{
    const char *at = (const char *)value.data;
    switch (type_of(value)) {
    case MP_NIL:
        return (struct number){.kind = NATURAL, .natural = 0};
    case MP_UINT:
        return (struct number){.kind = NATURAL, .natural = mp_decode_uint(&at)};
    case MP_INT:
        return number_of_int(mp_decode_int(&at));
    case MP_FLOAT:
        return (struct number){.kind = REAL, .real = (double)mp_decode_float(&at)};
    case MP_DOUBLE:
        return (struct number){.kind = REAL, .real = mp_decode_double(&at)};
    default:
        return (struct number){.kind = NO_NUMBER};
    }
}

gw_err msgpack_read_int(struct view value, int64_t min, int64_t max, int64_t *out)
{
    struct number n = number_of(value);
    bool is_int = n.kind == NEGATIVE || (n.kind == NATURAL && n.natural <= INT64_MAX);
    if (!is_int || n.negative < min || n.negative > max)
        return GW_EINVAL;
    *out = n.negative;
    return GW_OK;
}

gw_err msgpack_read_uint(struct view value, uint64_t max, uint64_t *out)
{
    struct number n = number_of(value);
    if (n.kind != NATURAL || n.natural > max)
        return GW_EINVAL;
    *out = n.natural;
    return GW_OK;
}

gw_err msgpack_read_f64(struct view value, double *out)
{
    struct number n = number_of(value);
    if (n.kind == NO_NUMBER)
        return GW_EINVAL;
    *out = n.kind == REAL ? n.real : n.kind == NEGATIVE ? (double)n.negative : (double)n.natural;
    return GW_OK;
}

gw_err msgpack_read_str(struct view value, struct view *out)
{
    return msgpack_read_bin(value, out);
}

gw_err msgpack_read_bin(struct view value, struct view *out)
{
    const char *at = (const char *)value.data;
    switch (type_of(value)) {
    case MP_NIL:
        *out = (struct view){.data = value.data};
        return GW_OK;
    case MP_STR:
    case MP_BIN: {
        uint32_t size;
        const char *bytes = mp_decode_strbin(&at, &size);
        *out = (struct view){.data = (const uint8_t *)bytes, .size = size};
        return GW_OK;
    }
    default:
        return GW_EINVAL;
    }
}

/* Cuts `size` bytes off the front. */
static struct view take(struct view *rest, size_t size)
{
    struct view taken = {.data = rest->data, .size = (uint32_t)size};
    rest->data += size;
    rest->size -= (uint32_t)size;
    return taken;
}

static struct view take_value(struct view *rest)
{
    const char *at = (const char *)rest->data;
    mp_next(&at);
    return take(rest, (size_t)((const uint8_t *)at - rest->data));
}

gw_err msgpack_read_map(struct view value, struct msgpack_pairs *pairs)
{
    enum mp_type type = type_of(value);
    if (type != MP_MAP && type != MP_NIL)
        return GW_EINVAL;
    const char *at = (const char *)value.data;
    uint32_t count = type == MP_MAP ? mp_decode_map(&at) : 0;
    if (type == MP_MAP)
        take(&value, (size_t)((const uint8_t *)at - value.data));
    *pairs = (struct msgpack_pairs){.rest = value, .left = count};
    return GW_OK;
}

bool msgpack_next_pair(struct msgpack_pairs *pairs, struct view *key, struct view *value)
{
    if (pairs->left == 0 ||
        type_of(pairs->rest) == MP_NIL) /* nil reads as a string but is no key */
        return false;
    struct view rest = pairs->rest;
    if (msgpack_read_str(take_value(&rest), key))
        return false;
    *value = take_value(&rest);
    *pairs = (struct msgpack_pairs){.rest = rest, .left = pairs->left - 1};
    return true;
}

gw_err msgpack_read_array(struct view value, struct msgpack_items *items)
{
    enum mp_type type = type_of(value);
    if (type != MP_ARRAY && type != MP_NIL)
        return GW_EINVAL;
    const char *at = (const char *)value.data;
    uint32_t count = type == MP_ARRAY ? mp_decode_array(&at) : 0;
    if (type == MP_ARRAY)
        take(&value, (size_t)((const uint8_t *)at - value.data));
    *items = (struct msgpack_items){.rest = value, .left = count};
    return GW_OK;
}

bool msgpack_next_item(struct msgpack_items *items, struct view *value)
{
    if (items->left == 0)
        return false;
    items->left--;
    *value = take_value(&items->rest);
    return true;
}

/* NaN and what an f32 cannot hold are refused: no place is there. */
static gw_err narrow(struct view value, float *out)
{
    double wide;
    if (msgpack_read_f64(value, &wide) || !(fabs(wide) <= (double)FLT_MAX))
        return GW_EINVAL;
    *out = (float)wide;
    return GW_OK;
}

static gw_err read_vec3_array(struct view value, gw_vec3 *out)
{
    struct msgpack_items items;
    struct view x, y, z;
    if (msgpack_read_array(value, &items) || items.left != 3)
        return GW_EINVAL;
    msgpack_next_item(&items, &x);
    msgpack_next_item(&items, &y);
    msgpack_next_item(&items, &z);
    if (narrow(x, &out->x) || narrow(y, &out->y) || narrow(z, &out->z))
        return GW_EINVAL;
    return GW_OK;
}

/* What the map does not name is zero; other names are left alone. */
static gw_err read_vec3_map(struct view value, gw_vec3 *out)
{
    struct msgpack_pairs pairs;
    struct view key, number;
    if (msgpack_read_map(value, &pairs))
        return GW_EINVAL;
    while (msgpack_next_pair(&pairs, &key, &number)) {
        float *axis = view_equals(key, "X")   ? &out->x
                      : view_equals(key, "Y") ? &out->y
                      : view_equals(key, "Z") ? &out->z
                                              : NULL;
        if (axis && narrow(number, axis))
            return GW_EINVAL;
    }
    return pairs.left == 0 ? GW_OK : GW_EINVAL;
}

static uint64_t big_endian(const uint8_t *bytes, unsigned count)
{
    uint64_t value = 0;
    while (count--)
        value = value << 8 | *bytes++;
    return value;
}

/* Of 4, 8 or 12 bytes. */
gw_err msgpack_read_time(struct view value, int64_t *unix_ms)
{
    const uint8_t *d = value.data;
    if (value.size == 6 && d[0] == 0xd6 && d[1] == 0xff) {
        *unix_ms = (int64_t)big_endian(d + 2, 4) * 1000;
    } else if (value.size == 10 && d[0] == 0xd7 && d[1] == 0xff) {
        uint64_t bits = big_endian(d + 2, 8);
        *unix_ms = (int64_t)(bits & TIME_SECONDS_MASK) * 1000 + (int64_t)(bits >> 34) / 1000000;
    } else if (value.size == 15 && d[0] == 0xc7 && d[1] == 12 && d[2] == 0xff) {
        int64_t seconds = (int64_t)big_endian(d + 7, 8);
        if (seconds < -TIME_SECONDS_MAX || seconds > TIME_SECONDS_MAX)
            return GW_EINVAL;
        *unix_ms = seconds * 1000 + (int64_t)big_endian(d + 3, 4) / 1000000;
    } else {
        return GW_EINVAL;
    }
    return GW_OK;
}

gw_err msgpack_read_vec3(struct view value, gw_vec3 *out)
{
    gw_vec3 v = {0};
    gw_err err = type_of(value) == MP_ARRAY ? read_vec3_array(value, &v) : read_vec3_map(value, &v);
    if (!err)
        *out = v;
    return err;
}
