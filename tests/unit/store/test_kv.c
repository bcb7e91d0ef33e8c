/* Keys and values over both databases, and over one that fails. */
#include "pool.h"
#include "store/kv.h"

#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- a database that does as it is told ----------------------------------------------------- */

static struct {
    unsigned fail_begins, fail_commits; /* the next so many */
    const char *bad_value;              /* never takes this */
    unsigned begins, commits, rollbacks;
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
    return err ? err : kv_memory.begin(database);
}

static gw_err told_commit(void *database)
{
    told.commits++;
    gw_err err = fail_next(&told.fail_commits);
    return err ? err : kv_memory.commit(database);
}

static void told_rollback(void *database)
{
    told.rollbacks++;
    kv_memory.rollback(database);
}

static gw_err told_put(void *database, struct view key, struct view value)
{
    if (told.bad_value && view_equals(value, told.bad_value))
        return GW_EIO;
    return kv_memory.put(database, key, value);
}

static const char *told_reason(void *database)
{
    (void)database;
    return "it was told to fail";
}

static struct kv_ops told_ops(void)
{
    struct kv_ops ops = kv_memory;
    ops.name = "told";
    ops.begin = told_begin;
    ops.commit = told_commit;
    ops.rollback = told_rollback;
    ops.put = told_put;
    ops.reason = told_reason;
    return ops;
}

/* ---- the rig -------------------------------------------------------------------------------- */

static struct rig {
    struct pool pool;
    struct clock clock;
    struct test_log log;
    struct path path;
    struct kv_ops ops;
    struct kv *kv;
} rig;

static void rig_open(size_t queue_bytes_max)
{
    char *error = NULL;
    struct kv_desc desc = {.ops = &rig.ops,
                           .url = rig.path.file,
                           .workers = &rig.pool.base,
                           .clock = &rig.clock,
                           .log = &rig.log.log,
                           .queue_bytes_max = queue_bytes_max};
    gw_err err = kv_create(&desc, &rig.kv, &error);
    if (err)
        fail_msg("%s", error);
}

static void rig_init(const struct kv_ops *ops, bool threaded)
{
    memset(&told, 0, sizeof told);
    pool_init(&rig.pool, threaded);
    test_log_init(&rig.log);
    path_init(&rig.path);
    rig.ops = *ops;
    rig_open(0);
}

static int on_memory(void **state)
{
    (void)state;
    rig_init(&kv_memory, false);
    return 0;
}

static int on_sqlite(void **state)
{
    (void)state;
    rig_init(&kv_sqlite, true);
    return 0;
}

static int on_told(void **state)
{
    (void)state;
    struct kv_ops ops = told_ops();
    rig_init(&ops, false);
    return 0;
}

static void drain(void)
{
    while (!kv_is_idle(rig.kv))
        pool_turn(&rig.pool);
}

static int rig_fini(void **state)
{
    (void)state;
    drain();
    kv_destroy(rig.kv);
    pool_fini(&rig.pool);
    path_fini(&rig.path);
    return 0;
}

/* ---- asking --------------------------------------------------------------------------------- */

struct answer {
    unsigned count, place;
    gw_err err;
    char value[8192];
    size_t size;
};

static unsigned answer_count;

static void on_answer(void *user, gw_err err, struct view value)
{
    struct answer *a = user;
    a->count++;
    a->place = answer_count++;
    a->err = err;
    a->size = value.size;
    assert_true(value.size < sizeof a->value);
    if (value.size)
        memcpy(a->value, value.data, value.size);
    a->value[value.size] = '\0';
}

static void get(const char *key, struct answer *a)
{
    assert_int_equal(kv_get(rig.kv, view_str(key), on_answer, a), GW_OK);
}

static void put(const char *key, const char *value, struct answer *a)
{
    assert_int_equal(kv_put(rig.kv, view_str(key), view_str(value), a ? on_answer : NULL, a),
                     GW_OK);
}

static void claim(const char *key, const char *value, struct answer *a)
{
    assert_int_equal(kv_put_if_absent(rig.kv, view_str(key), view_str(value), on_answer, a), GW_OK);
}

