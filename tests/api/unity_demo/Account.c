/* Account: registers names, checks passwords, and hands its client to a Player. */
#include "unity_demo.h"

#define LOGIN_TIMEOUT_MS (30 * GW_SECOND)

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

static void show_error(Account *self, const char *message)
{
    Account_client_ShowError(gw_own_client(&self->base), message);
}

/* A player that was created and destroyed is one that can be loaded. */
static gw_err save_new_player(const char *username, gw_id *id)
{
    Player *player = GW_CREATE(Player);
    *id = player->base.id;
    GW_SET(player, name, username);
    gw_err err = gw_await_save(&player->base);
    player = GW_FIND(Player, *id);
    if (player)
        gw_destroy(&player->base);
    return err;
}

static gw_err claim_name(const char *username, const char *password)
{
    Login login = {0};
    gw_err err = gw_await_password_hash(&login.password_hash, password);
    if (!err)
        err = save_new_player(username, &login.player);
    if (!err)
        err = gw_await_kv_put_if_absent(Login_fields, &login, "account$%s", username);
    gw_record_clear(Login_fields, &login);
    return err;
}

void Account_Register(Account *self, const char *username, const char *password)
{
    if (self->busy || !username[0] || strlen(username) > NAME_BYTES_MAX)
        return;
    self->busy = true;
    gw_err err = claim_name(username, password);
    if (err == GW_ECANCELED)
        return;
    self->busy = false;
    if (err == GW_EEXIST)
        show_error(self, "Sorry, this account aready exists."); /* as the clients know it */
    else if (err)
        show_error(self, gw_strerror(err));
    else
        Account_client_ShowInfo(gw_own_client(&self->base),
                                "Registered Successfully, please click login.");
}

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

static const char *login_message(gw_err err)
{
    switch (err) {
    case GW_ENOTFOUND:
        return "Account does not exist.";
    case GW_EDENIED:
        return "Invalid password or username";
    default:
        return gw_strerror(err);
    }
}

void Account_Login(Account *self, const char *username, const char *password)
{
    if (self->busy)
        return;
    self->busy = true;
    gw_id player;
    gw_err err = find_player(username, password, &player);
    if (err == GW_ECANCELED)
        return;
    if (err) {
        self->busy = false;
        show_error(self, login_message(err));
        return;
    }
    gw_load_anywhere(&Player_type, player);
    Player_call_GetSpaceID(player, self->base.id);
    self->login_ends = Account_after_GiveUpLogin(self, LOGIN_TIMEOUT_MS);
}

/* The player lives: it takes the client over, wherever it is. */
void Account_OnGetPlayerSpaceID(Account *self, gw_id player, gw_id space)
{
    (void)space;
    gw_timer_cancel(&self->base, self->login_ends);
    gw_give_client(&self->base, player);
}

void Account_GiveUpLogin(Account *self)
{
    self->busy = false;
    show_error(self, gw_strerror(GW_ETIMEDOUT));
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
