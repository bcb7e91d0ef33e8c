/* Maps and lists: what games do with them, and what their clients hear of it. */
#include "hero.h"

#include "entity/tree.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Pack {
    gw_entity base;
    gw_map key1;
    gw_list list;
    gw_map hidden; /* an attribute without flags */
} Pack;
extern const gw_entity_type Pack_type;

#define PACK_RPC(RPC)                                                                              \
    RPC(Pack, Act, GW_SERVER)                                                                      \
    RPC(Pack, ActInFiber, GW_FIBER)                                                                \
    RPC(Pack, Take, GW_OWN_CLIENT, (map, map), (list, list), (bytes, bytes))                       \
    RPC(Pack, Keep, GW_FIBER, (map, map), (bytes, bytes))
GW_RPC_DECLARE(PACK_RPC)
#define PACK_CLIENT_RPC(RPC) RPC(Pack, OnTake, (map, map), (list, list), (bytes, bytes))
GW_CLIENT_RPC_DECLARE(PACK_CLIENT_RPC)

static const gw_attr Pack_attrs[] = {GW_ATTR(Pack, key1, GW_CLIENT),
                                     GW_ATTR(Pack, list, GW_ALL_CLIENTS), GW_ATTR(Pack, hidden, 0),
                                     GW_ATTR_END};

static void (*act)(Pack *self); /* what the test wants to be done */

void Pack_Act(Pack *self)
{
    act(self);
}

void Pack_ActInFiber(Pack *self)
{
    act(self);
}

static gw_text printed;

static const char *print(gw_value value)
{
    gw_value_print(&printed, value);
    return gw_text_get(&printed);
}

static unsigned taken;

void Pack_Take(Pack *self, gw_map map, gw_list list, gw_bytes bytes)
{
    taken++;
    Pack_client_OnTake(gw_own_client(&self->base), map, list, bytes);
}

/* What an argument points to outlives a wait. */
void Pack_Keep(Pack *self, gw_map map, gw_bytes bytes)
{
    if (gw_await_sleep(10))
        return;
    gw_map_set(map, "size", bytes.size);
    gw_map_set(self->key1, "kept", map);
}

static bool fill_first;

static void on_init(gw_entity *entity)
{
    Pack *self = GW_AS(Pack, entity);
    if (!fill_first)
        return;
    self->key1 = gw_map_new();
    gw_map_set(self->key1, "first", 1);
}

GW_RPC_DEFINE(Pack, PACK_RPC)
const gw_entity_type Pack_type = {.name = "Pack",
                                  .size = sizeof(Pack),
                                  .attrs = Pack_attrs,
                                  .methods = Pack_methods,
                                  .on_init = on_init,
                                  .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Pack_type, NULL};
static const gw_game pack_game = {.types = types};

static int setup(void **state)
{
    *state = fixture_create(&pack_game, "Pack");
    return 0;
}

static int teardown(void **state)
{
    fixture_destroy(*state);
    gw_text_clear(&printed);
    return 0;
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static Pack *pack_of(struct fixture *f)
{
    gw_entity *entity = fixture_find(f, fixture_id("bootc1"));
    if (!entity)
        entity = fixture_connect(f, "c1");
    return (Pack *)entity;
}

/* Does it in a handler, with all that was sent before passed over. */
static void in_handler(struct fixture *f, void (*what)(Pack *self))
{
    gw_id id = pack_of(f)->base.id;
    fixture_skip(f);
    act = what;
    fixture_call(f, id, "Act", "");
}

/* ---- what clients hear ----------------------------------------------------------------------- */

static void fill_key1(Pack *self)
{
    gw_list list = gw_map_open_list(self->key1, "key2");
    gw_list_append(list, "zero");
    gw_list_append(list, gw_map_new());
}

static void set_deep(Pack *self)
{
    gw_map_set(gw_list_map(gw_map_list(self->key1, "key2"), 1), "x", 1);
}

static void a_path_leads_from_the_leaf_up_to_the_attribute(void **state)
{
    struct fixture *f = *state;
    in_handler(f, fill_key1);
    in_handler(f, set_deep);
    struct msg_notify_map_attr_change m;
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &m));
    static const char path[] = "\x93\xd3\0\0\0\0\0\0\0\1\xa4key2\xa4key1";
    assert_int_equal(m.path.size, sizeof path - 1);
    assert_memory_equal(m.path.data, path, sizeof path - 1);
    assert_true(view_equals(m.key, "x"));
    assert_memory_equal(m.value.data, "\xd3\0\0\0\0\0\0\0\1", 9);
    assert_int_equal(fixture_next_type(f), 0);
}

