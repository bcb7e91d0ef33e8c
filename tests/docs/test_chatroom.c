/* The Avatar of README.md and docs/guide/first-game.md: the chatroom's, shortened. */
#include <goworld/goworld.h>
#include <goworld/sim.h>

extern const gw_entity_type Avatar_type;

typedef struct Avatar {
    gw_entity base; /* first member, always */
    gw_text name;
    gw_text chatroom; /* the channel it hears and talks in */
} Avatar;

static const gw_attr Avatar_attrs[] = {
    GW_ATTR(Avatar, name, GW_CLIENT | GW_PERSISTENT), /* its client sees it, storage keeps it */
    GW_ATTR(Avatar, chatroom, GW_CLIENT),
    GW_ATTR_END,
};

#define AVATAR_RPC(RPC) RPC(Avatar, SendChat, GW_OWN_CLIENT, (str, text))
GW_RPC_DECLARE(AVATAR_RPC)

#define AVATAR_CLIENT_RPC(RPC) RPC(Avatar, OnRecvChat, (str, name), (str, text))
GW_CLIENT_RPC_DECLARE(AVATAR_CLIENT_RPC)

void Avatar_SendChat(Avatar *self, const char *text)
{
    Avatar_client_OnRecvChat(gw_clients_where("chatroom", GW_EQ, gw_text_get(&self->chatroom)),
                             gw_text_get(&self->name), text);
}

static void choose_channel(gw_entity *entity)
{
    GW_SET(GW_AS(Avatar, entity), name, "somebody");
    GW_SET(GW_AS(Avatar, entity), chatroom, "1");
}

static void listen_to_channel(gw_entity *entity)
{
    gw_set_filter(entity, "chatroom", gw_text_get(&GW_AS(Avatar, entity)->chatroom));
}

GW_RPC_DEFINE(Avatar, AVATAR_RPC)
const gw_entity_type Avatar_type = {
    .name = "Avatar",
    .size = sizeof(Avatar),
    .attrs = Avatar_attrs,
    .methods = Avatar_methods,
    .on_created = choose_channel,
    .on_client_connected = listen_to_channel,
    .on_client_lost = gw_destroy,
};
static const gw_entity_type *const types[] = {&Avatar_type, NULL};
static const gw_game chatroom = {.types = types};

/* How code gets at entities. */
static void meet(void *argument)
{
    const gw_id id = *(gw_id *)argument;
    Avatar *avatar = GW_CREATE(Avatar);
    Avatar *friend = GW_FIND(Avatar, id);
    GW_EACH(Avatar, someone)
        GW_SET(someone, chatroom, "1");
    if (friend)
        GW_SET(friend, name, "found");
    GW_SET(avatar, name, "new");
}

static void talk(gw_sim *sim)
{
    gw_sim_client *ann = gw_sim_connect(sim, 1), *bob = gw_sim_connect(sim, 1);
    gw_sim_expect(ann, "create Avatar");
    gw_sim_expect(bob, "create Avatar");
    gw_sim_call(ann, "SendChat", "s", "hello");
    gw_sim_expect(bob, "OnRecvChat(somebody,hello)");
    gw_id id = gw_sim_player(bob);
    gw_sim_in_game(sim, "game1", meet, &id);
    gw_sim_expect(bob, "name=found");
}

int main(void)
{
    return gw_sim_check(&(gw_sim_property){
        .name = "chatroom",
        .cluster = {.game = &chatroom, .boot_entity = "Avatar"},
        .seeds = 4,
        .run = talk,
    });
}
