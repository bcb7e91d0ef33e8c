/* The packet cutter: however the bytes come, the same packets go out. */
#include "base/buf.h"
#include "net/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LIMIT = 20000 };

struct seen {
    struct buf bytes; /* u32 size, payload for each */
    unsigned packets, batches;
    unsigned stop_after; /* so many packets; 0: never */
};

/* They lie one behind another, each behind its header. */
static void assert_is_batch(const struct view *packets, size_t count)
{
    assert_in_range(count, 1, FRAME_BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        uint32_t header;
        memcpy(&header, packets[i].data - sizeof header, sizeof header);
        assert_int_equal(header, packets[i].size);
        if (i)
            assert_ptr_equal(packets[i].data,
                             packets[i - 1].data + packets[i - 1].size + sizeof header);
    }
}

static size_t see(void *user, const struct view *packets, size_t count)
{
    struct seen *seen = user;
    size_t taken = 0;
    assert_is_batch(packets, count);
    seen->batches++;
    for (; taken < count && !(seen->stop_after && seen->packets == seen->stop_after); taken++) {
        buf_append(&seen->bytes, packets[taken].data - 4, 4 + packets[taken].size);
        seen->packets++;
    }
    return taken;
}

static void put_packet(struct buf *stream, size_t size)
{
    uint32_t header = (uint32_t)size;
    buf_append(stream, &header, sizeof header);
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(stream->size * 7 + i);
        buf_append(stream, &byte, 1);
    }
}

static struct buf sample_stream(void)
{
    static const size_t sizes[] = {2, 3, 60, 61, 300, 2, 5000, 9000, 2, LIMIT, 4};
    struct buf stream = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        put_packet(&stream, sizes[i]);
    return stream;
}

/* Feeds an exact copy of each piece, so that a read past its end shows. */
static enum frame_result feed_copy(struct frame *frame, const uint8_t *bytes, size_t size,
                                   struct seen *seen)
{
    uint8_t *copy = mem_alloc(size);
    memcpy(copy, bytes, size);
    enum frame_result result =
        frame_feed(frame, copy, size, LIMIT, &(struct frame_taker){see, seen}, NULL);
    free(copy);
    return result;
}

static void assert_seen_all(struct seen *seen, const struct buf *stream, const struct frame *frame)
{
    assert_int_equal(seen->bytes.size, stream->size);
    assert_memory_equal(seen->bytes.data, stream->data, stream->size);
    assert_null(frame->partial);
    buf_free(&seen->bytes);
}

static void a_cut_at_any_byte_changes_nothing(void **state)
{
    (void)state;
    struct buf stream = sample_stream();
    for (size_t cut = 0; cut <= stream.size; cut++) {
        struct frame frame = {0};
        struct seen seen = {0};
        assert_int_equal(feed_copy(&frame, stream.data, cut, &seen), FRAME_OK);
        assert_int_equal(feed_copy(&frame, stream.data + cut, stream.size - cut, &seen), FRAME_OK);
        assert_seen_all(&seen, &stream, &frame);
    }
    buf_free(&stream);
}

static void pieces_of_any_size_change_nothing(void **state)
{
    (void)state;
    struct buf stream = sample_stream();
    for (size_t piece = 1; piece <= 70; piece++) {
        struct frame frame = {0};
        struct seen seen = {0};
        for (size_t at = 0; at < stream.size; at += piece) {
            size_t size = stream.size - at < piece ? stream.size - at : piece;
            assert_int_equal(feed_copy(&frame, stream.data + at, size, &seen), FRAME_OK);
        }
        assert_seen_all(&seen, &stream, &frame);
    }
    buf_free(&stream);
}

static void whole_packets_come_in_batches(void **state)
{
    (void)state;
    struct buf stream = {0};
    struct frame frame = {0};
    struct seen seen = {0};
    for (size_t i = 0; i < 100; i++)
        put_packet(&stream, 2 + i % 7);
    assert_int_equal(feed_copy(&frame, stream.data, stream.size, &seen), FRAME_OK);
    assert_int_equal(seen.batches, (100 + FRAME_BATCH_MAX - 1) / FRAME_BATCH_MAX);
    assert_seen_all(&seen, &stream, &frame);
    buf_free(&stream);
}

static size_t lie_inside(void *user, const struct view *packets, size_t count)
{
    const struct buf *stream = user;
    for (size_t i = 0; i < count; i++)
        assert_true(packets[i].data >= stream->data &&
                    packets[i].data + packets[i].size <= stream->data + stream->size);
    return count;
}

