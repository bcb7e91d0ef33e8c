/* A client in a space, of docs/guide/spaces.md. */
#include <goworld_client.h>
#include <stdio.h>

static void on_created(gwc_client *client, gwc_entity *entity)
{
    (void)client;
    if (gwc_entity_is(entity, "__space__"))
        printf("in a place of kind %lld\n", (long long)gwc_to_int(gwc_attr(entity, "_K")));
}

static void on_moved(gwc_client *client, gwc_entity *entity)
{
    (void)client;
    gwc_vec3 at = gwc_entity_position(entity);
    printf("%s is at %g, %g\n", gwc_entity_type(entity), (double)at.x, (double)at.z);
}

static void on_entered(gwc_client *client, gwc_entity *player, const gwc_value *args)
{
    (void)args;
    gwc_vec3 at = gwc_entity_position(player);
    at.x += 1;
    gwc_move(client, player, at, gwc_entity_yaw(player));
}

static const gwc_method methods[] = {{"Player", "OnEntered", on_entered}, {NULL, NULL, NULL}};
const gwc_desc space_desc = {.address = "127.0.0.1:14001",
                             .methods = methods,
                             .on_created = on_created,
                             .on_moved = on_moved};
