/* The links of a game or gate to its dispatchers. */
#include "cluster/dispatchers.h"
#include "cluster/session.h"
#include "cluster/slot.h"
#include "unit/fake_link.h"

#include <stdlib.h>

#define COUNT 3

struct world {
    struct clock clock;
    struct log log;
    struct outq_pool pool;
    struct dispatchers *ds;
    struct fake_link links[COUNT];
    unsigned dials[COUNT], gave_up[COUNT], restarted[COUNT], hellos[COUNT];
    unsigned packets, packet_index;
};

static void dial(void *user, unsigned index)
{
    ((struct world *)user)->dials[index]++;
}

static void register_at(void *user, unsigned index, struct link *link)
{
    (void)user, (void)index;
    link_send(link, "\x02\x00register", 10);
}

static void packets(void *user, unsigned index, const struct view *packets, size_t count)
{
    struct world *w = user;
    (void)packets;
    w->packets += (unsigned)count;
    w->packet_index = index;
}

static void said_hello(void *user, unsigned index, bool restarted)
{
    (void)restarted;
    ((struct world *)user)->hellos[index]++;
}

static void lost(void *user, unsigned index, enum dispatchers_loss loss)
{
    struct world *w = user;
    (loss == DISPATCHER_RESTARTED ? w->restarted : w->gave_up)[index]++;
}

static void start_with(struct world *w, size_t backlog_bytes_max)
{
    *w = (struct world){.clock = {.now_ms = 5000}, .log = {.write = quiet_log_write}};
    w->ds = dispatchers_create(&(struct dispatchers_desc){.count = COUNT,
                                                          .backlog_bytes_max = backlog_bytes_max,
                                                          .pool = &w->pool,
                                                          .clock = &w->clock,
                                                          .log = &w->log,
                                                          .dial = dial,
                                                          .id = 7,
                                                          .epoch = 70,
                                                          .register_at = register_at,
                                                          .said_hello = said_hello,
                                                          .packets = packets,
                                                          .lost = lost,
                                                          .user = w});
    for (unsigned i = 0; i < COUNT; i++)
        fake_link_init(&w->links[i], &w->pool);
}

static void stop(struct world *w)
{
    dispatchers_destroy(w->ds);
    for (unsigned i = 0; i < COUNT; i++)
        fake_link_fini(&w->links[i]);
    outq_pool_free(&w->pool);
}

static void expect_text(struct fake_link *link, const char *text)
{
    struct view payload;
    assert_true(fake_link_next(link, &payload));
    assert_int_equal(payload.size, strlen(text) + 2);
    assert_memory_equal(payload.data + 2, text, strlen(text));
}

static void expect_registration(struct fake_link *link)
{
    struct msg_hello hello;
    expect_text(link, "register");
    EXPECT(link, hello, &hello);
    assert_int_equal(hello.epoch, 70);
    assert_int_equal(hello.features & SESSION_FEATURE_RESUMES, SESSION_FEATURE_RESUMES);
}

/* Dispatcher `index` is there over a new link. */
static struct fake_link *link_up(struct world *w, unsigned index)
{
    struct fake_link *link = &w->links[index];
    dispatchers_turn(w->ds);
    fake_link_fini(link);
    fake_link_init(link, &w->pool);
    dispatchers_up(w->ds, index, &link->link);
    return link;
}

/* And it is one of ours, in a life of that epoch. */
static struct fake_link *hello_from(struct world *w, unsigned index, uint64_t epoch)
{
    struct fake_link *link = link_up(w, index);
    RECEIVE(link, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = epoch);
    fake_link_skip(link);
    return link;
}

static void all_are_dialled_in_the_first_turn(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    assert_int_equal(dispatchers_turn(w.ds), CLOCK_NEVER);
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(w.dials[i], 1);
    assert_int_equal(dispatchers_connected(w.ds), 0);
    stop(&w);
}

