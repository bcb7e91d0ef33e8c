/* clients: see clients.h. */
#include "gate/clients.h"

#include "cluster/abandon.h"
#include "gate/from_client.h"
#include "gate/send.h"
#include "wire/messages.h"

#include <stdlib.h>

static void on_closed(void *user, const char *reason);
static const struct link_events client_events = {.packet = from_client_packet, .closed = on_closed};

static void list_add(struct gate *g, struct client *client)
{
    if (g->stats.clients == g->clients_capacity) {
        g->clients_capacity = g->clients_capacity ? g->clients_capacity * 2 : 64;
        g->clients = mem_realloc(g->clients, g->clients_capacity * sizeof(struct client *));
    }
    client->index = (uint32_t)g->stats.clients;
    g->clients[g->stats.clients++] = client;
}

static void list_remove(struct gate *g, struct client *client)
{
    struct client *last = g->clients[--g->stats.clients];
    g->clients[client->index] = last;
    silences_move(g, last->index, client->index);
    last->index = client->index;
}

struct view client_address(const struct client *client)
{
    return view_str(client->link->address);
}

/* GoWorld's message has no room for the address. */
static void tell_connected(struct gate *g, const struct client *client)
{
    struct buf *b = gate_scratch(g);
    if (gate_speaks_own(g, client->owner))
        msg_connect_client_write(b,
                                 &(struct msg_connect_client){.client = client->id,
                                                              .boot_entity = client->owner,
                                                              .gate = g->desc.gateid,
                                                              .address = client_address(client)});
    else
        msg_notify_client_connected_write(
            b, &(struct msg_notify_client_connected){.client = client->id,
                                                     .boot_entity = client->owner});
    gate_send_to_entity(g, client->owner, b);
}

void clients_tell_gone(struct gate *g, gw_id owner, gw_id client)
{
    struct buf *b = gate_scratch(g);
    msg_notify_client_disconnected_write(
        b, &(struct msg_notify_client_disconnected){.owner = owner, .client = client});
    gate_send_to_entity(g, owner, b);
}

void clients_accept(struct gate *g, struct link *link, enum gate_transport transport)
{
    if (g->stats.clients >= g->desc.limits.max_clients && !seats_make_room(g)) {
        gate_complain(g, refused_clients, "too_many_clients", "address=%s", link->address);
        link_abandon(link, "the gate is full");
        return;
    }
    struct client *client = mem_zalloc(sizeof *client);
    *client = (struct client){.gate = g,
                              .link = link,
                              .is_websocket = transport == GATE_WEBSOCKET,
                              .id = id_new(g->desc.ids),
                              .owner = id_new(g->desc.ids)};
    client_start_to_speak(client);
    link->events = &client_events;
    link->user = client;
    link->payload_bytes_max = g->desc.limits.client_packet_size_max;
    link->out.bytes_max = g->desc.limits.client_send_queue_max;
    list_add(g, client);
    silences_heard(client);
    idmap_put(&g->by_id, client->id, client);
    g->stats.clients_accepted++;
    log_debug(g->desc.log, "client_connected",
              "client=" GW_ID_FORMAT " boot=" GW_ID_FORMAT " address=%s", GW_ID_ARG(client->id),
              GW_ID_ARG(client->owner), link->address);
    tell_connected(g, client);
}

static void client_free(struct gate *g, struct client *client)
{
    positions_forget(&g->positions, client);
    pauses_forget(client);
    holds_forget(client);
    seats_forget(client);
    shown_forget(client);
    if (client->has_shown)
        g->stats.speakers[client->dialect]--;
    filters_clear(g->filters, &client->filters);
    idmap_remove(&g->by_id, client->id);
    list_remove(g, client);
    free(client);
}

void clients_end(struct client *client, const char *reason)
{
    struct gate *g = client->gate;
    log_debug(g->desc.log, "client_closed",
              "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT " address=%s reason=\"%s\"",
              GW_ID_ARG(client->id), GW_ID_ARG(client->owner), client->link->address, reason);
    g->stats.clients_closed++;
    clients_tell_gone(g, client->owner, client->id);
    client_free(g, client);
}

static void on_closed(void *user, const char *reason)
{
    if (!seats_keep(user))
        clients_end(user, reason);
}

