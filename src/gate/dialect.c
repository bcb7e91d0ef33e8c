/* dialect: see dialect.h; the table says all that differs. */
#include "gate/dialect.h"

#include "wire/messages.h"
#include "wire/writer.h"

#include <goworld/types.h>

#define POSITION_BYTES 34u /* of a position from a client, with its type */
#define NIL 0xc0           /* msgpack */
#define EMPTY_ARRAY 0x90

/* Types that 2020 has no more, or gives to something else. */
enum {
    OLD_CALL = 12,
    OLD_POSITION = 13,
    OLD_HEARTBEAT = 2004,
    OLD_MAP_ATTR_CLEAR = 1014,
};

/* A message in one dialect. */
struct form {
    uint16_t type;
    /* Makes the rest of it from 2020's; false when there was nothing to do. NULL: never is. */
    bool (*edit)(struct buf *packet);
};

/* A change of a root attribute itself: its path is the empty array. */
static bool name_root(struct buf *packet)
{
    struct reader r = reader_of(packet->data, packet->size);
    read_bytes(&r, 2 + 2 + 2 * sizeof(gw_id)); /* type, gate, client, entity */
    struct view path = read_var(&r);
    if (path.size == 0 || *path.data != NIL)
        return false;
    packet->data[path.data - packet->data] = EMPTY_ARRAY;
    return true;
}

/* A filtered call begins with its key. Its operator is lost on the client, which needs none of the
 * filter: the gate has applied it. */
static bool drop_operator(struct buf *packet)
{
    if (packet->size < 3)
        return false;
    memmove(packet->data + 2, packet->data + 3, packet->size - 3);
    packet->size--;
    return true;
}

/* A message that stands here in no row is the same everywhere. */
#define ROW(in_2017, edit_2017, in_2018, in_2020)                                                  \
    {                                                                                              \
        [DIALECT_2017] = {in_2017, edit_2017}, [DIALECT_2018] = {in_2018, NULL},                   \
        [DIALECT_2020] = {                                                                         \
            in_2020,                                                                               \
            NULL                                                                                   \
        }                                                                                          \
    }
static const struct form messages[][DIALECT_COUNT] = {
    /* From a client. */
    ROW(OLD_CALL, NULL, OLD_CALL, MSG_CALL_ENTITY_METHOD_FROM_CLIENT),
    ROW(OLD_POSITION, NULL, OLD_POSITION, MSG_SYNC_POSITION_YAW_FROM_CLIENT),
    ROW(OLD_HEARTBEAT, NULL, OLD_HEARTBEAT, MSG_HEARTBEAT_FROM_CLIENT),
    /* To a client. */
    ROW(MSG_NOTIFY_MAP_ATTR_CHANGE, name_root, MSG_NOTIFY_MAP_ATTR_CHANGE,
        MSG_NOTIFY_MAP_ATTR_CHANGE),
    ROW(MSG_NOTIFY_MAP_ATTR_DEL, name_root, MSG_NOTIFY_MAP_ATTR_DEL, MSG_NOTIFY_MAP_ATTR_DEL),
    ROW(OLD_MAP_ATTR_CLEAR, name_root, OLD_MAP_ATTR_CLEAR, MSG_NOTIFY_MAP_ATTR_CLEAR),
    ROW(MSG_CALL_FILTERED_CLIENTS, drop_operator, MSG_CALL_FILTERED_CLIENTS,
        MSG_CALL_FILTERED_CLIENTS),
};
#undef ROW

/* The row of the message that has this type in this dialect, or NULL. */
static const struct form *find(enum dialect dialect, uint16_t type)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (messages[i][dialect].type == type)
            return messages[i];
    return NULL;
}

static void copy_as(struct buf *to, struct view packet, uint16_t type)
{
    buf_clear(to);
    write_u16(to, type);
    write_bytes(to, packet.data + sizeof type, packet.size - sizeof type);
}

struct view dialect_from_client(enum dialect dialect, struct view packet, struct buf *scratch)
{
    const struct form *row = find(dialect, msg_type_of(packet));
    if (!row)
        return (struct view){0};
    copy_as(scratch, packet, row[DIALECT_2020].type);
    return view_of(scratch);
}

struct view dialect_to_client(enum dialect dialect, struct view packet, struct buf *scratch)
{
    uint16_t type = msg_type_of(packet);
    const struct form *row = find(DIALECT_2020, type);
    if (!row || (row[dialect].type == type && !row[dialect].edit))
        return packet;
    copy_as(scratch, packet, row[dialect].type);
    bool edited = row[dialect].edit && row[dialect].edit(scratch);
    return edited || row[dialect].type != type ? view_of(scratch) : packet;
}

/* A position with x = y = 0 would do as a call of a method without a name, which there is none. */
static bool is_old_call(struct view packet)
{
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    read_id(&r);
    struct view method = read_var(&r);
    read_args(&r);
    return !r.bad && reader_left(&r) == 0 && method.size > 0;
}

enum dialect dialect_shown_by(struct view packet, enum dialect old)
{
    switch (msg_type_of(packet)) {
    case OLD_POSITION:
    case OLD_HEARTBEAT:
        return old;
    case MSG_CALL_ENTITY_METHOD_FROM_CLIENT:
    case MSG_HEARTBEAT_FROM_CLIENT:
    case MSG_SEAT_FROM_CLIENT:
        return DIALECT_2020;
    case MSG_SYNC_POSITION_YAW_FROM_CLIENT: /* or OLD_CALL */
        if (is_old_call(packet))
            return old;
        return packet.size == POSITION_BYTES ? DIALECT_2020 : DIALECT_UNKNOWN;
    default:
        return DIALECT_UNKNOWN;
    }
}
