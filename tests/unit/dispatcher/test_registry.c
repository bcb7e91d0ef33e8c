/* The registry's keys: whose they are, and when they go. */
#include "world.h"

#include <stdio.h>

#define HOST "Service/Mail#0"
#define ENTITY "Service/Mail#0/EntityID"
#define ID "AAAAAAAAAAAAAAAA"

static void claim(struct fake_link *game, const char *key, const char *value)
{
    RECEIVE(game, kvreg_register, .key = view_str(key), .value = view_str(value));
}

static void assert_removed(struct fake_link *game, const char *key)
{
    struct msg_notify_kvreg_removed m;
    EXPECT(game, notify_kvreg_removed, &m);
    assert_true(view_equals(m.key, key));
}

static void assert_told(struct fake_link *game, const char *key, const char *value)
{
    struct msg_kvreg_register m;
    EXPECT(game, kvreg_register, &m);
    assert_true(view_equals(m.key, key));
    assert_true(view_equals(m.value, value));
    assert_false(m.force);
}

static uint64_t keys(const struct world *w)
{
    return dispatcher_stats(w->d)->registry_keys;
}

static void the_keys_of_a_dead_game_go_and_games_that_said_hello_are_told(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *dies = world_game(&w, 1), *lives = world_game(&w, 2);
    struct fake_link *foreign = world_foreign_game(&w, 3);
    claim(dies, HOST, "game1");
    claim(dies, ENTITY, ID);
    claim(dies, "plain", "stays");
    claim(dies, "leader", "game1");
    claim(lives, "Service/Mail#1", "game2");
    claim(lives, "Service/Mail#1/EntityID", "BBBBBBBBBBBBBBBB");
    claim(lives, "Service/Mail#10", "game2");
    fake_link_skip(lives);
    fake_link_skip(foreign);
    fake_link_hang_up(dies);

    struct msg_notify_game_disconnected gone;
    EXPECT(lives, notify_game_disconnected, &gone);
    assert_removed(lives, HOST);
    assert_removed(lives, ENTITY);
    assert_removed(lives, "leader");
    assert_true(fake_link_is_quiet(lives));
    EXPECT(foreign, notify_game_disconnected, &gone);
    assert_true(fake_link_is_quiet(foreign));
    assert_int_equal(keys(&w), 4);
    world_stop(&w);
}

static void a_service_of_a_dead_game_is_competed_for_anew(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *dies = world_game(&w, 1), *a = world_game(&w, 2), *b = world_game(&w, 3);
    claim(dies, HOST, "game1");
    claim(a, HOST, "game2");
    assert_int_equal(keys(&w), 1);
    fake_link_hang_up(dies);
    fake_link_skip(a);
    fake_link_skip(b);
    claim(b, HOST, "game3");
    claim(a, HOST, "game2");
    assert_told(a, HOST, "game3");
    assert_told(b, HOST, "game3");
    assert_true(fake_link_is_quiet(a));
    world_stop(&w);
}

/* The answer to its registration must not name what an earlier life of it had. */
static void a_game_that_comes_back_as_another_process_has_none_of_its_keys(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *old = world_game(&w, 1), *other = world_game(&w, 2);
    claim(old, HOST, "game1");
    claim(old, ENTITY, ID);
    fake_link_skip(other);
    struct fake_link *again = world_connect(&w);
    RECEIVE(again, set_game_id, .game = 1);
    struct msg_set_game_id_ack ack;
    EXPECT(again, set_game_id_ack, &ack);
    assert_memory_equal(ack.registry.data, "\0\0\0\0", 4);
    assert_int_equal(ack.registry.size, 4);
    world_stop(&w);
}

static void a_key_that_another_game_has_taken_outlives_the_first(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *first = world_game(&w, 1), *second = world_game(&w, 2);
    claim(first, ENTITY, ID);
    RECEIVE(second, kvreg_register, .key = view_str(ENTITY), .value = view_str("BBBBBBBBBBBBBBBB"),
            .force = true);
    fake_link_skip(second);
    fake_link_hang_up(first);
    struct msg_notify_game_disconnected gone;
    EXPECT(second, notify_game_disconnected, &gone);
    assert_true(fake_link_is_quiet(second));
    assert_int_equal(keys(&w), 1);
    world_stop(&w);
}

static void a_key_is_given_up_only_with_the_value_it_has(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *a = world_game(&w, 1), *b = world_game(&w, 2);
    claim(a, HOST, "game1");
    fake_link_skip(b);
    RECEIVE(a, kvreg_release, .key = view_str(HOST), .value = view_str("game2"));
    RECEIVE(a, kvreg_release, .key = view_str("no such key"), .value = view_str("game1"));
    assert_true(fake_link_is_quiet(b));
    RECEIVE(a, kvreg_release, .key = view_str(HOST), .value = view_str("game1"));
    assert_removed(b, HOST);
    assert_int_equal(keys(&w), 0);
    world_stop(&w);
}

/* Go games take the value apart from its fifth byte on without looking at its length. */
static void a_value_that_would_stop_a_game_of_goworld_is_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {HOST, ""},
        {HOST, "gam"},
        {HOST, "game"},
        {HOST, "game0"},
        {HOST, "gamex"},
        {HOST, "game1 "},
        {HOST, "game99999"},
        {ENTITY, "short"},
        {ENTITY, "AAAAAAAAAAAAAAA!"},
        {"Service/", "x"},
        {"Service/EntityID", ""},
    };
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *a = world_game(&w, 1), *b = world_game(&w, 2);
    size_t count = sizeof bad / sizeof *bad;
    for (size_t i = 0; i < count; i++)
        claim(a, bad[i][0], bad[i][1]);
    assert_true(fake_link_is_quiet(b));
    assert_int_equal(dispatcher_stats(w.d)->refused.count, count);
    RECEIVE(a, kvreg_restore, .game = 1, .key = view_str(HOST), .value = view_str(""));
    assert_true(fake_link_is_quiet(b));
    assert_removed(a, HOST); /* it must not go on believing in it */
    world_stop(&w);
}

