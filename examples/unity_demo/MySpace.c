/* MySpace: a place where players and monsters are together, which goes when nobody comes. */
#include "unity_demo.h"

#define SIGHT 100.0f
#define SUMMON_INTERVAL_MS (5 * GW_SECOND)
#define SUMMON_WITHIN 10.0 /* of the middle, where players come in */
#define MONSTERS_PER_PLAYER 2
#define CLOSE_AFTER_MS (5 * GW_MINUTE)

#define MYSPACE_RPC(RPC)                                                                           \
    RPC(MySpace, SummonMonsters, GW_SERVER)                                                        \
    RPC(MySpace, Report, GW_SERVER)                                                                \
    RPC(MySpace, CheckForDestroy, GW_SERVER | GW_FIBER)
GW_RPC_DECLARE(MYSPACE_RPC)

/* A timer goes along into a new program, and so has what cancels it there. */
static const gw_attr MySpace_attrs[] = {
    GW_ATTR(MySpace, close_timer, 0),
    GW_ATTR_END,
};

static size_t count_players(const MySpace *self)
{
    return gw_count_in(&self->base, &Player_type);
}

static float random_coordinate(void)
{
    return (float)((gw_random_f64() * 2 - 1) * SUMMON_WITHIN);
}

void MySpace_SummonMonsters(MySpace *self)
{
    gw_vec3 place = {random_coordinate(), 0, random_coordinate()};
    if (gw_count_in(&self->base, &Monster_type) < MONSTERS_PER_PLAYER * count_players(self))
        GW_CREATE_IN(Monster, &self->base, place);
}

/* The service knows what spaces tell it, and a new one, where the old one has died, knows nothing:
 * so it is told again and again. But not while it may have granted that this one goes: it would
 * offer it anew. */
void MySpace_Report(MySpace *self)
{
    if (self->is_closing)
        return;
    SpaceService_service_NotifySpace(gw_any_shard(), gw_space_kind(&self->base), self->base.id,
                                     (int64_t)count_players(self));
}

/* ---- closing -------------------------------------------------------------------------------- */

static void start_to_close(MySpace *self)
{
    gw_timer_cancel(&self->base, self->close_timer);
    GW_SET(self, close_timer, MySpace_every_CheckForDestroy(self, CLOSE_AFTER_MS));
}

/* The service sends nobody here any more when it has granted that. Who came meanwhile keeps the
 * space open, and has made it known to the service again: also who has left by now. */
void MySpace_CheckForDestroy(MySpace *self)
{
    bool granted = false;
    self->is_closing = true;
    gw_err err =
        SpaceService_service_await_RequestDestroy(gw_any_shard(), 0, self->base.id, &granted);
    if (!err && granted && self->is_closing)
        gw_destroy(&self->base);
    self->is_closing = false;
}

static void entered(gw_entity *entity, gw_entity *other)
{
    MySpace *self = GW_AS(MySpace, entity);
    if (other->type != &Player_type)
        return;
    gw_timer_cancel(entity, self->close_timer);
    self->is_closing = false;
    MySpace_Report(self);
    SpaceService_service_NotifyArrival(gw_any_shard(), other->id);
}

static void left(gw_entity *entity, gw_entity *other)
{
    MySpace *self = GW_AS(MySpace, entity);
    if (other->type != &Player_type)
        return;
    MySpace_Report(self);
    if (count_players(self) == 0)
        start_to_close(self);
}

/* ---- opening -------------------------------------------------------------------------------- */

/* Nil spaces are of this type, too, and are no places to play in. */
static void open_space(gw_entity *entity)
{
    MySpace *self = GW_AS(MySpace, entity);
    if (gw_space_kind(entity) == 0)
        return;
    gw_enable_aoi(entity, SIGHT);
    MySpace_every_SummonMonsters(self, SUMMON_INTERVAL_MS);
    MySpace_every_Report(self, SPACE_REPORT_INTERVAL_MS);
    MySpace_Report(self);
    start_to_close(self);
}

GW_RPC_DEFINE(MySpace, MYSPACE_RPC)
const gw_entity_type MySpace_type = {
    .name = "MySpace",
    .size = sizeof(MySpace),
    .attrs = MySpace_attrs,
    .methods = MySpace_methods,
    .on_created = open_space,
    .on_entity_entered = entered,
    .on_entity_left = left,
};
