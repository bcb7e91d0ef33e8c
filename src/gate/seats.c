/* seats: see seats.h. */
#include "gate/seats.h"

#include "cluster/abandon.h"
#include "gate/clients.h"
#include "gate/send.h"
#include "wire/messages.h"

#include <stdlib.h>
#include <utlist.h>

enum {
    MISSED_BYTES_MAX = 64 * 1024,
    MISSED_BYTES_MAX_ALL = 64 * 1024 * 1024,
};

struct seat {
    struct client *client;
    /* Any bytes: whoever has one of them is the client. The last is good, too: the answer with the
     * newest may have been lost. */
    gw_id token, last_token;
    struct seat *prev, *next; /* in seats->away */
    bool waits;        /* it is there: without a connection, or for the sight of its player */
    bool shown;        /* its player is on its way to it: what it has missed follows */
    struct buf missed; /* kept */
    int64_t due_ms;
};

/* ---- a connection to nowhere ----------------------------------------------------------------- */

static void nowhere_wake(struct link *link)
{
    (void)link;
}

static void nowhere_close(struct link *link, const char *reason)
{
    (void)link, (void)reason;
}

static void nowhere_pause(struct link *link, bool paused)
{
    (void)link, (void)paused;
}

static bool nowhere_has_gone(const struct link *link)
{
    (void)link;
    return false;
}

static const struct link_ops nowhere = {.wake = nowhere_wake,
                                        .close = nowhere_close,
                                        .pause = nowhere_pause,
                                        .has_gone = nowhere_has_gone};

void seats_init(struct seats *seats, uint64_t seed)
{
    *seats = (struct seats){.by_token.seed = seed, .nowhere = {.ops = &nowhere, .closing = true}};
}

void seats_fini(struct seats *seats)
{
    idmap_free(&seats->by_token);
}

/* ---- having one ------------------------------------------------------------------------------ */

static void forget_missed(struct seat *seat)
{
    seat->client->gate->seats.missed_bytes -= seat->missed.size;
    buf_free(&seat->missed);
}

static void stop_waiting(struct seat *seat)
{
    struct gate *g = seat->client->gate;
    if (!seat->waits)
        return;
    DL_DELETE(g->seats.away, seat);
    seat->waits = false;
    g->stats.away_clients--;
}

/* Anew, if it waits already. */
static void wait(struct seat *seat)
{
    struct gate *g = seat->client->gate;
    stop_waiting(seat);
    seat->waits = true;
    seat->due_ms = g->desc.clock->now_ms + g->desc.limits.reconnect_grace_ms;
    DL_APPEND(g->seats.away, seat);
    g->stats.away_clients++;
}

bool seats_is_connected(const struct client *client)
{
    return client->link != &client->gate->seats.nowhere;
}

void seats_forget(struct client *client)
{
    struct seat *seat = client->seat;
    if (!seat)
        return;
    client->is_away = false;
    forget_missed(seat);
    stop_waiting(seat);
    idmap_remove(&client->gate->seats.by_token, seat->token);
    idmap_remove(&client->gate->seats.by_token, seat->last_token);
    client->seat = NULL;
    free(seat);
}

static void renew_token(struct seat *seat)
{
    struct gate *g = seat->client->gate;
    idmap_remove(&g->seats.by_token, seat->last_token);
    seat->last_token = seat->token;
    do
        g->desc.secret(g->desc.user, seat->token.text, sizeof seat->token.text);
    while (idmap_get(&g->seats.by_token, seat->token));
    idmap_put(&g->seats.by_token, seat->token, seat);
}

static void tell(struct client *client, bool returned)
{
    struct gate *g = client->gate;
    struct buf *b = gate_scratch(g);
    struct msg_seat_on_client m = {.returned = returned,
                                   .grace_ms = g->desc.limits.reconnect_grace_ms};
    if (client->seat)
        m.token = (struct view){(const uint8_t *)client->seat->token.text, sizeof(gw_id)};
    msg_seat_on_client_write(b, &m);
    client_pass(client, view_of(b));
}

/* GoWorld's own processes cannot be asked to show a player again. */
static bool may_return(const struct client *client)
{
    const struct gate *g = client->gate;
    return g->desc.limits.reconnect_grace_ms && gate_speaks_own(g, client->owner);
}

