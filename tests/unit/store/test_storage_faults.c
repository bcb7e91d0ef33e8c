/* The entity storage over a database that waits, fails or says no. */
#include "storage_rig.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what a waiting queue does -------------------------------------------------------------- */

static void a_waiting_save_is_replaced_and_both_are_answered(void **state)
{
    (void)state;
    struct answer a[4] = {0};
    save("A", 0, "0", &a[0]); /* is on the worker */
    save("A", 1, "1", &a[1]);
    save("A", 1, "2", &a[2]);
    save("A", 1, "3", &a[3]);
    drain();
    assert_string_equal(told.order, "03");
    for (int i = 0; i < 4; i++)
        assert_answer(&a[i], GW_OK);
    assert_true(a[1].place < a[2].place && a[2].place < a[3].place);
    assert_int_equal(told.commits, 2);
}

static void a_running_save_is_not_replaced(void **state)
{
    (void)state;
    struct answer a[3] = {0};
    save("A", 1, "1", &a[0]);
    save("A", 1, "2", &a[1]);
    load("A", 1, &a[2]);
    assert_int_equal(a[2].count, 0);
    drain();
    assert_string_equal(told.order, "12");
    assert_data(&a[2], "2");
    assert_int_equal(told.loads, 0);
}

static void no_answer_comes_inside_the_call(void **state)
{
    (void)state;
    struct answer a[3] = {0};
    save("A", 1, "1", &a[0]);
    load("A", 1, &a[1]);
    exists("A", 1, &a[2]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(a[i].count, 0);
    assert_false(storage_is_idle(rig.storage));
    drain();
    for (int i = 0; i < 3; i++)
        assert_answer(&a[i], GW_OK);
}

static void a_full_queue_refuses(void **state)
{
    (void)state;
    static char data[1001];
    memset(data, 'x', sizeof data - 1);
    storage_destroy(rig.storage);
    rig_open(10000);
    int taken = 0;
    while (storage_save(rig.storage, "A", id_of(taken), view_str(data), NULL, NULL) == GW_OK)
        taken++;
    assert_in_range(taken, 5, 10);
    assert_true(storage_stats(rig.storage)->queue_bytes <= 10000);
    /* A newer state of what waits has room, because it takes the old one's place. */
    data[1000 - sizeof(void *) * 2] = '\0';
    save("A", taken - 1, data, NULL);
    drain();
    save("A", taken, data, NULL);
}

static void a_full_queue_refuses_loads_too(void **state)
{
    (void)state;
    static struct answer a[1000];
    storage_destroy(rig.storage);
    rig_open(10000);
    int taken = 0;
    while (storage_load(rig.storage, "A", id_of(taken), on_loaded, &a[taken]) == GW_OK)
        taken++;
    assert_in_range(taken, 1, 500);
    drain();
    for (int i = 0; i < taken; i++)
        assert_answer(&a[i], GW_ENOTFOUND);
    assert_int_equal(a[taken].count, 0);
}

/* ---- a database that fails ------------------------------------------------------------------ */

static void saves_are_tried_until_they_succeed_and_answered_once(void **state)
{
    (void)state;
    struct answer a[3] = {0};
    told.fail_begins = 3;
    told.fail_commits = 2;
    for (int i = 0; i < 3; i++)
        save("A", i, (const char *[]){"0", "1", "2"}[i], &a[i]);
    drain();
    for (int i = 0; i < 3; i++)
        assert_answer(&a[i], GW_OK);
    assert_int_equal(told.begins, 6);
    /* 20 + 40 + 80 + 160 + 320 ms */
    assert_int_equal(rig.clock.now_ms, 1000 + 620);
    /* Each rolled back commit tried all three again, in order. */
    assert_string_equal(told.order, "012012012");
    assert_int_equal(storage_stats(rig.storage)->saves, 3);
}

static void the_delay_grows_to_a_second_and_the_log_stays_short(void **state)
{
    (void)state;
    struct answer a = {0};
    told.fail_begins = 60;
    save("A", 1, "1", &a);
    drain();
    assert_answer(&a, GW_OK);
    assert_int_equal(rig.clock.now_ms, 1000 + 1260 + 54 * 1000);
    assert_in_range(rig.log.lines, 2, 8);
    assert_non_null(strstr(rig.log.text, "storage_save_failed"));
    assert_non_null(strstr(rig.log.text, "it was told to fail"));
    assert_non_null(strstr(rig.log.text, "storage_saves_again"));
}

static void loads_go_on_while_saves_fail(void **state)
{
    (void)state;
    struct answer a[4] = {0};
    save("A", 1, "old", NULL);
    save("A", 2, "two", NULL);
    drain();
    told.fail_begins = 1000;
    save("A", 1, "new", &a[0]);
    load("A", 1, &a[1]);
    load("A", 2, &a[2]);
    while (!a[1].count || !a[2].count)
        pool_turn(&rig.pool);
    assert_data(&a[1], "new");
    assert_data(&a[2], "two");
    assert_int_equal(a[0].count, 0);
    told.fail_begins = 0;
    drain();
    assert_answer(&a[0], GW_OK);
}

static void a_failed_save_gives_way_to_a_newer_one(void **state)
{
    (void)state;
    struct answer a[3] = {0};
    told.fail_begins = 1;
    save("A", 1, "1", &a[0]); /* fails on the worker */
    save("A", 1, "2", &a[1]);
    save("A", 2, "x", &a[2]);
    drain();
    assert_string_equal(told.order, "2x");
    for (int i = 0; i < 3; i++)
        assert_answer(&a[i], GW_OK);
    assert_true(a[0].place < a[1].place);
}

static void a_save_that_is_never_taken_holds_up_no_other(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static struct answer a[COUNT];
    memset(a, 0, sizeof a);
    told.bad_data = "bad";
    for (int i = 0; i < COUNT; i++)
        save("A", i, i % 1000 == 500 ? "bad" : "good", &a[i]);
    for (int i = 0; i < 100; i++)
        turn();
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(a[i].count, i % 1000 != 500);
    told.bad_data = NULL;
    drain();
    for (int i = 0; i < COUNT; i++)
        assert_answer(&a[i], GW_OK);
}

static void a_load_that_fails_says_so(void **state)
{
    (void)state;
    struct answer a[2] = {0};
    save("A", 1, "1", NULL);
    drain();
    told.fail_loads = 1;
    load("A", 1, &a[0]);
    drain();
    load("A", 1, &a[1]);
    drain();
    assert_answer(&a[0], GW_EIO);
    assert_data(&a[1], "1");
}

static void a_slow_database_keeps_the_order(void **state)
{
    (void)state;
    struct answer a[3] = {0};
    /* Nothing is run before all is asked: as slow as can be. */
    save("A", 1, "1", &a[0]);
    save("A", 2, "2", &a[1]);
    save("A", 3, "3", &a[2]);
    assert_int_equal(rig.pool.submitted, 1);
    drain();
    assert_string_equal(told.order, "123");
    assert_int_equal(rig.pool.submitted, 2);
}

static void random_failures_lose_nothing(void **state)
{
    (void)state;
    srand(11);
    static struct answer saved[2000], a;
    memset(saved, 0, sizeof saved);
    int last[10] = {0};
    for (int i = 0; i < 2000; i++) {
        char text[32];
        int entity = rand() % 10;
        snprintf(text, sizeof text, "%d", i);
        save("A", entity, text, &saved[i]);
        last[entity] = i;
        unsigned *what[] = {&told.fail_begins, &told.fail_saves, &told.fail_commits};
        if (rand() % 3 == 0)
            *what[rand() % 3] = (unsigned)rand() % 7;
        if (rand() % 2 == 0)
            turn();
    }
    drain();
    for (int i = 0; i < 2000; i++)
        assert_answer(&saved[i], GW_OK);
    for (int i = 0; i < 10; i++) {
        memset(&a, 0, sizeof a);
        load("A", i, &a);
        drain();
        assert_int_equal(atoi(a.data), last[i]);
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, on_told, rig_fini)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_waiting_save_is_replaced_and_both_are_answered),
        TEST(a_running_save_is_not_replaced),
        TEST(no_answer_comes_inside_the_call),
        TEST(a_full_queue_refuses),
        TEST(a_full_queue_refuses_loads_too),
        TEST(saves_are_tried_until_they_succeed_and_answered_once),
        TEST(the_delay_grows_to_a_second_and_the_log_stays_short),
        TEST(loads_go_on_while_saves_fail),
        TEST(a_failed_save_gives_way_to_a_newer_one),
        TEST(a_save_that_is_never_taken_holds_up_no_other),
        TEST(a_load_that_fails_says_so),
        TEST(a_slow_database_keeps_the_order),
        TEST(random_failures_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
