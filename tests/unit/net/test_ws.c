/* The WebSocket codec: a table of frames after Autobahn's cases, and that cuts change nothing. */
#include "base/buf.h"
#include "net/sha1.h"
#include "net/ws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FRAME_BYTES_MAX = 1 << 20 };

/* What the sink was given: data as it is, control frames as "<opcode:payload>". */
struct seen {
    struct buf bytes;
    unsigned calls, stop_after;
};

static bool see_data(void *user, uint8_t *bytes, size_t size)
{
    struct seen *seen = user;
    assert_true(size > 0);
    buf_append(&seen->bytes, bytes, size);
    return ++seen->calls != seen->stop_after;
}

static bool see_control(void *user, enum ws_opcode opcode, const uint8_t *payload, size_t size)
{
    struct seen *seen = user;
    buf_print(&seen->bytes, "<%d:%.*s>", (int)opcode, (int)size, (const char *)payload);
    return ++seen->calls != seen->stop_after;
}

struct frame {
    uint8_t first; /* FIN, reserved bits, opcode */
    const char *payload;
};

/* Each frame gets another mask, as from a browser. */
static void put_frame(struct buf *stream, uint8_t first, const void *payload, size_t size)
{
    uint8_t head[WS_HEAD_BYTES_MAX];
    size_t head_size = ws_head(head, first & 15, size);
    uint8_t mask[4] = {(uint8_t)stream->size, 0x5a, 0xff, (uint8_t)size};
    head[0] = first;
    head[1] |= 0x80;
    buf_append(stream, head, head_size);
    buf_append(stream, mask, 4);
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = ((const uint8_t *)payload)[i] ^ mask[i & 3];
        buf_append(stream, &byte, 1);
    }
}

/* Feeds exact copies of the pieces, cut at `cut` and, beyond it, every `piece` bytes. */
static enum ws_code feed(const struct buf *stream, size_t cut, size_t piece, struct seen *seen)
{
    const struct ws_sink sink = {.data = see_data, .control = see_control, .user = seen};
    struct ws_parser parser = {0};
    enum ws_code code = WS_OK;
    for (size_t at = 0; at < stream->size && code == WS_OK;) {
        size_t size = at < cut ? cut : piece;
        if (size > stream->size - at)
            size = stream->size - at;
        uint8_t *copy = mem_alloc(size);
        memcpy(copy, stream->data + at, size);
        code = ws_feed(&parser, copy, size, FRAME_BYTES_MAX, &sink);
        free(copy);
        at += size;
    }
    ws_parser_free(&parser);
    return code;
}

