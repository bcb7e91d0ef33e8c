/* MySpace: a place with monsters, which goes when no avatar is left. */
#include "test_game.h"

#define DESTROY_CHECK_INTERVAL_MS (5 * GW_MINUTE)
#define MONSTER_COUNT 10

static size_t count_avatars(gw_id space)
{
    size_t count = 0;
    GW_EACH(Avatar, avatar)
        count += gw_id_equal(avatar->space, space);
    return count;
}

gw_id MySpace_open(int64_t kind)
{
    MySpace *self = GW_CREATE(MySpace);
    self->kind = kind;
    for (int i = 0; i < MONSTER_COUNT; i++)
        GW_CREATE(Monster)->space = self->base.id;
    return self->base.id;
}

void MySpace_avatar_came(gw_id space)
{
    MySpace *self = GW_FIND(MySpace, space);
    if (!self)
        return;
    gw_timer_cancel(&self->base, self->destroy_check);
    self->destroy_check = 0;
}

void MySpace_avatar_left(gw_id space)
{
    MySpace *self = GW_FIND(MySpace, space);
    if (self && !self->destroy_check && count_avatars(space) == 0)
        self->destroy_check = MySpace_every_CheckForDestroy(self, DESTROY_CHECK_INTERVAL_MS);
}

void MySpace_CheckForDestroy(MySpace *self)
{
    SpaceService_service_RequestDestroy(gw_any_shard(), self->kind, self->base.id);
}

/* The service sends nobody here any more; who came meanwhile keeps the space open. */
void MySpace_ConfirmRequestDestroy(MySpace *self, bool ok)
{
    if (ok && count_avatars(self->base.id) == 0)
        gw_destroy(&self->base);
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