static void change_each_way(Pack *self)
{
    gw_map_set(self->key1, "a", 1.5);
    gw_map_set(self->key1, "a", true);
    gw_map_remove(self->key1, "a");
    gw_map_remove(self->key1, "a"); /* nothing to say */
    gw_map_open_map(self->key1, "m");
    gw_map_open_map(self->key1, "m"); /* it is there */
    gw_map_clear(self->key1);
    gw_map_clear(self->key1);
    gw_list_append(self->list, "x");
    gw_list_set(self->list, 0, self->base.id);
    gw_list_pop(self->list);
    assert_int_equal(gw_list_pop(self->list), GW_ENOTFOUND);
    gw_list_clear(self->list);
    gw_list_append(self->list, gw_list_new());
    gw_list_append(gw_list_list(self->list, 0), 1);
    gw_list_clear(gw_list_list(self->list, 0));
    gw_list_clear(self->list);
    gw_map_set(self->hidden, "a", 1);
    GW_SET(self, list, gw_list_new());
}

static void each_change_is_the_smallest_message(void **state)
{
    struct fixture *f = *state;
    static const uint16_t expected[] = {
        MSG_NOTIFY_MAP_ATTR_CHANGE,  /* a = 1.5 */
        MSG_NOTIFY_MAP_ATTR_CHANGE,  /* a = true */
        MSG_NOTIFY_MAP_ATTR_DEL,     /* a */
        MSG_NOTIFY_MAP_ATTR_CHANGE,  /* m = {} */
        MSG_NOTIFY_MAP_ATTR_CLEAR,   /* key1 */
        MSG_NOTIFY_LIST_ATTR_APPEND, /* "x" */
        MSG_NOTIFY_LIST_ATTR_CHANGE, /* its id */
        MSG_NOTIFY_LIST_ATTR_POP,    /* and away */
        MSG_NOTIFY_LIST_ATTR_APPEND, /* [] */
        MSG_NOTIFY_LIST_ATTR_APPEND, /* [[1]] */
        MSG_NOTIFY_LIST_ATTR_CHANGE, /* [[]]: there is no message for a clear of a list */
        MSG_NOTIFY_MAP_ATTR_CHANGE,  /* list = [] */
        MSG_NOTIFY_MAP_ATTR_CHANGE,  /* set as a whole */
    };
    in_handler(f, change_each_way);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(fixture_next_type(f), expected[i]);
    assert_int_equal(fixture_next_type(f), 0);
    assert_int_equal(world_stats(f->world)->attribute_changes, sizeof expected / sizeof *expected);
    assert_int_equal(world_stats(f->world)->handler_errors, 0);
}

static void put_in_and_go_on(Pack *self)
{
    gw_map sword = gw_map_new();
    gw_map_set(sword, "damage", 7);
    gw_map_set(self->key1, "sword", sword);
    gw_map_set(sword, "damage", 8);
}

static void what_was_put_in_goes_on_to_be_the_same_map(void **state)
{
    struct fixture *f = *state;
    in_handler(f, put_in_and_go_on);
    struct msg_notify_map_attr_change m;
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &m));
    assert_true(view_equals(m.key, "sword"));
    assert_memory_equal(m.value.data,
                        "\x81\xa6"
                        "damage\xd3\0\0\0\0\0\0\0\7",
                        17);
    assert_true(msg_notify_map_attr_change_read(fixture_next(f), &m));
    assert_memory_equal(m.path.data, "\x92\xa5sword\xa4key1", 12);
    assert_true(view_equals(m.key, "damage"));
    assert_int_equal(fixture_next_type(f), 0);
}

static void set_whole(Pack *self)
{
    gw_map fresh = gw_map_new();
    gw_map_set(fresh, "a", 1);
    GW_SET(self, key1, fresh);
    gw_map_set(fresh, "b", 2);
    assert_string_equal(print(GW_VALUE(self->key1)), "{\"a\":1,\"b\":2}");
    GW_SET(self, hidden, self->key1);
    gw_map_set(self->hidden, "c", 3);
    assert_string_equal(print(GW_VALUE(self->key1)), "{\"a\":1,\"b\":2}");
    GW_SET(self, key1, (gw_map){0});
    assert_int_equal(gw_map_size(self->key1), 0);
    assert_int_equal(gw_map_size(self->hidden), 3);
}

