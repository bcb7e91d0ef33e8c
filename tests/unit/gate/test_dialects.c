/* Clients of three dialects at one gate, which finds out who speaks which. */
#include "world.h"

#define ENTITY "awNEKGhsggslAAAC"
#define HELD_MS 5000
#define HELD_BYTES (64 * 1024)

#define OLD_CALL "\x0c\x00" ENTITY "\x05\x00\x00\x00Login\x01\x00\x02\x00\x00\x00\xa1x"
#define NEW_CALL "\x0b\x00" ENTITY "\x05\x00\x00\x00Login\x01\x00\x02\x00\x00\x00\xa1x"
#define OLD_HEARTBEAT "\xd4\x07"
#define HEARTBEAT "\xd1\x07"
#define CHAT "\xdd\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00OnHi\x00\x00"
#define CHAT_2017 "\xdd\x05\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00OnHi\x00\x00"

#define SAYS(player, text) fake_link_receive((player)->link, text, sizeof(text) - 1)
#define HEARS(player, text) world_expect(player, text, sizeof(text) - 1)

static const char nil_path[] = "\xc0", no_path[] = "\x90";

static void set_root(struct world *w, const struct player *player, const char *key)
{
    RECEIVE(&w->dispatchers[0], notify_map_attr_change, .gate = 3, .client = player->id,
            .entity = id_str(ENTITY), .path = view_str(nil_path), .key = view_str(key),
            .value = view_str("\x07"));
}

static void clear_root(struct world *w, const struct player *player)
{
    RECEIVE(&w->dispatchers[0], notify_map_attr_clear, .gate = 3, .client = player->id,
            .entity = id_str(ENTITY), .path = view_str(nil_path));
}

static void call_client(struct world *w, const struct player *player, const char *method)
{
    RECEIVE(&w->dispatchers[0], call_entity_method_on_client, .gate = 3, .client = player->id,
            .entity = id_str(ENTITY), .method = view_str(method));
}

static void chat(struct world *w)
{
    fake_link_receive(&w->dispatchers[0], CHAT, sizeof CHAT - 1);
}

static void expect_set(const struct player *player, const char *path, const char *key)
{
    struct msg_notify_map_attr_change m;
    EXPECT(player->link, notify_map_attr_change, &m);
    assert_true(view_equals(m.path, path));
    assert_true(view_equals(m.key, key));
}

static void expect_call(const struct player *player, const char *method)
{
    struct msg_call_entity_method_on_client m;
    EXPECT(player->link, call_entity_method_on_client, &m);
    assert_true(view_equals(m.method, method));
}

static void expect_clear(const struct player *player, uint16_t type, uint8_t path)
{
    struct view payload;
    assert_true(fake_link_next(player->link, &payload));
    assert_int_equal(msg_type_of(payload), type);
    assert_int_equal(payload.data[payload.size - 1], path);
}

static void old_calls_and_positions_reach_the_game_as_new_ones(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player tcp = world_player(&w), browser = world_browser(&w);
    struct player *players[] = {&tcp, &browser};
    for (unsigned i = 0; i < 2; i++) {
        struct view payload;
        SAYS(players[i], OLD_HEARTBEAT);
        SAYS(players[i], OLD_CALL);
        assert_true(fake_link_next(&w.dispatchers[0], &payload));
        assert_int_equal(payload.size, sizeof NEW_CALL - 1 + 16);
        assert_memory_equal(payload.data, NEW_CALL, sizeof NEW_CALL - 1);
        assert_memory_equal(payload.data + sizeof NEW_CALL - 1, players[i]->id.text, 16);

        uint8_t position[34] = {13};
        memcpy(position + 2, players[i]->boot.text, 16);
        memcpy(position + 18, &(float[4]){1, 2, 3, 4}, 16);
        fake_link_receive(players[i]->link, position, sizeof position);
        world_pass(&w, 1);
        struct msg_sync_position_yaw_from_client_forwarded m;
        EXPECT(&w.dispatchers[0], sync_position_yaw_from_client_forwarded, &m);
        assert_int_equal(m.records.size, 32);
        assert_memory_equal(m.records.data, position + 2, 32);
        assert_null(players[i]->link->reason);
    }
    assert_int_equal(gate_stats(w.g)->speakers[DIALECT_2018], 1);
    assert_int_equal(gate_stats(w.g)->speakers[DIALECT_2017], 1);
    fake_link_hang_up(browser.link);
    assert_int_equal(gate_stats(w.g)->speakers[DIALECT_2017], 0);
    world_stop(&w);
}

