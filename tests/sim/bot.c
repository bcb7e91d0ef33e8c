/* Scripted clients: they speak the client protocol and note what they see. */
#include "cluster.h"

#include "base/assert.h"
#include "wire/msgpack.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void note(struct bot *client, const char *format, ...) GW_PRINTF(2, 3);
static void note(struct bot *client, const char *format, ...)
{
    char line[8192];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    ASSERT(client->count < sizeof client->lines / sizeof *client->lines);
    client->lines[client->count++] = mem_strdup(line);
}

static int width(struct view text)
{
    return (int)text.size;
}

static const char *chars(struct view text)
{
    return (const char *)text.data;
}

static void print_value(struct buf *line, struct view data)
{
    struct view value, text;
    int64_t number;
    if (msgpack_check(data, &value))
        buf_print(line, "?");
    else if (!msgpack_read_int(value, INT64_MIN, INT64_MAX, &number))
        buf_print(line, "%lld", (long long)number);
    else if (!msgpack_read_str(value, &text))
        buf_print(line, "%.*s", width(text), chars(text));
    else
        buf_print(line, "?");
}

static void note_call(struct bot *client, struct view method, struct view args)
{
    struct buf line = {0};
    struct reader r = reader_of(args.data, args.size);
    uint16_t count = read_u16(&r);
    buf_print(&line, "%.*s(", width(method), chars(method));
    for (uint16_t i = 0; i < count; i++) {
        if (i)
            buf_print(&line, ",");
        print_value(&line, read_var(&r));
    }
    buf_print(&line, ")");
    note(client, "%.*s", (int)line.size, (const char *)line.data);
    buf_free(&line);
}

static void see_create(struct bot *client, struct view payload)
{
    struct msg_create_entity_on_client m;
    bool ok = msg_create_entity_on_client_read(payload, &m);
    ASSERT(ok);
    if (m.is_player) {
        ASSERT(gw_id_is_none(client->player)); /* the old player goes before the new one comes */
        client->player = m.entity;
        snprintf(client->player_type, sizeof client->player_type, "%.*s", width(m.type),
                 chars(m.type));
    }
    note(client, "create %.*s", width(m.type), chars(m.type));
}

static void see_destroy(struct bot *client, struct view payload)
{
    struct msg_destroy_entity_on_client m;
    bool ok = msg_destroy_entity_on_client_read(payload, &m);
    ASSERT(ok);
    if (gw_id_equal(m.entity, client->player))
        client->player = (gw_id){0};
    note(client, "destroy %.*s", width(m.type), chars(m.type));
}

static void see_change(struct bot *client, struct view payload)
{
    struct msg_notify_map_attr_change m;
    struct buf line = {0};
    bool ok = msg_notify_map_attr_change_read(payload, &m);
    ASSERT(ok);
    buf_print(&line, "%.*s=", width(m.key), chars(m.key));
    print_value(&line, m.value);
    note(client, "%.*s", (int)line.size, (const char *)line.data);
    buf_free(&line);
}

static void see_call(struct bot *client, struct view payload)
{
    struct msg_call_entity_method_on_client m;
    bool ok = msg_call_entity_method_on_client_read(payload, &m);
    ASSERT(ok);
    ASSERT(
        gw_id_equal(m.entity, client->player)); /* without spaces a client sees only its player */
    note_call(client, m.method, m.args);
}

static void see_filtered_call(struct bot *client, struct view payload)
{
    struct msg_call_filtered_clients m;
    bool ok = msg_call_filtered_clients_read(payload, &m);
    ASSERT(ok);
    note_call(client, m.method, m.args);
}

