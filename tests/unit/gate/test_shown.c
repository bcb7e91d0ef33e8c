/* What clients have been shown, and how what was lost with a dispatcher is put right. */
#include "gate/core.h"
#include "world.h"

#include <stdio.h>

#define RECORD_BYTES 32

static gw_id entity_of(unsigned number)
{
    char text[sizeof(gw_id) + 1];
    snprintf(text, sizeof text, "entity%010u", number);
    return id_str(text);
}

static unsigned number_of(gw_id entity)
{
    unsigned number = 0;
    for (size_t i = strlen("entity"); i < sizeof entity.text; i++)
        number = number * 10 + (unsigned)(entity.text[i] - '0');
    return number;
}

static void create(struct world *w, const struct player *player, gw_id entity, const char *type)
{
    RECEIVE(&w->dispatchers[0], create_entity_on_client, .gate = 3, .client = player->id,
            .is_player = gw_id_equal(player->boot, entity), .entity = entity,
            .type = view_str(type), .attrs = view_str("\x80"));
}

static void destroy(struct world *w, const struct player *player, gw_id entity)
{
    RECEIVE(&w->dispatchers[0], destroy_entity_on_client, .gate = 3, .client = player->id,
            .type = view_str("A"), .entity = entity);
}

static void view_follows(struct world *w, const struct player *player)
{
    RECEIVE(&w->dispatchers[0], view_follows, .gate = 3, .client = player->id,
            .entity = player->boot);
}

static void expect_creation(const struct player *player, gw_id entity)
{
    struct msg_create_entity_on_client m;
    EXPECT(player->link, create_entity_on_client, &m);
    assert_true(gw_id_equal(m.entity, entity));
}

static void expect_end(const struct player *player, gw_id entity, const char *type)
{
    struct msg_destroy_entity_on_client m;
    EXPECT(player->link, destroy_entity_on_client, &m);
    assert_true(gw_id_equal(m.entity, entity));
    assert_true(view_equals(m.type, type));
    assert_true(gw_id_equal(m.client, player->id));
}

/* In a space, entity 0, where it sees one other, entity 1. */
static struct player player_in_space(struct world *w)
{
    struct player player = world_player(w);
    create(w, &player, player.boot, "A");
    create(w, &player, entity_of(0), "__space__");
    create(w, &player, entity_of(1), "Monster");
    fake_link_skip(player.link);
    return player;
}

static void what_was_shown_goes_before_a_view_that_is_told_anew(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w), other = player_in_space(&w);
    assert_int_equal(gate_stats(w.g)->shown_entities, 4);
    world_restart_dispatcher(&w);
    RECEIVE(&w.dispatchers[0], view_follows, .gate = 3, .client = player.id,
            .entity = entity_of(1)); /* not its player */
    assert_true(fake_link_is_quiet(player.link));
    view_follows(&w, &player);
    expect_end(&player, entity_of(1), "Monster");
    expect_end(&player, entity_of(0), "__space__");
    assert_true(fake_link_is_quiet(player.link));
    create(&w, &player, entity_of(0), "__space__");
    expect_creation(&player, entity_of(0));
    assert_true(fake_link_is_quiet(other.link));
    assert_int_equal(gate_stats(w.g)->shown_entities, 3);
    world_stop(&w);
}

static void what_ended_is_not_ended_again(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w);
    destroy(&w, &player, entity_of(1));
    expect_end(&player, entity_of(1), "A");
    world_restart_dispatcher(&w);
    view_follows(&w, &player);
    expect_end(&player, entity_of(0), "__space__");
    assert_true(fake_link_is_quiet(player.link));
    world_stop(&w);
}

static void one_whose_end_was_lost_ends_before_it_is_shown_again(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w);
    create(&w, &player, entity_of(1), "Monster");
    expect_end(&player, entity_of(1), "Monster");
    expect_creation(&player, entity_of(1));
    assert_true(fake_link_is_quiet(player.link));
    assert_int_equal(gate_stats(w.g)->shown_entities, 2);
    world_stop(&w);
}

static void the_end_of_what_was_never_shown_is_passed_over(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w);
    destroy(&w, &player, entity_of(2));
    assert_true(fake_link_is_quiet(player.link));
    assert_int_equal(gate_stats(w.g)->stale_packets, 1);
    world_stop(&w);
}

static void what_was_shown_goes_before_the_player(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w);
    destroy(&w, &player, player.boot);
    expect_end(&player, entity_of(1), "Monster");
    expect_end(&player, entity_of(0), "__space__");
    expect_end(&player, player.boot, "A");
    create(&w, &player, player.boot, "A");
    expect_creation(&player, player.boot);
    assert_true(fake_link_is_quiet(player.link));
    world_stop(&w);
}

static void a_new_player_begins_with_nothing_else(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = world_player(&w);
    create(&w, &player, entity_of(1), "Monster"); /* its player's creation was lost */
    expect_creation(&player, entity_of(1));
    create(&w, &player, player.boot, "A");
    expect_end(&player, entity_of(1), "Monster");
    expect_creation(&player, player.boot);
    world_stop(&w);
}

static void one_that_goes_is_forgotten(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w), other = player_in_space(&w);
    fake_link_hang_up(player.link);
    assert_int_equal(gate_stats(w.g)->shown_entities, 2);
    fake_link_hang_up(other.link);
    assert_int_equal(gate_stats(w.g)->shown_entities, 0);
    world_stop(&w);
}

/* ---- until its view follows ------------------------------------------------------------------ */

static void call(struct world *w, const struct player *player, gw_id entity)
{
    RECEIVE(&w->dispatchers[0], call_entity_method_on_client, .gate = 3, .client = player->id,
            .entity = entity, .method = view_str("Say"));
}

