/* The chatroom over simulated clusters of several sizes: what people see, also when some of them
 * misbehave. */
#include "cluster.h"

#include "../../examples/chatroom_demo/chatroom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PEOPLE 20

static const gw_entity_type *const types[] = {&Account_type, &Avatar_type, NULL};
static const gw_game chatroom = {.types = types};

static struct cluster *cluster_of(uint64_t seed, unsigned each)
{
    return cluster_create(&(struct cluster_desc){.seed = seed,
                                                 .dispatchers = each,
                                                 .games = each,
                                                 .gates = each,
                                                 .game = &chatroom,
                                                 .boot_entity = "Account"});
}

static const char registered[] = "ShowInfo(注册成功，请点击登录)";

static void register_name(struct bot *client, const char *name)
{
    assert_true(bot_wait(client, "create Account"));
    bot_call(client, "Register", name, "secret", NULL);
    assert_true(bot_wait(client, registered));
}

static void log_in(struct bot *client, const char *name)
{
    bot_call(client, "Login", name, "secret", NULL);
    assert_true(bot_wait(client, "destroy Account"));
    assert_true(bot_wait(client, "create Avatar"));
}

static void name_of(char *name, size_t i)
{
    sprintf(name, "person%zu", i);
}

/* Registers and logs in; the gates are taken in turn. */
static void bring_in(struct cluster *c, struct bot *people, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[32];
        name_of(name, i);
        bot_open(&people[i], c, (unsigned)(i % c->desc.gates));
        register_name(&people[i], name);
        log_in(&people[i], name);
    }
}

static void send_away(struct bot *people, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bot_free(&people[i]);
}

/* ---- what people see ------------------------------------------------------------------------ */

static size_t channel_of(size_t person)
{
    return person % 3;
}

static void join_channels(struct bot *people)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        char text[64];
        sprintf(text, "/join channel%zu", channel_of(i));
        bot_call(&people[i], "SendChat", text, NULL);
    }
    for (size_t i = 0; i < PEOPLE; i++) {
        char line[64];
        sprintf(line, "chatroom=channel%zu", channel_of(i));
        assert_true(bot_wait(&people[i], line));
    }
}

/* Everybody says three things; each reaches exactly those in the channel, in order. */
static void chat_and_check(struct bot *people)
{
    for (unsigned round = 0; round < 3; round++)
        for (size_t i = 0; i < PEOPLE; i++) {
            char text[64];
            sprintf(text, "message %u", round);
            bot_call(&people[i], "SendChat", text, NULL);
        }
    for (size_t i = 0; i < PEOPLE; i++)
        for (size_t speaker = 0; speaker < PEOPLE; speaker++) {
            if (channel_of(i) != channel_of(speaker))
                continue;
            people[i].mark = 0; /* speakers are heard side by side */
            for (unsigned round = 0; round < 3; round++) {
                char line[128];
                sprintf(line, "OnRecvChat(person%zu,message %u)", speaker, round);
                assert_true(bot_wait(&people[i], line));
            }
        }
}

static void assert_each_heard_once(const struct bot *people)
{
    for (size_t i = 0; i < PEOPLE; i++)
        for (size_t speaker = 0; speaker < PEOPLE; speaker++) {
            char line[128];
            sprintf(line, "OnRecvChat(person%zu,message 1)", speaker);
            assert_int_equal(bot_count(&people[i], line), channel_of(i) == channel_of(speaker));
        }
}

static void play_chat(uint64_t seed, unsigned each)
{
    static struct bot people[PEOPLE];
    struct cluster *c = cluster_of(seed, each);
    bring_in(c, people, PEOPLE);
    join_channels(people);
    chat_and_check(people);
    assert_each_heard_once(people);
    send_away(people, PEOPLE);
    cluster_destroy(c);
}

static void twenty_people_hear_exactly_their_channel(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(2); seed++)
        for (unsigned each = 1; each <= 3; each += 2)
            play_chat(seed, each);
}

