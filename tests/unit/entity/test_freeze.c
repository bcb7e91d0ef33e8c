/* A world goes on in another process, perhaps of a newer program: what it was, it is. */
#include "mage.h"

#include "entity/frozen.h"

#include <stdlib.h>

static Mage *mage(struct fixture *f, gw_id id)
{
    return (Mage *)fixture_find(f, id);
}

static void everything_is_as_it_was(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    mage_reload(f, &mage_game);
    assert_happened("freeze ready restored ");
    const Mage *m = mage(f, id);
    assert_string_equal(gw_text_get(&m->name), "Ann");
    assert_int_equal(m->mana, 70);
    assert_true(m->power == 2.0);
    assert_string_equal(m->title, "Dr");
    assert_int_equal(m->friends, 9);
    GAME(f)
    assert_int_equal(gw_map_i64(m->bag, "herb"), 4);
    assert_int_equal(world_stats(f->world)->clients, 1);
    assert_int_equal(world_stats(f->world)->entities, 1);
}

static void timers_keep_what_is_left_of_their_time_and_their_numbers(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    fixture_pass(f, 150);
    mage_reload(f, &mage_game);
    forget_happened();
    fixture_pass(f, 49);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("cast(tick) ");
    fixture_call(f, id, "StopCasting", "");
    fixture_pass(f, 299);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("cast(once) ");
    fixture_pass(f, 400);
    assert_happened("forget(1) ");
}

static void a_client_is_still_its_entitys(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    mage_reload(f, &mage_game);
    fixture_call(f, id, "Cast", "a15a");
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD_ON_CLIENT);
    world_client_lost(f->world, id, fixture_id("c1"));
    assert_int_equal(world_stats(f->world)->clients, 0);
}

/* In another order, some gone, some new, some of another type. */
static void attributes_are_known_by_their_names(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    mage_reload(f, &sage_game);
    const Sage *s = (const Sage *)fixture_find(f, id);
    assert_int_equal(s->luck, 7);
    assert_int_equal(s->mana, 70);
    assert_int_equal(s->power, 2);
    assert_int_equal(s->level, 1);
    assert_true(s->alive);
    assert_string_equal(gw_text_get(&s->name), "Ann");
    assert_int_equal(s->friends, 9);
    GAME(f)
    assert_int_equal(gw_map_i64(s->bag, "herb"), 4);
    assert_true(fixture_logged(f, "attribute_dropped type=Mage attribute=\"title\" entities=1"));
}

/* What the client sees is what there is, and it is told no more than that. */
static void a_client_is_told_what_is_new_or_another(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    mage_reload(f, &sage_game);
    struct msg_notify_map_attr_change m;
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &m));
    assert_true(view_equals(m.key, "luck"));
    assert_int_equal(fixture_next_type(f), 0);
}

static void a_value_that_does_not_fit_gets_the_default(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    GAME(f)
    {
        GW_SET(mage(f, id), mana, 1000); /* in an int8_t there */
        GW_SET(mage(f, id), power, 2.5); /* in an int16_t */
        GW_SET(mage(f, id), alive, 2);   /* in a bool */
    }
    fixture_work(f);
    mage_reload(f, &sage_game);
    const Sage *s = (const Sage *)fixture_find(f, id);
    assert_int_equal(s->mana, 0);
    assert_int_equal(s->power, 0);
    assert_false(s->alive);
    assert_true(fixture_logged(f, "attribute=\"mana\" entities=1 why=\"the value does not fit\""));
}

static void what_is_dropped_is_told_once_for_all_entities(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    mage_settled(f, "c2");
    mage_settled(f, "c3");
    mage_reload(f, &sage_game);
    assert_true(fixture_logged(f, "attribute=\"title\" entities=3"));
}

static void a_timer_without_its_method_is_dropped(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    mage_reload(f, &sage_game);
    forget_happened();
    assert_true(fixture_logged(f, "timer_dropped"));
    fixture_pass(f, 500); /* one tick: it was late */
    assert_happened("sage(tick) sage(once) ");
    fixture_pass(f, 1000);
    assert_happened("sage(tick) ");
}

static void queued_calls_go_along(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    fixture_call(f, id, "AskGoing", "");
    int64_t before = mage(f, id)->friends;
    mage_reload(f, &mage_game);
    int64_t restored = mage(f, id)->friends;
    assert_true(restored >= before);
    fixture_pass(f, 0);
    assert_true(mage(f, id)->friends > restored);
}

static void a_type_that_is_gone_is_refused_while_one_of_it_lives(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    mage_reload_fails(f, &mageless_game, "the new program has no type Mage, and 1 of it live here");
    assert_happened("freeze ");
    fixture_pass(f, 200);
    assert_happened("cast(tick) ");
    GAME(f)
    gw_destroy(fixture_find(f, id));
    fixture_work(f);
    mage_reload(f, &mageless_game);
}

