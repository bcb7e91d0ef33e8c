/* from_dispatcher: see from_dispatcher.h; the table at the end lists the messages. */
#include "gate/from_dispatcher.h"

#include "gate/clients.h"
#include "gate/fanout.h"
#include "gate/gives.h"
#include "gate/send.h"
#include "wire/messages.h"

/* Returns false for a packet that does not follow the protocol. */
typedef bool (*handle)(struct gate *g, unsigned index, struct view packet);

/* What every message to one client begins with. */
struct addressed {
    struct client *client; /* NULL when it is gone */
    gw_id id;
    struct reader rest;
};

/* A client may go at any time: what comes for it afterwards is counted, and that is all. */
static bool find_addressee(struct gate *g, struct view packet, struct addressed *to)
{
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    uint16_t gate = read_u16(&r);
    to->id = read_id(&r);
    if (r.bad || gate != g->desc.gateid)
        return false;
    to->client = clients_get(g, to->id);
    to->rest = r;
    if (!to->client)
        g->stats.unknown_clients.count++;
    return true;
}

/* What an entity says to a client that sees it. Its game may have missed that its own client is
 * gone: that it goes on to speak shows it. */
static bool pass_on(struct gate *g, struct view packet, bool (*fits)(const struct client *, gw_id))
{
    struct addressed to;
    if (!find_addressee(g, packet, &to))
        return false;
    gw_id entity = read_id(&to.rest);
    if (to.rest.bad)
        return false;
    if (!to.client)
        clients_tell_gone(g, entity, to.id);
    else if (!to.client->is_stale || fits(to.client, entity))
        client_send(to.client, packet);
    else
        g->stats.stale_packets++;
    return true;
}

/* A call reaches whatever the client has. */
static bool call_fits(const struct client *client, gw_id entity)
{
    return gw_id_equal(client->owner, entity) || shown_has(client, entity);
}

static bool on_call(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    return pass_on(g, packet, call_fits);
}

/* A change may build on one that was lost. */
static bool change_fits(const struct client *client, gw_id entity)
{
    (void)client, (void)entity;
    return false;
}

static bool on_attr_change(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    return pass_on(g, packet, change_fits);
}

