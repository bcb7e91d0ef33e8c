/* The world of entities: its life, its calls, what it sends and what it keeps. */
#include "fixture.h"

#include "base/assert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- a game that does what the tests ask ---------------------------------------------------- */

typedef struct Hero {
    gw_entity base;
    gw_text name;
    char title[8];
    int32_t level;
    float speed;
    gw_id friend_id;
    bool hidden; /* no attribute */
} Hero;
extern const gw_entity_type Hero_type, Guest_type;

#define HERO_RPC(RPC)                                                                              \
    RPC(Hero, Own, GW_OWN_CLIENT, (i32, n))                                                        \
    RPC(Hero, Any, GW_ANY_CLIENT, (str, text), (i32, n))                                           \
    RPC(Hero, Server, GW_SERVER)                                                                   \
    RPC(Hero, SetCallSet, GW_SERVER)                                                               \
    RPC(Hero, Overflow, GW_SERVER)                                                                 \
    RPC(Hero, CallFriends, GW_SERVER, (id, first), (id, second))                                   \
    RPC(Hero, Note, GW_SERVER, (str, text))                                                        \
    RPC(Hero, StartTimers, GW_SERVER)                                                              \
    RPC(Hero, StopTimers, GW_SERVER)                                                               \
    RPC(Hero, Remember, GW_FIBER, (str, key), (i32, level))                                        \
    RPC(Hero, Recall, GW_FIBER, (str, key))                                                        \
    RPC(Hero, Claim, GW_FIBER, (str, key))                                                         \
    RPC(Hero, Sleep, GW_FIBER, (i64, ms))                                                          \
    RPC(Hero, Bad, GW_SERVER)                                                                      \
    RPC(Hero, Give, GW_SERVER, (id, to))                                                           \
    RPC(Hero, End, GW_SERVER)                                                                      \
    RPC(Hero, Password, GW_FIBER)                                                                  \
    RPC(Hero, Rearm, GW_SERVER)                                                                    \
    RPC(Hero, Doze, GW_FIBER)                                                                      \
    RPC(Hero, PingPong, GW_SERVER, (id, other))                                                    \
    RPC(Hero, CreateLater, GW_SERVER)                                                              \
    RPC(Hero, PostSoon, GW_SERVER, (str, text))                                                    \
    RPC(Hero, PostTwice, GW_SERVER)                                                                \
    RPC(Hero, Misread, GW_FIBER)                                                                   \
    RPC(Hero, CallFirst, GW_SERVER, (id, to))                                                      \
    RPC(Hero, Later, GW_SERVER)                                                                    \
    RPC(Hero, Pairs, GW_SERVER)                                                                    \
    RPC(Hero, Plainly, GW_SERVER)                                                                  \
    RPC(Hero, SetFilter, GW_SERVER)                                                                \
    RPC(Hero, Filtered, GW_SERVER)
GW_RPC_DECLARE(HERO_RPC)
#define HERO_CLIENT_RPC(RPC) RPC(Hero, OnNote, (str, text), (i64, n))
GW_CLIENT_RPC_DECLARE(HERO_CLIENT_RPC)

static const gw_attr Hero_attrs[] = {GW_ATTR(Hero, name, GW_CLIENT | GW_PERSISTENT),
                                     GW_ATTR(Hero, title, GW_PERSISTENT),
                                     GW_ATTR(Hero, level, GW_ALL_CLIENTS | GW_PERSISTENT),
                                     GW_ATTR(Hero, speed, GW_CLIENT),
                                     GW_ATTR(Hero, friend_id, GW_PERSISTENT),
                                     GW_ATTR_END};

/* What happened, in order: handlers append words. */
static char happened[4096];
static void note(const char *format, ...) GW_PRINTF(1, 2);
static void note(const char *format, ...)
{
    size_t used = strlen(happened);
    va_list args;
    va_start(args, format);
    vsnprintf(happened + used, sizeof happened - used, format, args);
    va_end(args);
}

static void assert_happened(const char *expected)
{
    assert_string_equal(happened, expected);
    happened[0] = '\0';
}

void Hero_Own(Hero *self, int32_t n)
{
    (void)self;
    note("own(%d) ", n);
}
void Hero_Any(Hero *self, const char *text, int32_t n)
{
    (void)self;
    note("any(%s,%d) ", text, n);
}
void Hero_Server(Hero *self)
{
    (void)self;
    note("server ");
}
void Hero_SetCallSet(Hero *self)
{
    GW_SET(self, level, 1);
    Hero_client_OnNote(gw_own_client(&self->base), "hi", 5);
    GW_SET(self, level, 2);
}
void Hero_Overflow(Hero *self)
{
    assert_int_equal(GW_SET(self, title, "1234567"), GW_OK);
    assert_int_equal(GW_SET(self, title, "12345678"), GW_EINVAL);
    assert_string_equal(self->title, "1234567");
    assert_int_equal(GW_SET(self, hidden, true), GW_EINVAL);
}
void Hero_CallFriends(Hero *self, gw_id first, gw_id second)
{
    (void)self;
    Hero_call_Note(first, "one");
    Hero_call_Note(second, "two");
    note("handler ");
}
void Hero_Note(Hero *self, const char *text)
{
    (void)self;
    note("note(%s) ", text);
}
static gw_timer every;
void Hero_StartTimers(Hero *self)
{
    Hero_after_Note(self, 100, "once");
    every = Hero_every_Note(self, 50, "tick");
    assert_int_equal(Hero_every_Note(self, 9, "too often"), 0);
    assert_int_equal(Hero_after_Note(self, -1, "past"), 0);
}
void Hero_StopTimers(Hero *self)
{
    gw_timer_cancel(&self->base, every);
    gw_timer_cancel(&self->base, every);
}

