/* Sights: what a client is told, as lines and values; the table at the end lists the messages. */
#include "sim/client.h"

#include "sim/value_text.h"
#include "wire/messages.h"
#include "wire/msgpack.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE_SIZE = 8192 };

static int width(struct view text)
{
    return (int)text.size;
}

static const char *chars(struct view text)
{
    return (const char *)text.data;
}

GW_PRINTF(5, 6)
static void note(gw_sim_client *client, gw_sim_sight_kind kind, gw_id entity, struct view name,
                 const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (client->count == client->capacity) {
        client->capacity = client->capacity ? client->capacity * 2 : 32;
        client->sights = mem_realloc(client->sights, client->capacity * sizeof(gw_sim_sight *));
    }
    size_t line_size = strlen(line) + 1;
    gw_sim_sight *sight = mem_zalloc(sizeof *sight + line_size + name.size + 1);
    char *texts = (char *)(sight + 1);
    memcpy(texts, line, line_size);
    memcpy(texts + line_size, name.size ? chars(name) : "", name.size);
    *sight = (gw_sim_sight){kind, gw_sim_now_ms(client->sim), entity, texts + line_size, texts};
    client->sights[client->count++] = sight;
    if (client->noted)
        client->noted(client->noted_user);
}

/* ---- what it knows of entities -------------------------------------------------------------- */

void sights_free(gw_sim_client *client)
{
    mirror_clear(&client->attrs);
    others_clear(&client->others);
    for (size_t i = 0; i < client->count; i++)
        free(client->sights[i]);
    free(client->sights);
}

static void forget_player(gw_sim_client *client)
{
    client->player = (gw_id){0};
    client->player_type[0] = '\0';
    mirror_clear(&client->attrs);
}

/* The attributes of its player, or of another that it sees. */
static struct mirror *attrs_of(gw_sim_client *client, gw_id entity, const char *what)
{
    struct other *other = others_get(&client->others, entity);
    if (gw_id_equal(entity, client->player))
        return &client->attrs;
    if (!other)
        gw_sim_fail(client->sim, "%s is told of %s of " GW_ID_FORMAT ", which it does not see",
                    client->name, what, GW_ID_ARG(entity));
    return &other->attrs;
}

/* NULL when it does not see that. */
static gw_vec3 *position_of(gw_sim_client *client, gw_id entity)
{
    struct other *other = others_get(&client->others, entity);
    if (gw_id_equal(entity, client->player))
        return &client->position;
    return other ? &other->position : NULL;
}

/* A player comes first, then its space, then the others there; and they go the other way round. */
static void expect_turn(gw_sim_client *client, bool is_its_turn, gw_id entity)
{
    if (!is_its_turn)
        gw_sim_fail(client->sim, "%s is told of " GW_ID_FORMAT " out of turn", client->name,
                    GW_ID_ARG(entity));
}

static void meet_player(gw_sim_client *client, const struct msg_create_entity_on_client *m)
{
    expect_turn(client, client->others.by_id.count == 0, m->entity);
    if (!gw_id_is_none(client->player))
        gw_sim_fail(client->sim, "%s is given a player while it has another", client->name);
    client->player = m->entity;
    client->position = (gw_vec3){m->x, m->y, m->z};
    snprintf(client->player_type, sizeof client->player_type, "%.*s", width(m->type),
             chars(m->type));
    if (!mirror_begin(&client->attrs, m->attrs))
        gw_sim_fail(client->sim, "%s is told of attributes that are no map", client->name);
}

static void meet_other(gw_sim_client *client, const struct msg_create_entity_on_client *m)
{
    if (view_equals(m->type, SPACE_TYPE_NAME)) {
        expect_turn(client, client->others.by_id.count == 0, m->entity);
        client->space = m->entity;
    }
    expect_turn(client, !gw_id_is_none(client->player) && !gw_id_is_none(client->space), m->entity);
    if (!others_add(&client->others, m->entity, (gw_vec3){m->x, m->y, m->z}, m->attrs))
        gw_sim_fail(client->sim, "%s is told of " GW_ID_FORMAT " twice, or wrongly", client->name,
                    GW_ID_ARG(m->entity));
}

