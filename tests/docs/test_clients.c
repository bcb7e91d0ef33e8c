/* The clients of docs/guide/clients-and-filters.md: a Door lets them in, Heroes talk in parties. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

#include <stdio.h>

extern const gw_entity_type Door_type, Hero_type;

typedef struct Door {
    gw_entity base;
} Door;

#define DOOR_RPC(RPC) RPC(Door, Enter, GW_OWN_CLIENT, (str, name), (str, party), (i32, level))
GW_RPC_DECLARE(DOOR_RPC)
#define DOOR_CLIENT_RPC(RPC) RPC(Door, ShowError, (str, message))
GW_CLIENT_RPC_DECLARE(DOOR_CLIENT_RPC)

typedef struct Hero {
    gw_entity base;
    gw_text name;
    gw_text party;
    int32_t level;
} Hero;

static const gw_attr Hero_attrs[] = {
    GW_ATTR(Hero, name, GW_CLIENT),
    GW_ATTR(Hero, party, GW_CLIENT),
    GW_ATTR(Hero, level, GW_CLIENT),
    GW_ATTR_END,
};

#define HERO_RPC(RPC)                                                                              \
    RPC(Hero, Say, GW_OWN_CLIENT, (str, text))                                                     \
    RPC(Hero, Yell, GW_OWN_CLIENT, (str, text))                                                    \
    RPC(Hero, Call, GW_OWN_CLIENT, (str, text))                                                    \
    RPC(Hero, Leave, GW_OWN_CLIENT)                                                                \
    RPC(Hero, Quit, GW_OWN_CLIENT)
GW_RPC_DECLARE(HERO_RPC)
#define HERO_CLIENT_RPC(RPC) RPC(Hero, OnSaid, (str, name), (str, text))
GW_CLIENT_RPC_DECLARE(HERO_CLIENT_RPC)

void Door_Enter(Door *self, const char *name, const char *party, int32_t level)
{
    Hero *hero = GW_CREATE(Hero);
    GW_SET(hero, name, name);
    GW_SET(hero, party, party);
    GW_SET(hero, level, level);
    if (gw_give_client(&self->base, hero->base.id)) {
        gw_destroy(&hero->base);
        Door_client_ShowError(gw_own_client(&self->base), "That did not work. Try again.");
    }
}

static void join_party(gw_entity *entity)
{
    Hero *self = GW_AS(Hero, entity);
    char level[16];
    snprintf(level, sizeof level, "%03d", self->level);
    gw_set_filter(entity, "party", gw_text_get(&self->party));
    gw_set_filter(entity, "level", level);
    gw_log(GW_LOG_INFO, "entered", "from=%s", gw_client_address(entity));
}

void Hero_Say(Hero *self, const char *text)
{
    Hero_client_OnSaid(gw_clients_where("party", GW_EQ, gw_text_get(&self->party)),
                       gw_text_get(&self->name), text);
}

void Hero_Yell(Hero *self, const char *text)
{
    Hero_client_OnSaid(gw_all_clients(), gw_text_get(&self->name), text);
}

void Hero_Call(Hero *self, const char *text)
{
    Hero_client_OnSaid(gw_clients_where("level", GW_GE, "010"), gw_text_get(&self->name), text);
}

void Hero_Leave(Hero *self)
{
    if (gw_give_client(&self->base, GW_CREATE(Door)->base.id))
        gw_log(GW_LOG_WARN, "stays", "its gate cannot hand it over");
}

void Hero_Quit(Hero *self)
{
    gw_close_client(&self->base, "goodbye");
}

GW_RPC_DEFINE(Door, DOOR_RPC)
const gw_entity_type Door_type = {
    .name = "Door",
    .size = sizeof(Door),
    .methods = Door_methods,
    .on_client_lost = gw_destroy,
};

GW_RPC_DEFINE(Hero, HERO_RPC)
const gw_entity_type Hero_type = {
    .name = "Hero",
    .size = sizeof(Hero),
    .attrs = Hero_attrs,
    .methods = Hero_methods,
    .on_client_connected = join_party,
    .on_client_lost = gw_destroy,
};
static const gw_entity_type *const types[] = {&Door_type, &Hero_type, NULL};
static const gw_game game = {.types = types};

static gw_sim_client *enter(gw_sim *sim, const char *name, const char *party, int level)
{
    gw_sim_client *client = gw_sim_connect(sim, 1);
    gw_sim_expect(client, "create Door");
    gw_sim_call(client, "Enter", "ssi", name, party, level);
    gw_sim_expect(client, "create Hero");
    gw_sim_call(client, "Say", "s", "here"); /* heard: its filters are set */
    gw_sim_expect(client, "OnSaid(%s,here)", name);
    return client;
}

static void talk(gw_sim *sim)
{
    gw_sim_client *ann = enter(sim, "ann", "owls", 9), *bob = enter(sim, "bob", "owls", 10),
                  *eve = enter(sim, "eve", "foxes", 100);
    gw_sim_call(ann, "Say", "s", "party");
    gw_sim_call(ann, "Yell", "s", "all");
    gw_sim_call(ann, "Call", "s", "veterans");
    gw_sim_expect(bob, "OnSaid(ann,party)");
    gw_sim_expect(bob, "OnSaid(ann,all)");
    gw_sim_expect(bob, "OnSaid(ann,veterans)");
    gw_sim_expect(eve, "OnSaid(ann,all)");
    gw_sim_expect(eve, "OnSaid(ann,veterans)");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(eve, "OnSaid(ann,party)") == 0);
    gw_sim_call(ann, "Leave", "");
    gw_sim_expect(ann, "create Door");
    GW_SIM_EXPECT(sim, gw_sim_times_seen(ann, "OnSaid(ann,veterans)") == 0);
    gw_sim_call(bob, "Quit", "");
    gw_sim_expect(bob, "closed: the peer closed the connection");
}

int main(void)
{
    return gw_sim_check(&(gw_sim_property){
        .name = "parties",
        .cluster = {.dispatchers = 2, .games = 3, .game = &game, .boot_entity = "Door"},
        .any_size = true,
        .seeds = 4,
        .run = talk,
    });
}
