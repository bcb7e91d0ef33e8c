/* What the server shows becomes entities with attributes, and calls of the program's handlers. */
#include "gate.h"

#include "wire/messages.h"

#include <stdlib.h>

#define KEY_HP "02000000 6870"
#define DATA_5 "01000000 05"
/* {bag: [1, {n: 2}], hp: 7} */
#define ATTRS "82 a3626167 92 01 81 a16e 02 a26870 07"

/* A client with a player that has these attributes. */
static void start(struct gate *gate, const char *attrs_hex, const gwc_desc *desc)
{
    gate_open(gate, desc ? desc : &(gwc_desc){.no_reconnect = true});
    gate_say_create(gate, true, PLAYER, "Avatar", attrs_hex);
    gate_turn(gate, 0);
    buf_clear(&gate->diary);
}

static void an_entity_comes_with_its_attributes_and_goes(void **state)
{
    (void)state;
    struct gate gate = {0};
    gate_open(&gate, &(gwc_desc){0});
    gate_say_create(&gate, true, PLAYER, "Avatar", ATTRS);
    gate_say_create(&gate, false, OTHER, "Monster", "80");
    gate_turn(&gate, 0);
    gate_expect(&gate,
                "open; create Avatar {bag:[1,{n:2}],hp:7}; player Avatar; create Monster {}");
    gwc_entity *player = gwc_player(gate.client), *other = gwc_find(gate.client, OTHER);
    assert_string_equal(gwc_entity_id(player), PLAYER);
    assert_true(gwc_entity_is_player(player));
    assert_false(gwc_entity_is_player(other));
    assert_true(gwc_entity_position(other).x == 1);
    assert_ptr_equal(gwc_entity_first(gate.client), player);
    assert_ptr_equal(gwc_entity_next(player), other);
    assert_null(gwc_entity_next(other));
    assert_int_equal(gwc_entity_count(gate.client), 2);
    gate_say_destroy(&gate, PLAYER);
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar");
    assert_null(gwc_player(gate.client));
    assert_null(gwc_find(gate.client, PLAYER));
    assert_null(gwc_find(gate.client, "short"));
    assert_string_equal(gwc_entity_id(NULL), "");
    assert_string_equal(gwc_entity_type(NULL), "");
    assert_false(gwc_entity_is(NULL, "") || gwc_entity_is_player(NULL));
    assert_true(gwc_entity_position(NULL).x == 0 && gwc_entity_yaw(NULL) == 0);
    assert_int_equal(gwc_to_int(gwc_attr(NULL, "hp")), 0);
    assert_null(gwc_entity_user(NULL));
    gate_close(&gate);
}

static void an_entity_that_is_created_again_is_destroyed_first(void **state)
{
    (void)state;
    struct gate gate = {0};
    start(&gate, ATTRS, NULL);
    gate_say_create(&gate, true, PLAYER, "Avatar", "c0");
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; create Avatar {}; player Avatar");
    gate_close(&gate);
}

