/* What a session sends is gathered, and nobody can tell from what comes out. */
#include "cluster/session.h"
#include "unit/fake_link.h"

static struct outq_pool pool;
static struct fake_link fake;
static struct session session;
static unsigned wakes;

static void packet(void *user, const uint8_t *payload, size_t size)
{
    (void)user, (void)payload, (void)size;
}

static void flushing(void *user)
{
    session_flush(user);
}

static void closed(void *user, const char *reason)
{
    (void)reason;
    session_break(user);
}

static const struct link_events events = {.packet = packet, .flushing = flushing, .closed = closed};

static void wake(struct link *link)
{
    (void)link;
    wakes++;
}

static const struct link_ops ops = {.wake = wake, .close = fake_close};

static void link_up(void)
{
    fake_link_init(&fake, &pool);
    fake.link.ops = &ops;
    fake.link.events = &events;
    fake.link.user = &session;
    wakes = 0;
}

static int set_up(void **state)
{
    (void)state;
    link_up();
    session_init(&session, &pool, 0);
    session_begin(&session, &fake.link);
    session_peer_hello(&session, 1, SESSION_FEATURE_RESUMES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    session_fini(&session);
    fake_link_fini(&fake);
    outq_pool_free(&pool);
    return 0;
}

/* A packet whose first bytes are its number. */
static void send(uint16_t number, size_t size)
{
    uint8_t payload[5000] = {(uint8_t)number, (uint8_t)(number >> 8)};
    assert_true(session_send(&session, payload, size));
}

static void expect(uint16_t number, size_t size)
{
    struct view payload;
    assert_true(fake_link_next(&fake, &payload));
    assert_int_equal(msg_type_of(payload), number);
    assert_int_equal(payload.size, size);
}

static void packets_of_all_sizes_keep_their_order(void **state)
{
    (void)state;
    static const size_t sizes[] = {2, 60, 4999, 2, 1024, 1025, 100, 100, 3};
    size_t count = sizeof sizes / sizeof *sizes;
    for (uint16_t i = 0; i < 400; i++)
        send(i, sizes[i % count]);
    for (uint16_t i = 0; i < 400; i++)
        expect(i, sizes[i % count]);
    assert_true(fake_link_is_quiet(&fake));
}

static void every_way_to_send_keeps_the_order(void **state)
{
    (void)state;
    static const uint8_t forwarded[] = {2, 0, 0, 0, 3, 0, 2, 0, 0, 0, 4, 0};
    send(1, 2);
    assert_true(session_send2(&session, "\2\0head", 6, "tail", 4));
    assert_true(session_forward(&session, forwarded, sizeof forwarded));
    send(5, 2);
    struct packet *shared = packet_new("\6\0shared", 8);
    assert_true(session_send_packet(&session, shared));
    packet_unref(shared);
    send(7, 2);
    expect(1, 2);
    expect(2, 10);
    expect(3, 2);
    expect(4, 2);
    expect(5, 2);
    expect(6, 8);
    expect(7, 2);
}

static void the_link_is_woken_once_for_all_that_is_gathered(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 10; i++)
        send(i, 50);
    assert_int_equal(wakes, 1);
    fake_link_skip(&fake);
    send(10, 50);
    assert_int_equal(wakes, 2);
}

static void what_is_gathered_counts_as_unsent(void **state)
{
    (void)state;
    send(1, 50);
    assert_int_equal(session_unsent_bytes(&session), 54);
    fake_link_flush(&fake);
    assert_int_equal(session_unsent_bytes(&session), 54);
    fake_link_skip(&fake);
    assert_int_equal(session_unsent_bytes(&session), 0);
}

static void only_what_has_room_counts_as_sent(void **state)
{
    (void)state;
    fake.link.out.bytes_max = 3 * 54;
    send(1, 50);
    send(2, 50);
    send(3, 50);
    assert_false(session_send(&session, "\4", 2));
    assert_string_equal(fake.reason, link_full);
    assert_true(session.failed);
    expect(1, 50);
    expect(2, 50);
    expect(3, 50);
    assert_true(fake_link_is_quiet(&fake));
}

static void what_is_gathered_at_a_break_goes_over_the_next_link(void **state)
{
    (void)state;
    send(1, 50);
    expect(1, 50);
    send(2, 50);
    fake_link_hang_up(&fake);
    assert_int_equal(session_unsent_bytes(&session), 54);
    fake_link_fini(&fake);
    link_up();
    send(3, 50);
    assert_true(session_can_resume(&session, 54));
    session_resume(&session, &fake.link, 54);
    expect(2, 50);
    expect(3, 50);
    assert_true(fake_link_is_quiet(&fake));
}

/* It counts for nobody: the peer says what it has from its HELLO on. */
static void what_was_gathered_before_the_session_is_not_kept(void **state)
{
    (void)state;
    session_fini(&session);
    fake_link_fini(&fake);
    link_up();
    session_init(&session, &pool, 0);
    session_attach(&session, &fake.link);
    send(1, 50);
    session_begin(&session, &fake.link);
    session_peer_hello(&session, 1, SESSION_FEATURE_RESUMES);
    send(2, 50);
    expect(1, 50);
    expect(2, 50);
    assert_int_equal(session.kept.bytes, 54);
}

static void the_end_of_a_session_leaves_what_is_gathered_to_its_link(void **state)
{
    (void)state;
    send(1, 50);
    session_fini(&session);
    assert_int_equal(fake.link.out.bytes, 54);
    session_init(&session, &pool, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(packets_of_all_sizes_keep_their_order),
        TEST(every_way_to_send_keeps_the_order),
        TEST(the_link_is_woken_once_for_all_that_is_gathered),
        TEST(what_is_gathered_counts_as_unsent),
        TEST(only_what_has_room_counts_as_sent),
        TEST(what_is_gathered_at_a_break_goes_over_the_next_link),
        TEST(what_was_gathered_before_the_session_is_not_kept),
        TEST(the_end_of_a_session_leaves_what_is_gathered_to_its_link),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
