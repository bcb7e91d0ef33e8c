/* Monster: fights the players of its space. */
#include "unity_demo.h"

#define AI_INTERVAL_MS 100
#define TICK_INTERVAL_MS 30
#define ATTACK_INTERVAL_MS GW_SECOND
#define ATTACK_DAMAGE 10

#define MONSTER_CLIENT_RPC(RPC) RPC(Monster, DisplayAttack, (id, player))
GW_CLIENT_RPC_DECLARE(MONSTER_CLIENT_RPC)

static const gw_attr Monster_attrs[] = {
    GW_ATTR(Monster, name, GW_ALL_CLIENTS),   GW_ATTR(Monster, lv, GW_ALL_CLIENTS),
    GW_ATTR(Monster, hp, GW_ALL_CLIENTS),     GW_ATTR(Monster, hpmax, GW_ALL_CLIENTS),
    GW_ATTR(Monster, action, GW_ALL_CLIENTS), GW_ATTR_END,
};

static bool can_fight(const Monster *self, const Player *player)
{
    return player->hp > 0 && gw_id_equal(player->space, self->space);
}

static const Player *choose_target(const Monster *self)
{
    GW_EACH(Player, player)
        if (can_fight(self, player))
            return player;
    return NULL;
}

/* Its action changes with its target only, so that clients hear of changes and not of thoughts. */
static void turn_to(Monster *self, gw_id target)
{
    if (gw_id_equal(self->target, target))
        return;
    self->target = target;
    GW_SET(self, action, gw_id_is_none(target) ? "idle" : "move");
}

void Monster_AI(Monster *self)
{
    const Player *target = choose_target(self);
    turn_to(self, target ? target->base.id : (gw_id){0});
}

void Monster_Tick(Monster *self)
{
    Player *target = GW_FIND(Player, self->target);
    int64_t now_ms = gw_now_ms();
    if (!target || now_ms - self->last_attack_ms < ATTACK_INTERVAL_MS)
        return;
    self->last_attack_ms = now_ms;
    Monster_client_DisplayAttack(viewers_of(&self->base), target->base.id);
    Player_take_damage(target, ATTACK_DAMAGE);
}

void Monster_take_damage(Monster *self, int64_t damage)
{
    if (self->hp <= 0)
        return;
    GW_SET(self, hp, damage < self->hp ? self->hp - damage : 0);
    if (self->hp > 0)
        return;
    GW_SET(self, action, "death");
    gw_destroy(&self->base);
}

static void fill_in(gw_entity *entity)
{
    Monster *self = GW_AS(Monster, entity);
    GW_SET(self, name, "minion");
    GW_SET(self, lv, 1);
    GW_SET(self, hpmax, 100);
    GW_SET(self, hp, 100);
    GW_SET(self, action, "idle");
}

static void start_to_think(gw_entity *entity)
{
    Monster *self = GW_AS(Monster, entity);
    self->last_attack_ms = gw_now_ms();
    Monster_every_AI(self, AI_INTERVAL_MS);
    Monster_every_Tick(self, TICK_INTERVAL_MS);
}

GW_RPC_DEFINE(Monster, MONSTER_RPC)
GW_CLIENT_RPC_DEFINE(Monster, MONSTER_CLIENT_RPC)
const gw_entity_type Monster_type = {
    .name = "Monster",
    .size = sizeof(Monster),
    .attrs = Monster_attrs,
    .methods = Monster_methods,
    .client_methods = Monster_client_methods,
    .on_attrs_ready = fill_in,
    .on_created = start_to_think,
};