typedef struct Record {
    gw_text text;
    int32_t level;
} Record;
static const gw_field Record_fields[] = {GW_FIELD(Record, text), GW_FIELD(Record, level),
                                         GW_FIELD_END};

void Hero_Remember(Hero *self, const char *key, int32_t level)
{
    Record record = {.level = level};
    gw_text_assign(&record.text, "kept");
    gw_err err = gw_await_kv_put(Record_fields, &record, "hero/%s", key);
    gw_record_clear(Record_fields, &record);
    note("remember(%d) ", (int)err);
    if (!err)
        GW_SET(self, level, level);
}
void Hero_Recall(Hero *self, const char *key)
{
    (void)self;
    Record record = {0};
    gw_err err = gw_await_kv_get(Record_fields, &record, "hero/%s", key);
    note("recall(%s,%d,%s,%d) ", key, (int)err, gw_text_get(&record.text), record.level);
    gw_record_clear(Record_fields, &record);
}
void Hero_Claim(Hero *self, const char *key)
{
    Record record = {.level = self->level};
    note("claim(%d) ", (int)gw_await_kv_put_if_absent(Record_fields, &record, "claim/%s", key));
}
void Hero_Sleep(Hero *self, int64_t ms)
{
    gw_err err = gw_await_sleep(ms);
    note("slept(%d) ", (int)err);
    if (err == GW_ECANCELED)
        assert_true(gw_is_destroyed(&self->base)); /* pinned: still readable */
    if (err == GW_ECANCELED)
        note("again(%d) ", (int)gw_await_sleep(1));
}
void Hero_Bad(Hero *self)
{
    (void)self;
    note("bad(%d) ", (int)gw_await_sleep(1));
}
void Hero_Give(Hero *self, gw_id to)
{
    note("give(%d) ", (int)gw_give_client(&self->base, to));
}
void Hero_End(Hero *self)
{
    gw_destroy(&self->base);
    gw_destroy(&self->base);
    assert_int_equal(GW_SET(self, level, 9), GW_ECANCELED);
    assert_null(gw_find(self->base.id));
}
void Hero_Password(Hero *self)
{
    (void)self;
    gw_text hash = {0};
    note("hash(%d) ", (int)gw_await_password_hash(&hash, "secret"));
    note("right(%d) ", (int)gw_await_password_check(gw_text_get(&hash), "secret"));
    note("wrong(%d) ", (int)gw_await_password_check(gw_text_get(&hash), "Secret"));
    gw_text_clear(&hash);
}
void Hero_SetFilter(Hero *self)
{
    assert_int_equal(gw_set_filter(&self->base, "room", "1"), GW_OK);
    assert_int_equal(gw_set_filter(&self->base, "", "1"), GW_EINVAL);
}
void Hero_Filtered(Hero *self)
{
    (void)self;
    Hero_client_OnNote(gw_clients_where("lv", GW_GE, "5"), "x", 1);
}

static void note_post(void *argument)
{
    note("post(%s) ", (const char *)argument);
}
void Hero_Later(Hero *self)
{
    static char first[] = "1", second[] = "2";
    gw_post(note_post, first);
    gw_post(note_post, second);
    Hero_call_Note(self->base.id, "call");
    note("handler ");
}
void Hero_Rearm(Hero *self)
{
    note("rearm ");
    Hero_after_Rearm(self, 0);
}
void Hero_Doze(Hero *self)
{
    (void)self;
    while (gw_await_sleep(0) == GW_OK)
        note("doze ");
}
void Hero_PingPong(Hero *self, gw_id other)
{
    Hero_call_PingPong(other, self->base.id);
}
static void create_guest(void *argument, gw_err err, const void *value, size_t size)
{
    (void)argument, (void)err, (void)value, (void)size;
    gw_create(&Guest_type);
}
void Hero_CreateLater(Hero *self)
{
    (void)self;
    assert_int_equal(gw_kv_get("k", create_guest, NULL), GW_OK);
}
void Hero_PostSoon(Hero *self, const char *text)
{
    (void)self;
    static char post[] = "soon";
    note("%s ", text);
    gw_post(note_post, post);
}
void Hero_PostTwice(Hero *self)
{
    Hero_after_PostSoon(self, 10, "one");
    Hero_after_PostSoon(self, 10, "two");
}
static void ignore(void *argument, gw_err err, const void *value, size_t size)
{
    (void)argument, (void)err, (void)value, (void)size;
}
void Hero_Misread(Hero *self)
{
    (void)self;
    Record record = {.level = 3};
    gw_text_assign(&record.text, "mine");
    assert_int_equal(gw_kv_put("hero/bad", "no msgpack", 10, ignore, NULL), GW_OK);
    gw_err err = gw_await_kv_get(Record_fields, &record, "hero/bad");
    note("misread(%d,%s,%d) ", (int)err, gw_text_get(&record.text), record.level);
    gw_record_clear(Record_fields, &record);
}
void Hero_CallFirst(Hero *self, gw_id to)
{
    (void)self;
    Hero_call_Note(to, "called");
}
static void note_value(void *argument, gw_err err, const void *value, size_t size)
{
    note("%s(%d,%.*s) ", (const char *)argument, (int)err, (int)size,
         size ? (const char *)value : "");
}
static void note_pair(void *argument, const char *key, const void *value, size_t size)
{
    (void)argument;
    note("%s=%.*s ", key, (int)size, (const char *)value);
}
static void note_done(void *argument, gw_err err)
{
    note("%s(%d) ", (const char *)argument, (int)err);
}
void Hero_Pairs(Hero *self)
{
    (void)self;
    static char put[] = "put", claim[] = "claim", get[] = "get", removed[] = "remove",
                done[] = "done";
    assert_int_equal(gw_kv_put("b", "two", 3, note_value, put), GW_OK);
    assert_int_equal(gw_kv_put_if_absent("b", "other", 5, note_value, claim), GW_OK);
    assert_int_equal(gw_kv_put("a", "one", 3, NULL, NULL), GW_OK);
    assert_int_equal(gw_kv_put("c", "three", 5, NULL, NULL), GW_OK);
    assert_int_equal(gw_kv_get("b", note_value, get), GW_OK);
    assert_int_equal(gw_kv_get("nothing", note_value, get), GW_OK);
    assert_int_equal(gw_kv_range("a", "c", 0, note_pair, note_done, done), GW_OK);
    assert_int_equal(gw_kv_range("a", "z", 1, note_pair, note_done, done), GW_OK);
    assert_int_equal(gw_kv_remove("a", note_value, removed), GW_OK);
    assert_int_equal(gw_kv_remove("a", note_value, removed), GW_OK);
}
void Hero_Plainly(Hero *self)
{
    self->level = 5;
    GW_SET(self, speed, 1.0f);
    self->hidden = true; /* no attribute: nobody's business */
}

