/* Reads and writes the arguments of calls. */
#include "entity/args.h"

#include "entity/tree.h"
#include "wire/msgpack.h"

enum { TAG_FIXSTR = 0xa0, TAG_I64 = 0xd3 };

const char args_too_deep[] = "an argument is nested too deeply";

/* ---- reading arguments ---------------------------------------------------------------------- */

/* Writes each member where it stays: a copy of the whole would have to wait until they are written.
 */
void args_reader_init(struct gw_reader *r, struct view args, char *strings)
{
    struct reader data = reader_of(args.data, args.size);
    r->left = read_u16(&data);
    r->data.at = data.at;
    r->data.end = data.end;
    r->data.bad = data.bad;
    r->index = 0;
    r->strings = strings;
    r->problem = data.bad ? "there are no arguments" : NULL;
}

bool args_are_deeper(struct view args, unsigned depth_max)
{
    struct reader r = reader_of(args.data, args.size);
    struct view value;
    for (unsigned left = read_u16(&r); left; left--)
        if (msgpack_check_depth(read_var(&r), depth_max, &value) == GW_EFULL)
            return true;
    return false;
}

/* Gives the next argument's value; false when there is none (it reads as zero) or it is no msgpack.
 */
static bool next_argument(struct gw_reader *r, struct view *value)
{
    r->index++;
    if (!r->left || r->problem)
        return false;
    r->left--;
    struct view data = read_var(&r->data);
    gw_err err = msgpack_check(data, value);
    if (err)
        r->problem = err == GW_EFULL ? args_too_deep : "an argument is not msgpack";
    return !err;
}

/* The forms in which our own processes write an argument that is a value of one size: that is what
 * comes nearly always, and it needs no look at what else msgpack can be. */
static bool next_is(const struct gw_reader *r, uint8_t tag, size_t size)
{
    const uint8_t *at = r->data.at;
    if (!r->left || r->problem || reader_left(&r->data) < sizeof(uint32_t) + 1 + size)
        return false;
    uint32_t data_size;
    memcpy(&data_size, at, sizeof data_size);
    return le32toh(data_size) == 1 + size && at[sizeof data_size] == tag;
}

/* Returns the bytes behind the tag of one for which next_is was true. */
static const uint8_t *take_next(struct gw_reader *r, size_t size)
{
    const uint8_t *bytes = r->data.at + sizeof(uint32_t) + 1;
    r->index++;
    r->left--;
    r->data.at = bytes + size;
    return bytes;
}

static void check_type(struct gw_reader *r, gw_err err)
{
    if (err)
        r->problem = err == GW_EFULL ? "an argument holds too many values"
                                     : "an argument has the wrong type or is out of range";
}

bool gw_read_bool(gw_reader *r)
{
    struct view value;
    bool out = false;
    if (next_argument(r, &value))
        check_type(r, msgpack_read_bool(value, &out));
    return out;
}

#define READ_SIGNED(tag, ctype, min, max)                                                          \
    ctype gw_read_##tag(gw_reader *r)                                                              \
    {                                                                                              \
        struct view value;                                                                         \
        int64_t out = 0;                                                                           \
        if (next_argument(r, &value))                                                              \
            check_type(r, msgpack_read_int(value, min, max, &out));                                \
        return (ctype)out;                                                                         \
    }
READ_SIGNED(i8, int8_t, INT8_MIN, INT8_MAX)
READ_SIGNED(i16, int16_t, INT16_MIN, INT16_MAX)
READ_SIGNED(i32, int32_t, INT32_MIN, INT32_MAX)
#undef READ_SIGNED

int64_t gw_read_i64(gw_reader *r)
{
    struct view value;
    int64_t out = 0;
    if (next_is(r, TAG_I64, sizeof out)) {
        memcpy(&out, take_next(r, sizeof out), sizeof out);
        return (int64_t)be64toh((uint64_t)out);
    }
    if (next_argument(r, &value))
        check_type(r, msgpack_read_int(value, INT64_MIN, INT64_MAX, &out));
    return out;
}

