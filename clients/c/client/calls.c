/* calls: what the program asks of entities: to find them, to call them, to move them. */
#include "client/client.h"
#include "client/codec.h"
#include "wire/messages.h"
#include "wire/packet.h"

#include <math.h>

enum { METHOD_BYTES_MAX = 128, ARGS_MAX = 255 }; /* a gate takes no more */

gwc_entity *gwc_player(const gwc_client *client)
{
    return client->world.player;
}

gwc_entity *gwc_find(const gwc_client *client, const char *id)
{
    gw_id key;
    if (!id || strlen(id) != sizeof key.text)
        return NULL;
    memcpy(key.text, id, sizeof key.text);
    return idmap_get(&client->world.by_id, key);
}

size_t gwc_entity_count(const gwc_client *client)
{
    return client->world.by_id.count;
}

gwc_entity *gwc_entity_first(const gwc_client *client)
{
    return client->world.first;
}

/* ---- sending -------------------------------------------------------------------------------- */

static size_t begin_packet(gwc_client *client)
{
    return write_var_begin(&client->out);
}

/* What was written behind `begin` goes with its length. */
static void drop_packet(gwc_client *client, size_t begin)
{
    client->out.size = begin - PACKET_HEADER_BYTES;
}

/* A packet that could not even wait alone is the caller's mistake; else the server is too slow. */
static gwc_err end_packet(gwc_client *client, size_t begin)
{
    size_t size = client->out.size - begin;
    bool is_too_large =
        size > PACKET_PAYLOAD_BYTES_MAX || size + PACKET_HEADER_BYTES > client->desc.send_bytes_max;
    if (!is_too_large && client->out.size <= client->desc.send_bytes_max) {
        write_var_end(&client->out, begin);
        return GWC_OK;
    }
    drop_packet(client, begin);
    client->is_stuck = !is_too_large;
    return is_too_large ? GWC_EINVAL : GWC_EFULL;
}

static bool write_arg(struct buf *b, const gwc_arg *arg)
{
    gwc_value value;
    if (!codec_borrow(arg, &value))
        return false;
    size_t begin = write_var_begin(b);
    bool good = codec_write(b, &value);
    write_var_end(b, begin);
    return good;
}

static bool write_args(struct buf *b, const gwc_arg *args)
{
    uint16_t count = 0;
    while (args[count].kind != GWC_ARG_END)
        if (++count > ARGS_MAX)
            return false;
    write_u16(b, count);
    for (uint16_t i = 0; i < count; i++)
        if (!write_arg(b, &args[i]))
            return false;
    return true;
}

static bool may_send(const gwc_client *client, const gwc_entity *entity)
{
    return entity && gwc_state_of(client) == GWC_OPEN;
}

gwc_err gwc_call_args(gwc_client *client, const gwc_entity *entity, const char *method,
                      const gwc_arg *args)
{
    size_t method_bytes = method ? strlen(method) : 0;
    if (!may_send(client, entity))
        return GWC_EAWAY;
    if (client->is_stuck)
        return GWC_EFULL;
    if (method_bytes == 0 || method_bytes > METHOD_BYTES_MAX)
        return GWC_EINVAL;
    size_t begin = begin_packet(client);
    write_u16(&client->out, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(&client->out, entity->id);
    write_str(&client->out, method);
    if (write_args(&client->out, args))
        return end_packet(client, begin);
    drop_packet(client, begin);
    return GWC_EINVAL;
}

static bool is_place(gwc_vec3 position, float yaw)
{
    return isfinite(position.x) && isfinite(position.y) && isfinite(position.z) && isfinite(yaw);
}

gwc_err gwc_move(gwc_client *client, gwc_entity *entity, gwc_vec3 position, float yaw)
{
    if (!may_send(client, entity))
        return GWC_EAWAY;
    if (client->is_stuck)
        return GWC_EFULL;
    if (!is_place(position, yaw))
        return GWC_EINVAL;
    entity->position = position;
    entity->yaw = yaw;
    size_t begin = begin_packet(client);
    msg_sync_position_yaw_from_client_write(&client->out,
                                            &(struct msg_sync_position_yaw_from_client){
                                                .entity = entity->id,
                                                .x = position.x,
                                                .y = position.y,
                                                .z = position.z,
                                                .yaw = yaw,
                                            });
    return end_packet(client, begin);
}
