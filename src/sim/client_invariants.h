/* client_invariants: what clients of a simulated cluster have to know when nothing moves. */
#pragma once

#include "base/buf.h"
#include "base/idmap.h"
#include "sim/state.h"

/* Each that is connected knows its player, the space that this is in and whom it sees there, and
 * nobody else; their attributes, and where they are. `lives`: EntityID to struct entity, of all
 * games. Appends the first that is not so to `why`, without a NUL. */
bool clients_are_wrong(gw_sim *sim, const struct idmap *lives, struct buf *why);
