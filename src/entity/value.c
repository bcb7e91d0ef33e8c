/* Values and tables of fields, to msgpack and back. */
#include "entity/value.h"

#include "entity/tree.h"
#include "wire/msgpack.h"

#include <stdlib.h>

void value_write(struct buf *b, const gw_field *field, const void *member)
{
    switch (field->type) {
    case GW_VALUE_bool:
        msgpack_write_bool(b, *(const bool *)member);
        return;
    case GW_VALUE_i8:
        msgpack_write_i64(b, *(const int8_t *)member);
        return;
    case GW_VALUE_i16:
        msgpack_write_i64(b, *(const int16_t *)member);
        return;
    case GW_VALUE_i32:
        msgpack_write_i64(b, *(const int32_t *)member);
        return;
    case GW_VALUE_i64:
        msgpack_write_i64(b, *(const int64_t *)member);
        return;
    case GW_VALUE_u8:
        msgpack_write_i64(b, *(const uint8_t *)member);
        return;
    case GW_VALUE_u16:
        msgpack_write_i64(b, *(const uint16_t *)member);
        return;
    case GW_VALUE_u32:
        msgpack_write_i64(b, *(const uint32_t *)member);
        return;
    case GW_VALUE_u64: {
        uint64_t value = *(const uint64_t *)member;
        if (value <= INT64_MAX)
            msgpack_write_i64(b, (int64_t)value);
        else
            msgpack_write_u64(b, value);
        return;
    }
    case GW_VALUE_f32:
        msgpack_write_f32(b, *(const float *)member);
        return;
    case GW_VALUE_f64:
        msgpack_write_f64(b, *(const double *)member);
        return;
    case GW_VALUE_vec3:
        msgpack_write_vec3(b, *(const gw_vec3 *)member);
        return;
    case GW_VALUE_id: {
        const gw_id *id = member;
        msgpack_write_str(b, id->text, gw_id_is_none(*id) ? 0 : sizeof id->text);
        return;
    }
    case GW_VALUE_text: {
        const gw_text *text = member;
        msgpack_write_str(b, gw_text_get(text), gw_text_length(text));
        return;
    }
    case GW_VALUE_chars:
        msgpack_write_str(b, member, strlen(member));
        return;
    case GW_VALUE_map:
    case GW_VALUE_list:
        tree_write(b, *(struct gw_node *const *)member, field->type == GW_VALUE_list);
        return;
    case GW_VALUE_none:
    case GW_VALUE_str:
    case GW_VALUE_bytes:
    case GW_VALUE_COUNT:
        break;
    }
    msgpack_write_nil(b);
}

/* Both signs have the same bytes. */
static void store_integer(void *member, size_t size, uint64_t bits)
{
    switch (size) {
    case 1:
        *(uint8_t *)member = (uint8_t)bits;
        break;
    case 2:
        *(uint16_t *)member = (uint16_t)bits;
        break;
    case 4:
        *(uint32_t *)member = (uint32_t)bits;
        break;
    default:
        *(uint64_t *)member = bits;
        break;
    }
}

#define WHOLE_MAX 9007199254740992.0 /* 2^53: up to here a double holds every whole number */

/* A whole number as a program had it in another type: a float or a bool. */
static gw_err read_whole(struct view value, int64_t *number)
{
    bool truth;
    double real;
    if (msgpack_read_bool(value, &truth) == GW_OK) {
        *number = truth;
        return GW_OK;
    }
    if (msgpack_read_f64(value, &real) || !(real >= -WHOLE_MAX && real <= WHOLE_MAX) ||
        real != (double)(int64_t)real)
        return GW_EINVAL;
    *number = (int64_t)real;
    return GW_OK;
}

static gw_err read_signed(struct view value, size_t size, void *member)
{
    int64_t max = (int64_t)(UINT64_MAX >> (65 - size * 8)), number;
    gw_err err = msgpack_read_int(value, -max - 1, max, &number);
    if (err)
        err = read_whole(value, &number) || number < -max - 1 || number > max ? GW_EINVAL : GW_OK;
    if (!err)
        store_integer(member, size, (uint64_t)number);
    return err;
}

static gw_err read_unsigned(struct view value, size_t size, void *member)
{
    uint64_t number, max = UINT64_MAX >> (64 - size * 8);
    int64_t whole;
    gw_err err = msgpack_read_uint(value, max, &number);
    if (err && !read_whole(value, &whole) && whole >= 0 && (uint64_t)whole <= max) {
        number = (uint64_t)whole;
        err = GW_OK;
    }
    if (!err)
        store_integer(member, size, number);
    return err;
}

static gw_err read_truth(struct view value, bool *member)
{
    int64_t number;
    if (msgpack_read_bool(value, member) == GW_OK)
        return GW_OK;
    if (msgpack_read_int(value, 0, 1, &number))
        return GW_EINVAL;
    *member = number == 1;
    return GW_OK;
}

static gw_err read_float(struct view value, size_t size, void *member)
{
    double number;
    gw_err err = msgpack_read_f64(value, &number);
    if (err)
        return err;
    if (size == sizeof(float))
        *(float *)member = (float)number;
    else
        *(double *)member = number;
    return GW_OK;
}

static gw_err read_id_value(struct view value, gw_id *id)
{
    struct view text;
    gw_err err = msgpack_read_str(value, &text);
    if (err)
        return err;
    if (text.size != 0 && text.size != sizeof id->text)
        return GW_EINVAL;
    *id = (gw_id){0};
    if (text.size)
        memcpy(id->text, text.data, sizeof id->text);
    return GW_OK;
}