static void each_hears_its_own_dialect(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player of_2017 = world_browser(&w), of_2018 = world_player(&w),
                  of_2020 = world_browser(&w);
    SAYS(&of_2017, OLD_HEARTBEAT);
    SAYS(&of_2018, OLD_HEARTBEAT);
    SAYS(&of_2020, HEARTBEAT);
    chat(&w);
    HEARS(&of_2017, CHAT_2017);
    HEARS(&of_2018, CHAT);
    HEARS(&of_2020, CHAT);
    struct player *players[] = {&of_2017, &of_2018, &of_2020};
    for (unsigned i = 0; i < 3; i++) {
        set_root(&w, players[i], "hp");
        clear_root(&w, players[i]);
    }
    expect_set(&of_2017, no_path, "hp");
    expect_set(&of_2018, nil_path, "hp");
    expect_set(&of_2020, nil_path, "hp");
    expect_clear(&of_2017, 1014, 0x90);
    expect_clear(&of_2018, 1014, 0xc0);
    expect_clear(&of_2020, 1012, 0xc0);
    world_stop(&w);
}

static void what_differs_waits_with_all_behind_it_until_the_client_has_spoken(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_browser(&w);
    call_client(&w, &player, "Before");
    expect_call(&player, "Before"); /* the same in all dialects */
    set_root(&w, &player, "hp");
    call_client(&w, &player, "Between");
    chat(&w);
    set_root(&w, &player, "mp");
    assert_true(fake_link_is_quiet(player.link));

    SAYS(&player, OLD_CALL);
    expect_set(&player, no_path, "hp");
    expect_call(&player, "Between");
    HEARS(&player, CHAT_2017);
    expect_set(&player, no_path, "mp");
    assert_true(fake_link_is_quiet(player.link));
    chat(&w);
    HEARS(&player, CHAT_2017);
    world_stop(&w);
}

static void one_that_turns_out_to_be_of_2020_gets_it_as_it_was(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_browser(&w);
    chat(&w);
    set_root(&w, &player, "hp");
    assert_true(fake_link_is_quiet(player.link));
    SAYS(&player, HEARTBEAT);
    HEARS(&player, CHAT);
    expect_set(&player, nil_path, "hp");
    assert_int_equal(gate_turn(w.g), CLOCK_NEVER); /* nothing is due any more */
    world_stop(&w);
}

static void over_tcp_only_the_end_of_a_map_has_to_wait(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player old = world_player(&w), other = world_player(&w);
    struct player *players[] = {&old, &other};
    for (unsigned i = 0; i < 2; i++) {
        set_root(&w, players[i], "hp");
        expect_set(players[i], nil_path, "hp");
        clear_root(&w, players[i]);
        set_root(&w, players[i], "mp");
        assert_true(fake_link_is_quiet(players[i]->link));
    }
    chat(&w);
    SAYS(&old, OLD_HEARTBEAT);
    SAYS(&other, HEARTBEAT);
    expect_clear(&old, 1014, 0xc0);
    expect_clear(&other, 1012, 0xc0);
    for (unsigned i = 0; i < 2; i++) {
        expect_set(players[i], nil_path, "mp");
        HEARS(players[i], CHAT);
    }
    world_stop(&w);
}

static void positions_wait_behind_what_waits(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_browser(&w);
    struct buf records = {0};
    write_id(&records, player.id);
    write_bytes(&records, ENTITY "xxxxyyyyzzzzwwww", 32);
    chat(&w);
    RECEIVE(&w.dispatchers[0], sync_position_yaw_on_clients, .gate = 3,
            .records = view_of(&records));
    assert_true(fake_link_is_quiet(player.link));
    SAYS(&player, OLD_HEARTBEAT);
    HEARS(&player, CHAT_2017);
    HEARS(&player, "\xde\x05" ENTITY "xxxxyyyyzzzzwwww");
    buf_free(&records);
    world_stop(&w);
}

static void one_that_says_nothing_is_taken_for_2020_in_the_end(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player first = world_browser(&w), second = world_browser(&w);
    set_root(&w, &first, "hp");
    world_pass(&w, 1000);
    set_root(&w, &second, "hp");
    set_root(&w, &first, "mp");
    assert_int_equal(gate_turn(w.g), w.clock.now_ms + HELD_MS - 1000);
    world_pass(&w, HELD_MS - 1001);
    assert_true(fake_link_is_quiet(first.link));
    world_pass(&w, 1);
    expect_set(&first, nil_path, "hp");
    expect_set(&first, nil_path, "mp");
    assert_true(fake_link_is_quiet(second.link));
    assert_int_equal(gate_stats(w.g)->assumed_dialects, 1);
    set_root(&w, &first, "xp"); /* and does not wait again */
    expect_set(&first, nil_path, "xp");

    SAYS(&first, OLD_CALL); /* it was a person who took his time */
    set_root(&w, &first, "hp");
    expect_set(&first, no_path, "hp");
    world_stop(&w);
}

static void one_for_which_too_much_waits_is_taken_for_2020(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_browser(&w);
    static char text[1000];
    memset(text, 'x', sizeof text - 1);
    unsigned count = 0;
    for (; gate_stats(w.g)->assumed_dialects == 0; count++) {
        assert_true(fake_link_is_quiet(player.link));
        assert_true(count * sizeof text < HELD_BYTES);
        set_root(&w, &player, text);
    }
    assert_true(count * (sizeof text + 60) > HELD_BYTES);
    for (unsigned i = 0; i < count; i++)
        expect_set(&player, nil_path, text);
    assert_true(fake_link_is_quiet(player.link));
    world_stop(&w);
}

