/* client: see client.h. */
#include "client/client.h"

#include "base/assert.h"
#include "client/backoff.h"
#include "client/handlers.h"
#include "client/tcp.h"
#include "client/url.h"
#include "client/websocket.h"
#include "wire/messages.h"
#include "wire/packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum {
    CLOSED_BY_GAME = 4001, /* the close code of a gate whose game does not want this client */
    READ_BYTES = 16 << 10,
    READS_MAX = 16,
    GOOD_AFTER_MS = 5000,
};

/* ---- the way down --------------------------------------------------------------------------- */

/* Without a player the game has never taken this client: it may well do so the next time. */
static bool is_kick(const gwc_client *client, const struct failure *failure)
{
    return failure->code == CLOSED_BY_GAME && client->world.player;
}

static gwc_loss loss_of(gwc_client *client, const struct failure *failure)
{
    const gwc_desc *desc = &client->desc;
    gwc_loss loss = {.reason = "", .was_open = client->state == GWC_OPEN};
    if (!failure)
        return loss;
    loss.reason = failure->reason;
    loss.code = failure->code;
    loss.kicked = is_kick(client, failure);
    loss.again = !desc->no_reconnect && (!loss.kicked || desc->reconnect_after_kick);
    if (loss.again) {
        loss.attempt = ++client->attempt;
        loss.delay_ms = backoff_ms(loss.attempt, desc->reconnect_first_ms, desc->reconnect_max_ms,
                                   &client->random);
    }
    return loss;
}

static void drop_connection(gwc_client *client)
{
    client->transport->ops->hang_up(client->transport);
    frame_free(&client->frame);
    buf_free(&client->out);
    client->is_dialled = client->is_stuck = false;
}

/* The one way down: `failure` says why, NULL means that the program wanted it. */
static void lose(gwc_client *client, const struct failure *failure, int64_t now_ms)
{
    if (client->state == GWC_OPEN && now_ms >= client->good_ms)
        client->attempt = 0; /* it was a good one: the attempts start small again */
    gwc_loss loss = loss_of(client, failure);
    drop_connection(client);
    if (loss.again && !loss.kicked)
        seat_lose(&client->seat);
    else
        seat_forget(&client->seat);
    client->state = loss.again ? GWC_WAITING : GWC_CLOSED;
    client->due_ms = now_ms + loss.delay_ms;
    world_clear(&client->world);
    if (client->desc.on_closed)
        client->desc.on_closed(client, &loss);
}

static void leave(gwc_client *client)
{
    struct failure ignored;
    if (client->state == GWC_OPEN)
        seat_leave(&client->seat, &client->out);
    if (client->state == GWC_OPEN && !transport_flush(client->transport, &client->out, &ignored))
        buf_clear(&client->out);
    client->is_leaving = false;
    client->attempt = 0;
    lose(client, NULL, 0);
}

void gwc_close(gwc_client *client)
{
    if (client->state == GWC_CLOSED)
        return;
    client->is_leaving = true;
    if (client->is_busy)
        return;
    client->is_busy = true;
    leave(client);
    client->is_busy = false;
}

/* ---- connecting ----------------------------------------------------------------------------- */

static struct transport *make_transport(gwc_client *client, const struct url *url)
{
    const struct address *address = &url->address;
    char host[sizeof address->host + sizeof address->port + 4];
    struct transport *tcp = tcp_create(address->host, address->port);
    if (!tcp || !url->is_websocket)
        return tcp;
    bool is_v6 = strchr(address->host, ':');
    snprintf(host, sizeof host, is_v6 ? "[%s]:%s" : "%s:%s", address->host, address->port);
    const char *path = url->path[0] ? url->path : "/ws";
    return websocket_create(tcp, host, path, client->desc.origin, &client->random);
}

/* A client that was closed looks its host up again: it may have moved. */
static gwc_err resolve(gwc_client *client)
{
    struct url url;
    if (!client->desc.address)
        return client->transport ? GWC_OK : GWC_EINVAL; /* a test's */
    if (!url_parse(client->desc.address, &url))
        return GWC_EINVAL;
    transport_destroy(client->transport);
    client->transport = make_transport(client, &url);
    return client->transport ? GWC_OK : GWC_ERESOLVE;
}