static void remove_key(const char *key, struct answer *a)
{
    assert_int_equal(kv_remove(rig.kv, view_str(key), on_answer, a), GW_OK);
}

static void range(const char *begin, const char *end, uint32_t limit, struct answer *a)
{
    assert_int_equal(kv_range(rig.kv, view_str(begin), view_str(end), limit, on_answer, a), GW_OK);
}

static void assert_answer(const struct answer *a, gw_err err, const char *value)
{
    assert_int_equal(a->count, 1);
    assert_int_equal(a->err, err);
    assert_string_equal(a->value, value);
}

/* Reads pairs as "k=v k=v". */
static void assert_pairs(const struct answer *a, const char *expected)
{
    char text[4096] = "";
    struct reader r = reader_of(a->value, a->size);
    while (reader_left(&r)) {
        struct view key = read_var(&r), value = read_var(&r);
        size_t size = strlen(text);
        snprintf(text + size, sizeof text - size, "%s%.*s=%.*s", size ? " " : "", (int)key.size,
                 (const char *)key.data, (int)value.size, (const char *)value.data);
    }
    assert_false(r.bad);
    assert_int_equal(a->count, 1);
    assert_int_equal(a->err, GW_OK);
    assert_string_equal(text, expected);
}

/* ---- what every database does --------------------------------------------------------------- */

static void requests_are_carried_out_in_order(void **state)
{
    (void)state;
    struct answer a[8] = {0};
    get("key", &a[0]);
    put("key", "one", &a[1]);
    get("key", &a[2]);
    put("key", "two", &a[3]);
    get("key", &a[4]);
    remove_key("key", &a[5]);
    remove_key("key", &a[6]);
    get("key", &a[7]);
    drain();
    assert_answer(&a[0], GW_ENOTFOUND, "");
    assert_answer(&a[1], GW_OK, "");
    assert_answer(&a[2], GW_OK, "one");
    assert_answer(&a[3], GW_OK, "");
    assert_answer(&a[4], GW_OK, "two");
    assert_answer(&a[5], GW_OK, "");
    assert_answer(&a[6], GW_ENOTFOUND, "");
    assert_answer(&a[7], GW_ENOTFOUND, "");
    for (int i = 1; i < 8; i++)
        assert_true(a[i - 1].place < a[i].place);
}

static void put_if_absent_keeps_and_tells_what_stands_there(void **state)
{
    (void)state;
    struct answer a[5] = {0};
    claim("name", "mine", &a[0]);
    claim("name", "yours", &a[1]);
    drain();
    claim("name", "theirs", &a[2]);
    get("name", &a[3]);
    remove_key("name", &a[4]);
    drain();
    assert_answer(&a[0], GW_OK, "");
    assert_answer(&a[1], GW_EEXIST, "mine");
    assert_answer(&a[2], GW_EEXIST, "mine");
    assert_answer(&a[3], GW_OK, "mine");
    assert_answer(&a[4], GW_OK, "");
}

static void a_range_is_in_byte_order_without_its_end(void **state)
{
    (void)state;
    struct answer a[6] = {0};
    const char *keys[] = {"b", "a", "\xe4\xb8\xad", "ab", "c", "a\x01", "B"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        put(keys[i], (const char[]){(char)('0' + i), '\0'}, NULL);
    drain();
    range("a", "c", 0, &a[0]);
    range("a", "c", 2, &a[1]);
    range("", "\xff", 0, &a[2]);
    range("c", "a", 0, &a[3]);
    range("a", "a", 0, &a[4]);
    range("ab", "b", 0, &a[5]);
    drain();
    assert_pairs(&a[0], "a=1 a\x01=5 ab=3 b=0");
    assert_pairs(&a[1], "a=1 a\x01=5");
    assert_pairs(&a[2], "B=6 a=1 a\x01=5 ab=3 b=0 c=4 \xe4\xb8\xad=2");
    assert_pairs(&a[3], "");
    assert_pairs(&a[4], "");
    assert_pairs(&a[5], "ab=3");
}

static void keys_and_values_are_any_bytes(void **state)
{
    (void)state;
    struct answer a[3] = {0};
    const uint8_t key[] = {0, 1, 0, 255}, shorter[] = {0, 1, 0};
    uint8_t value[3000] = {0};
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * 13);
    struct view k = {key, sizeof key}, s = {shorter, sizeof shorter}, v = {value, sizeof value};
    assert_int_equal(kv_put(rig.kv, k, v, NULL, NULL), GW_OK);
    assert_int_equal(kv_put(rig.kv, (struct view){0}, (struct view){0}, NULL, NULL), GW_OK);
    assert_int_equal(kv_get(rig.kv, k, on_answer, &a[0]), GW_OK);
    assert_int_equal(kv_get(rig.kv, s, on_answer, &a[1]), GW_OK);
    assert_int_equal(kv_get(rig.kv, (struct view){0}, on_answer, &a[2]), GW_OK);
    drain();
    assert_int_equal(a[0].err, GW_OK);
    assert_int_equal(a[0].size, sizeof value);
    assert_memory_equal(a[0].value, value, sizeof value);
    assert_int_equal(a[1].err, GW_ENOTFOUND);
    assert_answer(&a[2], GW_OK, "");
}

