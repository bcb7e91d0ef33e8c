/* The chatroom over simulated clusters of several sizes: what people see, also when some of them
 * misbehave. */
#include "net/random.h"
#include "wire/messages.h"

#include "../../examples/chatroom_demo/chatroom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <goworld/sim.h>

#define PEOPLE 20

static const gw_entity_type *const types[] = {&Account_type, &Avatar_type, NULL};
static const gw_game chatroom = {.types = types};

static const char registered[] = "ShowInfo(注册成功，请点击登录)";
static const char taken[] = "ShowError(这个账号已经存在)";

static void register_name(gw_sim_client *client, const char *name)
{
    gw_sim_expect(client, "create Account");
    gw_sim_call(client, "Register", "ss", name, "secret");
    gw_sim_expect(client, registered);
}

static void log_in(gw_sim_client *client, const char *name)
{
    gw_sim_call(client, "Login", "ss", name, "secret");
    gw_sim_expect(client, "destroy Account");
    gw_sim_expect(client, "create Avatar");
}

static gw_sim_client *come(gw_sim *sim, unsigned gate, const char *name)
{
    gw_sim_client *client = gw_sim_connect(sim, gate);
    register_name(client, name);
    log_in(client, name);
    return client;
}

/* person0, person1 and so on; the gates are taken in turn. */
static void bring_in(gw_sim *sim, unsigned gates, gw_sim_client **people, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "person%u", i);
        people[i] = come(sim, 1 + i % gates, name);
    }
}

/* ---- what people see ------------------------------------------------------------------------ */

static unsigned channel_of(unsigned person)
{
    return person % 3;
}

static void join_channels(gw_sim_client **people)
{
    for (unsigned i = 0; i < PEOPLE; i++) {
        char text[64];
        snprintf(text, sizeof text, "/join channel%u", channel_of(i));
        gw_sim_call(people[i], "SendChat", "s", text);
    }
    for (unsigned i = 0; i < PEOPLE; i++)
        gw_sim_expect(people[i], "chatroom=channel%u", channel_of(i));
}

/* Everybody says three things; each reaches exactly those in the channel, in order. */
static void chat(gw_sim_client **people)
{
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < PEOPLE; i++) {
            char text[64];
            snprintf(text, sizeof text, "message %u", round);
            gw_sim_call(people[i], "SendChat", "s", text);
        }
}

static void hear(gw_sim_client *listener, unsigned speaker)
{
    gw_sim_look_again(listener); /* speakers are heard side by side */
    for (unsigned round = 0; round < 3; round++)
        gw_sim_expect(listener, "OnRecvChat(person%u,message %u)", speaker, round);
}

static void check_heard(gw_sim *sim, gw_sim_client **people, unsigned listener, unsigned speaker)
{
    bool hears = channel_of(listener) == channel_of(speaker);
    if (hears)
        hear(people[listener], speaker);
    GW_SIM_EXPECT(sim, gw_sim_times_seen(people[listener], "OnRecvChat(person%u,message 1)",
                                         speaker) == hears);
}

static void play_chat(gw_sim *sim, unsigned gates)
{
    gw_sim_client *people[PEOPLE];
    bring_in(sim, gates, people, PEOPLE);
    join_channels(people);
    chat(people);
    for (unsigned i = 0; i < PEOPLE; i++)
        for (unsigned speaker = 0; speaker < PEOPLE; speaker++)
            check_heard(sim, people, i, speaker);
}

static void chat_in_one(gw_sim *sim)
{
    play_chat(sim, 1);
}

static void chat_in_three(gw_sim *sim)
{
    play_chat(sim, 3);
}

static void claim_at_once(gw_sim *sim)
{
    gw_sim_client *first = gw_sim_connect(sim, 1), *second = gw_sim_connect(sim, 2);
    gw_sim_expect(first, "create Account");
    gw_sim_expect(second, "create Account");
    gw_sim_call(first, "Register", "ss", "same", "secret");
    gw_sim_call(second, "Register", "ss", "same", "secret");
    gw_sim_run(sim, 2000);
    GW_SIM_EXPECT(
        sim, gw_sim_times_seen(first, registered) + gw_sim_times_seen(second, registered) == 1);
    GW_SIM_EXPECT(sim, gw_sim_times_seen(first, taken) + gw_sim_times_seen(second, taken) == 1);
}

