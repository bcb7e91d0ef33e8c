/* client: see client.h. Here: what clients do, and what tests ask them. */
#include "sim/client.h"

#include "wire/messages.h"
#include "wire/msgpack.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXPECT_MS_MAX = 60000, LINE_SIZE = 8192, SHOWN_MAX = 12 };

/* ---- connections ---------------------------------------------------------------------------- */

static void connected(void *user, struct link *link, const char *reason)
{
    gw_sim_client *client = user;
    if (!link) {
        client_events.closed(client, reason);
        return;
    }
    client->link = link;
    link->events = &client_events;
    link->user = client;
    sim_stall(link, client->stalled);
    if (client->closed) /* it has left meanwhile */
        link_close(link, "the client leaves");
    if (client->noted)
        client->noted(client->noted_user);
}

gw_sim_client *gw_sim_connect(gw_sim *sim, unsigned gate)
{
    char to[16];
    snprintf(to, sizeof to, "gate%u", gate);
    gw_sim_client *client = mem_zalloc(sizeof *client);
    client->sim = sim;
    sim->clients = mem_realloc(sim->clients, (sim->client_count + 1) * sizeof(gw_sim_client *));
    sim->clients[sim->client_count++] = client;
    snprintf(client->name, sizeof client->name, "client%zu", sim->client_count);
    sim_connect(sim->net,
                &(struct sim_connect_desc){
                    .from = client->name, .to = to, .connected = connected, .user = client});
    return client;
}

void gw_sim_disconnect(gw_sim_client *client)
{
    if (client->link)
        link_close(client->link, "the client leaves");
    client->closed = true;
}

void gw_sim_stall(gw_sim_client *client, bool stalled)
{
    client->stalled = stalled;
    if (client->link)
        sim_stall(client->link, stalled);
}

bool gw_sim_is_open(const gw_sim_client *client)
{
    return client->link && !client->closed;
}

bool client_is_name(const gw_sim *sim, const char *name)
{
    for (size_t i = 0; i < sim->client_count; i++)
        if (strcmp(sim->clients[i]->name, name) == 0)
            return true;
    return false;
}

void clients_forget(gw_sim *sim)
{
    for (size_t i = 0; i < sim->client_count; i++) {
        sim_kill(sim->net, sim->clients[i]->name);
        sim_bury(sim->net, sim->clients[i]->name);
    }
}

void clients_free(gw_sim *sim)
{
    for (size_t i = 0; i < sim->client_count; i++) {
        sights_free(sim->clients[i]);
        free(sim->clients[i]);
    }
    free(sim->clients);
}

/* ---- calls ---------------------------------------------------------------------------------- */

/* By the letters of sim.h. */
static void write_argument(gw_sim_client *client, struct buf *b, char letter, va_list *list)
{
    const char *text;
    gw_id id;
    switch (letter) {
    case 's':
        text = va_arg(*list, const char *);
        msgpack_write_str(b, text, strlen(text));
        break;
    case 'i':
        msgpack_write_i64(b, va_arg(*list, int));
        break;
    case 'l':
        msgpack_write_i64(b, va_arg(*list, int64_t));
        break;
    case 'f':
        msgpack_write_f64(b, va_arg(*list, double));
        break;
    case 'b':
        msgpack_write_bool(b, va_arg(*list, int));
        break;
    case 'e':
        id = va_arg(*list, gw_id);
        msgpack_write_str(b, id.text, gw_id_is_none(id) ? 0 : sizeof id.text);
        break;
    default:
        gw_sim_fail(client->sim, "an argument has no type '%c'", letter);
    }
}

