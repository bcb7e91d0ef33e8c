/* Clients whose connection breaks, and that come back over another one. */
#include "gate/core.h"
#include "world.h"

#define GRACE_MS 20000
#define KEPT_BYTES (64 * 1024)

static void start(struct world *w)
{
    world_start(w, (struct gate_desc){.limits = {.reconnect_grace_ms = GRACE_MS}});
}

static void ask(const struct player *player, const char *token)
{
    struct buf b = {0};
    msg_seat_from_client_write(&b, &(struct msg_seat_from_client){.token = view_str(token)});
    fake_link_receive(player->link, b.data, b.size);
    buf_free(&b);
}

/* `token` is that of so many secrets before it. */
static void expect_seat(const struct player *player, bool returned, const char *token)
{
    struct msg_seat_on_client m;
    EXPECT(player->link, seat_on_client, &m);
    assert_int_equal(m.returned, returned);
    assert_true(view_equals(m.token, token));
    assert_int_equal(m.grace_ms, token[0] ? GRACE_MS : 0);
}

#define SECRET_1 "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"
#define SECRET_2 "\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2"
#define SECRET_3 "\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3"
#define SECRET_4 "\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4\4"

static void show(struct world *w, const struct player *player)
{
    RECEIVE(&w->dispatchers[0], create_entity_on_client, .gate = 3, .client = player->id,
            .is_player = true, .entity = player->boot, .type = view_str("A"),
            .attrs = view_str("\x80"));
}

static void call(struct world *w, const struct player *player, const char *method)
{
    RECEIVE(&w->dispatchers[0], call_entity_method_on_client, .gate = 3, .client = player->id,
            .entity = player->boot, .method = view_str(method));
}

static void change(struct world *w, const struct player *player)
{
    RECEIVE(&w->dispatchers[0], notify_map_attr_change, .gate = 3, .client = player->id,
            .entity = player->boot, .path = view_str("\xc0"), .key = view_str("level"),
            .value = view_str("\7"));
}

static void expect_call(const struct player *player, const char *method)
{
    struct msg_call_entity_method_on_client m;
    EXPECT(player->link, call_entity_method_on_client, &m);
    assert_true(view_equals(m.method, method));
}

static void expect_player(const struct player *player)
{
    struct msg_create_entity_on_client m;
    EXPECT(player->link, create_entity_on_client, &m);
    assert_true(gw_id_equal(m.entity, player->boot));
}

/* Has seen its player, and has a seat with the first secret. */
static struct player seated(struct world *w)
{
    struct player player = world_player(w);
    ask(&player, "");
    expect_seat(&player, false, SECRET_1);
    show(w, &player);
    fake_link_skip(player.link);
    return player;
}

static void expect_gone(struct world *w, gw_id owner, gw_id client)
{
    struct msg_notify_client_disconnected m;
    EXPECT(&w->dispatchers[0], notify_client_disconnected, &m);
    assert_true(gw_id_equal(m.owner, owner));
    assert_true(gw_id_equal(m.client, client));
}

static void expect_question(struct world *w, const struct player *player)
{
    struct msg_check_owner m;
    EXPECT(&w->dispatchers[0], check_owner, &m);
    assert_true(gw_id_equal(m.client, player->id));
    assert_true(gw_id_equal(m.entity, player->boot));
    assert_false(m.has_player);
}

/* The new connection's own client ends; what is sent to `player` comes out there. */
static void come_back(struct world *w, struct player *player, struct player *by, const char *token,
                      const char *next)
{
    ask(by, token);
    expect_gone(w, by->boot, by->id);
    expect_question(w, player);
    assert_true(world_dispatchers_are_quiet(w));
    player->link = by->link;
    expect_seat(player, true, next);
}

static void a_client_comes_back_and_finds_its_player(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player player = seated(&w);
    RECEIVE(&w.dispatchers[0], create_entity_on_client, .gate = 3, .client = player.id,
            .entity = id_str("BBBBBBBBBBBBBBBB"), .type = view_str("A"));
    fake_link_hang_up(player.link);
    assert_true(world_dispatchers_are_quiet(&w)); /* nobody hears of it */
    assert_int_equal(gate_stats(w.g)->away_clients, 1);
    call(&w, &player, "First");
    change(&w, &player);
    world_pass(&w, GRACE_MS - 1);
    struct player by = world_player(&w);
    show(&w, &by);
    fake_link_skip(by.link);
    come_back(&w, &player, &by, SECRET_1, SECRET_2);
    call(&w, &player, "Second");                   /* before the game has shown the player again */
    fake_link_receive(player.link, "\xd1\x07", 2); /* it may say something already */
    ask(&player, "");                              /* or this */
    expect_seat(&player, false, SECRET_3);
    assert_null(player.link->reason);
    assert_true(fake_link_is_quiet(player.link));
    show(&w, &player);
    expect_player(&player);
    expect_call(&player, "First");
    expect_call(&player, "Second");
    change(&w, &player);
    struct msg_notify_map_attr_change m;
    EXPECT(player.link, notify_map_attr_change, &m);
    assert_true(fake_link_is_quiet(player.link));
    assert_int_equal(gate_stats(w.g)->away_clients, 0);
    assert_int_equal(gate_stats(w.g)->clients, 1);
    world_pass(&w, GRACE_MS * 2); /* it is there */
    assert_int_equal(gate_stats(w.g)->clients, 1);
    world_stop(&w);
}

