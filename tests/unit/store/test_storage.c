/* The entity storage over both databases, and over one that fails, waits or says no. */
#include "pool.h"
#include "store/storage.h"

#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- a database that does as it is told ----------------------------------------------------- */

/* Wraps the memory database; what it does is set by the test, before work is run. */
static struct {
    unsigned fail_begins, fail_saves, fail_commits, fail_loads; /* the next so many */
    const char *bad_data;                                       /* never takes this */
    unsigned begins, saves, commits, rollbacks, loads;
    char order[4096]; /* data of all saves that were tried */
} told;

static gw_err fail_next(unsigned *count)
{
    if (*count == 0)
        return GW_OK;
    (*count)--;
    return GW_EIO;
}

static gw_err told_begin(void *database)
{
    told.begins++;
    gw_err err = fail_next(&told.fail_begins);
    return err ? err : storage_memory.begin(database);
}

static gw_err told_save(void *database, const char *type, gw_id id, struct view data)
{
    told.saves++;
    if (told.bad_data && view_equals(data, told.bad_data))
        return GW_EIO;
    gw_err err = fail_next(&told.fail_saves);
    if (err)
        return err;
    if (strlen(told.order) + data.size < sizeof told.order - 1)
        strncat(told.order, (const char *)data.data, data.size);
    return storage_memory.save(database, type, id, data);
}

static gw_err told_commit(void *database)
{
    told.commits++;
    gw_err err = fail_next(&told.fail_commits);
    return err ? err : storage_memory.commit(database);
}

static void told_rollback(void *database)
{
    told.rollbacks++;
    storage_memory.rollback(database);
}

static gw_err told_load(void *database, const char *type, gw_id id, struct buf *data)
{
    told.loads++;
    gw_err err = fail_next(&told.fail_loads);
    return err ? err : storage_memory.load(database, type, id, data);
}

static const char *told_reason(void *database)
{
    (void)database;
    return "it was told to fail";
}

static struct storage_ops told_ops(void)
{
    struct storage_ops ops = storage_memory;
    ops.name = "told";
    ops.begin = told_begin;
    ops.save = told_save;
    ops.commit = told_commit;
    ops.rollback = told_rollback;
    ops.load = told_load;
    ops.reason = told_reason;
    return ops;
}

/* ---- the rig -------------------------------------------------------------------------------- */

struct rig {
    struct pool pool;
    struct clock clock;
    struct test_log log;
    struct path path;
    struct storage_ops ops;
    struct storage *storage;
};

static struct rig rig;

static void rig_open(size_t queue_bytes_max)
{
    char *error = NULL;
    struct storage_desc desc = {.ops = &rig.ops,
                                .url = rig.path.file,
                                .workers = &rig.pool.base,
                                .clock = &rig.clock,
                                .log = &rig.log.log,
                                .queue_bytes_max = queue_bytes_max};
    gw_err err = storage_create(&desc, &rig.storage, &error);
    if (err)
        fail_msg("%s", error);
}

static void rig_init(const struct storage_ops *ops, bool threaded)
{
    memset(&told, 0, sizeof told);
    pool_init(&rig.pool, threaded);
    test_log_init(&rig.log);
    path_init(&rig.path);
    rig.clock.now_ms = 1000;
    rig.ops = *ops;
    rig_open(0);
}

static int on_memory(void **state)
{
    (void)state;
    rig_init(&storage_memory, false);
    return 0;
}

static int on_sqlite(void **state)
{
    (void)state;
    rig_init(&storage_sqlite, true);
    return 0;
}

static int on_told(void **state)
{
    (void)state;
    struct storage_ops ops = told_ops();
    rig_init(&ops, false);
    return 0;
}

/* One event: work that comes back, or the next retry, to which the clock jumps. */
static void turn(void)
{
    int64_t next_ms = storage_turn(rig.storage);
    if (rig.pool.under_way) {
        pool_turn(&rig.pool);
        return;
    }
    assert_true(next_ms != CLOCK_NEVER);
    rig.clock.now_ms = next_ms;
}

static void drain(void)
{
    while (!storage_is_idle(rig.storage))
        turn();
}

static int rig_fini(void **state)
{
    (void)state;
    drain();
    storage_destroy(rig.storage);
    pool_fini(&rig.pool);
    path_fini(&rig.path);
    return 0;
}

/* ---- asking --------------------------------------------------------------------------------- */

struct answer {
    unsigned count, place; /* place: how many answers came before */
    gw_err err;
    char data[4096];
    size_t size;
};

static unsigned answer_count;

static void on_saved(void *user, gw_err err)
{
    struct answer *a = user;
    a->count++;
    a->place = answer_count++;
    a->err = err;
}

static void on_loaded(void *user, gw_err err, struct view data)
{
    struct answer *a = user;
    on_saved(user, err);
    a->size = data.size;
    assert_true(data.size < sizeof a->data);
    if (data.size)
        memcpy(a->data, data.data, data.size);
    a->data[data.size] = '\0';
}

static gw_id id_of(int number)
{
    char text[32];
    gw_id id;
    snprintf(text, sizeof text, "Entity%010d", number);
    memcpy(id.text, text, sizeof id.text);
    return id;
}

static void save(const char *type, int number, const char *data, struct answer *a)
{
    gw_err err =
        storage_save(rig.storage, type, id_of(number), view_str(data), a ? on_saved : NULL, a);
    assert_int_equal(err, GW_OK);
}

static void load(const char *type, int number, struct answer *a)
{
    assert_int_equal(storage_load(rig.storage, type, id_of(number), on_loaded, a), GW_OK);
}

static void exists(const char *type, int number, struct answer *a)
{
    assert_int_equal(storage_exists(rig.storage, type, id_of(number), on_saved, a), GW_OK);
}

static void list(const char *type, struct answer *a)
{
    assert_int_equal(storage_list(rig.storage, type, on_loaded, a), GW_OK);
}

static void assert_answer(const struct answer *a, gw_err err)
{
    assert_int_equal(a->count, 1);
    assert_int_equal(a->err, err);
}

static void assert_data(const struct answer *a, const char *data)
{
    assert_answer(a, GW_OK);
    assert_string_equal(a->data, data);
}

static bool list_has(const struct answer *a, int number)
{
    gw_id id = id_of(number);
    for (size_t i = 0; i + sizeof id.text <= a->size; i += sizeof id.text)
        if (memcmp(a->data + i, id.text, sizeof id.text) == 0)
            return true;
    return false;
}

/* ---- what every database does --------------------------------------------------------------- */

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
        ON(on_told, a_waiting_save_is_replaced_and_both_are_answered),
        ON(on_told, a_running_save_is_not_replaced),
        ON(on_told, no_answer_comes_inside_the_call),
        ON(on_told, a_full_queue_refuses),
        ON(on_told, a_full_queue_refuses_loads_too),
        ON(on_told, saves_are_tried_until_they_succeed_and_answered_once),
        ON(on_told, the_delay_grows_to_a_second_and_the_log_stays_short),
        ON(on_told, loads_go_on_while_saves_fail),
        ON(on_told, a_failed_save_gives_way_to_a_newer_one),
        ON(on_told, a_save_that_is_never_taken_holds_up_no_other),
        ON(on_told, a_load_that_fails_says_so),
        ON(on_told, a_slow_database_keeps_the_order),
        ON(on_told, random_failures_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
