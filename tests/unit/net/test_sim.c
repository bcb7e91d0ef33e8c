/* The simulated network: what holds for links holds, faults do what they say, a seed gives the same
 * run again. */
#include "net/sim.h"
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SEEDS = 200 };

struct world {
    struct sim *sim;
    struct peer near, far;
    struct link_limits limits;
    unsigned failed; /* dials */
    const char *reason;
};

static void accepted(void *user, struct link *link)
{
    struct world *world = user;
    peer_take(&world->far, link);
}

static void connected(void *user, struct link *link, const char *reason)
{
    struct world *world = user;
    if (link) {
        peer_take(&world->near, link);
        return;
    }
    world->failed++;
    world->reason = reason;
}

static void dial(struct world *world)
{
    sim_connect(world->sim, &(struct sim_connect_desc){.from = "gate1",
                                                       .to = "game1:link",
                                                       .limits = world->limits,
                                                       .connected = connected,
                                                       .user = world});
}

static bool both_there(void *user)
{
    const struct world *world = user;
    return world->near.link && world->far.link;
}

static bool both_closed(void *user)
{
    const struct world *world = user;
    return world->near.closed && world->far.closed;
}

static bool near_closed(void *user)
{
    const struct world *world = user;
    return world->near.closed;
}

static void world_init(struct world *world, uint64_t seed)
{
    *world = (struct world){.sim = sim_create(&(struct sim_desc){.seed = seed})};
    sim_listen(world->sim, &(struct sim_listen_desc){
                               .name = "game1:link", .accepted = accepted, .user = world});
}

static void world_connect(struct world *world)
{
    dial(world);
    assert_true(sim_run_until(world->sim, both_there, world, 1000));
}

static void world_fini(struct world *world)
{
    sim_destroy(world->sim);
    peer_fini(&world->near);
    peer_fini(&world->far);
}

struct count {
    const unsigned *value;
    unsigned wanted;
};

static bool reached(void *user)
{
    const struct count *count = user;
    return *count->value >= count->wanted;
}

static bool run_until_packets(struct world *world, const struct peer *peer, unsigned wanted)
{
    struct count count = {&peer->packets, wanted};
    return sim_run_until(world->sim, reached, &count, 10000);
}

/* Sends packets whose bytes tell their places in the stream. */
static size_t send_pattern(struct link *link, struct random *random, unsigned count, size_t sent)
{
    uint8_t payload[5000];
    for (unsigned i = 0; i < count; i++) {
        size_t size = (size_t)random_between(random, 2, sizeof payload);
        for (size_t j = 0; j < size; j++)
            payload[j] = (uint8_t)((sent + j) * 31);
        sent += size;
        assert_true(link_send(link, payload, size));
    }
    return sent;
}

static void assert_pattern(const struct peer *peer, size_t size)
{
    assert_int_equal(peer->received.size, size);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(peer->received.data[i], (uint8_t)(i * 31));
}

static void packets_arrive_whole_and_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world world;
        world_init(&world, seed);
        world_connect(&world);
        world.far.echoes = true;
        size_t sent = send_pattern(world.near.link, sim_random(world.sim), 50, 0);
        assert_true(run_until_packets(&world, &world.near, 50));
        assert_pattern(&world.far, sent);
        assert_pattern(&world.near, sent);
        world_fini(&world);
    }
}

static void what_was_sent_before_a_close_arrives_before_the_close(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world world;
        world_init(&world, seed);
        world_connect(&world);
        size_t sent = send_pattern(world.near.link, sim_random(world.sim), 8, 0);
        link_close(world.near.link, "bye");
        assert_false(link_send(world.near.link, "more", 4));
        assert_true(sim_run_until(world.sim, both_closed, &world, 1000));
        assert_pattern(&world.far, sent);
        assert_string_equal(world.near.reason, "bye");
        assert_string_equal(world.far.reason, "the peer closed the connection");
        assert_int_equal(world.near.closed, 1);
        assert_int_equal(world.far.closed, 1);
        world_fini(&world);
    }
}