static const struct {
    const char *name;
    struct frame frames[6];
    enum ws_code code;
    const char *seen;
} cases[] = {
    {"1.2 binary", {{0x82, "abc"}}, WS_OK, "abc"},
    {"1.2.1 empty", {{0x82, ""}, {0x82, "x"}}, WS_OK, "x"},
    {"1.1 text is not for us", {{0x81, "abc"}}, WS_UNSUPPORTED, ""},
    {"1.1 an unfinished text too", {{0x01, "abc"}}, WS_UNSUPPORTED, ""},
    {"2.1 ping", {{0x89, ""}}, WS_OK, "<9:>"},
    {"2.2 ping with payload", {{0x89, "hello"}}, WS_OK, "<9:hello>"},
    {"2.7 unasked pong", {{0x8a, "x"}, {0x89, "y"}}, WS_OK, "<10:x><9:y>"},
    {"3.1 reserved bit 1", {{0xc2, "a"}}, WS_PROTOCOL_ERROR, ""},
    {"3.2 reserved bit 2", {{0xa2, "a"}}, WS_PROTOCOL_ERROR, ""},
    {"3.3 reserved bit 3", {{0x92, "a"}}, WS_PROTOCOL_ERROR, ""},
    {"3.5 on a ping", {{0xc9, ""}}, WS_PROTOCOL_ERROR, ""},
    {"3.7 behind good ones", {{0x82, "a"}, {0xf2, "b"}}, WS_PROTOCOL_ERROR, "a"},
    {"4.1.1 opcode 3", {{0x83, ""}}, WS_PROTOCOL_ERROR, ""},
    {"4.1.5 opcode 7", {{0x82, "a"}, {0x87, ""}}, WS_PROTOCOL_ERROR, "a"},
    {"4.2.1 opcode 11", {{0x8b, ""}}, WS_PROTOCOL_ERROR, ""},
    {"4.2.5 opcode 15", {{0x82, "a"}, {0x8f, ""}}, WS_PROTOCOL_ERROR, "a"},
    {"5.1 ping in fragments", {{0x09, "a"}, {0x80, "b"}}, WS_PROTOCOL_ERROR, ""},
    {"5.2 pong in fragments", {{0x0a, "a"}, {0x80, "b"}}, WS_PROTOCOL_ERROR, ""},
    {"5.3 two fragments", {{0x02, "a"}, {0x80, "b"}}, WS_OK, "ab"},
    {"5.6 ping between fragments", {{0x02, "a"}, {0x89, "p"}, {0x80, "b"}}, WS_OK, "a<9:p>b"},
    {"5.9 continuation of nothing", {{0x80, "a"}}, WS_PROTOCOL_ERROR, ""},
    {"5.10 nothing goes on", {{0x82, "a"}, {0x80, "b"}}, WS_PROTOCOL_ERROR, "a"},
    {"5.12 unfinished continuation of nothing", {{0x00, "a"}}, WS_PROTOCOL_ERROR, ""},
    {"5.15 a message within a message", {{0x02, "a"}, {0x82, "b"}}, WS_PROTOCOL_ERROR, "a"},
    {"5.18 a text within a message", {{0x02, "a"}, {0x81, "b"}}, WS_PROTOCOL_ERROR, "a"},
    {"5.19 many fragments and pings",
     {{0x02, "a"}, {0x00, "b"}, {0x89, "1"}, {0x00, ""}, {0x89, "2"}, {0x80, "c"}},
     WS_OK,
     "ab<9:1><9:2>c"},
    {"7.1.1 close", {{0x88, "\x03\xe8"}}, WS_OK, "<8:\x03\xe8>"},
    {"7.3.1 close without payload", {{0x88, ""}}, WS_OK, "<8:>"},
    {"7.3.2 close with one byte", {{0x88, "a"}}, WS_PROTOCOL_ERROR, ""},
    {"7.3.4 close with a reason", {{0x88, "\x03\xe8 bye"}}, WS_OK, "<8:\x03\xe8 bye>"},
    {"7.5.1 close with a broken reason", {{0x88, "\x03\xe8\xce\xba\xe1\xff"}}, WS_BAD_TEXT, ""},
    {"7.5 a surrogate", {{0x88, "\x03\xe8\xed\xa0\x80"}}, WS_BAD_TEXT, ""},
    {"7.5 longer than need be", {{0x88, "\x03\xe8\xc0\xaf"}}, WS_BAD_TEXT, ""},
    {"7.5 beyond Unicode", {{0x88, "\x03\xe8\xf4\x90\x80\x80"}}, WS_BAD_TEXT, ""},
    {"7.5 cut off", {{0x88, "\x03\xe8\xe2\x82"}}, WS_BAD_TEXT, ""},
    {"7.5 good",
     {{0x88, "\x03\xe8\xf0\x9f\x98\x80\xe2\x82\xac"}},
     WS_OK,
     "<8:\x03\xe8\xf0\x9f\x98\x80\xe2\x82\xac>"},
    {"7.9.2 code 999", {{0x88, "\x03\xe7"}}, WS_PROTOCOL_ERROR, ""},
    {"7.9.3 code 1004", {{0x88, "\x03\xec"}}, WS_PROTOCOL_ERROR, ""},
    {"7.9.4 code 1005", {{0x88, "\x03\xed"}}, WS_PROTOCOL_ERROR, ""},
    {"7.9.5 code 1006", {{0x88, "\x03\xee"}}, WS_PROTOCOL_ERROR, ""},
    {"7.9.7 code 1016", {{0x88, "\x03\xf8"}}, WS_PROTOCOL_ERROR, ""},
    {"7.9.10 code 2999", {{0x88, "\x0b\xb7"}}, WS_PROTOCOL_ERROR, ""},
    {"7.7.10 code 3000", {{0x88, "\x0b\xb8"}}, WS_OK, "<8:\x0b\xb8>"},
    {"7.7.13 code 4999", {{0x88, "\x13\x87"}}, WS_OK, "<8:\x13\x87>"},
    {"7.13.2 code 5000", {{0x88, "\x13\x88"}}, WS_PROTOCOL_ERROR, ""},
};

static void each_case_ends_as_it_should_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf stream = {0};
        for (size_t j = 0; j < 6 && cases[i].frames[j].payload; j++)
            put_frame(&stream, cases[i].frames[j].first, cases[i].frames[j].payload,
                      strlen(cases[i].frames[j].payload));
        for (size_t cut = 0; cut <= stream.size; cut++)
            for (size_t piece = 1; piece <= stream.size; piece += piece < 4 ? 1 : stream.size) {
                struct seen seen = {0};
                enum ws_code code = feed(&stream, cut, piece, &seen);
                if (code != cases[i].code)
                    print_error("%s, cut at %zu\n", cases[i].name, cut);
                assert_int_equal(code, cases[i].code);
                assert_int_equal(seen.bytes.size, strlen(cases[i].seen));
                if (seen.bytes.size > 0)
                    assert_memory_equal(seen.bytes.data, cases[i].seen, seen.bytes.size);
                buf_free(&seen.bytes);
            }
        buf_free(&stream);
    }
}