gwc_err gwc_open(gwc_client *client)
{
    if (client->is_leaving)
        return GWC_EAWAY;
    if (client->state == GWC_OPEN || client->state == GWC_CONNECTING)
        return GWC_OK;
    gwc_err err = client->state == GWC_CLOSED ? resolve(client) : GWC_OK;
    if (!err)
        client->state = GWC_CONNECTING; /* it is dialled in the next turn */
    return err;
}

static void opened(gwc_client *client, int64_t now_ms)
{
    client->state = GWC_OPEN;
    client->beat_ms = now_ms; /* at once: the gate need not wait to know which dialect this is */
    if (client->desc.come_back)
        seat_ask(&client->seat, &client->out);
    client->good_ms = now_ms + GOOD_AFTER_MS;
    if (client->desc.on_open)
        client->desc.on_open(client);
}

static bool dial(gwc_client *client, int64_t now_ms, struct failure *failure)
{
    client->is_dialled = true;
    client->due_ms = now_ms + client->desc.connect_timeout_ms;
    return client->transport->ops->dial(client->transport, failure);
}

/* Returns false when the attempt has failed. */
static bool connect_turn(gwc_client *client, int64_t now_ms, struct failure *failure)
{
    if (!client->is_dialled && !dial(client, now_ms, failure))
        return false;
    switch (client->transport->ops->connect(client->transport, failure)) {
    case TRANSPORT_CONNECTED:
        opened(client, now_ms);
        return true;
    case TRANSPORT_FAILED:
        return false;
    case TRANSPORT_CONNECTING:
        break;
    }
    return now_ms < client->due_ms || failure_set(failure, "the server does not answer");
}

/* ---- an open connection --------------------------------------------------------------------- */

struct taking {
    gwc_client *client;
    const char *wrong; /* NULL: nothing yet */
};

/* Returns what is wrong, or NULL. */
static const char *take_answer(gwc_client *client, struct view answer)
{
    bool returned;
    const char *wrong = NULL;
    if (!seat_take_answer(&client->seat, answer, &returned))
        return "an answer about a seat that was not asked for";
    struct buf held = client->seat.held;
    client->seat.held = (struct buf){0};
    struct reader r = reader_of(held.data, held.size);
    while (!returned && !wrong && reader_left(&r) > 0 && !client->is_leaving)
        wrong = world_apply(&client->world, read_var(&r));
    buf_free(&held);
    if (returned && client->desc.on_returned && handlers_may_be_called(client))
        client->desc.on_returned(client);
    return wrong;
}

static const char *take_packet(gwc_client *client, struct view packet)
{
    if (seat_is_answer(packet))
        return take_answer(client, packet);
    if (!client->seat.is_asked)
        return world_apply(&client->world, packet);
    return seat_hold(&client->seat, packet) ? NULL : "it never says whether it knows the token";
}

static size_t on_packets(void *user, const struct view *packets, size_t count)
{
    struct taking *taking = user;
    for (size_t i = 0; i < count; i++) {
        if (taking->wrong || taking->client->is_leaving)
            return i;
        taking->wrong = take_packet(taking->client, packets[i]);
    }
    return count;
}

static bool take_bytes(gwc_client *client, const uint8_t *bytes, size_t size,
                       struct failure *failure)
{
    struct taking taking = {.client = client};
    const struct frame_taker taker = {.packets = on_packets, .user = &taking};
    enum frame_result result =
        frame_feed(&client->frame, bytes, size, client->desc.packet_bytes_max, &taker, NULL);
    if (taking.wrong)
        return failure_set(failure, "the server breaks the protocol: %s", taking.wrong);
    if (result == FRAME_TOO_LONG)
        return failure_set(failure, "a packet is longer than packet_bytes_max, or there is no "
                                    "server of this protocol");
    if (result == FRAME_TOO_SHORT)
        return failure_set(failure, "the server breaks the protocol: a packet has no type");
    return true;
}

static bool read_turn(gwc_client *client, struct failure *failure)
{
    uint8_t bytes[READ_BYTES];
    for (unsigned i = 0; i < READS_MAX && !client->is_leaving; i++) {
        ssize_t count =
            client->transport->ops->receive(client->transport, bytes, sizeof bytes, failure);
        if (count < 0)
            return false;
        if (count == 0)
            return true;
        if (!take_bytes(client, bytes, (size_t)count, failure))
            return false;
    }
    return true;
}

