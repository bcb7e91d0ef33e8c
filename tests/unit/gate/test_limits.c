/* What a client may send: what is too much makes it wait, and what is wrong closes it. */
#include "world.h"

#include "cluster/dispatchers.h"

#define ENTITY "awNEKGhsggslAAAC"

static void beat(struct player *player)
{
    RECEIVE(player->link, heartbeat_from_client);
}

static void call(struct player *player, gw_id entity, size_t bytes)
{
    static const uint8_t zeros[1 << 20];
    struct buf args = {0};
    write_u16(&args, 1);
    write_var(&args, zeros, bytes);
    RECEIVE(player->link, call_entity_method_from_client, .entity = entity,
            .method = view_str("Do"), .args = {args.data, (uint32_t)args.size});
    buf_free(&args);
}

/* How many packets come from one that sends as fast as it is read. */
static unsigned beats_in(struct world *w, struct player *player, int64_t ms)
{
    unsigned count = 0;
    for (int64_t at = 0; at < ms; at += 10) {
        for (unsigned i = 0; i < 1000 && !player->link->link.paused; i++, count++)
            beat(player);
        world_pass(w, 10);
    }
    return count;
}

static void packets_beyond_the_rate_wait(void **state)
{
    (void)state;
    struct world w;
    world_start(&w,
                (struct gate_desc){.limits = {.client_packets_per_s = 50, .client_burst_s = 2}});
    struct player fast = world_player(&w), other = world_player(&w);
    for (unsigned i = 0; i < 100; i++)
        beat(&fast);
    assert_false(fast.link->link.paused); /* the burst */
    beat(&fast);
    assert_true(fast.link->link.paused);
    assert_int_equal(gate_stats(w.g)->rate_pauses.count, 1);
    assert_int_equal(gate_stats(w.g)->paused_clients, 1);
    beat(&other);
    assert_false(other.link->link.paused);

    assert_int_equal(gate_turn(w.g), w.clock.now_ms + 120); /* one packet, and 100 ms */
    world_pass(&w, 119);
    assert_true(fast.link->link.paused);
    world_pass(&w, 1);
    assert_false(fast.link->link.paused);
    assert_int_equal(gate_stats(w.g)->paused_clients, 0);
    assert_in_range(beats_in(&w, &fast, 100000), 4950, 5060);
    assert_null(fast.link->reason);
    world_stop(&w);
}

static void bytes_beyond_the_rate_wait(void **state)
{
    (void)state;
    struct world w;
    world_start(&w,
                (struct gate_desc){.limits = {.client_bytes_per_s = 10000, .client_burst_s = 1}});
    struct player player = world_player(&w);
    call(&player, id_str(ENTITY), 9000);
    assert_false(player.link->link.paused);
    call(&player, id_str(ENTITY), 30000); /* it goes, and is paid for afterwards */
    assert_int_equal(gate_stats(w.g)->calls, 2);
    assert_true(player.link->link.paused);
    world_pass(&w, 2900);
    assert_true(player.link->link.paused);
    world_pass(&w, 200);
    assert_false(player.link->link.paused);
    world_stop(&w);
}

/* 60 positions a second with calls and heartbeats among them, and the largest packet now and then.
 */
static void an_honest_client_is_never_held_up(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    for (unsigned second = 0; second < 60; second++) {
        for (unsigned i = 0; i < 60; i++) {
            RECEIVE(player.link, sync_position_yaw_from_client, .entity = player.boot);
            call(&player, player.boot, 1000);
            world_pass(&w, 1000 / 60);
        }
        beat(&player);
        if (second % 20 == 0)
            call(&player, player.boot, (1 << 20) - 100);
        fake_link_skip(&w.dispatchers[0]);
    }
    assert_int_equal(gate_stats(w.g)->rate_pauses.count, 0);
    assert_false(player.link->link.paused);
    world_stop(&w);
}

