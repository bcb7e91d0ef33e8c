/* others: the entities that a client sees beside its player. */
#pragma once

#include "base/idmap.h"
#include "sim/mirror.h"

struct other {
    struct mirror attrs;
    gw_vec3 position;
};

/* Zero is none. */
struct others {
    struct idmap by_id;
};

/* False when `attrs` is no map, or it is known already. */
bool others_add(struct others *others, gw_id id, gw_vec3 position, struct view attrs);
bool others_remove(struct others *others, gw_id id);             /* false when it is not known */
struct other *others_get(const struct others *others, gw_id id); /* NULL when it is not known */
void others_clear(struct others *others);