static void on_init(gw_entity *e)
{
    GW_AS(Hero, e)->speed = 2.5f; /* before the entity is known anything may be set plainly */
    note("init ");
}
static void on_attrs_ready(gw_entity *e)
{
    note("attrs(%s) ", gw_text_get(&GW_AS(Hero, e)->name));
}
static void on_created(gw_entity *e)
{
    (void)e;
    note("created ");
}
static void on_client_connected(gw_entity *e)
{
    (void)e;
    note("connected ");
}
static void on_client_lost(gw_entity *e)
{
    (void)e;
    note("lost ");
}
static void on_destroy(gw_entity *e)
{
    (void)e;
    note("destroy ");
}

GW_RPC_DEFINE(Hero, HERO_RPC)
const gw_entity_type Hero_type = {
    .name = "Hero",
    .size = sizeof(Hero),
    .attrs = Hero_attrs,
    .methods = Hero_methods,
    .persistent = true,
    .on_init = on_init,
    .on_attrs_ready = on_attrs_ready,
    .on_created = on_created,
    .on_client_connected = on_client_connected,
    .on_client_lost = on_client_lost,
    .on_destroy = on_destroy,
};

/* Ends in its first hook, or with another of its kind. */
typedef struct Moth {
    gw_entity base;
    gw_id twin;
    int64_t age;
} Moth;
extern const gw_entity_type Moth_type, Stillborn_type;
#define MOTH_RPC(RPC)                                                                              \
    RPC(Moth, Flutter, GW_SERVER)                                                                  \
    RPC(Moth, End, GW_SERVER)
GW_RPC_DECLARE(MOTH_RPC)

void Moth_Flutter(Moth *self)
{
    (void)self;
    note("flutter ");
}
void Moth_End(Moth *self)
{
    gw_destroy(&self->base);
}
static void start_to_flutter(gw_entity *e)
{
    Moth_every_Flutter((Moth *)e, 10);
}
static void end_twin(gw_entity *e)
{
    note("destroy ");
    gw_destroy(e); /* again: no effect */
    Moth *twin = GW_FIND(Moth, ((Moth *)e)->twin);
    if (twin)
        gw_destroy(&twin->base);
}
static void end_at_once(gw_entity *e)
{
    start_to_flutter(e);
    gw_destroy(e);
}
GW_RPC_DEFINE(Moth, MOTH_RPC)
static const gw_attr Moth_attrs[] = {GW_ATTR(Moth, twin, 0), GW_ATTR(Moth, age, GW_PERSISTENT),
                                     GW_ATTR_END};
const gw_entity_type Moth_type = {.name = "Moth",
                                  .size = sizeof(Moth),
                                  .attrs = Moth_attrs,
                                  .methods = Moth_methods,
                                  .persistent = true,
                                  .on_init = start_to_flutter,
                                  .on_destroy = end_twin};
const gw_entity_type Stillborn_type = {.name = "Stillborn",
                                       .size = sizeof(Moth),
                                       .attrs = Moth_attrs,
                                       .methods = Moth_methods,
                                       .persistent = true,
                                       .on_init = end_at_once};

typedef struct Guest {
    gw_entity base;
} Guest;
const gw_entity_type Guest_type = {
    .name = "Guest", .size = sizeof(Guest), .on_client_lost = gw_destroy};

static const gw_entity_type *const types[] = {&Hero_type, &Guest_type, &Moth_type, &Stillborn_type,
                                              NULL};
static const gw_game game = {.types = types};

static int setup(void **state)
{
    happened[0] = '\0';
    *state = fixture_create(&game, "Hero");
    return 0;
}

static int teardown(void **state)
{
    fixture_destroy(*state);
    return 0;
}

/* A hero with a client, settled: what its birth sent and noted is passed over. */
static Hero *settled_hero(struct fixture *f, const char *client)
{
    gw_entity *e = fixture_connect(f, client);
    fixture_work(f);
    fixture_skip(f);
    happened[0] = '\0';
    return (Hero *)e;
}

