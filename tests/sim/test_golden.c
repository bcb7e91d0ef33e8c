/* A session of GoWorld's own chatroom, repeated: our server sends the same bytes, but for the ids.
 */
#include "cluster.h"

#include "../../examples/chatroom_demo/chatroom.h"

#include "golden/dump.h"

static const gw_entity_type *const types[] = {&Account_type, &Avatar_type, NULL};
static const gw_game chatroom = {.types = types};

/* Everything the bot is sent: u32 size, payload. */
static struct buf recorded;
static const struct link_events *bot_events;

static void record(void *user, const uint8_t *payload, size_t size)
{
    write_var(&recorded, payload, size);
    bot_events->packet(user, payload, size);
}

static void closed(void *user, const char *reason)
{
    bot_events->closed(user, reason);
}

static const struct link_events recording = {.packet = record, .closed = closed};

static bool is_connected(void *user)
{
    return ((struct bot *)user)->link;
}

/* What the recorded client did; its first chat line is left out: in GoWorld's example it reaches
 * nobody. */
static void play(struct cluster *c, gw_id ids[3])
{
    static struct bot bot;
    bot_open(&bot, c, 0);
    assert_true(sim_run_until(c->sim, is_connected, &bot, 1000));
    bot_events = bot.link->events;
    bot.link->events = &recording;
    assert_true(bot_wait(&bot, "create Account"));
    ids[1] = bot.player;
    bot_call(&bot, "Register", "u2873", "pw", NULL);
    assert_true(bot_wait(&bot, "ShowInfo(注册成功，请点击登录)"));
    bot_call(&bot, "Login", "u2873", "pw", NULL);
    assert_true(bot_wait(&bot, "create Avatar"));
    ids[2] = bot.player;
    bot_call(&bot, "SendChat", "/join room2", NULL);
    assert_true(bot_wait(&bot, "chatroom=room2"));
    bot_call(&bot, "SendChat", "héllo 你好", NULL);
    assert_true(bot_wait(&bot, "OnRecvChat(u2873,héllo 你好)"));
    bot_call(&bot, "SendChat", "/nosuch", NULL);
    assert_true(bot_wait(&bot, "ShowError(无法识别的命令：nosuch)"));
    bot_free(&bot);
}

static void replace_ids(uint8_t *payload, size_t size, const gw_id *from, const gw_id *to)
{
    for (size_t at = 0; at + sizeof(gw_id) <= size; at++)
        for (size_t i = 0; i < 3; i++)
            if (memcmp(payload + at, from[i].text, sizeof(gw_id)) == 0)
                memcpy(payload + at, to[i].text, sizeof(gw_id));
}

static void the_server_sends_what_goworld_sent(void **state)
{
    (void)state;
    struct cluster *c = cluster_create(&(struct cluster_desc){.seed = 1,
                                                              .dispatchers = 1,
                                                              .games = 1,
                                                              .gates = 1,
                                                              .game = &chatroom,
                                                              .boot_entity = "Account"});
    static const gw_id golden[3] = {
        {"awNEKGhsggslAAAB"}, {"awNEKGhsggslAAAC"}, {"awNEKGhsggsZAAAB"}};
    gw_id ours[3];
    play(c, ours);
    struct reader r = reader_of(recorded.data, recorded.size);
    struct dump dump;
    dump_open(&dump, "chatroom");
    uint8_t payload[sizeof dump.payload];
    size_t lines = 0;
    for (; dump_next_from_server(&dump); lines++) {
        struct view sent = read_var(&r);
        assert_int_equal(sent.size, dump.size);
        memcpy(payload, sent.data, dump.size);
        if (lines == 0)
            memcpy(ours[0].text, payload + 4, sizeof(gw_id)); /* the client's id */
        replace_ids(payload, dump.size, ours, golden);
        assert_memory_equal(payload, dump.payload, dump.size);
    }
    assert_int_equal(lines, 7);
    assert_int_equal(reader_left(&r), 0);
    dump_close(&dump);
    buf_free(&recorded);
    cluster_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_server_sends_what_goworld_sent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
