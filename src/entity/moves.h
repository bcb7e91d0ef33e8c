/* moves: tells clients, in batches, where entities have moved. */
#pragma once

#include "entity/state.h"

/* Who is to hear of a move. */
enum moves_for {
    MOVED_FOR_OWN = 1u << 0, /* its own client */
    MOVED_FOR_OTHERS = 1u << 1,
    MOVED_FOR_ALL = MOVED_FOR_OWN | MOVED_FOR_OTHERS,
};

/* The entity has moved, or turned: it is in the next batch. */
void moves_note(struct world *w, struct entity *e, unsigned whom);
/* Its own client, if it has one, is told now where it has been put: ahead of what follows. */
void moves_tell_own(struct world *w, struct entity *e);
void moves_forget(struct world *w, struct entity *e); /* it ends, or leaves this game */

void moves_init(struct world *w);
void moves_fini(struct world *w);

/* Sends what is due; returns when the next batch is. */
int64_t moves_run(struct world *w);