/* The avatar of the old connection is being saved while it is loaded again, on whatever game. */
static void come_back(gw_sim *sim)
{
    gw_sim_client *before = come(sim, 1, "me"), *after = gw_sim_connect(sim, 2);
    gw_sim_expect(after, "create Account");
    gw_sim_disconnect(before);
    gw_sim_run(sim, (int64_t)gw_sim_random(sim, 8));
    log_in(after, "me");
    gw_sim_call(after, "SendChat", "s", "back");
    gw_sim_expect(after, "OnRecvChat(me,back)");
}

static void take_over(gw_sim *sim)
{
    gw_sim_client *before = come(sim, 1, "me"), *after = gw_sim_connect(sim, 2);
    gw_sim_expect(after, "create Account");
    log_in(after, "me");
    gw_sim_expect(before, "closed: the peer closed the connection");
    gw_sim_call(after, "SendChat", "s", "mine");
    gw_sim_expect(after, "OnRecvChat(me,mine)");
}

#define TEST(what_holds, property, of_each)                                                        \
    static void what_holds(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        static const gw_sim_property holds = {.name = #property,                                   \
                                              .cluster = {.dispatchers = of_each,                  \
                                                          .games = of_each,                        \
                                                          .gates = of_each,                        \
                                                          .game = &chatroom,                       \
                                                          .boot_entity = "Account"},               \
                                              .run = property};                                    \
        assert_int_equal(gw_sim_check(&holds), 0);                                                 \
    }

TEST(twenty_people_hear_exactly_their_channel, chat_in_one, 1)
TEST(twenty_people_on_three_gates_hear_exactly_their_channel, chat_in_three, 3)
TEST(of_two_who_claim_one_name_exactly_one_gets_it, claim_at_once, 2)
TEST(who_comes_back_at_once_always_gets_in, come_back, 2)
TEST(a_second_login_takes_the_avatar_over, take_over, 2)

/* ---- one room ------------------------------------------------------------------------------- */

static gw_sim *room(uint64_t seed)
{
    return gw_sim_create(&(gw_sim_desc){
        .seed = seed, .game = &chatroom, .boot_entity = "Account", .client_send_queue_max = 65536});
}

static void a_wrong_password_and_an_unknown_name_are_refused(void **state)
{
    (void)state;
    gw_sim *sim = room(1);
    gw_sim_client *client = gw_sim_connect(sim, 1);
    register_name(client, "me");
    gw_sim_call(client, "Login", "ss", "me", "guess");
    gw_sim_expect(client, "ShowError(密码错误)");
    gw_sim_call(client, "Login", "ss", "you", "secret");
    gw_sim_expect(client, "ShowError(账号不存在)");
    gw_sim_call(client, "Register", "ss", "", "secret");
    gw_sim_expect(client, "ShowError(用户名或密码格式不正确)");
    log_in(client, "me");
    gw_sim_destroy(sim);
}

/* ---- who misbehaves ------------------------------------------------------------------------- */

/* An honest person still chats: nobody was harmed. */
static void assert_unharmed(gw_sim_client *honest)
{
    gw_sim_call(honest, "SendChat", "s", "still here");
    gw_sim_expect(honest, "OnRecvChat(person0,still here)");
}

static void nobody_speaks_through_the_avatar_of_another(void **state)
{
    (void)state;
    gw_sim *sim = room(1);
    gw_sim_client *people[2];
    bring_in(sim, 1, people, 2);
    gw_id victim = gw_sim_player(people[0]);
    gw_sim_call_entity(people[1], victim, "SendChat", "s", "I am person0");
    gw_sim_call_entity(people[1], victim, "NoSuchMethod", "");
    gw_sim_call(people[1], "SendChat", "sss", "one", "two", "three");
    assert_unharmed(people[0]);
    assert_int_equal(gw_sim_times_seen(people[0], "OnRecvChat(person0,I am person0)"), 0);
    assert_int_equal(gw_sim_metric(sim, "game1", "game_calls_refused_total"), 3);
    assert_true(gw_sim_is_open(people[1])); /* refused calls cost no connection */
    gw_sim_destroy(sim);
}