static void without_a_limit_nobody_waits(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.limits = {.client_packets_per_s = UINT32_MAX,
                                                  .client_bytes_per_s = SIZE_MAX,
                                                  .dispatcher_queue_soft_max = SIZE_MAX}});
    struct player player = world_player(&w);
    for (unsigned i = 0; i < 100000; i++)
        beat(&player);
    for (unsigned i = 0; i < 100; i++)
        call(&player, id_str(ENTITY), 100000);
    assert_false(player.link->link.paused);
    world_stop(&w);
}

static void so_many_bad_packets_close_a_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.limits = {.client_bad_packets_max = 3}});
    struct player player = world_player(&w);
    for (unsigned bad = 1; bad <= 3; bad++) {
        assert_null(player.link->reason);
        fake_link_receive(player.link, "\x00\x00", 2);
        beat(&player);
        assert_int_equal(gate_stats(w.g)->bad_client_packets.count, bad);
    }
    assert_string_equal(player.link->reason, "it sent a packet that is not allowed");
    world_stop(&w);
}

/* An entity that each dispatcher serves. */
static gw_id entity_of(struct world *w, unsigned index)
{
    gw_id id = id_str(ENTITY);
    while (id_dispatcher(id, w->dispatcher_count) != index)
        id.text[15]++;
    return id;
}

static void a_client_waits_for_the_dispatcher_that_it_talks_to_and_no_other(void **state)
{
    (void)state;
    struct world w;
    world_start(
        &w, (struct gate_desc){.dispatchers = 2, .limits = {.dispatcher_queue_soft_max = 10000}});
    struct player slow = world_player(&w), other = world_player(&w), late = world_player(&w);
    call(&slow, entity_of(&w, 1), 9000);
    assert_false(slow.link->link.paused);
    call(&slow, entity_of(&w, 1), 9000);
    assert_true(slow.link->link.paused);
    call(&other, entity_of(&w, 0), 9000);
    assert_false(other.link->link.paused);
    call(&late, entity_of(&w, 1), 10); /* one packet each, no more */
    assert_true(late.link->link.paused);
    assert_int_equal(gate_stats(w.g)->queue_pauses.count, 2);

    assert_int_equal(gate_turn(w.g), w.clock.now_ms + 10);
    fake_link_take(&w.dispatchers[1], 9000);
    gate_turn(w.g);
    assert_true(slow.link->link.paused); /* more than half is left */
    fake_link_take(&w.dispatchers[1], 5000);
    gate_turn(w.g);
    assert_false(slow.link->link.paused);
    assert_false(late.link->link.paused);
    assert_int_equal(gate_stats(w.g)->paused_clients, 0);
    outq_clear(&w.dispatchers[1].link.out); /* the test has torn a packet */
    world_stop(&w);
}

/* It may be away for long, and what the client says to others is none of its business. */
static void nobody_waits_for_a_dispatcher_that_is_away(void **state)
{
    (void)state;
    struct world w;
    world_start(
        &w, (struct gate_desc){.dispatchers = 2, .limits = {.dispatcher_queue_soft_max = 10000}});
    struct player player = world_player(&w);
    unsigned other = !id_dispatcher(player.boot, 2);
    call(&player, entity_of(&w, other), 20000);
    assert_true(player.link->link.paused);
    fake_link_hang_up(&w.dispatchers[other]);
    gate_turn(w.g);
    assert_false(player.link->link.paused);
    call(&player, entity_of(&w, other), 20000);
    assert_false(player.link->link.paused);
    world_stop(&w);
}

static void pause_by(struct world *w, unsigned index, const struct player *player)
{
    RECEIVE(&w->dispatchers[index], pause_client, .gate = 3, .client = player->id);
}

static void resume_by(struct world *w, unsigned index, const struct player *player)
{
    RECEIVE(&w->dispatchers[index], resume_client, .gate = 3, .client = player->id);
}