/* ---- life ----------------------------------------------------------------------------------- */

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

static void changes_and_calls_leave_in_program_order(void **state)
{
    struct fixture *f = *state;
    Hero *hero = settled_hero(f, "c1");
    fixture_call(f, hero->base.id, "SetCallSet", "");
    struct msg_notify_map_attr_change change;
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &change));
    assert_true(view_equals(change.key, "level"));
    assert_memory_equal(change.path.data, "\xc0", 1);
    assert_memory_equal(change.value.data, "\xd3\0\0\0\0\0\0\0\1", 9);
    struct msg_call_entity_method_on_client call;
    assert_true(msg_call_entity_method_on_client_read(fixture_next(f), &call));
    assert_true(view_equals(call.method, "OnNote"));
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &change));
    assert_memory_equal(change.value.data, "\xd3\0\0\0\0\0\0\0\2", 9);
}

static void an_attribute_that_cannot_be_set_stays_and_is_reported(void **state)
{
    struct fixture *f = *state;
    Hero *hero = settled_hero(f, "c1");
    fixture_call(f, hero->base.id, "Overflow", "");
    assert_true(fixture_logged(f, "misuse entity=Hero/bootc1"));
    assert_false(hero->hidden);
}

static void an_attribute_changed_without_a_set_is_reported(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "SetCallSet", "");
    assert_int_equal(world_stats(f->world)->handler_errors, 0);
    fixture_call(f, id, "Plainly", "");
    assert_int_equal(world_stats(f->world)->handler_errors, 1);
    assert_true(fixture_logged(f, "without GW_SET\" detail=\"level\""));
}

static void a_destroyed_entity_is_gone_for_all_and_only_once(void **state)
{
    struct fixture *f = *state;
    Hero *hero = settled_hero(f, "c1");
    gw_id id = hero->base.id;
    fixture_call(f, id, "End", "");
    assert_happened("destroy ");
    assert_int_equal(fixture_next_type(f), MSG_DESTROY_ENTITY_ON_CLIENT);
    assert_int_equal(fixture_next_type(f), MSG_CLOSE_CLIENT);
    assert_int_equal(fixture_next_type(f), 0); /* not told before it is saved */
    fixture_call(f, id, "Server", "");
    assert_happened("");
    fixture_work(f);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
}

static void a_client_that_goes_is_lost_by_its_owner_only(void **state)
{
    struct fixture *f = *state;
    Hero *hero = settled_hero(f, "c1");
    world_client_lost(f->world, hero->base.id, fixture_id("other"));
    assert_happened("");
    world_client_lost(f->world, hero->base.id, fixture_id("c1"));
    assert_happened("lost ");
    world_client_lost(f->world, hero->base.id, fixture_id("c1"));
    assert_happened("");
}

static bool all(void *user, gw_id entity)
{
    (void)user, (void)entity;
    return true;
}

static bool is_that_one(void *user, gw_id entity)
{
    return gw_id_equal(*(gw_id *)user, entity);
}

static void a_lost_gate_takes_the_clients_of_the_entities_it_concerns(void **state)
{
    struct fixture *f = *state;
    gw_id first = settled_hero(f, "c1")->base.id;
    settled_hero(f, "c2");
    settled_hero(f, "c3");
    world_gate_lost(f->world, FIXTURE_GATE + 1, all, NULL);
    assert_happened("");
    world_gate_lost(f->world, FIXTURE_GATE, is_that_one, &first);
    assert_happened("lost ");
    world_gate_lost(f->world, 0, all, NULL);
    assert_happened("lost lost ");
    assert_int_equal(world_stats(f->world)->clients, 0);
}

/* ---- calls ---------------------------------------------------------------------------------- */

static void clients_call_only_what_they_may(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call_from(f, "c1", id, "Own", "07");
    fixture_call_from(f, "c2", id, "Own", "08");
    fixture_call_from(f, "c2", id, "Any", "a178 09");
    fixture_call_from(f, "c1", id, "Server", "");
    fixture_call_from(f, "c1", id, "NoSuchMethod", "");
    fixture_call_from(f, "c1", fixture_id("nobody"), "Own", "");
    assert_happened("own(7) any(x,9) ");
    assert_int_equal(world_stats(f->world)->calls_refused.count, 3);
    assert_int_equal(world_stats(f->world)->calls_unknown_entity.count, 1);
    fixture_call(f, id, "Own", "01");
    assert_happened("own(1) ");
}

static void arguments_take_every_form_that_clients_send(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Any", "a26869 05");                     /* fixstr, fixint */
    fixture_call(f, id, "Any", "d9026869 d30000000000000005");   /* str 8, int 64 */
    fixture_call(f, id, "Any", "c4026869 ccff");                 /* bin 8, uint 8 */
    fixture_call(f, id, "Any", "a26869000000 d1fffe0000000000"); /* zero padded */
    fixture_call(f, id, "Any", "c0 c0");
    fixture_call(f, id, "Any", "a26869");
    fixture_call(f, id, "Any", "");
    assert_happened("any(hi,5) any(hi,5) any(hi,255) any(hi,-2) any(,0) any(hi,0) any(,0) ");
}

