/* client: a connection's life: made, kept, broken, made again. */
#pragma once

#include "client/seat.h"
#include "client/transport.h"
#include "client/world.h"
#include "net/frame.h"
#include "net/random.h"

struct gwc_client {
    gwc_desc desc;               /* with the defaults filled in; its texts are the client's own */
    struct transport *transport; /* NULL until it was opened for the first time */
    gwc_state state;
    bool is_busy;    /* handlers may be running: what would pull the rug from under them waits */
    bool is_leaving; /* the program wants to close */
    bool is_stuck;   /* the server does not read: the connection is given up in the next turn */
    bool is_dialled;
    unsigned attempt; /* since the last good connection */
    int64_t due_ms;   /* when connecting has to have come to an end, or waiting ends */
    int64_t beat_ms;  /* when the next heartbeat is due */
    int64_t good_ms;  /* when the connection counts as a good one */
    struct frame frame;
    struct buf out; /* packets that the transport has not taken */
    struct seat seat;
    struct world world;
    struct random random;
};

static inline bool client_beats(const gwc_client *client)
{
    return client->desc.heartbeat_ms > 0;
}

/* A client over that transport, which it takes: for tests. Its address is not looked at. */
gwc_client *client_create_over(const gwc_desc *desc, struct transport *transport);
