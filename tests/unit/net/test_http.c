/* The HTTP server over real sockets: answers, order, limits, times, and the way into a WebSocket.
 */
#include "net/http.h"
#include "net/ws.h"
#include "talker.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_BYTES = 8 << 20 };

struct world {
    struct rig rig;
    struct http_server *server;
    struct talker talker;
    struct peer peer; /* of the WebSocket */
    unsigned handled;
};

static void handle(void *user, const struct http_request *request, struct http_response *response)
{
    struct world *world = user;
    world->handled++;
    if (http_text_is(request->path, "/big")) {
        memset(buf_reserve(&response->body, 1 << 20), 'x', 1 << 20);
        response->body.size = 1 << 20;
        return;
    }
    if (http_text_is(request->path, "/file")) {
        response->file = memfd_create("file", 0);
        response->file_bytes = FILE_BYTES;
        response->has_file = true;
        assert_int_equal(ftruncate(response->file, FILE_BYTES), 0);
        return;
    }
    if (http_text_is(request->path, "/none")) {
        http_response_error(response, 404);
        return;
    }
    buf_print(&response->body, "[%.*s|%.*s]", (int)request->path.size, request->path.data,
              (int)request->query.size, request->query.data);
}

static void accepted(void *user, struct link *link)
{
    peer_take(&((struct world *)user)->peer, link);
}

static void world_init_with(struct world *world, struct http_desc desc)
{
    *world = (struct world){0};
    rig_init(&world->rig);
    desc.address = "127.0.0.1:0";
    desc.handle = handle;
    desc.handle_user = desc.accepted_user = world;
    desc.accepted = accepted;
    desc.websocket_path = "/ws";
    assert_int_equal(http_listen(world->rig.tcp, &desc, &world->server), GW_OK);
    talker_connect(&world->rig, &world->talker, http_server_port(world->server));
}

static void world_init(struct world *world)
{
    world_init_with(world, (struct http_desc){0});
}

static void world_fini(struct world *world)
{
    http_server_close(world->server);
    rig_fini(&world->rig);
    talker_fini(&world->talker);
    peer_fini(&world->peer);
}

static const struct net_stats *stats(const struct world *world)
{
    return tcp_stats(world->rig.tcp);
}