static void wrong_arguments_are_refused(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    static const char *const wrong[] = {
        "05 05",                     /* an int for a string */
        "a26869 a178",               /* a string for an int */
        "a26869 cb3ff0000000000000", /* a float for an int */
        "a26869 d30000000080000000", /* out of range */
        "a26869 05 05",              /* too many */
        "a3686900 05",               /* a NUL inside */
        "d9 05",                     /* cut short */
        "c1 05",                     /* no msgpack */
        "a26869 91919191919191919191919191919191919191919191919191919191919191919105", /* deep */
    };
    size_t count = sizeof wrong / sizeof *wrong;
    for (size_t i = 0; i < count; i++)
        fixture_call(f, id, "Any", wrong[i]);
    assert_happened("");
    assert_int_equal(world_stats(f->world)->calls_refused.count, count);
    assert_int_equal(world_stats(f->world)->calls_too_deep, 1);
}

static void clients_may_nest_less_than_servers(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Any", "9191919105");
    fixture_call(f, id, "Any", "919191919105");
    fixture_call_from(f, "c1", id, "Any", "9191919105");
    assert_int_equal(world_stats(f->world)->calls_too_deep, 0);
    fixture_call_from(f, "c1", id, "Any", "919191919105");
    assert_int_equal(world_stats(f->world)->calls_too_deep, 1);
}

/* The id as a msgpack string in hex; the text lasts until the second call after this one. */
static const char *hex_of(gw_id id)
{
    static char texts[2][40];
    static unsigned which;
    char *text = texts[which++ % 2];
    int at = snprintf(text, sizeof texts[0], "b0");
    for (size_t i = 0; i < sizeof id.text; i++)
        at += snprintf(text + at, sizeof texts[0] - (size_t)at, "%02x", (uint8_t)id.text[i]);
    return text;
}

static void local_calls_run_after_the_handler_in_order(void **state)
{
    struct fixture *f = *state;
    gw_id first = settled_hero(f, "c1")->base.id, second = settled_hero(f, "c2")->base.id;
    char args[100];
    snprintf(args, sizeof args, "%s %s", hex_of(first), hex_of(second));
    fixture_call(f, first, "CallFriends", args);
    assert_happened("handler note(one) note(two) ");
    assert_int_equal(fixture_next_type(f), 0); /* nothing left the game */
}

static void a_filtered_call_is_the_known_answer(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Filtered", "");
    struct view sent = fixture_next(f);
    static const char expected[] =
        "\xdd\x05\x04\x02\0\0\0lv\x01\0\0\0"
        "5\x06\0\0\0OnNote\x02\0\x02\0\0\0\xa1x\x09\0\0\0\xd3\0\0\0\0\0\0\0\1";
    assert_int_equal(sent.size, sizeof expected - 1);
    assert_memory_equal(sent.data, expected, sent.size);
}

static void a_given_client_is_handed_over_in_order(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    const char *args = hex_of((gw_id){"yyyyyyyyyyyyyyyy"});
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
    gw_id id = settled_hero(f, "c1")->base.id;
    f->is_strange = true;
    fixture_call(f, id, "Give", hex_of((gw_id){"yyyyyyyyyyyyyyyy"}));
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
    gw_id id = settled_hero(f, "c1")->base.id;
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
    gw_id id = settled_hero(f, "c1")->base.id;
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
    gw_entity *hero = &settled_hero(f, "c1")->base;
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
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "SetFilter", "");
    struct msg_set_clientproxy_filter_prop m;
    assert_true(msg_set_clientproxy_filter_prop_read(fixture_next(f), &m));
    assert_true(view_equals(m.key, "room"));
    assert_true(view_equals(m.value, "1"));
    assert_int_equal(fixture_next_type(f), 0);
}

/* ---- timers --------------------------------------------------------------------------------- */

static void timers_fire_in_time_with_their_arguments(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "StartTimers", "");
    fixture_pass(f, 49);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("note(tick) ");
    fixture_pass(f, 50);
    assert_happened("note(once) note(tick) ");
    fixture_pass(f, 120); /* late: one tick, not two */
    assert_happened("note(tick) ");
    fixture_call(f, id, "StopTimers", "");
    fixture_pass(f, 500);
    assert_happened("");
}

static void timers_end_with_their_entity(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "StartTimers", "");
    fixture_call(f, id, "End", "");
    fixture_pass(f, 1000);
    assert_happened("destroy ");
}

/* ---- fibers --------------------------------------------------------------------------------- */

static void a_fiber_goes_on_with_its_arguments_when_the_answer_is_there(void **state)
{
    struct fixture *f = *state;
    Hero *hero = settled_hero(f, "c1");
    fixture_call(f, hero->base.id, "Remember", "a161 2a");
    assert_happened("");
    assert_int_equal(world_stats(f->world)->fibers, 1);
    fixture_work(f);
    assert_happened("remember(0) ");
    assert_int_equal(hero->level, 42);
    fixture_call(f, hero->base.id, "Recall", "a161");
    fixture_call(f, hero->base.id, "Recall", "a162");
    fixture_work(f);
    assert_happened("recall(a,0,kept,42) recall(b,-2,,0) ");
    assert_int_equal(world_stats(f->world)->fibers, 0);
}

static void of_two_that_claim_one_key_one_gets_it(void **state)
{
    struct fixture *f = *state;
    gw_id first = settled_hero(f, "c1")->base.id, second = settled_hero(f, "c2")->base.id;
    fixture_call(f, first, "Claim", "a161");
    fixture_call(f, second, "Claim", "a161");
    fixture_work(f);
    assert_happened("claim(0) claim(-3) ");
}

