/* A game among GoWorld's own processes: dispatchers that say no HELLO, and what they may send and
 * when; beside it, what a dispatcher of ours does differently. */
#include "cluster/session.h"
#include "rig.h"

#include <goworld/goworld.h>

#include <stdlib.h>

#define CLIENT "awNEKGhsggslAAAB"
#define ENTITY "awNEKGhsggslAAAC"
#define OTHER "AAAAAAAAAAAAAAAA"
#define GATE 7

/* ---- the game ------------------------------------------------------------------------------- */

typedef struct Account {
    gw_entity base;
} Account;
typedef struct Avatar {
    gw_entity base;
    int64_t level;
} Avatar;

static unsigned lost, connected; /* how often a hook ran */
static gw_err give_result;

#define ACCOUNT_RPC(RPC)                                                                           \
    RPC(Account, Give, GW_SERVER, (id, to))                                                        \
    RPC(Account, Close, GW_SERVER)
GW_RPC_DECLARE(ACCOUNT_RPC)

void Account_Give(Account *self, gw_id to)
{
    give_result = gw_give_client(&self->base, to);
}

void Account_Close(Account *self)
{
    gw_close_client(&self->base, "it wants so");
}

#define AVATAR_RPC(RPC) RPC(Avatar, Quit, GW_SERVER)
GW_RPC_DECLARE(AVATAR_RPC)

void Avatar_Quit(Avatar *self)
{
    gw_destroy(&self->base);
}

static void count_lost(gw_entity *self)
{
    (void)self;
    lost++;
}

static void count_connected(gw_entity *self)
{
    (void)self;
    connected++;
}

GW_RPC_DEFINE(Account, ACCOUNT_RPC)
GW_RPC_DEFINE(Avatar, AVATAR_RPC)
static const gw_entity_type Account_type = {.name = "Account",
                                            .size = sizeof(Account),
                                            .methods = Account_methods,
                                            .on_client_connected = count_connected,
                                            .on_client_lost = count_lost};
static const gw_attr Avatar_attrs[] = {GW_ATTR(Avatar, level, GW_CLIENT | GW_PERSISTENT),
                                       GW_ATTR_END};
static const gw_entity_type Avatar_type = {.name = "Avatar",
                                           .size = sizeof(Avatar),
                                           .attrs = Avatar_attrs,
                                           .methods = Avatar_methods,
                                           .persistent = true,
                                           .on_client_connected = count_connected,
                                           .on_client_lost = count_lost};
static const gw_entity_type *const types[] = {&Account_type, &Avatar_type, NULL};
static const gw_game game = {.types = types};

/* ---- its dispatcher ------------------------------------------------------------------------- */

static int set_up(void **state)
{
    lost = connected = 0;
    give_result = GW_OK;
    *state = rig_create(&game, "Account", 1);
    return 0;
}

static int tear_down(void **state)
{
    rig_destroy(*state);
    return 0;
}

static struct fake_link *link_of(struct rig *r)
{
    return &r->links[0];
}

/* Joined to a dispatcher of GoWorld's own. */
static struct fake_link *join_foreign(struct rig *r)
{
    rig_connect(r, 0, 0);
    rig_take_in(r, 0, true, NULL);
    return link_of(r);
}

static void say_hello(struct rig *r, uint64_t epoch)
{
    RECEIVE(link_of(r), hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = epoch);
}

static struct fake_link *join_ours(struct rig *r, uint64_t epoch)
{
    rig_connect(r, 0, 0);
    rig_take_in(r, 0, true, NULL);
    say_hello(r, epoch);
    return link_of(r);
}

static gw_entity *find(struct rig *r, const char *id)
{
    return world_find(game_world(r->game), id_str(id));
}

static void connect_client(struct rig *r)
{
    RECEIVE(link_of(r), notify_client_connected_forwarded, .client = id_str(CLIENT),
            .boot_entity = id_str(ENTITY), .gate = GATE);
}