static void a_dispatcher_pauses_a_client_and_lets_it_go_on(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 2});
    struct player player = world_player(&w), other = world_player(&w);
    resume_by(&w, 0, &player); /* nothing to resume */
    pause_by(&w, 0, &player);
    pause_by(&w, 0, &player);
    pause_by(&w, 1, &player);
    assert_true(player.link->link.paused);
    assert_false(other.link->link.paused);
    resume_by(&w, 0, &player);
    assert_true(player.link->link.paused);
    resume_by(&w, 1, &player);
    assert_false(player.link->link.paused);
    assert_int_equal(gate_stats(w.g)->paused_clients, 0);
    world_stop(&w);
}

static void a_lost_dispatcher_holds_nobody(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dispatchers = 2});
    struct player player = world_player(&w);
    unsigned own = id_dispatcher(player.boot, 2);
    pause_by(&w, !own, &player);
    fake_link_hang_up(&w.dispatchers[!own]);
    assert_false(player.link->link.paused);
    assert_null(player.link->reason);
    world_stop(&w);
}

static void a_client_waits_as_long_as_any_reason_is_left(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.limits = {.client_packets_per_s = 10,
                                                  .client_burst_s = 1,
                                                  .dispatcher_queue_soft_max = 1000}});
    struct player player = world_player(&w);
    for (unsigned i = 0; i < 10; i++)
        beat(&player);
    call(&player, id_str(ENTITY), 2000);
    pause_by(&w, 0, &player);
    world_pass(&w, 1000);
    assert_true(player.link->link.paused);
    fake_link_skip(&w.dispatchers[0]);
    gate_turn(w.g);
    assert_true(player.link->link.paused);
    resume_by(&w, 0, &player);
    assert_false(player.link->link.paused);
    world_stop(&w);
}

/* A paused link does not tell. */
static void a_client_that_goes_while_it_is_paused_is_noticed(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player gone = world_player(&w), there = world_player(&w);
    pause_by(&w, 0, &gone);
    world_pass(&w, 1000);
    pause_by(&w, 0, &there);
    gone.link->has_gone = true;
    assert_int_equal(gate_turn(w.g), w.clock.now_ms + 4000);
    world_pass(&w, 3999);
    assert_null(gone.link->reason);
    world_pass(&w, 1);
    assert_string_equal(gone.link->reason, "the peer closed the connection while it was paused");
    fake_link_turn(gone.link);
    world_pass(&w, 10000);
    assert_null(there.link->reason);
    assert_int_equal(gate_stats(w.g)->gone_paused_clients, 1);
    assert_int_equal(gate_stats(w.g)->paused_clients, 1);
    world_stop(&w);
}

static void a_paused_client_that_is_closed_is_forgotten(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.limits = {.dispatcher_queue_soft_max = 100}});
    struct player player = world_player(&w);
    call(&player, id_str(ENTITY), 2000);
    pause_by(&w, 0, &player);
    link_close(&player.link->link, "enough");
    fake_link_turn(player.link);
    assert_int_equal(gate_stats(w.g)->paused_clients, 0);
    fake_link_skip(&w.dispatchers[0]);
    resume_by(&w, 0, &player);
    assert_int_equal(gate_turn(w.g), CLOCK_NEVER);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_beyond_the_rate_wait),
        cmocka_unit_test(bytes_beyond_the_rate_wait),
        cmocka_unit_test(an_honest_client_is_never_held_up),
        cmocka_unit_test(without_a_limit_nobody_waits),
        cmocka_unit_test(so_many_bad_packets_close_a_client),
        cmocka_unit_test(a_client_waits_for_the_dispatcher_that_it_talks_to_and_no_other),
        cmocka_unit_test(nobody_waits_for_a_dispatcher_that_is_away),
        cmocka_unit_test(a_dispatcher_pauses_a_client_and_lets_it_go_on),
        cmocka_unit_test(a_lost_dispatcher_holds_nobody),
        cmocka_unit_test(a_client_waits_as_long_as_any_reason_is_left),
        cmocka_unit_test(a_client_that_goes_while_it_is_paused_is_noticed),
        cmocka_unit_test(a_paused_client_that_is_closed_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