static void a_sleeping_fiber_wakes_in_time(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Sleep", "64");
    fixture_pass(f, 99);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("slept(0) ");
}

static void a_fiber_of_a_destroyed_entity_is_canceled(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Sleep", "64");
    fixture_call(f, id, "Recall", "a161");
    fixture_call(f, id, "End", "");
    assert_happened("destroy recall(a,-4,,0) slept(-4) again(-4) ");
    fixture_work(f); /* the answer that comes late finds nobody */
    assert_happened("");
}

static void only_fibers_may_await(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Bad", "");
    assert_happened("bad(-8) ");
    assert_true(fixture_logged(f, "GW_FIBER"));
}

static void too_many_fibers_are_refused(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    for (int i = 0; i < 101; i++)
        fixture_call(f, id, "Sleep", "64");
    assert_int_equal(world_stats(f->world)->fibers, 100);
    assert_int_equal(world_stats(f->world)->fibers_refused.count, 1);
}

static void passwords_are_hashed_and_checked(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Password", "");
    fixture_work(f);
    assert_happened("hash(0) right(0) wrong(-9) ");
}

static void what_is_left_for_later_runs_when_the_handler_has_ended(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Later", "");
    assert_happened("handler post(1) post(2) note(call) ");
}

static void pairs_come_back_by_callback_in_order(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Pairs", "");
    assert_happened("");
    fixture_work(f);
    assert_happened("put(0,) claim(-3,two) get(0,two) get(-2,) a=one b=two done(0) a=one done(0) "
                    "remove(0,) remove(-2,) ");
}

/* ---- storage -------------------------------------------------------------------------------- */

static void load(struct fixture *f, gw_id id, const char *type)
{
    world_load_entity(f->world, id, (struct view){(const uint8_t *)type, (uint32_t)strlen(type)});
}

static void what_is_persistent_comes_back(void **state)
{
    struct fixture *f = *state;
    Hero *hero = settled_hero(f, "c1");
    gw_id id = hero->base.id;
    fixture_call(f, id, "Remember", "a161 2a"); /* sets level 42 */
    fixture_work(f);
    fixture_call(f, id, "End", "");
    fixture_work(f);
    fixture_skip(f);
    happened[0] = '\0';
    load(f, id, "Hero");
    assert_null(fixture_find(f, id));
    fixture_work(f);
    assert_happened("init attrs() created ");
    hero = (Hero *)fixture_find(f, id);
    assert_int_equal(hero->level, 42);
    assert_float_equal(hero->speed, 2.5f, 0);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY);
}

static void a_load_while_the_last_save_runs_reads_that_save(void **state)
{
    struct fixture *f = *state;
    Hero *hero = settled_hero(f, "c1");
    gw_id id = hero->base.id;
    hero->level = 77;
    fixture_call(f, id, "End", "");
    fixture_skip(f);
    load(f, id, "Hero");
    fixture_work(f);
    hero = (Hero *)fixture_find(f, id);
    assert_non_null(hero);
    assert_int_equal(hero->level, 77);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY); /* and never 4 before */
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD);   /* its fence */
    assert_int_equal(fixture_next_type(f), 0);
}

/* To a dispatcher that waits for the answer, and to one that does not. */
static void expect_load_failed(struct fixture *f)
{
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_LOAD_FAILED);
}

static void a_load_that_fails_is_reported(void **state)
{
    struct fixture *f = *state;
    load(f, fixture_id("never"), "Hero");
    fixture_work(f);
    expect_load_failed(f);
    load(f, fixture_id("never"), "NoSuchType");
    expect_load_failed(f);
    load(f, fixture_id("never"), "Guest"); /* not persistent */
    expect_load_failed(f);
    assert_int_equal(world_stats(f->world)->loads_failed, 3);
}

static void a_load_of_a_living_entity_only_says_that_it_lives(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    load(f, id, "Hero");
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY);
    fixture_work(f);
    assert_happened("");
}

static void a_persistent_entity_is_saved_at_birth_and_regularly(void **state)
{
    struct fixture *f = *state;
    settled_hero(f, "c1");
    assert_int_equal(storage_stats(f->storage)->saves, 1);
    fixture_pass(f, 299999);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 1);
    fixture_pass(f, 1);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 2);
}

static void a_disowned_copy_is_not_saved(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    world_disown_entity(f->world, id);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 1);
    assert_null(fixture_find(f, id));
}

static void a_world_that_stops_saves_all_and_takes_no_more(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Sleep", "64");
    world_stop(f->world);
    assert_happened("destroy slept(-4) again(-4) ");
    assert_false(world_is_idle(f->world));
    fixture_work(f);
    assert_true(world_is_idle(f->world));
    assert_null(fixture_connect(f, "c2"));
    assert_int_equal(storage_stats(f->storage)->saves, 2);
}

static void create_from_afar(struct fixture *f, const char *name, const char *type,
                             const char *attrs, size_t size)
{
    world_create_entity(f->world, fixture_id(name),
                        (struct view){(const uint8_t *)type, (uint32_t)strlen(type)},
                        (struct view){(const uint8_t *)attrs, (uint32_t)size});
}

static void an_entity_created_from_afar_has_the_attributes_sent(void **state)
{
    struct fixture *f = *state;
    create_from_afar(f, "new1", "Hero", "\xc0", 1);
    create_from_afar(f, "new2", "Hero", "\x81\xa4name\xa2hi", 9);
    create_from_afar(f, "new3", "NoSuchType", "\xc0", 1);
    assert_non_null(fixture_find(f, fixture_id("new1")));
    Hero *hero = (Hero *)fixture_find(f, fixture_id("new2"));
    assert_string_equal(gw_text_get(&hero->name), "hi");
    assert_null(fixture_find(f, fixture_id("new3")));
}

