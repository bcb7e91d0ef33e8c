/* The registry's keys of services. */
#include "wire/servicekey.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_written(const struct service_key *key, const char *text)
{
    struct buf b = {0};
    service_key_write(&b, key);
    assert_true(view_equals(view_of(&b), text));
    buf_free(&b);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"Service/OnlineService#0", "Service/A#B#17",
                                        "Service/OnlineService#0/EntityID", "Service/x#999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct service_key key;
        assert_true(service_key_read(view_str(texts[i]), &key));
        assert_written(&key, texts[i]);
    }
}

static void the_keys_are_those_of_goworld(void **state)
{
    (void)state;
    struct service_key key = {.name = view_str("OnlineService"), .shard = 0};
    assert_written(&key, "Service/OnlineService#0");
    assert_int_equal(hash32("Service/OnlineService#0", 23), 0xd87f4b4b);
    key.is_of_entity = true;
    assert_written(&key, "Service/OnlineService#0/EntityID");
    assert_int_equal(hash32("Service/OnlineService#0/EntityID", 32), 0xf4cd8cde);
}

static void other_keys_are_no_services(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "Service",
        "Service/",
        "Service/EntityID",
        "Service//EntityID",
        "Service/A",
        "Service/#0",
        "Service/A#",
        "Service/A#01",
        "Service/A#-1",
        "Service/A#4294967296",
        "Service/A#0/Entity",
        "Service/A/B#0",
        "service/A#0",
    };
    struct service_key key;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(service_key_read(view_str(texts[i]), &key));
}

static void a_game_is_read_or_none(void **state)
{
    (void)state;
    assert_int_equal(service_game_read(view_str("game1")), 1);
    assert_int_equal(service_game_read(view_str("game65535")), 65535);
    static const char *const none[] = {"",          "game",   "game0", "game01",
                                       "game65536", "game1x", "Game1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(service_game_read(view_str(none[i])), 0);
    struct buf b = {0};
    service_game_write(&b, 12);
    assert_true(view_equals(view_of(&b), "game12"));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_keys_are_those_of_goworld),
        cmocka_unit_test(other_keys_are_no_services),
        cmocka_unit_test(a_game_is_read_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
