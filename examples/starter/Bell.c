/* Bell: counts the rings and lets everybody hear them. */
#include "game.h"

/* GW_PERSISTENT: the database keeps it, and the Bell has it again after a restart. */
static const gw_attr Bell_attrs[] = {
    GW_ATTR(Bell, rings_of_all, GW_PERSISTENT),
    GW_ATTR_END,
};

void Bell_Ring(Bell *self, const char *name)
{
    GW_SET(self, rings_of_all, self->rings_of_all + 1);
    Player_client_OnRing(gw_all_clients(), name, self->rings_of_all);
}

void Bell_Greet(Bell *self, gw_id player)
{
    Player_call_Welcome(player, self->rings_of_all);
}

GW_RPC_DEFINE(Bell, BELL_RPC)
const gw_entity_type Bell_type = {
    .name = "Bell",
    .size = sizeof(Bell),
    .attrs = Bell_attrs,
    .methods = Bell_methods,
    .persistent = true,
    .service_shards = 1,
};