static void a_hook_that_fails_calls_it_off(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    mage_freeze_err = GW_EFULL;
    mage_reload_fails(f, &mage_game, "on_freeze of Mage/bootc1xxxxxxxxxx has failed: a limit");
    mage_freeze_err = GW_OK;
    mage_restored_err = GW_EIO;
    mage_reload_fails(f, &mage_game, "on_restored of Mage/bootc1xxxxxxxxxx has failed");
    forget_happened();
    fixture_pass(f, 200);
    assert_happened("cast(tick) ");
    assert_int_equal(mage(f, id)->friends, 9);
}

/* It is saved: that has to be waited for, so the reload is off; the next one goes well. */
static void one_that_a_hook_ends_takes_nothing_from_the_others(void **state)
{
    struct fixture *f = *state;
    gw_id ids[] = {mage_settled(f, "c1"), mage_settled(f, "c2"), mage_settled(f, "c3")};
    mage_doomed = ids[1];
    mage_reload_fails(f, &mage_game, "a hook on_freeze has begun what has to be waited for");
    fixture_work(f);
    fixture_skip(f);
    assert_null(mage(f, ids[1]));
    mage_reload(f, &mage_game);
    assert_int_equal(mage(f, ids[0])->friends, 9);
    assert_int_equal(mage(f, ids[2])->friends, 9);
}

/* Neither the world that is left nor one that failed says or saves anything. */
static void what_is_given_up_ends_without_a_word(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    uint64_t saves = storage_stats(f->storage)->queue_requests;
    mage_reload(f, &mage_game);
    mage_restored_err = GW_EIO;
    mage_reload_fails(f, &mage_game, "on_restored");
    assert_happened("freeze ready restored freeze ready restored ");
    assert_int_equal(storage_stats(f->storage)->queue_requests, saves);
    mage_restored_err = GW_OK;
}

/* It is walked through once. Once for each of its entities would take longer than a test may. */
static void a_world_of_many_ends_at_once(void **state)
{
    struct world *w;
    assert_int_equal(fixture_world(*state, &mageless_game, "Other", &w), GW_OK);
    struct scope before = world_enter(w, NULL);
    for (int i = 0; i < 500000; i++)
        gw_create(mageless_game.types[0]);
    world_leave(w, before);
    world_abandon(w);
    world_destroy(w);
}

static void a_world_that_was_ready_is_told_that_it_was_restored(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    world_ready(f->world);
    assert_happened("game_ready ");
    mage_reload(f, &mage_game);
    assert_happened("freeze ready game_restored restored ");
    world_ready(f->world);
    assert_happened("");
}

static void saves_that_were_due_are_due(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    uint64_t saves = world_stats(f->world)->saves;
    assert_int_equal(saves, 1); /* the first */
    fixture_pass(f, 200000);
    mage_reload(f, &mage_game);
    fixture_pass(f, 99999);
    assert_int_equal(world_stats(f->world)->saves, 0);
    fixture_pass(f, 1);
    assert_int_equal(world_stats(f->world)->saves, 1);
    fixture_work(f);
}

/* ---- coming to rest ------------------------------------------------------------------------- */

static void what_was_under_way_is_waited_for_and_nothing_new(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    fixture_call(f, id, "Meditate", "64");
    world_set_pace(f->world, WORLD_SETTLES);
    assert_false(world_has_settled(f->world));
    assert_non_null(
        strstr(world_unrest(f->world), "Meditate of Mage/bootc1xxxxxxxxxx still awaits"));
    fixture_pass(f, 50);
    fixture_call(f, id, "Meditate", "64");
    fixture_pass(f, 50);
    assert_true(world_has_settled(f->world));
    world_set_pace(f->world, WORLD_HOLDS);
    assert_false(world_is_at_rest(f->world));
    fixture_pass(f, 50);
    assert_true(world_is_at_rest(f->world));
    world_set_pace(f->world, WORLD_RUNS);
}

/* Else one that is always in a fiber would never rest. */
static void a_fiber_that_leaves_the_next_is_no_reason_to_wait(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    fixture_call(f, id, "MeditateOn", "");
    world_set_pace(f->world, WORLD_HOLDS);
    fixture_pass(f, 10);
    assert_true(world_is_at_rest(f->world));
    int64_t before = mage(f, id)->friends;
    mage_reload(f, &mage_game);
    fixture_pass(f, 0);
    assert_int_equal(mage(f, id)->friends, before + 1);
    fixture_pass(f, 10);
    assert_int_equal(mage(f, id)->friends, before + 2);
}

static void what_was_not_called_is_called_when_it_is_called_off(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    fixture_call(f, id, "MeditateOn", "");
    world_set_pace(f->world, WORLD_HOLDS);
    fixture_pass(f, 10);
    int64_t before = mage(f, id)->friends;
    world_set_pace(f->world, WORLD_RUNS);
    fixture_pass(f, 0);
    assert_int_equal(mage(f, id)->friends, before + 1);
}

static void nothing_fires_while_it_holds_and_all_goes_on_when_it_is_called_off(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    world_set_pace(f->world, WORLD_HOLDS);
    fixture_pass(f, 1000);
    assert_happened("");
    world_set_pace(f->world, WORLD_RUNS);
    fixture_pass(f, 0);
    assert_happened("cast(tick) cast(once) forget(1) ");
}

