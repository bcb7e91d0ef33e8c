/* The WebSocket between a client and its gate: opened, fed in any pieces, closed. */
#include "gate.h"

#include "client/websocket.h"
#include "net/ws.h"
#include "net/ws_handshake.h"

#define ANSWER                                                                                     \
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection:keep-alive , Upgrade "   \
    "\r\n"                                                                                         \
    "Sec-WebSocket-Accept: %s\r\n\r\n"

/* A WebSocket whose transport is a gate; the gate's own client is not used. */
struct web {
    struct gate gate;
    struct random random;
    struct transport *ws;
    struct failure failure;
};

static void web_dial(struct web *web, const char *origin)
{
    struct gate unused = {0};
    gate_open(&unused, &(gwc_desc){0});
    web->gate.base.ops = unused.base.ops;
    gate_close(&unused);
    web->gate.room_bytes = SIZE_MAX;
    web->ws = websocket_create(&web->gate.base, "host:1", "/ws", origin, &web->random);
    assert_true(web->ws->ops->dial(web->ws, &web->failure));
}

static void web_close(struct web *web)
{
    transport_destroy(web->ws);
    buf_free(&web->gate.from_client);
}

static enum transport_progress web_connect(struct web *web)
{
    return web->ws->ops->connect(web->ws, &web->failure);
}

/* Answers as a server does to the key that was sent. */
static void web_answer(struct web *web, const char *format)
{
    static const char name[] = "Sec-WebSocket-Key: ";
    char accept[WS_ACCEPT_CHARS + 1];
    assert_int_equal(web_connect(web), TRANSPORT_CONNECTING);
    buf_append(&web->gate.from_client, "", 1);
    const char *key = strstr((const char *)web->gate.from_client.data, name);
    assert_non_null(key);
    ws_handshake_accept(key + sizeof name - 1, accept);
    buf_clear(&web->gate.from_client);
    char answer[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(answer, sizeof answer, format, accept);
#pragma GCC diagnostic pop
    buf_append(&web->gate.to_client, answer, strlen(answer));
}

static void web_open(struct web *web)
{
    web_dial(web, NULL);
    web_answer(web, ANSWER);
    assert_int_equal(web_connect(web), TRANSPORT_CONNECTED);
}

static void put_frame(struct web *web, enum ws_opcode opcode, const char *payload, size_t size)
{
    uint8_t head[WS_HEAD_BYTES_MAX];
    buf_append(&web->gate.to_client, head, ws_head(head, opcode, size));
    buf_append(&web->gate.to_client, payload, size);
}

static ssize_t web_receive(struct web *web, uint8_t *bytes, size_t capacity)
{
    return web->ws->ops->receive(web->ws, bytes, capacity, &web->failure);
}

/* Takes the first frame that the client has sent off the front, and returns its payload in place.
 */
static struct view sent_frame(struct web *web, struct buf *payload)
{
    struct buf *sent = &web->gate.from_client;
    assert_true(sent->size >= 6 && (sent->data[1] & 0x80) && (sent->data[1] & 0x7f) < 126);
    size_t size = sent->data[1] & 0x7f;
    buf_clear(payload);
    buf_append(payload, sent->data, 1);
    buf_append(payload, sent->data + 6, size);
    ws_mask(payload->data + 1, size, sent->data + 2);
    buf_consume(sent, 6 + size);
    return view_of(payload);
}

static void expect_frame(struct web *web, enum ws_opcode opcode, const char *text, size_t size)
{
    struct buf payload = {0};
    struct view frame = sent_frame(web, &payload);
    assert_int_equal(frame.data[0], 0x80 | opcode);
    assert_int_equal(frame.size - 1, size);
    assert_memory_equal(frame.data + 1, text, size);
    buf_free(&payload);
}

static void the_request_is_one_of_a_websocket(void **state)
{
    (void)state;
    struct web web = {0};
    web_dial(&web, "http://game.example");
    assert_int_equal(web_connect(&web), TRANSPORT_CONNECTING);
    struct buf *sent = &web.gate.from_client;
    buf_append(sent, "", 1);
    const char *text = (const char *)sent->data, *key = strstr(text, "Key: ");
    assert_ptr_equal(strstr(text, "GET /ws HTTP/1.1\r\nHost: host:1\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Key: "),
                     text);
    assert_string_equal(key + 5 + WS_KEY_CHARS, "\r\nSec-WebSocket-Version: 13\r\n"
                                                "Origin: http://game.example\r\n\r\n");
    web_close(&web);
}

static void a_good_answer_opens_and_what_follows_it_is_read(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 200; piece += piece < 4 ? 1 : 60) {
        struct web web = {0};
        uint8_t bytes[4096];
        web_dial(&web, NULL);
        web_answer(&web, ANSWER);
        put_frame(&web, WS_BINARY, "hello", 5);
        web.gate.piece_bytes = piece;
        enum transport_progress progress = TRANSPORT_CONNECTING;
        while (progress == TRANSPORT_CONNECTING)
            progress = web_connect(&web);
        assert_int_equal(progress, TRANSPORT_CONNECTED);
        struct buf got = {0};
        while (got.size < 5) {
            ssize_t count = web_receive(&web, bytes, sizeof bytes);
            assert_true(count >= 0);
            buf_append(&got, bytes, (size_t)count);
        }
        assert_memory_equal(got.data, "hello", 5);
        buf_free(&got);
        web_close(&web);
    }
}

