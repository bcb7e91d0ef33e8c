/* Spaces: how they come, who is in them, and how that changes. */
#include "walker.h"

#include <math.h>

static bool is_in(const Walker *walker, const gw_entity *place)
{
    return gw_space(&walker->base) == place;
}

static gw_err enter(Walker *walker, const gw_entity *place, float x)
{
    return gw_enter_space(&walker->base, place->id, (gw_vec3){x, 0, 0});
}

/* ---- spaces --------------------------------------------------------------------------------- */

static void entities_begin_in_the_nil_space(void **state)
{
    struct fixture *f = *state;
    GAME(f)
    {
        Walker *walker = GW_CREATE(Walker);
        gw_entity *nil = gw_nil_space();
        assert_true(is_in(walker, nil));
        assert_true(gw_id_equal(nil->id, gw_nil_space_id(gw_game_id())));
        assert_true(gw_is_space(nil));
        assert_int_equal(gw_space_kind(nil), 0);
        assert_ptr_equal(gw_space(nil), nil);
        assert_int_equal(gw_count_in(nil, NULL), 1);
        assert_int_equal(gw_count(&Place_type), 0); /* it is no place */
        gw_destroy(&walker->base);
        assert_ptr_equal(gw_space(&walker->base), nil);
        assert_int_equal(gw_count_in(nil, NULL), 0);
    }
}

static void a_space_has_a_kind_other_than_0(void **state)
{
    struct fixture *f = *state;
    GAME(f)
    {
        assert_null(gw_create_space(0));
        assert_true(gw_id_is_none(gw_create_space_on(1, 0)));
        gw_entity *place = gw_create_space(-7);
        assert_int_equal(gw_space_kind(place), -7);
        assert_true(gw_is_space(place));
        assert_false(gw_is_space(&GW_CREATE(Walker)->base));
        assert_int_equal(gw_space_kind(&GW_CREATE(Walker)->base), 0);
    }
    assert_true(fixture_logged(f, "gw_create_space: kind 0"));
    assert_true(fixture_logged(f, "gw_create_space_on: kind 0"));
}

static void a_space_elsewhere_is_asked_for_with_its_kind(void **state)
{
    struct fixture *f = *state;
    struct msg_create_entity_somewhere m;
    gw_id id = {0};
    fixture_skip(f);
    GAME(f)
    id = gw_create_space_on(9, 5);
    assert_true(msg_create_entity_somewhere_read(fixture_next(f), &m));
    assert_int_equal(m.game, 9);
    assert_true(gw_id_equal(m.entity, id));
    world_create_entity(f->world, id, m.type, m.attrs); /* as if this were that game */
    GAME(f)
    assert_int_equal(gw_space_kind(gw_find(id)), 5);
}

static void hooks_come_in_order(void **state)
{
    struct fixture *f = *state;
    walker_listen();
    GAME(f)
    {
        gw_entity *here = walker_place(1, 10), *there = walker_place(2, 0);
        Walker *ann = walker_in(here, "ann", 0, 0), *bob = walker_in(here, "bob", 5, 5);
        assert_happened("created(1) created(2) enters() entered(1,) created() "
                        "enters() entered(1,) created() ");
        assert_int_equal(enter(ann, there, 1), GW_OK);
        assert_true(is_in(ann, here)); /* until the handler has ended */
        assert_true(is_in(bob, here));
    }
    assert_happened("sees(bob,ann) sees(ann,bob) leaves(ann,1) left(1,ann) enters(ann) "
                    "entered(2,ann) loses(ann,bob) loses(bob,ann) ");
}

static void a_move_within_a_space_is_no_entry(void **state)
{
    struct fixture *f = *state;
    Walker *ann = NULL;
    gw_entity *place = NULL;
    GAME(f)
    {
        place = walker_place(1, 10);
        ann = walker_in(place, "ann", 0, 0);
    }
    walker_listen();
    GAME(f)
    assert_int_equal(enter(ann, place, 7), GW_OK);
    assert_happened("");
    GAME(f)
    assert_true(gw_position(&ann->base).x == 7);
}

static void the_last_wish_counts(void **state)
{
    struct fixture *f = *state;
    Walker *ann = NULL;
    gw_entity *first = NULL, *second = NULL;
    GAME(f)
    {
        first = walker_place(1, 0);
        second = walker_place(2, 0);
        ann = GW_CREATE(Walker);
        assert_int_equal(enter(ann, first, 1), GW_OK);
        assert_int_equal(enter(ann, second, 2), GW_OK);
        walker_listen();
    }
    assert_happened("enters() entered(2,) ");
}