static void create_avatar(struct rig *r, const char *id, const char *attrs)
{
    RECEIVE(link_of(r), create_entity_somewhere, .game = RIG_GAME, .entity = id_str(id),
            .type = view_str("Avatar"), .attrs = view_str(attrs));
}

static void call(struct rig *r, const char *id, const char *method, const void *args, size_t size)
{
    struct buf b = {0};
    write_u16(&b, MSG_CALL_ENTITY_METHOD);
    write_id(&b, id_str(id));
    write_str(&b, method);
    write_bytes(&b, args, size);
    fake_link_receive(link_of(r), b.data, b.size);
    buf_free(&b);
    rig_turn(r);
}

static void close_client(struct rig *r)
{
    call(r, ENTITY, "Close", "\0\0", 2);
}

static void give_to(struct rig *r, const char *to)
{
    char args[] = "\x01\0\x11\0\0\0\xb0................";
    memcpy(args + 7, to, sizeof(gw_id));
    call(r, ENTITY, "Give", args, sizeof args - 1);
}

static uint64_t saves(struct rig *r)
{
    rig_turn(r);
    return storage_stats(r->storage)->saves;
}

static uint16_t next_type(struct rig *r)
{
    struct view payload;
    return rig_next(r, 0, &payload) ? msg_type_of(payload) : 0;
}

