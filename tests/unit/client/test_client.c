/* A connection's life, in a time of the test's own: made, kept, broken, made again, closed. */
#include "gate.h"

#include <poll.h>

#define HEARTBEAT "02000000 d107"

static void fail_with(struct gate *gate, struct failure *failure, int code, const char *reason)
{
    failure_set(failure, "%s", reason);
    failure->code = code;
    gate->ends = failure;
}

static void with_player(struct gate *gate, const gwc_desc *desc)
{
    gate_open(gate, desc);
    gate_say_create(gate, true, PLAYER, "Avatar", "80");
    gate_turn(gate, 0);
    buf_clear(&gate->diary);
    buf_clear(&gate->from_client); /* the first heartbeat */
}

static void opening_connects_in_the_next_turn(void **state)
{
    (void)state;
    struct gate gate = {.is_silent = true};
    gate_open(&gate, &(gwc_desc){0});
    assert_int_equal(gate.dials, 0);
    assert_int_equal(gwc_timeout_ms(gate.client, 0), 0);
    gate_turn(&gate, 0);
    assert_int_equal(gate.dials, 1);
    assert_int_equal(gwc_state_of(gate.client), GWC_CONNECTING);
    assert_int_equal(gwc_timeout_ms(gate.client, 0), 10000);
    assert_int_equal(gwc_events(gate.client), POLLOUT);
    gate.is_silent = false;
    gate_turn(&gate, 20);
    assert_int_equal(gwc_state_of(gate.client), GWC_OPEN);
    assert_int_equal(gwc_events(gate.client), POLLIN);
    assert_int_equal(gwc_fd(gate.client), 77);
    gate_expect(&gate, "open");
    gate_close(&gate);
}

static void an_attempt_that_takes_too_long_is_given_up(void **state)
{
    (void)state;
    struct gate gate = {.is_silent = true};
    gate_open(&gate, &(gwc_desc){.no_reconnect = true, .connect_timeout_ms = 100});
    gate_turn(&gate, 0);
    gate_turn(&gate, 99);
    assert_int_equal(gwc_state_of(gate.client), GWC_CONNECTING);
    gate_turn(&gate, 1);
    gate_expect(&gate, "closed: the server does not answer");
    assert_int_equal(gwc_state_of(gate.client), GWC_CLOSED);
    assert_int_equal(gwc_timeout_ms(gate.client, 0), -1);
    gate_close(&gate);
}

static void heartbeats_leave_in_time(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_open(&gate, &(gwc_desc){.heartbeat_ms = 1000});
    gate_turn(&gate, 0);
    gate_expect_sent(&gate, HEARTBEAT); /* at once */
    assert_int_equal(gwc_timeout_ms(gate.client, 0), 1000);
    gate_turn(&gate, 999);
    gate_expect_sent(&gate, "");
    gate_turn(&gate, 1);
    gate_expect_sent(&gate, HEARTBEAT);
    gate_close(&gate);
}

static void a_negative_interval_sends_no_heartbeats(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_open(&gate, &(gwc_desc){.heartbeat_ms = -1});
    gate_turn(&gate, 0);
    assert_int_equal(gwc_timeout_ms(gate.client, 0), -1);
    gate_turn(&gate, 1000 * 1000);
    gate_expect_sent(&gate, "");
    gate_close(&gate);
}

#define ASK_FOR_ONE "06000000 1c0c 00000000"
#define ASK_WITH(token) "16000000 1c0c 10000000" token
#define TOKEN_1 "11111111111111111111111111111111"
#define TOKEN_2 "22222222222222222222222222222222"
#define ANSWER(returned, token) "1d0c" returned "10000000" token "204e0000"

/* Has a seat with the first token, and its player. */
static void with_seat(struct gate *gate)
{
    gate_open(gate, &(gwc_desc){.come_back = true, .heartbeat_ms = -1, .seed = 1});
    gate_turn(gate, 0);
    gate_expect_sent(gate, ASK_FOR_ONE);
    gate_say_hex(gate, ANSWER("00", TOKEN_1));
    gate_say_create(gate, true, PLAYER, "Avatar", "80");
    gate_turn(gate, 0);
    buf_clear(&gate->diary);
}

static void break_connection(struct gate *gate, struct failure *failure)
{
    fail_with(gate, failure, 0, "the network is gone");
    gate_turn(gate, 0);
    gate->ends = NULL;
    buf_clear(&gate->diary);
    gate_turn(gate, 500);
}