static void changes_reach_every_place_of_the_tree(void **state)
{
    static const struct {
        uint16_t type;
        const char *path, *rest, *told;
    } cases[] = {
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", KEY_HP DATA_5, "set /hp is was 7: {bag:[1,{n:2}],hp:5}"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "90", KEY_HP DATA_5, "set /hp is was 7: {bag:[1,{n:2}],hp:5}"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", "01000000 61" DATA_5,
         "set /a is was nil: {a:5,bag:[1,{n:2}],hp:7}"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "92 01 a3626167", "01000000 6e" DATA_5,
         "set /bag/1/n is was 2: {bag:[1,{n:5}],hp:7}"},
        {MSG_NOTIFY_MAP_ATTR_DEL, "c0", KEY_HP, "delete /hp gone was 7: {bag:[1,{n:2}]}"},
        {MSG_NOTIFY_MAP_ATTR_DEL, "c0", "01000000 61",
         "delete /a gone was nil: {bag:[1,{n:2}],hp:7}"},
        {MSG_NOTIFY_MAP_ATTR_CLEAR, "c0", "", "clear  gone was {bag:[1,{n:2}],hp:7}: {}"},
        {MSG_NOTIFY_MAP_ATTR_CLEAR, "92 d30000000000000001 a3626167", "",
         "clear /bag/1 gone was {n:2}: {bag:[1,{}],hp:7}"},
        {MSG_NOTIFY_LIST_ATTR_CHANGE, "91 a3626167", "00000000" DATA_5,
         "replace /bag/0 is was 1: {bag:[5,{n:2}],hp:7}"},
        {MSG_NOTIFY_LIST_ATTR_APPEND, "91 a3626167", DATA_5,
         "append /bag/2 is was nil: {bag:[1,{n:2},5],hp:7}"},
        {MSG_NOTIFY_LIST_ATTR_POP, "91 a3626167", "", "pop /bag/1 gone was {n:2}: {bag:[1],hp:7}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate gate = {0};
        start(&gate, ATTRS, NULL);
        gate_say_change(&gate, cases[i].type, cases[i].path, cases[i].rest);
        gate_turn(&gate, 0);
        gate_expect(&gate, cases[i].told);
        gate_close(&gate);
    }
}

static void a_change_that_does_not_fit_ends_the_connection(void **state)
{
    static const struct {
        uint16_t type;
        const char *path, *rest, *why;
    } cases[] = {
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "91 a26e6f", KEY_HP DATA_5, "there is no attribute to change"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "91 a26870", KEY_HP DATA_5,
         "a change of an attribute does not fit its type"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "a26870", KEY_HP DATA_5,
         "the path of an attribute is no list"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "92 02 a3626167", KEY_HP DATA_5, "there is no item to change"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "92 ff a3626167", KEY_HP DATA_5, "there is no item to change"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "91 c2", KEY_HP DATA_5,
         "the path of an attribute leads nowhere"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE,
         "dc0021 000000000000000000000000000000000000000000000000"
         "000000000000000000",
         KEY_HP DATA_5, "the path of an attribute is too long"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", KEY_HP "00000000",
         "a value is no msgpack, or has a key that is no text"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", KEY_HP "04000000 81c0c0c0",
         "a value is no msgpack, or has a key that is no text"},
        {MSG_NOTIFY_LIST_ATTR_CHANGE, "91 a3626167", "02000000" DATA_5,
         "there is no item to change"},
        {MSG_NOTIFY_MAP_ATTR_DEL, "c0", KEY_HP "00",
         "a message is cut off or has bytes behind its end"},
        {MSG_NOTIFY_MAP_ATTR_CHANGE, "c0",
         KEY_HP
         "24000000 9191919191919191919191919191919191919191919191919191919191919191 919191c0",
         "a value is nested too deeply"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate gate = {0};
        char told[256];
        start(&gate, ATTRS, NULL);
        gate_say_change(&gate, cases[i].type, cases[i].path, cases[i].rest);
        gate_turn(&gate, 0);
        snprintf(told, sizeof told, "destroy Avatar; closed: the server breaks the protocol: %s",
                 cases[i].why);
        gate_expect(&gate, told);
        gate_close(&gate);
    }
}

/* A map of these numbers as keys, each with the value 0. */
static char *map_of(unsigned count)
{
    char *digits = malloc(32 + (size_t)count * 12), *at = digits;
    assert_non_null(digits);
    at += sprintf(at, "df%08x", count);
    for (unsigned i = 0; i < count; i++)
        at += sprintf(at, "ce%08x00", i);
    return digits;
}

/* What is more than one turn reads. */
static void read_all(struct gate *gate)
{
    while (gate->to_client.size > 0)
        gate_turn(gate, 0);
}

