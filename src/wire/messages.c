/* The names of the messages. */
#include "wire/messages.h"

static const struct {
    uint16_t type;
    const char *name;
} names[] = {
#define MSG(NAME, name, number, ...) {MSG_##NAME, #NAME},
#include "wire/messages.inl"
#undef MSG
};

const char *msg_name(uint16_t type)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            return names[i].name;
    return NULL;
}

uint16_t msg_type_of(struct view payload)
{
    struct reader r = reader_of(payload.data, payload.size);
    return read_u16(&r);
}

bool msg_is_call(struct view payload, gw_id *entity)
{
    struct reader r = reader_of(payload.data, payload.size);
    uint16_t type = read_u16(&r);
    gw_id id = read_id(&r);
    if (r.bad || (type != MSG_CALL_ENTITY_METHOD && type != MSG_CALL_ENTITY_METHOD_FROM_CLIENT))
        return false;
    *entity = id;
    return true;
}