static void what_was_sent_in_the_turn_of_a_close_arrives(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world world;
        world_init(&world, seed);
        world_connect(&world);
        world.far.echoes = true;
        world.far.close_after = 1;
        link_send(world.near.link, "ab", 2);
        assert_true(sim_run_until(world.sim, both_closed, &world, 1000));
        assert_int_equal(world.near.packets, 1);
        world_fini(&world);
    }
}

static void a_cut_closes_both_ends_once(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world world;
        world_init(&world, seed);
        world_connect(&world);
        send_pattern(world.near.link, sim_random(world.sim), 8, 0);
        sim_run_for(world.sim, (int64_t)(seed % 4));
        sim_cut(world.sim, "gate1", "game1");
        assert_true(sim_run_until(world.sim, both_closed, &world, 1000));
        sim_run_for(world.sim, 1000);
        assert_int_equal(world.near.closed, 1);
        assert_int_equal(world.far.closed, 1);
        world_fini(&world);
    }
}

static void a_partition_holds_everything_back_and_loses_nothing(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    world_connect(&world);
    sim_partition(world.sim, "game1", "gate1", true);
    size_t sent = send_pattern(world.near.link, sim_random(world.sim), 40, 0);
    sim_run_for(world.sim, 60000);
    assert_int_equal(world.far.packets, 0);
    sim_partition(world.sim, "gate1", "game1", false);
    assert_true(run_until_packets(&world, &world.far, 40));
    assert_pattern(&world.far, sent);
    world_fini(&world);
}

static void a_dial_into_a_partition_times_out(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    sim_partition(world.sim, "game1", "gate1", true);
    dial(&world);
    sim_run_for(world.sim, 9000);
    assert_int_equal(world.failed, 0);
    sim_run_for(world.sim, 2000);
    assert_int_equal(world.failed, 1);
    assert_string_equal(world.reason, "the peer does not answer");
    world_fini(&world);
}

static void a_dial_where_nobody_listens_is_refused(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    sim_kill(world.sim, "game1");
    dial(&world);
    sim_run_for(world.sim, 100);
    assert_int_equal(world.failed, 1);
    assert_string_equal(world.reason, "the connection was refused");
    world_fini(&world);
}

static void a_stalled_reader_costs_the_sender_its_queue_and_then_the_link(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    world.limits.queue_bytes_max = 100 * 1000;
    world_connect(&world);
    sim_stall(world.far.link, true);
    uint8_t payload[1000] = {0};
    unsigned sent = 0;
    for (; sent < 1000 && link_send(world.near.link, payload, sizeof payload); sent++)
        sim_run_for(world.sim, 20);
    assert_in_range(sent, 100, 200); /* the queue, and what fits into the window */
    sim_run_for(world.sim, 20);
    assert_string_equal(world.near.reason, link_full);
    assert_int_equal(world.far.closed, 0);
    sim_stall(world.far.link, false);
    assert_true(sim_run_until(world.sim, both_closed, &world, 1000));
    world_fini(&world);
}

static void a_stalled_reader_that_goes_on_gets_everything(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    world_connect(&world);
    sim_stall(world.far.link, true);
    size_t sent = send_pattern(world.near.link, sim_random(world.sim), 500, 0);
    sim_run_for(world.sim, 1000);
    assert_true(world.near.link->out.bytes > 0);
    sim_stall(world.far.link, false);
    assert_true(run_until_packets(&world, &world.far, 500));
    assert_pattern(&world.far, sent);
    world_fini(&world);
}

static void a_close_inside_a_packet_stops_the_delivery(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    world_connect(&world);
    world.far.close_after = 3;
    for (unsigned i = 0; i < 10; i++)
        link_send(world.near.link, "ab", 2);
    assert_true(sim_run_until(world.sim, both_closed, &world, 1000));
    assert_int_equal(world.far.packets, 3);
    world_fini(&world);
}