static void payloads_of_every_length_encoding_arrive(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, 8, 9, 125, 126, 127, 128, 65535, 65536, 65537, 200000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t piece = 1; piece <= sizes[i] + 20; piece = piece * 3 + 1) {
            struct buf stream = {0}, payload = {0};
            struct seen seen = {0};
            for (size_t j = 0; j < sizes[i]; j++) {
                uint8_t byte = (uint8_t)(j * 31 + (j >> 8));
                buf_append(&payload, &byte, 1);
            }
            put_frame(&stream, 0x82, payload.data, payload.size);
            assert_int_equal(feed(&stream, 0, piece, &seen), WS_OK);
            assert_int_equal(seen.bytes.size, payload.size);
            assert_memory_equal(seen.bytes.data, payload.data, payload.size);
            buf_free(&stream);
            buf_free(&payload);
            buf_free(&seen.bytes);
        }
}

static enum ws_code feed_bytes(const char *bytes, size_t size)
{
    struct buf stream = {0};
    struct seen seen = {0};
    buf_append(&stream, bytes, size);
    enum ws_code code = feed(&stream, 0, 1, &seen);
    assert_int_equal(seen.calls, 0);
    buf_free(&stream);
    return code;
}

static void frames_that_no_client_may_send_are_refused(void **state)
{
    (void)state;
    /* Not masked. */
    assert_int_equal(feed_bytes("\x82\x01x", 3), WS_PROTOCOL_ERROR);
    assert_int_equal(feed_bytes("\x89\x00", 2), WS_PROTOCOL_ERROR);
    /* A control frame of 126 bytes. */
    assert_int_equal(feed_bytes("\x89\xfe\x00\x7e", 4), WS_PROTOCOL_ERROR);
    /* A length with the highest bit, and one beyond the limit. */
    assert_int_equal(feed_bytes("\x82\xff\x80\0\0\0\0\0\0\0mask", 14), WS_PROTOCOL_ERROR);
    assert_int_equal(feed_bytes("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask", 14), WS_TOO_BIG);
    assert_int_equal(feed_bytes("\x82\xff\0\0\0\0\0\x10\0\x01mask", 14), WS_TOO_BIG);
    assert_int_equal(feed_bytes("\x82\xff\0\0\0\0\0\x10\0\0mask", 14), WS_OK);
}

static void a_receiver_that_has_enough_gets_no_more(void **state)
{
    (void)state;
    struct buf stream = {0};
    struct seen seen = {.stop_after = 2};
    put_frame(&stream, 0x82, "a", 1);
    put_frame(&stream, 0x89, "b", 1);
    put_frame(&stream, 0x82, "c", 1);
    put_frame(&stream, 0xf2, "d", 1);
    assert_int_equal(feed(&stream, 0, stream.size, &seen), WS_OK);
    assert_int_equal(seen.calls, 2);
    buf_free(&stream);
    buf_free(&seen.bytes);
}

static void sha1_gives_the_known_answers(void **state)
{
    (void)state;
    uint8_t digest[20], a[119];
    sha1("abc", 3, digest);
    assert_memory_equal(digest,
                        "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e\x25\x71\x78\x50\xc2\x6c\x9c\xd0"
                        "\xd8\x9d",
                        20);
    sha1("", 0, digest);
    assert_memory_equal(digest,
                        "\xda\x39\xa3\xee\x5e\x6b\x4b\x0d\x32\x55\xbf\xef\x95\x60\x18\x90\xaf\xd8"
                        "\x07\x09",
                        20);
    sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, digest);
    assert_memory_equal(digest,
                        "\x84\x98\x3e\x44\x1c\x3b\xd2\x6e\xba\xae\x4a\xa1\xf9\x51\x29\xe5\xe5\x46"
                        "\x70\xf1",
                        20);
    memset(a, 'a', sizeof a);
    sha1(a, sizeof a, digest);
    assert_memory_equal(digest,
                        "\xee\x97\x10\x65\xaa\xa0\x17\xe0\x63\x2a\x8c\xa6\xc7\x7b\xb3\xbf\x8b\x1d"
                        "\xfc\x56",
                        20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_ends_as_it_should_however_it_is_cut),
        cmocka_unit_test(payloads_of_every_length_encoding_arrive),
        cmocka_unit_test(frames_that_no_client_may_send_are_refused),
        cmocka_unit_test(a_receiver_that_has_enough_gets_no_more),
        cmocka_unit_test(sha1_gives_the_known_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
