/* relay: the floor of the path client, gate, dispatcher, game and back: three bare processes that
 * only cut packets and pass them on.
 *
 * No entities, no arguments, no checks of who may call what: the gate appends a client's number as
 * a gate appends its ClientID, the dispatcher passes on, the game answers every call with one call
 * on the client, of the size that the real answer has. Whatever an engine does beyond that shows as
 * its ratio to this.
 */
#include "chain.h"
#include "say.h"

enum {
    TYPE_CALL_METHOD_ON_CLIENT = 1009,
    ARGUMENT_SIZE = 2 + INT_SIZE, /* count, one integer */
    CLIENTS_MAX = 65536,
};

static struct peer *clients[CLIENTS_MAX]; /* of the gate, by slot */
static uint32_t next_slot;

/* ---- gate ---- */

static void gate_accepted(struct floor *floor, struct peer *client)
{
    do
        next_slot = (next_slot + 1) % CLIENTS_MAX;
    while (clients[next_slot]);
    client->slot = next_slot;
    clients[next_slot] = client;
    say_greeting(floor, client);
}

static void gate_packet(struct floor *floor, struct peer *from, const uint8_t *payload,
                        uint32_t size)
{
    if (from != chain_link) {
        uint8_t *w = floor_put(floor, chain_link, size + ID_SIZE);
        memcpy(w, payload, size);
        memset(w + size, 0, ID_SIZE);
        put_u32(w + size, from->slot);
        return;
    }
    uint32_t slot;
    memcpy(&slot, payload + CLIENT_AT, sizeof slot);
    struct peer *client = clients[slot % CLIENTS_MAX];
    if (client)
        memcpy(floor_put(floor, client, size), payload, size);
}

static void gate_closed(struct floor *floor, struct peer *client)
{
    (void)floor;
    clients[client->slot] = NULL;
}

/* ---- game ---- */

/* Answers Echo(value) with OnEcho(value): the arguments stand before the client's number. */
static void game_packet(struct floor *floor, struct peer *from, const uint8_t *payload,
                        uint32_t size)
{
    static const char method[] = "OnEcho";
    enum { NAME = sizeof method - 1, HEAD = 2 + 2 + 16 + 16 + 4 + NAME };
    if (size < ARGUMENT_SIZE + ID_SIZE)
        return;
    uint8_t *w = floor_put(floor, from, HEAD + ARGUMENT_SIZE);
    memset(w, 0, HEAD);
    put_u16(w, TYPE_CALL_METHOD_ON_CLIENT);
    memcpy(w + CLIENT_AT, payload + size - ID_SIZE, ID_SIZE);
    put_u32(w + HEAD - NAME - 4, NAME);
    memcpy(w + HEAD - NAME, method, NAME);
    memcpy(w + HEAD, payload + size - ID_SIZE - ARGUMENT_SIZE, ARGUMENT_SIZE);
}

int main(int argc, char **argv)
{
    static const struct chain_end gate = {
        .name = "gate", .accepted = gate_accepted, .packet = gate_packet, .closed = gate_closed};
    static const struct chain_end game = {.name = "game", .packet = game_packet};
    return chain_main(&gate, &game, argc, argv);
}
