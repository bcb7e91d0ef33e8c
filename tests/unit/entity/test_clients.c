/* The clients of entities: how they come, are handed over and go. */
#include "hero.h"

static void a_new_client_sees_its_boot_entity_as_player(void **state)
{
    struct fixture *f = *state;
    gw_entity *e = fixture_connect(f, "c1");
    assert_non_null(e);
    assert_happened("init attrs() created connected ");
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY);
    struct msg_create_entity_on_client m;
    assert_true(msg_create_entity_on_client_read(fixture_next(f), &m));
    assert_true(m.is_player);
    assert_true(gw_id_equal(m.entity, e->id));
    assert_true(gw_id_equal(m.client, fixture_id("c1")));
    assert_int_equal(m.gate, FIXTURE_GATE);
    assert_true(view_equals(m.type, "Hero"));
    /* {name: "", level: 0, speed: 2.5f}: what its client may see, ints in 9 bytes */
    static const char attrs[] =
        "\x83\xa4name\xa0\xa5level\xd3\0\0\0\0\0\0\0\0\xa5speed\xca\x40\x20\0\0";
    assert_int_equal(m.attrs.size, sizeof attrs - 1);
    assert_memory_equal(m.attrs.data, attrs, sizeof attrs - 1);
    assert_int_equal(fixture_next_type(f), 0);
}

static void a_client_that_goes_is_lost_by_its_owner_only(void **state)
{
    struct fixture *f = *state;
    Hero *hero = hero_settled(f, "c1");
    world_client_lost(f->world, hero->base.id, fixture_id("other"));
    assert_happened("");
    world_client_lost(f->world, hero->base.id, fixture_id("c1"));
    assert_happened("lost ");
    world_client_lost(f->world, hero->base.id, fixture_id("c1"));
    assert_happened("");
}

static bool is_that_one(void *user, gw_id entity)
{
    return gw_id_equal(*(gw_id *)user, entity);
}

static void a_lost_gate_takes_the_clients_of_the_entities_it_concerns(void **state)
{
    struct fixture *f = *state;
    gw_id first = hero_settled(f, "c1")->base.id;
    hero_settled(f, "c2");
    hero_settled(f, "c3");
    world_gate_lost(f->world, FIXTURE_GATE + 1, fixture_concerns_all, NULL);
    assert_happened("");
    world_gate_lost(f->world, FIXTURE_GATE, is_that_one, &first);
    assert_happened("lost ");
    world_gate_lost(f->world, 0, fixture_concerns_all, NULL);
    assert_happened("lost lost ");
    assert_int_equal(world_stats(f->world)->clients, 0);
}

static void a_given_client_is_handed_over_in_order(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    const char *args = fixture_hex((gw_id){"yyyyyyyyyyyyyyyy"});
    fixture_call(f, id, "Give", args);
    assert_happened("lost give(0) ");
    assert_int_equal(fixture_next_type(f), MSG_DESTROY_ENTITY_ON_CLIENT);
    assert_int_equal(fixture_next_type(f), MSG_CLEAR_CLIENTPROXY_FILTER_PROP);
    struct msg_give_client m;
    assert_true(msg_give_client_read(fixture_next(f), &m));
    assert_true(gw_id_equal(m.from, id));
    assert_memory_equal(m.to.text, "yyyyyyyyyyyyyyyy", 16);
    fixture_call(f, id, "Give", args);
    assert_happened("give(-2) ");
}

static void a_client_stays_when_its_dispatcher_cannot_hand_it_over(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    f->is_strange = true;
    fixture_call(f, id, "Give", fixture_hex((gw_id){"yyyyyyyyyyyyyyyy"}));
    assert_happened("give(-9) ");
    assert_int_equal(fixture_next_type(f), 0);
}

static void give_to(struct fixture *f, gw_id entity, const char *client)
{
    struct buf payload = {0};
    struct msg_notify_client_given m = {
        entity, fixture_id(client), FIXTURE_GATE, {(const uint8_t *)"[2001:db8::1]:9", 15}};
    msg_notify_client_given_write(&payload, &m);
    world_client_given(f->world, (struct view){payload.data, (uint32_t)payload.size});
    buf_free(&payload);
}

static void a_second_client_takes_the_place_of_the_first(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    give_to(f, id, "c2");
    struct msg_close_client closed;
    assert_true(msg_close_client_read(fixture_next(f), &closed));
    assert_true(gw_id_equal(closed.client, fixture_id("c1")));
    assert_int_equal(fixture_next_type(f), MSG_CREATE_ENTITY_ON_CLIENT);
    assert_happened("connected ");
}

static void assert_sent_back(struct fixture *f, gw_id entity, const char *client)
{
    struct msg_notify_client_given m;
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
    assert_true(msg_notify_client_given_read(fixture_next(f), &m));
    assert_true(gw_id_equal(m.entity, entity));
    assert_true(gw_id_equal(m.client, fixture_id(client)));
    assert_int_equal(m.gate, FIXTURE_GATE);
}

/* Whoever loads the entity may ask for it by a slower path than the client takes. */
static void a_client_for_one_that_is_not_here_goes_back_behind_that_news(void **state)
{
    struct fixture *f = *state;
    give_to(f, fixture_id("nobody"), "c1");
    assert_sent_back(f, fixture_id("nobody"), "c1");
    assert_int_equal(fixture_next_type(f), 0);
}

static void a_client_for_one_that_is_being_saved_goes_back_afterwards(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "End", "");
    fixture_skip(f);
    give_to(f, id, "c2");
    assert_int_equal(fixture_next_type(f), 0);
    fixture_work(f);
    assert_sent_back(f, id, "c2");
    assert_int_equal(fixture_next_type(f), 0);
}

static void the_address_of_a_client_is_known_while_it_is_there(void **state)
{
    struct fixture *f = *state;
    gw_entity *hero = &hero_settled(f, "c1")->base;
    assert_string_equal(gw_client_address(hero), FIXTURE_ADDRESS);
    give_to(f, hero->id, "c2");
    assert_string_equal(gw_client_address(hero), "[2001:db8::1]:9");
    world_client_lost(f->world, hero->id, fixture_id("c2"));
    assert_string_equal(gw_client_address(hero), "");
    fixture_next_type(f);
    fixture_next_type(f);
    assert_happened("connected lost ");
}

static void filter_properties_go_to_the_gate(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "SetFilter", "");
    struct msg_set_clientproxy_filter_prop m;
    assert_true(msg_set_clientproxy_filter_prop_read(fixture_next(f), &m));
    assert_true(view_equals(m.key, "room"));
    assert_true(view_equals(m.value, "1"));
    assert_int_equal(fixture_next_type(f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(a_new_client_sees_its_boot_entity_as_player),
        HERO_TEST(a_client_that_goes_is_lost_by_its_owner_only),
        HERO_TEST(a_lost_gate_takes_the_clients_of_the_entities_it_concerns),
        HERO_TEST(a_given_client_is_handed_over_in_order),
        HERO_TEST(a_client_stays_when_its_dispatcher_cannot_hand_it_over),
        HERO_TEST(a_second_client_takes_the_place_of_the_first),
        HERO_TEST(a_client_for_one_that_is_not_here_goes_back_behind_that_news),
        HERO_TEST(a_client_for_one_that_is_being_saved_goes_back_afterwards),
        HERO_TEST(the_address_of_a_client_is_known_while_it_is_there),
        HERO_TEST(filter_properties_go_to_the_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