static void a_paused_link_delivers_nothing_and_afterwards_all(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    world_connect(&world);
    world.far.pause_every = 7;
    size_t sent = send_pattern(world.near.link, sim_random(world.sim), 500, 0);
    for (unsigned wanted = 7; wanted <= 497; wanted += 7) {
        assert_true(run_until_packets(&world, &world.far, wanted));
        sim_run_for(world.sim, 100);
        assert_int_equal(world.far.packets, wanted);
        assert_int_equal(world.far.closed, 0);
        link_pause(world.far.link, false);
    }
    assert_true(run_until_packets(&world, &world.far, 500));
    assert_pattern(&world.far, sent);
    world_fini(&world);
}

static void world_connect_with_far_end_paused(struct world *world)
{
    world_init(world, 7);
    world_connect(world);
    link_pause(world->far.link, true);
}

/* As with TCP: the system knows, and tells those that read, write or ask. */
static void a_paused_link_learns_of_a_cut_when_it_is_read_again(void **state)
{
    (void)state;
    struct world world;
    world_connect_with_far_end_paused(&world);
    sim_cut(world.sim, "gate1", "game1");
    sim_run_for(world.sim, 1000);
    assert_int_equal(world.near.closed, 1);
    assert_int_equal(world.far.closed, 0);
    assert_true(link_has_gone(world.far.link));
    link_pause(world.far.link, false);
    sim_run_for(world.sim, 1);
    assert_int_equal(world.far.closed, 1);
    assert_string_equal(world.far.reason, "the connection broke");
    world_fini(&world);
}

static void a_paused_link_learns_of_a_cut_when_it_writes(void **state)
{
    (void)state;
    struct world world;
    world_connect_with_far_end_paused(&world);
    sim_cut(world.sim, "gate1", "game1");
    sim_run_for(world.sim, 1000);
    assert_int_equal(world.far.closed, 0);
    link_send(world.far.link, "ab", 2);
    sim_run_for(world.sim, 1);
    assert_int_equal(world.far.closed, 1);
    world_fini(&world);
}

static void a_paused_link_that_is_cut_can_be_closed_at_once(void **state)
{
    (void)state;
    struct world world;
    world_connect_with_far_end_paused(&world);
    sim_delay(world.sim, "gate1", "game1", 300000, 400000);
    sim_cut(world.sim, "gate1", "game1");
    link_close(world.far.link, "enough");
    sim_run_for(world.sim, 1);
    assert_int_equal(world.far.closed, 1);
    assert_string_equal(world.far.reason, "enough");
    world_fini(&world);
}

static void the_end_is_seen_during_a_pause_when_it_has_arrived(void **state)
{
    (void)state;
    struct world world;
    world_connect_with_far_end_paused(&world);
    sim_delay(world.sim, "gate1", "game1", 300000, 400000);
    link_close(world.near.link, "bye");
    sim_run_for(world.sim, 299);
    assert_false(link_has_gone(world.far.link));
    sim_partition(world.sim, "gate1", "game1", true);
    sim_run_for(world.sim, 1000);
    assert_false(link_has_gone(world.far.link));
    sim_partition(world.sim, "gate1", "game1", false);
    assert_true(link_has_gone(world.far.link));
    assert_int_equal(world.far.closed, 0);
    world_fini(&world);
}

static void a_packet_over_the_limit_closes_the_link(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    world_connect(&world);
    world.far.link->payload_bytes_max = 10;
    link_send(world.near.link, "0123456789", 10);
    link_send(world.near.link, "0123456789a", 11);
    assert_true(sim_run_until(world.sim, both_closed, &world, 1000));
    assert_int_equal(world.far.packets, 1);
    assert_string_equal(world.far.reason, "it sent a packet longer than the limit");
    world_fini(&world);
}