static void failed_dials_are_repeated_more_and_more_slowly_up_to_a_second(void **state)
{
    (void)state;
    static const int64_t waits[] = {0, 50, 100, 200, 400, 800, 1000, 1000, 1000};
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    for (unsigned i = 0; i < sizeof waits / sizeof *waits; i++) {
        dispatchers_down(w.ds, 1);
        if (waits[i])
            assert_int_equal(dispatchers_turn(w.ds), w.clock.now_ms + waits[i]);
        assert_int_equal(w.dials[1], i + 1);
        w.clock.now_ms += waits[i];
        dispatchers_turn(w.ds);
        assert_int_equal(w.dials[1], i + 2);
    }
    assert_int_equal(w.dials[0], 1);
    stop(&w);
}

/* Else its grace would be over before it is dialled: a second break may follow the first. */
static void a_link_that_breaks_again_and_again_is_dialled_within_the_grace(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 1, 9);
    for (unsigned i = 0; i < 10; i++) {
        fake_link_hang_up(link);
        int64_t due_ms = w.clock.now_ms;
        for (unsigned dials = w.dials[1]; w.dials[1] == dials; w.clock.now_ms += 10)
            dispatchers_turn(w.ds);
        assert_true(w.clock.now_ms <= due_ms + SLOT_RETRY_MS_MAX_RESUMING + 10);
        if (i % 3 == 0) {
            dispatchers_down(w.ds, 1);
            w.clock.now_ms += SLOT_RETRY_MS_MAX_RESUMING;
            dispatchers_turn(w.ds);
        }
        fake_link_fini(link);
        fake_link_init(link, &w.pool);
        dispatchers_up(w.ds, 1, &link->link);
        RECEIVE(link, resume_answer, .resumed = true, .epoch = 9);
    }
    assert_int_equal(w.gave_up[1] + w.restarted[1], 0);
    stop(&w);
}

static void what_waited_goes_out_in_order_behind_the_registration(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_send(w.ds, 0, "\x06\x00one", 5);
    dispatchers_send2(w.ds, 0, "\x06\x00tw", 4, "o", 1);
    assert_int_equal(dispatchers_stats(w.ds)->backlog_bytes, 2 * (4 + 5));
    dispatchers_up(w.ds, 0, &w.links[0].link);
    dispatchers_send(w.ds, 0, "\x06\x00three", 7);
    assert_true(dispatchers_is_up(w.ds, 0));
    assert_int_equal(dispatchers_stats(w.ds)->backlog_bytes, 0);
    expect_registration(&w.links[0]);
    expect_text(&w.links[0], "one");
    expect_text(&w.links[0], "two");
    expect_text(&w.links[0], "three");
    stop(&w);
}

/* GoWorld's own dispatchers say no HELLO. */
static void one_without_hello_has_given_us_up_when_its_link_breaks_and_packets_wait(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = link_up(&w, 2);
    fake_link_skip(link);
    fake_link_hang_up(link);
    assert_int_equal(w.gave_up[2], 1);
    assert_false(dispatchers_is_up(w.ds, 2));
    assert_true(dispatchers_is_cut_off(w.ds, 2));
    dispatchers_send(w.ds, 2, "\x06\x00later", 7);
    link = link_up(&w, 2);
    expect_registration(link);
    expect_text(link, "later");
    assert_false(dispatchers_is_cut_off(w.ds, 2));
    assert_int_equal(dispatchers_stats(w.ds)->reconnects, 1);
    stop(&w);
}

static void expect_resume(struct fake_link *link, uint64_t dispatcher_epoch, uint64_t received)
{
    struct msg_resume m;
    EXPECT(link, resume, &m);
    assert_false(m.is_gate);
    assert_int_equal(m.id, 7);
    assert_int_equal(m.epoch, 70);
    assert_int_equal(m.dispatcher_epoch, dispatcher_epoch);
    assert_int_equal(m.received, received);
}

