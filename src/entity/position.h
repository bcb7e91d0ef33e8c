/* position: where an entity is and where it looks. */
#pragma once

#include "entity/state.h"

#include <math.h>

static inline bool vec3_is_finite(gw_vec3 v)
{
    return isfinite(v.x) && isfinite(v.y) && isfinite(v.z);
}

/* Moves it, with all that follows; finite. `whom` is a moves_for. The second is for the game's own
 * word, which counts for the client, too. */
void position_set(struct world *w, struct entity *e, gw_vec3 position, float yaw, unsigned whom);
void position_place(struct world *w, struct entity *e, gw_vec3 position, float yaw);
