/* Clients that say nothing. */
#include "world.h"

#include "base/clock.h"

#define SILENT "nothing came from it for too long"

static const struct gate_desc for_a_minute = {.limits = {.client_silence_max_ms = 60000}};

static void beat(struct player *player)
{
    RECEIVE(player->link, heartbeat_from_client);
}

/* Turns as a loop makes them: when the gate wants them. */
static void pass(struct world *w, int64_t ms)
{
    int64_t until_ms = w->clock.now_ms + ms;
    for (;;) {
        int64_t due_ms = gate_turn(w->g);
        if (due_ms > until_ms)
            break;
        w->clock.now_ms = due_ms;
    }
    w->clock.now_ms = until_ms;
}

static void a_client_that_says_nothing_is_closed_within_a_second_of_its_time(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, for_a_minute);
    struct player player = world_player(&w);
    pass(&w, 59999);
    assert_null(player.link->reason);
    pass(&w, 1001);
    assert_string_equal(player.link->reason, SILENT);
    assert_int_equal(gate_stats(w.g)->silent_clients.count, 1);
    pass(&w, 5000); /* once */
    assert_int_equal(gate_stats(w.g)->silent_clients.count, 1);
    fake_link_turn(player.link);
    struct msg_notify_client_disconnected gone;
    EXPECT(&w.dispatchers[0], notify_client_disconnected, &gone);
    world_stop(&w);
}

static void whatever_a_client_says_keeps_it(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){
                        .limits = {.client_silence_max_ms = 60000, .client_bad_packets_max = 100}});
    struct player players[3];
    for (unsigned i = 0; i < 3; i++)
        players[i] = world_player(&w);
    for (unsigned minute = 0; minute < 20; minute++) {
        pass(&w, 59000);
        beat(&players[0]);
        RECEIVE(players[1].link, sync_position_yaw_from_client, .entity = players[1].boot);
        fake_link_receive(players[2].link, "\x00\x00", 2);
    }
    for (unsigned i = 0; i < 3; i++)
        assert_null(players[i].link->reason);
    world_stop(&w);
}

static void each_is_known_by_its_own_silence_whoever_goes(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, for_a_minute);
    struct player first = world_player(&w), silent = world_player(&w), last = world_player(&w);
    pass(&w, 30000);
    beat(&last);
    fake_link_hang_up(first.link); /* the last takes its place among all */
    fake_link_skip(&w.dispatchers[0]);
    struct player late = world_player(&w);
    pass(&w, 31000);
    assert_string_equal(silent.link->reason, SILENT);
    assert_null(last.link->reason);
    assert_null(late.link->reason);
    pass(&w, 30000);
    assert_string_equal(last.link->reason, SILENT);
    assert_string_equal(late.link->reason, SILENT);
    world_stop(&w);
}

static void one_that_is_not_read_is_not_silent(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, for_a_minute);
    struct player player = world_player(&w);
    pass(&w, 30000);
    RECEIVE(&w.dispatchers[0], pause_client, .gate = 3, .client = player.id);
    pass(&w, 600000);
    RECEIVE(&w.dispatchers[0], resume_client, .gate = 3, .client = player.id);
    pass(&w, 59999); /* its time begins anew */
    assert_null(player.link->reason);
    pass(&w, 1001);
    assert_string_equal(player.link->reason, SILENT);
    world_stop(&w);
}

/* The process was stopped, say: what clients said meanwhile has not been read yet. */
static void a_gate_that_was_held_up_reads_before_it_judges(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, for_a_minute);
    struct player talker = world_player(&w), silent = world_player(&w);
    pass(&w, 1000);
    w.clock.now_ms += 100000;
    gate_turn(w.g);
    assert_null(talker.link->reason);
    beat(&talker);
    pass(&w, 1000);
    assert_null(talker.link->reason);
    assert_string_equal(silent.link->reason, SILENT);
    world_stop(&w);
}

static void without_the_limit_nobody_is_looked_at(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    assert_int_equal(gate_turn(w.g), CLOCK_NEVER);
    pass(&w, (int64_t)100 * 86400 * 1000);
    assert_null(player.link->reason);
    world_stop(&w);
}

/* The half of the time that is kept comes round after 49 days. */
static void a_client_may_stay_for_months(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.limits = {.client_silence_max_ms = 86400000}});
    struct player player = world_player(&w);
    for (unsigned half_day = 0; half_day < 120; half_day++) {
        pass(&w, (int64_t)12 * 3600 * 1000);
        assert_null(player.link->reason);
        beat(&player);
    }
    pass(&w, (int64_t)25 * 3600 * 1000);
    assert_string_equal(player.link->reason, SILENT);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_says_nothing_is_closed_within_a_second_of_its_time),
        cmocka_unit_test(whatever_a_client_says_keeps_it),
        cmocka_unit_test(each_is_known_by_its_own_silence_whoever_goes),
        cmocka_unit_test(one_that_is_not_read_is_not_silent),
        cmocka_unit_test(a_gate_that_was_held_up_reads_before_it_judges),
        cmocka_unit_test(without_the_limit_nobody_is_looked_at),
        cmocka_unit_test(a_client_may_stay_for_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