/* C strings end at the first NUL, so a string that holds one cannot be taken whole. */
static gw_err read_c_string(struct view value, struct view *text)
{
    gw_err err = msgpack_read_str(value, text);
    if (err)
        return err;
    return text->size && memchr(text->data, 0, text->size) ? GW_EINVAL : GW_OK;
}

static gw_err read_text(struct view value, gw_text *out)
{
    struct view text;
    gw_err err = read_c_string(value, &text);
    if (err)
        return err;
    gw_text_clear(out);
    if (!text.size)
        return GW_OK;
    out->owned_ = mem_alloc((size_t)text.size + 1);
    memcpy(out->owned_, text.data, text.size);
    out->owned_[text.size] = '\0';
    out->length_ = text.size;
    return GW_OK;
}

static gw_err read_chars(struct view value, char *out, size_t capacity)
{
    struct view text;
    gw_err err = read_c_string(value, &text);
    if (err)
        return err;
    if (text.size >= capacity)
        return GW_EINVAL;
    if (text.size)
        memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return GW_OK;
}

/* Frees a tree that was read into a record; any other has an owner. */
static void forget_tree(struct gw_node **member)
{
    if (*member && (*member)->home == TREE_RECORD)
        tree_free(*member);
    *member = NULL;
}

/* An entity's tree stays and gets what was read; a record gets a tree of its own. */
static gw_err read_tree(struct view value, bool is_list, struct gw_node **member)
{
    struct gw_node *read;
    gw_err err = tree_read(value, is_list, &read);
    if (err)
        return err;
    if (*member && (*member)->home == TREE_ROOT) {
        tree_swap(*member, read);
        tree_free(read);
        return GW_OK;
    }
    forget_tree(member);
    *member = read;
    return GW_OK;
}

/* Reads one checked msgpack value into the member; GW_EINVAL (member untouched) when it has another
 * type or does not fit. */
static gw_err read_value(struct view value, const gw_field *field, void *member)
{
    switch (field->type) {
    case GW_VALUE_bool:
        return read_truth(value, member);
    case GW_VALUE_i8:
    case GW_VALUE_i16:
    case GW_VALUE_i32:
    case GW_VALUE_i64:
        return read_signed(value, field->size, member);
    case GW_VALUE_u8:
    case GW_VALUE_u16:
    case GW_VALUE_u32:
    case GW_VALUE_u64:
        return read_unsigned(value, field->size, member);
    case GW_VALUE_f32:
    case GW_VALUE_f64:
        return read_float(value, field->size, member);
    case GW_VALUE_vec3:
        return msgpack_read_vec3(value, member);
    case GW_VALUE_id:
        return read_id_value(value, member);
    case GW_VALUE_text:
        return read_text(value, member);
    case GW_VALUE_chars:
        return read_chars(value, member, field->size);
    case GW_VALUE_map:
    case GW_VALUE_list:
        return read_tree(value, field->type == GW_VALUE_list, member);
    case GW_VALUE_none:
    case GW_VALUE_str:
    case GW_VALUE_bytes:
    case GW_VALUE_COUNT:
        break;
    }
    return GW_EINVAL;
}

static bool is_chosen(const gw_field *field, unsigned flags)
{
    return !flags || (field->flags & flags);
}

uint32_t fields_count(const gw_field *fields, unsigned flags)
{
    uint32_t count = 0;
    for (const gw_field *f = fields; f && f->name; f++)
        count += is_chosen(f, flags);
    return count;
}

void fields_write(struct buf *b, const gw_field *fields, const void *base, unsigned flags)
{
    msgpack_write_map(b, fields_count(fields, flags));
    fields_write_pairs(b, fields, base, flags);
}

void fields_write_pairs(struct buf *b, const gw_field *fields, const void *base, unsigned flags)
{
    for (const gw_field *f = fields; f && f->name; f++) {
        if (!is_chosen(f, flags))
            continue;
        msgpack_write_str(b, f->name, strlen(f->name));
        value_write(b, f, (const char *)base + f->offset);
    }
}

static const gw_field *field_named(const gw_field *fields, struct view name)
{
    for (const gw_field *f = fields; f && f->name; f++)
        if (view_equals(name, f->name))
            return f;
    return NULL;
}

gw_err fields_read(struct view data, const gw_field *fields, void *base, unsigned flags,
                   fields_misfit misfit, void *user)
{
    struct view map, key, value;
    struct msgpack_pairs pairs;
    if (msgpack_check(data, &map) || msgpack_read_map(map, &pairs))
        return GW_EPROTO;
    while (msgpack_next_pair(&pairs, &key, &value)) {
        const gw_field *f = field_named(fields, key);
        const char *why = NULL;
        if (!f || !is_chosen(f, flags))
            why = "there is no such field";
        else if (read_value(value, f, (char *)base + f->offset))
            why = "the value does not fit";
        if (why && misfit)
            misfit(user, (const char *)key.data, key.size, why);
    }
    return pairs.left ? GW_EPROTO : GW_OK;
}

void fields_clear(const gw_field *fields, void *base)
{
    for (const gw_field *f = fields; f && f->name; f++) {
        void *member = (char *)base + f->offset;
        if (f->type == GW_VALUE_text)
            gw_text_clear(member);
        else if (value_is_tree(f))
            forget_tree(member);
    }
}

void gw_record_clear(const gw_field *fields, void *record)
{
    fields_clear(fields, record);
    for (const gw_field *f = fields; f && f->name; f++)
        memset((char *)record + f->offset, 0, f->size);
}
