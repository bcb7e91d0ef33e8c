/* Prints what the C client costs: nanoseconds for each packet that comes or goes, and the memory of
 * one that is idle. */
#include "client/client.h"
#include "common/clock.h"
#include "wire/messages.h"
#include "wire/msgpack.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 5, PACKETS = 500000, CLIENTS = 10000, READ_PACKETS = 1000 };

/* A server that says the same again and again, for so many packets, and takes everything. */
struct server {
    struct transport base;
    struct buf says; /* READ_PACKETS packets */
    size_t at;
    unsigned reads_left;
    uint64_t bytes_taken;
};

static struct server *server_of(struct transport *transport)
{
    return (struct server *)transport;
}

static bool server_dial(struct transport *transport, struct failure *failure)
{
    (void)transport, (void)failure;
    return true;
}

static enum transport_progress server_connect(struct transport *transport, struct failure *failure)
{
    (void)transport, (void)failure;
    return TRANSPORT_CONNECTED;
}

static ssize_t server_receive(struct transport *transport, uint8_t *bytes, size_t capacity,
                              struct failure *failure)
{
    struct server *server = server_of(transport);
    size_t left = server->says.size - server->at;
    size_t size = left < capacity ? left : capacity;
    (void)failure;
    if (server->reads_left == 0)
        return 0;
    memcpy(bytes, server->says.data + server->at, size);
    server->at += size;
    if (server->at == server->says.size) {
        server->at = 0;
        server->reads_left--;
    }
    return (ssize_t)size;
}

static ssize_t server_send(struct transport *transport, const uint8_t *bytes, size_t size,
                           struct failure *failure)
{
    (void)bytes, (void)failure;
    server_of(transport)->bytes_taken += size;
    return (ssize_t)size;
}

static void server_hang_up(struct transport *transport)
{
    (void)transport;
}

static const struct transport_ops server_ops = {
    .dial = server_dial,
    .connect = server_connect,
    .receive = server_receive,
    .send = server_send,
    .hang_up = server_hang_up,
    .destroy = server_hang_up,
};

/* ---- what the server says ------------------------------------------------------------------- */

static const gw_id id = {"awNEKGhsggslAAAC"};

static void say_create(struct buf *b)
{
    struct buf attrs = {0};
    msgpack_write_map(&attrs, 2);
    msgpack_write_str(&attrs, "name", 4);
    msgpack_write_str(&attrs, "somebody", 8);
    msgpack_write_str(&attrs, "hp", 2);
    msgpack_write_i64(&attrs, 100);
    size_t begin = write_var_begin(b);
    msg_create_entity_on_client_write(
        b,
        &(struct msg_create_entity_on_client){
            .is_player = true, .entity = id, .type = view_str("Avatar"), .attrs = view_of(&attrs)});
    write_var_end(b, begin);
    buf_free(&attrs);
}

static void say_call(struct buf *b, unsigned i)
{
    struct buf args = {0};
    write_u16(&args, 2);
    size_t text = write_var_begin(&args);
    msgpack_write_str(&args, "hello there", 11);
    write_var_end(&args, text);
    size_t number = write_var_begin(&args);
    msgpack_write_i64(&args, i);
    write_var_end(&args, number);
    msg_call_entity_method_on_client_write(
        b, &(struct msg_call_entity_method_on_client){
               .entity = id, .method = view_str("OnRecvChat"), .args = view_of(&args)});
    buf_free(&args);
}

static void say_change(struct buf *b, unsigned i)
{
    static const uint8_t nil = 0xc0;
    struct buf value = {0};
    msgpack_write_i64(&value, i);
    msg_notify_map_attr_change_write(
        b, &(struct msg_notify_map_attr_change){
               .entity = id, .path = {&nil, 1}, .key = view_str("hp"), .value = view_of(&value)});
    buf_free(&value);
}

static void say_move(struct buf *b, unsigned i)
{
    write_u16(b, MSG_SYNC_POSITION_YAW_ON_CLIENTS);
    write_id(b, id);
    for (unsigned k = 0; k < 4; k++)
        write_f32(b, (float)i);
}

