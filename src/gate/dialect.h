/* dialect: the forms that GoWorld's client protocol has had, and what a packet of one of them is in
 * another (docs/internals/protocol.md 4). */
#pragma once

#include "wire/reader.h"

/* Named after their years. All processes speak the last one: the others are known at the edge to
 * the client, and nowhere else. */
enum dialect { DIALECT_UNKNOWN, DIALECT_2017, DIALECT_2018, DIALECT_2020, DIALECT_COUNT };

/* Which dialect the client speaks that has sent this: `old`, which is 2017 or 2018 (they send the
 * same), 2020, or DIALECT_UNKNOWN when the packet does not tell. */
enum dialect dialect_shown_by(struct view packet, enum dialect old);

/* What the client has said, as 2020 says it. Empty when its dialect has no such message. */
struct view dialect_from_client(enum dialect dialect, struct view packet, struct buf *scratch);

/* What a packet of 2020 is for the client: the packet itself, where it is the same. */
struct view dialect_to_client(enum dialect dialect, struct view packet, struct buf *scratch);