static void a_client_that_comes_back_sees_its_player(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct failure failure = {0};
    with_seat(&gate);
    break_connection(&gate, &failure);
    gate_expect_sent(&gate, ASK_WITH(TOKEN_1));
    gate_say_create(&gate, true, OTHER, "Account", "80"); /* of the connection, not of the client */
    gate_turn(&gate, 0);
    gate_expect(&gate, "open");
    gate_say_hex(&gate, ANSWER("01", TOKEN_2));
    gate_say_create(&gate, true, PLAYER, "Avatar", "80");
    gate_turn(&gate, 0);
    gate_expect(&gate, "create Avatar {}; player Avatar");
    gwc_close(gate.client);
    gate_expect_sent(&gate, "02000000 1e0c");
    gwc_open(gate.client);
    gate_turn(&gate, 0);
    gate_expect_sent(&gate, ASK_FOR_ONE);
    gate_close(&gate);
}

static void a_client_that_is_not_known_any_more_begins_anew(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct failure failure = {0};
    with_seat(&gate);
    break_connection(&gate, &failure);
    gate_say_create(&gate, true, OTHER, "Account", "80");
    gate_say_hex(&gate, ANSWER("00", TOKEN_2));
    gate_turn(&gate, 0);
    gate_expect(&gate, "open; create Account {}; player Account");
    gate_close(&gate);
}

static void a_wrong_answer_about_a_seat_ends_the_connection(void **state)
{
    (void)state;
    static const char *const answers[] = {ANSWER("01", TOKEN_1), /* nothing was asked for */
                                          "1d0c 00 11000000" TOKEN_1 "33 204e0000", "1d0c"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct gate gate = {0};
        gate_open(&gate, &(gwc_desc){.come_back = true, .no_reconnect = true});
        gate_turn(&gate, 0);
        gate_say_hex(&gate, answers[i]);
        gate_turn(&gate, 0);
        assert_int_equal(gwc_state_of(gate.client), GWC_CLOSED);
        gate_close(&gate);
    }
}

static void calls_travel_as_the_protocol_says(void **state)
{
    (void)state;
    struct gate gate = {0};
    with_player(&gate, &(gwc_desc){0});
    gwc_entity *player = gwc_player(gate.client);
    assert_int_equal(gwc_call(gate.client, player, "Hi"), GWC_OK);
    assert_true(gwc_events(gate.client) & POLLOUT);
    gate_turn(&gate, 0);
    gate_expect_sent(&gate, "1a000000 0b00 61774e454b4768736767736c41414143 02000000 4869 0000");
    assert_int_equal(gwc_call(gate.client, player, "A", gwc_i64(1), gwc_f32(1.5f), gwc_f64(1.5),
                              gwc_bool(true), gwc_str("hé"), gwc_bytes("\x01", 1), gwc_nil(),
                              gwc_u64(UINT64_MAX), gwc_str(NULL)),
                     GWC_OK);
    gate_turn(&gate, 0);
    gate_expect_sent(&gate, "67000000 0b00 61774e454b4768736767736c41414143 01000000 41 0900"
                            "09000000 d30000000000000001 05000000 ca3fc00000"
                            "09000000 cb3ff8000000000000 01000000 c3 04000000 a368c3a9"
                            "03000000 c40101 01000000 c0 09000000 cfffffffffffffffff"
                            "01000000 a0");
    gate_close(&gate);
}

static void a_move_is_told_to_the_server_and_seen_here(void **state)
{
    (void)state;
    struct gate gate = {0};
    with_player(&gate, &(gwc_desc){0});
    gwc_entity *player = gwc_player(gate.client);
    assert_int_equal(gwc_move(gate.client, player, (gwc_vec3){1, 2, 3}, 4), GWC_OK);
    assert_true(gwc_entity_position(player).z == 3 && gwc_entity_yaw(player) == 4);
    assert_int_equal(gwc_move(gate.client, player, (gwc_vec3){1, 0.0f / 0.0f, 3}, 4), GWC_EINVAL);
    gate_turn(&gate, 0);
    gate_expect_sent(&gate, "22000000 0c00 61774e454b4768736767736c41414143"
                            "0000803f 00000040 00004040 00008040");
    gate_close(&gate);
}

