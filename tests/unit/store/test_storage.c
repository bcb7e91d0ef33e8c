/* What the entity storage does over every database. */
#include "storage_rig.h"

#include <stdio.h>
#include <stdlib.h>

static void what_was_saved_is_loaded(void **state)
{
    (void)state;
    struct answer saved = {0}, loaded = {0};
    save("Avatar", 1, "data", &saved);
    drain();
    assert_answer(&saved, GW_OK);
    load("Avatar", 1, &loaded);
    drain();
    assert_data(&loaded, "data");
}

static void a_load_of_nothing_is_not_found(void **state)
{
    (void)state;
    struct answer loaded = {0};
    load("Avatar", 1, &loaded);
    drain();
    assert_answer(&loaded, GW_ENOTFOUND);
    assert_int_equal(loaded.size, 0);
}

static void a_later_save_wins(void **state)
{
    (void)state;
    struct answer a[4] = {0};
    save("Avatar", 1, "first", &a[0]);
    save("Avatar", 1, "the second, longer", &a[1]);
    load("Avatar", 1, &a[2]);
    drain();
    load("Avatar", 1, &a[3]);
    drain();
    assert_answer(&a[0], GW_OK);
    assert_answer(&a[1], GW_OK);
    assert_data(&a[2], "the second, longer");
    assert_data(&a[3], "the second, longer");
}

static void a_load_before_a_save_sees_what_was_there(void **state)
{
    (void)state;
    struct answer a[3] = {0};
    save("Avatar", 1, "old", NULL);
    drain();
    load("Avatar", 2, &a[0]); /* keeps the worker busy */
    load("Avatar", 1, &a[1]);
    save("Avatar", 1, "new", NULL);
    load("Avatar", 1, &a[2]);
    drain();
    assert_data(&a[1], "old");
    assert_data(&a[2], "new");
}

/* More loads than one batch takes: the save must not leave before the last of them. */
static void a_load_behind_many_others_sees_what_was_there(void **state)
{
    (void)state;
    enum { OTHERS = 1500 };
    static struct answer others[OTHERS], a;
    memset(others, 0, sizeof others);
    memset(&a, 0, sizeof a);
    save("Avatar", 1, "old", NULL);
    drain();
    for (int i = 0; i < OTHERS; i++)
        load("Avatar", 2, &others[i]);
    load("Avatar", 1, &a);
    save("Avatar", 1, "new", NULL);
    drain();
    assert_data(&a, "old");
}

static void types_with_the_same_id_are_apart(void **state)
{
    (void)state;
    struct answer a[4] = {0};
    for (int again = 0; again < 2; again++) {
        memset(a, 0, sizeof a);
        save("Avatar", 1, "avatar", NULL);
        save("Monster", 1, "monster", NULL);
        load("Avatar", 1, &a[0]);
        load("Monster", 1, &a[1]);
        drain();
        load("Avatar", 1, &a[2]);
        load("Monster", 1, &a[3]);
        drain();
        assert_data(&a[0], "avatar");
        assert_data(&a[1], "monster");
        assert_data(&a[2], "avatar");
        assert_data(&a[3], "monster");
    }
}

static void exists_knows_saved_and_unsaved(void **state)
{
    (void)state;
    struct answer a[4] = {0};
    exists("Avatar", 1, &a[0]);
    drain();
    save("Avatar", 1, "", NULL);
    exists("Avatar", 1, &a[1]);
    drain();
    exists("Avatar", 1, &a[2]);
    exists("Monster", 1, &a[3]);
    drain();
    assert_answer(&a[0], GW_ENOTFOUND);
    assert_answer(&a[1], GW_OK);
    assert_answer(&a[2], GW_OK);
    assert_answer(&a[3], GW_ENOTFOUND);
}

static void list_sees_the_saves_before_it_and_only_its_type(void **state)
{
    (void)state;
    struct answer a[2] = {0};
    for (int i = 0; i < 20; i++)
        save(i % 2 ? "Avatar" : "AvatarX", i, "x", NULL);
    list("Avatar", &a[0]);
    list("Ava", &a[1]);
    drain();
    assert_answer(&a[0], GW_OK);
    assert_int_equal(a[0].size, 10 * sizeof(gw_id));
    for (int i = 0; i < 20; i++)
        assert_int_equal(list_has(&a[0], i), i % 2);
    assert_answer(&a[1], GW_OK);
    assert_int_equal(a[1].size, 0);
}

