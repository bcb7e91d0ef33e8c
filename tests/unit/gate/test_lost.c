/* What a gate does with its clients when a dispatcher is lost, or comes back as another. */
#include "base/id.h"
#include "cluster/session.h"
#include "wire/messages.h"
#include "world.h"

static void a_broken_link_costs_no_client(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = world_player(&w);
    fake_link_hang_up(&w.dispatchers[0]);
    struct fake_link *link = world_dial_again(&w);
    struct msg_resume m;
    EXPECT(link, resume, &m);
    assert_true(m.is_gate);
    assert_int_equal(m.id, 3);
    assert_int_equal(m.dispatcher_epoch, 5);
    RECEIVE(link, resume_answer, .resumed = true, .epoch = 5);
    assert_null(player.link->reason);
    struct msg_connect_client again; /* it had not got that */
    EXPECT(link, connect_client, &again);
    world_stop(&w);
}

static void a_dispatcher_that_gave_the_gate_up_costs_the_clients_it_serves(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = world_player(&w);
    fake_link_hang_up(&w.dispatchers[0]);
    RECEIVE(world_dial_again(&w), resume_answer, .resumed = false, .epoch = 5);
    assert_non_null(player.link->reason);
    assert_int_equal(gate_stats(w.g)->orphaned_clients.count, 1);
    world_stop(&w);
}

static void show_player(struct world *w, const struct player *player, gw_id entity)
{
    RECEIVE(&w->dispatchers[0], create_entity_on_client, .gate = 3, .client = player->id,
            .is_player = true, .entity = entity, .type = view_str("A"));
}

static void a_restarted_dispatcher_costs_none_and_their_owners_are_asked(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player seen = world_player(&w), unseen = world_player(&w);
    show_player(&w, &seen, seen.boot);
    fake_link_hang_up(&w.dispatchers[0]);
    struct fake_link *link = world_dial_again(&w);
    RECEIVE(link, resume_answer, .resumed = false, .epoch = 6);
    assert_null(seen.link->reason);
    fake_link_skip(link);
    RECEIVE(link, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = 6);
    struct msg_check_owner m;
    for (unsigned i = 0; i < 2; i++) {
        EXPECT(link, check_owner, &m);
        bool is_seen = gw_id_equal(m.client, seen.id);
        assert_true(gw_id_equal(m.entity, is_seen ? seen.boot : unseen.boot));
        assert_int_equal(m.has_player, is_seen);
        assert_int_equal(m.gate, 3);
    }
    assert_true(fake_link_is_quiet(link));
    world_stop(&w);
}

static void change_level(struct world *w, const struct player *player, const char *level)
{
    RECEIVE(&w->dispatchers[0], notify_map_attr_change, .gate = 3, .client = player->id,
            .entity = player->boot, .path = {(const uint8_t *)"\xc0", 1}, .key = view_str("level"),
            .value = view_str(level));
}

/* One that follows a lost one may not fit to what the client has. */
static void changes_wait_until_a_player_tells_all(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = world_player(&w);
    show_player(&w, &player, player.boot);
    fake_link_skip(player.link);
    world_restart_dispatcher(&w);
    change_level(&w, &player, "\1");
    gw_id other = {"ooooooooooooooo"};
    RECEIVE(&w.dispatchers[0], view_follows, .gate = 3, .client = player.id, .entity = other);
    change_level(&w, &player, "\2");
    assert_true(fake_link_is_quiet(player.link));
    RECEIVE(&w.dispatchers[0], view_follows, .gate = 3, .client = player.id, .entity = player.boot);
    change_level(&w, &player, "\3");
    struct msg_notify_map_attr_change m;
    EXPECT(player.link, notify_map_attr_change, &m);
    assert_int_equal(m.value.data[0], 3);
    assert_true(fake_link_is_quiet(player.link));
    world_stop(&w);
}

/* The answer to CHECK_OWNER may cross what was under way. */
static void a_player_that_a_client_has_is_not_shown_twice(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = world_player(&w);
    world_restart_dispatcher(&w);
    show_player(&w, &player, player.boot);
    show_player(&w, &player, player.boot);
    struct msg_create_entity_on_client m;
    EXPECT(player.link, create_entity_on_client, &m);
    assert_true(fake_link_is_quiet(player.link));
    RECEIVE(&w.dispatchers[0], destroy_entity_on_client, .gate = 3, .client = player.id,
            .type = view_str("A"), .entity = player.boot);
    show_player(&w, &player, player.boot);
    struct msg_destroy_entity_on_client gone;
    EXPECT(player.link, destroy_entity_on_client, &gone);
    EXPECT(player.link, create_entity_on_client, &m);
    world_stop(&w);
}

/* That the first player ended died with the dispatcher; that there is another one did not. */
static void a_client_that_would_have_two_players_is_closed(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    gw_id avatar = id_str("BBBBBBBBBBBBBBBB");
    struct player shown = world_player(&w), asked = world_player(&w);
    struct player *both[] = {&shown, &asked};
    for (unsigned i = 0; i < 2; i++) {
        show_player(&w, both[i], both[i]->boot);
        RECEIVE(&w.dispatchers[0], give_client, .gate = 3, .client = both[i]->id,
                .from = both[i]->boot, .to = avatar);
    }
    show_player(&w, &shown, avatar);
    assert_non_null(shown.link->reason);
    world_restart_dispatcher(&w);
    assert_non_null(asked.link->reason);
    assert_int_equal(gate_stats(w.g)->orphaned_clients.count, 2);
    world_stop(&w);
}

static void a_game_that_asks_for_a_client_that_is_gone_or_anothers_is_told(void **state)
{
    (void)state;
    struct world w;
    world_start_resumable(&w);
    struct player player = world_player(&w);
    gw_id other = id_str("BBBBBBBBBBBBBBBB");
    struct fake_link *link = &w.dispatchers[0];
    struct msg_notify_client_disconnected gone;
    RECEIVE(link, check_client, .gate = 3, .client = player.id, .entity = player.boot);
    assert_true(fake_link_is_quiet(link));
    RECEIVE(link, check_client, .gate = 3, .client = player.id, .entity = other);
    EXPECT(link, notify_client_disconnected, &gone);
    assert_true(gw_id_equal(gone.owner, other));
    RECEIVE(link, check_client, .gate = 3, .client = other, .entity = player.boot);
    EXPECT(link, notify_client_disconnected, &gone);
    assert_true(gw_id_equal(gone.client, other));
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_link_costs_no_client),
        cmocka_unit_test(a_dispatcher_that_gave_the_gate_up_costs_the_clients_it_serves),
        cmocka_unit_test(a_restarted_dispatcher_costs_none_and_their_owners_are_asked),
        cmocka_unit_test(changes_wait_until_a_player_tells_all),
        cmocka_unit_test(a_player_that_a_client_has_is_not_shown_twice),
        cmocka_unit_test(a_client_that_would_have_two_players_is_closed),
        cmocka_unit_test(a_game_that_asks_for_a_client_that_is_gone_or_anothers_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
