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

/* ---- the player and its attributes ---------------------------------------------------------- */

static void attrs_clear(gw_sim_client *client)
{
    for (size_t i = 0; i < client->attr_count; i++) {
        free(client->attrs[i].name);
        free(client->attrs[i].text);
        buf_free(&client->attrs[i].value);
    }
    client->attr_count = 0;
}

void sights_free(gw_sim_client *client)
{
    attrs_clear(client);
    free(client->attrs);
    for (size_t i = 0; i < client->count; i++)
        free(client->sights[i]);
    free(client->sights);
}

static struct known_attr *attr_to_set(gw_sim_client *client, struct view name)
{
    const struct known_attr *known = client_attr(client, name);
    if (known)
        return &client->attrs[known - client->attrs];
    client->attrs = mem_realloc(client->attrs, (client->attr_count + 1) * sizeof *client->attrs);
    struct known_attr *attr = &client->attrs[client->attr_count++];
    *attr = (struct known_attr){.name = strndup(chars(name), name.size)};
    return attr;
}

static void set_attr(gw_sim_client *client, struct view name, struct view value)
{
    struct known_attr *attr = attr_to_set(client, name);
    buf_clear(&attr->value);
    buf_append(&attr->value, value.data, value.size);
    struct buf text = {0};
    value_print(&text, value);
    free(attr->text);
    attr->text = strndup(text.size ? (const char *)text.data : "", text.size);
    buf_free(&text);
}

static void set_attrs(gw_sim_client *client, struct view data)
{
    struct view map, key, value;
    struct msgpack_pairs pairs;
    attrs_clear(client);
    if (msgpack_check(data, &map) || msgpack_read_map(map, &pairs))
        gw_sim_fail(client->sim, "%s is told of attributes that are no map", client->name);
    while (msgpack_next_pair(&pairs, &key, &value))
        set_attr(client, key, value);
}

static void forget_player(gw_sim_client *client)
{
    client->player = (gw_id){0};
    client->player_type[0] = '\0';
    attrs_clear(client);
}

/* Without spaces a client sees only its player. */
static void check_player(gw_sim_client *client, gw_id entity, const char *what)
{
    if (!gw_id_equal(entity, client->player))
        gw_sim_fail(client->sim, "%s is told of %s of " GW_ID_FORMAT ", which it does not see",
                    client->name, what, GW_ID_ARG(entity));
}

/* ---- messages: each returns false for one that cannot be read -------------------------------- */

static bool on_create(gw_sim_client *client, struct view payload)
{
    struct msg_create_entity_on_client m;
    if (!msg_create_entity_on_client_read(payload, &m))
        return false;
    client->id = m.client;
    if (m.is_player) {
        if (!gw_id_is_none(client->player))
            gw_sim_fail(client->sim, "%s is given a player while it has another", client->name);
        client->player = m.entity;
        snprintf(client->player_type, sizeof client->player_type, "%.*s", width(m.type),
                 chars(m.type));
        set_attrs(client, m.attrs);
    }
    note(client, GW_SIM_CREATED, m.entity, m.type, "create %.*s", width(m.type), chars(m.type));
    return true;
}

static bool on_destroy(gw_sim_client *client, struct view payload)
{
    struct msg_destroy_entity_on_client m;
    if (!msg_destroy_entity_on_client_read(payload, &m))
        return false;
    if (gw_id_equal(m.entity, client->player))
        forget_player(client);
    note(client, GW_SIM_DESTROYED, m.entity, m.type, "destroy %.*s", width(m.type), chars(m.type));
    return true;
}

static bool on_change(gw_sim_client *client, struct view payload)
{
    struct msg_notify_map_attr_change m;
    if (!msg_notify_map_attr_change_read(payload, &m))
        return false;
    check_player(client, m.entity, "an attribute");
    set_attr(client, m.key, m.value);
    const struct known_attr *attr = client_attr(client, m.key);
    note(client, GW_SIM_CHANGED, m.entity, m.key, "%s=%s", attr->name, attr->text);
    return true;
}

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
    check_player(client, m.entity, "a call");
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

static const struct {
    uint16_t type;
    bool (*handle)(gw_sim_client *client, struct view payload);
} handlers[] = {
    {MSG_CREATE_ENTITY_ON_CLIENT, on_create},     {MSG_DESTROY_ENTITY_ON_CLIENT, on_destroy},
    {MSG_NOTIFY_MAP_ATTR_CHANGE, on_change},      {MSG_CALL_ENTITY_METHOD_ON_CLIENT, on_call},
    {MSG_CALL_FILTERED_CLIENTS, on_call_to_many},
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
    note(client, GW_SIM_CLOSED, (gw_id){0}, view_str(reason), "closed: %s", reason);
}

const struct link_events client_events = {.packet = on_packet, .closed = on_closed};
