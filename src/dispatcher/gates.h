/* gates: which gates there are, and what a dispatcher says to them and about them. */
#pragma once

#include "dispatcher/peers.h"

struct dispatcher;

/* Registers the connection as that gate; an older connection of the same id is closed. */
void gates_join(struct dispatcher *d, struct peer *gate, uint16_t id);

/* The gate is gone with its clients: the games are told. */
void gates_leave(struct dispatcher *d, struct peer *gate);

/* The gate knows messages from MSG_OWN_FIRST up: it gets those that wait for it, and the games that
 * understand it are told. A game that has just said so itself is told of all such gates. */
void gates_said_hello(struct dispatcher *d, const struct peer *gate);
void gates_tell_hellos(struct dispatcher *d, struct peer *game);

/* Sends a packet to one gate; counted and logged when it cannot have it. */
void gates_send(struct dispatcher *d, uint16_t id, const void *payload, size_t size);

/* The same for a packet of a game (NULL: it is gone), which is told when the gate is not there. */
void gates_send_or_refuse(struct dispatcher *d, struct peer *from, uint16_t id, struct view packet);

/* The same, but while the dispatcher is young it waits for a gate that may still come. */
void gates_pass_on(struct dispatcher *d, struct peer *from, uint16_t id, struct view packet);

/* Tells the gates that understand it that these entities (ids, one behind the other) do not exist
 * any more, so that they close their clients. */
void gates_tell_gone(struct dispatcher *d, const struct buf *ids);

/* The same to one gate about one entity. */
void gates_tell_one_gone(struct dispatcher *d, uint16_t gate, gw_id entity);

/* Asks the gate to close the client, where the gate understands that. */
void gates_close_client(struct dispatcher *d, uint16_t gate, gw_id client, const char *reason);