static void packets_that_lie_whole_in_the_input_are_not_copied(void **state)
{
    (void)state;
    struct buf stream = sample_stream();
    struct frame frame = {0};
    assert_int_equal(frame_feed(&frame, stream.data, stream.size, LIMIT,
                                &(struct frame_taker){.packets = lie_inside, .user = &stream},
                                NULL),
                     FRAME_OK);
    buf_free(&stream);
}

/* Feeds a header and one more byte, in every way of two pieces. */
static void assert_refused(uint32_t length, enum frame_result wanted)
{
    uint8_t bytes[5] = {0};
    memcpy(bytes, &length, 4);
    for (size_t cut = 0; cut < 5; cut++) {
        struct frame frame = {0};
        struct seen seen = {0};
        enum frame_result result = feed_copy(&frame, bytes, cut, &seen);
        if (result == FRAME_OK)
            result = feed_copy(&frame, bytes + cut, 5 - cut, &seen);
        assert_int_equal(result, wanted);
        assert_int_equal(seen.packets, 0);
        frame_free(&frame);
    }
}

static void lengths_outside_the_limits_are_refused(void **state)
{
    (void)state;
    assert_refused(0, FRAME_TOO_SHORT);
    assert_refused(1, FRAME_TOO_SHORT);
    assert_refused(2, FRAME_OK);
    assert_refused(LIMIT, FRAME_OK);
    assert_refused(LIMIT + 1, FRAME_TOO_LONG);
    assert_refused(0x80000000u, FRAME_TOO_LONG);
    assert_refused(0xffffffffu, FRAME_TOO_LONG);
}

static void a_receiver_that_has_enough_gets_no_more(void **state)
{
    (void)state;
    struct buf stream = sample_stream();
    for (size_t cut = 0; cut < 40; cut++) {
        struct frame frame = {0};
        struct seen seen = {.stop_after = 2};
        enum frame_result result = feed_copy(&frame, stream.data, cut, &seen);
        if (result == FRAME_OK)
            result = feed_copy(&frame, stream.data + cut, stream.size - cut, &seen);
        assert_int_equal(result, FRAME_STOPPED);
        assert_int_equal(seen.packets, 2);
        buf_free(&seen.bytes);
        frame_free(&frame);
    }
    buf_free(&stream);
}

static void a_receiver_that_stops_goes_on_where_it_was(void **state)
{
    (void)state;
    struct buf stream = sample_stream();
    struct frame frame = {0};
    struct seen seen = {0};
    size_t at = 0;
    for (unsigned stops = 1; at < stream.size; stops++) {
        size_t used, left = stream.size - at, piece = left < 7000 ? left : 7000;
        seen.stop_after = stops;
        enum frame_result result =
            frame_feed(&frame, stream.data + at, piece, LIMIT,
                       &(struct frame_taker){.packets = see, .user = &seen}, &used);
        assert_true(result == FRAME_STOPPED || used == piece);
        if (result != FRAME_STOPPED)
            stops--;
        at += used;
    }
    assert_seen_all(&seen, &stream, &frame);
    buf_free(&stream);
}

static void a_claimed_length_costs_no_memory_until_the_bytes_come(void **state)
{
    (void)state;
    uint32_t length = 1 << 24;
    struct frame frame = {0};
    struct seen seen = {0};
    const struct frame_taker taker = {.packets = see, .user = &seen};
    assert_int_equal(frame_feed(&frame, (const uint8_t *)&length, 4, 1 << 24, &taker, NULL),
                     FRAME_OK);
    assert_in_range(frame.capacity, 4, 64);
    uint8_t part[1000] = {0};
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(frame_feed(&frame, part, sizeof part, 1 << 24, &taker, NULL), FRAME_OK);
        assert_in_range(frame.capacity, frame.size, 2 * frame.size);
    }
    frame_free(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_at_any_byte_changes_nothing),
        cmocka_unit_test(pieces_of_any_size_change_nothing),
        cmocka_unit_test(whole_packets_come_in_batches),
        cmocka_unit_test(packets_that_lie_whole_in_the_input_are_not_copied),
        cmocka_unit_test(lengths_outside_the_limits_are_refused),
        cmocka_unit_test(a_receiver_that_has_enough_gets_no_more),
        cmocka_unit_test(a_receiver_that_stops_goes_on_where_it_was),
        cmocka_unit_test(a_claimed_length_costs_no_memory_until_the_bytes_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