static void lose_player(gw_sim_client *client)
{
    expect_turn(client, client->others.by_id.count == 0, client->player);
    forget_player(client);
}

static void lose_other(gw_sim_client *client, gw_id entity)
{
    if (!others_remove(&client->others, entity))
        gw_sim_fail(client->sim, "%s is told of the end of " GW_ID_FORMAT ", which it does not see",
                    client->name, GW_ID_ARG(entity));
    if (!gw_id_equal(entity, client->space))
        return;
    expect_turn(client, client->others.by_id.count == 0, entity);
    client->space = (gw_id){0};
}

/* ---- messages: each returns false for one that cannot be read -------------------------------- */

static bool on_create(gw_sim_client *client, struct view payload)
{
    struct msg_create_entity_on_client m;
    if (!msg_create_entity_on_client_read(payload, &m))
        return false;
    client->id = m.client;
    if (m.is_player)
        meet_player(client, &m);
    else
        meet_other(client, &m);
    note(client, GW_SIM_CREATED, m.entity, m.type, "create %.*s", width(m.type), chars(m.type));
    return true;
}

static bool on_destroy(gw_sim_client *client, struct view payload)
{
    struct msg_destroy_entity_on_client m;
    if (!msg_destroy_entity_on_client_read(payload, &m))
        return false;
    if (gw_id_equal(m.entity, client->player))
        lose_player(client);
    else
        lose_other(client, m.entity);
    note(client, GW_SIM_DESTROYED, m.entity, m.type, "destroy %.*s", width(m.type), chars(m.type));
    return true;
}

/* `name` is that of the attribute, and the sight's. */
static void note_change(gw_sim_client *client, gw_id entity, const struct mirror_change *change)
{
    struct buf line = {0};
    if (!mirror_change(attrs_of(client, entity, "an attribute"), change, &line))
        gw_sim_fail(client->sim, "%s is told to change %.*s in a way it cannot be changed",
                    client->name, (int)line.size, (const char *)line.data);
    struct view text = view_of(&line), name = text;
    for (name.size = 0; name.size < text.size && !strchr(".=+ ", name.data[name.size]); name.size++)
        ;
    note(client, GW_SIM_CHANGED, entity, name, "%.*s", width(text), chars(text));
    buf_free(&line);
}

