/* MySpace: a place where players and monsters are together, which goes when nobody is left. */
#include "unity_demo.h"

#define SUMMON_INTERVAL_MS (5 * GW_SECOND)
#define DESTROY_CHECK_INTERVAL_MS (5 * GW_MINUTE)
#define MONSTERS_PER_PLAYER 2

size_t MySpace_count_players(gw_id space)
{
    size_t count = 0;
    GW_EACH(Player, player)
        count += gw_id_equal(player->space, space);
    return count;
}

static size_t count_monsters(gw_id space)
{
    size_t count = 0;
    GW_EACH(Monster, monster)
        count += gw_id_equal(monster->space, space);
    return count;
}

void MySpace_SummonMonsters(MySpace *self)
{
    gw_id here = self->base.id;
    if (count_monsters(here) < MONSTERS_PER_PLAYER * MySpace_count_players(here))
        GW_CREATE(Monster)->space = here;
}

void MySpace_player_came(gw_id space)
{
    MySpace *self = GW_FIND(MySpace, space);
    if (!self)
        return;
    gw_timer_cancel(&self->base, self->destroy_check);
    self->destroy_check = 0;
}

void MySpace_player_left(gw_id space)
{
    MySpace *self = GW_FIND(MySpace, space);
    if (self && !self->destroy_check && MySpace_count_players(space) == 0)
        self->destroy_check = MySpace_every_CheckForDestroy(self, DESTROY_CHECK_INTERVAL_MS);
}

void MySpace_CheckForDestroy(MySpace *self)
{
    SpaceService_service_RequestDestroy(gw_any_shard(), self->kind, self->base.id);
}

/* The service sends nobody here any more; who came meanwhile keeps the space open. */
void MySpace_ConfirmRequestDestroy(MySpace *self, bool ok)
{
    if (ok && MySpace_count_players(self->base.id) == 0)
        gw_destroy(&self->base);
}

void MySpace_open(int64_t kind)
{
    MySpace *self = GW_CREATE(MySpace);
    self->kind = kind;
    MySpace_every_SummonMonsters(self, SUMMON_INTERVAL_MS);
    SpaceService_service_NotifySpaceLoaded(gw_any_shard(), kind, self->base.id);
}

static void take_monsters_along(gw_entity *entity)
{
    GW_EACH(Monster, monster)
        if (gw_id_equal(monster->space, entity->id))
            gw_destroy(&monster->base);
}

GW_RPC_DEFINE(MySpace, MYSPACE_RPC)
const gw_entity_type MySpace_type = {
    .name = "MySpace",
    .size = sizeof(MySpace),
    .methods = MySpace_methods,
    .on_destroy = take_monsters_along,
};
