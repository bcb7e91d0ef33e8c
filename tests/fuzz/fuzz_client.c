/* Any bytes as what a server says to the C client, over TCP or inside a WebSocket: however they are
 * cut, the program is told the same, and the memory of entities is counted to the byte. */
#include "base/assert.h"
#include "client/client.h"
#include "client/websocket.h"
#include "net/ws_handshake.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    STATE_BYTES_MAX = 1 << 16,
    PACKET_BYTES_MAX = 1 << 14,
    ENTITIES_MAX = 8,
    TURNS_MAX = 1 << 20
};

/* What the client reads, in pieces, and where it writes. */
struct wire {
    struct transport base;
    struct buf to_client;
    const uint8_t *at, *end; /* behind that */
    size_t piece;
    bool is_websocket;
};

static struct wire *wire_of(const struct transport *transport)
{
    return (struct wire *)(uintptr_t)transport;
}

static bool wire_dial(struct transport *transport, struct failure *failure)
{
    (void)transport, (void)failure;
    return true;
}

static enum transport_progress wire_connect(struct transport *transport, struct failure *failure)
{
    (void)transport, (void)failure;
    return TRANSPORT_CONNECTED;
}

static ssize_t wire_receive(struct transport *transport, uint8_t *bytes, size_t capacity,
                            struct failure *failure)
{
    struct wire *wire = wire_of(transport);
    size_t answer = wire->to_client.size, left = (size_t)(wire->end - wire->at);
    size_t size = answer ? answer : left < wire->piece ? left : wire->piece;
    ASSERT(answer <= capacity);
    size = size < capacity ? size : capacity;
    if (size == 0) {
        failure_set(failure, "the end");
        return -1;
    }
    memcpy(bytes, answer ? wire->to_client.data : wire->at, size);
    wire->at += answer ? 0 : size;
    buf_clear(&wire->to_client);
    return (ssize_t)size;
}

/* The first that a WebSocket sends is its request, which is granted. */
static ssize_t wire_send(struct transport *transport, const uint8_t *bytes, size_t size,
                         struct failure *failure)
{
    static const char name[] = "Sec-WebSocket-Key: ";
    struct wire *wire = wire_of(transport);
    char accept[WS_ACCEPT_CHARS + 1];
    (void)failure;
    if (size == 0 || !wire->is_websocket)
        return (ssize_t)size;
    wire->is_websocket = false;
    const char *key = memmem(bytes, size, name, sizeof name - 1);
    ASSERT(key);
    ws_handshake_accept(key + sizeof name - 1, accept);
    buf_print(&wire->to_client,
              "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: %s\r\n\r\n",
              accept);
    return (ssize_t)size;
}

static void wire_hang_up(struct transport *transport)
{
    (void)transport;
}

static int wire_fd(const struct transport *transport)
{
    (void)transport;
    return -1;
}

static short wire_events(const struct transport *transport)
{
    (void)transport;
    return 0;
}

static void wire_destroy(struct transport *transport)
{
    buf_free(&wire_of(transport)->to_client);
}

static const struct transport_ops wire_ops = {
    .dial = wire_dial,
    .connect = wire_connect,
    .receive = wire_receive,
    .send = wire_send,
    .hang_up = wire_hang_up,
    .fd = wire_fd,
    .events = wire_events,
    .destroy = wire_destroy,
};

/* ---- what the program is told, as text ------------------------------------------------------- */

static void tell_value(struct buf *told, const gwc_value *value)
{
    buf_print(told, "%d %lld %g %s ", (int)gwc_type_of(value), (long long)gwc_to_int(value),
              gwc_to_double(value), gwc_to_str(value));
    for (size_t i = 0; i < gwc_count(value); i++) {
        buf_print(told, "%s:", gwc_key_at(value, i));
        tell_value(told, gwc_at(value, i));
    }
}

static void on_created(gwc_client *client, gwc_entity *entity)
{
    buf_print(gwc_user(client), "+%s ", gwc_entity_type(entity));
    tell_value(gwc_user(client), gwc_entity_attrs(entity));
    ASSERT(gwc_find(client, gwc_entity_id(entity)) == entity);
}

