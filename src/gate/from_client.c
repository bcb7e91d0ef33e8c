/* from_client: see from_client.h. */
#include "gate/from_client.h"

#include "gate/clients.h"
#include "gate/send.h"
#include "wire/messages.h"

#include <math.h>

#define METHOD_BYTES_MAX 128u
#define ARGS_MAX 255u

static unsigned args_count(struct view args)
{
    struct reader r = reader_of(args.data, args.size);
    return read_u16(&r);
}

static bool is_fit(const struct msg_call_entity_method_from_client *m)
{
    return m->method.size >= 1 && m->method.size <= METHOD_BYTES_MAX &&
           args_count(m->args) <= ARGS_MAX && id_is_valid(m->entity);
}

/* ---- messages: each returns why the packet is not allowed, or NULL --------------------------- */

static const char unreadable[] = "it cannot be read";

/* Any entity may be called: whether it lets this client is for its game to say. The packet is
 * passed on as it is, with the client's id behind it. */
static const char *on_call(struct client *client, struct view packet)
{
    struct msg_call_entity_method_from_client m;
    if (!msg_call_entity_method_from_client_read(packet, &m))
        return unreadable;
    if (!is_fit(&m))
        return "its method, entity or number of arguments is not allowed";
    struct gate *g = client->gate;
    unsigned index = dispatchers_of_entity(g->dispatchers, m.entity);
    g->stats.calls++;
    dispatchers_send2(g->dispatchers, index, packet.data, packet.size, client->id.text,
                      sizeof client->id.text);
    if (dispatchers_is_congested(g->dispatchers, index))
        pauses_for_queue(client, index);
    return NULL;
}

/* Only its own entity can be moved by a client. One that has just been handed over may still send
 * the old one's positions: that is no reason to close it. */
static const char *on_position(struct client *client, struct view packet)
{
    struct msg_sync_position_yaw_from_client m;
    if (!msg_sync_position_yaw_from_client_read(packet, &m))
        return unreadable;
    struct gate *g = client->gate;
    if (!isfinite(m.x) || !isfinite(m.y) || !isfinite(m.z) || !isfinite(m.yaw))
        return "the position is not finite";
    if (!gw_id_equal(m.entity, client->owner)) {
        gate_complain(g, foreign_positions, "position_of_another_entity",
                      "client=" GW_ID_FORMAT " entity=" GW_ID_FORMAT, GW_ID_ARG(client->id),
                      GW_ID_ARG(m.entity));
        return NULL;
    }
    g->stats.positions++;
    positions_note(&g->positions, client, m.x, m.y, m.z, m.yaw);
    return NULL;
}

static const char *on_heartbeat(struct client *client, struct view packet)
{
    (void)client;
    struct msg_heartbeat_from_client m;
    return msg_heartbeat_from_client_read(packet, &m) ? NULL : unreadable;
}

static const char *on_seat(struct client *client, struct view packet)
{
    return seats_asked(client, packet) ? NULL : unreadable;
}

/* It means to go: its connection will close, and it does not come back. */
static const char *on_leave(struct client *client, struct view packet)
{
    struct msg_leave_from_client m;
    seats_forget(client);
    return msg_leave_from_client_read(packet, &m) ? NULL : unreadable;
}

static const char *handle(struct client *client, struct view packet)
{
    switch (msg_type_of(packet)) {
    case MSG_CALL_ENTITY_METHOD_FROM_CLIENT:
        return on_call(client, packet);
    case MSG_SYNC_POSITION_YAW_FROM_CLIENT:
        return on_position(client, packet);
    case MSG_HEARTBEAT_FROM_CLIENT:
        return on_heartbeat(client, packet);
    case MSG_SEAT_FROM_CLIENT:
        return on_seat(client, packet);
    case MSG_LEAVE_FROM_CLIENT:
        return on_leave(client, packet);
    default:
        return "no client may send that type";
    }
}

static void on_bad_packet(struct client *client, struct view packet, const char *why)
{
    struct gate *g = client->gate;
    gate_complain(g, bad_client_packets, "bad_client_packet",
                  "client=" GW_ID_FORMAT " address=%s type=%u size=%u why=\"%s\"",
                  GW_ID_ARG(client->id), client->link->address, msg_type_of(packet), packet.size,
                  why);
    if (++client->bad_packets >= g->desc.limits.client_bad_packets_max)
        clients_dismiss(client, "it sent a packet that is not allowed");
}

/* As 2020 says it: the dialects end here. */
static struct view in_2020(struct client *client, struct view packet)
{
    if (!client->has_shown)
        client_look_for_dialect(client, packet);
    if (client->dialect == DIALECT_2020)
        return packet;
    return dialect_from_client(client->dialect, packet, &client->gate->translated);
}

void from_client_packet(void *user, const uint8_t *payload, size_t size)
{
    struct client *client = user;
    struct gate *g = client->gate;
    struct view packet = {payload, (uint32_t)size};
    silences_heard(client);
    g->stats.packets_from_clients++;
    g->stats.bytes_from_clients += size;
    int64_t over_ns = rate_take(&client->rate, &g->rate_limit, g->desc.clock->now_ms, size);
    if (over_ns > 0)
        pauses_for_rate(client, over_ns);
    const char *why = handle(client, in_2020(client, packet));
    if (why)
        on_bad_packet(client, packet, why);
}