static void killing_a_host_ends_its_links_and_its_listening(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    world_connect(&world);
    sim_kill(world.sim, "game1");
    assert_false(link_send(world.far.link, "ab", 2)); /* nothing leaves a dead process */
    sim_bury(world.sim, "game1");
    assert_true(sim_run_until(world.sim, near_closed, &world, 1000));
    assert_int_equal(world.near.packets, 0);
    assert_int_equal(world.far.closed, 0);
    dial(&world);
    sim_run_for(world.sim, 100);
    assert_int_equal(world.failed, 1);
    world_fini(&world);
}

static void a_paused_process_hears_everything_when_it_goes_on(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world world;
        world_init(&world, seed);
        world_connect(&world);
        world.far.echoes = true;
        sim_pause(world.sim, "game1", true);
        size_t sent = send_pattern(world.near.link, sim_random(world.sim), 50, 0);
        sim_run_for(world.sim, 60000);
        assert_int_equal(world.far.packets, 0);
        sim_pause(world.sim, "game1", false);
        assert_true(run_until_packets(&world, &world.near, 50));
        assert_pattern(&world.near, sent);
        world_fini(&world);
    }
}

static void the_system_of_a_paused_process_accepts_for_it(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    sim_pause(world.sim, "game1", true);
    dial(&world);
    sim_run_for(world.sim, 100);
    assert_non_null(world.near.link);
    link_send(world.near.link, "ab", 2);
    sim_run_for(world.sim, 60000);
    assert_null(world.far.link);
    sim_pause(world.sim, "game1", false);
    assert_true(run_until_packets(&world, &world.far, 1));
    world_fini(&world);
}

static void a_delay_holds_until_it_is_taken_back(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, 7);
    world_connect(&world);
    sim_delay(world.sim, "gate1", "game1", 300000, 400000);
    link_send(world.near.link, "ab", 2);
    sim_run_for(world.sim, 299);
    assert_int_equal(world.far.packets, 0);
    sim_run_for(world.sim, 110);
    assert_int_equal(world.far.packets, 1);
    sim_delay(world.sim, "game1", "gate1", 0, 0);
    link_send(world.near.link, "ab", 2);
    sim_run_for(world.sim, 10);
    assert_int_equal(world.far.packets, 2);
    world_fini(&world);
}

struct ticker {
    const struct clock *clock;
    int64_t due_ms;
    unsigned ticks;
};

static int64_t tick(void *user)
{
    struct ticker *ticker = user;
    if (ticker->clock->now_ms >= ticker->due_ms) {
        ticker->ticks++;
        ticker->due_ms = ticker->clock->now_ms + 100;
    }
    return ticker->due_ms;
}

static void turns_are_called_when_they_want_to_be(void **state)
{
    (void)state;
    struct sim *sim = sim_create(&(struct sim_desc){.seed = 3});
    struct ticker ticker = {.clock = sim_host_clock(sim, "game1")};
    sim_on_turn(sim, "game1", tick, &ticker);
    sim_run_for(sim, 10000);
    assert_in_range(ticker.ticks, 98, 101);
    unsigned before = ticker.ticks;
    sim_on_turn(sim, "game1", NULL, NULL);
    sim_run_for(sim, 10000);
    assert_int_equal(ticker.ticks, before);
    sim_destroy(sim);
}

struct job {
    struct work work;
    struct sim *sim;
    int64_t ran_ms, done_ms;
};

static void job_run(struct work *work)
{
    struct job *job = (struct job *)work;
    job->ran_ms = sim_clock(job->sim)->now_ms;
}

static void job_done(struct work *work)
{
    struct job *job = (struct job *)work;
    job->done_ms = sim_clock(job->sim)->now_ms;
}

static void work_runs_later_and_is_answered_later(void **state)
{
    (void)state;
    struct sim *sim = sim_create(&(struct sim_desc){.seed = 3});
    struct job job = {.work = {.run = job_run, .done = job_done}, .sim = sim};
    worker_submit(sim_workers(sim, "game1"), &job.work);
    assert_int_equal(job.ran_ms, 0);
    sim_run_for(sim, 100);
    assert_true(job.ran_ms > 0 && job.done_ms >= job.ran_ms);
    sim_destroy(sim);
}

