/* Persistent entities: when they are saved, and how they are loaded. */
#include "hero.h"

static void a_persistent_entity_is_saved_at_birth_and_regularly(void **state)
{
    struct fixture *f = *state;
    hero_settled(f, "c1");
    assert_int_equal(storage_stats(f->storage)->saves, 1);
    fixture_pass(f, 299999);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 1);
    fixture_pass(f, 1);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 2);
}

static void an_entity_sent_with_its_attributes_needs_no_first_save(void **state)
{
    struct fixture *f = *state;
    fixture_create_entity(f, "sent", "Hero", "\x81\xa4name\xa2hi", 9);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 0);
    fixture_pass(f, 300000);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 1);
}

static void a_disowned_copy_is_not_saved(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    world_disown_entity(f->world, id);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 1);
    assert_null(fixture_find(f, id));
}

static void a_world_that_stops_saves_all_and_takes_no_more(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Sleep", "64");
    world_stop(f->world);
    assert_happened("destroy slept(-4) again(-4) ");
    assert_false(world_is_idle(f->world));
    fixture_work(f);
    assert_true(world_is_idle(f->world));
    assert_null(fixture_connect(f, "c2"));
    assert_int_equal(storage_stats(f->storage)->saves, 2);
}

static void load(struct fixture *f, gw_id id, const char *type)
{
    world_load_entity(f->world, id, (struct view){(const uint8_t *)type, (uint32_t)strlen(type)});
}

static void what_is_persistent_comes_back(void **state)
{
    struct fixture *f = *state;
    Hero *hero = hero_settled(f, "c1");
    gw_id id = hero->base.id;
    fixture_call(f, id, "Remember", "a161 2a"); /* sets level 42 */
    fixture_work(f);
    fixture_call(f, id, "End", "");
    fixture_work(f);
    fixture_skip(f);
    forget_happened();
    load(f, id, "Hero");
    assert_null(fixture_find(f, id));
    fixture_work(f);
    assert_happened("init attrs() created ");
    hero = (Hero *)fixture_find(f, id);
    assert_int_equal(hero->level, 42);
    assert_float_equal(hero->speed, 2.5f, 0);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY);
}

static void a_load_while_the_last_save_runs_reads_that_save(void **state)
{
    struct fixture *f = *state;
    Hero *hero = hero_settled(f, "c1");
    gw_id id = hero->base.id;
    hero->level = 77;
    fixture_call(f, id, "End", "");
    fixture_skip(f);
    load(f, id, "Hero");
    fixture_work(f);
    hero = (Hero *)fixture_find(f, id);
    assert_non_null(hero);
    assert_int_equal(hero->level, 77);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY); /* and never 4 before */
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD);   /* its fence */
    assert_int_equal(fixture_next_type(f), 0);
}

/* To a dispatcher that waits for the answer, and to one that does not. */
static void expect_load_failed(struct fixture *f)
{
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_LOAD_FAILED);
}

static void a_load_that_fails_is_reported(void **state)
{
    struct fixture *f = *state;
    load(f, fixture_id("never"), "Hero");
    fixture_work(f);
    expect_load_failed(f);
    load(f, fixture_id("never"), "NoSuchType");
    expect_load_failed(f);
    load(f, fixture_id("never"), "Guest"); /* not persistent */
    expect_load_failed(f);
    assert_int_equal(world_stats(f->world)->loads_failed, 3);
}

static void a_load_of_a_living_entity_only_says_that_it_lives(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    load(f, id, "Hero");
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY);
    fixture_work(f);
    assert_happened("");
}

static void store(struct fixture *f, const char *type, gw_id id, const char *bytes, size_t size)
{
    struct view data = {(const uint8_t *)bytes, (uint32_t)size};
    assert_int_equal(storage_save(f->storage, type, id, data, NULL, NULL), GW_OK);
    fixture_work(f);
}

static void what_storage_holds_survives_a_load_that_fails(void **state)
{
    struct fixture *f = *state;
    store(f, "Moth", fixture_id("moth"), "\x81\x05\x06", 3); /* a key that is no string */
    store(f, "Stillborn", fixture_id("still"),
          "\x81\xa3"
          "age\x05",
          6);
    uint64_t saves = storage_stats(f->storage)->saves;
    load(f, fixture_id("moth"), "Moth");
    load(f, fixture_id("still"), "Stillborn");
    fixture_work(f);
    assert_happened("destroy "); /* what on_init has made can be freed */
    fixture_pass(f, 100);
    assert_happened("");
    assert_int_equal(world_stats(f->world)->entities, 0);
    assert_int_equal(storage_stats(f->storage)->saves, saves);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(a_persistent_entity_is_saved_at_birth_and_regularly),
        HERO_TEST(an_entity_sent_with_its_attributes_needs_no_first_save),
        HERO_TEST(a_disowned_copy_is_not_saved),
        HERO_TEST(a_world_that_stops_saves_all_and_takes_no_more),
        HERO_TEST(what_is_persistent_comes_back),
        HERO_TEST(a_load_while_the_last_save_runs_reads_that_save),
        HERO_TEST(a_load_that_fails_is_reported),
        HERO_TEST(a_load_of_a_living_entity_only_says_that_it_lives),
        HERO_TEST(what_storage_holds_survives_a_load_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