static void what_is_in_a_space_ends_with_it(void **state)
{
    struct fixture *f = *state;
    GAME(f)
    {
        gw_entity *place = walker_place(1, 10);
        Walker *ann = walker_in(place, "ann", 0, 0), *bob = walker_in(place, "bob", 1, 1);
        Walker *out = GW_CREATE(Walker);
        walker_listen();
        gw_destroy(place);
        assert_true(gw_is_destroyed(&ann->base) && gw_is_destroyed(&bob->base));
        assert_false(gw_is_destroyed(&out->base));
        assert_happened("destroyed(1) leaves(bob,1) left(1,bob) destroyed(bob) "
                        "leaves(ann,1) left(1,ann) destroyed(ann) ");
    }
    assert_int_equal(world_stats(f->world)->spaces, 0);
}

/* What runs as the space ends wants to go on living in it. */
static gw_entity *ending;

static void come_back(const char *hook, gw_entity *self, const gw_entity *other)
{
    (void)other;
    if (strcmp(hook, "destroyed") == 0 && self != ending)
        assert_null(gw_create_in(&Walker_type, ending, (gw_vec3){0, 0, 0}));
    if (strcmp(hook, "destroyed") == 0 && self == ending)
        GW_EACH_IN(Walker, ending, walker)
    (void)!gw_enter_space(&walker->base, ending->id, (gw_vec3){1, 0, 0});
}

static void nobody_comes_into_a_space_that_ends(void **state)
{
    struct fixture *f = *state;
    GAME(f)
    {
        ending = walker_place(1, 10);
        walker_in(ending, "ann", 0, 0);
        walker_in(ending, "bob", 0, 0);
        walker_told = come_back;
        gw_destroy(ending);
        assert_int_equal(gw_count(&Walker_type), 0);
    }
    walker_told = NULL;
    assert_true(fixture_logged(f, "it is no space, or it ends"));
}

/* ---- walking -------------------------------------------------------------------------------- */

static void a_walk_comes_by_those_that_live(void **state)
{
    struct fixture *f = *state;
    GAME(f)
    {
        gw_entity *place = walker_place(1, 10);
        Walker *all[4];
        for (int i = 0; i < 4; i++)
            all[i] = walker_in(place, "w", (float)i, 0);
        gw_create_in(&Stone_type, place, (gw_vec3){0, 0, 0});
        assert_int_equal(gw_count_in(place, NULL), 5);
        assert_int_equal(gw_count_in(place, &Walker_type), 4);
        int walked = 0;
        GW_EACH_IN(Walker, place, walker)
        {
            walked++;
            for (int i = 0; i < 4; i++) /* but this one */
                if (all[i] != walker)
                    gw_destroy(&all[i]->base);
            walker_in(place, "new", 0, 0);
        }
        assert_int_equal(walked, 1);
        assert_int_equal(gw_count_in(place, &Walker_type), 2);
        assert_int_equal(gw_count_in(gw_find(place->id), NULL), 3);
        GW_EACH_IN(Walker, &GW_CREATE(Walker)->base, nobody)
        fail(); /* that is no space */
    }
}