/* The owner tells all that the client sees from here on. */
static bool on_view_follows(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_view_follows m;
    struct addressed to;
    if (!msg_view_follows_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (to.client && gw_id_equal(to.client->owner, m.entity))
        clients_view_follows(to.client);
    return true;
}

/* A player entity tells who owns the client. */
static void create_player(struct client *client, gw_id entity, struct view packet)
{
    if (!clients_show_player(client, entity))
        return;
    client_send(client, packet);
    seats_shown(client);
}

/* What a client sees beside its player comes and goes in turn: a part of it does not fit where
 * another part was lost. */
static void create_other(struct client *client, gw_id entity, struct view type, struct view packet)
{
    if (client->is_stale) {
        client->gate->stats.stale_packets++;
        return;
    }
    shown_add(client, entity, type);
    client_send(client, packet);
}

static void destroy_player(struct client *client, struct view packet)
{
    clients_hide_player(client);
    client_send(client, packet);
}

static void destroy_other(struct client *client, gw_id entity, struct view packet)
{
    if (client->is_stale || !shown_remove(client, entity)) {
        client->gate->stats.stale_packets++;
        return;
    }
    client_send(client, packet);
}

/* The game of a player may not know yet that the client is gone. */
static bool on_create_entity(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct addressed to;
    if (!find_addressee(g, packet, &to))
        return false;
    bool is_player = read_bool(&to.rest);
    gw_id entity = read_id(&to.rest);
    struct view type = read_var(&to.rest);
    if (to.rest.bad)
        return false;
    if (!to.client && is_player)
        clients_tell_gone(g, entity, to.id);
    if (to.client && is_player)
        create_player(to.client, entity, packet);
    else if (to.client)
        create_other(to.client, entity, type, packet);
    return true;
}

static bool on_destroy_entity(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_destroy_entity_on_client m;
    struct addressed to;
    if (!msg_destroy_entity_on_client_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (to.client && gw_id_equal(to.client->owner, m.entity))
        destroy_player(to.client, packet);
    else if (to.client)
        destroy_other(to.client, m.entity, packet);
    return true;
}

static bool on_set_filter_prop(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_set_clientproxy_filter_prop m;
    struct addressed to;
    if (!msg_set_clientproxy_filter_prop_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (!to.client)
        return true;
    gw_err err = filters_set(g->filters, &to.client->filters, m.key, m.value);
    if (err != GW_OK)
        gate_complain(g, refused_props, "filter_property_refused",
                      "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT " reason=\"%s\"",
                      GW_ID_ARG(m.client), GW_ID_ARG(to.client->owner), gw_strerror(err));
    return true;
}

static bool on_clear_filter_props(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_clear_clientproxy_filter_prop m;
    struct addressed to;
    if (!msg_clear_clientproxy_filter_prop_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (to.client)
        filters_clear(g->filters, &to.client->filters);
    return true;
}

static void send_to_member(void *fanout, struct filter_member *member)
{
    fanout_send(fanout, (struct client *)((char *)member - offsetof(struct client, filters)));
}

static void fan_out(struct gate *g, const struct msg_call_filtered_clients *m, struct view packet)
{
    struct fanout fanout;
    fanout_init(&fanout, packet);
    if (m->key.size)
        filters_each(g->filters, (enum filter_op)m->op, m->key, m->value, send_to_member, &fanout);
    else
        for (size_t i = 0; i < g->stats.clients; i++)
            fanout_send(&fanout, g->clients[i]);
    fanout_fini(&fanout);
}

static bool on_filtered_call(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_call_filtered_clients m;
    if (!msg_call_filtered_clients_read(packet, &m) || m.op >= FILTER_OP_COUNT)
        return false;
    fan_out(g, &m, packet);
    return true;
}

static bool on_positions(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_sync_position_yaw_on_clients m;
    return msg_sync_position_yaw_on_clients_read(packet, &m) && m.gate == g->desc.gateid &&
           sightings_deliver_pairs(g, m.records);
}

static bool on_compact_positions(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_sync_positions m;
    return msg_sync_positions_read(packet, &m) && m.gate == g->desc.gateid &&
           sightings_deliver_runs(g, m.records);
}

/* A game that missed the end of a client, because its dispatcher died with the message, asks. */
static bool on_check_client(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_check_client m;
    struct addressed to;
    if (!msg_check_client_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (!to.client || !gw_id_equal(to.client->owner, m.entity))
        clients_tell_gone(g, m.entity, m.client);
    return true;
}

/* The gate is where it is decided who owns a client: an entity that does not cannot give it away.
 */
static bool on_give_client(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_give_client m;
    struct addressed to;
    if (!msg_give_client_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (!to.client)
        return true;
    if (!gw_id_equal(to.client->owner, m.from)) {
        gate_complain(g, refused_gives, "client_is_not_its_own",
                      "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT " from=" GW_ID_FORMAT,
                      GW_ID_ARG(m.client), GW_ID_ARG(to.client->owner), GW_ID_ARG(m.from));
        return true;
    }
    clients_set_owner(to.client, m.to);
    gives_tell(g, to.client);
    return true;
}

static bool on_close_client(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_close_client m;
    struct addressed to;
    if (!msg_close_client_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (!to.client)
        return true;
    gate_complain(g, closed_by_game, "client_closed_by_cluster",
                  "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT " reason=\"%.*s\"",
                  GW_ID_ARG(m.client), GW_ID_ARG(to.client->owner),
                  (int)(m.reason.size < 200 ? m.reason.size : 200), (const char *)m.reason.data);
    holds_give_up(to.client); /* what was said to it before may be why */
    link_dismiss(to.client->link, (const char *)m.reason.data, m.reason.size);
    clients_dismiss(to.client, link_by_game);
    return true;
}

static bool on_pause_client(struct gate *g, unsigned index, struct view packet)
{
    struct msg_pause_client m;
    struct addressed to;
    if (!msg_pause_client_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (to.client)
        pauses_by_dispatcher(to.client, index, true);
    return true;
}

static bool on_resume_client(struct gate *g, unsigned index, struct view packet)
{
    struct msg_resume_client m;
    struct addressed to;
    if (!msg_resume_client_read(packet, &m) || !find_addressee(g, packet, &to))
        return false;
    if (to.client)
        pauses_by_dispatcher(to.client, index, false);
    return true;
}

static bool on_entities_gone(struct gate *g, unsigned index, struct view packet)
{
    (void)index;
    struct msg_notify_entities_gone m;
    if (!msg_notify_entities_gone_read(packet, &m) || m.entities.size % sizeof(gw_id) != 0)
        return false;
    clients_close_owned_by(g, m.entities);
    return true;
}

/* Indexed by message type. */
static const handle handlers[] = {
    [MSG_CREATE_ENTITY_ON_CLIENT] = on_create_entity,
    [MSG_DESTROY_ENTITY_ON_CLIENT] = on_destroy_entity,
    [MSG_NOTIFY_MAP_ATTR_CHANGE] = on_attr_change,
    [MSG_NOTIFY_MAP_ATTR_DEL] = on_attr_change,
    [MSG_NOTIFY_LIST_ATTR_CHANGE] = on_attr_change,
    [MSG_NOTIFY_LIST_ATTR_POP] = on_attr_change,
    [MSG_NOTIFY_LIST_ATTR_APPEND] = on_attr_change,
    [MSG_CALL_ENTITY_METHOD_ON_CLIENT] = on_call,
    [MSG_SET_CLIENTPROXY_FILTER_PROP] = on_set_filter_prop,
    [MSG_CLEAR_CLIENTPROXY_FILTER_PROP] = on_clear_filter_props,
    [MSG_NOTIFY_MAP_ATTR_CLEAR] = on_attr_change,
    [MSG_CALL_FILTERED_CLIENTS] = on_filtered_call,
    [MSG_SYNC_POSITION_YAW_ON_CLIENTS] = on_positions,
    [MSG_SYNC_POSITIONS] = on_compact_positions,
    [MSG_GIVE_CLIENT] = on_give_client,
    [MSG_CLOSE_CLIENT] = on_close_client,
    [MSG_NOTIFY_ENTITIES_GONE] = on_entities_gone,
    [MSG_CHECK_CLIENT] = on_check_client,
    [MSG_VIEW_FOLLOWS] = on_view_follows,
    [MSG_PAUSE_CLIENT] = on_pause_client,
    [MSG_RESUME_CLIENT] = on_resume_client,
};

static void handle_packet(struct gate *g, unsigned index, struct view packet)
{
    unsigned type = msg_type_of(packet);
    handle handler = type < sizeof handlers / sizeof *handlers ? handlers[type] : NULL;
    if (!handler)
        gate_complain(g, unknown_messages, "unknown_message", "dispid=%u type=%u size=%u",
                      index + 1, type, packet.size);
    else if (!handler(g, index, packet))
        gate_complain(g, bad_dispatcher_packets, "bad_dispatcher_packet",
                      "dispid=%u type=%u size=%u", index + 1, type, packet.size);
}

void from_dispatcher_packets(void *user, unsigned index, const struct view *packets, size_t count)
{
    struct gate *g = user;
    g->stats.packets_from_dispatchers += count;
    for (size_t i = 0; i < count; i++)
        handle_packet(g, index, packets[i]);
}
