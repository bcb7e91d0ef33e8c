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

/* ---- hooks and shared tables ----------------------------------------------------------------- */

typedef struct Body {
    int32_t hp;
    gw_list wounds;
    struct {
        bool dead;
    } state;
} Body;

typedef struct Monster {
    gw_entity base;
    gw_text name;
    Body body;
} Monster;
extern const gw_entity_type Monster_type;

static unsigned hp_changes, wounds_changes;

static void hp_changed(gw_entity *entity)
{
    Monster *self = GW_AS(Monster, entity);
    hp_changes++;
    if (self->body.hp <= 0 && !self->body.state.dead)
        GW_SET(self, body.state.dead, true);
}

/* Leads to itself. */
static void wounds_changed(gw_entity *entity)
{
    Monster *self = GW_AS(Monster, entity);
    wounds_changes++;
    gw_list_append(self->body.wounds, 1);
}

static const gw_attr Body_attrs[] = {
    GW_ATTR(Body, hp, GW_ALL_CLIENTS | GW_PERSISTENT, hp_changed),
    GW_ATTR(Body, wounds, GW_PERSISTENT, wounds_changed),
    {"dead", offsetof(Body, state.dead), sizeof(bool), GW_VALUE_bool, GW_CLIENT, NULL, NULL},
    GW_ATTR_END};
static const gw_attr Monster_attrs[] = {GW_ATTR(Monster, name, GW_CLIENT),
                                        GW_ATTRS_OF(Monster, body, Body_attrs), GW_ATTR_END};

#define MONSTER_RPC(RPC)                                                                           \
    RPC(Monster, Hurt, GW_SERVER, (i32, damage))                                                   \
    RPC(Monster, Wound, GW_SERVER)                                                                 \
    RPC(Monster, Talk, GW_SERVER)
GW_RPC_DECLARE(MONSTER_RPC)

static void hurt(gw_entity *entity, Body *body, int32_t damage)
{
    GW_SET_IN(entity, body, hp, body->hp - damage);
}

void Monster_Hurt(Monster *self, int32_t damage)
{
    hurt(&self->base, &self->body, damage);
}

void Monster_Wound(Monster *self)
{
    gw_list_append(self->body.wounds, 0);
}

void Monster_Talk(Monster *self)
{
    (void)self;
    gw_log(GW_LOG_WARN, "trade", "item=%s", "sword\n");
    gw_log(GW_LOG_DEBUG, "silent", "");
    assert_int_equal(gw_random(0), 0);
    for (unsigned i = 0; i < 100; i++) {
        assert_in_range(gw_random(3), 0, 2);
        double real = gw_random_f64();
        assert_true(real >= 0 && real < 1);
    }
    assert_int_equal(gw_now_ms(), 1700000000000);
    assert_int_equal(gw_monotonic_ms(), 1000);
}

GW_RPC_DEFINE(Monster, MONSTER_RPC)
const gw_entity_type Monster_type = {
    .name = "Monster", .size = sizeof(Monster), .attrs = Monster_attrs, .methods = Monster_methods};
static const gw_entity_type *const types[] = {&Monster_type, NULL};
static const gw_game monsters = {.types = types};

static int monster_setup(void **state)
{
    struct fixture *f = fixture_create(&monsters, "Monster");
    fixture_connect(f, "c1");
    fixture_skip(f);
    hp_changes = wounds_changes = 0;
    *state = f;
    return 0;
}

static int monster_teardown(void **state)
{
    fixture_destroy(*state);
    return 0;
}

#define MONSTER_TEST(name) cmocka_unit_test_setup_teardown(name, monster_setup, monster_teardown)

static void expect_change(struct fixture *f, const char *key)
{
    struct msg_notify_map_attr_change change;
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &change));
    assert_true(view_equals(change.key, key));
}

static void a_hook_runs_behind_each_change(void **state)
{
    struct fixture *f = *state;
    fixture_call(f, fixture_id("bootc1"), "Hurt", "05");
    assert_int_equal(hp_changes, 1);
    expect_change(f, "hp");
    expect_change(f, "dead"); /* what the hook has set */
    fixture_call(f, fixture_id("bootc1"), "Hurt", "05");
    assert_int_equal(hp_changes, 2);
    expect_change(f, "hp");
    assert_int_equal(fixture_next_type(f), 0);
}

static void a_hook_that_leads_to_itself_ends(void **state)
{
    struct fixture *f = *state;
    fixture_call(f, fixture_id("bootc1"), "Wound", "");
    assert_int_equal(wounds_changes, GW_ATTR_HOOK_DEPTH_MAX);
    assert_true(fixture_logged(f, "leads to itself without end\" detail=\"wounds\""));
}

static void what_is_loaded_of_a_shared_table_calls_no_hook(void **state)
{
    struct fixture *f = *state;
    static const char attrs[] = "\x84\xa2hp\x07\xa4name\xa3"
                                "orc\xa6wounds\x91\x01\xa4"
                                "dead\xc3";
    fixture_create_entity(f, "sent", "Monster", attrs, sizeof attrs - 1);
    Monster *monster = (Monster *)fixture_find(f, fixture_id("sent"));
    assert_int_equal(monster->body.hp, 7);
    assert_int_equal(gw_list_size(monster->body.wounds), 1);
    assert_true(monster->body.state.dead);
    assert_int_equal(hp_changes + wounds_changes, 0);
}

static void a_game_logs_with_the_entity_that_runs(void **state)
{
    struct fixture *f = *state;
    f->log.level = LOG_INFO;
    fixture_call(f, fixture_id("bootc1"), "Talk", "");
    assert_true(
        fixture_logged(f, "WARN game1 trade entity=Monster/bootc1xxxxxxxxxx item=sword\\n"));
    assert_false(fixture_logged(f, "silent"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(changes_and_calls_leave_in_program_order),
        HERO_TEST(an_attribute_that_cannot_be_set_stays_and_is_reported),
        HERO_TEST(an_attribute_changed_without_a_set_is_reported),
        MONSTER_TEST(a_hook_runs_behind_each_change),
        MONSTER_TEST(a_hook_that_leads_to_itself_ends),
        MONSTER_TEST(what_is_loaded_of_a_shared_table_calls_no_hook),
        MONSTER_TEST(a_game_logs_with_the_entity_that_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