static void of_two_who_claim_one_name_exactly_one_gets_it(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(5); seed++) {
        static struct bot first, second;
        struct cluster *c = cluster_of(seed, 2);
        bot_open(&first, c, 0);
        bot_open(&second, c, 1);
        assert_true(bot_wait(&first, "create Account"));
        assert_true(bot_wait(&second, "create Account"));
        bot_call(&first, "Register", "same", "secret", NULL);
        bot_call(&second, "Register", "same", "secret", NULL);
        static const char taken[] = "ShowError(这个账号已经存在)";
        sim_run_for(c->sim, 2000);
        assert_int_equal(bot_count(&first, registered) + bot_count(&second, registered), 1);
        assert_int_equal(bot_count(&first, taken) + bot_count(&second, taken), 1);
        bot_free(&first);
        bot_free(&second);
        cluster_destroy(c);
    }
}

static void a_wrong_password_and_an_unknown_name_are_refused(void **state)
{
    (void)state;
    static struct bot client;
    struct cluster *c = cluster_of(1, 1);
    bot_open(&client, c, 0);
    register_name(&client, "me");
    bot_call(&client, "Login", "me", "guess", NULL);
    assert_true(bot_wait(&client, "ShowError(密码错误)"));
    bot_call(&client, "Login", "you", "secret", NULL);
    assert_true(bot_wait(&client, "ShowError(账号不存在)"));
    bot_call(&client, "Register", "", "secret", NULL);
    assert_true(bot_wait(&client, "ShowError(用户名或密码格式不正确)"));
    log_in(&client, "me");
    bot_free(&client);
    cluster_destroy(c);
}

/* The avatar of the old connection is being saved while it is loaded again, on whatever game. */
static void who_comes_back_at_once_always_gets_in(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(10); seed++) {
        static struct bot before, after;
        struct cluster *c = cluster_of(seed, 2);
        bot_open(&before, c, 0);
        register_name(&before, "me");
        log_in(&before, "me");
        bot_open(&after, c, 1);
        assert_true(bot_wait(&after, "create Account"));
        bot_close(&before);
        sim_run_for(c->sim, (int64_t)random_below(sim_random(c->sim), 8));
        log_in(&after, "me");
        bot_call(&after, "SendChat", "back", NULL);
        assert_true(bot_wait(&after, "OnRecvChat(me,back)"));
        bot_free(&before);
        bot_free(&after);
        cluster_destroy(c);
    }
}

static void a_second_login_takes_the_avatar_over(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= cluster_seeds(3); seed++) {
        static struct bot before, after;
        struct cluster *c = cluster_of(seed, 2);
        bot_open(&before, c, 0);
        register_name(&before, "me");
        log_in(&before, "me");
        bot_open(&after, c, 1);
        assert_true(bot_wait(&after, "create Account"));
        log_in(&after, "me");
        assert_true(bot_wait_closed(&before));
        bot_call(&after, "SendChat", "mine", NULL);
        assert_true(bot_wait(&after, "OnRecvChat(me,mine)"));
        bot_free(&before);
        bot_free(&after);
        cluster_destroy(c);
    }
}

/* ---- who misbehaves ------------------------------------------------------------------------- */

/* An honest person still chats: nobody was harmed. */
static void assert_unharmed(struct bot *honest)
{
    bot_call(honest, "SendChat", "still here", NULL);
    assert_true(bot_wait(honest, "OnRecvChat(person0,still here)"));
}

static void nobody_speaks_through_the_avatar_of_another(void **state)
{
    (void)state;
    static struct bot people[2];
    struct cluster *c = cluster_of(1, 1);
    bring_in(c, people, 2);
    bot_call_entity(&people[1], people[0].player, "SendChat", "I am person0", NULL);
    bot_call_entity(&people[1], people[0].player, "NoSuchMethod", NULL);
    bot_call(&people[1], "SendChat", "one", "two", "three", NULL);
    assert_unharmed(&people[0]);
    assert_int_equal(bot_count(&people[0], "OnRecvChat(person0,I am person0)"), 0);
    assert_int_equal(world_stats(game_world(c->games[0].core))->calls_refused, 3);
    assert_false(people[1].closed); /* refused calls cost no connection */
    send_away(people, 2);
    cluster_destroy(c);
}

