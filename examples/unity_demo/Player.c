/* Player: what a person moves and shoots with. It may move to another game at any time, and keeps
 * its attributes, its timers and its client then: so it has nothing else. */
#include "unity_demo.h"

#define SHOT_DAMAGE 50
#define CHECK_INTERVAL_MS (5 * GW_SECOND)

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

/* ---- shooting, and being hit ---------------------------------------------------------------- */

void Player_SetAction(Player *self, const char *action)
{
    if (self->hp > 0 && strlen(action) < sizeof self->action && strcmp(action, "death") != 0)
        GW_SET(self, action, action);
}

static void shoot(Player *self)
{
    Player_client_Shoot(gw_viewers(&self->base));
}

void Player_ShootMiss(Player *self)
{
    if (self->hp > 0)
        shoot(self);
}

/* The id comes from a client: it may name anything. */
void Player_ShootHit(Player *self, gw_id victim)
{
    if (self->hp <= 0)
        return;
    shoot(self);
    Monster *monster = GW_FIND(Monster, victim);
    if (monster && gw_sees(&self->base, &monster->base))
        Monster_take_damage(monster, SHOT_DAMAGE);
}

/* The dead stay where they are, until their client comes back with a new life. */
void Player_take_damage(Player *self, int64_t damage)
{
    if (self->hp <= 0)
        return;
    GW_SET(self, hp, damage < self->hp ? self->hp - damage : 0);
    if (self->hp > 0)
        return;
    GW_SET(self, action, "death");
    gw_set_client_syncing(&self->base, false);
}

/* ---- finding a space ------------------------------------------------------------------------ */

static bool is_there(const Player *self)
{
    return gw_space_kind(gw_space(&self->base)) == self->spaceKind;
}

static void find_space(Player *self)
{
    if (!is_there(self))
        SpaceService_service_EnterSpace(gw_any_shard(), self->base.id, self->spaceKind);
}

/* The space that it was sent to may have died with its game, and so may the service. To ask at
 * once, in on_enter_space_failed, would be too early: the service sends it there until it has
 * missed the space for a while. And a client that left while it was handed over never comes. */
void Player_Check(Player *self)
{
    if (gw_has_client(&self->base))
        find_space(self);
    else
        gw_destroy(&self->base);
}

void Player_EnterSpace(Player *self, int64_t kind)
{
    if (kind < 1 || kind > SPACE_KIND_MAX)
        return;
    GW_SET(self, spaceKind, kind);
    find_space(self);
}

/* A place that the service has found. Where it is does not matter: this player goes there. */
void Player_DoEnterSpace(Player *self, int64_t kind, gw_id space)
{
    if (kind != self->spaceKind || is_there(self))
        return;
    if (gw_enter_space(&self->base, space, (gw_vec3){0}))
        gw_log(GW_LOG_WARN, "no_way", "space=" GW_ID_FORMAT, GW_ID_ARG(space));
}

static void let_client_move(gw_entity *entity)
{
    gw_set_client_syncing(entity, GW_AS(Player, entity)->hp > 0);
}

/* ---- being known ----------------------------------------------------------------------------- */

/* Again and again: the service forgets whom it does not hear of, and a new one, where the old one
 * has died, knows nobody. */
void Player_CheckIn(Player *self)
{
    OnlineService_service_CheckIn(gw_any_shard(), self->base.id, gw_text_get(&self->name),
                                  self->lv);
}

/* ---- life ------------------------------------------------------------------------------------ */

/* Whoever has only come over from another game has all of it. */
static void fill_in(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    if (self->hpmax)
        return;
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

static void start_timers(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    Player_every_Check(self, CHECK_INTERVAL_MS);
    Player_every_CheckIn(self, CHECK_IN_INTERVAL_MS);
}

static void start_to_play(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    Player_CheckIn(self);
    find_space(self);
}

static void check_out(gw_entity *entity)
{
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
    .on_created = start_timers,
    .on_client_connected = start_to_play,
    .on_client_lost = gw_destroy,
    .on_destroy = check_out,
    .on_enter_space = let_client_move,
};
