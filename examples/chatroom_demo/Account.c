/* Account: registers names, checks passwords, and hands the client to its Avatar. */
#include "chatroom.h"

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Register, GW_OWN_CLIENT | GW_FIBER, (str, username), (str, password))             \
    RPC(Account, Login, GW_OWN_CLIENT | GW_FIBER, (str, username), (str, password))
GW_RPC_DECLARE(ACCOUNT_RPC)

#define ACCOUNT_CLIENT_RPC(RPC)                                                                    \
    RPC(Account, ShowInfo, (str, message))                                                         \
    RPC(Account, ShowError, (str, message))
GW_CLIENT_RPC_DECLARE(ACCOUNT_CLIENT_RPC)

static const gw_field Login_fields[] = {
    GW_FIELD(Login, password_hash),
    GW_FIELD(Login, avatar),
    GW_FIELD_END,
};

static void show_error(Account *self, const char *message)
{
    Account_client_ShowError(gw_own_client(&self->base), message);
}

static bool name_is_allowed(const char *username)
{
    size_t length = strlen(username);
    return length > 0 && length <= NAME_BYTES_MAX && username[0] != ' ' &&
           username[length - 1] != ' ';
}

/* The avatar is in storage before its name is claimed, so that every name that can log in has one.
 */
static gw_err save_new_avatar(const char *username, gw_id *avatar_id)
{
    Avatar *avatar = GW_CREATE(Avatar);
    GW_SET(avatar, name, username);
    *avatar_id = avatar->base.id;
    gw_err err = gw_await_save(&avatar->base);
    gw_entity *still_there = gw_find(*avatar_id);
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
        err = save_new_avatar(username, &login.avatar);
    if (!err)
        err = gw_await_kv_put_if_absent(Login_fields, &login, "account$%s", username);
    gw_record_clear(Login_fields, &login);
    return err;
}

void Account_Register(Account *self, const char *username, const char *password)
{
    if (self->busy)
        return;
    if (!name_is_allowed(username) || !password[0]) {
        show_error(self, "用户名或密码格式不正确");
        return;
    }
    self->busy = true;
    gw_err err = claim_name(username, password);
    if (err == GW_ECANCELED)
        return;
    self->busy = false;
    if (!err)
        Account_client_ShowInfo(gw_own_client(&self->base), "注册成功，请点击登录");
    else
        show_error(self, err == GW_EEXIST ? "这个账号已经存在" : "服务器错误，请稍后重试");
}

static gw_err find_avatar(const char *username, const char *password, gw_id *avatar_id)
{
    Login login = {0};
    gw_err err = gw_await_kv_get(Login_fields, &login, "account$%s", username);
    if (!err)
        err = gw_await_password_check(gw_text_get(&login.password_hash), password);
    if (!err)
        *avatar_id = login.avatar;
    gw_record_clear(Login_fields, &login);
    return err;
}

static const char *login_message(gw_err err)
{
    switch (err) {
    case GW_ENOTFOUND:
        return "账号不存在";
    case GW_EDENIED:
        return "密码错误";
    default:
        return "服务器错误，请稍后重试";
    }
}

void Account_Login(Account *self, const char *username, const char *password)
{
    if (self->busy)
        return;
    self->busy = true;
    gw_id avatar_id;
    gw_err err = find_avatar(username, password, &avatar_id);
    if (err == GW_ECANCELED)
        return;
    self->busy = false;
    if (err) {
        show_error(self, login_message(err));
        return;
    }
    /* The later login wins: a client that the avatar has is disconnected, and a WebSocket told why.
     */
    gw_load_anywhere(&Avatar_type, avatar_id);
    if (gw_give_client(&self->base, avatar_id))
        show_error(self, "登录失败，请重试");
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
