/* The entities of docs/guide/entities.md: a Player with attributes of all kinds, and what its
 * client sees of them. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

extern const gw_entity_type Player_type;

/* What players and monsters have in common. */
typedef struct Body {
    int32_t hp, hp_max;
} Body;

static const gw_attr Body_attrs[] = {
    GW_ATTR(Body, hp, GW_ALL_CLIENTS),
    GW_ATTR(Body, hp_max, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR_END,
};

typedef struct Player {
    gw_entity base;
    gw_text name;
    char title[16];
    int32_t level;
    int64_t gold;
    gw_map bag;
    gw_list friends;
    Body body;
    int64_t last_hit_ms; /* a plain member: nobody else hears of it */
} Player;

static void level_changed(gw_entity *entity);

static const gw_attr Player_attrs[] = {
    GW_ATTR(Player, name, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Player, title, GW_CLIENT),
    GW_ATTR(Player, level, GW_CLIENT | GW_PERSISTENT, level_changed),
    GW_ATTR(Player, gold, GW_PERSISTENT),
    GW_ATTR(Player, bag, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR(Player, friends, GW_CLIENT | GW_PERSISTENT),
    GW_ATTRS_OF(Player, body, Body_attrs),
    GW_ATTR_END,
};

#define PLAYER_RPC(RPC)                                                                            \
    RPC(Player, Train, GW_OWN_CLIENT)                                                              \
    RPC(Player, Find, GW_OWN_CLIENT)                                                               \
    RPC(Player, Befriend, GW_OWN_CLIENT, (str, name))                                              \
    RPC(Player, Hurt, GW_OWN_CLIENT, (i32, damage))                                                \
    RPC(Player, SetTitle, GW_OWN_CLIENT, (str, title))
GW_RPC_DECLARE(PLAYER_RPC)

#define PLAYER_CLIENT_RPC(RPC)                                                                     \
    RPC(Player, OnTrained, (i32, level))                                                           \
    RPC(Player, ShowError, (str, message))
GW_CLIENT_RPC_DECLARE(PLAYER_CLIENT_RPC)

static void set_hp(gw_entity *entity, Body *body, int32_t hp)
{
    GW_SET_IN(entity, body, hp, hp < body->hp_max ? hp : body->hp_max);
}

static void level_changed(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    GW_SET(self, body.hp_max, 90 + 10 * self->level);
}

void Player_Train(Player *self)
{
    GW_SET(self, level, self->level + 1);
    Player_client_OnTrained(gw_own_client(&self->base), self->level);
}

void Player_Hurt(Player *self, int32_t damage)
{
    self->last_hit_ms = gw_monotonic_ms();
    set_hp(&self->base, &self->body, self->body.hp - damage);
}

void Player_Find(Player *self)
{
    gw_map_set(self->bag, "torches", gw_map_i64(self->bag, "torches") + 1);

    gw_map sword = gw_map_new();
    gw_map_set(sword, "damage", 7);
    gw_map_set(self->bag, "sword", sword); /* one message: the whole sword */
    gw_map_set(sword, "damage", 8);        /* one message: that number */
}

void Player_Befriend(Player *self, const char *name)
{
    for (size_t i = 0; i < gw_list_size(self->friends); i++)
        if (strcmp(gw_list_str(self->friends, i), name) == 0)
            return;
    gw_list_append(self->friends, name);
}

void Player_SetTitle(Player *self, const char *title)
{
    if (GW_SET(self, title, title))
        Player_client_ShowError(gw_own_client(&self->base), "A title has up to 15 bytes.");
}

static void begin(gw_entity *entity)
{
    Player *self = GW_AS(Player, entity);
    if (self->level == 0) { /* nothing was loaded: it is new */
        GW_SET(self, level, 1);
        GW_SET(self, name, "somebody");
    }
    set_hp(entity, &self->body, self->body.hp_max);
}

GW_RPC_DEFINE(Player, PLAYER_RPC)
const gw_entity_type Player_type = {
    .name = "Player",
    .size = sizeof(Player),
    .attrs = Player_attrs,
    .methods = Player_methods,
    .persistent = true,
    .on_created = begin,
    .on_client_lost = gw_destroy,
};
static const gw_entity_type *const types[] = {&Player_type, NULL};
static const gw_game game = {.types = types};

/* What its client sees, in the order in which it happened. */
static void play(gw_sim *sim)
{
    gw_sim_client *ann = gw_sim_connect(sim, 1);
    gw_sim_expect(ann, "create Player");
    GW_SIM_EXPECT(sim, strcmp(gw_sim_attr(ann, "hp"), "100") == 0);
    GW_SIM_EXPECT(sim, !gw_sim_attr(ann, "gold"));
    gw_sim_call(ann, "Train", "");
    gw_sim_expect(ann, "level=2");
    gw_sim_expect(ann, "hp_max=110");
    gw_sim_expect(ann, "OnTrained(2)");
    gw_sim_call(ann, "Hurt", "i", 30);
    gw_sim_expect(ann, "hp=70");
    gw_sim_call(ann, "Find", "");
    gw_sim_expect(ann, "bag.torches=1");
    gw_sim_expect(ann, "bag.sword={damage:7}");
    gw_sim_expect(ann, "bag.sword.damage=8");
    gw_sim_call(ann, "Befriend", "s", "bob");
    gw_sim_call(ann, "Befriend", "s", "bob");
    gw_sim_expect(ann, "friends+=bob");
    gw_sim_call(ann, "SetTitle", "s", "the longest of all titles");
    gw_sim_expect(ann, "ShowError(A title has up to 15 bytes.)");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "friends+=bob") == 1);
}

int main(void)
{
    return gw_sim_check(&(gw_sim_property){
        .name = "attributes",
        .cluster = {.game = &game, .boot_entity = "Player"},
        .seeds = 4,
        .run = play,
    });
}