static void bytes_are_kept_as_they_are(void **state)
{
    (void)state;
    struct answer a[2] = {0};
    uint8_t bytes[3000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    struct view data = {bytes, sizeof bytes}, none = {0};
    assert_int_equal(storage_save(rig.storage, "B", id_of(1), data, NULL, NULL), GW_OK);
    assert_int_equal(storage_save(rig.storage, "B", id_of(2), none, NULL, NULL), GW_OK);
    drain();
    load("B", 1, &a[0]);
    load("B", 2, &a[1]);
    drain();
    assert_answer(&a[0], GW_OK);
    assert_int_equal(a[0].size, sizeof bytes);
    assert_memory_equal(a[0].data, bytes, sizeof bytes);
    assert_data(&a[1], "");
}

static void many_saves_share_batches_and_all_are_there(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static struct answer saved[COUNT], a;
    memset(saved, 0, sizeof saved);
    char text[32];
    for (int i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "data %d", i);
        save("Many", i, text, &saved[i]);
    }
    drain();
    assert_true(storage_stats(rig.storage)->batches < COUNT / 100);
    assert_int_equal(storage_stats(rig.storage)->saves, COUNT);
    assert_int_equal(storage_stats(rig.storage)->queue_bytes, 0);
    for (int i = 0; i < COUNT; i++) {
        memset(&a, 0, sizeof a);
        assert_answer(&saved[i], GW_OK);
        load("Many", i, &a);
        drain();
        snprintf(text, sizeof text, "data %d", i);
        assert_data(&a, text);
    }
}

/* A model of what each load must see, against whatever order the batches fall into. */
static void random_requests_see_what_came_before_them(void **state)
{
    (void)state;
    enum { STEPS = 3000, ENTITIES = 12 };
    static struct answer answers[STEPS];
    static int expected[STEPS];
    int last[ENTITIES];
    memset(answers, 0, sizeof answers);
    for (int i = 0; i < ENTITIES; i++)
        last[i] = -1;
    srand(7);
    for (int i = 0; i < STEPS; i++) {
        int entity = rand() % ENTITIES, kind = rand() % 4;
        char text[32];
        snprintf(text, sizeof text, "%d", i);
        expected[i] = kind < 2 ? -2 : last[entity];
        if (kind < 2) {
            save("R", entity, text, &answers[i]);
            last[entity] = i;
        } else {
            load("R", entity, &answers[i]);
        }
        if (rand() % 5 == 0 && rig.pool.under_way)
            pool_turn(&rig.pool);
    }
    drain();
    for (int i = 0; i < STEPS; i++) {
        assert_answer(&answers[i], expected[i] == -1 ? GW_ENOTFOUND : GW_OK);
        if (expected[i] >= 0)
            assert_int_equal(atoi(answers[i].data), expected[i]);
    }
}

/* A callback may ask again. */
static void save_again(void *user, gw_err err)
{
    int *left = user;
    assert_int_equal(err, GW_OK);
    assert_false(storage_is_idle(rig.storage));
    if (--*left > 0)
        assert_int_equal(storage_save(rig.storage, "A", id_of(1), view_str("x"), save_again, left),
                         GW_OK);
}

static void an_answer_may_ask_again(void **state)
{
    (void)state;
    int left = 10;
    save_again(&left, (save("A", 2, "y", NULL), GW_OK));
    drain();
    assert_int_equal(left, 0);
}

#define ON(setup, test) cmocka_unit_test_setup_teardown(test, setup, rig_fini)
#define ON_BOTH(test) ON(on_memory, test), ON(on_sqlite, test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(what_was_saved_is_loaded),
        ON_BOTH(a_load_of_nothing_is_not_found),
        ON_BOTH(a_later_save_wins),
        ON_BOTH(a_load_before_a_save_sees_what_was_there),
        ON_BOTH(a_load_behind_many_others_sees_what_was_there),
        ON_BOTH(types_with_the_same_id_are_apart),
        ON_BOTH(exists_knows_saved_and_unsaved),
        ON_BOTH(list_sees_the_saves_before_it_and_only_its_type),
        ON_BOTH(bytes_are_kept_as_they_are),
        ON_BOTH(many_saves_share_batches_and_all_are_there),
        ON_BOTH(random_requests_see_what_came_before_them),
        ON_BOTH(an_answer_may_ask_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