static void an_attribute_may_be_set_as_a_whole(void **state)
{
    struct fixture *f = *state;
    in_handler(f, set_whole);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(fixture_next_type(f), MSG_NOTIFY_MAP_ATTR_CHANGE);
    assert_int_equal(fixture_next_type(f), 0);
}

static void assign_plainly(Pack *self)
{
    gw_map_set(self->key1, "was", 1);
    gw_map fresh = gw_map_new();
    gw_map_set(fresh, "a", 1);
    self->key1 = fresh;
}

static void look_at_key1(Pack *self)
{
    assert_string_equal(print(GW_VALUE(self->key1)), "{\"was\":1}");
    self->key1 = gw_map_new();
    GW_SET(self, key1, self->key1); /* set after all */
    assert_int_equal(gw_map_size(self->key1), 0);
}

static void a_tree_assigned_plainly_is_reported(void **state)
{
    struct fixture *f = *state;
    in_handler(f, assign_plainly);
    assert_true(fixture_logged(f, "without GW_SET\" detail=\"key1\""));
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_MAP_ATTR_CHANGE); /* "was" */
    assert_int_equal(fixture_next_type(f), 0);
    in_handler(f, look_at_key1);
    assert_int_equal(world_stats(f->world)->handler_errors, 1);
}

/* Until attributes are ready members are assigned, and that is so for trees as well. */
static void a_tree_assigned_in_the_first_hook_is_the_attribute(void **state)
{
    struct fixture *f = *state;
    fill_first = true;
    Pack *pack = pack_of(f);
    fill_first = false;
    assert_string_equal(print(GW_VALUE(pack->key1)), "{\"first\":1}");
    in_handler(f, put_in_and_go_on);
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_MAP_ATTR_CHANGE);
    assert_int_equal(world_stats(f->world)->handler_errors, 0);
}

static void in_post(void *argument)
{
    (void)argument;
    gw_map map = gw_map_new();
    gw_map_set(map, "a", 1);
    Pack *other = GW_CREATE(Pack); /* whose hook is no end of a handler */
    gw_map_set(other->key1, "map", map);
    assert_string_equal(print(GW_VALUE(other->key1)), "{\"map\":{\"a\":1}}");
}

static void post(Pack *self)
{
    (void)self;
    gw_post(in_post, NULL);
}

static void a_posted_function_keeps_its_trees_while_hooks_run(void **state)
{
    in_handler(*state, post);
}

/* ---- what trees do --------------------------------------------------------------------------- */

static void copy(Pack *self)
{
    gw_map inner = gw_map_new();
    gw_map_set(inner, "n", 1);
    gw_map_set(self->key1, "one", inner);
    gw_map_set(self->key1, "two", inner);
    gw_map_set(inner, "n", 2);
    assert_string_equal(print(GW_VALUE(self->key1)), "{\"one\":{\"n\":2},\"two\":{\"n\":1}}");
    gw_list outer = gw_list_new(), within = gw_list_new();
    gw_list_append(outer, within);
    gw_list_append(within, outer); /* would hold itself */
    gw_list_append(outer, outer);
    assert_string_equal(print(GW_VALUE(outer)), "[[[[]]],[[[[]]]]]");
    gw_map_set(self->key1, "self", self->key1);
    gw_map_set(self->key1, "self", gw_map_map(self->key1, "self"));
    assert_string_equal(print(gw_map_get(self->key1, "self")),
                        "{\"one\":{\"n\":2},\"two\":{\"n\":1}}");
}

static void what_has_its_place_elsewhere_or_would_hold_itself_is_copied(void **state)
{
    in_handler(*state, copy);
}

static void use_own_texts(Pack *self)
{
    gw_map map = self->key1;
    gw_map_set(map, "a", "a");
    gw_map_set(map, gw_map_str(map, "a"), 1);
    gw_map_remove(map, gw_map_key(map, 0));
    gw_map_set(map, "b", "b");
    gw_map_open_map(map, gw_map_str(map, "b"));
    assert_string_equal(print(GW_VALUE(map)), "{\"b\":{}}");
}

static void keys_and_texts_may_be_those_of_the_tree_itself(void **state)
{
    in_handler(*state, use_own_texts);
}

static void take_out(Pack *self)
{
    gw_list inner = gw_map_open_list(self->key1, "list");
    gw_list_append(inner, 1);
    gw_map_remove(self->key1, "list");
    gw_list_append(inner, 2); /* it is loose now */
    assert_string_equal(print(GW_VALUE(inner)), "[1,2]");
    gw_map_set(self->key1, "again", inner);
    assert_string_equal(print(GW_VALUE(self->key1)), "{\"again\":[1,2]}");
}

