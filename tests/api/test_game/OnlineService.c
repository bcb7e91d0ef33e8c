/* OnlineService: counts who is playing. */
#include "test_game.h"

static size_t find(const OnlineService *self, gw_id avatar)
{
    size_t i = 0;
    while (i < self->avatar_count && !gw_id_equal(self->avatars[i], avatar))
        i++;
    return i;
}

void OnlineService_CheckIn(OnlineService *self, gw_id avatar, const char *name, int64_t level)
{
    (void)name;
    if (level > self->level_max)
        self->level_max = level;
    if (find(self, avatar) == self->avatar_count && self->avatar_count < ONLINE_MAX)
        self->avatars[self->avatar_count++] = avatar;
}

void OnlineService_CheckOut(OnlineService *self, gw_id avatar)
{
    size_t i = find(self, avatar);
    if (i < self->avatar_count)
        self->avatars[i] = self->avatars[--self->avatar_count];
}

GW_RPC_DEFINE(OnlineService, ONLINESERVICE_RPC)
const gw_entity_type OnlineService_type = {
    .name = "OnlineService",
    .size = sizeof(OnlineService),
    .methods = OnlineService_methods,
    .service_shards = 1,
};
