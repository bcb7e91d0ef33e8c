/* The WebSocket layer between a stream below that the test plays and a layer above that it plays
 * too. */
#include "base/buf.h"
#include "net/link.h"
#include "net/ws.h"
#include "net/wsstream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct world {
    struct stream below;
    struct net_stats stats;
    struct outq_pool pool;
    struct outq before; /* what HTTP had still to send */
    unsigned closes;    /* of below */
    const char *reason;
    bool is_paused, has_gone;

    struct stream *ws;
    struct outq above;
    struct buf heard;
    unsigned told_closed, calls;
    bool closes_at_once; /* inside `bytes` */
};

static struct world *world_of(struct stream *stream)
{
    return (struct world *)stream; /* below comes first */
}

static void below_wake(struct stream *stream)
{
    (void)stream;
}

static void below_close(struct stream *stream, const char *reason)
{
    world_of(stream)->closes++;
    world_of(stream)->reason = reason;
}

static void below_pause(struct stream *stream, bool paused)
{
    world_of(stream)->is_paused = paused;
}

static bool below_has_gone(struct stream *stream)
{
    return world_of(stream)->has_gone;
}

static void below_address(struct stream *stream, char *text, size_t size)
{
    (void)stream;
    memcpy(text, "peer", size < 5 ? size : 5);
}

static const struct stream_ops ops = {
    .wake = below_wake,
    .close = below_close,
    .pause = below_pause,
    .has_gone = below_has_gone,
    .address = below_address,
};

static void bytes(void *user, uint8_t *data, size_t size)
{
    struct world *world = user;
    world->calls++;
    buf_append(&world->heard, data, size);
    if (world->closes_at_once)
        stream_close(world->ws, "enough");
}

static void closed(void *user, const char *reason)
{
    (void)reason;
    ((struct world *)user)->told_closed++;
}

static const struct stream_events events = {.bytes = bytes, .closed = closed};

static void world_init(struct world *world)
{
    *world = (struct world){.below.ops = &ops};
    world->below.stats = &world->stats;
    world->below.pool = &world->pool;
    outq_init(&world->before, &world->pool, 0);
    outq_init(&world->above, &world->pool, 0);
    world->ws = wsstream_create(&world->below, &world->before, "hi", 2);
    world->ws->events = &events;
    world->ws->user = world;
    world->ws->out = &world->above;
}

static void world_fini(struct world *world)
{
    world->below.events->closed(world->below.user, "over");
    assert_int_equal(world->told_closed, 1);
    outq_clear(&world->above);
    buf_free(&world->heard);
    outq_pool_free(&world->pool);
}

/* Takes what the layer wants sent, as a transport at the end of a turn does. */
static struct buf sent(struct world *world)
{
    struct buf all = {0};
    struct outq_span span;
    if (world->below.out->bytes == 0)
        world->below.events->refill(world->below.user);
    while (outq_peek(world->below.out, &span, 1) > 0) {
        buf_append(&all, span.data, span.size);
        outq_consume(world->below.out, span.size);
    }
    return all;
}

static void assert_sent(struct world *world, const void *wanted, size_t size)
{
    struct buf all = sent(world);
    assert_int_equal(all.size, size);
    if (size > 0)
        assert_memory_equal(all.data, wanted, size);
    buf_free(&all);
}

/* The mask is zero. */
static void receive(struct world *world, uint8_t first, const char *payload)
{
    struct buf frame = {0};
    size_t size = strlen(payload);
    const uint8_t head[6] = {first, (uint8_t)(0x80 | size)};
    buf_append(&frame, head, sizeof head);
    buf_append(&frame, payload, size);
    world->below.events->bytes(world->below.user, frame.data, frame.size);
    buf_free(&frame);
}

static void the_greeting_goes_first_and_then_frames(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    assert_int_equal(outq_put_raw(&world.above, "abc", 3), GW_OK);
    assert_sent(&world, "hi", 2);
    assert_sent(&world,
                "\x82\x03"
                "abc",
                5);
    assert_sent(&world, "", 0);
    world_fini(&world);
}

