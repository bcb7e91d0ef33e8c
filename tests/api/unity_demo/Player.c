/* Player: what a person moves and shoots with. */
#include "unity_demo.h"

#define SHOT_DAMAGE 50

#define PLAYER_CLIENT_RPC(RPC) RPC(Player, Shoot)
GW_CLIENT_RPC_DECLARE(PLAYER_CLIENT_RPC)

static const gw_attr Player_attrs[] = {
    GW_ATTR(Player, name, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Player, lv, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Player, hp, GW_ALL_CLIENTS),
    GW_ATTR(Player, hpmax, GW_ALL_CLIENTS),
    GW_ATTR(Player, action, GW_ALL_CLIENTS),
    GW_ATTR(Player, spaceKind, GW_PERSISTENT),
    GW_ATTR_END,
};

static void fill_in(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    if (!gw_text_length(&self->name))
        GW_SET(self, name, "noname");
    if (!self->lv)
        GW_SET(self, lv, 1);
    if (!self->spaceKind)
        GW_SET(self, spaceKind, 1);
    GW_SET(self, hpmax, 100);
    GW_SET(self, hp, self->hpmax);
    GW_SET(self, action, "idle");
}

void Player_SetAction(Player *self, const char *action)
{
    if (self->hp > 0)
        GW_SET(self, action, action);
}

void Player_ShootMiss(Player *self)
{
    Player_client_Shoot(viewers_of(&self->base));
}

/* The id comes from a client: it may name anything. */
void Player_ShootHit(Player *self, gw_id victim)
{
    Player_client_Shoot(viewers_of(&self->base));
    Monster *monster = GW_FIND(Monster, victim);
    if (monster && gw_id_equal(monster->space, self->space))
        Monster_take_damage(monster, SHOT_DAMAGE);
}

void Player_take_damage(Player *self, int64_t damage)
{
    if (self->hp <= 0)
        return;
    GW_SET(self, hp, damage < self->hp ? self->hp - damage : 0);
    if (self->hp == 0)
        GW_SET(self, action, "death");
}

void Player_EnterSpace(Player *self, int64_t kind)
{
    if (gw_id_is_none(self->space) || self->spaceKind != kind)
        SpaceService_service_EnterSpace(gw_any_shard(), self->base.id, kind);
}

void Player_DoEnterSpace(Player *self, int64_t kind, gw_id space)
{
    gw_id old = self->space;
    self->space = space;
    GW_SET(self, spaceKind, kind);
    MySpace_player_left(old);
    MySpace_player_came(space);
}

void Player_GetSpaceID(Player *self, gw_id caller)
{
    Account_call_OnGetPlayerSpaceID(caller, self->base.id, self->space);
}

static void start_to_play(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    OnlineService_service_CheckIn(gw_any_shard(), entity->id, gw_text_get(&self->name), self->lv);
    Player_EnterSpace(self, self->spaceKind);
}

static void leave(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    gw_id old = self->space;
    self->space = (gw_id){0};
    MySpace_player_left(old);
    OnlineService_service_CheckOut(gw_any_shard(), entity->id);
}

GW_RPC_DEFINE(Player, PLAYER_RPC)
GW_CLIENT_RPC_DEFINE(Player, PLAYER_CLIENT_RPC)
const gw_entity_type Player_type = {
    .name = "Player",
    .size = sizeof(Player),
    .attrs = Player_attrs,
    .methods = Player_methods,
    .client_methods = Player_client_methods,
    .persistent = true,
    .on_attrs_ready = fill_in,
    .on_client_connected = start_to_play,
    .on_client_lost = gw_destroy,
    .on_destroy = leave,
};