static void a_request_is_answered_and_the_connection_stays(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    talker_print(&world.talker, "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
    talker_wait(&world.rig, &world.talker, "[/a|b=c]");
    assert_true(talker_heard(&world.talker, "HTTP/1.1 200 OK\r\n"));
    assert_true(talker_heard(&world.talker, "Content-Length: 8\r\n"));
    assert_true(talker_heard(&world.talker, "X-Content-Type-Options: nosniff\r\n"));
    talker_print(&world.talker, "GET /d HTTP/1.1\r\nHost: x\r\n\r\n");
    talker_wait(&world.rig, &world.talker, "[/d|]");
    assert_int_equal(world.talker.closed, 0);
    world_fini(&world);
}

static void a_request_may_come_byte_by_byte(void **state)
{
    (void)state;
    static const char request[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    struct world world;
    world_init(&world);
    for (size_t i = 0; i < sizeof request - 1; i++) {
        uint64_t reads = stats(&world)->reads;
        talker_say(&world.talker, request + i, 1);
        while (stats(&world)->reads == reads)
            rig_turn(&world.rig);
    }
    talker_wait(&world.rig, &world.talker, "[/a|]");
    assert_int_equal(world.handled, 1);
    world_fini(&world);
}

static void requests_sent_together_are_answered_in_order(void **state)
{
    (void)state;
    struct world world;
    char request[64], answer[32];
    world_init(&world);
    for (unsigned i = 0; i < 500; i++) {
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n",
                 i % 100 == 50 ? "/big" : "/x");
        talker_print(&world.talker, request);
    }
    talker_print(&world.talker, "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    talker_wait_closed(&world.rig, &world.talker);
    snprintf(answer, sizeof answer, "[/last|]");
    assert_memory_equal(world.talker.heard.data + world.talker.heard.size - 8, answer, 8);
    assert_int_equal(world.handled, 501);
    assert_int_equal(stats(&world)->http_2xx, 501);
    world_fini(&world);
}

static void head_gets_no_body(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    talker_print(&world.talker, "HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    talker_wait_closed(&world.rig, &world.talker);
    assert_true(talker_heard(&world.talker, "Content-Length: 5\r\n"));
    assert_memory_equal(world.talker.heard.data + world.talker.heard.size - 4, "\r\n\r\n", 4);
    world_fini(&world);
}

static void old_http_gets_an_answer_and_a_close(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    talker_print(&world.talker, "GET /a HTTP/1.0\r\n\r\n");
    talker_wait_closed(&world.rig, &world.talker);
    assert_true(talker_heard(&world.talker, "[/a|]"));
    assert_true(talker_heard(&world.talker, "Connection: close\r\n"));
    world_fini(&world);
}

static void what_is_refused_gets_its_status_and_then_the_close(void **state)
{
    (void)state;
    static const struct {
        const char *request, *status;
    } cases[] = {
        {"nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
         "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
         "HTTP/1.1 413 Content Too Large\r\n"},
        {"GET /a HTTP/2.0\r\nHost: x\r\n\r\n", "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        world_init(&world);
        talker_print(&world.talker, cases[i].request);
        talker_wait_closed(&world.rig, &world.talker);
        assert_true(talker_heard(&world.talker, cases[i].status));
        assert_int_equal(world.handled, 0);
        world_fini(&world);
    }
}

static void a_head_that_has_no_end_is_refused(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    talker_print(&world.talker, "GET /a HTTP/1.1\r\nHost: x\r\n");
    for (unsigned i = 0; i < 900; i++)
        talker_print(&world.talker, "X: 1234567\r\n");
    talker_wait_closed(&world.rig, &world.talker);
    assert_true(talker_heard(&world.talker, "HTTP/1.1 431 "));
    world_fini(&world);
}

static void a_request_that_comes_too_slowly_is_refused(void **state)
{
    (void)state;
    struct world world;
    world_init_with(&world, (struct http_desc){.head_timeout_ms = 30});
    talker_print(&world.talker, "GET /a HT");
    talker_wait_closed(&world.rig, &world.talker);
    assert_true(talker_heard(&world.talker, "HTTP/1.1 408 Request Timeout\r\n"));
    assert_int_equal(stats(&world)->http_timeouts, 1);
    assert_int_equal(stats(&world)->handshake_timeouts, 1);
    world_fini(&world);
}

static void a_request_that_trickles_in_gets_no_more_time_for_it(void **state)
{
    (void)state;
    struct world world;
    world_init_with(&world, (struct http_desc){.head_timeout_ms = 30, .head_bytes_max = 1 << 20});
    talker_print(&world.talker, "GET /a HTTP/1.1\r\nA: ");
    while (world.talker.stream) {
        talker_print(&world.talker, "a");
        rig_turn(&world.rig);
    }
    assert_true(talker_heard(&world.talker, "HTTP/1.1 408 "));
    world_fini(&world);
}

static void a_connection_that_says_nothing_is_closed(void **state)
{
    (void)state;
    struct world world;
    world_init_with(&world, (struct http_desc){.head_timeout_ms = 30});
    talker_wait_closed(&world.rig, &world.talker);
    assert_int_equal(world.talker.heard.size, 0);
    world_fini(&world);
}

static void a_connection_between_requests_is_closed_after_its_time(void **state)
{
    (void)state;
    struct world world;
    world_init_with(&world, (struct http_desc){.idle_timeout_ms = 30});
    talker_print(&world.talker, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    talker_wait_closed(&world.rig, &world.talker);
    assert_true(talker_heard(&world.talker, "[/a|]"));
    world_fini(&world);
}

static void a_client_that_does_not_take_its_answer_is_closed(void **state)
{
    (void)state;
    struct world world;
    world_init_with(&world, (struct http_desc){.progress_timeout_ms = 30});
    stream_pause(world.talker.stream, true);
    for (unsigned i = 0; i < 40; i++)
        talker_print(&world.talker, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    while (stats(&world)->http_timeouts == 0)
        rig_turn(&world.rig);
    assert_in_range(world.handled, 1, 39);
    world_fini(&world);
}

/* However fast the peer reads: others are served in between. */
static void a_long_file_goes_in_many_turns(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    talker_print(&world.talker, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
    while (world.talker.heard.size < FILE_BYTES) {
        uint64_t before = stats(&world)->bytes_out;
        rig_turn(&world.rig);
        assert_in_range(stats(&world)->bytes_out - before, 0, 600 << 10);
    }
    world_fini(&world);
}

static void connections_beyond_the_limit_are_closed_while_all_others_are_answered(void **state)
{
    (void)state;
    struct world world;
    struct talker second;
    world_init_with(&world, (struct http_desc){.plain_max = 1});
    stream_pause(world.talker.stream, true);
    for (unsigned i = 0; i < 40; i++)
        talker_print(&world.talker, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    while (world.handled == 0)
        rig_turn(&world.rig);
    talker_connect(&world.rig, &second, http_server_port(world.server));
    talker_wait_closed(&world.rig, &second);
    assert_int_equal(stats(&world)->refused, 1);
    assert_int_equal(stats(&world)->http_displaced, 0);
    talker_fini(&second);
    world_fini(&world);
}

/* Those that are idle go first, and then those that have never asked. */
static void a_connection_that_asks_for_nothing_gives_way_to_a_new_one(void **state)
{
    (void)state;
    struct world world;
    struct talker silent, last;
    world_init_with(&world, (struct http_desc){.plain_max = 2});
    talker_connect(&world.rig, &silent, http_server_port(world.server));
    talker_print(&world.talker, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    talker_wait(&world.rig, &world.talker, "[/a|]");
    talker_connect(&world.rig, &last, http_server_port(world.server));
    talker_wait_closed(&world.rig, &world.talker);
    assert_false(silent.is_closed);
    talker_fini(&world.talker);
    talker_connect(&world.rig, &world.talker, http_server_port(world.server));
    talker_wait_closed(&world.rig, &silent);
    assert_int_equal(stats(&world)->http_displaced, 2);
    assert_int_equal(stats(&world)->refused, 0);
    talker_print(&last, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    talker_wait(&world.rig, &last, "[/b|]");
    world_fini(&world);
    talker_fini(&silent);
    talker_fini(&last);
}

#define UPGRADE                                                                                    \
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"     \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

/* Says one masked frame. */
static void say_frame(struct talker *talker, uint8_t first, const void *payload, size_t size)
{
    uint8_t head[WS_HEAD_BYTES_MAX];
    static const uint8_t mask[4] = {1, 2, 3, 4};
    size_t head_size = ws_head(head, first & 15, size);
    head[0] = first;
    head[1] |= 0x80;
    talker_say(talker, head, head_size);
    talker_say(talker, mask, sizeof mask);
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = ((const uint8_t *)payload)[i] ^ mask[i & 3];
        talker_say(talker, &byte, 1);
    }
}

static void upgrade(struct world *world)
{
    talker_print(&world->talker, UPGRADE "\r\n");
    talker_wait(&world->rig, &world->talker, "\r\n\r\n");
    assert_true(talker_heard(&world->talker, "HTTP/1.1 101 Switching Protocols\r\n"));
    assert_true(
        talker_heard(&world->talker, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    buf_clear(&world->talker.heard);
}

static void a_websocket_carries_the_bytes_of_a_link(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    upgrade(&world);
    world.peer.echoes = true;
    /* One packet in two frames, then two packets in one. */
    say_frame(&world.talker, 0x82, "\x05\x00\x00", 3);
    say_frame(&world.talker, 0x82, "\x00hello", 6);
    say_frame(&world.talker, 0x82, "\x02\0\0\0ab\x02\0\0\0cd", 12);
    while (world.peer.packets < 3)
        rig_turn(&world.rig);
    assert_memory_equal(world.peer.received.data, "helloabcd", 9);
    talker_wait(&world.rig, &world.talker, "cd");
    assert_int_equal(world.talker.heard.data[0], 0x82);
    world_fini(&world);
}

static void what_a_turn_sends_leaves_as_one_frame(void **state)
{
    (void)state;
    struct world world;
    static uint8_t large[70000];
    world_init(&world);
    upgrade(&world);
    link_send(world.peer.link, "ab", 2);
    link_send(world.peer.link, large, sizeof large);
    link_send(world.peer.link, "cd", 2);
    size_t size = 6 + 4 + sizeof large + 6;
    talker_wait_size(&world.rig, &world.talker, 10 + size);
    const uint8_t *heard = world.talker.heard.data;
    assert_int_equal(heard[0], 0x82);
    assert_int_equal(heard[1], 127);
    assert_int_equal((size_t)heard[7] << 16 | (size_t)heard[8] << 8 | heard[9], size);
    assert_memory_equal(heard + 10, "\x02\0\0\0ab", 6);
    assert_memory_equal(heard + 10 + size - 6, "\x02\0\0\0cd", 6);
    world_fini(&world);
}

static void bytes_behind_the_upgrade_belong_to_the_websocket(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    talker_print(&world.talker, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n" UPGRADE "\r\n");
    say_frame(&world.talker, 0x82, "\x02\0\0\0ab", 6);
    while (world.peer.packets < 1)
        rig_turn(&world.rig);
    talker_wait(&world.rig, &world.talker, "101 Switching");
    assert_true(talker_heard(&world.talker, "[/a|]"));
    world_fini(&world);
}

static void a_paused_websocket_delivers_packet_by_packet(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    upgrade(&world);
    world.peer.pause_every = 1;
    say_frame(&world.talker, 0x82, "\x02\0\0\0ab\x02\0\0\0cd\x02\0", 14);
    say_frame(&world.talker, 0x82, "\0\0ef", 4);
    say_frame(&world.talker, 0x89, "?", 1);         /* a ping */
    talker_wait_size(&world.rig, &world.talker, 3); /* it is answered all the same */
    for (unsigned packets = 1; packets <= 3; packets++) {
        while (world.peer.packets < packets)
            rig_turn(&world.rig);
        rig_turn(&world.rig);
        assert_int_equal(world.peer.packets, packets);
        link_pause(world.peer.link, false);
    }
    assert_memory_equal(world.peer.received.data, "abcdef", 6);
    world_fini(&world);
}

static void a_ping_is_answered(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    upgrade(&world);
    say_frame(&world.talker, 0x89, "abc", 3);
    talker_wait(&world.rig, &world.talker,
                "\x8a\x03"
                "abc");
    world_fini(&world);
}

static void a_close_is_answered_with_its_code_and_ends_the_link(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    upgrade(&world);
    say_frame(&world.talker, 0x88, "\x0b\xb8gone", 6);
    talker_wait_closed(&world.rig, &world.talker);
    assert_int_equal(world.peer.closed, 1);
    assert_string_equal(world.peer.reason, "the peer closed the WebSocket");
    assert_int_equal(world.talker.heard.size, 4);
    assert_memory_equal(world.talker.heard.data, "\x88\x02\x0b\xb8", 4);
    world_fini(&world);
}

static void closing_the_link_says_why(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    upgrade(&world);
    link_send(world.peer.link, "ab", 2);
    link_close(world.peer.link, "the game is full");
    talker_wait_closed(&world.rig, &world.talker);
    assert_int_equal(world.talker.heard.size, 8 + 2 + 2 + 16);
    assert_memory_equal(world.talker.heard.data,
                        "\x82\x06\x02\0\0\0ab\x88\x12\x03\xe8the game is full", 28);
    assert_string_equal(world.peer.reason, "the game is full");
    world_fini(&world);
}

static void a_close_by_the_game_has_a_code_of_its_own(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    upgrade(&world);
    link_dismiss(world.peer.link, "", 0);
    talker_wait_closed(&world.rig, &world.talker);
    assert_int_equal(world.talker.heard.size, 2 + 2 + 18);
    assert_memory_equal(world.talker.heard.data, "\x88\x14\x0f\xa1the game closed it", 22);
    world_fini(&world);
}

static void a_broken_rule_closes_with_its_code(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    upgrade(&world);
    say_frame(&world.talker, 0x81, "text", 4);
    talker_wait_closed(&world.rig, &world.talker);
    assert_memory_equal(world.talker.heard.data + 2, "\x03\xeb", 2);
    assert_int_equal(stats(&world)->ws_errors, 1);
    assert_int_equal(world.peer.closed, 1);
    world_fini(&world);
}

static void an_upgrade_that_is_none_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *request, *status;
    } cases[] = {
        {"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 426 "},
        {"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n",
         "HTTP/1.1 426 "},
        {"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n\r\n",
         "HTTP/1.1 400 "},
        {UPGRADE "Origin: https://evil.example\r\n\r\n", "HTTP/1.1 403 "},
        {UPGRADE "Origin: https://good.example\r\n\r\n", "HTTP/1.1 101 "},
        {UPGRADE "\r\n", "HTTP/1.1 101 "},
    };
    static const char *const origins[] = {"https://good.example", NULL};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        world_init_with(&world, (struct http_desc){.origins = origins});
        talker_print(&world.talker, cases[i].request);
        talker_wait(&world.rig, &world.talker, "\r\n\r\n");
        assert_true(talker_heard(&world.talker, cases[i].status));
        world_fini(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_and_the_connection_stays),
        cmocka_unit_test(a_request_may_come_byte_by_byte),
        cmocka_unit_test(requests_sent_together_are_answered_in_order),
        cmocka_unit_test(head_gets_no_body),
        cmocka_unit_test(old_http_gets_an_answer_and_a_close),
        cmocka_unit_test(what_is_refused_gets_its_status_and_then_the_close),
        cmocka_unit_test(a_head_that_has_no_end_is_refused),
        cmocka_unit_test(a_request_that_comes_too_slowly_is_refused),
        cmocka_unit_test(a_request_that_trickles_in_gets_no_more_time_for_it),
        cmocka_unit_test(a_connection_that_says_nothing_is_closed),
        cmocka_unit_test(a_connection_between_requests_is_closed_after_its_time),
        cmocka_unit_test(a_client_that_does_not_take_its_answer_is_closed),
        cmocka_unit_test(a_long_file_goes_in_many_turns),
        cmocka_unit_test(connections_beyond_the_limit_are_closed_while_all_others_are_answered),
        cmocka_unit_test(a_connection_that_asks_for_nothing_gives_way_to_a_new_one),
        cmocka_unit_test(a_websocket_carries_the_bytes_of_a_link),
        cmocka_unit_test(what_a_turn_sends_leaves_as_one_frame),
        cmocka_unit_test(bytes_behind_the_upgrade_belong_to_the_websocket),
        cmocka_unit_test(a_paused_websocket_delivers_packet_by_packet),
        cmocka_unit_test(a_ping_is_answered),
        cmocka_unit_test(a_close_is_answered_with_its_code_and_ends_the_link),
        cmocka_unit_test(closing_the_link_says_why),
        cmocka_unit_test(a_close_by_the_game_has_a_code_of_its_own),
        cmocka_unit_test(a_broken_rule_closes_with_its_code),
        cmocka_unit_test(an_upgrade_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