static void a_call_that_cannot_be_made_says_why(void **state)
{
    (void)state;
    struct gate gate = {0};
    char name[130] = {0};
    gwc_arg many[257];
    memset(name, 'n', 129);
    for (size_t i = 0; i < 256; i++)
        many[i] = gwc_nil();
    many[256] = gwc_arg_of(GWC_ARG_END);
    with_player(&gate, &(gwc_desc){0});
    gwc_entity *player = gwc_player(gate.client);
    assert_int_equal(gwc_call(gate.client, NULL, "Hi"), GWC_EAWAY);
    assert_int_equal(gwc_call(gate.client, player, ""), GWC_EINVAL);
    assert_int_equal(gwc_call(gate.client, player, name), GWC_EINVAL);
    assert_int_equal(gwc_call_args(gate.client, player, "Hi", many), GWC_EINVAL);
    assert_int_equal(gwc_call(gate.client, player, "Hi", gwc_bytes(name, (size_t)33 << 20)),
                     GWC_EINVAL);
    gate_turn(&gate, 0);
    gate_expect_sent(&gate, "");
    gate_close(&gate);
}

static void what_the_transport_does_not_take_waits(void **state)
{
    (void)state;
    struct gate gate = {0};
    with_player(&gate, &(gwc_desc){0});
    gate.room_bytes = 10;
    assert_int_equal(gwc_call(gate.client, gwc_player(gate.client), "Hi"), GWC_OK);
    gate_turn(&gate, 0);
    assert_int_equal(gate.from_client.size, 10);
    assert_true(gwc_events(gate.client) & POLLOUT);
    gate.room_bytes = SIZE_MAX;
    gate_turn(&gate, 0);
    gate_expect_sent(&gate, "1a000000 0b00 61774e454b4768736767736c41414143 02000000 4869 0000");
    gate_close(&gate);
}

static void a_server_that_does_not_read_is_given_up(void **state)
{
    (void)state;
    struct gate gate = {0};
    char text[100] = {0};
    with_player(&gate, &(gwc_desc){.send_bytes_max = 1000, .no_reconnect = true});
    gwc_entity *player = gwc_player(gate.client);
    gate.room_bytes = 0;
    gwc_err err = GWC_OK;
    for (unsigned i = 0; i < 20 && !err; i++)
        err = gwc_call(gate.client, player, "Hi", gwc_bytes(text, sizeof text));
    assert_int_equal(err, GWC_EFULL);
    assert_int_equal(gwc_call(gate.client, player, "Hi"), GWC_EFULL);
    assert_int_equal(gwc_timeout_ms(gate.client, gate.now_ms), 0);
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; closed: the server does not read what is sent to it");
    gate_close(&gate);
}

static void a_packet_that_never_fits_is_refused_and_the_connection_stays(void **state)
{
    (void)state;
    struct gate gate = {0};
    char text[1000] = {0};
    with_player(&gate, &(gwc_desc){.send_bytes_max = 1000});
    gwc_entity *player = gwc_player(gate.client);
    assert_int_equal(gwc_call(gate.client, player, "Hi", gwc_bytes(text, sizeof text)), GWC_EINVAL);
    assert_int_equal(gwc_call(gate.client, player, "Hi"), GWC_OK);
    gate_close(&gate);
}

static void a_loss_is_followed_by_attempts_that_become_rarer(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct failure failure;
    with_player(&gate, &(gwc_desc){.reconnect_max_ms = 3000});
    fail_with(&gate, &failure, 0, "gone");
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; closed again: gone");
    gate.refuses = true;
    for (int64_t ceiling_ms = 500; ceiling_ms < 8000; ceiling_ms *= 2) {
        int64_t most_ms = ceiling_ms < 3000 ? ceiling_ms : 3000;
        int wait_ms = gwc_timeout_ms(gate.client, gate.now_ms);
        assert_int_equal(gwc_state_of(gate.client), GWC_WAITING);
        assert_in_range(wait_ms, most_ms / 2, most_ms);
        unsigned dials = gate.dials;
        gate_turn(&gate, wait_ms - 1);
        assert_int_equal(gate.dials, dials);
        gate_turn(&gate, 1);
        assert_int_equal(gate.dials, dials + 1);
        gate_expect(&gate, "closed again: refused");
    }
    gate.refuses = false;
    assert_int_equal(gwc_open(gate.client), GWC_OK);
    gate_turn(&gate, 0);
    gate_expect(&gate, "open");
    gate_close(&gate);
}

static void note_attempt(gwc_client *client, const gwc_loss *loss)
{
    gate_note(gwc_user(client), "attempt %u", loss->attempt);
}

static void a_connection_that_lasted_counts_as_good(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct failure failure;
    gate_open(&gate, &(gwc_desc){.on_closed = note_attempt});
    for (unsigned i = 0; i < 2; i++) {
        gate_turn(&gate, 0);
        fail_with(&gate, &failure, 0, "gone");
        gate_turn(&gate, 0);
        gwc_open(gate.client);
    }
    gate_expect(&gate, "open; attempt 1; open; attempt 2");
    gate_turn(&gate, 0);
    fail_with(&gate, &failure, 0, "gone");
    gate_turn(&gate, 5000);
    gate_expect(&gate, "open; attempt 1");
    gate_close(&gate);
}