static void an_answer_that_opens_nothing_is_a_failure(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 403 Forbidden\r\nX: %s\r\n\r\n",
        "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX: %s\r\n\r\n",
        "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %sx\r\n\r\n",
        "HTTP/1.1 101 Yes\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n\r\n",
        "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: upgraded,\r\n"
        "Sec-WebSocket-Accept: %s\r\n\r\n",
        "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct web web = {0};
        web_dial(&web, NULL);
        web_answer(&web, answers[i]);
        assert_int_equal(web_connect(&web), TRANSPORT_FAILED);
        assert_string_equal(web.failure.reason,
                            i == 0 ? "the server refuses the WebSocket: HTTP/1.1 403 Forbidden"
                                   : "the server's answer opens no WebSocket");
        web_close(&web);
    }
}

static void an_answer_without_end_is_a_failure(void **state)
{
    (void)state;
    struct web web = {0};
    web_dial(&web, NULL);
    assert_int_equal(web_connect(&web), TRANSPORT_CONNECTING);
    for (size_t i = 0; i < 10000; i++)
        buf_append(&web.gate.to_client, "x", 1);
    assert_int_equal(web_connect(&web), TRANSPORT_FAILED);
    web_close(&web);
}

static void what_is_sent_travels_in_masked_frames(void **state)
{
    (void)state;
    struct web web = {0};
    web_open(&web);
    assert_int_equal(web.ws->ops->send(web.ws, (const uint8_t *)"hello", 5, &web.failure), 5);
    assert_memory_not_equal(web.gate.from_client.data + 6, "hello", 5);
    expect_frame(&web, WS_BINARY, "hello", 5);
    web_close(&web);
}

static void what_does_not_fit_waits_and_nothing_overtakes_it(void **state)
{
    (void)state;
    struct web web = {0};
    web_open(&web);
    web.gate.room_bytes = 3;
    assert_int_equal(web.ws->ops->send(web.ws, (const uint8_t *)"hello", 5, &web.failure), 5);
    assert_int_equal(web.ws->ops->send(web.ws, (const uint8_t *)"world", 5, &web.failure), 0);
    assert_true(web.ws->ops->events(web.ws) & 4 /* POLLOUT */);
    web.gate.room_bytes = SIZE_MAX;
    assert_int_equal(web.ws->ops->send(web.ws, (const uint8_t *)"world", 5, &web.failure), 5);
    expect_frame(&web, WS_BINARY, "hello", 5);
    expect_frame(&web, WS_BINARY, "world", 5);
    web_close(&web);
}

