/* space_invariants: what must hold of the spaces of a simulated cluster. */
#pragma once

#include "base/buf.h"
#include "sim/state.h"

/* Both append the first that does not hold to `why`, without a NUL. At any time: whatever lives on
 * a game is in one of its spaces, and that has it once. When nothing moves: nobody is on the way
 * into a space, or has left a game and is not known to have arrived. */
bool spaces_broken(gw_sim *sim, struct buf *why);
bool trips_unfinished(gw_sim *sim, struct buf *why);
