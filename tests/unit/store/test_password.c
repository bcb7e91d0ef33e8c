/* Password hashes. */
#include "pool.h"
#include "store/password.h"

#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct pool pool;
static struct passwords *passwords;

static int setup(void **state)
{
    (void)state;
    pool_init(&pool, true);
    passwords = passwords_create(&pool.base, PASSWORD_COST_LOGIN);
    return 0;
}

/* The inline pool does nothing by itself: what is submitted can be counted. */
static int setup_still(void **state)
{
    (void)state;
    pool_init(&pool, false);
    passwords = passwords_create(&pool.base, PASSWORD_COST_LOGIN);
    return 0;
}

static void drain(void)
{
    while (!passwords_are_idle(passwords))
        pool_turn(&pool);
}

static int teardown(void **state)
{
    (void)state;
    drain();
    passwords_destroy(passwords);
    pool_fini(&pool);
    return 0;
}

struct answer {
    unsigned count, place;
    gw_err err;
    char hash[PASSWORD_HASH_SIZE];
};

static unsigned answer_count;

static void on_checked(void *user, gw_err err)
{
    struct answer *a = user;
    a->count++;
    a->place = answer_count++;
    a->err = err;
}

static void on_hashed(void *user, gw_err err, const char *hash)
{
    struct answer *a = user;
    on_checked(user, err);
    snprintf(a->hash, sizeof a->hash, "%s", hash);
}

static void hash(const char *password, struct answer *a)
{
    assert_int_equal(password_hash(passwords, password, on_hashed, a), GW_OK);
}

static void check(const char *hashed, const char *password, struct answer *a)
{
    assert_int_equal(password_check(passwords, hashed, password, on_checked, a), GW_OK);
}

static void only_the_right_password_fits(void **state)
{
    (void)state;
    struct answer a[6] = {0};
    char password[] = "secret";
    hash(password, &a[0]);
    memset(password, 'x', sizeof password - 1); /* it was copied */
    hash("secret", &a[1]);
    assert_int_equal(a[0].count, 0);
    drain();
    assert_int_equal(a[0].err, GW_OK);
    assert_int_equal(strncmp(a[0].hash, "$argon2id$", 10), 0);
    assert_string_not_equal(a[0].hash, a[1].hash);
    check(a[0].hash, "secret", &a[2]);
    check(a[0].hash, "Secret", &a[3]);
    check(a[0].hash, "", &a[4]);
    check("no hash", "secret", &a[5]);
    drain();
    assert_int_equal(a[2].err, GW_OK);
    assert_int_equal(a[3].err, GW_EDENIED);
    assert_int_equal(a[4].err, GW_EDENIED);
    assert_int_equal(a[5].err, GW_EDENIED);
    for (int i = 0; i < 6; i++)
        assert_int_equal(a[i].count, 1);
}

static void two_run_and_the_rest_waits_in_order(void **state)
{
    (void)state;
    struct answer a[6] = {0};
    for (int i = 0; i < 6; i++)
        check("", "secret", &a[i]); /* no hash at all: fast */
    assert_int_equal(pool.under_way, 2);
    for (int i = 0; i < 4; i++) {
        pool_turn(&pool);
        assert_int_equal(pool.under_way, 2);
    }
    drain();
    assert_int_equal(pool.submitted, 6);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(a[i].err, GW_EDENIED);
        assert_true(i == 0 || a[i - 1].place < a[i].place);
    }
}

static void too_many_and_too_long_are_refused(void **state)
{
    (void)state;
    static struct answer a[PASSWORD_PENDING_MAX];
    char longer[PASSWORD_BYTES_MAX + 2];
    memset(a, 0, sizeof a);
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(password_hash(passwords, longer, on_hashed, NULL), GW_EINVAL);
    assert_int_equal(password_check(passwords, "", longer, on_checked, NULL), GW_EINVAL);
    assert_int_equal(password_check(passwords, longer, "", on_checked, NULL), GW_EINVAL);
    for (int i = 0; i < PASSWORD_PENDING_MAX; i++)
        check("", "secret", &a[i]);
    assert_int_equal(password_check(passwords, "", "", on_checked, NULL), GW_EFULL);
    assert_int_equal(password_hash(passwords, "", on_hashed, NULL), GW_EFULL);
    drain();
    for (int i = 0; i < PASSWORD_PENDING_MAX; i++)
        assert_int_equal(a[i].count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_right_password_fits, setup, teardown),
        cmocka_unit_test_setup_teardown(two_run_and_the_rest_waits_in_order, setup_still, teardown),
        cmocka_unit_test_setup_teardown(too_many_and_too_long_are_refused, setup_still, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
