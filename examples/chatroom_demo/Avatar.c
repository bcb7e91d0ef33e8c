/* Avatar: a chat user, who talks to everybody in the same channel. */
#include "chatroom.h"

#include <stdio.h>

#define AVATAR_RPC(RPC) RPC(Avatar, SendChat, GW_OWN_CLIENT, (str, text))
GW_RPC_DECLARE(AVATAR_RPC)

#define AVATAR_CLIENT_RPC(RPC)                                                                     \
    RPC(Avatar, OnRecvChat, (str, name), (str, text))                                              \
    RPC(Avatar, ShowError, (str, message))
GW_CLIENT_RPC_DECLARE(AVATAR_CLIENT_RPC)

static const gw_attr Avatar_attrs[] = {
    GW_ATTR(Avatar, name, GW_CLIENT | GW_PERSISTENT),
    GW_ATTR(Avatar, chatroom, GW_CLIENT),
    GW_ATTR_END,
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copies the word at the start of text, cut at a character's border when it does not fit; returns
 * how long the word is. */
static size_t first_word(char *word, size_t capacity, const char *text)
{
    size_t length = 0;
    while (text[length] && !is_space(text[length]))
        length++;
    size_t copied = length < capacity ? length : capacity - 1;
    while (copied < length && copied > 0 && ((unsigned char)text[copied] & 0xc0) == 0x80)
        copied--;
    memcpy(word, text, copied);
    word[copied] = '\0';
    return length;
}

static void show_error(Avatar *self, const char *message)
{
    Avatar_client_ShowError(gw_own_client(&self->base), message);
}

static void enter_channel(Avatar *self, const char *channel)
{
    gw_set_filter(&self->base, "chatroom", channel);
    GW_SET(self, chatroom, channel);
}

static void join(Avatar *self, const char *argument)
{
    while (is_space(*argument))
        argument++;
    char channel[CHANNEL_BYTES_MAX + 1];
    size_t length = first_word(channel, sizeof channel, argument);
    if (length == 0 || length > CHANNEL_BYTES_MAX)
        show_error(self, "频道名不正确，用法：/join 频道");
    else
        enter_channel(self, channel);
}

static void run_command(Avatar *self, const char *command)
{
    char name[64], message[128];
    size_t length = first_word(name, sizeof name, command);
    if (strcmp(name, "join") == 0) {
        join(self, command + length);
        return;
    }
    snprintf(message, sizeof message, "无法识别的命令：%s", name);
    show_error(self, message);
}

void Avatar_SendChat(Avatar *self, const char *text)
{
    while (is_space(*text))
        text++;
    if (strlen(text) > CHAT_BYTES_MAX)
        show_error(self, "消息太长");
    else if (text[0] == '/')
        run_command(self, text + 1);
    else if (text[0])
        Avatar_client_OnRecvChat(gw_clients_where("chatroom", GW_EQ, gw_text_get(&self->chatroom)),
                                 gw_text_get(&self->name), text);
}

static void choose_first_channel(gw_entity *entity)
{
    GW_SET(GW_AS(Avatar, entity), chatroom, "1");
}

/* The filter belongs to the client, so it is set once there is one. */
static void listen_to_channel(gw_entity *entity)
{
    Avatar *self = GW_AS(Avatar, entity);
    gw_set_filter(entity, "chatroom", gw_text_get(&self->chatroom));
}

GW_RPC_DEFINE(Avatar, AVATAR_RPC)
GW_CLIENT_RPC_DEFINE(Avatar, AVATAR_CLIENT_RPC)
const gw_entity_type Avatar_type = {
    .name = "Avatar",
    .size = sizeof(Avatar),
    .attrs = Avatar_attrs,
    .methods = Avatar_methods,
    .client_methods = Avatar_client_methods,
    .persistent = true,
    .on_created = choose_first_channel,
    .on_client_connected = listen_to_channel,
    .on_client_lost = gw_destroy,
};