static void a_client_that_the_game_closed_stays_closed(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct failure failure;
    with_player(&gate, &(gwc_desc){0});
    fail_with(&gate, &failure, 4001, "another one has come");
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; closed kicked: another one has come");
    assert_int_equal(gwc_state_of(gate.client), GWC_CLOSED);
    gate_close(&gate);
}

static void a_client_that_the_game_closed_comes_back_if_it_wants(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct failure failure;
    with_player(&gate, &(gwc_desc){.reconnect_after_kick = true});
    fail_with(&gate, &failure, 4001, "another one has come");
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; closed kicked again: another one has come");
    gate_close(&gate);
}

static void a_client_that_the_game_never_took_tries_again(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct failure failure;
    gate_open(&gate, &(gwc_desc){0});
    fail_with(&gate, &failure, 4001, "not now");
    gate_turn(&gate, 0);
    gate_expect(&gate, "open; closed again: not now");
    gate_close(&gate);
}

static void closing_sends_what_waits_and_destroys_the_last_entity_first(void **state)
{
    (void)state;
    struct gate gate = {0};
    with_player(&gate, &(gwc_desc){0});
    gate_say_create(&gate, false, OTHER, "Monster", "80");
    gate_turn(&gate, 0);
    buf_clear(&gate.diary);
    gwc_call(gate.client, gwc_player(gate.client), "Hi");
    gwc_close(gate.client);
    gate_expect_sent(&gate, "1a000000 0b00 61774e454b4768736767736c41414143 02000000 4869 0000");
    gate_expect(&gate, "destroy Monster; destroy Avatar; closed");
    assert_int_equal(gwc_call(gate.client, NULL, "Hi"), GWC_EAWAY);
    gwc_close(gate.client);
    gate_expect(&gate, "");
    assert_int_equal(gwc_open(gate.client), GWC_OK);
    gate_turn(&gate, 0);
    gate_expect(&gate, "open");
    gate_close(&gate);
}

static void close_at_call(gwc_client *client, gwc_entity *entity, const char *method,
                          const gwc_value *args)
{
    (void)args;
    gate_note(gwc_user(client), "%s", method);
    gwc_close(client);
    assert_int_equal(gwc_state_of(client), GWC_CLOSED);
    assert_int_equal(gwc_open(client), GWC_EAWAY);
    assert_int_equal(gwc_call(client, entity, "Hi"), GWC_EAWAY);
    assert_string_equal(gwc_entity_type(entity), "Avatar"); /* it is still there */
}

static void closing_in_a_handler_takes_effect_behind_it(void **state)
{
    (void)state;
    struct gate gate = {0};
    with_player(&gate, &(gwc_desc){.on_call = close_at_call});
    gate_say_call(&gate, PLAYER, "First", "0000");
    gate_say_call(&gate, PLAYER, "Second", "0000");
    gate_say_create(&gate, false, OTHER, "Monster", "80");
    gate_turn(&gate, 0);
    gate_expect(&gate, "First; destroy Avatar; closed");
    gate_close(&gate);
}

static void process_at_call(gwc_client *client, gwc_entity *entity, const char *method,
                            const gwc_value *args)
{
    (void)entity, (void)args;
    gwc_process(client, 0);
    assert_true(gwc_run(client, 0));
    gate_note(gwc_user(client), "%s", method);
}

static void a_handler_cannot_start_a_turn_inside_the_turn(void **state)
{
    (void)state;
    struct gate gate = {0};
    with_player(&gate, &(gwc_desc){.on_call = process_at_call});
    gate_say_call(&gate, PLAYER, "First", "0000");
    gate_say_call(&gate, PLAYER, "Second", "0000");
    gate.piece_bytes = 7;
    for (unsigned i = 0; i < 3; i++)
        gate_turn(&gate, 0);
    gate_expect(&gate, "First; Second");
    gate_close(&gate);
}

static void open_at_close(gwc_client *client, const gwc_loss *loss)
{
    gate_note(gwc_user(client), "closed%s", loss->again ? " again" : "");
    assert_int_equal(gwc_open(client), GWC_OK);
}

