/* gives: see gives.h. */
#include "gate/gives.h"

#include "gate/clients.h"
#include "wire/messages.h"

#define HELLO_WAIT_MS 10000

static void send_given(struct gate *g, const struct client *client)
{
    struct buf *b = gate_scratch(g);
    msg_notify_client_given_write(b, &(struct msg_notify_client_given){
                                         .entity = client->owner,
                                         .client = client->id,
                                         .gate = g->desc.gateid,
                                         .address = client_address(client),
                                     });
    gate_send_to_entity(g, client->owner, b);
}

static unsigned dispatcher_of(const struct client *client)
{
    return dispatchers_of_entity(client->gate->dispatchers, client->owner);
}

void gives_tell(struct gate *g, struct client *client)
{
    if (gate_speaks_own(g, client->owner)) {
        send_given(g, client);
        return;
    }
    struct untold_give untold = {client->id, g->desc.clock->now_ms + HELLO_WAIT_MS};
    buf_append(&g->untold, &untold, sizeof untold);
}

static size_t untold_count(const struct gate *g)
{
    return g->untold.size / sizeof(struct untold_give);
}

static struct untold_give untold_at(const struct gate *g, size_t i)
{
    struct untold_give untold;
    memcpy(&untold, g->untold.data + i * sizeof untold, sizeof untold);
    return untold;
}

void gives_hello(struct gate *g, unsigned index)
{
    struct buf left = {0};
    for (size_t i = 0; i < untold_count(g); i++) {
        struct untold_give untold = untold_at(g, i);
        struct client *client = clients_get(g, untold.client);
        if (client && dispatcher_of(client) == index)
            send_given(g, client);
        else if (client)
            buf_append(&left, &untold, sizeof untold);
    }
    buf_free(&g->untold);
    g->untold = left;
}

static void close_untold(struct gate *g, gw_id id)
{
    struct client *client = clients_get(g, id);
    if (!client)
        return;
    gate_complain(g, refused_gives, "new_owner_cannot_be_told",
                  "client=" GW_ID_FORMAT " to=" GW_ID_FORMAT, GW_ID_ARG(client->id),
                  GW_ID_ARG(client->owner));
    clients_dismiss(client, "its new owner cannot be told of it");
}

/* All wait equally long, so that the first is due first. */
int64_t gives_turn(struct gate *g)
{
    size_t due = 0, count = untold_count(g);
    for (; due < count && untold_at(g, due).due_ms <= g->desc.clock->now_ms; due++)
        close_untold(g, untold_at(g, due).client);
    buf_consume(&g->untold, due * sizeof(struct untold_give));
    return due < count ? untold_at(g, 0).due_ms : CLOCK_NEVER;
}