static void what_was_taken_out_is_loose(void **state)
{
    in_handler(*state, take_out);
}

static void keep_across_waits(Pack *self)
{
    gw_map map = gw_map_new();
    gw_map_set(map, "a", 1);
    assert_int_equal(gw_await_sleep(10), GW_OK);
    assert_int_equal(gw_map_i64(map, "a"), 1);
    gw_map_set(self->key1, "kept", map);
}

static void a_loose_tree_outlives_the_waits_of_its_fiber(void **state)
{
    struct fixture *f = *state;
    gw_id id = pack_of(f)->base.id;
    act = keep_across_waits;
    fixture_call(f, id, "ActInFiber", "");
    in_handler(f, put_in_and_go_on);
    fixture_pass(f, 10);
    assert_string_equal(print(GW_VALUE(pack_of(f)->key1)),
                        "{\"kept\":{\"a\":1},\"sword\":{\"damage\":8}}");
}

static void read_all(Pack *self)
{
    gw_map map = gw_map_new();
    gw_map_set(map, "b", true);
    gw_map_set(map, "i", (uint8_t)200);
    gw_map_set(map, "f", 0.5f);
    gw_map_set(map, "s", (char *)"text");
    gw_map_set(map, "id", self->base.id);
    gw_map_set(map, "none", (gw_id){0});
    gw_map_set(map, "int", 2 > 1); /* an int in C */
    assert_true(gw_map_bool(map, "int"));
    gw_map_remove(map, "int");
    assert_true(gw_map_bool(map, "b"));
    assert_int_equal(gw_map_i64(map, "i"), 200);
    assert_float_equal(gw_map_f64(map, "f"), 0.5, 0);
    assert_float_equal(gw_map_f64(map, "i"), 200, 0);
    assert_string_equal(gw_map_str(map, "s"), "text");
    assert_true(gw_id_equal(gw_map_id(map, "id"), self->base.id));
    assert_string_equal(gw_map_str(map, "none"), "");
    assert_true(gw_id_is_none(gw_map_id(map, "none")));
    assert_int_equal(gw_map_i64(map, "s"), 0);
    assert_string_equal(gw_map_str(map, "i"), "");
    assert_false(gw_map_has(map, "missing"));
    assert_int_equal(gw_map_size(gw_map_map(map, "missing")), 0);
    assert_string_equal(gw_map_key(map, 0), "b"); /* sorted */
    assert_string_equal(gw_map_key(map, 5), "s");
    assert_null(gw_map_key(map, 6));
    assert_int_equal(gw_map_value(map, 6).type, GW_VALUE_none);
    assert_int_equal(gw_list_get((gw_list){0}, 0).type, GW_VALUE_none);
}

static void values_read_as_what_they_are_and_else_as_zero(void **state)
{
    in_handler(*state, read_all);
}

static void nest(Pack *self)
{
    gw_list at = self->list;
    for (unsigned depth = 1; depth < GW_TREE_DEPTH_MAX; depth++) {
        assert_int_equal(gw_list_append(at, gw_list_new()), GW_OK);
        at = gw_list_list(at, 0);
    }
    assert_int_equal(gw_list_append(at, 1), GW_OK);
    assert_int_equal(gw_list_append(at, gw_list_new()), GW_EFULL);
    assert_int_equal(gw_list_append(at, (gw_map){0}), GW_EFULL);
    gw_list deep = gw_list_copy(self->list);
    assert_int_equal(gw_map_set(self->key1, "deep", deep), GW_EFULL);
    assert_int_equal(gw_list_size(deep), 1);
}

static void misuse(Pack *self)
{
    assert_int_equal(gw_map_set((gw_map){0}, "a", 1), GW_EINVAL);
    assert_int_equal(gw_map_set(self->key1, NULL, 1), GW_EINVAL);
    assert_int_equal(gw_map_remove(self->key1, NULL), GW_EINVAL);
    assert_int_equal(gw_map_set(self->key1, "a", UINT64_MAX), GW_EINVAL);
    assert_int_equal(gw_list_set(self->list, 0, 1), GW_EINVAL);
    assert_int_equal(gw_list_append((gw_list){0}, 1), GW_EINVAL);
    assert_int_equal(gw_list_clear((gw_list){0}), GW_EINVAL);
    assert_null(gw_map_open_map((gw_map){0}, "a").node_);
    assert_int_equal(gw_map_size(self->key1), 0);
}

