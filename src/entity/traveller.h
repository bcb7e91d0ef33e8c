/* traveller: what an entity is, as it goes from one game to another; docs/internals/protocol.md 6.
 */
#pragma once

#include "entity/migrate.h"
#include "entity/state.h"

/* As it was read. Views are into the bytes. */
struct traveller {
    struct view type, attrs, timers, address;
    gw_id client, space, old_space;
    gw_id journey;      /* this one; none: the same */
    int64_t gate, game; /* that it comes from; 0: not one of ours */
    gw_vec3 position, old_position;
    double yaw;
    bool syncing;
};

/* Writes it as a msgpack map; `from` is where it comes from. */
void traveller_write(struct world *w, struct buf *b, const struct entity *e,
                     const struct migration *to, const struct migration *from);

/* Reads any bytes into *t, which is zero; an error when they are no such map. */
GW_NODISCARD gw_err traveller_read(struct view bytes, struct traveller *t);