static void beat_turn(gwc_client *client, int64_t now_ms)
{
    if (!client_beats(client) || now_ms < client->beat_ms)
        return;
    client->beat_ms = now_ms + client->desc.heartbeat_ms;
    size_t begin = write_var_begin(&client->out);
    write_u16(&client->out, MSG_HEARTBEAT_FROM_CLIENT);
    write_var_end(&client->out, begin);
}

static bool open_turn(gwc_client *client, int64_t now_ms, struct failure *failure)
{
    if (!read_turn(client, failure))
        return false;
    if (client->is_stuck)
        return failure_set(failure, "the server does not read what is sent to it");
    beat_turn(client, now_ms);
    return transport_flush(client->transport, &client->out, failure);
}

/* What came right behind the opening is read in the same turn: no poll tells of it. */
static void turn(gwc_client *client, int64_t now_ms)
{
    struct failure failure = {0};
    bool good = true;
    if (client->state == GWC_WAITING && now_ms >= client->due_ms)
        client->state = GWC_CONNECTING;
    if (client->state == GWC_CONNECTING)
        good = connect_turn(client, now_ms, &failure);
    if (good && client->state == GWC_OPEN && !client->is_leaving)
        good = open_turn(client, now_ms, &failure);
    if (!good && !client->is_leaving)
        lose(client, &failure, now_ms);
    if (client->is_leaving)
        leave(client);
}

void gwc_process(gwc_client *client, int64_t now_ms)
{
    if (client->is_busy)
        return;
    client->is_busy = true;
    turn(client, now_ms);
    client->is_busy = false;
}

/* ---- the client itself ---------------------------------------------------------------------- */

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value ? value : otherwise;
}

static void fill_in(gwc_desc *desc)
{
    desc->reconnect_first_ms = or_default(desc->reconnect_first_ms, 500);
    desc->reconnect_max_ms = or_default(desc->reconnect_max_ms, 20 * 1000);
    desc->connect_timeout_ms = or_default(desc->connect_timeout_ms, 10 * 1000);
    desc->heartbeat_ms = or_default(desc->heartbeat_ms, 5 * 1000);
    if (!desc->packet_bytes_max)
        desc->packet_bytes_max = 4 << 20;
    if (desc->packet_bytes_max > PACKET_PAYLOAD_BYTES_MAX)
        desc->packet_bytes_max = PACKET_PAYLOAD_BYTES_MAX;
    if (!desc->entities_max)
        desc->entities_max = 1 << 16;
    if (!desc->state_bytes_max)
        desc->state_bytes_max = 64 << 20;
    if (!desc->send_bytes_max)
        desc->send_bytes_max = 4 << 20;
    desc->address = desc->address ? mem_strdup(desc->address) : NULL;
    desc->origin = desc->origin ? mem_strdup(desc->origin) : NULL;
}

static uint64_t seed_of_system(void)
{
    uint64_t seed;
    bool has_come = getrandom(&seed, sizeof seed, 0) == sizeof seed;
    return has_come ? seed : (uint64_t)gwc_now_ms();
}

gwc_client *client_create_over(const gwc_desc *desc, struct transport *transport)
{
    gwc_client *client = mem_zalloc(sizeof *client);
    client->desc = *desc;
    fill_in(&client->desc);
    client->transport = transport;
    client->random.state = desc->seed ? desc->seed : seed_of_system();
    world_init(&client->world, &handlers_of_world, client, client->desc.entities_max,
               client->desc.state_bytes_max, random_next(&client->random));
    return client;
}

gwc_client *gwc_create(const gwc_desc *desc)
{
    return client_create_over(desc, NULL);
}

void gwc_destroy(gwc_client *client)
{
    if (!client)
        return;
    ASSERT(!client->is_busy); /* gwc_destroy in a handler: see goworld_client.h */
    gwc_close(client);
    transport_destroy(client->transport);
    world_fini(&client->world);
    seat_forget(&client->seat);
    free((void *)(uintptr_t)client->desc.address);
    free((void *)(uintptr_t)client->desc.origin);
    free(client);
}

gwc_state gwc_state_of(const gwc_client *client)
{
    return client->is_leaving ? GWC_CLOSED : client->state;
}

void *gwc_user(const gwc_client *client)
{
    return client->desc.user;
}

const char *gwc_strerror(gwc_err err)
{
    switch (err) {
#define E(name, value, text)                                                                       \
    case name:                                                                                     \
        return text;
        GWC_ERRORS(E)
#undef E
    }
    return "an unknown error";
}