static void what_no_client_may_send_closes_its_connection(void **state)
{
    (void)state;
    gw_sim *sim = room(1);
    gw_sim_client *honest;
    bring_in(sim, 1, &honest, 1);
    static const uint16_t forbidden[] = {MSG_CALL_ENTITY_METHOD,
                                         MSG_SET_GAME_ID,
                                         MSG_NOTIFY_CLIENT_DISCONNECTED,
                                         MSG_CALL_FILTERED_CLIENTS,
                                         MSG_GIVE_CLIENT,
                                         0,
                                         65535};
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        uint8_t payload[40] = {(uint8_t)forbidden[i], (uint8_t)(forbidden[i] >> 8)};
        gw_sim_client *rogue = gw_sim_connect(sim, 1);
        gw_sim_expect(rogue, "create Account");
        gw_sim_send(rogue, payload, sizeof payload);
        gw_sim_expect(rogue, "closed: the peer closed the connection");
    }
    assert_unharmed(honest);
    gw_sim_destroy(sim);
}

/* A call of Login, some of whose bits are turned over, cut off anywhere. */
static void send_random_packet(gw_sim *sim, gw_sim_client *rogue)
{
    struct buf payload = {0};
    write_u16(&payload, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(&payload, gw_sim_player(rogue));
    write_str(&payload, "Login");
    write_bytes(&payload, "\2\0\3\0\0\0\xa2me\3\0\0\0\xa2pw", 16);
    for (unsigned flips = 0; flips < 3; flips++)
        payload.data[gw_sim_random(sim, payload.size)] ^= (uint8_t)gw_sim_random(sim, 256);
    gw_sim_send(rogue, payload.data, 2 + gw_sim_random(sim, payload.size - 1));
    buf_free(&payload);
}

/* Such a packet is refused, or its connection closed; never more than that. */
static void random_packets_harm_nobody(void **state)
{
    (void)state;
    gw_sim *sim = room(7);
    gw_sim_client *honest;
    bring_in(sim, 1, &honest, 1);
    for (unsigned i = 0; i < 300; i++) {
        gw_sim_client *rogue = gw_sim_connect(sim, 1);
        gw_sim_expect(rogue, "create Account");
        send_random_packet(sim, rogue);
        gw_sim_disconnect(rogue);
    }
    assert_unharmed(honest);
    gw_sim_destroy(sim);
}

static void who_does_not_read_is_disconnected_and_nobody_else(void **state)
{
    (void)state;
    gw_sim *sim = room(3);
    gw_sim_client *people[3];
    bring_in(sim, 1, people, 3);
    gw_sim_stall(people[2], true);
    char text[1500];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    for (unsigned i = 0; i < 300; i++) {
        gw_sim_call(people[0], "SendChat", "s", text);
        gw_sim_run(sim, 10);
    }
    assert_int_equal(gw_sim_metric(sim, "gate1", "gate_clients"), 2);
    gw_sim_stall(people[2], false);
    gw_sim_expect(people[2], "closed: the peer closed the connection");
    assert_unharmed(people[0]);
    gw_sim_expect(people[1], "OnRecvChat(person0,still here)");
    gw_sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_people_hear_exactly_their_channel),
        cmocka_unit_test(twenty_people_on_three_gates_hear_exactly_their_channel),
        cmocka_unit_test(of_two_who_claim_one_name_exactly_one_gets_it),
        cmocka_unit_test(who_comes_back_at_once_always_gets_in),
        cmocka_unit_test(a_second_login_takes_the_avatar_over),
        cmocka_unit_test(a_wrong_password_and_an_unknown_name_are_refused),
        cmocka_unit_test(nobody_speaks_through_the_avatar_of_another),
        cmocka_unit_test(what_no_client_may_send_closes_its_connection),
        cmocka_unit_test(random_packets_harm_nobody),
        cmocka_unit_test(who_does_not_read_is_disconnected_and_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