static void a_map_has_as_many_keys_as_allowed_and_no_more(void **state)
{
    (void)state;
    struct gate gate = {0};
    char *digits = map_of(1 << 16);
    start(&gate, digits, NULL);
    read_all(&gate);
    assert_int_equal(gwc_count(gwc_entity_attrs(gwc_player(gate.client))), 1 << 16);
    gate_say_change(&gate, MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", "0100000031" DATA_5);
    gate_turn(&gate, 0);
    assert_int_equal(gwc_to_int(gwc_attr(gwc_player(gate.client), "1")), 5);
    buf_clear(&gate.diary);
    gate_say_change(&gate, MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", KEY_HP DATA_5);
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; closed: the server breaks the protocol: "
                       "a map has more than 65,536 keys");
    free(digits);
    gate_close(&gate);
}

static void a_map_that_comes_with_more_keys_ends_the_connection(void **state)
{
    (void)state;
    struct gate gate = {0};
    char *digits = map_of((1 << 16) + 1);
    gate_open(&gate, &(gwc_desc){.no_reconnect = true});
    gate_say_create(&gate, true, PLAYER, "Avatar", digits);
    read_all(&gate);
    gate_expect(&gate, "open; closed: the server breaks the protocol: "
                       "a map has more than 65,536 keys");
    free(digits);
    gate_close(&gate);
}

static void a_pop_of_an_empty_list_ends_the_connection(void **state)
{
    (void)state;
    struct gate gate = {0};
    start(&gate, "81 a16c 90", NULL);
    gate_say_change(&gate, MSG_NOTIFY_LIST_ATTR_POP, "91 a16c", "");
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; closed: the server breaks the protocol: "
                       "there is no item to change");
    gate_close(&gate);
}

