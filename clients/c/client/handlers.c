/* handlers: see handlers.h. */
#include "client/handlers.h"

#include <string.h>

static void on_created(void *user, gwc_entity *entity)
{
    gwc_client *client = user;
    if (client->desc.on_created && handlers_may_be_called(client))
        client->desc.on_created(client, entity);
    if (client->desc.on_player && entity->is_player && handlers_may_be_called(client))
        client->desc.on_player(client, entity);
}

static void on_changed(void *user, gwc_entity *entity, const gwc_change *change)
{
    gwc_client *client = user;
    if (client->desc.on_changed && handlers_may_be_called(client))
        client->desc.on_changed(client, entity, change);
}

static void on_called(void *user, gwc_entity *entity, const char *method, const gwc_value *args)
{
    gwc_client *client = user;
    if (!handlers_may_be_called(client))
        return;
    for (const gwc_method *at = client->desc.methods; at && at->name; at++)
        if (strcmp(at->name, method) == 0 && (!at->type || gwc_entity_is(entity, at->type))) {
            at->handle(client, entity, args);
            return;
        }
    if (client->desc.on_call)
        client->desc.on_call(client, entity, method, args);
}

static void on_moved(void *user, gwc_entity *entity)
{
    gwc_client *client = user;
    if (client->desc.on_moved && handlers_may_be_called(client))
        client->desc.on_moved(client, entity);
}

static void on_destroyed(void *user, gwc_entity *entity)
{
    gwc_client *client = user;
    if (client->desc.on_destroyed)
        client->desc.on_destroyed(client, entity);
}

const struct world_events handlers_of_world = {
    .created = on_created,
    .changed = on_changed,
    .called = on_called,
    .moved = on_moved,
    .destroyed = on_destroyed,
};
