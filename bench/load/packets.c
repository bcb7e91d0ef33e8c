#include "packets.h"

#include "wire/msgpack.h"

void packets_begin(struct buf *b, gw_id player, const char *method, unsigned arguments)
{
    buf_clear(b);
    write_var_begin(b); /* a packet begins with its length, as a VarBytes does */
    write_u16(b, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(b, player);
    write_str(b, method);
    write_u16(b, (uint16_t)arguments);
}

void packets_add_int(struct buf *b, int64_t value)
{
    size_t begin = write_var_begin(b);
    msgpack_write_i64(b, value);
    write_var_end(b, begin);
}

void packets_add_str(struct buf *b, const char *text)
{
    size_t begin = write_var_begin(b);
    msgpack_write_str(b, text, strlen(text));
    write_var_end(b, begin);
}

void packets_end(struct buf *b)
{
    write_var_end(b, sizeof(uint32_t));
}

bool packets_read_ints(struct view payload, const char *method, int64_t *values, unsigned count)
{
    struct msg_call_entity_method_on_client m;
    if (!msg_call_entity_method_on_client_read(payload, &m) || !view_equals(m.method, method))
        return false;
    struct reader r = reader_of(m.args.data, m.args.size);
    if (read_u16(&r) != count)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (msgpack_read_int(read_var(&r), INT64_MIN, INT64_MAX, &values[i]))
            return false;
    return true;
}