static void what_cannot_be_is_refused_and_reported(void **state)
{
    struct fixture *f = *state;
    in_handler(f, misuse);
    assert_true(fixture_logged(f, "misuse"));
    assert_int_equal(world_stats(f->world)->handler_errors, 8);
    assert_int_equal(fixture_next_type(f), 0);
    in_handler(f, nest);
    assert_int_equal(world_stats(f->world)->handler_errors, 11);
}

static void change_after_the_end(Pack *self)
{
    gw_destroy(&self->base);
    assert_int_equal(gw_map_set(self->key1, "a", 1), GW_ECANCELED);
}

static void a_destroyed_entity_changes_no_more(void **state)
{
    in_handler(*state, change_after_the_end);
}

static void print_all(Pack *self)
{
    gw_map map = self->key1;
    gw_map_set(map, "a \"quoted\"\n", "\x01é");
    gw_map_set(map, "b", 0.1);
    gw_map_set(map, "c", 1e300);
    gw_map_set(map, "d", __builtin_nan(""));
    gw_map_set(map, "e", INT64_MIN);
    gw_map_set(map, "f", false);
    assert_string_equal(print(GW_VALUE(map)),
                        "{\"a \\\"quoted\\\"\\n\":\"\\u0001é\",\"b\":0.1,\"c\":1e+300,\"d\":null,"
                        "\"e\":-9223372036854775808,\"f\":false}");
    assert_string_equal(print(gw_map_get(map, "none")), "null");
}

static void a_tree_prints_as_json(void **state)
{
    in_handler(*state, print_all);
}

/* ---- as arguments ---------------------------------------------------------------------------- */

static void take(struct fixture *f, const char *args)
{
    gw_id id = pack_of(f)->base.id;
    fixture_skip(f);
    taken = 0;
    fixture_call_from(f, "c1", id, "Take", args);
}

static void maps_lists_and_bytes_are_arguments(void **state)
{
    struct fixture *f = *state;
    /* {b: 1, a: nil}, [h, [1.5 as f32]], bytes */
    take(f, "82a16201a161c0 92a16891ca3fc00000 c403000102");
    struct msg_call_entity_method_on_client m;
    assert_true(msg_call_entity_method_on_client_read(fixture_next(f), &m));
    static const char args[] = "\3\0"
                               "\x0c\0\0\0\x81\xa1"
                               "b\xd3\0\0\0\0\0\0\0\1"
                               "\x0d\0\0\0\x92\xa1h\x91\xcb\x3f\xf8\0\0\0\0\0\0"
                               "\5\0\0\0\xc4\3\0\1\2";
    assert_int_equal(m.args.size, sizeof args - 1);
    assert_memory_equal(m.args.data, args, sizeof args - 1);
}

static void missing_ones_are_empty(void **state)
{
    struct fixture *f = *state;
    take(f, "");
    struct msg_call_entity_method_on_client m;
    assert_true(msg_call_entity_method_on_client_read(fixture_next(f), &m));
    assert_memory_equal(m.args.data, "\3\0\1\0\0\0\x80\1\0\0\0\x90\2\0\0\0\xc4\0", 18);
}

static void what_no_tree_holds_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const args[] = {
        "90",                       /* no map */
        "80 80",                    /* no list */
        "80 90 01",                 /* no bytes */
        "8101 90",                  /* a key that is no string */
        "81a10001",                 /* a key with a NUL */
        "82a16101a16102",           /* one key twice */
        "80 91c0",                  /* nil in a list */
        "81a161cfffffffffffffffff", /* more than an int64 */
        "80 91d40100",              /* an ext */
    };
    for (size_t i = 0; i < sizeof args / sizeof *args; i++) {
        take(f, args[i]);
        assert_int_equal(taken, 0);
    }
    assert_int_equal(world_stats(f->world)->calls_refused.count, sizeof args / sizeof *args);
}

/* What is a byte on the wire takes a hundred in memory. */
static void an_argument_holds_so_many_values_and_no_more(void **state)
{
    struct fixture *f = *state;
    for (uint32_t more = 0; more < 2; more++) {
        uint32_t count = TREE_VALUES_MAX + more;
        char *hex = mem_zalloc(16 + 2 * (size_t)count);
        size_t at = (size_t)sprintf(hex, "80 dd%08x", count);
        for (uint32_t i = 0; i < count; i++) {
            hex[at++] = '0';
            hex[at++] = '1';
        }
        take(f, hex);
        free(hex);
        assert_int_equal(taken, more == 0);
    }
    assert_true(fixture_logged(f, "an argument holds too many values"));
}