/* A phone changes networks, and the gate has not heard of the end of the old one. */
static void a_client_may_come_back_before_its_connection_has_broken(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player player = seated(&w), old = player, by = world_browser(&w);
    come_back(&w, &player, &by, SECRET_1, SECRET_2);
    assert_non_null(old.link->reason);
    fake_link_hang_up(old.link);
    show(&w, &player);
    expect_player(&player);
    assert_int_equal(gate_stats(w.g)->clients, 1);
    /* The answer with the next token may have been lost: the last one is good. */
    fake_link_hang_up(player.link);
    struct player again = world_player(&w), late = world_player(&w);
    come_back(&w, &player, &again, SECRET_1, SECRET_3);
    ask(&late, SECRET_1); /* now it is not */
    expect_seat(&late, false, SECRET_4);
    assert_int_equal(gate_stats(w.g)->clients, 2);
    world_stop(&w);
}

/* `closed` follows the close of a link in a later turn: somebody may come back before. */
static void a_client_comes_back_while_its_old_connection_closes(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player player = seated(&w), old = player, by = world_player(&w);
    link_close(&old.link->link, "it sent a packet longer than the limit");
    come_back(&w, &player, &by, SECRET_1, SECRET_2);
    fake_link_hang_up(old.link);
    show(&w, &player);
    expect_player(&player);
    world_pass(&w, 2 * GRACE_MS);
    call(&w, &player, "Here");
    expect_call(&player, "Here");
    assert_int_equal(gate_stats(w.g)->clients, 1);
    world_stop(&w);
}

/* A dispatcher that has it paused says so once. */
static void a_paused_client_comes_back_paused(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player player = seated(&w), by = world_player(&w);
    RECEIVE(&w.dispatchers[0], pause_client, .gate = 3, .client = player.id);
    assert_true(player.link->link.paused);
    fake_link_hang_up(player.link);
    come_back(&w, &player, &by, SECRET_1, SECRET_2);
    assert_true(player.link->link.paused);
    RECEIVE(&w.dispatchers[0], resume_client, .gate = 3, .client = player.id);
    assert_false(player.link->link.paused);
    world_stop(&w);
}

static void one_that_is_never_shown_its_player_is_closed(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player player = seated(&w), by = world_player(&w);
    fake_link_hang_up(player.link);
    come_back(&w, &player, &by, SECRET_1, SECRET_2);
    world_pass(&w, GRACE_MS - 1);
    assert_null(player.link->reason);
    world_pass(&w, 1);
    assert_string_equal(player.link->reason, "nobody shows it its player");
    world_stop(&w);
}

static void who_is_away_makes_room_for_who_comes(void **state)
{
    (void)state;
    struct world w;
    world_start(&w,
                (struct gate_desc){.limits = {.reconnect_grace_ms = GRACE_MS, .max_clients = 1}});
    struct player player = seated(&w);
    fake_link_hang_up(player.link);
    struct fake_link *next = world_client(&w);
    assert_null(next->reason);
    expect_gone(&w, player.boot, player.id);
    assert_non_null(world_client(&w)->reason); /* nobody is away now */
    world_stop(&w);
}

static void goworlds_own_dispatchers_give_no_seats(void **state)
{
    (void)state;
    struct world w;
    world_start_foreign(&w, (struct gate_desc){.limits = {.reconnect_grace_ms = GRACE_MS}});
    struct player player = world_player(&w);
    ask(&player, "");
    struct msg_seat_on_client m;
    EXPECT(player.link, seat_on_client, &m);
    assert_int_equal(m.token.size, 0);
    world_stop(&w);
}