static void work_of_a_killed_process_ends_when_it_is_asked_for(void **state)
{
    (void)state;
    struct sim *sim = sim_create(&(struct sim_desc){.seed = 3});
    struct job job = {.work = {.run = job_run, .done = job_done}, .sim = sim};
    worker_submit(sim_workers(sim, "game1"), &job.work);
    sim_kill(sim, "game1");
    sim_finish_work(sim, "game1");
    assert_true(job.ran_ms > 0 && job.done_ms > 0);
    sim_bury(sim, "game1");
    sim_run_for(sim, 100);
    sim_destroy(sim);
}

static void note_time(void *user)
{
    struct ticker *ticker = user;
    ticker->due_ms = ticker->clock->now_ms;
}

static void what_was_asked_for_at_a_time_happens_then(void **state)
{
    (void)state;
    struct sim *sim = sim_create(&(struct sim_desc){.seed = 3});
    struct ticker ticker = {.clock = sim_clock(sim)};
    int64_t due_ms = ticker.clock->now_ms + 500;
    sim_at(sim, due_ms, note_time, &ticker);
    sim_at(sim, due_ms + 2000, note_time, &ticker);
    sim_run_for(sim, 1000);
    assert_in_range(ticker.due_ms, due_ms, due_ms + 1);
    sim_destroy(sim);
}

static uint64_t run_once(uint64_t seed)
{
    struct world world;
    world_init(&world, seed);
    world_connect(&world);
    world.far.echoes = true;
    for (unsigned i = 0; i < 20; i++) {
        send_pattern(world.near.link, sim_random(world.sim), 5, 0);
        assert_true(run_until_packets(&world, &world.near, (i + 1) * 5));
    }
    uint64_t digest = sim_digest(world.sim);
    world_fini(&world);
    return digest;
}

static void the_same_seed_gives_the_same_run(void **state)
{
    (void)state;
    assert_true(run_once(1) == run_once(1));
    assert_true(run_once(1) != run_once(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_arrive_whole_and_in_order),
        cmocka_unit_test(what_was_sent_before_a_close_arrives_before_the_close),
        cmocka_unit_test(what_was_sent_in_the_turn_of_a_close_arrives),
        cmocka_unit_test(a_cut_closes_both_ends_once),
        cmocka_unit_test(a_partition_holds_everything_back_and_loses_nothing),
        cmocka_unit_test(a_dial_into_a_partition_times_out),
        cmocka_unit_test(a_dial_where_nobody_listens_is_refused),
        cmocka_unit_test(a_stalled_reader_costs_the_sender_its_queue_and_then_the_link),
        cmocka_unit_test(a_stalled_reader_that_goes_on_gets_everything),
        cmocka_unit_test(a_close_inside_a_packet_stops_the_delivery),
        cmocka_unit_test(a_paused_link_delivers_nothing_and_afterwards_all),
        cmocka_unit_test(a_paused_link_learns_of_a_cut_when_it_is_read_again),
        cmocka_unit_test(a_paused_link_learns_of_a_cut_when_it_writes),
        cmocka_unit_test(a_paused_link_that_is_cut_can_be_closed_at_once),
        cmocka_unit_test(the_end_is_seen_during_a_pause_when_it_has_arrived),
        cmocka_unit_test(a_packet_over_the_limit_closes_the_link),
        cmocka_unit_test(killing_a_host_ends_its_links_and_its_listening),
        cmocka_unit_test(a_paused_process_hears_everything_when_it_goes_on),
        cmocka_unit_test(the_system_of_a_paused_process_accepts_for_it),
        cmocka_unit_test(a_delay_holds_until_it_is_taken_back),
        cmocka_unit_test(turns_are_called_when_they_want_to_be),
        cmocka_unit_test(work_runs_later_and_is_answered_later),
        cmocka_unit_test(work_of_a_killed_process_ends_when_it_is_asked_for),
        cmocka_unit_test(what_was_asked_for_at_a_time_happens_then),
        cmocka_unit_test(the_same_seed_gives_the_same_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
