/* Crowd: what is there while a game is reloaded. */
#include "bench.h"

#include <math.h>

#define SIGHT 100
#define ENTITIES_PER_SIDE 0.05 /* of a square, for each unit of its side: 10,000 on +-1000 */

#define SAVER_RPC(RPC) RPC(Saver, Work, GW_SERVER | GW_FIBER)
GW_RPC_DECLARE(SAVER_RPC)

/* One fiber awaits the storage, and leaves the next. */
void Saver_Work(Saver *self)
{
    GW_SET(self, saves, self->saves + 1);
    if (gw_await_save(&self->base) != GW_ECANCELED)
        Saver_call_Work(self->base.id);
}

void crowd_make(int64_t entities, int64_t savers)
{
    gw_entity *space = gw_create_space(1);
    double half = sqrt((double)entities) / ENTITIES_PER_SIDE / 2;
    for (int64_t i = 0; i < entities; i++) {
        float x = (float)((gw_random_f64() * 2 - 1) * half);
        float z = (float)((gw_random_f64() * 2 - 1) * half);
        gw_create_in(&Idle_type, space, (gw_vec3){x, 0, z});
    }
    for (int64_t i = 0; i < savers; i++)
        Saver_call_Work(GW_CREATE(Saver)->base.id);
}

static void enable_aoi(gw_entity *space)
{
    if (gw_space_kind(space))
        gw_enable_aoi(space, SIGHT);
}

GW_RPC_DEFINE(Saver, SAVER_RPC)
static const gw_attr Saver_attrs[] = {GW_ATTR(Saver, saves, GW_PERSISTENT), GW_ATTR_END};
const gw_entity_type Saver_type = {
    .name = "Saver",
    .size = sizeof(Saver),
    .attrs = Saver_attrs,
    .methods = Saver_methods,
    .persistent = true,
};
const gw_entity_type Field_type = {
    .name = "Field",
    .size = sizeof(gw_entity),
    .on_created = enable_aoi,
};
