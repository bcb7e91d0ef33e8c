/* OnlineService: knows who is playing, on whichever game. */
#include "unity_demo.h"

#define PLAYERS_MAX 10000

static const gw_attr OnlineService_attrs[] = {
    GW_ATTR(OnlineService, players, 0),
    GW_ATTR(OnlineService, level_max, 0),
    GW_ATTR_END,
};

/* A key of the map. */
struct id_text {
    char text[sizeof(gw_id) + 1];
};

static struct id_text key_of(gw_id id)
{
    struct id_text key = {""};
    memcpy(key.text, id.text, sizeof id.text);
    return key;
}

void OnlineService_CheckIn(OnlineService *self, gw_id player, const char *name, int64_t level)
{
    if (gw_map_size(self->players) >= PLAYERS_MAX)
        return;
    gw_map_set(self->players, key_of(player).text, name);
    if (level > self->level_max)
        GW_SET(self, level_max, level);
}

void OnlineService_CheckOut(OnlineService *self, gw_id player)
{
    gw_map_remove(self->players, key_of(player).text);
}

GW_RPC_DEFINE(OnlineService, ONLINESERVICE_RPC)
const gw_entity_type OnlineService_type = {
    .name = "OnlineService",
    .size = sizeof(OnlineService),
    .attrs = OnlineService_attrs,
    .methods = OnlineService_methods,
    .service_shards = 1,
};
