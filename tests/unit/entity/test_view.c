/* What the client of an entity is shown, at first and when some of it may have been lost. */
#include "walker.h"

/* Ann, with a client, in a place where she sees Bob. */
static Walker *ann_who_sees(struct fixture *f, gw_entity **place, Walker **bob)
{
    gw_entity *e = fixture_connect(f, "c1");
    GAME(f)
    {
        *place = walker_place(3, 10);
        *bob = walker_in(*place, "bob", 1, 2);
        assert_int_equal(gw_enter_space(e, (*place)->id, (gw_vec3){0}), GW_OK);
    }
    fixture_pass(f, 1000); /* their positions are told */
    return (Walker *)e;
}

static void expect_creation(struct fixture *f, const gw_entity *entity, bool is_player)
{
    struct msg_create_entity_on_client m;
    assert_true(msg_create_entity_on_client_read(fixture_next(f), &m));
    assert_true(gw_id_equal(m.entity, entity->id));
    assert_int_equal(m.is_player, is_player);
}

static void check_owner(struct fixture *f, const Walker *player, bool has_player)
{
    struct buf b = {0};
    msg_check_owner_write(&b, &(struct msg_check_owner){.entity = player->base.id,
                                                        .client = fixture_id("c1"),
                                                        .gate = FIXTURE_GATE,
                                                        .has_player = has_player});
    world_check_owner(f->world, view_of(&b));
    buf_free(&b);
}

static void a_client_is_shown_its_player_the_space_and_the_others(void **state)
{
    struct fixture *f = *state;
    gw_entity *place;
    Walker *bob, *ann = ann_who_sees(f, &place, &bob);
    fixture_skip(f);
    check_owner(f, ann, false);
    expect_creation(f, &ann->base, true);
    expect_creation(f, place, false);
    expect_creation(f, &bob->base, false);
    assert_int_equal(fixture_next_type(f), 0);
}

static void one_that_has_its_player_is_told_all_else_anew(void **state)
{
    struct fixture *f = *state;
    gw_entity *place;
    Walker *bob, *ann = ann_who_sees(f, &place, &bob);
    fixture_skip(f);
    check_owner(f, ann, true);
    struct msg_view_follows follows;
    assert_true(msg_view_follows_read(fixture_next(f), &follows));
    assert_true(gw_id_equal(follows.entity, ann->base.id));
    assert_true(gw_id_equal(follows.client, fixture_id("c1")));
    assert_int_equal(follows.gate, FIXTURE_GATE);
    struct msg_notify_map_attr_change change;
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &change));
    assert_true(view_equals(change.key, "hp"));
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &change));
    assert_true(view_equals(change.key, "gold"));
    expect_creation(f, place, false);
    expect_creation(f, &bob->base, false);
    assert_int_equal(fixture_next_type(f), 0);
    fixture_pass(f, 1000);
    assert_int_equal(fixture_next_type(f), MSG_SYNC_POSITIONS); /* where ann is */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WALKER_TEST(a_client_is_shown_its_player_the_space_and_the_others),
        WALKER_TEST(one_that_has_its_player_is_told_all_else_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
