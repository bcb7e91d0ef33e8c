/* OnlineService: knows who is playing. */
#include "unity_demo.h"

#include <stdio.h>
#include <stdlib.h>

static struct online_player *find(OnlineService *self, gw_id id)
{
    for (size_t i = 0; i < self->player_count; i++)
        if (gw_id_equal(self->players[i].id, id))
            return &self->players[i];
    return NULL;
}

static struct online_player *add(OnlineService *self, gw_id id)
{
    if (!self->players || self->player_count == ONLINE_MAX)
        return NULL;
    struct online_player *player = &self->players[self->player_count++];
    player->id = id;
    return player;
}

void OnlineService_CheckIn(OnlineService *self, gw_id id, const char *name, int64_t level)
{
    struct online_player *player = find(self, id);
    if (!player)
        player = add(self, id);
    if (!player)
        return;
    snprintf(player->name, sizeof player->name, "%s", name);
    player->level = level;
    if (level > self->level_max)
        self->level_max = level;
}

void OnlineService_CheckOut(OnlineService *self, gw_id id)
{
    struct online_player *player = find(self, id);
    if (player)
        *player = self->players[--self->player_count];
}

static void make_room(gw_entity *entity)
{
    OnlineService *self = GW_AS(OnlineService, entity);
    self->players = calloc(ONLINE_MAX, sizeof *self->players);
}

static void free_room(gw_entity *entity)
{
    free(GW_AS(OnlineService, entity)->players);
}

GW_RPC_DEFINE(OnlineService, ONLINESERVICE_RPC)
const gw_entity_type OnlineService_type = {
    .name = "OnlineService",
    .size = sizeof(OnlineService),
    .methods = OnlineService_methods,
    .service_shards = 1,
    .on_init = make_room,
    .on_destroy = free_room,
};