static void send_call(gw_sim_client *client, gw_id entity, const char *method, const char *types,
                      va_list *list)
{
    struct buf payload = {0};
    write_u16(&payload, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(&payload, entity);
    write_str(&payload, method);
    write_u16(&payload, (uint16_t)strlen(types));
    for (; *types; types++) {
        size_t begin = write_var_begin(&payload);
        write_argument(client, &payload, *types, list);
        write_var_end(&payload, begin);
    }
    gw_sim_send(client, payload.data, payload.size);
    buf_free(&payload);
}

void gw_sim_call(gw_sim_client *client, const char *method, const char *types, ...)
{
    va_list list;
    va_start(list, types);
    send_call(client, client->player, method, types, &list);
    va_end(list);
}

void gw_sim_call_entity(gw_sim_client *client, gw_id entity, const char *method, const char *types,
                        ...)
{
    va_list list;
    va_start(list, types);
    send_call(client, entity, method, types, &list);
    va_end(list);
}

void gw_sim_move(gw_sim_client *client, gw_vec3 position, float yaw)
{
    if (!isfinite(position.x) || !isfinite(position.y) || !isfinite(position.z) || !isfinite(yaw))
        gw_sim_fail(client->sim, "%s is to move to (%g, %g, %g), yaw %g, which is not finite",
                    client->name, (double)position.x, (double)position.y, (double)position.z,
                    (double)yaw);
    if (!gw_sim_is_open(client) || gw_id_is_none(client->player))
        return;
    client->position = position;
    struct buf payload = {0};
    msg_sync_position_yaw_from_client_write(&payload, &(struct msg_sync_position_yaw_from_client){
                                                          .entity = client->player,
                                                          .x = position.x,
                                                          .y = position.y,
                                                          .z = position.z,
                                                          .yaw = yaw,
                                                      });
    gw_sim_send(client, payload.data, payload.size);
    buf_free(&payload);
}

void gw_sim_send(gw_sim_client *client, const void *payload, size_t size)
{
    if (gw_sim_is_open(client))
        link_send(client->link, payload, size);
}

/* ---- what it has seen ----------------------------------------------------------------------- */

gw_id gw_sim_player(const gw_sim_client *client)
{
    return client->player;
}

const char *gw_sim_player_type(const gw_sim_client *client)
{
    return client->player_type;
}

const char *gw_sim_attr(const gw_sim_client *client, const char *name)
{
    const struct known_attr *attr = mirror_attr(&client->attrs, view_str(name));
    return attr ? attr->text : NULL;
}

const gw_sim_sight *gw_sim_sight_at(const gw_sim_client *client, size_t index)
{
    return index < client->count ? client->sights[index] : NULL;
}

size_t gw_sim_line_count(const gw_sim_client *client)
{
    return client->count;
}

const char *gw_sim_line(const gw_sim_client *client, size_t index)
{
    return index < client->count ? client->sights[index]->line : "";
}

void gw_sim_look_again(gw_sim_client *client)
{
    client->mark = 0;
}

struct search {
    gw_sim_client *client;
    char line[LINE_SIZE];
};

static bool has_come(void *user)
{
    const struct search *search = user;
    gw_sim_client *client = search->client;
    while (client->mark < client->count)
        if (strcmp(client->sights[client->mark++]->line, search->line) == 0)
            return true;
    return false;
}

static bool see(struct search *search, int64_t timeout_ms)
{
    return sim_run_until(search->client->sim->net, has_come, search, timeout_ms);
}

static void print_line(struct search *search, const char *format, va_list args)
{
    vsnprintf(search->line, sizeof search->line, format, args);
}

bool gw_sim_see(gw_sim_client *client, int64_t timeout_ms, const char *format, ...)
{
    struct search search = {.client = client};
    va_list args;
    va_start(args, format);
    print_line(&search, format, args);
    va_end(args);
    return see(&search, timeout_ms);
}

void gw_sim_expect(gw_sim_client *client, const char *format, ...)
{
    struct search search = {.client = client};
    va_list args;
    va_start(args, format);
    print_line(&search, format, args);
    va_end(args);
    size_t from = client->mark;
    if (see(&search, EXPECT_MS_MAX))
        return;
    struct buf came = {0};
    for (size_t i = from; i < client->count && i < from + SHOWN_MAX; i++)
        buf_print(&came, "\n    %s", client->sights[i]->line);
    if (!came.size)
        buf_print(&came, "\n    nothing");
    gw_sim_fail(client->sim, "%s does not see \"%s\", but%.*s", client->name, search.line,
                (int)came.size, (const char *)came.data);
}

size_t gw_sim_times_seen(const gw_sim_client *client, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t times = 0;
    for (size_t i = 0; i < client->count; i++)
        times += strcmp(client->sights[i]->line, line) == 0;
    return times;
}
