/* The queue of one connection against a plain buffer that does the same. */
#include "base/buf.h"
#include "wire/outq.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct outq_pool pool;

static int free_pool(void **state)
{
    (void)state;
    outq_pool_free(&pool);
    return 0;
}

/* The bytes that wait, in one piece. */
static struct buf waiting(const struct outq *q)
{
    struct buf b = {0};
    static struct outq_span spans[100000];
    size_t count = outq_peek(q, spans, sizeof spans / sizeof spans[0]);
    for (size_t i = 0; i < count; i++) {
        assert_true(spans[i].size > 0);
        buf_append(&b, spans[i].data, spans[i].size);
    }
    assert_int_equal(b.size, q->bytes);
    return b;
}

static void model_put(struct buf *model, const void *payload, size_t size)
{
    uint8_t header[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16),
                         (uint8_t)(size >> 24)};
    buf_append(model, header, 4);
    buf_append(model, payload, size);
}

static void assert_same(const struct outq *q, const struct buf *model)
{
    struct buf b = waiting(q);
    assert_int_equal(b.size, model->size);
    if (b.size > 0)
        assert_memory_equal(b.data, model->data, b.size);
    buf_free(&b);
}

/* One random put on both. */
static void put_something(struct outq *q, struct buf *model, const uint8_t *noise)
{
    size_t kind = (size_t)rand() % 6;
    size_t size = (size_t)rand() % (rand() % 10 == 0 ? 200000 : 3000);
    size_t split = size ? (size_t)rand() % size : 0;
    if (kind < 2) {
        assert_int_equal(outq_put(q, noise, size), GW_OK);
        model_put(model, noise, size);
    } else if (kind == 2) {
        assert_int_equal(outq_put2(q, noise, split, noise + split, size - split), GW_OK);
        model_put(model, noise, size);
    } else if (kind == 3) {
        assert_int_equal(outq_put_raw(q, noise, size), GW_OK);
        buf_append(model, noise, size);
    } else {
        struct packet *packet = packet_new(noise, size);
        assert_int_equal(outq_put_packet(q, packet), GW_OK);
        packet_unref(packet);
        model_put(model, noise, size);
    }
}

/* One random step on both. */
static void step(struct outq *q, struct buf *model, const uint8_t *noise)
{
    if (rand() % 4) {
        put_something(q, model, noise);
        return;
    }
    size_t bytes = q->bytes ? (size_t)rand() % (q->bytes + 1) : 0;
    outq_consume(q, bytes);
    buf_consume(model, bytes);
}

static void random_steps_leave_the_bytes_that_the_model_has(void **state)
{
    (void)state;
    struct outq q;
    struct buf model = {0};
    static uint8_t noise[200000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)rand();
    outq_init(&q, &pool, 0);
    for (unsigned i = 0; i < 1000; i++) {
        step(&q, &model, noise);
        assert_same(&q, &model);
    }
    outq_clear(&q);
    buf_free(&model);
}

/* A queue that keeps what it sends, and what it must hold: what was sent and not released, then
 * what waits. */
struct keeping {
    struct outq q;
    struct outq_kept kept;
    struct buf sent, waits;
};

static void send_some(struct keeping *k, size_t bytes)
{
    outq_consume(&k->q, bytes);
    buf_append(&k->sent, k->waits.data, bytes);
    buf_consume(&k->waits, bytes);
}

static void release_some(struct keeping *k, size_t bytes)
{
    outq_release(&k->q, bytes);
    buf_consume(&k->sent, bytes);
}

static void rewind_all(struct keeping *k)
{
    struct outq next;
    outq_rewind(&k->q);
    buf_append(&k->sent, k->waits.data, k->waits.size);
    buf_free(&k->waits);
    k->waits = k->sent;
    k->sent = (struct buf){0};
    outq_init(&next, &pool, 0); /* as another link's */
    outq_splice(&next, &k->q);
    k->q = next;
}

static void step_keeping(struct keeping *k, const uint8_t *noise)
{
    switch (rand() % 4) {
    case 0:
        if (k->waits.size)
            send_some(k, (size_t)rand() % (k->waits.size + 1));
        break;
    case 1:
        if (k->sent.size)
            release_some(k, (size_t)rand() % (k->sent.size + 1));
        break;
    case 2:
        if (rand() % 8 == 0)
            rewind_all(k);
        break;
    default:
        put_something(&k->q, &k->waits, noise);
    }
}

static void what_was_sent_waits_again_after_a_rewind_unless_released(void **state)
{
    (void)state;
    static uint8_t noise[200000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)rand();
    struct keeping k = {0};
    outq_init(&k.q, &pool, 0);
    outq_keep(&k.q, &k.kept);
    for (unsigned i = 0; i < 3000; i++) {
        if (rand() % 8 == 0)
            send_some(&k, k.waits.size);
        step_keeping(&k, noise);
        assert_same(&k.q, &k.waits);
        assert_int_equal(k.kept.bytes, k.sent.size);
    }
    outq_clear(&k.q);
    assert_null(k.q.first);
    assert_int_equal(k.kept.bytes, 0);
    assert_null(k.kept.first);
    buf_free(&k.sent);
    buf_free(&k.waits);
}