#define READ_UNSIGNED(tag, ctype, max)                                                             \
    ctype gw_read_##tag(gw_reader *r)                                                              \
    {                                                                                              \
        struct view value;                                                                         \
        uint64_t out = 0;                                                                          \
        if (next_argument(r, &value))                                                              \
            check_type(r, msgpack_read_uint(value, max, &out));                                    \
        return (ctype)out;                                                                         \
    }
READ_UNSIGNED(u8, uint8_t, UINT8_MAX)
READ_UNSIGNED(u16, uint16_t, UINT16_MAX)
READ_UNSIGNED(u32, uint32_t, UINT32_MAX)
READ_UNSIGNED(u64, uint64_t, UINT64_MAX)
#undef READ_UNSIGNED

double gw_read_f64(gw_reader *r)
{
    struct view value;
    double out = 0;
    if (next_argument(r, &value))
        check_type(r, msgpack_read_f64(value, &out));
    return out;
}

float gw_read_f32(gw_reader *r)
{
    return (float)gw_read_f64(r);
}

const char *gw_read_str(gw_reader *r)
{
    struct view value, text = {0};
    if (next_argument(r, &value))
        check_type(r, msgpack_read_str(value, &text));
    if (!text.size || r->problem)
        return "";
    if (memchr(text.data, 0, text.size)) {
        r->problem = "a string holds a NUL";
        return "";
    }
    char *copy = r->strings;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    r->strings += text.size + 1;
    return copy;
}

gw_id gw_read_id(gw_reader *r)
{
    struct view value, text = {0};
    gw_id out = {0};
    if (next_is(r, TAG_FIXSTR | sizeof out.text, sizeof out.text)) {
        memcpy(out.text, take_next(r, sizeof out.text), sizeof out.text);
        return out;
    }
    if (next_argument(r, &value))
        check_type(r, msgpack_read_str(value, &text));
    if (!text.size || r->problem)
        return out;
    if (text.size == sizeof out.text)
        memcpy(out.text, text.data, sizeof out.text);
    else
        r->problem = "an id has not 16 characters";
    return out;
}

gw_vec3 gw_read_vec3(gw_reader *r)
{
    struct view value;
    gw_vec3 out = {0};
    if (next_argument(r, &value))
        check_type(r, msgpack_read_vec3(value, &out));
    return out;
}

gw_bytes gw_read_bytes(gw_reader *r)
{
    struct view value, bytes = {0};
    if (next_argument(r, &value))
        check_type(r, msgpack_read_bin(value, &bytes));
    return (gw_bytes){bytes.size ? bytes.data : (const uint8_t *)"", bytes.size};
}

/* A loose one: an empty one for what is missing or wrong. */
static struct gw_node *read_tree(gw_reader *r, bool is_list)
{
    struct view value;
    struct gw_node *node = NULL;
    if (next_argument(r, &value))
        check_type(r, tree_read_bounded(value, is_list, &node));
    if (!node)
        node = tree_new(is_list);
    tree_make_loose(node, world_loose(world_running()));
    return node;
}

gw_map gw_read_map(gw_reader *r)
{
    return (gw_map){read_tree(r, false)};
}

gw_list gw_read_list(gw_reader *r)
{
    return (gw_list){read_tree(r, true)};
}

gw_list args_read_list(struct gw_reader *r)
{
    struct buf array = {0};
    struct view value;
    uint32_t count = r->left;
    msgpack_write_array(&array, count);
    while (r->left && next_argument(r, &value))
        buf_append(&array, value.data, value.size);
    struct gw_node *node = NULL;
    if (!r->problem)
        check_type(r, tree_read_bounded(view_of(&array), true, &node));
    buf_free(&array);
    if (!node)
        node = tree_new(true);
    tree_make_loose(node, world_loose(world_running()));
    return (gw_list){node};
}

bool gw_read_end(gw_reader *r)
{
    if (!r->problem && (r->left || reader_left(&r->data)))
        r->problem = "there are too many arguments";
    return !r->problem;
}

/* ---- writing arguments --------------------------------------------------------------------------
 */

/* The writer is the world's args buffer: one call is written at a time. */
struct gw_writer {
    struct buf bytes;
};
_Static_assert(offsetof(struct gw_writer, bytes) == 0, "a gw_writer is a buf");

