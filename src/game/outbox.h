/* outbox: what the world of a game sends out, to the dispatcher that serves it. */
#pragma once

#include "game/core.h"

struct outbox outbox_of(struct game *g);

/* From when on the entities of that dispatcher are cut off; CLOCK_NEVER before it took us in. */
int64_t outbox_cut_off_ms(const struct game *g, unsigned index);

/* That dispatcher has said HELLO: it is sent what has waited for that. */
void outbox_send_early(struct game *g, unsigned index);
