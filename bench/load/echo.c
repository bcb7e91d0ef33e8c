#include "base/assert.h"
#include "client.h"
#include "common/clock.h"
#include "modes.h"
#include "packets.h"
#include "report.h"
#include "usage.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    BATCH_MAX = 512, /* calls in one send */
    NUMBER_SIZE = 8, /* at the end of a call: the integer, big endian */
    /* Echo(i64): length, type, EntityID, VarStr method, count of arguments, VarBytes, msgpack int
     */
    REQUEST_SIZE = 4 + 2 + 16 + 4 + 4 + 2 + 4 + 9,
    /* OnEcho(i64): type, gateid, ClientID, EntityID, VarStr method, count, VarBytes, msgpack int */
    ANSWER_SIZE = 2 + 2 + 16 + 16 + 4 + 6 + 2 + 4 + 9,
};

/* A client that has as many calls on their way as are wanted. */
struct caller {
    uint32_t owed;           /* calls to send as soon as the socket takes them */
    uint32_t cut;            /* bytes of the first of them that went out already */
    uint64_t sent, answered; /* calls; the call's number is its argument */
    int64_t *sent_ns;        /* by number modulo outstanding */
    uint8_t request[REQUEST_SIZE];
};

struct echo {
    struct load load;
    struct caller *callers; /* by the client's index */
    uint32_t outstanding;
    struct histogram latency; /* of what was answered since the measurement began */
};

/* Only its number differs from call to call. */
static void prepare_request(struct caller *caller, const struct client *client)
{
    struct buf b = {0};
    packets_begin(&b, client->player, "Echo", 1);
    packets_add_int(&b, 0);
    packets_end(&b);
    ASSERT(b.size == REQUEST_SIZE);
    memcpy(caller->request, b.data, REQUEST_SIZE);
    buf_free(&b);
}

static void write_requests(const struct caller *caller, uint8_t *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, w += REQUEST_SIZE) {
        uint64_t number = htobe64(caller->sent + i);
        memcpy(w, caller->request, REQUEST_SIZE - NUMBER_SIZE);
        memcpy(w + REQUEST_SIZE - NUMBER_SIZE, &number, NUMBER_SIZE);
    }
}

/* Counts what a send has taken; the part of a call that is out already is not sent again. */
static void count_sent(const struct echo *echo, struct caller *caller, size_t bytes, int64_t now)
{
    size_t total = caller->cut + bytes;
    for (size_t i = 0; i < total / REQUEST_SIZE; i++)
        caller->sent_ns[caller->sent++ % echo->outstanding] = now;
    caller->owed -= (uint32_t)(total / REQUEST_SIZE);
    caller->cut = (uint32_t)(total % REQUEST_SIZE);
}

static void send_owed(struct load *load, struct client *client, int64_t now)
{
    static uint8_t batch[BATCH_MAX * REQUEST_SIZE];
    struct echo *echo = load->user;
    struct caller *caller = &echo->callers[client->index];
    while (caller->owed > 0) {
        uint32_t count = caller->owed < BATCH_MAX ? caller->owed : BATCH_MAX;
        write_requests(caller, batch, count);
        size_t size = count * REQUEST_SIZE - caller->cut;
        size_t sent = load_send(load, client, batch + caller->cut, size);
        count_sent(echo, caller, sent, now);
        if (sent < size)
            return;
    }
}

/* Answers come in the order of the calls. */
static void take_answer(struct load *load, struct client *client, const uint8_t *payload,
                        uint32_t size, int64_t now)
{
    struct echo *echo = load->user;
    struct caller *caller = &echo->callers[client->index];
    uint64_t number;
    if (size != ANSWER_SIZE)
        return;
    memcpy(&number, payload + size - NUMBER_SIZE, NUMBER_SIZE);
    if (be64toh(number) != caller->answered || caller->answered == caller->sent)
        load_fail("answer %llu came where %llu was due", (unsigned long long)be64toh(number),
                  (unsigned long long)caller->answered);
    histogram_add(&echo->latency, now - caller->sent_ns[caller->answered % echo->outstanding]);
    caller->answered++;
    caller->owed++;
}

static const struct load_events events = {.packet = take_answer, .flush = send_owed};

/* From here on each answer is followed by a call. */
static void begin(struct echo *echo)
{
    for (uint32_t i = 0; i < echo->load.count; i++) {
        struct caller *caller = &echo->callers[i];
        prepare_request(caller, &echo->load.clients[i]);
        caller->sent_ns = mem_zalloc(echo->outstanding * sizeof *caller->sent_ns);
        caller->owed = echo->outstanding;
        send_owed(&echo->load, &echo->load.clients[i], now_ns());
    }
}

static void end(struct echo *echo)
{
    for (uint32_t i = 0; i < echo->load.count; i++)
        free(echo->callers[i].sent_ns);
    free(echo->callers);
    load_close(&echo->load);
}

void echo_run(const struct options *o)
{
    static struct echo echo;
    echo.outstanding = o->outstanding;
    echo.callers = mem_zalloc(o->clients * sizeof *echo.callers);
    load_open(&echo.load, o->clients, &events, &echo);
    load_connect(&echo.load, &o->address, o->clients);
    begin(&echo);
    load_run_until(&echo.load, now_ns() + (int64_t)(o->warmup_s * 1e9));
    struct usage usage = usage_now(o);
    histogram_clear(&echo.latency);
    load_run_until(&echo.load, now_ns() + (int64_t)(o->seconds * 1e9));
    usage = usage_since(&usage, o);
    uint64_t answered = echo.latency.total;
    if (answered == 0)
        load_fail("no call was answered");
    printf("echoes=%llu", (unsigned long long)answered);
    report_rate(answered, usage.wall_ns);
    report_latency(&echo.latency);
    usage_print(&usage, o, answered);
    printf("\n");
    end(&echo);
}
