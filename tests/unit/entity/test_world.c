/* What begins and ends in a world: its entities, whatever their hooks do, and the world itself. */
#include "hero.h"

#include <stdlib.h>

static void an_entity_created_from_afar_has_the_attributes_sent(void **state)
{
    struct fixture *f = *state;
    fixture_create_entity(f, "new1", "Hero", "\xc0", 1);
    fixture_create_entity(f, "new2", "Hero", "\x81\xa4name\xa2hi", 9);
    fixture_create_entity(f, "new3", "NoSuchType", "\xc0", 1);
    assert_non_null(fixture_find(f, fixture_id("new1")));
    Hero *hero = (Hero *)fixture_find(f, fixture_id("new2"));
    assert_string_equal(gw_text_get(&hero->name), "hi");
    assert_null(fixture_find(f, fixture_id("new3")));
}

static void a_destroyed_entity_is_gone_for_all_and_only_once(void **state)
{
    struct fixture *f = *state;
    Hero *hero = hero_settled(f, "c1");
    gw_id id = hero->base.id;
    fixture_call(f, id, "End", "");
    assert_happened("destroy ");
    assert_int_equal(fixture_next_type(f), MSG_DESTROY_ENTITY_ON_CLIENT);
    assert_int_equal(fixture_next_type(f), MSG_CLOSE_CLIENT);
    assert_int_equal(fixture_next_type(f), 0); /* not told before it is saved */
    fixture_call(f, id, "Server", "");
    assert_happened("");
    fixture_work(f);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
}

static void two_that_end_each_other_end_once(void **state)
{
    struct fixture *f = *state;
    gw_id one = fixture_id("moth1"), two = fixture_id("moth2");
    fixture_create_entity(f, "moth1", "Moth", "\xc0", 1);
    fixture_create_entity(f, "moth2", "Moth", "\xc0", 1);
    ((Moth *)fixture_find(f, one))->twin = two;
    ((Moth *)fixture_find(f, two))->twin = one;
    fixture_call(f, one, "End", "");
    assert_happened("destroy destroy ");
    assert_int_equal(world_stats(f->world)->entities, 0);
    fixture_pass(f, 100);
    assert_happened("");
}

static void one_that_ends_in_on_init_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_create_entity(f, "still", "Stillborn", "\xc0", 1);
    assert_int_equal(world_stats(f->world)->entities, 0);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY); /* what waits is let go */
    fixture_pass(f, 100);
    assert_happened("");
    fixture_work(f);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
}

static void what_is_created_while_the_world_stops_ends_too(void **state)
{
    struct fixture *f = *state;
    fixture_call(f, hero_settled(f, "c1")->base.id, "CreateLater", "");
    world_stop(f->world);
    fixture_work(f);
    assert_true(world_is_idle(f->world));
}

static void count_heroes(void *user, const char *name, size_t count)
{
    if (strcmp(name, "Hero") == 0)
        *(size_t *)user += count;
}

static void types_are_counted_by_name(void **state)
{
    struct fixture *f = *state;
    size_t heroes = 0;
    fixture_create_entity(f, "new1", "Hero", "\xc0", 1);
    fixture_create_entity(f, "new2", "Hero", "\xc0", 1);
    fixture_create_entity(f, "moth", "Moth", "\xc0", 1);
    world_each_type(f->world, count_heroes, &heroes);
    assert_int_equal(heroes, 2);
}

static void wrong_tables_are_refused_with_a_sentence(void **state)
{
    struct fixture *f = *state;
    static const gw_attr twice[] = {GW_ATTR(Hero, level, 0), GW_ATTR(Hero, level, 0), GW_ATTR_END};
    static const gw_entity_type bad = {.name = "Bad", .size = sizeof(Hero), .attrs = twice};
    static const gw_entity_type *const bad_types[] = {&bad, NULL};
    static const gw_game bad_game = {.types = bad_types};
    struct world_desc desc = {.game = &bad_game, .boot_entity = "Bad", .clock = &f->clock};
    struct world *w = NULL;
    char *error = NULL;
    assert_int_equal(world_create(&desc, &w, &error), GW_EINVAL);
    assert_string_equal(error, "type Bad: attribute level stands twice in its table");
    free(error);
    desc.game = &hero_game;
    desc.boot_entity = "Nobody";
    assert_int_equal(world_create(&desc, &w, &error), GW_EINVAL);
    assert_string_equal(error, "boot_entity=Nobody: the game has no such entity type");
    free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(an_entity_created_from_afar_has_the_attributes_sent),
        HERO_TEST(a_destroyed_entity_is_gone_for_all_and_only_once),
        HERO_TEST(two_that_end_each_other_end_once),
        HERO_TEST(one_that_ends_in_on_init_leaves_nothing),
        HERO_TEST(what_is_created_while_the_world_stops_ends_too),
        HERO_TEST(types_are_counted_by_name),
        HERO_TEST(wrong_tables_are_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