static void random_requests_match_a_model(void **state)
{
    (void)state;
    enum { STEPS = 2000, KEYS = 8 };
    static struct answer a[STEPS];
    static char expected[STEPS][16];
    static gw_err expected_err[STEPS];
    char model[KEYS][16] = {{0}};
    memset(a, 0, sizeof a);
    memset(expected, 0, sizeof expected);
    srand(3);
    for (int i = 0; i < STEPS; i++) {
        int k = rand() % KEYS;
        char key[16], value[16], *now = model[k];
        snprintf(key, sizeof key, "key%d", k);
        snprintf(value, sizeof value, "%d", i);
        switch (rand() % 4) {
        case 0:
            expected_err[i] = *now ? GW_OK : GW_ENOTFOUND;
            memcpy(expected[i], now, sizeof value);
            get(key, &a[i]);
            break;
        case 1:
            expected_err[i] = GW_OK;
            memcpy(now, value, sizeof value);
            put(key, value, &a[i]);
            break;
        case 2:
            expected_err[i] = *now ? GW_EEXIST : GW_OK;
            memcpy(expected[i], now, sizeof value);
            if (!*now)
                memcpy(now, value, sizeof value);
            claim(key, value, &a[i]);
            break;
        default:
            expected_err[i] = *now ? GW_OK : GW_ENOTFOUND;
            *now = '\0';
            remove_key(key, &a[i]);
        }
        if (rand() % 10 == 0 && rig.pool.under_way)
            pool_turn(&rig.pool);
    }
    drain();
    for (int i = 0; i < STEPS; i++)
        assert_answer(&a[i], expected_err[i], expected[i]);
}

static void what_comes_while_the_worker_is_busy_is_one_batch(void **state)
{
    (void)state;
    struct answer a[100] = {0};
    for (int i = 0; i < 100; i++)
        claim("key", (const char[]){(char)('A' + i % 26), '\0'}, &a[i]);
    drain();
    assert_int_equal(kv_stats(rig.kv)->batches, 2);
    assert_int_equal(kv_stats(rig.kv)->requests, 100);
    assert_int_equal(kv_stats(rig.kv)->queue_bytes, 0);
    assert_answer(&a[0], GW_OK, "");
    for (int i = 1; i < 100; i++)
        assert_answer(&a[i], GW_EEXIST, "A");
}

/* ---- a database that fails ------------------------------------------------------------------ */

static void a_failed_begin_fails_the_writes_and_not_the_reads(void **state)
{
    (void)state;
    struct answer a[6] = {0};
    put("key", "old", NULL);
    drain();
    get("key", &a[0]); /* is on the worker */
    told.fail_begins = 1;
    put("key", "new", &a[1]);
    get("key", &a[2]);
    claim("other", "x", &a[3]);
    remove_key("key", &a[4]);
    drain();
    assert_answer(&a[1], GW_EIO, "");
    assert_answer(&a[2], GW_OK, "old");
    assert_answer(&a[3], GW_EIO, "");
    assert_answer(&a[4], GW_EIO, "");
    get("key", &a[5]);
    drain();
    assert_answer(&a[5], GW_OK, "old");
    assert_int_equal(kv_stats(rig.kv)->failures, 3);
    assert_int_equal(told.begins, 2); /* waiting once for a lock is long enough */
    assert_non_null(strstr(rig.log.text, "it was told to fail"));
}

