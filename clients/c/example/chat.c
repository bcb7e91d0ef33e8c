/* chat: talks in examples/chatroom_demo from a terminal: `chat ADDRESS NAME PASSWORD`.
 *
 * ADDRESS is 127.0.0.1:14001 or ws://127.0.0.1:24001/ws. Registers the name when it is new, signs
 * in, and says what is typed; `/join ROOM` goes to another room. Its loop is its own: the client
 * joins it. */
#include <goworld_client.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct chat {
    const char *name, *password;
    bool is_registered; /* now or long ago: what is left is to sign in */
    char line[1024];    /* what was typed so far */
    size_t line_size;
};

/* ---- what the server says ------------------------------------------------------------------- */

static void sign_in(gwc_client *client)
{
    const struct chat *chat = gwc_user(client);
    const char *method = chat->is_registered ? "Login" : "Register";
    gwc_call(client, gwc_player(client), method, gwc_str(chat->name), gwc_str(chat->password));
}

/* The answer to a registration, good or bad, is followed by signing in: the name may be ours. */
static void on_account_info(gwc_client *client, gwc_entity *account, const gwc_value *args)
{
    (void)account, (void)args;
    struct chat *chat = gwc_user(client);
    chat->is_registered = true;
    sign_in(client);
}

static void on_account_error(gwc_client *client, gwc_entity *account, const gwc_value *args)
{
    struct chat *chat = gwc_user(client);
    if (!chat->is_registered) {
        on_account_info(client, account, args);
        return;
    }
    printf("* %s\n", gwc_to_str(gwc_at(args, 0)));
    gwc_close(client);
}

static void on_chat(gwc_client *client, gwc_entity *avatar, const gwc_value *args)
{
    (void)client, (void)avatar;
    printf("%s: %s\n", gwc_to_str(gwc_at(args, 0)), gwc_to_str(gwc_at(args, 1)));
}

static void on_error(gwc_client *client, gwc_entity *avatar, const gwc_value *args)
{
    (void)client, (void)avatar;
    printf("* %s\n", gwc_to_str(gwc_at(args, 0)));
}

static const gwc_method methods[] = {
    {"Account", "ShowInfo", on_account_info},
    {"Account", "ShowError", on_account_error},
    {"Avatar", "OnRecvChat", on_chat},
    {"Avatar", "ShowError", on_error},
    {NULL, NULL, NULL},
};

static void show_room(gwc_entity *avatar)
{
    printf("* in room %s\n", gwc_to_str(gwc_attr(avatar, "chatroom")));
}

static void on_player(gwc_client *client, gwc_entity *player)
{
    if (gwc_entity_is(player, "Account"))
        sign_in(client);
    else
        show_room(player);
}

static void on_changed(gwc_client *client, gwc_entity *avatar, const gwc_change *change)
{
    (void)client;
    if (change->path_count == 1 && strcmp(change->path[0].key, "chatroom") == 0)
        show_room(avatar);
}

static void on_closed(gwc_client *client, const gwc_loss *loss)
{
    (void)client;
    if (loss->again)
        printf("* %s; again in %lld ms\n", loss->reason, (long long)loss->delay_ms);
    else if (loss->reason[0])
        printf("* %s\n", loss->reason);
}

/* ---- what is typed -------------------------------------------------------------------------- */

static void say(gwc_client *client, const char *text)
{
    gwc_entity *player = gwc_player(client);
    if (player && gwc_entity_is(player, "Avatar"))
        gwc_call(client, player, "SendChat", gwc_str(text));
    else
        printf("* not signed in: nobody hears this\n");
}

/* Says each whole line; one that is too long is said in pieces. */
static void say_lines(gwc_client *client, struct chat *chat)
{
    size_t begin = 0;
    for (size_t i = 0; i < chat->line_size; i++)
        if (chat->line[i] == '\n') {
            chat->line[i] = '\0';
            say(client, chat->line + begin);
            begin = i + 1;
        }
    chat->line_size -= begin;
    memmove(chat->line, chat->line + begin, chat->line_size);
    if (chat->line_size == sizeof chat->line - 1) {
        chat->line[chat->line_size] = '\0';
        say(client, chat->line);
        chat->line_size = 0;
    }
}

/* Nothing more to be typed ends the chat. */
static void on_typed(gwc_client *client, struct chat *chat)
{
    size_t room = sizeof chat->line - 1 - chat->line_size;
    ssize_t size = read(STDIN_FILENO, chat->line + chat->line_size, room);
    if (size <= 0) {
        gwc_close(client);
        return;
    }
    chat->line_size += (size_t)size;
    say_lines(client, chat);
}

static void run(gwc_client *client, struct chat *chat)
{
    while (gwc_state_of(client) != GWC_CLOSED) {
        struct pollfd fds[] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = gwc_fd(client), .events = gwc_events(client)},
        };
        poll(fds, 2, gwc_timeout_ms(client, gwc_now_ms()));
        if (fds[0].revents)
            on_typed(client, chat);
        gwc_process(client, gwc_now_ms());
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s ADDRESS NAME PASSWORD\n", argv[0]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct chat chat = {.name = argv[2], .password = argv[3]};
    gwc_desc desc = {
        .address = argv[1],
        .user = &chat,
        .methods = methods,
        .on_player = on_player,
        .come_back = true,
        .on_changed = on_changed,
        .on_closed = on_closed,
    };
    gwc_client *client = gwc_create(&desc);
    gwc_err err = gwc_open(client);
    if (err)
        fprintf(stderr, "%s: %s\n", argv[1], gwc_strerror(err));
    run(client, &chat);
    gwc_destroy(client);
    return err ? 1 : 0;
}