static void what_a_dispatcher_has_not_got_goes_over_the_next_link(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 0, 9);
    dispatchers_send(w.ds, 0, "\x06\x00one", 5);
    dispatchers_send(w.ds, 0, "\x06\x00two", 5);
    fake_link_skip(link); /* both have left, but who knows where they are */
    fake_link_receive(link, "\x18\x00", 2);
    dispatchers_send(w.ds, 0, "\x06\x00three", 7);
    fake_link_hang_up(link);
    dispatchers_send(w.ds, 0,
                     "\x06\x00"
                     "four",
                     6);
    link = link_up(&w, 0);
    expect_resume(link, 9, 6);
    assert_true(fake_link_is_quiet(link));
    RECEIVE(link, resume_answer, .resumed = true, .epoch = 9, .received = 9);
    expect_text(link, "two");
    expect_text(link, "three");
    expect_text(link, "four");
    assert_int_equal(w.gave_up[0] + w.restarted[0], 0);
    assert_int_equal(dispatchers_stats(w.ds)->resumed, 1);
    assert_int_equal(dispatchers_stats(w.ds)->backlog_bytes, 0);
    stop(&w);
}

/* Sent, and not known to have come: at most once, so never again. What has not begun to leave may.
 */
static void a_restarted_dispatcher_gets_what_was_not_sent_behind_a_new_registration(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 0, 9);
    dispatchers_send(w.ds, 0, "\x06\x00one", 5);
    fake_link_skip(link);
    dispatchers_send(w.ds, 0, "\x06\x00half", 6);
    fake_link_take(link, 5);
    dispatchers_send(w.ds, 0, "\x06\x00two", 5);
    fake_link_hang_up(link);
    link = link_up(&w, 0);
    expect_resume(link, 9, 0);
    RECEIVE(link, resume_answer, .resumed = false, .epoch = 10);
    expect_registration(link);
    expect_text(link, "two");
    assert_int_equal(w.restarted[0], 1);
    assert_int_equal(w.gave_up[0], 0);
    assert_int_equal(dispatchers_stats(w.ds)->bytes_lost, 9 + 10);
    stop(&w);
}

static void a_dispatcher_that_lives_and_refuses_has_given_us_up(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    fake_link_hang_up(hello_from(&w, 0, 9));
    struct fake_link *link = link_up(&w, 0);
    RECEIVE(link, resume_answer, .resumed = false, .epoch = 9);
    assert_int_equal(w.gave_up[0], 1);
    assert_int_equal(w.restarted[0], 0);
    stop(&w);
}

static void an_answer_that_cannot_be_ends_the_session(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    fake_link_hang_up(hello_from(&w, 0, 9));
    struct fake_link *link = link_up(&w, 0);
    RECEIVE(link, resume_answer, .resumed = true, .epoch = 9, .received = 1000);
    assert_non_null(link->reason);
    fake_link_turn(link);
    assert_int_equal(w.gave_up[0], 1);
    w.clock.now_ms += SLOT_RETRY_MS_MAX;
    link = link_up(&w, 0);
    expect_registration(link);
    stop(&w);
}

static void what_is_confirmed_is_kept_no_longer(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 0, 9);
    dispatchers_send(w.ds, 0, "\x06\x00one", 5);
    fake_link_skip(link);
    RECEIVE(link, received, .bytes = 9);
    assert_null(link->reason);
    RECEIVE(link, received, .bytes = 8); /* less than before */
    assert_non_null(link->reason);
    stop(&w);
}

/* The dispatcher had sent it before it read of the freeze. */
static void what_is_confirmed_before_a_freeze_is_cancelled_costs_no_dispatcher(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 0, 9);
    dispatchers_send(w.ds, 0, "\x06\x00one", 5);
    dispatchers_cancel_freeze(w.ds);
    RECEIVE(link, received, .bytes = 9);
    assert_null(link->reason);
    RECEIVE(link, freeze_cancelled, );
    RECEIVE(link, received, .bytes = 9); /* nothing was sent since */
    assert_non_null(link->reason);
    stop(&w);
}

/* All that has waited at the game goes before the answer has come. */
static void much_may_be_sent_while_a_cancelled_freeze_is_not_answered_yet(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 0, 9);
    static const uint8_t call[60000] = {6};
    dispatchers_cancel_freeze(w.ds);
    for (size_t bytes = 0; bytes <= SESSION_KEPT_BYTES_MAX_EARLY; bytes += sizeof call)
        dispatchers_send(w.ds, 0, call, sizeof call);
    fake_link_skip(link);
    dispatchers_send(w.ds, 0, call, 5);
    RECEIVE(link, freeze_cancelled, );
    assert_null(link->reason);
    RECEIVE(link, received, .bytes = 4 + sizeof call);
    assert_null(link->reason);
    stop(&w);
}

