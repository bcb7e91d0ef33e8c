/* Monster: hunts the nearest player that it sees. */
#include "unity_demo.h"

#define THINK_INTERVAL_MS 100
#define MOVE_INTERVAL_MS 30
#define ATTACK_INTERVAL_MS GW_SECOND
#define ATTACK_DAMAGE 10
#define REACH 3.0f
#define SPEED 2.0f /* a second */

#define MONSTER_RPC(RPC)                                                                           \
    RPC(Monster, AI, GW_SERVER)                                                                    \
    RPC(Monster, Tick, GW_SERVER)
GW_RPC_DECLARE(MONSTER_RPC)

#define MONSTER_CLIENT_RPC(RPC) RPC(Monster, DisplayAttack, (id, player))
GW_CLIENT_RPC_DECLARE(MONSTER_CLIENT_RPC)

static const gw_attr Monster_attrs[] = {
    GW_ATTR(Monster, name, GW_ALL_CLIENTS),
    GW_ATTR(Monster, lv, GW_ALL_CLIENTS),
    GW_ATTR(Monster, hp, GW_ALL_CLIENTS),
    GW_ATTR(Monster, hpmax, GW_ALL_CLIENTS),
    GW_ATTR(Monster, action, GW_ALL_CLIENTS),
    GW_ATTR(Monster, target, 0),
    GW_ATTR(Monster, in_reach, 0),
    GW_ATTR_END,
};

/* ---- whom to hunt --------------------------------------------------------------------------- */

static const Player *nearest_player(Monster *self)
{
    const Player *nearest = NULL;
    float nearest_distance = 0;
    GW_EACH_SEEN(Player, self, player)
    {
        float distance = gw_distance(&self->base, &player->base);
        if (player->hp <= 0 || (nearest && distance >= nearest_distance))
            continue;
        nearest = player;
        nearest_distance = distance;
    }
    return nearest;
}

/* Clients hear of its decisions, not of each thought. In a new program, too, what it does is what
 * it has decided: all three are attributes. */
static void decide(Monster *self, gw_id target, bool in_reach)
{
    if (gw_id_equal(self->target, target) && self->in_reach == in_reach)
        return;
    GW_SET(self, target, target);
    GW_SET(self, in_reach, in_reach);
    GW_SET(self, action, gw_id_is_none(target) ? "idle" : "move");
}

void Monster_AI(Monster *self)
{
    const Player *player = nearest_player(self);
    if (player)
        decide(self, player->base.id, gw_distance(&self->base, &player->base) <= REACH);
    else
        decide(self, (gw_id){0}, false);
}

/* ---- hunting -------------------------------------------------------------------------------- */

static void attack(Monster *self, Player *player)
{
    int64_t now_ms = gw_monotonic_ms();
    if (now_ms - self->attacked_ms < ATTACK_INTERVAL_MS)
        return;
    self->attacked_ms = now_ms;
    gw_face_to(&self->base, gw_position(&player->base));
    Monster_client_DisplayAttack(gw_viewers(&self->base), player->base.id);
    Player_take_damage(player, ATTACK_DAMAGE);
}

static void approach(Monster *self, const Player *player, int64_t elapsed_ms)
{
    gw_vec3 here = gw_position(&self->base), there = gw_position(&player->base);
    gw_vec3 way = gw_vec3_sub(there, here);
    way.y = 0;
    float step = SPEED * (float)elapsed_ms / 1000;
    if (step < gw_vec3_length(way))
        way = gw_vec3_scale(gw_vec3_normalize(way), step);
    gw_set_position(&self->base, gw_vec3_add(here, way));
    gw_face_to(&self->base, there);
}

void Monster_Tick(Monster *self)
{
    int64_t now_ms = gw_monotonic_ms(), elapsed_ms = now_ms - self->moved_ms;
    Player *target = GW_FIND(Player, self->target);
    self->moved_ms = now_ms;
    if (!target || !gw_sees(&self->base, &target->base))
        return;
    if (self->in_reach)
        attack(self, target);
    else
        approach(self, target, elapsed_ms);
}

void Monster_take_damage(Monster *self, int64_t damage)
{
    GW_SET(self, hp, damage < self->hp ? self->hp - damage : 0);
    if (self->hp > 0)
        return;
    GW_SET(self, action, "death");
    gw_destroy(&self->base);
}

/* ---- life ------------------------------------------------------------------------------------ */

/* Before anybody sees it; in a new program it has all of it. */
static void fill_in(gw_entity *entity)
{
    Monster *self = GW_AS(Monster, entity);
    if (self->hpmax)
        return;
    GW_SET(self, name, "minion");
    GW_SET(self, lv, 1);
    GW_SET(self, hpmax, 100);
    GW_SET(self, hp, self->hpmax);
    GW_SET(self, action, "idle");
}

/* What it has done until now goes by another clock, or was never. */
static void start_clocks(Monster *self)
{
    self->attacked_ms = self->moved_ms = gw_monotonic_ms();
}

static void start_to_hunt(gw_entity *entity)
{
    Monster *self = GW_AS(Monster, entity);
    start_clocks(self);
    Monster_every_AI(self, THINK_INTERVAL_MS);
    Monster_every_Tick(self, MOVE_INTERVAL_MS);
}

static gw_err hunt_on(gw_entity *entity, gw_map carried)
{
    (void)carried;
    start_clocks(GW_AS(Monster, entity));
    return GW_OK;
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
    .on_created = start_to_hunt,
    .on_restored = hunt_on,
};
