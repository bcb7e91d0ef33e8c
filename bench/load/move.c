#include "client.h"
#include "common/clock.h"
#include "modes.h"
#include "packets.h"
#include "report.h"
#include "usage.h"

#include "base/idmap.h"
#include "wire/msgpack.h"

#include <stdio.h>
#include <stdlib.h>

/* The number of a move travels as its y. */
enum {
    RECORD_BYTES = 32, /* EntityID, f32 x, y, z, yaw */
    MOVES_KEPT = 64,   /* of a client: so late a move may be seen */
    LOOKING_MAX = 40,  /* clients whose positions are looked at: the others are counted only */
    PATIENCE_S = 30,   /* for the first sight */
    TURN_NS = 1000000,
};

#define STEP 0.5f /* on each axis, either way: the pace of a runner, ten times a second */

struct mover {
    float x, z;
    uint32_t moves;
    int64_t sent_ns[MOVES_KEPT]; /* by the number of the move */
    int64_t due_ns;
};

struct moves {
    struct load load;
    struct mover *movers;
    struct idmap by_player; /* to the mover */
    uint32_t look_at_each;  /* so many clients */
    uint64_t seen;          /* positions */
    struct histogram latency;
    struct buf packet;
    uint32_t random;
};

static float random_between(struct moves *m, float low, float high)
{
    m->random = m->random * 1664525u + 1013904223u;
    return low + (high - low) * (float)(m->random >> 8) / (float)(1 << 24);
}

static void send_all(struct moves *m, struct client *client)
{
    if (load_send(&m->load, client, m->packet.data, m->packet.size) != m->packet.size)
        load_fail("the gate does not read");
}

static void add_f32(struct buf *b, float value)
{
    size_t begin = write_var_begin(b);
    msgpack_write_f32(b, value);
    write_var_end(b, begin);
}

static void join(struct moves *m, struct client *client, float field)
{
    struct mover *mover = &m->movers[client->index];
    mover->x = random_between(m, -field, field);
    mover->z = random_between(m, -field, field);
    packets_begin(&m->packet, client->player, "Join", 2);
    add_f32(&m->packet, mover->x);
    add_f32(&m->packet, mover->z);
    packets_end(&m->packet);
    send_all(m, client);
    idmap_put(&m->by_player, client->player, mover);
}

static float inside(float value, float field)
{
    return value < -field ? -field : value > field ? field : value;
}

static void move(struct moves *m, struct client *client, float field, int64_t now)
{
    struct mover *mover = &m->movers[client->index];
    mover->x = inside(mover->x + random_between(m, -STEP, STEP), field);
    mover->z = inside(mover->z + random_between(m, -STEP, STEP), field);
    mover->sent_ns[++mover->moves % MOVES_KEPT] = now;
    buf_clear(&m->packet);
    write_var_begin(&m->packet);
    write_u16(&m->packet, MSG_SYNC_POSITION_YAW_FROM_CLIENT);
    write_id(&m->packet, client->player);
    write_f32(&m->packet, mover->x);
    write_f32(&m->packet, (float)mover->moves);
    write_f32(&m->packet, mover->z);
    write_f32(&m->packet, 0);
    packets_end(&m->packet);
    send_all(m, client);
}

static void look(struct moves *m, const uint8_t *record, int64_t now)
{
    gw_id id;
    float number;
    memcpy(&id, record, sizeof id);
    memcpy(&number, record + sizeof id + sizeof number, sizeof number);
    const struct mover *mover = idmap_get(&m->by_player, id);
    uint32_t move = (uint32_t)number;
    if (!mover || move > mover->moves)
        load_fail("move %u of %.16s was never made", move, id.text);
    if (move && mover->moves - move < MOVES_KEPT)
        histogram_add(&m->latency, now - mover->sent_ns[move % MOVES_KEPT]);
}

static void see(struct load *load, struct client *client, const uint8_t *payload, uint32_t size,
                int64_t now)
{
    struct moves *m = load->user;
    if (msg_type_of((struct view){payload, size}) != MSG_SYNC_POSITION_YAW_ON_CLIENTS)
        return;
    m->seen += (size - 2) / RECORD_BYTES;
    if (client->index % m->look_at_each)
        return;
    for (uint32_t at = 2; at + RECORD_BYTES <= size; at += RECORD_BYTES)
        look(m, payload + at, now);
}

static const struct load_events events = {.packet = see};

static void run_until(struct moves *m, const struct options *o, int64_t end_ns)
{
    int64_t interval_ns = (int64_t)(o->interval_ms * 1e6);
    for (int64_t now = now_ns(); now < end_ns; now = now_ns()) {
        for (uint32_t i = 0; i < m->load.count; i++) {
            struct mover *mover = &m->movers[i];
            if (now < mover->due_ns)
                continue;
            move(m, &m->load.clients[i], (float)o->field, now);
            mover->due_ns += interval_ns;
        }
        load_run_until(&m->load, now + TURN_NS);
    }
}

/* That long, and on a machine that has no time for it until somebody has seen something. */
static void run_for(struct moves *m, const struct options *o, double seconds)
{
    int64_t begin_ns = now_ns(), give_up_ns = begin_ns + (int64_t)((seconds + PATIENCE_S) * 1e9);
    run_until(m, o, begin_ns + (int64_t)(seconds * 1e9));
    while (m->latency.total == 0 && now_ns() < give_up_ns)
        run_until(m, o, now_ns() + (int64_t)(o->interval_ms * 1e6));
}

/* Each in its own time, spread over the interval. */
static void begin(struct moves *m, const struct options *o)
{
    m->random = 1;
    m->movers = mem_zalloc(o->clients * sizeof *m->movers);
    m->look_at_each = (o->clients + LOOKING_MAX - 1) / LOOKING_MAX;
    int64_t now = now_ns();
    for (uint32_t i = 0; i < m->load.count; i++) {
        join(m, &m->load.clients[i], (float)o->field);
        m->movers[i].due_ns = now + (int64_t)(o->interval_ms * 1e6 * (1 + (double)i / o->clients));
    }
}

void move_run(const struct options *o)
{
    static struct moves m;
    load_open(&m.load, o->clients, &events, &m);
    load_connect(&m.load, &o->address, o->clients);
    begin(&m, o);
    run_for(&m, o, o->warmup_s);
    struct usage usage = usage_now(o);
    histogram_clear(&m.latency);
    m.seen = 0;
    run_for(&m, o, o->seconds);
    usage = usage_since(&usage, o);
    if (m.latency.total == 0)
        load_fail("nobody saw anything");
    printf("positions=%llu", (unsigned long long)m.seen);
    report_rate(m.seen, usage.wall_ns);
    report_latency(&m.latency);
    usage_print(&usage, o, m.seen);
    usage_print_cpus(&usage, o);
    puts("");
    buf_free(&m.packet);
    idmap_free(&m.by_player);
    free(m.movers);
    load_close(&m.load);
}