static void what_comes_is_confirmed_now_and_then(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 0, 9);
    static const uint8_t call[1000] = {6};
    for (unsigned i = 0; i < SESSION_CONFIRM_BYTES / 1000; i++)
        fake_link_receive(link, call, sizeof call);
    struct msg_received m;
    assert_true(fake_link_is_quiet(link));
    fake_link_receive(link, call, sizeof call);
    EXPECT(link, received, &m);
    assert_int_equal(m.bytes, w.packets * 1004);
    stop(&w);
}

/* The dispatcher gives a game up a second after a break: the game must know before that. */
static void a_game_is_cut_off_before_its_dispatcher_can_give_it_up(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    assert_false(dispatchers_is_cut_off(w.ds, 0)); /* nothing is there yet */
    struct fake_link *link = hello_from(&w, 0, 9);
    struct msg_ping ping;
    for (unsigned i = 0; i < 10; i++) {
        w.clock.now_ms += SLOT_PING_MS;
        dispatchers_turn(w.ds);
        EXPECT(link, ping, &ping);
        assert_int_equal(ping.stamp, w.clock.now_ms);
        assert_false(dispatchers_is_cut_off(w.ds, 0));
        RECEIVE(link, pong, .stamp = ping.stamp);
    }
    w.clock.now_ms += SLOT_LEASE_MS - 1;
    assert_false(dispatchers_is_cut_off(w.ds, 0));
    w.clock.now_ms++;
    assert_true(dispatchers_is_cut_off(w.ds, 0));
    fake_link_hang_up(link);
    assert_true(dispatchers_is_cut_off(w.ds, 0));
    link = link_up(&w, 0);
    RECEIVE(link, resume_answer, .resumed = true, .epoch = 9);
    assert_true(dispatchers_is_cut_off(w.ds, 0)); /* until it is known to have heard of us */
    fake_link_skip(link);
    dispatchers_turn(w.ds);
    EXPECT(link, ping, &ping);
    RECEIVE(link, pong, .stamp = ping.stamp);
    assert_false(dispatchers_is_cut_off(w.ds, 0));
    stop(&w);
}

static void a_silent_dispatcher_is_dialled_again(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 0, 9);
    w.clock.now_ms += SLOT_SILENCE_MS;
    dispatchers_turn(w.ds);
    assert_non_null(link->reason);
    stop(&w);
}

static void one_that_does_not_come_back_is_given_up(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    fake_link_hang_up(hello_from(&w, 0, 9));
    dispatchers_turn(w.ds);
    dispatchers_down(w.ds, 0);
    static const uint8_t payload[5 << 20];
    dispatchers_send(w.ds, 0, payload, sizeof payload);
    w.clock.now_ms += 29999;
    dispatchers_turn(w.ds);
    assert_int_equal(w.gave_up[0], 0);
    assert_true(dispatchers_is_congested(w.ds, 0));
    w.clock.now_ms += 1;
    dispatchers_turn(w.ds);
    assert_int_equal(w.gave_up[0], 1);
    assert_false(dispatchers_is_congested(w.ds, 0)); /* nobody waits for it any more */
    stop(&w);
}

static void a_process_that_stops_says_so(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 0, 9);
    struct msg_bye bye;
    dispatchers_destroy(w.ds);
    w.ds = NULL;
    EXPECT(link, bye, &bye);
    stop(&w);
}

static void a_full_backlog_drops_whole_packets_and_counts_them(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 16);
    dispatchers_send(w.ds, 0, "\x06\x00one", 5);
    dispatchers_send(w.ds, 0, "\x06\x00too long for it", 17);
    assert_int_equal(dispatchers_stats(w.ds)->packets_dropped, 1);
    assert_int_equal(dispatchers_stats(w.ds)->packets_sent, 1);
    stop(&w);
}

#define SMALL_BACKLOG 24

/* One packet has found room and another has not: to go on would leave that out unnoticed. */
static void overflow(struct world *w)
{
    dispatchers_send(w->ds, 0, "\x06\x00one", 5);
    dispatchers_send(w->ds, 0, "\x06\x00too long for it", 17);
    assert_int_equal(dispatchers_stats(w->ds)->packets_dropped, 1);
}