static void a_save_that_is_under_way_is_waited_for(void **state)
{
    struct fixture *f = *state;
    gw_id id = mage_settled(f, "c1");
    GAME(f)
    gw_save(fixture_find(f, id));
    world_set_pace(f->world, WORLD_HOLDS);
    assert_false(world_is_at_rest(f->world));
    assert_non_null(strstr(world_unrest(f->world), "the storage has not ended"));
    fixture_work(f);
    assert_true(world_is_at_rest(f->world));
    world_set_pace(f->world, WORLD_RUNS);
}

/* ---- bytes that are none -------------------------------------------------------------------- */

static struct buf frozen_of(struct fixture *f)
{
    struct buf frozen = {0};
    char *error;
    assert_int_equal(world_freeze(f->world, &frozen, &error), GW_OK);
    return frozen;
}

/* Reads them in a world of their own. */
static gw_err read_bytes_of(struct fixture *f, const void *bytes, size_t size)
{
    struct world *w;
    char *error = NULL;
    assert_int_equal(fixture_world(f, &mage_game, "Mage", &w), GW_OK);
    gw_err err = world_restore(w, (struct view){bytes, (uint32_t)size}, &error);
    assert_true((err != GW_OK) == (error != NULL));
    free(error);
    world_abandon(w);
    world_destroy(w);
    return err;
}

static void what_is_cut_off_is_refused(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    struct buf frozen = frozen_of(f);
    for (size_t size = 0; size < frozen.size; size++) {
        uint8_t *exact = mem_alloc(size + 1); /* a read behind it is seen */
        memcpy(exact, frozen.data, size);
        uint8_t *moved = mem_realloc(exact, size ? size : 1);
        assert_int_not_equal(read_bytes_of(f, moved, size), GW_OK);
        free(moved);
    }
    assert_int_equal(read_bytes_of(f, frozen.data, frozen.size), GW_OK);
    buf_free(&frozen);
}

/* What has another meaning may be taken; nothing may break. */
static void any_byte_may_be_another(void **state)
{
    struct fixture *f = *state;
    mage_settled(f, "c1");
    struct buf frozen = frozen_of(f);
    for (size_t at = 0; at < frozen.size; at++)
        for (unsigned bit = 0; bit < 8; bit += 7) {
            frozen.data[at] ^= (uint8_t)(1u << bit);
            (void)read_bytes_of(f, frozen.data, frozen.size);
            frozen.data[at] ^= (uint8_t)(1u << bit);
        }
    buf_free(&frozen);
}

static void another_form_and_another_game_are_named(void **state)
{
    struct fixture *f = *state;
    fixture_work(f); /* the nil space begins */
    struct buf frozen = frozen_of(f);
    struct world *w;
    char *error;
    frozen.data[0]++;
    assert_int_equal(fixture_world(f, &mage_game, "Mage", &w), GW_OK);
    assert_int_equal(world_restore(w, view_of(&frozen), &error), GW_EPROTO);
    assert_non_null(strstr(error, "another version of the engine"));
    free(error);
    world_destroy(w);
    frozen.data[0]--;
    frozen.data[4]++;
    assert_int_equal(fixture_world(f, &mage_game, "Mage", &w), GW_OK);
    assert_int_equal(world_restore(w, view_of(&frozen), &error), GW_EPROTO);
    assert_non_null(strstr(error, "it is game 2, not game 1"));
    free(error);
    world_destroy(w);
    buf_free(&frozen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAGE_TEST(everything_is_as_it_was),
        MAGE_TEST(timers_keep_what_is_left_of_their_time_and_their_numbers),
        MAGE_TEST(a_client_is_still_its_entitys),
        MAGE_TEST(attributes_are_known_by_their_names),
        MAGE_TEST(a_client_is_told_what_is_new_or_another),
        MAGE_TEST(a_value_that_does_not_fit_gets_the_default),
        MAGE_TEST(what_is_dropped_is_told_once_for_all_entities),
        MAGE_TEST(a_timer_without_its_method_is_dropped),
        MAGE_TEST(queued_calls_go_along),
        MAGE_TEST(a_type_that_is_gone_is_refused_while_one_of_it_lives),
        MAGE_TEST(a_hook_that_fails_calls_it_off),
        MAGE_TEST(one_that_a_hook_ends_takes_nothing_from_the_others),
        MAGE_TEST(what_is_given_up_ends_without_a_word),
        MAGE_TEST(a_world_of_many_ends_at_once),
        MAGE_TEST(a_world_that_was_ready_is_told_that_it_was_restored),
        MAGE_TEST(saves_that_were_due_are_due),
        MAGE_TEST(what_was_under_way_is_waited_for_and_nothing_new),
        MAGE_TEST(a_fiber_that_leaves_the_next_is_no_reason_to_wait),
        MAGE_TEST(what_was_not_called_is_called_when_it_is_called_off),
        MAGE_TEST(nothing_fires_while_it_holds_and_all_goes_on_when_it_is_called_off),
        MAGE_TEST(a_save_that_is_under_way_is_waited_for),
        MAGE_TEST(what_is_cut_off_is_refused),
        MAGE_TEST(any_byte_may_be_another),
        MAGE_TEST(another_form_and_another_game_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