static void on_changed(gwc_client *client, gwc_entity *entity, const gwc_change *change)
{
    buf_print(gwc_user(client), "%d ", (int)change->kind);
    for (size_t i = 0; i < change->path_count; i++)
        buf_print(gwc_user(client), "/%s%u", change->path[i].key ? change->path[i].key : "",
                  change->path[i].index);
    tell_value(gwc_user(client), change->before);
    tell_value(gwc_user(client), change->value);
    tell_value(gwc_user(client), gwc_entity_attrs(entity));
}

/* What comes in goes out: whatever was read can be written. */
static void on_call(gwc_client *client, gwc_entity *entity, const char *method,
                    const gwc_value *args)
{
    buf_print(gwc_user(client), "%s.%s", gwc_entity_type(entity), method);
    tell_value(gwc_user(client), args);
    gwc_call(client, entity, "Echo", gwc_tree(args), gwc_str(method));
}

static void on_moved(gwc_client *client, gwc_entity *entity)
{
    gwc_vec3 at = gwc_entity_position(entity);
    buf_print(gwc_user(client), "@%g %g", (double)at.x, (double)gwc_entity_yaw(entity));
    gwc_move(client, entity, at, 0);
}

static void on_destroyed(gwc_client *client, gwc_entity *entity)
{
    buf_print(gwc_user(client), "-%s", gwc_entity_type(entity));
}

static void on_closed(gwc_client *client, const gwc_loss *loss)
{
    buf_print(gwc_user(client), "closed %d %s", loss->code, loss->reason);
}

/* ---- the harness ---------------------------------------------------------------------------- */

static void check_budget(const gwc_client *client)
{
    size_t bytes = 0;
    for (gwc_entity *entity = gwc_entity_first(client); entity; entity = gwc_entity_next(entity))
        bytes += entity->bytes + value_bytes(&entity->attrs);
    ASSERT(bytes + client->world.budget == STATE_BYTES_MAX);
    ASSERT(gwc_entity_count(client) <= ENTITIES_MAX);
}

static void run(const uint8_t *data, size_t size, size_t piece, bool is_websocket, struct buf *told)
{
    struct wire wire = {.base.ops = &wire_ops,
                        .at = data,
                        .end = data + size,
                        .piece = piece,
                        .is_websocket = is_websocket};
    struct random random = {1};
    struct transport *transport =
        is_websocket ? websocket_create(&wire.base, "h:1", "/ws", NULL, &random) : &wire.base;
    gwc_desc desc = {.user = told,
                     .on_created = on_created,
                     .on_changed = on_changed,
                     .on_moved = on_moved,
                     .on_call = on_call,
                     .on_destroyed = on_destroyed,
                     .on_closed = on_closed,
                     .no_reconnect = true,
                     .heartbeat_ms = -1,
                     .packet_bytes_max = PACKET_BYTES_MAX,
                     .entities_max = ENTITIES_MAX,
                     .state_bytes_max = STATE_BYTES_MAX,
                     .seed = 1};
    gwc_client *client = client_create_over(&desc, transport);
    ASSERT(gwc_open(client) == GWC_OK);
    for (unsigned turns = 0; gwc_state_of(client) != GWC_CLOSED; turns++) {
        gwc_process(client, 0);
        check_budget(client);
        ASSERT(turns < TURNS_MAX);
    }
    gwc_destroy(client);
}

/* The first byte says how the rest is cut, and whether it comes in a WebSocket. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole = {0}, cut = {0};
    if (size < 2)
        return 0;
    bool is_websocket = data[0] & 1;
    run(data + 1, size - 1, size, is_websocket, &whole);
    run(data + 1, size - 1, 1 + data[0] / 2 % 16u, is_websocket, &cut);
    ASSERT(whole.size == cut.size && memcmp(whole.data, cut.data, whole.size) == 0);
    buf_free(&whole);
    buf_free(&cut);
    return 0;
}
