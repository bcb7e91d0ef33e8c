/* Any bytes as steps on a queue: what comes out is what went in, limits hold, packets are let go.
 */
#include "base/assert.h"
#include "base/buf.h"
#include "wire/outq.h"
#include "wire/reader.h"

struct world {
    struct outq_pool pool;
    struct outq q, aside;
    struct outq_kept kept;
    struct buf model; /* the bytes that q must hold */
    struct buf sent;  /* and those that it must keep */
    struct packet *packet;
};

static void model_put(struct buf *model, const uint8_t *payload, size_t size)
{
    uint8_t header[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16), 0};
    buf_append(model, header, sizeof header);
    buf_append(model, payload, size);
}

/* All steps put a prefix of the packet's payload. */
static void put(struct world *w, uint8_t how, size_t size)
{
    const uint8_t *payload = w->packet->bytes + PACKET_HEADER_BYTES;
    size_t before = w->q.bytes, all = w->packet->size - PACKET_HEADER_BYTES;
    size = how % 5 == 4 ? all : size % (all + 1);
    gw_err err = how % 5 == 0 ? outq_put(&w->q, payload, size)
                 : how % 5 == 1
                     ? outq_put2(&w->q, payload, size / 2, payload + size / 2, size - size / 2)
                 : how % 5 == 2 ? outq_put_raw(&w->q, payload, size)
                 : how % 5 == 3 ? outq_put(&w->aside, payload, size)
                                : outq_put_packet(&w->q, w->packet);
    ASSERT(err == GW_OK ? w->q.bytes >= before : w->q.bytes == before);
    if (err)
        return;
    if (how % 5 == 3)
        outq_splice(&w->q, &w->aside);
    if (how % 5 == 2)
        buf_append(&w->model, payload, size);
    else
        model_put(&w->model, payload, size);
}

static void check(struct world *w)
{
    struct outq_span spans[4];
    size_t count = outq_peek(&w->q, spans, 4), at = 0;
    for (size_t i = 0; i < count; at += spans[i++].size)
        ASSERT(spans[i].size > 0 && at + spans[i].size <= w->model.size &&
               memcmp(spans[i].data, w->model.data + at, spans[i].size) == 0);
    ASSERT(w->q.bytes == w->model.size && (count > 0) == (w->model.size > 0));
}

static void consume(struct world *w, size_t bytes)
{
    outq_consume(&w->q, bytes);
    if (w->q.kept)
        buf_append(&w->sent, w->model.data, bytes);
    buf_consume(&w->model, bytes);
}

static void rewind_queue(struct world *w)
{
    if (!w->q.kept)
        return;
    outq_rewind(&w->q);
    buf_append(&w->sent, w->model.data, w->model.size);
    struct buf empty = w->model;
    buf_clear(&empty);
    w->model = w->sent;
    w->sent = empty;
}

/* Keeping begins only where nothing waits: else what waits is not kept, which the model does not
 * know. */
static void keep(struct world *w, uint8_t how, size_t amount)
{
    if (how % 3 == 0 && w->q.bytes == 0 && !w->q.kept)
        outq_keep(&w->q, &w->kept);
    else if (how % 3 == 1)
        rewind_queue(w);
    else if (w->q.kept) {
        size_t bytes = amount % (w->kept.bytes + 1);
        outq_release(&w->q, bytes);
        buf_consume(&w->sent, bytes);
    }
    ASSERT(w->kept.bytes == w->sent.size);
}

/* Bytes in which a shift by any small number shows. */
static const uint8_t *noise(void)
{
    static uint8_t bytes[70000];
    for (size_t i = 0; bytes[sizeof bytes - 1] == 0 && i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 31 + i / 256);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(data, size);
    struct world w = {.pool.free_bytes_max = 100000};
    w.packet = packet_new(noise(), read_u16(&r) + (size_t)read_u8(&r));
    outq_init(&w.q, &w.pool, read_u32(&r) % 1000000);
    outq_init(&w.aside, &w.pool, 0);
    for (unsigned step = 0; step < 200 && reader_left(&r) > 0; step++) {
        uint8_t how = read_u8(&r);
        uint32_t amount = read_u16(&r) * (how < 16 ? 2u : 1u);
        if (how >= 240) {
            keep(&w, how, amount);
        } else if (how & 1) {
            consume(&w, amount % (w.q.bytes + 1));
        } else {
            put(&w, how / 2, amount);
        }
        check(&w);
    }
    outq_clear(&w.q);
    ASSERT(w.packet->refs == 1 && !w.q.first && w.pool.free_bytes <= 100000);
    packet_unref(w.packet);
    outq_pool_free(&w.pool);
    buf_free(&w.model);
    buf_free(&w.sent);
    return 0;
}