/* ---- measuring ------------------------------------------------------------------------------ */

static uint64_t told;

static void on_call(gwc_client *client, gwc_entity *entity, const char *method,
                    const gwc_value *args)
{
    (void)client, (void)entity, (void)method;
    told += (uint64_t)gwc_to_int(gwc_at(args, 1)) + gwc_size(gwc_at(args, 0));
}

static void on_changed(gwc_client *client, gwc_entity *entity, const gwc_change *change)
{
    (void)client, (void)entity;
    told += (uint64_t)gwc_to_int(change->value);
}

static void on_moved(gwc_client *client, gwc_entity *entity)
{
    (void)client;
    told += (uint64_t)gwc_entity_yaw(entity);
}

static gwc_client *open_client(struct server *server)
{
    static const gwc_desc desc = {
        .on_call = on_call, .on_changed = on_changed, .on_moved = on_moved, .seed = 1};
    server->base.ops = &server_ops;
    server->reads_left = 1;
    gwc_client *client = client_create_over(&desc, &server->base);
    if (gwc_open(client))
        abort();
    gwc_process(client, 0);
    return client;
}

static void measure_reading(const char *what, void (*say)(struct buf *b, unsigned i))
{
    struct server server = {0};
    int64_t best_ns = INT64_MAX;
    say_create(&server.says);
    gwc_client *client = open_client(&server);
    buf_clear(&server.says);
    for (unsigned i = 0; i < READ_PACKETS; i++) {
        size_t begin = write_var_begin(&server.says);
        say(&server.says, i);
        write_var_end(&server.says, begin);
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        server.reads_left = PACKETS / READ_PACKETS;
        int64_t start_ns = now_ns();
        while (server.reads_left > 0)
            gwc_process(client, 0);
        int64_t ns = now_ns() - start_ns;
        best_ns = ns < best_ns ? ns : best_ns;
    }
    printf("%-44s %7.1f ns\n", what, (double)best_ns / PACKETS);
    gwc_destroy(client);
    buf_free(&server.says);
}

static void measure_calling(void)
{
    struct server server = {0};
    int64_t best_ns = INT64_MAX;
    say_create(&server.says);
    gwc_client *client = open_client(&server);
    for (unsigned round = 0; round < ROUNDS; round++) {
        int64_t start_ns = now_ns();
        for (unsigned i = 0; i < PACKETS; i++) {
            if (gwc_call(client, gwc_player(client), "SendChat", gwc_str("hello there"),
                         gwc_i64(i)))
                abort();
            if (i % 32 == 31)
                gwc_process(client, 0);
        }
        int64_t ns = now_ns() - start_ns;
        best_ns = ns < best_ns ? ns : best_ns;
    }
    printf("%-44s %7.1f ns\n", "make a call with a text and a number", (double)best_ns / PACKETS);
    gwc_destroy(client);
    buf_free(&server.says);
}

static size_t heap_bytes(void)
{
    return mallinfo2().uordblks;
}

/* Beside its transport: a socket is the system's. */
static void measure_memory(void)
{
    static struct server servers[CLIENTS];
    static gwc_client *clients[CLIENTS];
    struct buf says = {0};
    say_create(&says);
    size_t before = heap_bytes();
    for (unsigned i = 0; i < CLIENTS; i++) {
        servers[i].says = says;
        clients[i] = open_client(&servers[i]);
    }
    printf("%-44s %7.0f bytes\n", "an idle client whose player has 2 attributes",
           (double)(heap_bytes() - before) / CLIENTS);
    for (unsigned i = 0; i < CLIENTS; i++)
        gwc_destroy(clients[i]);
    buf_free(&says);
}

int main(void)
{
    measure_reading("take a call with a text and a number", say_call);
    measure_reading("take a change of an attribute", say_change);
    measure_reading("take a move of an entity", say_move);
    measure_calling();
    measure_memory();
    return told == 0;
}