static void restore(struct fake_link *from, uint16_t owner, const char *key, const char *value)
{
    RECEIVE(from, kvreg_restore, .game = owner, .key = view_str(key), .value = view_str(value));
}

static void what_is_restored_counts_less_than_what_was_written(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *a = world_game(&w, 1), *b = world_game(&w, 2);
    restore(a, 2, HOST, "game2");
    restore(a, 2, ENTITY, ID);
    assert_told(b, HOST, "game2");
    assert_told(b, ENTITY, ID);
    fake_link_skip(a);
    restore(b, 1, HOST, "game1");
    claim(b, "other", "b");
    assert_told(a, "other", "b");
    restore(a, 0, "other", "a");
    assert_true(fake_link_is_quiet(a));
    fake_link_skip(a);
    fake_link_hang_up(b); /* the keys are the second game's, though the first has written them */
    struct msg_notify_game_disconnected gone;
    EXPECT(a, notify_game_disconnected, &gone);
    assert_removed(a, HOST);
    assert_removed(a, ENTITY);
    assert_int_equal(keys(&w), 1);
    world_stop(&w);
}

/* It died while the dispatcher was away: nobody can tell. */
static void what_is_restored_for_a_game_that_does_not_come_goes(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *a = world_game(&w, 1);
    restore(a, 2, HOST, "game2");
    restore(a, 2, ENTITY, ID);
    restore(a, 3, "Service/Mail#1", "game3");
    claim(a, "Service/Mail#2", "game1");
    int64_t due_ms = dispatcher_turn(w.d);
    struct fake_link *late = world_game(&w, 3);
    assert_true(due_ms <= w.clock.now_ms + 3000);
    w.clock.now_ms = due_ms;
    fake_link_skip(a);
    dispatcher_turn(w.d);
    assert_removed(a, HOST);
    assert_removed(a, ENTITY);
    assert_removed(late, HOST);
    assert_true(fake_link_is_quiet(a));
    assert_int_equal(keys(&w), 2);
    assert_true(dispatcher_turn(w.d) > w.clock.now_ms);
    world_stop(&w);
}

static void room_that_dead_games_had_is_there_again(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){.limits = {.registry_bytes = 4000}});
    for (unsigned life = 0; life < 5; life++) {
        struct fake_link *game = world_game(&w, 1);
        for (unsigned i = 0; i < 10; i++) {
            char key[32];
            snprintf(key, sizeof key, "Service/Mail#%u", i);
            claim(game, key, "game1");
        }
        assert_int_equal(keys(&w), 10);
        fake_link_hang_up(game);
        assert_int_equal(keys(&w), 0);
    }
    assert_int_equal(dispatcher_stats(w.d)->refused.count, 0);
    world_stop(&w);
}

static void a_value_may_be_replaced_where_there_is_room_for_only_one(void **state)
{
    (void)state;
    char values[3][2001];
    for (size_t i = 0; i < 3; i++)
        snprintf(values[i], sizeof values[i], "%0*zu", i < 2 ? 1000 : 2000, i);
    struct world w;
    world_start(&w, (struct dispatcher_desc){.limits = {.registry_bytes = 1500}});
    struct fake_link *a = world_game(&w, 1);
    for (size_t i = 0; i < 3; i++)
        RECEIVE(a, kvreg_register, .key = view_str("plain"), .value = view_str(values[i]),
                .force = true);
    for (size_t i = 0; i < 2; i++) {
        struct msg_kvreg_register m;
        EXPECT(a, kvreg_register, &m);
        assert_true(view_equals(m.value, values[i]));
    }
    assert_true(fake_link_is_quiet(a));
    assert_int_equal(dispatcher_stats(w.d)->refused.count, 1);
    world_stop(&w);
}

static void a_game_that_said_no_hello_may_not_send_our_messages(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct dispatcher_desc){0});
    struct fake_link *a = world_game(&w, 1), *foreign = world_foreign_game(&w, 2);
    claim(a, HOST, "game1");
    RECEIVE(foreign, kvreg_release, .key = view_str(HOST), .value = view_str("game1"));
    assert_non_null(foreign->reason);
    assert_int_equal(keys(&w), 1);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_keys_of_a_dead_game_go_and_games_that_said_hello_are_told),
        cmocka_unit_test(a_service_of_a_dead_game_is_competed_for_anew),
        cmocka_unit_test(a_game_that_comes_back_as_another_process_has_none_of_its_keys),
        cmocka_unit_test(a_key_that_another_game_has_taken_outlives_the_first),
        cmocka_unit_test(a_key_is_given_up_only_with_the_value_it_has),
        cmocka_unit_test(a_value_that_would_stop_a_game_of_goworld_is_refused),
        cmocka_unit_test(what_is_restored_counts_less_than_what_was_written),
        cmocka_unit_test(what_is_restored_for_a_game_that_does_not_come_goes),
        cmocka_unit_test(room_that_dead_games_had_is_there_again),
        cmocka_unit_test(a_value_may_be_replaced_where_there_is_room_for_only_one),
        cmocka_unit_test(a_game_that_said_no_hello_may_not_send_our_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