static void with_a_fixed_dialect_nobody_waits(void **state)
{
    (void)state;
    static const enum dialect dialects[] = {DIALECT_2017, DIALECT_2018, DIALECT_2020};
    for (unsigned i = 0; i < 3; i++) {
        struct world w;
        world_start(&w, (struct gate_desc){.dialect = dialects[i]});
        struct player tcp = world_player(&w), browser = world_browser(&w);
        struct player *players[] = {&tcp, &browser};
        for (unsigned j = 0; j < 2; j++) {
            set_root(&w, players[j], "hp");
            expect_set(players[j], dialects[i] == DIALECT_2017 ? no_path : nil_path, "hp");
            clear_root(&w, players[j]);
            expect_clear(players[j], dialects[i] == DIALECT_2020 ? 1012 : 1014,
                         dialects[i] == DIALECT_2017 ? 0x90 : 0xc0);
        }
        assert_int_equal(gate_stats(w.g)->speakers[dialects[i]], 2);
        world_stop(&w);
    }
}

/* Whoever has shown one dialect, or may only speak one, cannot go on in another. */
static void another_dialect_closes_the_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){.dialect = DIALECT_2020});
    struct player player = world_player(&w);
    SAYS(&player, OLD_CALL);
    assert_non_null(player.link->reason);
    world_stop(&w);

    world_start(&w, (struct gate_desc){.dialect = DIALECT_2018});
    player = world_player(&w);
    SAYS(&player, NEW_CALL);
    assert_non_null(player.link->reason);
    world_stop(&w);

    world_start(&w, (struct gate_desc){0});
    player = world_player(&w);
    SAYS(&player, OLD_CALL);
    assert_null(player.link->reason);
    SAYS(&player, HEARTBEAT);
    assert_non_null(player.link->reason);
    world_stop(&w);
}

/* The first bytes of what waits in the link. */
static const uint8_t *waiting(const struct player *player)
{
    struct outq_span span;
    assert_int_equal(outq_peek(&player->link->link.out, &span, 1), 1);
    return span.data;
}

static void a_large_broadcast_is_made_once_for_each_dialect(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player players[6];
    for (unsigned i = 0; i < 6; i++) {
        players[i] = i < 4 ? world_browser(&w) : world_player(&w);
        if (i < 2)
            SAYS(&players[i], HEARTBEAT);
        else
            SAYS(&players[i], OLD_HEARTBEAT);
        fake_link_drain(players[i].link);
    }
    static char text[3000];
    memset(text, 'x', sizeof text - 1);
    RECEIVE(&w.dispatchers[0], call_filtered_clients, .value = view_str(text),
            .method = view_str("OnHi"));
    assert_ptr_equal(waiting(&players[0]), waiting(&players[1]));
    assert_ptr_equal(waiting(&players[2]), waiting(&players[3]));
    assert_ptr_equal(waiting(&players[4]), waiting(&players[5]));
    assert_ptr_not_equal(waiting(&players[0]), waiting(&players[2]));
    world_stop(&w);
}

static void who_is_sent_away_still_hears_what_waited(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player player = world_browser(&w);
    set_root(&w, &player, "hp");
    call_client(&w, &player, "ShowError");
    RECEIVE(&w.dispatchers[0], close_client, .gate = 3, .client = player.id,
            .reason = view_str("enough"));
    expect_set(&player, nil_path, "hp");
    expect_call(&player, "ShowError");
    world_stop(&w);
}

static void what_waits_is_forgotten_with_its_client(void **state)
{
    (void)state;
    struct world w;
    world_start(&w, (struct gate_desc){0});
    struct player gone = world_browser(&w), there = world_browser(&w);
    chat(&w);
    SAYS(&gone, "\x00\x00");
    fake_link_turn(gone.link);
    world_pass(&w, HELD_MS);
    HEARS(&there, CHAT);
    assert_int_equal(gate_stats(w.g)->assumed_dialects, 1);
    world_client(&w);
    chat(&w);
    world_stop(&w); /* something waits even now */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_calls_and_positions_reach_the_game_as_new_ones),
        cmocka_unit_test(each_hears_its_own_dialect),
        cmocka_unit_test(what_differs_waits_with_all_behind_it_until_the_client_has_spoken),
        cmocka_unit_test(one_that_turns_out_to_be_of_2020_gets_it_as_it_was),
        cmocka_unit_test(over_tcp_only_the_end_of_a_map_has_to_wait),
        cmocka_unit_test(positions_wait_behind_what_waits),
        cmocka_unit_test(one_that_says_nothing_is_taken_for_2020_in_the_end),
        cmocka_unit_test(one_for_which_too_much_waits_is_taken_for_2020),
        cmocka_unit_test(with_a_fixed_dialect_nobody_waits),
        cmocka_unit_test(another_dialect_closes_the_client),
        cmocka_unit_test(a_large_broadcast_is_made_once_for_each_dialect),
        cmocka_unit_test(who_is_sent_away_still_hears_what_waited),
        cmocka_unit_test(what_waits_is_forgotten_with_its_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
