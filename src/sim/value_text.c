/* value_text: see value_text.h. */
#include "sim/value_text.h"

#include "wire/msgpack.h"

static void print_items(struct buf *out, struct msgpack_items items)
{
    struct view value;
    const char *separator = "[";
    while (msgpack_next_item(&items, &value)) {
        buf_print(out, "%s", separator);
        value_print(out, value);
        separator = ",";
    }
    buf_print(out, "%s]", *separator == '[' ? "[" : "");
}

static void print_pairs(struct buf *out, struct msgpack_pairs pairs)
{
    struct view key, value;
    const char *separator = "{";
    while (msgpack_next_pair(&pairs, &key, &value)) {
        buf_print(out, "%s%.*s:", separator, (int)key.size, (const char *)key.data);
        value_print(out, value);
        separator = ",";
    }
    buf_print(out, "%s}", *separator == '{' ? "{" : "");
}

/* A nil reads as anything: it comes first. */
void value_print(struct buf *out, struct view data)
{
    static const uint8_t nil = 0xc0;
    struct view value, text;
    struct msgpack_items items;
    struct msgpack_pairs pairs;
    bool truth;
    int64_t number;
    uint64_t large;
    double real;
    if (msgpack_check(data, &value))
        buf_print(out, "?");
    else if (*value.data == nil)
        buf_print(out, "nil");
    else if (!msgpack_read_bool(value, &truth))
        buf_print(out, "%s", truth ? "true" : "false");
    else if (!msgpack_read_int(value, INT64_MIN, INT64_MAX, &number))
        buf_print(out, "%lld", (long long)number);
    else if (!msgpack_read_uint(value, UINT64_MAX, &large))
        buf_print(out, "%llu", (unsigned long long)large);
    else if (!msgpack_read_f64(value, &real))
        buf_print(out, "%g", real);
    else if (!msgpack_read_str(value, &text))
        buf_append(out, text.data, text.size);
    else if (!msgpack_read_array(value, &items))
        print_items(out, items);
    else if (!msgpack_read_map(value, &pairs))
        print_pairs(out, pairs);
    else
        buf_print(out, "?");
}