static void what_no_client_may_send_closes_its_connection(void **state)
{
    (void)state;
    static struct bot honest, rogue;
    struct cluster *c = cluster_of(1, 1);
    bring_in(c, &honest, 1);
    static const uint16_t forbidden[] = {MSG_CALL_ENTITY_METHOD,
                                         MSG_SET_GAME_ID,
                                         MSG_NOTIFY_CLIENT_DISCONNECTED,
                                         MSG_CALL_FILTERED_CLIENTS,
                                         MSG_GIVE_CLIENT,
                                         0,
                                         65535};
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        uint8_t payload[40] = {(uint8_t)forbidden[i], (uint8_t)(forbidden[i] >> 8)};
        bot_open(&rogue, c, 0);
        assert_true(bot_wait(&rogue, "create Account"));
        bot_send(&rogue, payload, sizeof payload);
        assert_true(bot_wait_closed(&rogue));
        bot_free(&rogue);
    }
    assert_unharmed(&honest);
    bot_free(&honest);
    cluster_destroy(c);
}

/* A call whose bytes are changed or cut at random is refused, or its connection closed; never more
 * than that. */
static void random_packets_harm_nobody(void **state)
{
    (void)state;
    static struct bot honest, rogue;
    struct cluster *c = cluster_of(7, 1);
    struct random *random = sim_random(c->sim);
    bring_in(c, &honest, 1);
    for (unsigned i = 0; i < 300; i++) {
        bot_open(&rogue, c, 0);
        assert_true(bot_wait(&rogue, "create Account"));
        struct buf payload = {0};
        write_u16(&payload, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
        write_id(&payload, rogue.player);
        write_str(&payload, "Login");
        write_bytes(&payload, "\2\0\3\0\0\0\xa2me\3\0\0\0\xa2pw", 16);
        for (unsigned flips = 0; flips < 3; flips++)
            payload.data[random_below(random, payload.size)] ^= (uint8_t)random_next(random);
        bot_send(&rogue, payload.data, 2 + random_below(random, payload.size - 1));
        buf_free(&payload);
        bot_free(&rogue);
    }
    assert_unharmed(&honest);
    bot_free(&honest);
    cluster_destroy(c);
}

static void who_does_not_read_is_disconnected_and_nobody_else(void **state)
{
    (void)state;
    static struct bot people[3];
    struct cluster_desc desc = {.seed = 3,
                                .dispatchers = 1,
                                .games = 1,
                                .gates = 1,
                                .game = &chatroom,
                                .boot_entity = "Account",
                                .gate_limits = {.client_send_queue_max = 65536}};
    struct cluster *c = cluster_create(&desc);
    bring_in(c, people, 3);
    sim_stall(people[2].link, true);
    char text[1500];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    for (unsigned i = 0; i < 300; i++) {
        bot_call(&people[0], "SendChat", text, NULL);
        sim_run_for(c->sim, 10);
    }
    assert_int_equal(gate_stats(c->gates[0])->clients, 2);
    sim_stall(people[2].link, false);
    assert_true(bot_wait_closed(&people[2]));
    assert_unharmed(&people[0]);
    assert_true(bot_wait(&people[1], "OnRecvChat(person0,still here)"));
    send_away(people, 3);
    cluster_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_people_hear_exactly_their_channel),
        cmocka_unit_test(of_two_who_claim_one_name_exactly_one_gets_it),
        cmocka_unit_test(a_wrong_password_and_an_unknown_name_are_refused),
        cmocka_unit_test(who_comes_back_at_once_always_gets_in),
        cmocka_unit_test(a_second_login_takes_the_avatar_over),
        cmocka_unit_test(nobody_speaks_through_the_avatar_of_another),
        cmocka_unit_test(what_no_client_may_send_closes_its_connection),
        cmocka_unit_test(random_packets_harm_nobody),
        cmocka_unit_test(who_does_not_read_is_disconnected_and_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