static void one_that_does_not_come_back_is_gone(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player player = seated(&w);
    fake_link_hang_up(player.link);
    call(&w, &player, "Lost");
    world_pass(&w, GRACE_MS);
    expect_gone(&w, player.boot, player.id);
    assert_int_equal(gate_stats(w.g)->given_up_clients, 1);
    assert_int_equal(gate_stats(w.g)->clients, 0);
    struct player late = world_player(&w);
    ask(&late, SECRET_1);
    expect_seat(&late, false, SECRET_2);
    world_stop(&w);
}

static void who_leaves_or_is_sent_away_does_not_come_back(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player leaves = seated(&w);
    fake_link_receive(leaves.link, "\x1e\x0c", 2);
    fake_link_hang_up(leaves.link);
    expect_gone(&w, leaves.boot, leaves.id);
    struct player kicked = world_player(&w), away = world_player(&w), lost = world_player(&w);
    ask(&kicked, "");
    ask(&away, "");
    ask(&lost, "");
    RECEIVE(&w.dispatchers[0], close_client, .gate = 3, .client = kicked.id);
    fake_link_hang_up(kicked.link);
    expect_gone(&w, kicked.boot, kicked.id);
    fake_link_hang_up(away.link);
    RECEIVE(&w.dispatchers[0], close_client, .gate = 3, .client = away.id);
    expect_gone(&w, away.boot, away.id);
    fake_link_hang_up(lost.link);
    RECEIVE(&w.dispatchers[0], notify_entities_gone,
            .entities = {(const uint8_t *)lost.boot.text, sizeof lost.boot.text});
    expect_gone(&w, lost.boot, lost.id);
    assert_int_equal(gate_stats(w.g)->clients, 0);
    world_stop(&w);
}

/* The word that its former player ended was lost. */
static void one_that_is_away_and_would_have_two_players_is_gone(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player player = seated(&w);
    fake_link_hang_up(player.link);
    gw_id other = {"ooooooooooooooo"};
    RECEIVE(&w.dispatchers[0], create_entity_on_client, .gate = 3, .client = player.id,
            .is_player = true, .entity = other, .type = view_str("A"), .attrs = view_str("\x80"));
    expect_gone(&w, other, player.id);
    assert_int_equal(gate_stats(w.g)->clients, 0);
    world_stop(&w);
}

static void what_waits_for_those_away_has_a_limit(void **state)
{
    static char long_name[1000];
    (void)state;
    struct world w;
    start(&w);
    struct player player = seated(&w);
    fake_link_hang_up(player.link);
    memset(long_name, 'n', sizeof long_name - 1);
    for (unsigned i = 0; i < KEPT_BYTES / sizeof long_name + 1; i++)
        call(&w, &player, long_name);
    assert_true(gate_stats(w.g)->missed_packets.count > 0);
    struct player by = world_player(&w);
    come_back(&w, &player, &by, SECRET_1, SECRET_2);
    fake_link_hang_up(player.link); /* before it has seen its player */
    world_pass(&w, GRACE_MS);
    expect_gone(&w, player.boot, player.id);
    assert_int_equal(w.g->seats.missed_bytes, 0);
    world_stop(&w);
}

static void without_a_grace_nobody_gets_a_seat(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_player(&w);
    ask(&player, "");
    expect_seat(&player, false, "");
    fake_link_hang_up(player.link);
    expect_gone(&w, player.boot, player.id);
    world_stop(&w);
}

static void a_bad_question_is_a_bad_packet(void **state)
{
    (void)state;
    struct world w;
    start(&w);
    struct player player = world_player(&w);
    ask(&player, "a token of more than sixteen bytes");
    assert_non_null(player.link->reason);
    assert_int_equal(gate_stats(w.g)->bad_client_packets.count, 1);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_comes_back_and_finds_its_player),
        cmocka_unit_test(a_client_may_come_back_before_its_connection_has_broken),
        cmocka_unit_test(a_client_comes_back_while_its_old_connection_closes),
        cmocka_unit_test(a_paused_client_comes_back_paused),
        cmocka_unit_test(one_that_is_never_shown_its_player_is_closed),
        cmocka_unit_test(who_is_away_makes_room_for_who_comes),
        cmocka_unit_test(goworlds_own_dispatchers_give_no_seats),
        cmocka_unit_test(one_that_does_not_come_back_is_gone),
        cmocka_unit_test(who_leaves_or_is_sent_away_does_not_come_back),
        cmocka_unit_test(one_that_is_away_and_would_have_two_players_is_gone),
        cmocka_unit_test(what_waits_for_those_away_has_a_limit),
        cmocka_unit_test(without_a_grace_nobody_gets_a_seat),
        cmocka_unit_test(a_bad_question_is_a_bad_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
