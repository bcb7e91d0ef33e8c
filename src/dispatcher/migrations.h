/* migrations: entities that go from one game to another. */
#pragma once

#include "wire/reader.h"

#include <goworld/types.h>

struct dispatcher;
struct peer;

/* What a game says of one; false for a packet that does not follow the protocol. Where a space is;
 * that an entity wants to go there, so that what is sent to it has to wait; that it goes, with all
 * that it is; that it stays; that it has come. */
bool migrations_query(struct dispatcher *d, struct peer *from, struct view packet);
bool migrations_request(struct dispatcher *d, struct peer *from, struct view packet);
bool migrations_move(struct dispatcher *d, struct peer *from, struct view packet);
bool migrations_cancel(struct dispatcher *d, struct peer *from, struct view packet);
bool migrations_end(struct dispatcher *d, struct peer *from, struct view packet);

/* The packet is a question where a space is, and has waited: whoever asked hears that it is on that
 * game; 0: on none. False, and nothing is sent, for any other packet. */
bool migrations_answer(struct dispatcher *d, struct view packet, uint16_t game);

/* Tells a game of ours that the entity lives on another one. */
void migrations_reject(struct dispatcher *d, struct peer *from, gw_id entity);
