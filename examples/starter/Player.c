/* Player: what a client is in the game, as long as it is connected. */
#include "game.h"

/* Attributes are members that others know of. GW_CLIENT: the player's own client sees each change
 * that is made by GW_SET. */
static const gw_attr Player_attrs[] = {
    GW_ATTR(Player, name, GW_CLIENT),
    GW_ATTR(Player, rings, GW_CLIENT),
    GW_ATTR_END,
};

/* A client may send anything: what it says is looked at before it counts. */
void Player_SetName(Player *self, const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length > NAME_BYTES_MAX)
        Player_client_OnError(gw_own_client(&self->base), "A name has 1 to 32 bytes.");
    else
        GW_SET(self, name, name);
}

/* The Bell may live in another process: a call finds it there. */
void Player_Ring(Player *self)
{
    GW_SET(self, rings, self->rings + 1);
    if (Bell_service_Ring(gw_any_shard(), gw_text_get(&self->name)))
        Player_client_OnError(gw_own_client(&self->base), "The bell is stuck. Try again.");
}

/* The Bell's answer to Greet. */
void Player_Welcome(Player *self, int64_t rings_of_all)
{
    Player_client_OnWelcome(gw_own_client(&self->base), rings_of_all);
}

static void choose_first_name(gw_entity *entity)
{
    GW_SET(GW_AS(Player, entity), name, "Somebody");
}

static void come_in(gw_entity *entity)
{
    (void)!Bell_service_Greet(gw_any_shard(), entity->id); /* a page without the number will do */
}

GW_RPC_DEFINE(Player, PLAYER_RPC)
GW_CLIENT_RPC_DEFINE(Player, PLAYER_CLIENT_RPC)
const gw_entity_type Player_type = {
    .name = "Player",
    .size = sizeof(Player),
    .attrs = Player_attrs,
    .methods = Player_methods,
    .client_methods = Player_client_methods,
    .on_created = choose_first_name,
    .on_client_connected = come_in,
    .on_client_lost = gw_destroy,
};
