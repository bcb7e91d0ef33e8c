/* fanout: the floor of a chat to all clients: one process that gives what one client says to every
 * client, all that came in a turn with one send for each.
 *
 * Nothing goes by a dispatcher or a game, and the batch is written once, not once per client: one
 * whose socket cannot take it gets the rest later.
 */
#include "listen.h"
#include "say.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    TYPE_CALL_FILTERED_CLIENTS = 1501,
    CALL_HEAD_SIZE = 2 + ID_SIZE + 4 + 4, /* type, EntityID, VarStr "Chat"; arguments follow */
    CLIENTS_MAX = 65536,
};

static struct peer *clients[CLIENTS_MAX];
static uint32_t client_count;
static struct buf batch; /* what all clients get at the end of the turn */

static void accepted(struct floor *floor, struct peer *client)
{
    client->slot = client_count;
    clients[client_count++ % CLIENTS_MAX] = client;
    say_greeting(floor, client);
}

static void closed(struct floor *floor, struct peer *client)
{
    (void)floor;
    struct peer *last = clients[--client_count];
    clients[client->slot] = last;
    last->slot = client->slot;
}

/* Chat(text) becomes OnChat(text) on all clients: the same arguments under another head. */
static void packet(struct floor *floor, struct peer *from, const uint8_t *payload, uint32_t size)
{
    static const char method[] = "OnChat";
    enum { NAME = sizeof method - 1, HEAD = 2 + 1 + 4 + 4 + 4 + NAME };
    (void)floor;
    (void)from;
    if (size < CALL_HEAD_SIZE)
        return;
    uint32_t arguments_size = size - CALL_HEAD_SIZE;
    uint8_t *w = buf_reserve(&batch, 4 + HEAD + arguments_size);
    batch.size += 4 + HEAD + arguments_size;
    put_u32(w, HEAD + arguments_size);
    w += 4;
    memset(w, 0, HEAD);
    put_u16(w, TYPE_CALL_FILTERED_CLIENTS);
    put_u32(w + HEAD - NAME - 4, NAME);
    memcpy(w + HEAD - NAME, method, NAME);
    memcpy(w + HEAD, payload + CALL_HEAD_SIZE, arguments_size);
}

static void turn_ends(struct floor *floor)
{
    if (batch.size == 0)
        return;
    for (uint32_t i = 0; i < client_count; i++)
        floor_send(floor, clients[i], batch.data, batch.size);
    buf_clear(&batch);
}

int main(int argc, char **argv)
{
    struct floor floor = {
        .accepted = accepted, .packet = packet, .closed = closed, .turn_ends = turn_ends};
    uint16_t port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 0);
    floor.listen_fd = listen_on(&port);
    printf("port=%u gate=%d\n", port, (int)getpid());
    fflush(stdout);
    floor_open(&floor);
    floor_run(&floor);
}