static void on_packet(void *user, const uint8_t *bytes, size_t size)
{
    struct bot *client = user;
    struct view payload = {bytes, (uint32_t)size};
    switch (msg_type_of(payload)) {
    case MSG_CREATE_ENTITY_ON_CLIENT:
        see_create(client, payload);
        break;
    case MSG_DESTROY_ENTITY_ON_CLIENT:
        see_destroy(client, payload);
        break;
    case MSG_NOTIFY_MAP_ATTR_CHANGE:
        see_change(client, payload);
        break;
    case MSG_CALL_ENTITY_METHOD_ON_CLIENT:
        see_call(client, payload);
        break;
    case MSG_CALL_FILTERED_CLIENTS:
        see_filtered_call(client, payload);
        break;
    default:
        assert_failed("a client gets only what is for clients", __FILE__, __LINE__);
    }
}

static void on_closed(void *user, const char *reason)
{
    struct bot *client = user;
    client->link = NULL;
    client->closed = true;
    note(client, "closed: %s", reason);
}

static const struct link_events events = {.packet = on_packet, .closed = on_closed};

static void connected(void *user, struct link *link, const char *reason)
{
    struct bot *client = user;
    (void)reason;
    ASSERT(link);
    client->link = link;
    link->events = &events;
    link->user = client;
}

void bot_open(struct bot *client, struct cluster *c, unsigned gate)
{
    *client = (struct bot){.cluster = c};
    char to[32];
    snprintf(to, sizeof to, "gate%u", gate + 1);
    sim_connect(c->sim, &(struct sim_connect_desc){
                            .from = "clients", .to = to, .connected = connected, .user = client});
}

void bot_close(struct bot *client)
{
    if (client->link)
        link_close(client->link, "the client leaves");
}

static bool is_gone(void *user)
{
    return !((struct bot *)user)->link;
}

void bot_free(struct bot *client)
{
    bot_close(client);
    sim_run_until(client->cluster->sim, is_gone, client, 1000);
    for (unsigned i = 0; i < client->count; i++)
        free(client->lines[i]);
}

static void send_call(struct bot *client, gw_id entity, const char *method, va_list list)
{
    struct buf args = {0}, payload = {0};
    uint16_t count = 0;
    for (const char *text; (text = va_arg(list, const char *)); count++) {
        size_t begin = write_var_begin(&args);
        msgpack_write_str(&args, text, strlen(text));
        write_var_end(&args, begin);
    }
    write_u16(&payload, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(&payload, entity);
    write_str(&payload, method);
    write_u16(&payload, count);
    if (args.size)
        write_bytes(&payload, args.data, args.size);
    bot_send(client, payload.data, payload.size);
    buf_free(&args);
    buf_free(&payload);
}

void bot_call(struct bot *client, const char *method, ...)
{
    va_list list;
    va_start(list, method);
    send_call(client, client->player, method, list);
    va_end(list);
}

void bot_call_entity(struct bot *client, gw_id entity, const char *method, ...)
{
    va_list list;
    va_start(list, method);
    send_call(client, entity, method, list);
    va_end(list);
}

void bot_send(struct bot *client, const void *payload, size_t size)
{
    if (client->link)
        link_send(client->link, payload, size);
}

struct waiting {
    struct bot *client;
    const char *line;
};

static bool has_come(void *user)
{
    struct waiting *w = user;
    for (; w->client->mark < w->client->count; w->client->mark++)
        if (strcmp(w->client->lines[w->client->mark], w->line) == 0)
            return w->client->mark++, true;
    return false;
}

bool bot_wait(struct bot *client, const char *line)
{
    struct waiting waiting = {client, line};
    bool come = sim_run_until(client->cluster->sim, has_come, &waiting, 60000);
    if (!come)
        for (unsigned i = 0; i < client->count; i++)
            fprintf(stderr, "  came: %s\n", client->lines[i]);
    return come;
}

static bool is_closed(void *user)
{
    return ((struct bot *)user)->closed;
}

bool bot_wait_closed(struct bot *client)
{
    return sim_run_until(client->cluster->sim, is_closed, client, 60000);
}

unsigned bot_count(const struct bot *client, const char *line)
{
    unsigned count = 0;
    for (unsigned i = 0; i < client->count; i++)
        count += strcmp(client->lines[i], line) == 0;
    return count;
}