static void one_bad_request_does_not_fail_its_neighbours(void **state)
{
    (void)state;
    struct answer a[7] = {0};
    told.bad_value = "bad";
    get("a", &a[0]); /* is on the worker */
    put("a", "1", &a[1]);
    get("a", &a[2]);
    put("a", "bad", &a[3]);
    get("a", &a[4]);
    claim("a", "2", &a[5]);
    put("b", "3", &a[6]);
    drain();
    assert_answer(&a[1], GW_OK, "");
    assert_answer(&a[2], GW_OK, "1");
    assert_answer(&a[3], GW_EIO, "");
    assert_answer(&a[4], GW_OK, "1");
    assert_answer(&a[5], GW_EEXIST, "1");
    assert_answer(&a[6], GW_OK, "");
    assert_int_equal(kv_stats(rig.kv)->failures, 1);
}

/* What a transaction wrote that then was not committed must not be seen in any answer. */
static void a_failed_commit_shows_in_no_answer(void **state)
{
    (void)state;
    struct answer a[5] = {0};
    get("a", &a[0]);       /* is on the worker */
    told.fail_commits = 3; /* together, then each alone */
    put("a", "1", &a[1]);
    get("a", &a[2]);
    claim("a", "2", &a[3]);
    drain();
    assert_answer(&a[1], GW_EIO, "");
    assert_answer(&a[2], GW_ENOTFOUND, "");
    assert_answer(&a[3], GW_EIO, "");
    get("a", &a[4]);
    drain();
    assert_answer(&a[4], GW_ENOTFOUND, "");
}

static void a_full_queue_refuses_and_gives_no_answer(void **state)
{
    (void)state;
    static struct answer a[200];
    static char value[1001];
    memset(a, 0, sizeof a);
    memset(value, 'x', sizeof value - 1);
    kv_destroy(rig.kv);
    rig_open(10000);
    int taken = 0;
    while (kv_put(rig.kv, view_str("key"), view_str(value), on_answer, &a[taken]) == GW_OK)
        taken++;
    assert_in_range(taken, 5, 10);
    drain();
    for (int i = 0; i < taken; i++)
        assert_answer(&a[i], GW_OK, "");
    assert_int_equal(a[taken].count, 0);
    put("key", value, NULL);
}

static void a_range_that_is_too_large_says_so(void **state)
{
    (void)state;
    struct answer a[2] = {0};
    struct view value = {calloc(1, 1 << 20), 1 << 20};
    assert_non_null(value.data);
    for (int i = 0; i < 64; i++) {
        char key[16];
        snprintf(key, sizeof key, "big%02d", i);
        assert_int_equal(kv_put(rig.kv, view_str(key), value, NULL, NULL), GW_OK);
        drain();
    }
    free((void *)value.data);
    range("big", "bih", 0, &a[0]);
    put("after", "x", &a[1]);
    drain();
    assert_answer(&a[0], GW_EFULL, "");
    assert_answer(&a[1], GW_OK, "");
}

#define ON(setup, test) cmocka_unit_test_setup_teardown(test, setup, rig_fini)
#define ON_BOTH(test) ON(on_memory, test), ON(on_sqlite, test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(requests_are_carried_out_in_order),
        ON_BOTH(put_if_absent_keeps_and_tells_what_stands_there),
        ON_BOTH(a_range_is_in_byte_order_without_its_end),
        ON_BOTH(keys_and_values_are_any_bytes),
        ON_BOTH(random_requests_match_a_model),
        ON_BOTH(what_comes_while_the_worker_is_busy_is_one_batch),
        ON_BOTH(a_range_that_is_too_large_says_so),
        ON(on_told, a_failed_begin_fails_the_writes_and_not_the_reads),
        ON(on_told, one_bad_request_does_not_fail_its_neighbours),
        ON(on_told, a_failed_commit_shows_in_no_answer),
        ON(on_told, a_full_queue_refuses_and_gives_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
