/* Idle: an entity that only stays. */
#include "bench.h"

static const gw_attr Idle_attrs[] = {
    GW_ATTR(Idle, name, GW_CLIENT),
    GW_ATTR(Idle, hp, GW_ALL_CLIENTS),
    GW_ATTR(Idle, mp, GW_CLIENT),
    GW_ATTR_END,
};

const gw_entity_type Idle_type = {
    .name = "Idle",
    .size = sizeof(Idle),
    .attrs = Idle_attrs,
};
