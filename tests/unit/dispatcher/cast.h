/* cast: an entity of game 1 that is to go into a space of game 2, and those who play it. */
#pragma once

#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define SPACE "awNEKGhsggslAAAD"

struct cast {
    struct world w;
    struct fake_link *from, *to, *gate;
};

void cast_begin(struct cast *c, struct dispatcher_limits limits);
/* The same, of games that can go on after a break: of the epochs 11 and 22, and without a gate. */
void cast_begin_resumable(struct cast *c);
void cast_end(struct cast *c); /* nothing is held any more */

void cast_request(struct cast *c); /* and is granted it */
void cast_leave(struct cast *c);
void cast_expect_arrival(struct fake_link *game); /* of what has left */

void cast_call(struct fake_link *from, const char *method); /* of the entity */
