/* seats: clients that keep their players for a while when their connection breaks, and come back
 * over another one. Docs: docs/internals/protocol.md 5. */
#pragma once

#include "base/idmap.h"
#include "net/link.h"

struct client;
struct gate;
struct seat; /* of a client that has asked for one */

struct seats {
    struct idmap by_token;
    struct seat *away;   /* and those that have not seen their players; the first is due first */
    struct link nowhere; /* of those who are away: closed, and swallows all */
    size_t missed_bytes; /* of all */
};

void seats_init(struct seats *seats, uint64_t seed);
void seats_fini(struct seats *seats);

/* A client asks for a seat, or with a token for the one that it had. Then it is gone when this
 * returns, and its connection is that of the client whose seat it was. False for what does not
 * follow the protocol. */
bool seats_asked(struct client *client, struct view packet);

/* Its connection has broken: true when it keeps its seat, and is away from now on. */
bool seats_keep(struct client *client);

/* It is sent a packet, of which there may be two pieces, while it is away: calls wait for it, as
 * far as there is room, and what else it has missed it is told anew when it is back. */
void seats_missed(struct client *client, struct view head, struct view tail);

/* Whether it has a connection. */
bool seats_is_connected(const struct client *client);

/* It is about to be shown its player, and was: it is back, and what has waited goes to it. */
void seats_show(struct client *client);
void seats_shown(struct client *client);

/* Gives up the one that has been away for longest; false when none is. */
bool seats_make_room(struct gate *g);

void seats_forget(struct client *client); /* it does not come back */

/* Ends those that have not come back; returns when the next one is due. */
int64_t seats_turn(struct gate *g);
