/* hero: see hero.h. */
#include "hero.h"

#include <stdio.h>

/* ---- heroes --------------------------------------------------------------------------------- */

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

/* ---- moths ---------------------------------------------------------------------------------- */

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

/* ---- guests --------------------------------------------------------------------------------- */

typedef struct Guest {
    gw_entity base;
} Guest;
const gw_entity_type Guest_type = {
    .name = "Guest", .size = sizeof(Guest), .on_client_lost = gw_destroy};

/* ---- the game ------------------------------------------------------------------------------- */

int hero_setup(void **state)
{
    forget_happened();
    *state = fixture_create(&hero_game, "Hero");
    return 0;
}

int hero_teardown(void **state)
{
    fixture_destroy(*state);
    return 0;
}

Hero *hero_settled(struct fixture *f, const char *client)
{
    gw_entity *e = fixture_connect(f, client);
    fixture_work(f);
    fixture_skip(f);
    forget_happened();
    return (Hero *)e;
}

static const gw_entity_type *const types[] = {&Hero_type, &Guest_type, &Moth_type, &Stillborn_type,
                                              NULL};
const gw_game hero_game = {.types = types};