/* ---- what hooks and hostile peers can do ---------------------------------------------------- */

static void a_method_name_is_all_of_its_bytes(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    struct buf payload = {0};
    write_u16(&payload, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(&payload, id);
    write_var(&payload, "Own\0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 64);
    write_u16(&payload, 0);
    write_id(&payload, fixture_id("c1"));
    world_call_from_client(f->world, (struct view){payload.data, (uint32_t)payload.size});
    buf_free(&payload);
    assert_happened("");
    assert_int_equal(world_stats(f->world)->calls_refused.count, 1);
}

static void two_that_end_each_other_end_once(void **state)
{
    struct fixture *f = *state;
    gw_id one = fixture_id("moth1"), two = fixture_id("moth2");
    create_from_afar(f, "moth1", "Moth", "\xc0", 1);
    create_from_afar(f, "moth2", "Moth", "\xc0", 1);
    ((Moth *)fixture_find(f, one))->twin = two;
    ((Moth *)fixture_find(f, two))->twin = one;
    fixture_call(f, one, "End", "");
    assert_happened("destroy destroy ");
    assert_int_equal(world_stats(f->world)->entities, 0);
    fixture_pass(f, 100);
    assert_happened("");
}

static void one_that_ends_in_on_init_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    create_from_afar(f, "still", "Stillborn", "\xc0", 1);
    assert_int_equal(world_stats(f->world)->entities, 0);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY); /* what waits is let go */
    fixture_pass(f, 100);
    assert_happened("");
    fixture_work(f);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_DESTROY_ENTITY);
}

static void store(struct fixture *f, const char *type, gw_id id, const char *bytes, size_t size)
{
    struct view data = {(const uint8_t *)bytes, (uint32_t)size};
    assert_int_equal(storage_save(f->storage, type, id, data, NULL, NULL), GW_OK);
    fixture_work(f);
}

static void what_storage_holds_survives_a_load_that_fails(void **state)
{
    struct fixture *f = *state;
    store(f, "Moth", fixture_id("moth"), "\x81\x05\x06", 3); /* a key that is no string */
    store(f, "Stillborn", fixture_id("still"),
          "\x81\xa3"
          "age\x05",
          6);
    uint64_t saves = storage_stats(f->storage)->saves;
    load(f, fixture_id("moth"), "Moth");
    load(f, fixture_id("still"), "Stillborn");
    fixture_work(f);
    assert_happened("destroy "); /* what on_init has made can be freed */
    fixture_pass(f, 100);
    assert_happened("");
    assert_int_equal(world_stats(f->world)->entities, 0);
    assert_int_equal(storage_stats(f->storage)->saves, saves);
}

static void a_timer_that_starts_itself_again_runs_once_a_turn(void **state)
{
    struct fixture *f = *state;
    gw_id id = settled_hero(f, "c1")->base.id;
    fixture_call(f, id, "Rearm", "");
    assert_happened("rearm ");
    assert_int_equal(world_turn(f->world), f->clock.now_ms); /* at once again */
    assert_happened("rearm ");
    fixture_call(f, id, "Doze", "");
    fixture_pass(f, 0);
    assert_happened("rearm doze ");
}

static void local_calls_have_a_limit_per_turn(void **state)
{
    struct fixture *f = *state;
    gw_id one = settled_hero(f, "c1")->base.id, two = settled_hero(f, "c2")->base.id;
    for (int i = 0; i < 5; i++)
        fixture_call(f, one, "PingPong", hex_of(two));
    uint64_t calls = world_stats(f->world)->calls_local;
    assert_in_range(calls, 1, 20000);
    assert_int_equal(world_turn(f->world), f->clock.now_ms);
    assert_in_range(world_stats(f->world)->calls_local, calls + 1, calls + 20000);
    fixture_call(f, one, "End", "");
    fixture_pass(f, 0);
    fixture_pass(f, 0);
}

static void what_is_created_while_the_world_stops_ends_too(void **state)
{
    struct fixture *f = *state;
    fixture_call(f, settled_hero(f, "c1")->base.id, "CreateLater", "");
    world_stop(f->world);
    fixture_work(f);
    assert_true(world_is_idle(f->world));
}

static void posts_run_before_the_next_timer(void **state)
{
    struct fixture *f = *state;
    fixture_call(f, settled_hero(f, "c1")->base.id, "PostTwice", "");
    fixture_pass(f, 10);
    assert_happened("one post(soon) two post(soon) ");
}

static void a_record_that_cannot_be_read_stays_as_it_was(void **state)
{
    struct fixture *f = *state;
    fixture_call(f, settled_hero(f, "c1")->base.id, "Misread", "");
    fixture_work(f);
    assert_happened("misread(-5,mine,3) ");
}

static void an_entity_sent_with_its_attributes_needs_no_first_save(void **state)
{
    struct fixture *f = *state;
    create_from_afar(f, "sent", "Hero", "\x81\xa4name\xa2hi", 9);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 0);
    fixture_pass(f, 300000);
    fixture_work(f);
    assert_int_equal(storage_stats(f->storage)->saves, 1);
}

static void come_back(struct fixture *f)
{
    struct view sent = fixture_next(f);
    struct buf fence = {0};
    buf_append(&fence, sent.data, sent.size);
    world_call(f->world, (struct view){fence.data, (uint32_t)fence.size});
    buf_free(&fence);
}