static void expect_new_session(struct world *w, struct fake_link *link)
{
    assert_int_equal(w->gave_up[0], 1);
    expect_registration(link);
    expect_text(link, "one");
    RECEIVE(link, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = 9);
    assert_null(link->reason);
    assert_int_equal(dispatchers_stats(w->ds)->resumed, 0);
    assert_int_equal(dispatchers_stats(w->ds)->backlog_bytes, 0);
}

static void a_full_backlog_ends_the_session(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, SMALL_BACKLOG);
    fake_link_hang_up(hello_from(&w, 0, 9));
    overflow(&w);
    assert_int_equal(w.gave_up[0], 0); /* not from inside a send */
    dispatchers_turn(w.ds);
    assert_int_equal(w.gave_up[0], 1);
    expect_new_session(&w, link_up(&w, 0));
    stop(&w);
}

static void a_backlog_that_is_full_before_the_link_is_back_ends_the_session(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, SMALL_BACKLOG);
    struct fake_link *link = hello_from(&w, 0, 9);
    fake_link_hang_up(link);
    dispatchers_turn(w.ds);
    overflow(&w);
    fake_link_fini(link);
    fake_link_init(link, &w.pool);
    dispatchers_up(w.ds, 0, &link->link);
    expect_new_session(&w, link);
    stop(&w);
}

/* The dispatcher may have gone on already: only another link ends that. */
static void a_backlog_that_is_full_before_the_answer_ends_the_link_and_the_session(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, SMALL_BACKLOG);
    fake_link_hang_up(hello_from(&w, 0, 9));
    struct fake_link *link = link_up(&w, 0);
    overflow(&w);
    assert_non_null(link->reason);
    fake_link_turn(link);
    w.clock.now_ms += SLOT_RETRY_MS_MAX;
    expect_new_session(&w, link_up(&w, 0));
    stop(&w);
}

static void packets_come_with_the_index_of_their_dispatcher(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_up(w.ds, 1, &w.links[1].link);
    fake_link_receive(&w.links[1], "\x18\x00", 2);
    assert_int_equal(w.packets, 1);
    assert_int_equal(w.packet_index, 1);
    stop(&w);
}

/* GoWorld's messages and those of the session, in one read. */
static void packets_that_come_together_are_taken_up_to_one_that_closes_the_link(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    struct fake_link *link = hello_from(&w, 1, 9);
    struct buf wire = {0};
    for (unsigned i = 0; i < 2 * FRAME_BATCH_MAX; i++) {
        write_var(&wire, "\x18\x00", 2);
        if (i % 5 == 0)
            WIRE(&wire, pong, .stamp = (uint64_t)w.clock.now_ms);
    }
    WIRE(&wire, received, .bytes = 1000000); /* more than was ever sent */
    write_var(&wire, "\x18\x00", 2);
    fake_link_receive_wire(link, &wire);
    assert_int_equal(w.packets, 2 * FRAME_BATCH_MAX);
    assert_int_equal(dispatchers_stats(w.ds)->packets_received, 2 * FRAME_BATCH_MAX);
    assert_non_null(link->reason);
    buf_free(&wire);
    stop(&w);
}

static void a_packet_that_is_too_large_costs_itself_and_not_the_link(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_up(w.ds, 0, &w.links[0].link);
    fake_link_skip(&w.links[0]);
    uint8_t *large = mem_zalloc(PACKET_PAYLOAD_BYTES_MAX + 1);
    dispatchers_send(w.ds, 0, large, PACKET_PAYLOAD_BYTES_MAX + 1);
    dispatchers_send2(w.ds, 0, large, PACKET_PAYLOAD_BYTES_MAX, "x", 1);
    free(large);
    assert_int_equal(dispatchers_stats(w.ds)->packets_dropped, 2);
    assert_true(dispatchers_is_up(w.ds, 0));
    dispatchers_send(w.ds, 0, "\x06\x00next", 6);
    expect_text(&w.links[0], "next");
    stop(&w);
}