static struct buf *begin(struct world *w, size_t room)
{
    buf_clear(&w->args);
    buf_reserve(&w->args, ARGS_HEAD_MAX + room);
    w->args.size = ARGS_HEAD_MAX;
    return &w->args;
}

gw_writer *gw_call_begin(unsigned argument_count)
{
    struct buf *b = begin(world_running(), sizeof(uint16_t));
    write_u16(b, (uint16_t)argument_count);
    return (gw_writer *)b;
}

void args_write(struct world *w, struct view args)
{
    write_bytes(begin(w, args.size), args.data, args.size);
}

void args_write_list(struct world *w, gw_list list)
{
    size_t count = gw_list_size(list);
    struct buf *b = begin(w, sizeof(uint16_t));
    write_u16(b, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        size_t at = write_var_begin(b);
        tree_write_value(b, tree_at(list.node_, i));
        write_var_end(b, at);
    }
}

#define WRITE(tag, ctype, write)                                                                   \
    void gw_write_##tag(gw_writer *writer, ctype value)                                            \
    {                                                                                              \
        struct buf *b = &writer->bytes;                                                            \
        size_t begin = write_var_begin(b);                                                         \
        write;                                                                                     \
        write_var_end(b, begin);                                                                   \
    }

/* What calls nearly always have is written in one piece. */
ALWAYS_INLINE void write_tagged(gw_writer *writer, uint8_t tag, const void *bytes, uint32_t size)
{
    struct buf *b = &writer->bytes;
    uint32_t data_size = htole32(1 + size);
    uint8_t *at = buf_reserve(b, sizeof data_size + 1 + size);
    memcpy(at, &data_size, sizeof data_size);
    at[sizeof data_size] = tag;
    memcpy(at + sizeof data_size + 1, bytes, size);
    b->size += sizeof data_size + 1 + size;
}

void gw_write_i64(gw_writer *writer, int64_t value)
{
    uint64_t big_endian = htobe64((uint64_t)value);
    write_tagged(writer, TAG_I64, &big_endian, sizeof big_endian);
}

/* No id is an empty string. */
void gw_write_id(gw_writer *writer, gw_id value)
{
    if (gw_id_is_none(value))
        write_tagged(writer, TAG_FIXSTR, "", 0);
    else
        write_tagged(writer, TAG_FIXSTR | sizeof value.text, value.text, sizeof value.text);
}

/* A value whose size is known needs no look back when it is written. */
#define WRITE_SIZED(tag, ctype, size, write)                                                       \
    void gw_write_##tag(gw_writer *writer, ctype value)                                            \
    {                                                                                              \
        struct buf *b = &writer->bytes;                                                            \
        write_u32(b, 1 + (size));                                                                  \
        write;                                                                                     \
    }
WRITE_SIZED(bool, bool, 0, msgpack_write_bool(b, value))
WRITE_SIZED(i8, int8_t, 1, msgpack_write_i8(b, value))
WRITE_SIZED(i16, int16_t, 2, msgpack_write_i16(b, value))
WRITE_SIZED(i32, int32_t, 4, msgpack_write_i32(b, value))
WRITE_SIZED(u8, uint8_t, 1, msgpack_write_u8(b, value))
WRITE_SIZED(u16, uint16_t, 2, msgpack_write_u16(b, value))
WRITE_SIZED(u32, uint32_t, 4, msgpack_write_u32(b, value))
WRITE_SIZED(u64, uint64_t, 8, msgpack_write_u64(b, value))
WRITE_SIZED(f32, float, 4, msgpack_write_f32(b, value))
WRITE_SIZED(f64, double, 8, msgpack_write_f64(b, value))
WRITE(str, const char *, msgpack_write_str(b, value ? value : "", value ? strlen(value) : 0))
WRITE(vec3, gw_vec3, msgpack_write_vec3(b, value))
WRITE(bytes, gw_bytes, msgpack_write_bin(b, value.data, value.size))
WRITE(map, gw_map, tree_write(b, value.node_, false))
WRITE(list, gw_list, tree_write(b, value.node_, true))
#undef WRITE
#undef WRITE_SIZED
