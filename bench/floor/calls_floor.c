/* calls: the floor of calls between entities of two games: packets of the size that these calls
 * have, written by one game, passed on by the dispatcher, counted by the other.
 *
 * A pair is a number in the place of an id. One way, the first game keeps as many packets on their
 * way as its client wants, to one pair after the other, and the second says when it has got a batch
 * of them. Asking, there is one packet on its way, which the second game sends back.
 */
#include "chain.h"
#include "common/clock.h"
#include "common/histogram.h"
#include "say.h"

#include <endian.h>

enum {
    TYPE_CALL_ENTITY_METHOD = 6,
    TYPE_CALL_METHOD_ON_CLIENT = 1009,
    BATCH_CALLS = 1000, /* for which there is one answer */
    METHOD_AT = 2 + ID_SIZE,
    /* Hit(id, i64): type, EntityID, VarStr method, count, an id, an integer; Ask is as long */
    CALL_SIZE = METHOD_AT + 4 + 3 + 2 + 4 + 1 + ID_SIZE + INT_SIZE,
    /* Credit(i64, i64) */
    CREDIT_SIZE = METHOD_AT + 4 + 6 + 2 + 2 * INT_SIZE,
    /* Answer(i64) */
    ANSWER_SIZE = METHOD_AT + 4 + 6 + 2 + INT_SIZE,
};

static bool running;             /* the client is there */
static uint32_t pair, pairs = 1; /* of the first game: the one to call next */
static uint64_t calls;
static int64_t asked_ns;
static struct histogram latency;

/* ---- first game ---- */

static void send_call(struct floor *floor, const char *method)
{
    uint8_t *w = floor_put(floor, chain_link, CALL_SIZE);
    memset(w, 0, CALL_SIZE);
    put_u16(w, TYPE_CALL_ENTITY_METHOD);
    put_u32(w + 2, pair);
    put_u32(w + METHOD_AT, 3);
    memcpy(w + METHOD_AT + 4, method, 3);
    pair = pair + 1 < pairs ? pair + 1 : 0;
}

static void send_calls(struct floor *floor, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        send_call(floor, "Hit");
}

static void ask(struct floor *floor)
{
    asked_ns = now_ns();
    send_call(floor, "Ask");
}

/* An argument of a client's call, counted from its end. */
static int64_t int_argument(const uint8_t *payload, uint32_t size, uint32_t from_end)
{
    uint64_t value;
    memcpy(&value, payload + size - from_end * INT_SIZE + INT_SIZE - sizeof value, sizeof value);
    return (int64_t)be64toh(value);
}

static void put_int(uint8_t **at, int64_t value)
{
    uint64_t big_endian = htobe64((uint64_t)value);
    put_u32(*at, INT_SIZE - 4);
    (*at)[4] = 0xd3;
    memcpy(*at + 5, &big_endian, sizeof big_endian);
    *at += INT_SIZE;
}

/* OnReport(calls, wrong, p50, p90, p99, max) */
static void report(struct floor *floor, struct peer *client)
{
    static const char method[] = "OnReport";
    enum { NAME = sizeof method - 1, HEAD = 2 + 2 + 16 + 16 + 4 + NAME + 2, VALUES = 6 };
    uint8_t *w = floor_put(floor, client, HEAD + VALUES * INT_SIZE);
    memset(w, 0, HEAD);
    put_u16(w, TYPE_CALL_METHOD_ON_CLIENT);
    put_u32(w + HEAD - 2 - NAME - 4, NAME);
    memcpy(w + HEAD - 2 - NAME, method, NAME);
    put_u16(w + HEAD - 2, VALUES);
    w += HEAD;
    put_int(&w, (int64_t)calls);
    put_int(&w, 0);
    put_int(&w, histogram_quantile(&latency, 0.5));
    put_int(&w, histogram_quantile(&latency, 0.9));
    put_int(&w, histogram_quantile(&latency, 0.99));
    put_int(&w, latency.max_ns);
    calls = 0;
    histogram_clear(&latency);
}

static void client_packet(struct floor *floor, struct peer *client, const uint8_t *payload,
                          uint32_t size)
{
    switch (size > METHOD_AT + 4 ? payload[METHOD_AT + 4] : 0) {
    case 'O':
        pairs = (uint32_t)int_argument(payload, size, 2);
        send_calls(floor, int_argument(payload, size, 1));
        break;
    case 'A':
        ask(floor);
        break;
    case 'R':
        report(floor, client);
        break;
    default:
        break;
    }
}

static void first_packet(struct floor *floor, struct peer *from, const uint8_t *payload,
                         uint32_t size)
{
    if (from != chain_link) {
        client_packet(floor, from, payload, size);
    } else if (!running) {
        return;
    } else if (size == CREDIT_SIZE) {
        calls += BATCH_CALLS;
        send_calls(floor, BATCH_CALLS);
    } else {
        calls++;
        histogram_add(&latency, now_ns() - asked_ns);
        ask(floor);
    }
}

static void first_accepted(struct floor *floor, struct peer *client)
{
    running = true;
    pairs = 1;
    pair = 0;
    say_greeting(floor, client);
}

static void first_closed(struct floor *floor, struct peer *client)
{
    (void)floor;
    (void)client;
    running = false;
}

/* ---- second game ---- */

static void answer(struct floor *floor, uint32_t size)
{
    uint8_t *w = floor_put(floor, chain_link, size);
    memset(w, 0, size);
    put_u16(w, TYPE_CALL_ENTITY_METHOD);
}

static void last_packet(struct floor *floor, struct peer *from, const uint8_t *payload,
                        uint32_t size)
{
    (void)from;
    (void)size;
    if (payload[METHOD_AT + 4] == 'A')
        answer(floor, ANSWER_SIZE);
    else if (++calls % BATCH_CALLS == 0)
        answer(floor, CREDIT_SIZE);
}

int main(int argc, char **argv)
{
    static const struct chain_end first = {.name = "game1",
                                           .accepted = first_accepted,
                                           .packet = first_packet,
                                           .closed = first_closed};
    static const struct chain_end last = {.name = "game2", .packet = last_packet};
    return chain_main(&first, &last, argc, argv);
}