static void pings_are_answered(void **state)
{
    (void)state;
    struct web web = {0};
    uint8_t bytes[256];
    web_open(&web);
    put_frame(&web, WS_PING, "abc", 3);
    assert_int_equal(web_receive(&web, bytes, sizeof bytes), 0);
    assert_int_equal(web.ws->ops->send(web.ws, NULL, 0, &web.failure), 0);
    expect_frame(&web, WS_PONG, "abc", 3);
    web_close(&web);
}

static void pings_to_one_that_may_not_answer_end_it(void **state)
{
    (void)state;
    struct web web = {0};
    uint8_t bytes[1024];
    ssize_t count = 0;
    web_open(&web);
    web.gate.room_bytes = 0;
    for (unsigned i = 0; i < 10000; i++)
        put_frame(&web, WS_PING, "0123456789", 10);
    while (count == 0 && web.gate.to_client.size > 0)
        count = web_receive(&web, bytes, sizeof bytes);
    assert_int_equal(count, -1);
    assert_string_equal(web.failure.reason, "the server pings and does not read the answers");
    web_close(&web);
}

static void a_close_frame_ends_it_behind_the_bytes_before(void **state)
{
    (void)state;
    struct web web = {0};
    uint8_t bytes[256];
    web_open(&web);
    put_frame(&web, WS_BINARY, "last", 4);
    put_frame(&web, WS_CLOSE,
              "\x0f\xa1"
              "bye",
              5);
    assert_int_equal(web_receive(&web, bytes, sizeof bytes), 4);
    assert_memory_equal(bytes, "last", 4);
    assert_int_equal(web_receive(&web, bytes, sizeof bytes), -1);
    assert_int_equal(web.failure.code, 4001);
    assert_string_equal(web.failure.reason, "bye");
    web_close(&web);
}

static void hanging_up_says_goodbye_and_it_can_be_dialled_again(void **state)
{
    (void)state;
    struct web web = {0};
    web_open(&web);
    web.ws->ops->hang_up(web.ws);
    expect_frame(&web, WS_CLOSE, "\x03\xe8", 2);
    assert_true(web.ws->ops->dial(web.ws, &web.failure));
    buf_clear(&web.gate.from_client);
    web_answer(&web, ANSWER);
    assert_int_equal(web_connect(&web), TRANSPORT_CONNECTED);
    web_close(&web);
}

static void frames_that_no_server_sends_end_it(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {
        {"\x82\x81\x01\x02\x03\x04\x05", 7}, /* masked */
        {"\x81\x01"
         "a",
         3}, /* text */
        {"\xc2\x01"
         "a",
         3}, /* a reserved bit */
        {"\x80\x01"
         "a",
         3}, /* continues nothing */
        {"\x88\x01"
         "a",
         3}, /* a close frame of one byte */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct web web = {0};
        uint8_t bytes[256];
        web_open(&web);
        buf_append(&web.gate.to_client, cases[i].bytes, cases[i].size);
        assert_int_equal(web_receive(&web, bytes, sizeof bytes), -1);
        assert_string_equal(web.failure.reason, "the server breaks the rules of WebSocket frames");
        web_close(&web);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_one_of_a_websocket),
        cmocka_unit_test(a_good_answer_opens_and_what_follows_it_is_read),
        cmocka_unit_test(an_answer_that_opens_nothing_is_a_failure),
        cmocka_unit_test(an_answer_without_end_is_a_failure),
        cmocka_unit_test(what_is_sent_travels_in_masked_frames),
        cmocka_unit_test(what_does_not_fit_waits_and_nothing_overtakes_it),
        cmocka_unit_test(pings_are_answered),
        cmocka_unit_test(pings_to_one_that_may_not_answer_end_it),
        cmocka_unit_test(a_close_frame_ends_it_behind_the_bytes_before),
        cmocka_unit_test(hanging_up_says_goodbye_and_it_can_be_dialled_again),
        cmocka_unit_test(frames_that_no_server_sends_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
