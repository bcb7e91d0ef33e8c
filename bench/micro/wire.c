/* Prints what the innermost steps of every message cost, in nanoseconds each. */
#include "base/id.h"
#include "base/idmap.h"
#include "wire/messages.h"
#include "wire/msgpack.h"
#include "wire/outq.h"

#include <stdio.h>
#include <time.h>

enum { ROUNDS = 5, IDS = 100000 };

static volatile uint64_t sink; /* what is computed must not be optimized away */

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Runs `count` steps several times and prints the fastest. */
static void measure(const char *what, void (*steps)(unsigned count), unsigned count)
{
    int64_t best_ns = INT64_MAX;
    for (unsigned round = 0; round < ROUNDS; round++) {
        int64_t start_ns = now_ns();
        steps(count);
        int64_t ns = now_ns() - start_ns;
        best_ns = ns < best_ns ? ns : best_ns;
    }
    printf("%-44s %7.1f ns\n", what, (double)best_ns / count);
}

static struct outq_pool pool;
static struct buf payload; /* a call with two arguments */
static struct buf args;

static void put_small(unsigned count)
{
    struct outq q;
    outq_init(&q, &pool, 1 << 20);
    for (unsigned i = 0; i < count; i++) {
        if (outq_put(&q, payload.data, payload.size))
            break;
        if (q.bytes > 60000)
            outq_consume(&q, q.bytes);
    }
    outq_clear(&q);
}

static void put_and_send_one(unsigned count)
{
    struct outq q;
    struct outq_span span;
    outq_init(&q, &pool, 1 << 20);
    for (unsigned i = 0; i < count; i++) {
        if (outq_put(&q, payload.data, payload.size))
            break;
        sink += outq_peek(&q, &span, 1);
        outq_consume(&q, q.bytes);
    }
}

static void put_shared(unsigned count)
{
    static uint8_t bytes[2000];
    struct outq q;
    struct packet *packet = packet_new(bytes, sizeof bytes);
    outq_init(&q, &pool, 1 << 20);
    for (unsigned i = 0; i < count; i++) {
        if (outq_put_packet(&q, packet))
            break;
        if (q.bytes > 60000)
            outq_consume(&q, q.bytes);
    }
    outq_clear(&q);
    packet_unref(packet);
}

static void write_call(struct buf *b, unsigned i)
{
    struct msg_call_entity_method m = {
        .entity = id_nil_space((uint16_t)(i & 1)),
        .method = {(const uint8_t *)"OnEcho", 6},
        .args = {args.data, (uint32_t)args.size},
    };
    msg_call_entity_method_write(b, &m);
}

static void write_message(unsigned count)
{
    struct buf b = {0};
    struct msg_call_entity_method m = {
        .entity = id_nil_space(1),
        .method = {(const uint8_t *)"OnEcho", 6},
        .args = {args.data, (uint32_t)args.size},
    };
    for (unsigned i = 0; i < count; i++) {
        buf_clear(&b);
        msg_call_entity_method_write(&b, &m);
        sink += b.data[i % b.size];
    }
    buf_free(&b);
}

static void read_message(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct msg_call_entity_method m;
        if (msg_call_entity_method_read((struct view){payload.data, (uint32_t)payload.size}, &m))
            sink += m.method.size + m.args.size;
    }
}

static void write_values(unsigned count)
{
    struct buf b = {0};
    for (unsigned i = 0; i < count; i++) {
        buf_clear(&b);
        msgpack_write_i64(&b, i);
        msgpack_write_str(&b, "hello", 5);
        sink += b.size;
    }
    buf_free(&b);
}

static void read_values(unsigned count)
{
    static const uint8_t number[] = {0xd3, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t text[] = {0xa5, 'h', 'e', 'l', 'l', 'o'};
    for (unsigned i = 0; i < count; i++) {
        struct view value, string;
        int64_t n;
        if (msgpack_check((struct view){number, sizeof number}, &value) ||
            msgpack_read_int(value, INT64_MIN, INT64_MAX, &n))
            return;
        if (msgpack_check((struct view){text, sizeof text}, &value) ||
            msgpack_read_str(value, &string))
            return;
        sink += (uint64_t)n + string.size;
    }
}

static gw_id ids[IDS], absent[IDS];
static struct idmap map = {.seed = 0x1234567};

static void get_in_order(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sink += idmap_get(&map, ids[i % IDS]) != NULL;
}

/* The next id is known only when the last one was found, as when each stands in a packet of its
 * own. */
static void get_one_by_one(unsigned count)
{
    size_t at = 0;
    for (unsigned i = 0; i < count; i++)
        at = (at * 5 + 3 + (idmap_get(&map, ids[at]) == NULL)) % IDS;
    sink += at;
}

static void get_absent(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sink += idmap_get(&map, absent[i % IDS]) != NULL;
}

static void get_one(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sink += idmap_get(&map, ids[7]) != NULL;
}

static void put_and_remove(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        idmap_remove(&map, ids[i % IDS]);
        idmap_put(&map, ids[i % IDS], &map);
    }
}

static void make_ids(void)
{
    struct clock clock = {.wall_ms = 1700000000000};
    struct id_source source = {.clock = &clock, .pid = 77};
    for (size_t i = 0; i < IDS; i++) {
        ids[i] = id_new(&source);
        idmap_put(&map, ids[i], &map);
    }
    for (size_t i = 0; i < IDS; i++)
        absent[i] = id_new(&source);
}

int main(void)
{
    struct buf values = {0};
    write_u16(&args, 2);
    msgpack_write_i64(&values, 1);
    write_var(&args, values.data, values.size);
    buf_clear(&values);
    msgpack_write_str(&values, "hello", 5);
    write_var(&args, values.data, values.size);
    write_call(&payload, 1);
    make_ids();
    printf("payload: %zu bytes; idmap: %d ids\n", payload.size, IDS);
    measure("outq_put, sent 60 KB at a time", put_small, 5000000);
    measure("outq_put, sent one by one", put_and_send_one, 5000000);
    measure("outq_put_packet of 2 KB", put_shared, 5000000);
    measure("write a call", write_message, 5000000);
    measure("read a call", read_message, 5000000);
    measure("write an int and a string", write_values, 5000000);
    measure("check and read an int and a string", read_values, 5000000);
    measure("idmap_get, one id", get_one, 5000000);
    measure("idmap_get, all ids in turn", get_in_order, 5000000);
    measure("idmap_get, one after the other", get_one_by_one, 5000000);
    measure("idmap_get, ids that are not there", get_absent, 5000000);
    measure("idmap_remove, idmap_put", put_and_remove, 5000000);
    buf_free(&values);
    buf_free(&args);
    buf_free(&payload);
    idmap_free(&map);
    outq_pool_free(&pool);
    return 0;
}
