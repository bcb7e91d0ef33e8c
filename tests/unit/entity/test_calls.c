/* Calls of methods: who may make them, with which arguments, and in which order they run. */
#include "hero.h"

#include <stdio.h>

static void clients_call_only_what_they_may(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
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

static void a_method_name_is_all_of_its_bytes(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    struct buf payload = {0};
    write_u16(&payload, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(&payload, id);
    write_var(&payload, "Own\0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 64);
    write_u16(&payload, 0);
    write_id(&payload, fixture_id("c1"));
    struct view message = view_of(&payload);
    assert_int_equal(world_calls(f->world, &message, 1), 1);
    buf_free(&payload);
    assert_happened("");
    assert_int_equal(world_stats(f->world)->calls_refused.count, 1);
}

static void arguments_take_every_form_that_clients_send(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
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
    gw_id id = hero_settled(f, "c1")->base.id;
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

/* What stands behind the method's name in a call of an entity. */
static void call_with_bytes(struct fixture *f, gw_id id, const void *bytes, size_t size)
{
    struct buf payload = {0};
    write_u16(&payload, MSG_CALL_ENTITY_METHOD);
    write_id(&payload, id);
    write_str(&payload, "Own");
    write_bytes(&payload, bytes, size);
    struct view message = view_of(&payload);
    assert_int_equal(world_calls(f->world, &message, 1), 1);
    buf_free(&payload);
}

static void arguments_that_are_not_what_their_lengths_say_are_refused(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    call_with_bytes(f, id, "\1\0\1\0\0\0\5", 7);
    assert_happened("own(5) ");
    static const struct {
        const char *bytes;
        size_t size;
    } wrong[] = {
        {"", 0},                          /* no count */
        {"\1", 1},                        /* half a count */
        {"\1\0", 2},                      /* an argument that is not there */
        {"\1\0\1\0", 4},                  /* half a length */
        {"\1\0\2\0\0\0\5", 7},            /* longer than the packet */
        {"\1\0\xff\xff\xff\xff\5", 7},    /* much longer */
        {"\1\0\1\0\0\0\5!", 8},           /* more behind the last */
        {"\0\0!", 3},                     /* more than none */
        {"\2\0\1\0\0\0\5\1\0\0\0\6", 12}, /* one too many */
    };
    size_t count = sizeof wrong / sizeof *wrong;
    for (size_t i = 0; i < count; i++)
        call_with_bytes(f, id, wrong[i].bytes, wrong[i].size);
    assert_happened("");
    assert_int_equal(world_stats(f->world)->calls_refused.count, count);
}

/* A handler may end entities that calls behind it, looked at before, go to. */
static void calls_that_come_together_are_made_one_by_one(void **state)
{
    struct fixture *f = *state;
    gw_id one = hero_settled(f, "c1")->base.id, two = hero_settled(f, "c2")->base.id;
    struct buf wire = {0};
    const struct {
        gw_id to;
        const char *method;
    } calls[] = {{one, "Own"}, {two, "End"}, {two, "Own"}, {one, "Own"}};
    struct view messages[5];
    size_t ends[4];
    for (size_t i = 0; i < 4; i++) {
        write_u16(&wire, MSG_CALL_ENTITY_METHOD);
        write_id(&wire, calls[i].to);
        write_str(&wire, calls[i].method);
        write_u16(&wire, 0);
        ends[i] = wire.size;
    }
    for (size_t i = 0, at = 0; i < 4; at = ends[i++])
        messages[i] = (struct view){wire.data + at, (uint32_t)(ends[i] - at)};
    messages[4] = (struct view){(const uint8_t *)"\x16\0\1\0", 4}; /* no call */
    assert_int_equal(world_calls(f->world, messages, 5), 4);
    assert_happened("own(0) destroy own(0) ");
    assert_int_equal(world_stats(f->world)->calls_unknown_entity.count, 1);
    buf_free(&wire);
}

static void clients_may_nest_less_than_servers(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Any", "9191919105");
    fixture_call(f, id, "Any", "919191919105");
    fixture_call_from(f, "c1", id, "Any", "9191919105");
    assert_int_equal(world_stats(f->world)->calls_too_deep, 0);
    fixture_call_from(f, "c1", id, "Any", "919191919105");
    assert_int_equal(world_stats(f->world)->calls_too_deep, 1);
}

static void local_calls_run_after_the_handler_in_order(void **state)
{
    struct fixture *f = *state;
    gw_id first = hero_settled(f, "c1")->base.id, second = hero_settled(f, "c2")->base.id;
    char args[100];
    snprintf(args, sizeof args, "%s %s", fixture_hex(first), fixture_hex(second));
    fixture_call(f, first, "CallFriends", args);
    assert_happened("handler note(one) note(two) ");
    assert_int_equal(fixture_next_type(f), 0); /* nothing left the game */
}

static void local_calls_have_a_limit_per_turn(void **state)
{
    struct fixture *f = *state;
    gw_id one = hero_settled(f, "c1")->base.id, two = hero_settled(f, "c2")->base.id;
    for (int i = 0; i < 5; i++)
        fixture_call(f, one, "PingPong", fixture_hex(two));
    uint64_t calls = world_stats(f->world)->calls_local;
    assert_in_range(calls, 1, 20000);
    assert_int_equal(world_turn(f->world), f->clock.now_ms);
    assert_in_range(world_stats(f->world)->calls_local, calls + 1, calls + 20000);
    fixture_call(f, one, "End", "");
    fixture_pass(f, 0);
    fixture_pass(f, 0);
}

static void come_back(struct fixture *f)
{
    struct view sent = fixture_next(f);
    struct buf fence = {0};
    buf_append(&fence, sent.data, sent.size);
    struct view message = view_of(&fence);
    assert_int_equal(world_calls(f->world, &message, 1), 1);
    buf_free(&fence);
}

/* What was called before it was here is on its way by the dispatcher; what comes later goes the
 * same way until a fence has come back with no call behind it, and no call overtakes another. */
static void calls_do_not_overtake_those_from_before_it_was_here(void **state)
{
    struct fixture *f = *state;
    gw_id caller = hero_settled(f, "c1")->base.id, target = fixture_id("far");
    fixture_call(f, caller, "CallFirst", fixture_hex(target));
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD);
    fixture_create_entity(f, "far", "Hero", "\xc0", 1);
    forget_happened();
    assert_int_equal(fixture_next_type(f), MSG_NOTIFY_CREATE_ENTITY);
    fixture_call(f, caller, "CallFirst", fixture_hex(target));
    come_back(f);
    assert_happened("");
    assert_int_equal(fixture_next_type(f),
                     MSG_CALL_ENTITY_METHOD); /* the call behind the first fence */
    come_back(f);                             /* the second */
    assert_int_equal(fixture_next_type(f), 0);
    fixture_call(f, caller, "CallFirst", fixture_hex(target));
    assert_happened("note(called) ");
}

static void a_filtered_call_is_the_known_answer(void **state)
{
    struct fixture *f = *state;
    gw_id id = hero_settled(f, "c1")->base.id;
    fixture_call(f, id, "Filtered", "");
    struct view sent = fixture_next(f);
    static const char expected[] =
        "\xdd\x05\x04\x02\0\0\0lv\x01\0\0\0"
        "5\x06\0\0\0OnNote\x02\0\x02\0\0\0\xa1x\x09\0\0\0\xd3\0\0\0\0\0\0\0\1";
    assert_int_equal(sent.size, sizeof expected - 1);
    assert_memory_equal(sent.data, expected, sent.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HERO_TEST(clients_call_only_what_they_may),
        HERO_TEST(a_method_name_is_all_of_its_bytes),
        HERO_TEST(arguments_take_every_form_that_clients_send),
        HERO_TEST(wrong_arguments_are_refused),
        HERO_TEST(arguments_that_are_not_what_their_lengths_say_are_refused),
        HERO_TEST(calls_that_come_together_are_made_one_by_one),
        HERO_TEST(clients_may_nest_less_than_servers),
        HERO_TEST(local_calls_run_after_the_handler_in_order),
        HERO_TEST(local_calls_have_a_limit_per_turn),
        HERO_TEST(calls_do_not_overtake_those_from_before_it_was_here),
        HERO_TEST(a_filtered_call_is_the_known_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
