/* OnlineService: knows who is playing, on whichever game. */
#include "unity_demo.h"

#define SILENT_MS (3 * CHECK_IN_INTERVAL_MS) /* then its game is dead */

static const gw_attr OnlineService_attrs[] = {
    GW_ATTR(OnlineService, players, 0),
    GW_ATTR(OnlineService, heard_ms, 0),
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
    struct id_text key = key_of(player);
    if (!gw_map_has(self->players, key.text) && gw_map_size(self->players) >= PLAYERS_ONLINE_MAX)
        return;
    gw_map_set(self->players, key.text, name);
    gw_map_set(self->heard_ms, key.text, gw_monotonic_ms());
    if (level > self->level_max)
        GW_SET(self, level_max, level);
}

static void forget(OnlineService *self, const char *key)
{
    gw_map_remove(self->players, key);
    gw_map_remove(self->heard_ms, key);
}

void OnlineService_CheckOut(OnlineService *self, gw_id player)
{
    forget(self, key_of(player).text);
}

void OnlineService_ForgetSilent(OnlineService *self)
{
    int64_t now_ms = gw_monotonic_ms();
    for (size_t i = gw_map_size(self->heard_ms); i-- > 0;)
        if (now_ms - gw_map_value(self->heard_ms, i).integer > SILENT_MS)
            forget(self, gw_map_key(self->heard_ms, i));
}

static void start_to_forget(gw_entity *entity)
{
    OnlineService_every_ForgetSilent(GW_AS(OnlineService, entity), CHECK_IN_INTERVAL_MS);
}

/* A time that another process has noted means nothing here: it may have been on another machine. So
 * everybody has checked in just now. */
static gw_err restart_clocks(gw_entity *entity, gw_map carried)
{
    (void)carried;
    OnlineService *self = GW_AS(OnlineService, entity);
    int64_t now_ms = gw_monotonic_ms();
    for (size_t i = 0; i < gw_map_size(self->players); i++)
        gw_map_set(self->heard_ms, gw_map_key(self->players, i), now_ms);
    return GW_OK;
}

GW_RPC_DEFINE(OnlineService, ONLINESERVICE_RPC)
const gw_entity_type OnlineService_type = {
    .name = "OnlineService",
    .size = sizeof(OnlineService),
    .attrs = OnlineService_attrs,
    .methods = OnlineService_methods,
    .service_shards = 1,
    .on_created = start_to_forget,
    .on_restored = restart_clocks,
};