static void on_closed_may_open_again(void **state)
{
    (void)state;
    struct gate gate = {0};
    struct failure failure;
    with_player(&gate, &(gwc_desc){.on_closed = open_at_close, .no_reconnect = true});
    fail_with(&gate, &failure, 0, "gone");
    gate_turn(&gate, 0);
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; closed; open");
    gwc_close(gate.client);
    gate_turn(&gate, 0);
    gate_expect(&gate, "closed; open");
    gate.client->desc.on_closed = NULL;
    gate_close(&gate);
}

static void lengths_that_are_none_end_the_connection(void **state)
{
    static const struct {
        const char *bytes, *why;
    } cases[] = {
        {"00000000", "the server breaks the protocol: a packet has no type"},
        {"01000000", "the server breaks the protocol: a packet has no type"},
        {"01100000", "a packet is longer than packet_bytes_max, or there is no server of this "
                     "protocol"},
        {"48545450", "a packet is longer than packet_bytes_max, or there is no server of this "
                     "protocol"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate gate = {0};
        char told[256];
        gate_open(&gate, &(gwc_desc){.no_reconnect = true, .packet_bytes_max = 4096});
        hex_append(&gate.to_client, cases[i].bytes);
        gate_turn(&gate, 0);
        snprintf(told, sizeof told, "open; closed: %s", cases[i].why);
        gate_expect(&gate, told);
        gate_close(&gate);
    }
}

static void an_entity_keeps_what_the_program_hangs_on_it(void **state)
{
    (void)state;
    struct gate gate = {0};
    int own;
    with_player(&gate, &(gwc_desc){0});
    assert_null(gwc_entity_user(gwc_player(gate.client)));
    gwc_entity_set_user(gwc_player(gate.client), &own);
    assert_ptr_equal(gwc_entity_user(gwc_player(gate.client)), &own);
    gate_close(&gate);
}

static void an_address_that_is_none_is_refused(void **state)
{
    static const char *const addresses[] = {"",
                                            "14001",
                                            ":14001",
                                            "host",
                                            "http://127.0.0.1:1/",
                                            "ws://",
                                            "tcp://",
                                            "ws:///ws",
                                            "127.0.0.1:66000",
                                            "ws://127.0.0.1:1/a b",
                                            "ws://127.0.0.1:1/a\r\nHost: b"};
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        gwc_client *client = gwc_create(&(gwc_desc){.address = addresses[i]});
        assert_int_equal(gwc_open(client), GWC_EINVAL);
        gwc_destroy(client);
    }
    gwc_client *client = gwc_create(&(gwc_desc){0});
    assert_int_equal(gwc_open(client), GWC_EINVAL);
    gwc_close(client);
    assert_false(gwc_run(client, -1));
    gwc_destroy(client);
    gwc_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_connects_in_the_next_turn),
        cmocka_unit_test(an_attempt_that_takes_too_long_is_given_up),
        cmocka_unit_test(heartbeats_leave_in_time),
        cmocka_unit_test(a_negative_interval_sends_no_heartbeats),
        cmocka_unit_test(a_client_that_comes_back_sees_its_player),
        cmocka_unit_test(a_client_that_is_not_known_any_more_begins_anew),
        cmocka_unit_test(a_wrong_answer_about_a_seat_ends_the_connection),
        cmocka_unit_test(calls_travel_as_the_protocol_says),
        cmocka_unit_test(a_move_is_told_to_the_server_and_seen_here),
        cmocka_unit_test(a_call_that_cannot_be_made_says_why),
        cmocka_unit_test(what_the_transport_does_not_take_waits),
        cmocka_unit_test(a_server_that_does_not_read_is_given_up),
        cmocka_unit_test(a_packet_that_never_fits_is_refused_and_the_connection_stays),
        cmocka_unit_test(a_loss_is_followed_by_attempts_that_become_rarer),
        cmocka_unit_test(a_connection_that_lasted_counts_as_good),
        cmocka_unit_test(a_client_that_the_game_closed_stays_closed),
        cmocka_unit_test(a_client_that_the_game_closed_comes_back_if_it_wants),
        cmocka_unit_test(a_client_that_the_game_never_took_tries_again),
        cmocka_unit_test(closing_sends_what_waits_and_destroys_the_last_entity_first),
        cmocka_unit_test(closing_in_a_handler_takes_effect_behind_it),
        cmocka_unit_test(a_handler_cannot_start_a_turn_inside_the_turn),
        cmocka_unit_test(on_closed_may_open_again),
        cmocka_unit_test(lengths_that_are_none_end_the_connection),
        cmocka_unit_test(an_entity_keeps_what_the_program_hangs_on_it),
        cmocka_unit_test(an_address_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