static void a_peer_that_pings_and_does_not_read_costs_little(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    for (unsigned i = 0; i < 10000; i++)
        receive(&world, 0x89, "0123456789012345678901234567890123456789");
    assert_in_range(world.below.out->bytes, 1000, 8192);
    world_fini(&world);
}

static void a_layer_above_that_closes_hears_no_more(void **state)
{
    (void)state;
    struct world world;
    uint8_t two[] = "\x82\x81\0\0\0\0a\x82\x81\0\0\0\0b";
    world_init(&world);
    world.closes_at_once = true;
    world.below.events->bytes(world.below.user, two, sizeof two - 1);
    assert_int_equal(world.calls, 1);
    receive(&world, 0x82, "c");
    assert_int_equal(world.calls, 1);
    assert_int_equal(world.closes, 1);
    assert_sent(&world,
                "hi\x88\x08\x03\xe8"
                "enough",
                12);
    world_fini(&world);
}

static void nothing_follows_the_close_frame(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    assert_int_equal(outq_put_raw(&world.above, "abc", 3), GW_OK);
    stream_close(world.ws, "bye");
    stream_close(world.ws, "bye again");
    assert_int_equal(outq_put_raw(&world.above, "def", 3), GW_OK);
    assert_sent(&world,
                "hi\x82\x03"
                "abc\x88\x05\x03\xe8"
                "bye",
                14);
    assert_sent(&world, "", 0);
    assert_int_equal(world.closes, 1);
    assert_string_equal(world.reason, "bye");
    world_fini(&world);
}

static void a_client_that_the_game_sends_away_gets_the_code_for_that(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    stream_farewell(world.ws, link_by_game, strlen(link_by_game));
    stream_close(world.ws, link_by_game);
    struct buf all = sent(&world);
    assert_memory_equal(all.data + 4, "\x0f\xa1the game", 10); /* 4001 */
    buf_free(&all);
    world_fini(&world);
}

/* A close frame with words that are no UTF-8, or too long, would itself break the rules. */
static void the_words_of_a_farewell_are_cut_to_whole_characters_that_fit(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        size_t kept;
    } cases[] = {
        {"you cheat", 9},
        {"bad\xff", 3},
        {"half \xc3", 5},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "01"
         "234567890123456789012345678901234567890",
         123},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "0"
         "12345678901234567890123456789012\xe2\x82\xac",
         122},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        world_init(&world);
        stream_farewell(world.ws, cases[i].words, strlen(cases[i].words));
        stream_close(world.ws, link_by_game);
        struct buf all = sent(&world);
        const uint8_t head[] = {0x88, (uint8_t)(2 + cases[i].kept), 0x0f, 0xa1};
        assert_memory_equal(all.data + 2, head, sizeof head);
        assert_memory_equal(all.data + 6, cases[i].words, cases[i].kept);
        assert_int_equal(world.closes, 1);
        assert_string_equal(world.reason, link_by_game);
        buf_free(&all);
        world_fini(&world);
    }
}

static void pausing_and_the_address_are_those_of_the_stream_below(void **state)
{
    (void)state;
    struct world world;
    char text[16];
    world_init(&world);
    stream_pause(world.ws, true);
    assert_true(world.is_paused);
    assert_false(stream_has_gone(world.ws));
    world.has_gone = true;
    assert_true(stream_has_gone(world.ws));
    stream_address(world.ws, text, sizeof text);
    assert_string_equal(text, "peer");
    world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_greeting_goes_first_and_then_frames),
        cmocka_unit_test(a_peer_that_pings_and_does_not_read_costs_little),
        cmocka_unit_test(a_layer_above_that_closes_hears_no_more),
        cmocka_unit_test(nothing_follows_the_close_frame),
        cmocka_unit_test(a_client_that_the_game_sends_away_gets_the_code_for_that),
        cmocka_unit_test(the_words_of_a_farewell_are_cut_to_whole_characters_that_fit),
        cmocka_unit_test(pausing_and_the_address_are_those_of_the_stream_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