void clients_move_connection(struct client *client, struct client *by)
{
    struct gate *g = client->gate;
    pauses_forget(by);
    link_pause(by->link, client->pause != NULL); /* that goes on: its reason is as good as before */
    client->link = by->link;
    client->link->user = client;
    client->is_websocket = by->is_websocket;
    by->link = &g->seats.nowhere;
    silences_heard(client);
    clients_end(by, "it was another client before");
}

void clients_close_all(struct gate *g, const char *reason)
{
    while (g->stats.clients > 0) {
        struct client *client = g->clients[g->stats.clients - 1];
        link_abandon(client->link, reason);
        client_free(g, client);
    }
}

void clients_dismiss(struct client *client, const char *reason)
{
    seats_forget(client);
    if (seats_is_connected(client))
        link_close(client->link, reason);
    else
        clients_end(client, reason);
}

static void orphan(struct client *client, const char *reason)
{
    if (client->link->closing && !client->seat)
        return; /* it goes already */
    gate_complain(client->gate, orphaned_clients, "client_has_lost_its_owner",
                  "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT " reason=\"%s\"",
                  GW_ID_ARG(client->id), GW_ID_ARG(client->owner), reason);
    clients_dismiss(client, reason);
}

void clients_close_served_by(struct gate *g, unsigned index)
{
    for (size_t i = g->stats.clients; i-- > 0;) /* one that is away goes at once */
        if (dispatchers_of_entity(g->dispatchers, g->clients[i]->owner) == index)
            orphan(g->clients[i], "its dispatcher was lost");
}

/* The word that its former player ended was lost. The client would have two; nobody else knows the
 * first one any more. */
static void close_torn(struct client *client)
{
    gate_complain(client->gate, orphaned_clients, "handover_was_lost",
                  "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT, GW_ID_ARG(client->id),
                  GW_ID_ARG(client->owner));
    clients_dismiss(client, "its handover was lost with a dispatcher");
}

/* A game that was asked by CHECK_OWNER may send what it had just sent. */
bool clients_show_player(struct client *client, gw_id player)
{
    clients_set_owner(client, player);
    if (client->has_player)
        return false;
    if (client->has_other) {
        close_torn(client);
        return false;
    }
    client->has_player = true;
    clients_view_follows(client);
    seats_show(client);
    return true;
}

void clients_hide_player(struct client *client)
{
    shown_hide_all(client);
    client->has_player = false;
}

void clients_view_follows(struct client *client)
{
    shown_hide_all(client);
    client->is_stale = false;
}

void clients_check_owner(const struct client *client)
{
    struct gate *g = client->gate;
    struct buf *b = gate_scratch(g);
    msg_check_owner_write(b, &(struct msg_check_owner){.entity = client->owner,
                                                       .client = client->id,
                                                       .gate = g->desc.gateid,
                                                       .has_player = client->has_player,
                                                       .address = client_address(client)});
    gate_send_to_entity(g, client->owner, b);
}

static void check(struct client *client)
{
    if (client->has_other)
        close_torn(client);
    else
        clients_check_owner(client);
}

void clients_check_served_by(struct gate *g, unsigned index)
{
    for (size_t i = 0; i < g->stats.clients; i++)
        if (dispatchers_of_entity(g->dispatchers, g->clients[i]->owner) == index &&
            !g->clients[i]->link->closing)
            check(g->clients[i]);
}

void clients_missed_word(struct gate *g, unsigned index)
{
    for (size_t i = 0; i < g->stats.clients; i++)
        if (dispatchers_of_entity(g->dispatchers, g->clients[i]->owner) == index)
            g->clients[i]->is_stale = true;
}

/* Owners are many and go seldom: an index of them would cost more than this walk. */
void clients_close_owned_by(struct gate *g, struct view ids)
{
    struct idmap gone = {.seed = g->desc.seed};
    struct reader r = reader_of(ids.data, ids.size);
    while (reader_left(&r) > 0)
        idmap_put(&gone, read_id(&r), g);
    for (size_t i = g->stats.clients; i-- > 0;)
        if (idmap_get(&gone, g->clients[i]->owner))
            orphan(g->clients[i], "its player is gone");
    idmap_free(&gone);
}

struct client *clients_get(const struct gate *g, gw_id id)
{
    return idmap_get(&g->by_id, id);
}

void clients_set_owner(struct client *client, gw_id owner)
{
    if (gw_id_equal(client->owner, owner))
        return;
    positions_forget(&client->gate->positions, client); /* they were the old owner's */
    client->owner = owner;
    client->has_other |= client->has_player;
    client->has_player = false;
}