/* A message that changes an attribute has these fields, and those that are named. */
#define ON_CHANGE(name, NAME, ...)                                                                 \
    static bool on_##name(gw_sim_client *client, struct view payload)                              \
    {                                                                                              \
        struct msg_notify_##name m;                                                                \
        if (!msg_notify_##name##_read(payload, &m))                                                \
            return false;                                                                          \
        struct mirror_change change = {.message = MSG_NOTIFY_##NAME, .path = m.path, __VA_ARGS__}; \
        note_change(client, m.entity, &change);                                                    \
        return true;                                                                               \
    }
ON_CHANGE(map_attr_change, MAP_ATTR_CHANGE, .key = m.key, .value = m.value)
ON_CHANGE(map_attr_del, MAP_ATTR_DEL, .key = m.key)
ON_CHANGE(map_attr_clear, MAP_ATTR_CLEAR)
ON_CHANGE(list_attr_change, LIST_ATTR_CHANGE, .index = m.index, .value = m.value)
ON_CHANGE(list_attr_append, LIST_ATTR_APPEND, .value = m.value)
ON_CHANGE(list_attr_pop, LIST_ATTR_POP)
#undef ON_CHANGE

static void note_call(gw_sim_client *client, gw_id entity, struct view method, struct view args)
{
    struct buf line = {0};
    struct reader r = reader_of(args.data, args.size);
    uint16_t count = read_u16(&r);
    buf_print(&line, "%.*s(", width(method), chars(method));
    for (uint16_t i = 0; i < count; i++) {
        if (i)
            buf_append(&line, ",", 1);
        value_print(&line, read_var(&r));
    }
    buf_append(&line, ")", 1);
    note(client, GW_SIM_CALLED, entity, method, "%.*s", (int)line.size, (const char *)line.data);
    buf_free(&line);
}

static bool on_call(gw_sim_client *client, struct view payload)
{
    struct msg_call_entity_method_on_client m;
    if (!msg_call_entity_method_on_client_read(payload, &m))
        return false;
    (void)attrs_of(client, m.entity, "a call");
    note_call(client, m.entity, m.method, m.args);
    return true;
}

static bool on_call_to_many(gw_sim_client *client, struct view payload)
{
    struct msg_call_filtered_clients m;
    if (!msg_call_filtered_clients_read(payload, &m))
        return false;
    note_call(client, (gw_id){0}, m.method, m.args);
    return true;
}

static bool on_positions(gw_sim_client *client, struct view payload)
{
    struct msg_sync_position_yaw_on_clients_forwarded m;
    if (!msg_sync_position_yaw_on_clients_forwarded_read(payload, &m))
        return false;
    struct reader r = reader_of(m.records.data, m.records.size);
    while (reader_left(&r)) {
        float place[4]; /* x, y, z, yaw */
        gw_id id = read_id(&r);
        for (size_t i = 0; i < 4; i++)
            place[i] = read_f32(&r);
        gw_vec3 *position = position_of(client, id);
        if (!position)
            gw_sim_fail(client->sim,
                        "%s is told the place of " GW_ID_FORMAT ", which it does not see",
                        client->name, GW_ID_ARG(id));
        *position = (gw_vec3){place[0], place[1], place[2]};
    }
    return !r.bad;
}

static const struct {
    uint16_t type;
    bool (*handle)(gw_sim_client *client, struct view payload);
} handlers[] = {
    {MSG_CREATE_ENTITY_ON_CLIENT, on_create},
    {MSG_DESTROY_ENTITY_ON_CLIENT, on_destroy},
    {MSG_NOTIFY_MAP_ATTR_CHANGE, on_map_attr_change},
    {MSG_NOTIFY_MAP_ATTR_DEL, on_map_attr_del},
    {MSG_NOTIFY_MAP_ATTR_CLEAR, on_map_attr_clear},
    {MSG_NOTIFY_LIST_ATTR_CHANGE, on_list_attr_change},
    {MSG_NOTIFY_LIST_ATTR_APPEND, on_list_attr_append},
    {MSG_NOTIFY_LIST_ATTR_POP, on_list_attr_pop},
    {MSG_CALL_ENTITY_METHOD_ON_CLIENT, on_call},
    {MSG_CALL_FILTERED_CLIENTS, on_call_to_many},
    {MSG_SYNC_POSITION_YAW_ON_CLIENTS, on_positions},
};

static void on_packet(void *user, const uint8_t *bytes, size_t size)
{
    gw_sim_client *client = user;
    struct view payload = {bytes, (uint32_t)size};
    uint16_t type = msg_type_of(payload);
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (handlers[i].type == type) {
            if (!handlers[i].handle(client, payload))
                gw_sim_fail(client->sim, "%s cannot read a packet of type %u", client->name, type);
            return;
        }
    gw_sim_fail(client->sim, "%s is sent a packet of type %u, which is not for clients",
                client->name, type);
}

static void on_closed(void *user, const char *reason)
{
    gw_sim_client *client = user;
    client->link = NULL;
    client->closed = true;
    forget_player(client);
    others_clear(&client->others);
    client->space = (gw_id){0};
    note(client, GW_SIM_CLOSED, (gw_id){0}, view_str(reason), "closed: %s", reason);
}

bool gw_sim_sees(const gw_sim_client *client, gw_id entity, gw_vec3 *position)
{
    const gw_vec3 *known = position_of((gw_sim_client *)client, entity);
    if (known && position)
        *position = *known;
    return known && !gw_id_is_none(entity);
}

const struct link_events client_events = {.packet = on_packet, .closed = on_closed};