static void arguments_outlive_the_waits_of_a_fiber(void **state)
{
    struct fixture *f = *state;
    gw_id id = pack_of(f)->base.id;
    fixture_call(f, id, "Keep", "81a16101 c4020000");
    in_handler(f, put_in_and_go_on);
    fixture_pass(f, 10);
    assert_string_equal(print(gw_map_get(pack_of(f)->key1, "kept")), "{\"a\":1,\"size\":2}");
}

/* ---- in records ------------------------------------------------------------------------------ */

typedef struct Record {
    gw_text name;
    gw_map map;
    gw_list list;
} Record;
static const gw_field Record_fields[] = {GW_FIELD(Record, name), GW_FIELD(Record, map),
                                         GW_FIELD(Record, list), GW_FIELD_END};
static Record record;

static void put_record(Pack *self)
{
    gw_map_set(self->key1, "a", 1);
    Record own = {.map = self->key1, .list = gw_list_new()};
    gw_list_append(own.list, "x");
    assert_int_equal(gw_await_kv_put(Record_fields, &own, "key"), GW_OK);
    gw_record_clear(Record_fields, &own);
    assert_int_equal(gw_map_size(self->key1), 1); /* which it did not own */
}

static void get_record(Pack *self)
{
    (void)self;
    for (unsigned i = 0; i < 2; i++) /* the second one replaces what the first has read */
        assert_int_equal(gw_await_kv_get(Record_fields, &record, "key"), GW_OK);
}

static void a_record_may_hold_maps_and_lists(void **state)
{
    struct fixture *f = *state;
    gw_id id = pack_of(f)->base.id;
    act = put_record;
    fixture_call(f, id, "ActInFiber", "");
    fixture_work(f);
    act = get_record;
    fixture_call(f, id, "ActInFiber", "");
    fixture_work(f);
    assert_string_equal(print(GW_VALUE(record.map)), "{\"a\":1}");
    assert_string_equal(print(GW_VALUE(record.list)), "[\"x\"]");
    gw_record_clear(Record_fields, &record);
    assert_null(record.map.node_);
}

static void what_does_not_fit_an_attribute_is_passed_over(void **state)
{
    struct fixture *f = *state;
    static const char attrs[] = "\x82\xa4key1\x91\1\xa4list\x91\1";
    fixture_create_entity(f, "sent", "Pack", attrs, sizeof attrs - 1);
    Pack *pack = (Pack *)fixture_find(f, fixture_id("sent"));
    assert_true(fixture_logged(f, "attribute=\"key1\" why=\"the value does not fit\""));
    assert_int_equal(gw_map_size(pack->key1), 0);
    assert_int_equal(gw_list_i64(pack->list, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(a_path_leads_from_the_leaf_up_to_the_attribute),
        TREE_TEST(each_change_is_the_smallest_message),
        TREE_TEST(what_was_put_in_goes_on_to_be_the_same_map),
        TREE_TEST(an_attribute_may_be_set_as_a_whole),
        TREE_TEST(a_tree_assigned_plainly_is_reported),
        TREE_TEST(a_tree_assigned_in_the_first_hook_is_the_attribute),
        TREE_TEST(a_posted_function_keeps_its_trees_while_hooks_run),
        TREE_TEST(what_has_its_place_elsewhere_or_would_hold_itself_is_copied),
        TREE_TEST(keys_and_texts_may_be_those_of_the_tree_itself),
        TREE_TEST(what_was_taken_out_is_loose),
        TREE_TEST(a_loose_tree_outlives_the_waits_of_its_fiber),
        TREE_TEST(values_read_as_what_they_are_and_else_as_zero),
        TREE_TEST(what_cannot_be_is_refused_and_reported),
        TREE_TEST(a_destroyed_entity_changes_no_more),
        TREE_TEST(a_tree_prints_as_json),
        TREE_TEST(maps_lists_and_bytes_are_arguments),
        TREE_TEST(missing_ones_are_empty),
        TREE_TEST(what_no_tree_holds_is_refused),
        TREE_TEST(an_argument_holds_so_many_values_and_no_more),
        TREE_TEST(arguments_outlive_the_waits_of_a_fiber),
        TREE_TEST(a_record_may_hold_maps_and_lists),
        TREE_TEST(what_does_not_fit_an_attribute_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
