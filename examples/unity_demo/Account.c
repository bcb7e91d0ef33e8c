/* Account: registers names, checks passwords, and hands its client to a Player. */
#include "unity_demo.h"

typedef struct Account {
    gw_entity base;
    bool busy; /* a registration or login is under way */
} Account;

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Register, GW_OWN_CLIENT | GW_FIBER, (str, username), (str, password))             \
    RPC(Account, Login, GW_OWN_CLIENT | GW_FIBER, (str, username), (str, password))
GW_RPC_DECLARE(ACCOUNT_RPC)

#define ACCOUNT_CLIENT_RPC(RPC)                                                                    \
    RPC(Account, ShowInfo, (str, message))                                                         \
    RPC(Account, ShowError, (str, message))
GW_CLIENT_RPC_DECLARE(ACCOUNT_CLIENT_RPC)

/* What the database keeps under "account$NAME". */
typedef struct Login {
    gw_text password_hash;
    gw_id player;
} Login;

static const gw_field Login_fields[] = {
    GW_FIELD(Login, password_hash),
    GW_FIELD(Login, player),
    GW_FIELD_END,
};

/* The words are those that published clients know, slips included. */
static const char *message_of(gw_err err)
{
    switch (err) {
    case GW_EEXIST:
        return "Sorry, this account aready exists.";
    case GW_ENOTFOUND:
        return "Account does not exist.";
    case GW_EDENIED:
    case GW_EINVAL:
        return "Invalid password or username";
    default:
        return "The server has a problem. Please try again.";
    }
}

static void show_error(Account *self, gw_err err)
{
    Account_client_ShowError(gw_own_client(&self->base), message_of(err));
}

/* ---- registering ---------------------------------------------------------------------------- */

/* The player is in storage before its name is claimed, so that every name that can log in has one.
 */
static gw_err save_new_player(const char *username, gw_id *id)
{
    Player *player = GW_CREATE(Player);
    GW_SET(player, name, username);
    *id = player->base.id;
    gw_err err = gw_await_save(&player->base);
    gw_entity *still_there = gw_find(*id);
    if (still_there)
        gw_destroy(still_there);
    return err;
}

static gw_err claim_name(const char *username, const char *password)
{
    Login login = {0};
    gw_err err = gw_await_kv_get(Login_fields, &login, "account$%s", username);
    if (err == GW_OK)
        err = GW_EEXIST; /* spares the password hash; the claim below decides */
    else if (err == GW_ENOTFOUND)
        err = gw_await_password_hash(&login.password_hash, password);
    if (!err)
        err = save_new_player(username, &login.player);
    if (!err)
        err = gw_await_kv_put_if_absent(Login_fields, &login, "account$%s", username);
    gw_record_clear(Login_fields, &login);
    return err;
}

void Account_Register(Account *self, const char *username, const char *password)
{
    if (self->busy)
        return;
    if (!username[0] || strlen(username) > NAME_BYTES_MAX || !password[0]) {
        show_error(self, GW_EINVAL);
        return;
    }
    self->busy = true;
    gw_err err = claim_name(username, password);
    if (err == GW_ECANCELED)
        return;
    self->busy = false;
    if (err)
        show_error(self, err);
    else
        Account_client_ShowInfo(gw_own_client(&self->base),
                                "Registered Successfully, please click login.");
}

/* ---- logging in ----------------------------------------------------------------------------- */

static gw_err find_player(const char *username, const char *password, gw_id *player)
{
    Login login = {0};
    gw_err err = gw_await_kv_get(Login_fields, &login, "account$%s", username);
    if (!err)
        err = gw_await_password_check(gw_text_get(&login.password_hash), password);
    if (!err)
        *player = login.player;
    gw_record_clear(Login_fields, &login);
    return err;
}

/* Who plays already, in another window, loses the player to this client. */
void Account_Login(Account *self, const char *username, const char *password)
{
    if (self->busy)
        return;
    self->busy = true;
    gw_id player;
    gw_err err = find_player(username, password, &player);
    if (err == GW_ECANCELED)
        return;
    self->busy = false;
    if (!err) {
        gw_load_anywhere(&Player_type, player);
        err = gw_give_client(&self->base, player);
    }
    if (err)
        show_error(self, err);
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
