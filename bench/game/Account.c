/* Account: the boot entity of the measurements; each method answers in the shortest way there is.
 */
#include "bench.h"

#define FIELD_KIND 1
#define SIGHT 100

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Echo, GW_OWN_CLIENT, (i64, value))                                                \
    RPC(Account, Attr, GW_OWN_CLIENT, (i64, value))                                                \
    RPC(Account, Join, GW_OWN_CLIENT, (f32, x), (f32, z))                                          \
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

/* All are in one space, whose first visitor opens it. */
void Account_Join(Account *self, float x, float z)
{
    static gw_id space;
    if (!gw_find(space))
        space = gw_create_space(FIELD_KIND)->id;
    gw_err err = gw_enter_space(&self->base, space, (gw_vec3){x, 0, z});
    gw_set_client_syncing(&self->base, !err);
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
static void enable_aoi(gw_entity *space)
{
    if (gw_space_kind(space) == FIELD_KIND)
        gw_enable_aoi(space, SIGHT);
}

const gw_entity_type Field_type = {
    .name = "Field",
    .size = sizeof(gw_entity),
    .on_created = enable_aoi,
};

const gw_entity_type Account_type = {
    .name = "Account",
    .size = sizeof(Account),
    .attrs = Account_attrs,
    .methods = Account_methods,
    .aoi_distance = SIGHT,
    .on_client_connected = enter_room,
    .on_client_lost = gw_destroy,
};
