/* Attributes that an entity changes, as its client sees them. */
#include "hero.h"

static void changes_and_calls_leave_in_program_order(void **state)
{
    struct fixture *f = *state;
    Hero *hero = hero_settled(f, "c1");
    fixture_call(f, hero->base.id, "SetCallSet", "");
    struct msg_notify_map_attr_change change;
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &change));
    assert_true(view_equals(change.key, "level"));
    assert_memory_equal(change.path.data, "\xc0", 1);
    assert_memory_equal(change.value.data, "\xd3\0\0\0\0\0\0\0\1", 9);
    struct msg_call_entity_method_on_client call;
    assert_true(msg_call_entity_method_on_client_read(fixture_next(f), &call));
    assert_true(view_equals(call.method, "OnNote"));
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &change));
    assert_memory_equal(change.value.data, "\xd3\0\0\0\0\0\0\0\2", 9);
}

static void an_attribute_that_cannot_be_set_stays_and_is_reported(void **state)
{
    struct fixture *f = *state;
    Hero *hero = hero_settled(f, "c1");
    fixture_call(f, hero->base.id, "Overflow", "");
    assert_true(fixture_logged(f, "misuse entity=Hero/bootc1"));
    assert_false(hero->hidden);
}

static void an_attribute_changed_without_a_set_is_reported(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "SetCallSet", "");
    assert_int_equal(world_stats(f->world)->handler_errors, 0);
    fixture_call(f, id, "Plainly", "");
    assert_int_equal(world_stats(f->world)->handler_errors, 1);
    assert_true(fixture_logged(f, "without GW_SET\" detail=\"level\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(changes_and_calls_leave_in_program_order),
        HERO_TEST(an_attribute_that_cannot_be_set_stays_and_is_reported),
        HERO_TEST(an_attribute_changed_without_a_set_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
