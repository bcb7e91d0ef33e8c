/* The first program of docs/guide/clients.md. */
#include <goworld_client.h>
#include <stdio.h>

static void on_player(gwc_client *client, gwc_entity *player)
{
    if (gwc_entity_is(player, "Account"))
        gwc_call(client, player, "Login", gwc_str("ada"), gwc_str("secret"));
    else
        gwc_call(client, player, "SendChat", gwc_str("hello"));
}

static void on_chat(gwc_client *client, gwc_entity *avatar, const gwc_value *args)
{
    (void)avatar;
    printf("%s: %s\n", gwc_to_str(gwc_at(args, 0)), gwc_to_str(gwc_at(args, 1)));
    gwc_close(client);
}

static const gwc_method methods[] = {{"Avatar", "OnRecvChat", on_chat}, {NULL, NULL, NULL}};

int main(void)
{
    gwc_desc desc = {.address = "127.0.0.1:14001", .methods = methods, .on_player = on_player};
    gwc_client *client = gwc_create(&desc);
    if (gwc_open(client) == GWC_OK)
        while (gwc_run(client, -1))
            continue;
    gwc_destroy(client);
    return 0;
}
