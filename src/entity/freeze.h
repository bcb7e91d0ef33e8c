/* freeze: a world on its way into another process; docs/internals/reload.md.
 *
 * A world comes to rest first: what runs in fibers ends, what was asked is answered, what is being
 * saved is saved. Then it is what can be written down: entities, their timers and clients, trips,
 * services, calls. */
#pragma once

#include "entity/world.h"

/* Coming to rest. While it settles the world goes on as ever, but begins no saves that can wait:
 * until all that had to be waited for when it began has ended. While it holds, nothing begins any
 * more: no timer fires, nobody sets out; whoever feeds it keeps back what comes in, but for
 * answers. Then it is at rest. Each may be called off, and the world goes on. */
enum world_pace { WORLD_RUNS, WORLD_SETTLES, WORLD_HOLDS };
void world_set_pace(struct world *w, enum world_pace pace);
/* Of a world that settles: whether what was there when it began has ended. */
bool world_has_settled(struct world *w);
bool world_is_at_rest(const struct world *w);
/* What keeps it from settling, or resting: a sentence that lasts until the next call. */
const char *world_unrest(struct world *w);

/* Appends a world at rest. It has not changed afterwards but for what the hooks on_freeze did. On
 * failure *error is a sentence the caller frees, and nothing was appended that counts. */
GW_NODISCARD gw_err world_freeze(struct world *w, struct buf *out, char **error);

/* It goes on elsewhere: it is destroyed without a hook, a save or a packet. Only at rest. */
void world_abandon(struct world *w);

/* Makes a world that was just created, before its first turn, the one that was frozen: any bytes.
 * It runs; its clients are told nothing. On failure *error is a sentence the caller frees, and the
 * world can only be destroyed: its program does not fit, a hook has refused, or the bytes are none.
 */
GW_NODISCARD gw_err world_restore(struct world *w, struct view frozen, char **error);