static void an_entity_is_served_by_the_dispatcher_of_the_known_answers(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    gw_id entity = id_str("awNEKGhsggslAAAC");
    assert_int_equal(dispatchers_of_entity(w.ds, entity), 0); /* N = 3 */
    stop(&w);
}

static void a_link_that_outlives_its_owner_is_closed_and_told_nothing(void **state)
{
    (void)state;
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    dispatchers_up(w.ds, 0, &w.links[0].link);
    dispatchers_destroy(w.ds);
    w.ds = NULL;
    assert_non_null(w.links[0].reason);
    fake_link_turn(&w.links[0]);
    assert_int_equal(w.gave_up[0], 0);
    stop(&w);
}

/* One that was never there is not: nobody can tell when it comes. */
static void a_dispatcher_is_congested_until_half_of_what_is_unsent_has_gone(void **state)
{
    (void)state;
    static const uint8_t payload[(1 << 20) - 64]; /* with their heads four fit */
    struct world w;
    start_with(&w, 0);
    dispatchers_turn(w.ds);
    for (unsigned sent = 0; sent < 5; sent++)
        dispatchers_send(w.ds, 1, payload, sizeof payload);
    assert_false(dispatchers_is_congested(w.ds, 1));
    dispatchers_up(w.ds, 1, &w.links[1].link);
    assert_true(dispatchers_is_congested(w.ds, 1));
    assert_false(dispatchers_is_congested(w.ds, 0));
    fake_link_take(&w.links[1], 2 * sizeof payload);
    assert_false(dispatchers_is_congested(w.ds, 1));
    assert_false(dispatchers_has_drained(w.ds, 1));
    fake_link_take(&w.links[1], 2 * sizeof payload);
    assert_true(dispatchers_has_drained(w.ds, 1));
    stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_dialled_in_the_first_turn),
        cmocka_unit_test(failed_dials_are_repeated_more_and_more_slowly_up_to_a_second),
        cmocka_unit_test(a_link_that_breaks_again_and_again_is_dialled_within_the_grace),
        cmocka_unit_test(what_waited_goes_out_in_order_behind_the_registration),
        cmocka_unit_test(one_without_hello_has_given_us_up_when_its_link_breaks_and_packets_wait),
        cmocka_unit_test(what_a_dispatcher_has_not_got_goes_over_the_next_link),
        cmocka_unit_test(a_restarted_dispatcher_gets_what_was_not_sent_behind_a_new_registration),
        cmocka_unit_test(a_dispatcher_that_lives_and_refuses_has_given_us_up),
        cmocka_unit_test(an_answer_that_cannot_be_ends_the_session),
        cmocka_unit_test(what_is_confirmed_is_kept_no_longer),
        cmocka_unit_test(what_is_confirmed_before_a_freeze_is_cancelled_costs_no_dispatcher),
        cmocka_unit_test(much_may_be_sent_while_a_cancelled_freeze_is_not_answered_yet),
        cmocka_unit_test(what_comes_is_confirmed_now_and_then),
        cmocka_unit_test(a_game_is_cut_off_before_its_dispatcher_can_give_it_up),
        cmocka_unit_test(a_silent_dispatcher_is_dialled_again),
        cmocka_unit_test(one_that_does_not_come_back_is_given_up),
        cmocka_unit_test(a_process_that_stops_says_so),
        cmocka_unit_test(a_full_backlog_drops_whole_packets_and_counts_them),
        cmocka_unit_test(a_full_backlog_ends_the_session),
        cmocka_unit_test(a_backlog_that_is_full_before_the_link_is_back_ends_the_session),
        cmocka_unit_test(a_backlog_that_is_full_before_the_answer_ends_the_link_and_the_session),
        cmocka_unit_test(packets_come_with_the_index_of_their_dispatcher),
        cmocka_unit_test(packets_that_come_together_are_taken_up_to_one_that_closes_the_link),
        cmocka_unit_test(a_packet_that_is_too_large_costs_itself_and_not_the_link),
        cmocka_unit_test(an_entity_is_served_by_the_dispatcher_of_the_known_answers),
        cmocka_unit_test(a_link_that_outlives_its_owner_is_closed_and_told_nothing),
        cmocka_unit_test(a_dispatcher_is_congested_until_half_of_what_is_unsent_has_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
