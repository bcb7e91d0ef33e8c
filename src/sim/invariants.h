/* invariants: what must hold in a simulated cluster whatever the game does. */
#pragma once

#include "base/buf.h"
#include "sim/state.h"

/* At any time: processes understand each other, every entity is in one space, and, where there was
 * no fault, no entity lives on two games. Appends the first that does not hold to `why`, without a
 * NUL. */
bool invariants_broken(gw_sim *sim, struct buf *why);

/* When nothing moves and there is no fault: dispatchers, games, gates and clients agree about who
 * is where, and clients know what the server has, and see what it shows them. */
bool invariants_disagreement(gw_sim *sim, struct buf *why);