static void bad_messages_end_the_connection(void **state)
{
    static const struct {
        const char *payload, *why;
    } cases[] = {
        {"d207", "a message is of a type that no client gets"},
        {"ea03 0100", "a message is cut off or has bytes behind its end"},
        {"ea030100 61774e454b4768736767736c41414142 01 00000000000000000000000000000000 00000000"
         "00000000000000000000000000000000 01000000 80",
         "the id of an entity is none"},
        {"ea030100 61774e454b4768736767736c41414142 01 61774e454b4768736767736c41414144 00000000"
         "00000000000000000000000000000000 01000000 07",
         "the attributes of an entity are no map"},
        {"de05 00", "a message is cut off or has bytes behind its end"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate gate = {0};
        char told[256];
        gate_open(&gate, &(gwc_desc){.no_reconnect = true});
        gate_say_hex(&gate, cases[i].payload);
        gate_turn(&gate, 0);
        snprintf(told, sizeof told, "open; closed: the server breaks the protocol: %s",
                 cases[i].why);
        gate_expect(&gate, told);
        gate_close(&gate);
    }
}

static void messages_that_are_newer_or_late_are_passed_over(void **state)
{
    (void)state;
    struct gate gate = {0};
    start(&gate, "80", NULL);
    gate_say_hex(&gate, "b80b 010203");
    gate_say_destroy(&gate, OTHER);
    gate_say_call(&gate, OTHER, "Hi", "0000");
    gate_say_destroy(&gate, PLAYER);
    gate_say_change(&gate, MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", KEY_HP DATA_5);
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar");
    gate_close(&gate);
}

static void on_hi(gwc_client *client, gwc_entity *entity, const gwc_value *args)
{
    gate_note(gwc_user(client), "hi %s %zu", gwc_entity_type(entity), gwc_count(args));
}

static void on_any(gwc_client *client, gwc_entity *entity, const gwc_value *args)
{
    (void)entity;
    gate_note(gwc_user(client), "any %s", gwc_to_str(gwc_at(args, 0)));
}

static void calls_go_to_the_method_that_fits_or_else_to_on_call(void **state)
{
    static const gwc_method methods[] = {{"Monster", "Hi", on_any},
                                         {"Avatar", "Hi", on_hi},
                                         {NULL, "Say", on_any},
                                         {NULL, NULL, NULL}};
    (void)state;
    struct gate gate = {0};
    start(&gate, "80", &(gwc_desc){.methods = methods});
    gate_say_call(&gate, PLAYER, "Hi", "0200 01000000 01 01000000 c0");
    gate_say_call(&gate, PLAYER, "Say", "0100 04000000 a2796f00");
    gate_say_call(&gate, PLAYER, "Else", "0200 02000000 a161 03000000 9201c0");
    gate_say_hex(&gate, "dd05 04 02000000 6c76 01000000 35 02000000 4869 0000");
    gate_turn(&gate, 0);
    gate_expect(&gate, "hi Avatar 2; any yo; Avatar.Else[a,[1,nil]]; hi Avatar 0");
    gate_say_destroy(&gate, PLAYER);
    gate_say_hex(&gate, "dd05 04 02000000 6c76 01000000 35 02000000 4869 0000");
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar");
    gate_close(&gate);
}

static void positions_move_the_entities_that_are_there(void **state)
{
    (void)state;
    struct gate gate = {0};
    start(&gate, "80", NULL);
    gate_say_hex(&gate, "de05 61774e454b4768736767736c41414144 0000803f 00000040 00004040 00000000"
                        "61774e454b4768736767736c41414143 0000803f 00000040 00004040 00008040");
    gate_turn(&gate, 0);
    gate_expect(&gate, "move Avatar 1 2 3 4");
    gate_close(&gate);
}

static void more_entities_than_allowed_end_the_connection(void **state)
{
    (void)state;
    struct gate gate = {0};
    start(&gate, "80", &(gwc_desc){.no_reconnect = true, .entities_max = 1});
    gate_say_create(&gate, false, OTHER, "Monster", "80");
    gate_turn(&gate, 0);
    gate_expect(&gate, "destroy Avatar; closed: the server breaks the protocol: "
                       "there are more entities than entities_max");
    gate_close(&gate);
}

static void attributes_grow_up_to_the_limit_and_what_goes_makes_room(void **state)
{
    (void)state;
    struct gate gate = {0};
    start(&gate, "81 a16c 90", &(gwc_desc){.no_reconnect = true, .state_bytes_max = 4096});
    for (unsigned i = 0; i < 2000; i++) {
        gate_say_change(&gate, MSG_NOTIFY_LIST_ATTR_APPEND, "91 a16c", "05000000 a474657874");
        gate_say_change(&gate, MSG_NOTIFY_LIST_ATTR_POP, "91 a16c", "");
        gate_say_change(&gate, MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", KEY_HP "05000000 a474657874");
        gate_say_change(&gate, MSG_NOTIFY_MAP_ATTR_DEL, "c0", KEY_HP);
        gate_say_create(&gate, false, OTHER, "Monster", "81 a161 a162");
        gate_say_change(&gate, MSG_NOTIFY_MAP_ATTR_CHANGE, "c0", KEY_HP DATA_5);
        gate_say_call(&gate, PLAYER, "Hi", "0100 02000000 a161");
        gate_turn(&gate, 0);
        assert_int_equal(gwc_state_of(gate.client), GWC_OPEN);
        buf_clear(&gate.diary);
    }
    for (unsigned i = 0; i < 200; i++)
        gate_say_change(&gate, MSG_NOTIFY_LIST_ATTR_APPEND, "91 a16c", "05000000 a474657874");
    gate_turn(&gate, 0);
    assert_int_equal(gwc_state_of(gate.client), GWC_CLOSED);
    gate_close(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entity_comes_with_its_attributes_and_goes),
        cmocka_unit_test(an_entity_that_is_created_again_is_destroyed_first),
        cmocka_unit_test(changes_reach_every_place_of_the_tree),
        cmocka_unit_test(a_change_that_does_not_fit_ends_the_connection),
        cmocka_unit_test(a_map_has_as_many_keys_as_allowed_and_no_more),
        cmocka_unit_test(a_map_that_comes_with_more_keys_ends_the_connection),
        cmocka_unit_test(a_pop_of_an_empty_list_ends_the_connection),
        cmocka_unit_test(bad_messages_end_the_connection),
        cmocka_unit_test(messages_that_are_newer_or_late_are_passed_over),
        cmocka_unit_test(calls_go_to_the_method_that_fits_or_else_to_on_call),
        cmocka_unit_test(positions_move_the_entities_that_are_there),
        cmocka_unit_test(more_entities_than_allowed_end_the_connection),
        cmocka_unit_test(attributes_grow_up_to_the_limit_and_what_goes_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