static void give_seat(struct client *client)
{
    if (!client->seat && may_return(client)) {
        client->seat = mem_zalloc(sizeof *client->seat);
        client->seat->client = client;
    }
    if (client->seat)
        renew_token(client->seat);
    tell(client, false);
}

/* ---- going away ------------------------------------------------------------------------------ */

bool seats_keep(struct client *client)
{
    if (!client->seat)
        return false;
    holds_forget(client);
    client->is_away = true;
    client->link = &client->gate->seats.nowhere;
    wait(client->seat);
    return true;
}

static bool is_call(struct view packet)
{
    unsigned type = msg_type_of(packet);
    return type == MSG_CALL_ENTITY_METHOD_ON_CLIENT || type == MSG_CALL_FILTERED_CLIENTS;
}

void seats_missed(struct client *client, struct view head, struct view tail)
{
    struct gate *g = client->gate;
    struct buf *missed = &client->seat->missed;
    size_t bytes = kept_bytes(head, tail);
    if (!is_call(head))
        return;
    if (missed->size + bytes > MISSED_BYTES_MAX ||
        g->seats.missed_bytes + bytes > MISSED_BYTES_MAX_ALL) {
        gate_complain(g, missed_packets, "client_misses_calls",
                      "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT, GW_ID_ARG(client->id),
                      GW_ID_ARG(client->owner));
        return;
    }
    kept_put(missed, head, tail);
    g->seats.missed_bytes += bytes;
}

/* ---- coming back ----------------------------------------------------------------------------- */

void seats_show(struct client *client)
{
    if (!client->is_away || !seats_is_connected(client))
        return;
    stop_waiting(client->seat);
    client->is_away = false;
    client->seat->shown = true;
}

void seats_shown(struct client *client)
{
    struct seat *seat = client->seat;
    if (!seat || !seat->shown)
        return;
    seat->shown = false;
    client->gate->seats.missed_bytes -= seat->missed.size;
    client_send_kept(client, &seat->missed);
}

/* The owner shows the client all anew, as to one that has seen nothing. A dispatcher that is just
 * started is asked when it has said HELLO: see clients_check_served_by. */
static void come_back(struct client *client, struct client *by)
{
    struct gate *g = client->gate;
    log_debug(g->desc.log, "client_returned",
              "client=" GW_ID_FORMAT " owner=" GW_ID_FORMAT " address=%s", GW_ID_ARG(client->id),
              GW_ID_ARG(client->owner), by->link->address);
    clients_move_connection(client, by);
    wait(client->seat);
    client->is_away = true;
    client->has_player = client->has_other = false;
    shown_forget(client);
    g->stats.returned_clients++;
    renew_token(client->seat);
    tell(client, true);
    if (gate_speaks_own(g, client->owner))
        clients_check_owner(client);
}

static struct seat *seat_of(const struct gate *g, struct view token)
{
    gw_id key;
    if (token.size != sizeof key.text)
        return NULL;
    memcpy(key.text, token.data, sizeof key.text);
    return idmap_get(&g->seats.by_token, key);
}

bool seats_asked(struct client *client, struct view packet)
{
    struct msg_seat_from_client m;
    if (!msg_seat_from_client_read(packet, &m) || m.token.size > sizeof(gw_id))
        return false;
    struct seat *seat = seat_of(client->gate, m.token);
    if (seat && seat->client != client && seats_is_connected(seat->client))
        link_abandon(seat->client->link, "its client has come back over another connection");
    if (seat && seat->client != client)
        come_back(seat->client, client);
    else
        give_seat(client);
    return true;
}

int64_t seats_turn(struct gate *g)
{
    struct seat *seat, *next;
    DL_FOREACH_SAFE(g->seats.away, seat, next) {
        if (seat->due_ms > g->desc.clock->now_ms)
            return seat->due_ms;
        g->stats.given_up_clients++;
        clients_dismiss(seat->client, seats_is_connected(seat->client)
                                          ? "nobody shows it its player"
                                          : "it has not come back");
    }
    return CLOCK_NEVER;
}

bool seats_make_room(struct gate *g)
{
    struct seat *seat;
    DL_FOREACH(g->seats.away, seat) {
        if (seats_is_connected(seat->client))
            continue;
        g->stats.given_up_clients++;
        clients_end(seat->client, "another client needs its place");
        return true;
    }
    return false;
}
