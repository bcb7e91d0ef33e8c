/* MySpace: a place where players and monsters are together, which goes when nobody is left. */
#include "unity_demo.h"

#define SUMMON_INTERVAL_MS (5 * GW_SECOND)
#define DESTROY_CHECK_INTERVAL_MS (5 * GW_MINUTE)
#define MONSTERS_PER_PLAYER 2

size_t MySpace_count_players(gw_id space)
{
    size_t count = 0;
    for (gw_entity *e = gw_next(&Player_type, NULL); e; e = gw_next(&Player_type, e))
        count += gw_id_equal(GW_AS(Player, e)->space, space);
    return count;
}

static size_t count_monsters(gw_id space)
{
    size_t count = 0;
    for (gw_entity *e = gw_next(&Monster_type, NULL); e; e = gw_next(&Monster_type, e))
        count += gw_id_equal(GW_AS(Monster, e)->space, space);
    return count;
}

void MySpace_SummonMonsters(MySpace *self)
{
    gw_id here = self->base.id;
    if (count_monsters(here) >= MONSTERS_PER_PLAYER * MySpace_count_players(here))
        return;
    gw_entity *monster = gw_create(&Monster_type);
    if (monster)
        GW_AS(Monster, monster)->space = here;
}

void MySpace_player_came(gw_id space)
{
    gw_entity *entity = gw_find(space);
    if (!entity)
        return;
    MySpace *self = GW_AS(MySpace, entity);
    gw_timer_cancel(entity, self->destroy_check);
    self->destroy_check = 0;
}

void MySpace_player_left(gw_id space)
{
    gw_entity *entity = gw_find(space);
    if (!entity || MySpace_count_players(space) > 0)
        return;
    MySpace *self = GW_AS(MySpace, entity);
    if (!self->destroy_check)
        self->destroy_check = MySpace_every_CheckForDestroy(self, DESTROY_CHECK_INTERVAL_MS);
}

void MySpace_CheckForDestroy(MySpace *self)
{
    SpaceService_call_RequestDestroy(service_of(&SpaceService_type), self->kind, self->base.id);
}

/* The service sends nobody here any more; who came meanwhile keeps the space open. */
void MySpace_ConfirmRequestDestroy(MySpace *self, bool ok)
{
    if (ok && MySpace_count_players(self->base.id) == 0)
        gw_destroy(&self->base);
}

gw_err MySpace_open(int64_t kind)
{
    gw_entity *entity = gw_create(&MySpace_type);
    if (!entity)
        return GW_ECANCELED;
    MySpace *self = GW_AS(MySpace, entity);
    self->kind = kind;
    MySpace_every_SummonMonsters(self, SUMMON_INTERVAL_MS);
    SpaceService_call_NotifySpaceLoaded(service_of(&SpaceService_type), kind, entity->id);
    return GW_OK;
}

static void take_monsters_along(gw_entity *entity)
{
    gw_entity *next;
    for (gw_entity *e = gw_next(&Monster_type, NULL); e; e = next) {
        next = gw_next(&Monster_type, e);
        if (gw_id_equal(GW_AS(Monster, e)->space, entity->id))
            gw_destroy(e);
    }
}

GW_RPC_DEFINE(MySpace, MYSPACE_RPC)
const gw_entity_type MySpace_type = {
    .name = "MySpace",
    .size = sizeof(MySpace),
    .methods = MySpace_methods,
    .on_destroy = take_monsters_along,
};
