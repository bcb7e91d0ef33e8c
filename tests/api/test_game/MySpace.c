/* MySpace: a place with monsters, which goes when no avatar is left. */
#include "test_game.h"

#define DESTROY_CHECK_INTERVAL_MS (5 * GW_MINUTE)
#define MONSTER_COUNT 10

static size_t count_avatars(gw_id space)
{
    size_t count = 0;
    for (gw_entity *e = gw_next(&Avatar_type, NULL); e; e = gw_next(&Avatar_type, e))
        count += gw_id_equal(GW_AS(Avatar, e)->space, space);
    return count;
}

static void add_monster(gw_id space)
{
    gw_entity *monster = gw_create(&Monster_type);
    if (monster)
        GW_AS(Monster, monster)->space = space;
}

gw_id MySpace_open(int64_t kind)
{
    gw_entity *entity = gw_create(&MySpace_type);
    if (!entity)
        return (gw_id){0};
    GW_AS(MySpace, entity)->kind = kind;
    for (int i = 0; i < MONSTER_COUNT; i++)
        add_monster(entity->id);
    return entity->id;
}

void MySpace_avatar_came(gw_id space)
{
    gw_entity *entity = gw_find(space);
    if (!entity)
        return;
    MySpace *self = GW_AS(MySpace, entity);
    gw_timer_cancel(entity, self->destroy_check);
    self->destroy_check = 0;
}

void MySpace_avatar_left(gw_id space)
{
    gw_entity *entity = gw_find(space);
    if (!entity || count_avatars(space) > 0)
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
    if (ok && count_avatars(self->base.id) == 0)
        gw_destroy(&self->base);
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
