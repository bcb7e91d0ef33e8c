/* Account: every robot knows the password; who is new gets an Avatar. */
#include "test_game.h"

#include <stdlib.h>

#define PASSWORD "123456"
#define RETRY_MS_MAX 3000

#define ACCOUNT_CLIENT_RPC(RPC) RPC(Account, OnLogin, (bool, ok))
GW_CLIENT_RPC_DECLARE(ACCOUNT_CLIENT_RPC)

/* What the database keeps under a user's name. */
typedef struct Login {
    gw_id avatar;
} Login;

static const gw_field Login_fields[] = {GW_FIELD(Login, avatar), GW_FIELD_END};

static gw_err create_avatar(const char *username)
{
    Login login = {.avatar = GW_CREATE(Avatar)->base.id};
    return gw_await_kv_put_if_absent(Login_fields, &login, "%s", username);
}

static gw_err find_or_create_avatar(const char *username, gw_id *avatar)
{
    Login login = {0};
    gw_err err = gw_await_kv_get(Login_fields, &login, "%s", username);
    if (err == GW_ENOTFOUND) {
        err = create_avatar(username);
        if (!err || err == GW_EEXIST)
            err = gw_await_kv_get(Login_fields, &login, "%s", username);
    }
    if (!err)
        *avatar = login.avatar;
    return err;
}

void Account_Login(Account *self, const char *username, const char *password)
{
    if (self->logging_in)
        return;
    self->logging_in = strcmp(password, PASSWORD) == 0;
    Account_client_OnLogin(gw_own_client(&self->base), self->logging_in);
    if (!self->logging_in)
        return;
    gw_id avatar;
    gw_err err = find_or_create_avatar(username, &avatar);
    if (err == GW_ECANCELED)
        return;
    if (err)
        self->logging_in = false;
    else
        Account_RetryLoginToAvatar(self, avatar);
}

/* Asks again until the avatar answers: its game may be busy or gone. */
void Account_RetryLoginToAvatar(Account *self, gw_id avatar)
{
    gw_load_anywhere(&Avatar_type, avatar);
    Avatar_call_GetSpaceID(avatar, self->base.id);
    Account_after_RetryLoginToAvatar(self, RETRY_MS_MAX / 2 + rand() % (RETRY_MS_MAX / 2), avatar);
}

void Account_OnGetAvatarSpaceID(Account *self, gw_id avatar, gw_id space)
{
    (void)space;
    gw_give_client(&self->base, avatar);
}

GW_RPC_DEFINE(Account, ACCOUNT_RPC)
GW_CLIENT_RPC_DEFINE(Account, ACCOUNT_CLIENT_RPC)
const gw_entity_type Account_type = {
    .name = "Account",
    .size = sizeof(Account),
    .methods = Account_methods,
    .client_methods = Account_client_methods,
    .on_client_lost = gw_destroy,
};