static void what_was_put_before_keeping_began_is_not_kept(void **state)
{
    (void)state;
    struct outq q;
    struct outq_kept kept;
    outq_init(&q, &pool, 0);
    assert_int_equal(outq_put(&q, "greeting", 8), GW_OK);
    outq_keep(&q, &kept);
    assert_int_equal(outq_put(&q, "one", 3), GW_OK);
    outq_consume(&q, 12 + 5);
    assert_int_equal(kept.bytes, 5);
    outq_rewind(&q);
    struct buf model = {0};
    model_put(&model, "one", 3);
    assert_same(&q, &model);
    buf_free(&model);
    outq_clear(&q);
}

static void what_is_spliced_into_a_queue_that_keeps_is_kept(void **state)
{
    (void)state;
    struct outq from, to;
    struct outq_kept before, kept;
    outq_init(&from, &pool, 0);
    outq_init(&to, &pool, 0);
    outq_keep(&from, &before);
    assert_int_equal(outq_put(&from, "one", 3), GW_OK);
    outq_rewind(&from);
    outq_keep(&from, NULL); /* one that kept before, too */
    outq_keep(&to, &kept);
    outq_splice(&to, &from);
    outq_consume(&to, 7);
    assert_int_equal(kept.bytes, 7);
    outq_clear(&to);
}

static void small_packets_that_are_kept_share_a_chunk(void **state)
{
    (void)state;
    struct outq q;
    struct outq_kept kept;
    outq_init(&q, &pool, 0);
    outq_keep(&q, &kept);
    const void *chunk = NULL;
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(outq_put(&q, "a", 1), GW_OK);
        chunk = chunk ? chunk : q.first;
        assert_ptr_equal(q.first, chunk);
        outq_consume(&q, 5);
    }
    assert_int_equal(kept.bytes, 500);
    outq_clear(&q);
}

static void splicing_moves_everything_behind_what_is_there(void **state)
{
    (void)state;
    struct outq to, from;
    struct buf model = {0};
    outq_init(&to, &pool, 0);
    outq_init(&from, &pool, 0);
    outq_splice(&to, &from);
    assert_int_equal(to.bytes, 0);
    for (char c = 'a'; c <= 'e'; c++) {
        assert_int_equal(outq_put(&from, &c, 1), GW_OK);
        outq_splice(&to, &from);
        assert_int_equal(from.bytes, 0);
        assert_null(from.first);
        char upper = (char)(c - 'a' + 'A');
        assert_int_equal(outq_put(&to, &upper, 1), GW_OK);
        model_put(&model, &c, 1);
        model_put(&model, &upper, 1);
    }
    assert_same(&to, &model);
    outq_clear(&to);
    buf_free(&model);
}

static void splicing_ignores_the_limit_but_the_next_put_does_not(void **state)
{
    (void)state;
    struct outq to, from;
    outq_init(&to, &pool, 8);
    outq_init(&from, &pool, 0);
    assert_int_equal(outq_put(&from, "0123456789", 10), GW_OK);
    outq_splice(&to, &from);
    assert_int_equal(to.bytes, 14);
    assert_int_equal(outq_put(&to, "", 0), GW_EFULL);
    outq_clear(&to);
}

static void a_put_over_the_limit_changes_nothing(void **state)
{
    (void)state;
    struct outq q;
    struct buf model = {0};
    struct packet *packet = packet_new("0123456789", 10);
    outq_init(&q, &pool, 20);
    assert_int_equal(outq_put(&q, "01234567", 8), GW_OK);
    model_put(&model, "01234567", 8);
    assert_int_equal(outq_put(&q, "01234", 5), GW_EFULL);
    assert_int_equal(outq_put2(&q, "012", 3, "45", 2), GW_EFULL);
    assert_int_equal(outq_put_packet(&q, packet), GW_EFULL);
    assert_int_equal(outq_put_raw(&q, "012345678", 9), GW_EFULL);
    assert_same(&q, &model);
    assert_int_equal(packet->refs, 1);
    assert_int_equal(outq_put2(&q, "01", 2, "23", 2), GW_OK);
    assert_int_equal(q.bytes, 20);
    packet_unref(packet);
    outq_clear(&q);
    buf_free(&model);
}