/* Wants the next packet to be this message, and reads it into *m. */
#define WANT(r, name, m)                                                                           \
    do {                                                                                           \
        struct view payload_;                                                                      \
        assert_true(rig_next((r), 0, &payload_));                                                  \
        assert_int_equal(msg_type_of(payload_), msg_type_of_##name());                             \
        assert_true(msg_##name##_read(payload_, (m)));                                             \
    } while (0)

static void expect_nothing_of_ours(struct rig *r)
{
    for (uint16_t type; (type = next_type(r));)
        assert_true(type < MSG_OWN_FIRST);
}

/* ---- joining -------------------------------------------------------------------------------- */

static void what_was_queued_for_it_may_come_before_the_answer_to_its_registration(void **state)
{
    struct rig *r = *state;
    rig_connect(r, 0, 0);
    RECEIVE(link_of(r), notify_game_disconnected, .game = RIG_GAME); /* about itself, too */
    connect_client(r);
    struct view payload;
    assert_int_equal(next_type(r), MSG_NOTIFY_CREATE_ENTITY);
    assert_true(rig_next(r, 0, &payload));
    /* docs/internals/protocol.md 7, known answer 7, but for the gate's number */
    static const char known[] = "\xea\x03\x07\x00" CLIENT "\x01" ENTITY "\x07\x00\x00\x00"
                                "Account\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x80";
    assert_int_equal(payload.size, sizeof known - 1);
    assert_memory_equal(payload.data, known, sizeof known - 1);
    give_to(r, OTHER);
    assert_int_equal(give_result, GW_EDENIED); /* the call has come, and it has its client */
    assert_false(game_is_serving(r->game));
    rig_take_in(r, 0, true, NULL);
    assert_true(game_is_serving(r->game));
    assert_non_null(find(r, ENTITY));
    assert_int_equal(game_stats(r->game)->packets_unhandled.count, 0);
    assert_int_equal(lost, 0);
}

static void an_entity_that_it_is_refused_ends_unsaved_and_the_dispatcher_is_told(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    create_avatar(r, ENTITY, "\xc0");
    create_avatar(r, OTHER, "\xc0");
    uint64_t before = saves(r);
    fake_link_skip(link_of(r));
    rig_hang_up(r, 0);
    rig_connect(r, 0, 0);
    RECEIVE(link_of(r), set_game_id_ack, .dispatcher = 1, .rejected = view_str(ENTITY));
    struct msg_notify_destroy_entity gone;
    WANT(r, notify_destroy_entity, &gone);
    assert_true(gw_id_equal(gone.entity, id_str(ENTITY)));
    assert_int_equal(next_type(r), 0);
    assert_null(find(r, ENTITY));
    assert_non_null(find(r, OTHER));
    assert_int_equal(saves(r), before);
}

/* ---- what it is sent ------------------------------------------------------------------------ */

static void nil_attributes_mean_a_new_entity_which_is_saved_at_once_and_a_map_does_not(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    create_avatar(r, ENTITY, "\xc0");
    assert_int_equal(saves(r), 1);
    create_avatar(r, OTHER, "\x81\xa5level\x07");
    assert_int_equal(((Avatar *)find(r, OTHER))->level, 7);
    assert_int_equal(saves(r), 1);
}

static void a_client_goes_from_the_entity_that_has_it_and_from_no_other(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    connect_client(r);
    RECEIVE(link_of(r), notify_client_disconnected, .owner = id_str(ENTITY),
            .client = id_str(OTHER));
    RECEIVE(link_of(r), notify_client_disconnected, .owner = id_str(OTHER),
            .client = id_str(CLIENT));
    assert_int_equal(lost, 0);
    assert_true(gw_has_client(find(r, ENTITY)));
    RECEIVE(link_of(r), notify_client_disconnected, .owner = id_str(ENTITY),
            .client = id_str(CLIENT));
    assert_int_equal(lost, 1);
}

static void messages_that_it_does_not_know_are_counted_and_that_is_all(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    static const uint16_t unknown[] = {0, 1, 3, 26, 999, 1002, 1501, 2001, 3001, 3999, 65535};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        fake_link_receive(link_of(r), &unknown[i], sizeof *unknown);
    assert_int_equal(game_stats(r->game)->packets_unhandled.count,
                     sizeof unknown / sizeof *unknown);
    assert_null(link_of(r)->reason);
    assert_true(game_is_serving(r->game));
}

static void nonsense_is_counted_and_costs_nobody_anything(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    connect_client(r);
#define BAD(text)                                                                                  \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {
        BAD("\x15\x00\x01"),                              /* half an answer */
        BAD("\x09\x00" CLIENT ENTITY),                    /* no gate */
        BAD("\x0a\x00" ENTITY "short"),                   /* half a client */
        BAD("\x0d\x00\x00\x00"),                          /* there is no gate 0 */
        BAD("\x07\x00\x01\x00" OTHER "\xff\xff\xff\xff"), /* a type longer than the packet */
        BAD("\x08\x00\x01\x00" OTHER),                    /* no type */
        BAD("\x06\x00" ENTITY "\xff"),                    /* half a method: counted by the world */
        BAD("\x0b\x00" ENTITY "\x00\x00\x00\x00"),        /* no arguments: the same */
    };
    enum { COUNT = sizeof bad / sizeof *bad, OF_WORLD = 2 };
    for (size_t i = 0; i < COUNT; i++)
        fake_link_receive(link_of(r), bad[i].bytes, bad[i].size);
    assert_int_equal(game_stats(r->game)->packets_bad.count, COUNT - OF_WORLD);
    assert_int_equal(world_stats(game_world(r->game))->entity_packets_bad.count, OF_WORLD);
    assert_int_equal(lost, 0);
    assert_null(link_of(r)->reason);
}

/* ---- what it sends -------------------------------------------------------------------------- */

enum { CLOSE_CLIENT_BYTES = 2 + 2 + 16 + 4 + 11, EARLY = 64 * 1024 / (4 + CLOSE_CLIENT_BYTES) };

static void its_own_messages_wait_for_a_hello_up_to_a_limit(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    connect_client(r);
    for (unsigned i = 0; i < EARLY + 10; i++)
        close_client(r);
    expect_nothing_of_ours(r);
    uint64_t refused = game_stats(r->game)->packets_unsendable.count;
    assert_in_range(refused, 1, 10);
    say_hello(r, 5);
    unsigned came = 0;
    for (struct view payload; rig_next(r, 0, &payload); came++)
        assert_int_equal(msg_type_of(payload), MSG_CLOSE_CLIENT);
    assert_int_equal(came + refused, EARLY + 10);
}

static void what_waited_for_a_hello_does_not_outlive_the_link(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    connect_client(r);
    close_client(r);
    rig_hang_up(r, 0);
    join_ours(r, 5);
    for (uint16_t type; (type = next_type(r));)
        assert_int_not_equal(type, MSG_CLOSE_CLIENT);
}

/* It would wait for the answer, and no later load would have an effect. */
static void a_dispatcher_of_goworld_hears_of_a_load_that_failed_in_its_own_words(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    RECEIVE(link_of(r), load_entity_somewhere, .game = RIG_GAME, .entity = id_str(ENTITY),
            .type = view_str("Avatar"));
    RECEIVE(link_of(r), load_entity_somewhere, .game = RIG_GAME, .entity = id_str(OTHER),
            .type = view_str("Account"));
    rig_turn(r);
    struct msg_notify_destroy_entity gone;
    WANT(r, notify_destroy_entity, &gone);
    assert_true(gw_id_equal(gone.entity, id_str(OTHER)));
    WANT(r, notify_destroy_entity, &gone);
    assert_true(gw_id_equal(gone.entity, id_str(ENTITY)));
    expect_nothing_of_ours(r);
}

static void a_dispatcher_of_ours_hears_that_it_failed(void **state)
{
    struct rig *r = *state;
    join_ours(r, 5);
    rig_turn(r);
    fake_link_skip(link_of(r));
    RECEIVE(link_of(r), load_entity_somewhere, .game = RIG_GAME, .entity = id_str(ENTITY),
            .type = view_str("Avatar"));
    rig_turn(r);
    assert_int_equal(next_type(r), MSG_NOTIFY_DESTROY_ENTITY); /* that it ignores */
    assert_int_equal(next_type(r), MSG_NOTIFY_LOAD_FAILED);
    assert_int_equal(next_type(r), 0);
}

/* ---- handing a client over ------------------------------------------------------------------ */

/* As GoWorld does it: the old player goes, the new one comes, and the gate learns who owns it. */
static void expect_handed_over_here(struct rig *r)
{
    struct msg_destroy_entity_on_client destroyed;
    struct msg_clear_clientproxy_filter_prop cleared;
    struct msg_create_entity_on_client created;
    assert_int_equal(give_result, GW_OK);
    WANT(r, destroy_entity_on_client, &destroyed);
    assert_true(gw_id_equal(destroyed.entity, id_str(ENTITY)));
    WANT(r, clear_clientproxy_filter_prop, &cleared);
    assert_true(gw_id_equal(cleared.client, id_str(CLIENT)));
    WANT(r, create_entity_on_client, &created);
    assert_true(gw_id_equal(created.entity, id_str(OTHER)));
    assert_true(gw_id_equal(created.client, id_str(CLIENT)));
    assert_true(created.is_player);
    assert_int_equal(created.gate, GATE);
    expect_nothing_of_ours(r);
    assert_int_equal(lost, 1);
    assert_int_equal(connected, 2);
    assert_false(gw_has_client(find(r, ENTITY)));
    assert_true(gw_has_client(find(r, OTHER)));
}

static void expect_refused(struct rig *r)
{
    assert_int_equal(give_result, GW_EDENIED);
    assert_true(gw_has_client(find(r, ENTITY)));
    assert_int_equal(lost, 0);
    assert_int_equal(next_type(r), 0);
}

/* Not to an entity that is not here, and then to one that is. */
static void expect_handover_only_here(struct rig *r)
{
    connect_client(r);
    rig_turn(r);
    fake_link_skip(link_of(r));
    give_to(r, OTHER);
    expect_refused(r);
    create_avatar(r, OTHER, "\x80");
    fake_link_skip(link_of(r));
    give_to(r, OTHER);
    expect_handed_over_here(r);
}

static void behind_a_dispatcher_of_goworld_a_client_is_handed_over_within_the_game(void **state)
{
    struct rig *r = *state;
    join_foreign(r);
    expect_handover_only_here(r);
}

static void behind_a_gate_of_goworld_a_client_is_handed_over_within_the_game(void **state)
{
    struct rig *r = *state;
    join_ours(r, 5);
    expect_handover_only_here(r);
}

static void behind_a_gate_of_ours_it_is_handed_over_anywhere_until_that_gate_is_gone(void **state)
{
    struct rig *r = *state;
    join_ours(r, 5);
    RECEIVE(link_of(r), notify_gate_hello, .gate = GATE);
    connect_client(r);
    rig_turn(r);
    fake_link_skip(link_of(r));
    give_to(r, OTHER);
    assert_int_equal(next_type(r), MSG_DESTROY_ENTITY_ON_CLIENT);
    assert_int_equal(next_type(r), MSG_CLEAR_CLIENTPROXY_FILTER_PROP);
    assert_int_equal(next_type(r), MSG_GIVE_CLIENT);
    RECEIVE(link_of(r), notify_gate_disconnected, .gate = GATE);
    RECEIVE(link_of(r), notify_client_connected_forwarded, .client = id_str(CLIENT),
            .boot_entity = id_str("BBBBBBBBBBBBBBBB"), .gate = GATE); /* another gate by now */
    fake_link_skip(link_of(r));
    char args[] = "\x01\0\x11\0\0\0\xb0" OTHER;
    call(r, "BBBBBBBBBBBBBBBB", "Give", args, sizeof args - 1);
    assert_int_equal(give_result, GW_EDENIED);
}

/* Nobody can close the client that the new player had; it sees at least that it has none. */
static void a_client_behind_a_gate_of_goworld_sees_that_another_has_its_player(void **state)
{
    struct rig *r = *state;
    join_ours(r, 5);
    connect_client(r);
    create_avatar(r, OTHER, "\x80");
    give_to(r, OTHER);
    RECEIVE(link_of(r), notify_client_connected_forwarded, .client = id_str("CCCCCCCCCCCCCCCC"),
            .boot_entity = id_str("BBBBBBBBBBBBBBBB"), .gate = GATE);
    fake_link_skip(link_of(r));
    char args[] = "\x01\0\x11\0\0\0\xb0" OTHER;
    call(r, "BBBBBBBBBBBBBBBB", "Give", args, sizeof args - 1);
    struct msg_destroy_entity_on_client destroyed;
    struct view payload;
    bool seen = false;
    while (rig_next(r, 0, &payload))
        seen |= msg_destroy_entity_on_client_read(payload, &destroyed) &&
                gw_id_equal(destroyed.client, id_str(CLIENT)) &&
                gw_id_equal(destroyed.entity, id_str(OTHER));
    assert_true(seen);
}

/* Beside the nil space of the game. */
static bool lists_only(struct view entities, const char *id)
{
    gw_id nil = gw_nil_space_id(RIG_GAME), listed[2];
    if (entities.size != sizeof listed)
        return false;
    memcpy(listed, entities.data, sizeof listed);
    size_t nil_at = gw_id_equal(listed[0], nil) ? 0 : 1;
    return gw_id_equal(listed[nil_at], nil) && memcmp(listed[!nil_at].text, id, sizeof(gw_id)) == 0;
}

/* ---- a break -------------------------------------------------------------------------------- */

static void after_a_break_a_dispatcher_of_goworld_gets_a_new_registration(void **state)
{
    struct rig *r = *state;
    rig_dialled(r, 0);
    struct msg_set_game_id who;
    WANT(r, set_game_id, &who);
    assert_false(who.is_reconnect);
    assert_false(who.is_restore);
    assert_int_equal(who.entities.size, sizeof(gw_id)); /* the nil space */
    rig_take_in(r, 0, true, NULL);
    connect_client(r);
    fake_link_skip(link_of(r));
    rig_hang_up(r, 0);
    assert_int_equal(lost, 1);
    assert_false(gw_has_client(find(r, ENTITY)));
    rig_dialled(r, 0);
    WANT(r, set_game_id, &who);
    assert_int_equal(who.game, RIG_GAME);
    assert_true(who.is_reconnect);
    assert_false(who.is_restore);
    assert_true(lists_only(who.entities, ENTITY));
    assert_int_equal(next_type(r), MSG_HELLO);
    assert_int_equal(next_type(r), 0);
}

/* Its link breaks and it ends, so that its last save has to wait. */
static void end_while_cut_off(struct rig *r)
{
    join_foreign(r);
    create_avatar(r, ENTITY, "\xc0");
    assert_int_equal(saves(r), 1);
    fake_link_skip(link_of(r));
    rig_hang_up(r, 0);
    rig_turn(r);
    struct buf b = {0};
    msg_call_entity_method_write(
        &b, &(struct msg_call_entity_method){.entity = id_str(ENTITY), .method = view_str("Quit")});
    struct view message = view_of(&b);
    assert_int_equal(world_calls(game_world(r->game), &message, 1), 1);
    buf_free(&b);
    assert_null(find(r, ENTITY));
    assert_int_equal(saves(r), 1);
}

static void expect_claim(struct rig *r)
{
    struct msg_set_game_id who;
    WANT(r, set_game_id, &who);
    assert_true(lists_only(who.entities, ENTITY));
    assert_int_equal(next_type(r), MSG_HELLO);
}

static void expect_end(struct rig *r)
{
    struct msg_notify_destroy_entity gone;
    WANT(r, notify_destroy_entity, &gone);
    assert_true(gw_id_equal(gone.entity, id_str(ENTITY)));
    assert_int_equal(next_type(r), 0);
}

static void what_is_still_to_be_saved_is_claimed_and_then_saved(void **state)
{
    struct rig *r = *state;
    end_while_cut_off(r);
    rig_dialled(r, 0);
    expect_claim(r);
    rig_take_in(r, 0, true, NULL);
    rig_pass(r, 5000);
    assert_int_equal(saves(r), 2);
    expect_end(r);
}

/* Another game has loaded it by now: to save it would undo what that does. */
static void what_is_still_to_be_saved_is_not_when_another_game_has_it(void **state)
{
    struct rig *r = *state;
    end_while_cut_off(r);
    rig_dialled(r, 0);
    expect_claim(r);
    RECEIVE(link_of(r), set_game_id_ack, .dispatcher = 1, .rejected = view_str(ENTITY));
    expect_end(r);
    rig_pass(r, 5000);
    assert_int_equal(saves(r), 1);
}

/* A process that was stopped reads what came meanwhile before it does anything else. */
static void after_a_standstill_nothing_is_saved_before_it_is_heard_of(void **state)
{
    struct rig *r = *state;
    join_ours(r, 5);
    create_avatar(r, ENTITY, "\xc0");
    assert_int_equal(saves(r), 1);
    r->clock.now_ms += 5000;
    RECEIVE(link_of(r), call_entity_method, .entity = id_str(ENTITY), .method = view_str("Quit"));
    assert_null(find(r, ENTITY));
    rig_turn(r);
    assert_int_equal(saves(r), 1);
    r->clock.now_ms += 1000;
    RECEIVE(link_of(r), pong, .stamp = (uint64_t)r->clock.now_ms);
    assert_int_equal(saves(r), 2);
}

static void after_a_break_it_goes_on_with_a_dispatcher_of_ours(void **state)
{
    struct rig *r = *state;
    join_ours(r, 5);
    connect_client(r);
    fake_link_skip(link_of(r));
    rig_hang_up(r, 0);
    rig_dialled(r, 0);
    struct msg_resume ask;
    WANT(r, resume, &ask);
    assert_false(ask.is_gate);
    assert_int_equal(ask.id, RIG_GAME);
    assert_int_equal(ask.epoch, 11);
    assert_int_equal(ask.dispatcher_epoch, 5);
    assert_int_equal(ask.received, 4 + 2 + 16 + 16 + 2); /* the client, behind the HELLO */
    assert_int_equal(next_type(r), 0);
    RECEIVE(link_of(r), resume_answer, .resumed = true, .epoch = 5, .received = 4 + 2 + 16);
    assert_int_equal(next_type(r), MSG_CREATE_ENTITY_ON_CLIENT); /* what it has not got */
    assert_int_equal(lost, 0);
    assert_true(game_is_serving(r->game));
}

static void a_dispatcher_of_ours_that_was_started_again_costs_no_clients(void **state)
{
    struct rig *r = *state;
    join_ours(r, 5);
    connect_client(r);
    fake_link_skip(link_of(r));
    rig_hang_up(r, 0);
    rig_dialled(r, 0);
    assert_int_equal(next_type(r), MSG_RESUME);
    RECEIVE(link_of(r), resume_answer, .resumed = false, .epoch = 6);
    struct msg_set_game_id who;
    WANT(r, set_game_id, &who);
    assert_true(who.is_reconnect);
    assert_true(lists_only(who.entities, ENTITY));
    assert_int_equal(next_type(r), MSG_HELLO);
    rig_take_in(r, 0, true, NULL);
    say_hello(r, 6);
    struct msg_check_client check;
    WANT(r, check_client, &check);
    assert_int_equal(check.gate, GATE);
    assert_true(gw_id_equal(check.client, id_str(CLIENT)));
    assert_true(gw_id_equal(check.entity, id_str(ENTITY)));
    assert_int_equal(lost, 0);
    assert_true(gw_has_client(find(r, ENTITY)));
}

static void a_dispatcher_of_ours_that_gave_it_up_costs_the_clients(void **state)
{
    struct rig *r = *state;
    join_ours(r, 5);
    connect_client(r);
    rig_hang_up(r, 0);
    rig_dialled(r, 0);
    RECEIVE(link_of(r), resume_answer, .resumed = false, .epoch = 5);
    assert_int_equal(lost, 1);
    assert_non_null(find(r, ENTITY));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_was_queued_for_it_may_come_before_the_answer_to_its_registration),
        TEST(an_entity_that_it_is_refused_ends_unsaved_and_the_dispatcher_is_told),
        TEST(nil_attributes_mean_a_new_entity_which_is_saved_at_once_and_a_map_does_not),
        TEST(a_client_goes_from_the_entity_that_has_it_and_from_no_other),
        TEST(messages_that_it_does_not_know_are_counted_and_that_is_all),
        TEST(nonsense_is_counted_and_costs_nobody_anything),
        TEST(its_own_messages_wait_for_a_hello_up_to_a_limit),
        TEST(what_waited_for_a_hello_does_not_outlive_the_link),
        TEST(a_dispatcher_of_goworld_hears_of_a_load_that_failed_in_its_own_words),
        TEST(a_dispatcher_of_ours_hears_that_it_failed),
        TEST(behind_a_dispatcher_of_goworld_a_client_is_handed_over_within_the_game),
        TEST(behind_a_gate_of_goworld_a_client_is_handed_over_within_the_game),
        TEST(behind_a_gate_of_ours_it_is_handed_over_anywhere_until_that_gate_is_gone),
        TEST(a_client_behind_a_gate_of_goworld_sees_that_another_has_its_player),
        TEST(after_a_break_a_dispatcher_of_goworld_gets_a_new_registration),
        TEST(what_is_still_to_be_saved_is_claimed_and_then_saved),
        TEST(what_is_still_to_be_saved_is_not_when_another_game_has_it),
        TEST(after_a_standstill_nothing_is_saved_before_it_is_heard_of),
        TEST(after_a_break_it_goes_on_with_a_dispatcher_of_ours),
        TEST(a_dispatcher_of_ours_that_was_started_again_costs_no_clients),
        TEST(a_dispatcher_of_ours_that_gave_it_up_costs_the_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