static void walks_in_each_other_and_left_early(void **state)
{
    struct fixture *f = *state;
    GAME(f)
    {
        gw_entity *place = walker_place(1, 10);
        for (int i = 0; i < 3; i++)
            walker_in(place, "w", (float)i, 0);
        int pairs = 0;
        GW_EACH_IN(Walker, place, a)
        {
            GW_EACH_SEEN(Walker, a, b)
            {
                pairs++;
                break;
            }
            GW_EACH_VIEWER(Walker, a, c)
            pairs += gw_sees(&c->base, &a->base);
        }
        assert_int_equal(pairs, 3 + 6);
        assert_int_equal(f->world->walks.size, 0);
    }
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void aoi_is_for_empty_spaces(void **state)
{
    struct fixture *f = *state;
    GAME(f)
    {
        gw_entity *place = gw_create_space(1);
        static const float bad[] = {0, -1, 2 * GW_AOI_DISTANCE_MAX, NAN, INFINITY};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
            assert_int_equal(gw_enable_aoi(place, bad[i]), GW_EINVAL);
        assert_int_equal(gw_enable_aoi(gw_nil_space(), 1), GW_EINVAL);
        assert_int_equal(gw_enable_aoi(&GW_CREATE(Walker)->base, 1), GW_EINVAL);
        assert_int_equal(gw_enable_aoi(place, 1), GW_OK);
        assert_int_equal(gw_enable_aoi(place, 1), GW_EINVAL);
        gw_entity *full = gw_create_space(2);
        walker_in(full, "ann", 0, 0);
        assert_int_equal(gw_enable_aoi(full, 1), GW_EINVAL);
    }
    assert_true(fixture_logged(f, "something has entered it already"));
    assert_true(fixture_logged(f, "the distance is out of range"));
}

static void nobody_is_created_nowhere(void **state)
{
    struct fixture *f = *state;
    static const gw_vec3 zero;
    GAME(f)
    {
        gw_entity *place = walker_place(1, 10), *gone = walker_place(2, 10);
        gw_destroy(gone);
        assert_null(gw_create_in(&Walker_type, gone, zero));
        assert_null(gw_create_in(&Walker_type, &GW_CREATE(Walker)->base, zero));
        assert_null(gw_create_in(&Walker_type, place, (gw_vec3){NAN, 0, 0}));
        assert_null(gw_create_in(&Walker_type, place, (gw_vec3){0, INFINITY, 0}));
        assert_int_equal(gw_count_in(place, NULL), 0);
        assert_int_equal(gw_count(&Walker_type), 1);
    }
    assert_true(fixture_logged(f, "the position is not finite"));
}

static void one_whose_space_ends_as_it_begins_is_nowhere(void **state)
{
    struct fixture *f = *state;
    gw_entity *wrecker = NULL;
    GAME(f)
    {
        walker_doomed = walker_place(1, 10);
        wrecker = gw_create_in(&Wrecker_type, walker_doomed, (gw_vec3){0});
        assert_int_equal(gw_space_kind(gw_space(wrecker)), 0);
    }
    fixture_pass(f, 1); /* what has ended is freed */
    GAME(f)
    assert_int_equal(gw_set_position(wrecker, (gw_vec3){1, 0, 0}), GW_OK);
}

static void nobody_enters_what_cannot_be_entered(void **state)
{
    struct fixture *f = *state;
    static const gw_vec3 zero;
    GAME(f)
    {
        gw_entity *place = walker_place(1, 10);
        Walker *ann = walker_in(place, "ann", 0, 0);
        assert_int_equal(gw_enter_space(place, place->id, zero), GW_EINVAL);
        assert_int_equal(gw_enter_space(&ann->base, (gw_id){0}, zero), GW_EINVAL);
        assert_int_equal(gw_enter_space(&ann->base, place->id, (gw_vec3){0, 0, NAN}), GW_EINVAL);
        gw_destroy(&ann->base);
        assert_int_equal(gw_enter_space(&ann->base, place->id, zero), GW_ECANCELED);
    }
    assert_int_equal(f->world->trips.by_entity.count, 0);
}

static void a_space_that_is_nowhere_cannot_be_entered(void **state)
{
    struct fixture *f = *state;
    Walker *ann = NULL;
    GAME(f)
    ann = walker_in(walker_place(1, 10), "ann", 3, 4);
    fixture_skip(f);
    walker_listen();
    GAME(f)
    assert_int_equal(gw_enter_space(&ann->base, fixture_id("far"), (gw_vec3){0}), GW_OK);
    struct msg_query_space_gameid_for_migrate m;
    assert_true(msg_query_space_gameid_for_migrate_read(fixture_next(f), &m));
    assert_true(gw_id_equal(m.space, fixture_id("far")));
    world_space_found(f->world, m.space, m.entity, 0);
    assert_happened("fails:farxxxxxxxxxxxxx:-2(ann) ");
    world_space_found(f->world, m.space, m.entity, 0); /* once more: that is over */
    assert_happened("");
    GAME(f)
    assert_int_equal(gw_space_kind(gw_space(&ann->base)), 1);
    assert_int_equal(world_stats(f->world)->enters_failed, 1);
}

/* ---- nil spaces are called ------------------------------------------------------------------- */

static void all_nil_spaces_hear_a_call(void **state)
{
    struct fixture *f = *state;
    fixture_work(f);
    fixture_skip(f);
    walker_listen();
    GAME(f)
    gw_call_nil_spaces("Hear", GW_LIST(7));
    assert_happened("hears:7(0) ");
    struct msg_call_nil_spaces m;
    assert_true(msg_call_nil_spaces_read(fixture_next(f), &m));
    assert_int_equal(m.except_game, 1);
    world_call_nil_space(f->world, m.method, m.args); /* as the others are called */
    assert_happened("hears:7(0) ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALKER_TEST(entities_begin_in_the_nil_space),
        WALKER_TEST(a_space_has_a_kind_other_than_0),
        WALKER_TEST(a_space_elsewhere_is_asked_for_with_its_kind),
        WALKER_TEST(hooks_come_in_order),
        WALKER_TEST(a_move_within_a_space_is_no_entry),
        WALKER_TEST(the_last_wish_counts),
        WALKER_TEST(what_is_in_a_space_ends_with_it),
        WALKER_TEST(nobody_comes_into_a_space_that_ends),
        WALKER_TEST(a_walk_comes_by_those_that_live),
        WALKER_TEST(walks_in_each_other_and_left_early),
        WALKER_TEST(aoi_is_for_empty_spaces),
        WALKER_TEST(nobody_is_created_nowhere),
        WALKER_TEST(one_whose_space_ends_as_it_begins_is_nowhere),
        WALKER_TEST(nobody_enters_what_cannot_be_entered),
        WALKER_TEST(a_space_that_is_nowhere_cannot_be_entered),
        WALKER_TEST(all_nil_spaces_hear_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