static void a_payload_over_the_protocols_limit_is_refused(void **state)
{
    (void)state;
    struct outq q;
    outq_init(&q, &pool, 0);
    assert_int_equal(outq_put(&q, "", PACKET_PAYLOAD_BYTES_MAX + 1), GW_EFULL);
    assert_int_equal(outq_put2(&q, "", 1, "", PACKET_PAYLOAD_BYTES_MAX), GW_EFULL);
    assert_int_equal(outq_put2(&q, "", SIZE_MAX, "", 2), GW_EFULL);
    assert_int_equal(q.bytes, 0);
}

static void large_packets_are_shared_and_let_go_when_sent(void **state)
{
    (void)state;
    static uint8_t bytes[OUTQ_SHARE_BYTES];
    struct outq queues[3];
    struct outq_span span;
    struct packet *packet = packet_new(bytes, sizeof bytes);
    for (size_t i = 0; i < 3; i++) {
        outq_init(&queues[i], &pool, 0);
        assert_int_equal(outq_put_packet(&queues[i], packet), GW_OK);
        assert_int_equal(packet->refs, 2 + i);
        assert_int_equal(outq_peek(&queues[i], &span, 1), 1);
        assert_ptr_equal(span.data, packet->bytes);
    }
    outq_consume(&queues[0], packet->size - 1);
    assert_int_equal(packet->refs, 4);
    outq_consume(&queues[0], 1);
    assert_int_equal(packet->refs, 3);
    outq_clear(&queues[1]);
    assert_int_equal(packet->refs, 2);
    packet_unref(packet);
    assert_int_equal(queues[2].first ? outq_peek(&queues[2], &span, 1) : 0, 1);
    assert_memory_equal(span.data + PACKET_HEADER_BYTES, bytes, sizeof bytes);
    outq_clear(&queues[2]);
}

static void small_packets_are_copied(void **state)
{
    (void)state;
    struct outq q;
    struct packet *packet = packet_new("abc", 3);
    outq_init(&q, &pool, 0);
    assert_int_equal(outq_put_packet(&q, packet), GW_OK);
    assert_int_equal(packet->refs, 1);
    packet_unref(packet);
    outq_clear(&q);
}

static void an_idle_queue_holds_no_chunk(void **state)
{
    (void)state;
    struct outq q;
    outq_init(&q, &pool, 0);
    assert_int_equal(outq_put(&q, "abc", 3), GW_OK);
    outq_consume(&q, 7);
    assert_null(q.first);
    assert_null(q.last);
    assert_int_equal(q.bytes, 0);
}

static void the_pool_keeps_chunks_up_to_its_limit_and_uses_them_again(void **state)
{
    (void)state;
    struct outq_pool own = {.free_bytes_max = 100000};
    struct outq q;
    static uint8_t bytes[1000000];
    outq_init(&q, &own, 0);
    assert_int_equal(outq_put_raw(&q, bytes, sizeof bytes), GW_OK);
    outq_clear(&q);
    assert_in_range(own.free_bytes, 60000, 100000);
    const void *kept = own.free_small;
    assert_int_equal(outq_put(&q, "a", 1), GW_OK);
    assert_ptr_equal(q.first, kept);
    outq_clear(&q);
    outq_pool_free(&own);
    assert_int_equal(own.free_bytes, 0);
}

static void peeking_fills_no_more_spans_than_it_may(void **state)
{
    (void)state;
    struct outq q;
    static uint8_t bytes[OUTQ_SHARE_BYTES];
    struct packet *packet = packet_new(bytes, sizeof bytes);
    struct outq_span spans[3] = {0};
    outq_init(&q, &pool, 0);
    assert_int_equal(outq_peek(&q, spans, 3), 0);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(outq_put_packet(&q, packet), GW_OK);
    assert_int_equal(outq_peek(&q, spans, 2), 2);
    assert_null(spans[2].data);
    outq_clear(&q);
    packet_unref(packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_steps_leave_the_bytes_that_the_model_has),
        cmocka_unit_test(what_was_sent_waits_again_after_a_rewind_unless_released),
        cmocka_unit_test(what_was_put_before_keeping_began_is_not_kept),
        cmocka_unit_test(what_is_spliced_into_a_queue_that_keeps_is_kept),
        cmocka_unit_test(small_packets_that_are_kept_share_a_chunk),
        cmocka_unit_test(splicing_moves_everything_behind_what_is_there),
        cmocka_unit_test(splicing_ignores_the_limit_but_the_next_put_does_not),
        cmocka_unit_test(a_put_over_the_limit_changes_nothing),
        cmocka_unit_test(a_payload_over_the_protocols_limit_is_refused),
        cmocka_unit_test(large_packets_are_shared_and_let_go_when_sent),
        cmocka_unit_test(small_packets_are_copied),
        cmocka_unit_test(an_idle_queue_holds_no_chunk),
        cmocka_unit_test(the_pool_keeps_chunks_up_to_its_limit_and_uses_them_again),
        cmocka_unit_test(peeking_fills_no_more_spans_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, free_pool);
}
