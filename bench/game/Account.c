/* Account: the boot entity of the measurements; each method answers in the shortest way there is.
 */
#include "bench.h"

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Echo, GW_OWN_CLIENT, (i64, value))                                                \
    RPC(Account, Attr, GW_OWN_CLIENT, (i64, value))                                                \
    RPC(Account, Chat, GW_OWN_CLIENT, (str, text))                                                 \
    RPC(Account, ChatRoom, GW_OWN_CLIENT, (str, text))
GW_RPC_DECLARE(ACCOUNT_RPC)

#define ACCOUNT_CLIENT_RPC(RPC)                                                                    \
    RPC(Account, OnEcho, (i64, value))                                                             \
    RPC(Account, OnChat, (str, text))
GW_CLIENT_RPC_DECLARE(ACCOUNT_CLIENT_RPC)

static const gw_attr Account_attrs[] = {
    GW_ATTR(Account, level, GW_ALL_CLIENTS),
    GW_ATTR_END,
};

void Account_Echo(Account *self, int64_t value)
{
    Account_client_OnEcho(gw_own_client(&self->base), value);
}

void Account_Attr(Account *self, int64_t value)
{
    GW_SET(self, level, value);
}

void Account_Chat(Account *self, const char *text)
{
    (void)self;
    Account_client_OnChat(gw_all_clients(), text);
}

void Account_ChatRoom(Account *self, const char *text)
{
    (void)self;
    Account_client_OnChat(gw_clients_where("room", GW_EQ, "1"), text);
}

/* Every client is in room 1: ChatRoom reaches whom Chat reaches, so that their difference is the
 * filter. */
static void enter_room(gw_entity *entity)
{
    gw_set_filter(entity, "room", "1");
}

GW_RPC_DEFINE(Account, ACCOUNT_RPC)
const gw_entity_type Account_type = {
    .name = "Account",
    .size = sizeof(Account),
    .attrs = Account_attrs,
    .methods = Account_methods,
    .on_client_connected = enter_room,
    .on_client_lost = gw_destroy,
};