static void expect_call(const struct player *player, gw_id entity)
{
    struct msg_call_entity_method_on_client m;
    EXPECT(player->link, call_entity_method_on_client, &m);
    assert_true(gw_id_equal(m.entity, entity));
}

static void calls_of_what_a_client_may_not_have_are_passed_over(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w);
    world_restart_dispatcher(&w);
    call(&w, &player, entity_of(2)); /* its creation was lost */
    call(&w, &player, entity_of(1));
    call(&w, &player, player.boot);
    expect_call(&player, entity_of(1));
    expect_call(&player, player.boot);
    assert_true(fake_link_is_quiet(player.link));
    assert_int_equal(gate_stats(w.g)->stale_packets, 1);
    view_follows(&w, &player);
    fake_link_skip(player.link);
    call(&w, &player, entity_of(2)); /* from here on the game is right */
    expect_call(&player, entity_of(2));
    world_stop(&w);
}

static void what_comes_and_goes_waits_for_the_view(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w);
    world_restart_dispatcher(&w);
    create(&w, &player, entity_of(2), "__space__"); /* that the other ended was lost */
    destroy(&w, &player, entity_of(1));
    assert_true(fake_link_is_quiet(player.link));
    view_follows(&w, &player);
    expect_end(&player, entity_of(1), "Monster");
    expect_end(&player, entity_of(0), "__space__");
    create(&w, &player, entity_of(2), "__space__");
    expect_creation(&player, entity_of(2));
    assert_true(fake_link_is_quiet(player.link));
    world_stop(&w);
}

/* In both forms. */
static void sync_positions(struct world *w, const struct player *player)
{
    static const uint8_t record[RECORD_BYTES] = "entity0000000001";
    struct buf pair = {0}, run = {0};
    write_id(&pair, player->id);
    write_bytes(&pair, record, sizeof record);
    RECEIVE(&w->dispatchers[0], sync_position_yaw_on_clients, .gate = 3, .records = view_of(&pair));
    write_u32(&run, 1);
    write_bytes(&run, record, sizeof record);
    write_id(&run, player->id);
    write_u16(&run, 1);
    write_u16(&run, 0);
    write_u16(&run, 1);
    RECEIVE(&w->dispatchers[0], sync_positions, .gate = 3, .records = view_of(&run));
    buf_free(&pair);
    buf_free(&run);
}

static void positions_wait_for_the_view(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = player_in_space(&w);
    world_restart_dispatcher(&w);
    sync_positions(&w, &player);
    assert_true(fake_link_is_quiet(player.link));
    assert_int_equal(gate_stats(w.g)->positions_skipped, 2);
    view_follows(&w, &player);
    fake_link_skip(player.link);
    sync_positions(&w, &player);
    struct msg_sync_position_yaw_on_clients_forwarded m;
    EXPECT(player.link, sync_position_yaw_on_clients_forwarded, &m);
    EXPECT(player.link, sync_position_yaw_on_clients_forwarded, &m);
    world_stop(&w);
}

/* ---- many ------------------------------------------------------------------------------------ */

#define VIEWERS 4
#define ENTITIES 200

static unsigned next_random(uint32_t *random, unsigned below)
{
    *random = *random * 1664525 + 1013904223;
    return (*random >> 8) % below;
}

/* Whatever was shown and ended before, exactly what a client has goes. */
static void each_client_loses_what_it_has(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    bool has[VIEWERS][ENTITIES] = {0};
    struct player players[VIEWERS];
    for (unsigned i = 0; i < VIEWERS; i++) {
        players[i] = world_player(&w);
        create(&w, &players[i], players[i].boot, "A");
    }
    uint32_t random = 1;
    for (unsigned step = 0; step < 20000; step++) {
        unsigned viewer = next_random(&random, VIEWERS), number = next_random(&random, ENTITIES);
        if (has[viewer][number])
            destroy(&w, &players[viewer], entity_of(number));
        else if (next_random(&random, VIEWERS) >= viewer) /* some see many, some few */
            create(&w, &players[viewer], entity_of(number), "Monster");
        else
            continue;
        has[viewer][number] ^= true;
    }
    for (unsigned i = 0; i < VIEWERS; i++) {
        fake_link_skip(players[i].link);
        view_follows(&w, &players[i]);
        struct view packet;
        while (fake_link_next(players[i].link, &packet)) {
            struct msg_destroy_entity_on_client m;
            assert_true(msg_destroy_entity_on_client_read(packet, &m));
            unsigned number = number_of(m.entity);
            assert_true(number < ENTITIES && has[i][number]);
            has[i][number] = false;
        }
        for (unsigned number = 0; number < ENTITIES; number++)
            assert_false(has[i][number]);
    }
    assert_int_equal(gate_stats(w.g)->shown_entities, 0);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_shown_goes_before_a_view_that_is_told_anew),
        cmocka_unit_test(what_ended_is_not_ended_again),
        cmocka_unit_test(one_whose_end_was_lost_ends_before_it_is_shown_again),
        cmocka_unit_test(the_end_of_what_was_never_shown_is_passed_over),
        cmocka_unit_test(what_was_shown_goes_before_the_player),
        cmocka_unit_test(a_new_player_begins_with_nothing_else),
        cmocka_unit_test(one_that_goes_is_forgotten),
        cmocka_unit_test(calls_of_what_a_client_may_not_have_are_passed_over),
        cmocka_unit_test(what_comes_and_goes_waits_for_the_view),
        cmocka_unit_test(positions_wait_for_the_view),
        cmocka_unit_test(each_client_loses_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