/* What was called before it was here is on its way by the dispatcher; what comes later goes the
 * same way until a fence has come back with no call behind it, and no call overtakes another. */
static void calls_do_not_overtake_those_from_before_it_was_here(void **state)
{
    struct fixture *f = *state;
    gw_id caller = settled_hero(f, "c1")->base.id, target = fixture_id("far");
    fixture_call(f, caller, "CallFirst", hex_of(target));
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD);
    create_from_afar(f, "far", "Hero", "\xc0", 1);
    happened[0] = '\0';
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY);
    fixture_call(f, caller, "CallFirst", hex_of(target));
    come_back(f);
    assert_happened("");
    assert_int_equal(fixture_next_type(f),
                     MSG_CALL_ENTITY_METHOD); /* the call behind the first fence */
    come_back(f);                             /* the second */
    assert_int_equal(fixture_next_type(f), 0);
    fixture_call(f, caller, "CallFirst", hex_of(target));
    assert_happened("note(called) ");
}

/* ---- tables --------------------------------------------------------------------------------- */

static void wrong_tables_are_refused_with_a_sentence(void **state)
{
    struct fixture *f = *state;
    static const gw_attr twice[] = {GW_ATTR(Hero, level, 0), GW_ATTR(Hero, level, 0), GW_ATTR_END};
    static const gw_entity_type bad = {.name = "Bad", .size = sizeof(Hero), .attrs = twice};
    static const gw_entity_type *const bad_types[] = {&bad, NULL};
    static const gw_game bad_game = {.types = bad_types};
    struct world_desc desc = {.game = &bad_game, .boot_entity = "Bad", .clock = &f->clock};
    struct world *w = NULL;
    char *error = NULL;
    assert_int_equal(world_create(&desc, &w, &error), GW_EINVAL);
    assert_string_equal(error, "type Bad: attribute level stands twice in its table");
    free(error);
    desc.game = &game;
    desc.boot_entity = "Nobody";
    assert_int_equal(world_create(&desc, &w, &error), GW_EINVAL);
    assert_string_equal(error, "boot_entity=Nobody: the game has no such entity type");
    free(error);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_client_sees_its_boot_entity_as_player),
        TEST(changes_and_calls_leave_in_program_order),
        TEST(an_attribute_that_cannot_be_set_stays_and_is_reported),
        TEST(an_attribute_changed_without_a_set_is_reported),
        TEST(a_destroyed_entity_is_gone_for_all_and_only_once),
        TEST(a_client_that_goes_is_lost_by_its_owner_only),
        TEST(a_lost_gate_takes_the_clients_of_the_entities_it_concerns),
        TEST(clients_call_only_what_they_may),
        TEST(arguments_take_every_form_that_clients_send),
        TEST(wrong_arguments_are_refused),
        TEST(clients_may_nest_less_than_servers),
        TEST(local_calls_run_after_the_handler_in_order),
        TEST(a_filtered_call_is_the_known_answer),
        TEST(a_given_client_is_handed_over_in_order),
        TEST(a_client_stays_when_its_dispatcher_cannot_hand_it_over),
        TEST(a_second_client_takes_the_place_of_the_first),
        TEST(the_address_of_a_client_is_known_while_it_is_there),
        TEST(a_client_for_one_that_is_not_here_goes_back_behind_that_news),
        TEST(a_client_for_one_that_is_being_saved_goes_back_afterwards),
        TEST(filter_properties_go_to_the_gate),
        TEST(timers_fire_in_time_with_their_arguments),
        TEST(timers_end_with_their_entity),
        TEST(a_fiber_goes_on_with_its_arguments_when_the_answer_is_there),
        TEST(of_two_that_claim_one_key_one_gets_it),
        TEST(a_sleeping_fiber_wakes_in_time),
        TEST(a_fiber_of_a_destroyed_entity_is_canceled),
        TEST(only_fibers_may_await),
        TEST(too_many_fibers_are_refused),
        TEST(passwords_are_hashed_and_checked),
        TEST(what_is_left_for_later_runs_when_the_handler_has_ended),
        TEST(pairs_come_back_by_callback_in_order),
        TEST(what_is_persistent_comes_back),
        TEST(a_load_while_the_last_save_runs_reads_that_save),
        TEST(a_load_that_fails_is_reported),
        TEST(a_load_of_a_living_entity_only_says_that_it_lives),
        TEST(a_persistent_entity_is_saved_at_birth_and_regularly),
        TEST(a_disowned_copy_is_not_saved),
        TEST(a_world_that_stops_saves_all_and_takes_no_more),
        TEST(an_entity_created_from_afar_has_the_attributes_sent),
        TEST(a_method_name_is_all_of_its_bytes),
        TEST(two_that_end_each_other_end_once),
        TEST(one_that_ends_in_on_init_leaves_nothing),
        TEST(what_storage_holds_survives_a_load_that_fails),
        TEST(a_timer_that_starts_itself_again_runs_once_a_turn),
        TEST(local_calls_have_a_limit_per_turn),
        TEST(what_is_created_while_the_world_stops_ends_too),
        TEST(posts_run_before_the_next_timer),
        TEST(a_record_that_cannot_be_read_stays_as_it_was),
        TEST(an_entity_sent_with_its_attributes_needs_no_first_save),
        TEST(calls_do_not_overtake_those_from_before_it_was_here),
        TEST(wrong_tables_are_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
