/* What a game says that it is made of. */
#include "game/schema.h"
#include "game/signature.h"
#include "rig.h"

#include <stdlib.h>

typedef struct Body {
    int32_t hp;
    gw_vec3 seat;
} Body;
typedef struct Hero {
    gw_entity base;
    Body body;
    char title[8];
    gw_text diary;
} Hero;

#define HERO_RPC(RPC)                                                                              \
    RPC(Hero, Tick, GW_SERVER)                                                                     \
    RPC(Hero, Shout, GW_ANY_CLIENT | GW_FIBER, (str, function), (u64, times))                      \
    RPC(Hero, watch, GW_OWN_CLIENT, (bytes, bytes))
#define HERO_ASK(ASK) ASK(Hero, Rest, GW_SERVER, ((i64, hours)), ((bool, well), (text, dream)))
#define HERO_CLIENT_RPC(RPC)                                                                       \
    RPC(Hero, OnShout, (str, text))                                                                \
    RPC(Hero, OnRest)
GW_RPC_DECLARE(HERO_RPC)
GW_ASK_DECLARE(HERO_ASK)
GW_CLIENT_RPC_DECLARE(HERO_CLIENT_RPC)

void Hero_Tick(Hero *self)
{
    (void)self;
}

void Hero_Shout(Hero *self, const char *function, uint64_t times)
{
    (void)self;
    (void)function;
    (void)times;
}

void Hero_watch(Hero *self, gw_bytes bytes)
{
    (void)self;
    (void)bytes;
}

gw_err Hero_Rest(Hero *self, int64_t hours, bool *well, gw_text *dream)
{
    (void)self;
    (void)hours;
    (void)well;
    (void)dream;
    return GW_OK;
}

static const gw_attr Body_attrs[] = {
    GW_ATTR(Body, hp, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Body, seat, GW_CLIENT),
    GW_ATTR_END,
};
static const gw_attr Hero_attrs[] = {
    GW_ATTRS_OF(Hero, body, Body_attrs),
    GW_ATTR(Hero, title, GW_CLIENT),
    GW_ATTR(Hero, diary, GW_PERSISTENT),
    GW_ATTR_END,
};
GW_RPC_DEFINE(Hero, HERO_RPC, HERO_ASK)
GW_CLIENT_RPC_DEFINE(Hero, HERO_CLIENT_RPC)
static const gw_entity_type Hero_type = {
    .name = "Hero",
    .size = sizeof(Hero),
    .attrs = Hero_attrs,
    .methods = Hero_methods,
    .client_methods = Hero_client_methods,
    .persistent = true,
};

/* ---- names that a careless printer falls over ---------------------------------------------- */

static void nothing(gw_entity *self, gw_reader *reader)
{
    (void)self;
    (void)reader;
}

static const gw_attr Odd_attrs[] = {
    {.name = "*/\"'\\",
     .offset = offsetof(Hero, body.hp),
     .size = sizeof(int32_t),
     .type = GW_VALUE_i32,
     .flags = GW_CLIENT},
    GW_ATTR_END,
};
static const gw_method Odd_methods[] = {
    {"'](", 3, GW_OWN_CLIENT, "", NULL, nothing},
    {0},
};
static const gw_entity_type Odd_type = {
    .name = "1 \"*/\n", .size = sizeof(Hero), .attrs = Odd_attrs, .methods = Odd_methods};

/* ---- spaces --------------------------------------------------------------------------------- */

static const gw_attr Place_attrs[] = {GW_ATTR(Hero, title, GW_ALL_CLIENTS), GW_ATTR_END};
static const gw_entity_type Place_type = {.name = "Place",
                                          .size = sizeof(Hero),
                                          .attrs = Place_attrs,
                                          .client_methods = Hero_client_methods};
static const gw_game place_game = {.space = &Place_type};

/* ---- helpers -------------------------------------------------------------------------------- */

/* The caller frees it. */
static char *told_of(const gw_game *game, const char *flag)
{
    struct buf out = {0};
    char *error = NULL;
    assert_int_equal(schema_write(game, schema_form_of(flag), &out, &error), GW_OK);
    buf_append(&out, "", 1);
    return (char *)out.data;
}

static char *told(const char *flag, const gw_entity_type *const *types)
{
    return told_of(&(gw_game){.types = types}, flag);
}

static void assert_refused(const char *flag, const gw_entity_type *const *types,
                           const char *sentence)
{
    const gw_game game = {.types = types};
    struct buf out = {0};
    char *error = NULL;
    assert_int_equal(schema_write(&game, schema_form_of(flag), &out, &error), GW_EINVAL);
    assert_string_equal(error, sentence);
    free(error);
    buf_free(&out);
}

/* The text has all the lines together. */
static void assert_says(const char *text, const char *lines)
{
    if (!strstr(text, lines))
        fail_msg("not there:\n%s", lines);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void json_has_all_that_the_table_has(void **state)
{
    char *text = told("", (const gw_entity_type *const[]){&Hero_type, NULL});
    (void)state;
    assert_string_equal(
        text, "{\n"
              "  \"format\": 1,\n"
              "  \"types\": [\n"
              "    {\n"
              "      \"name\": \"Hero\",\n"
              "      \"wire_name\": \"Hero\",\n"
              "      \"persistent\": true,\n"
              "      \"service_shards\": 0,\n"
              "      \"attributes\": [\n"
              "        {\"name\": \"hp\", \"type\": \"i32\", \"seen_by\": \"all_clients\", "
              "\"persistent\": true},\n"
              "        {\"name\": \"seat\", \"type\": \"vec3\", \"seen_by\": \"own_client\", "
              "\"persistent\": false},\n"
              "        {\"name\": \"title\", \"type\": \"str\", \"seen_by\": \"own_client\", "
              "\"persistent\": false},\n"
              "        {\"name\": \"diary\", \"type\": \"str\", \"seen_by\": \"server\", "
              "\"persistent\": true}\n"
              "      ],\n"
              "      \"methods\": [\n"
              "        {\"name\": \"Tick\", \"caller\": \"server\", \"fiber\": false, "
              "\"arguments\": [], \"answer\": null},\n"
              "        {\"name\": \"Shout\", \"caller\": \"any_client\", \"fiber\": true, "
              "\"arguments\": [{\"name\": \"function\", \"type\": \"str\"}, "
              "{\"name\": \"times\", \"type\": \"u64\"}], \"answer\": null},\n"
              "        {\"name\": \"watch\", \"caller\": \"own_client\", \"fiber\": false, "
              "\"arguments\": [{\"name\": \"bytes\", \"type\": \"bytes\"}], \"answer\": null},\n"
              "        {\"name\": \"Rest\", \"caller\": \"server\", \"fiber\": false, "
              "\"arguments\": [{\"name\": \"hours\", \"type\": \"i64\"}], "
              "\"answer\": [{\"name\": \"well\", \"type\": \"bool\"}, "
              "{\"name\": \"dream\", \"type\": \"str\"}]}\n"
              "      ],\n"
              "      \"client_methods\": [\n"
              "        {\"name\": \"OnShout\", \"arguments\": [{\"name\": \"text\", \"type\": "
              "\"str\"}]},\n"
              "        {\"name\": \"OnRest\", \"arguments\": []}\n"
              "      ]\n"
              "    }\n"
              "  ]\n"
              "}\n");
    free(text);
}

static void a_game_without_types_is_an_empty_list(void **state)
{
    char *text = told("", NULL);
    (void)state;
    assert_string_equal(text, "{\n  \"format\": 1,\n  \"types\": []\n}\n");
    free(text);
}

static void json_escapes_names_and_tells_what_is_not_known(void **state)
{
    char *text = told("", (const gw_entity_type *const[]){&Odd_type, NULL});
    (void)state;
    assert_says(text, "      \"name\": \"1 \\\"*/\\n\",\n");
    assert_says(text, "{\"name\": \"*/\\\"'\\\\\", \"type\": \"i32\"");
    assert_says(text, "      \"client_methods\": null\n");
    free(text);
}

static void stubs_have_what_clients_may_call_and_see(void **state)
{
    char *text = told("-js", (const gw_entity_type *const[]){&Hero_type, NULL});
    (void)state;
    assert_says(text, "\n"
                      "/**\n"
                      " * @typedef {{\n"
                      " *     attrs: { hp: number, seat: { X: number, Y: number, Z: number }, "
                      "title: string },\n"
                      " *     client: {\n"
                      " *         OnShout(text: string): void,\n"
                      " *         OnRest(): void,\n"
                      " *     },\n"
                      " * }} HeroShape\n"
                      " */\n"
                      "\n"
                      "/** @extends {Stub<HeroShape>} */\n"
                      "export class Hero extends Stub {\n"
                      "    static type = 'Hero';\n"
                      "    static attributes = ['hp', 'seat', 'title'];\n"
                      "    static handled = ['OnShout', 'OnRest'];\n"
                      "\n"
                      "    /** @param {string} function_ @param {number | bigint} times */\n"
                      "    Shout(function_, times) {\n"
                      "        return send(this, 'Shout', ['str function', 'u64 times'], "
                      "arguments);\n"
                      "    }\n"
                      "\n"
                      "    /** @param {Uint8Array} bytes */\n"
                      "    watch_(bytes) {\n"
                      "        return send(this, 'watch', ['bytes bytes'], arguments);\n"
                      "    }\n"
                      "}\n");
    free(text);
}

static void no_name_ends_a_string_or_a_comment(void **state)
{
    char *text = told("-js", (const gw_entity_type *const[]){&Odd_type, NULL});
    (void)state;
    assert_says(text, " *     attrs: { '*\\/\"\\'\\\\': number },\n"
                      " *     client: { [method: string]: (...args: any[]) => void },\n"
                      " * }} _1_____Shape\n");
    assert_says(text, "export class _1_____ extends Stub {\n"
                      "    static type = '1 \"*\\/\\x0a';\n"
                      "    static attributes = ['*\\/\"\\'\\\\'];\n"
                      "    static handled = null;\n"
                      "\n"
                      "    '\\']('() {\n"
                      "        return send(this, '\\'](', [], arguments);\n"
                      "    }\n"
                      "}\n");
    free(text);
}

static void c_stubs_have_it_as_typed_functions(void **state)
{
    char *text = told("-c", (const gw_entity_type *const[]){&Hero_type, &Odd_type, NULL});
    (void)state;
    assert_says(text, "static inline gwc_err Hero_call_Shout(gwc_client *client, const gwc_entity "
                      "*entity, const char *function, uint64_t times)\n"
                      "{\n"
                      "    return gwc_call(client, entity, \"Shout\", gwc_str(function), "
                      "gwc_u64(times));\n"
                      "}\n");
    assert_says(text, "static inline int32_t Hero_attr_hp(const gwc_entity *entity)\n"
                      "{\n"
                      "    return (int32_t)gwc_to_int(gwc_attr(entity, \"hp\"));\n"
                      "}\n");
    assert_says(text, "\nvoid Hero_OnShout(gwc_client *client, gwc_entity *entity, const char "
                      "*text);\n");
    assert_says(text, "    Hero_OnShout(client, entity, gwc_to_str(gwc_at(args, 0)));\n");
    assert_says(text, "#define Hero_OnShout_METHOD {\"Hero\", \"OnShout\", "
                      "Hero_OnShout_receive}\n");
    assert_null(strstr(text, "Tick"));
    assert_null(strstr(text, "diary"));
    assert_says(text, "#define _1______TYPE \"1 \\\"*/\\012\"\n");
    free(text);
}

static void a_space_is_told_by_its_name_on_the_wire(void **state)
{
    char *json = told_of(&place_game, ""), *js = told_of(&place_game, "-js"),
         *c = told_of(&place_game, "-c");
    (void)state;
    assert_says(json, "      \"name\": \"Place\",\n      \"wire_name\": \"__space__\",\n");
    assert_says(js, "export class Place extends Stub {\n    static type = '__space__';\n");
    assert_says(c, "#define Place_TYPE \"__space__\"\n");
    assert_says(c, "#define Place_OnShout_METHOD {\"__space__\", \"OnShout\", "
                   "Place_OnShout_receive}\n");
    free(json);
    free(js);
    free(c);
}

static void a_type_that_clients_have_nothing_to_do_with_has_no_stub(void **state)
{
    static const gw_entity_type desk = {.name = "Desk", .size = sizeof(Hero), .service_shards = 3};
    const gw_entity_type *const types[] = {&desk, &Hero_type, NULL};
    char *json = told("", types), *stubs = told("-js", types);
    (void)state;
    assert_says(json, "\"Desk\",\n      \"wire_name\": \"Desk\",\n      \"persistent\": false,\n   "
                      "   \"service_shards\": 3,\n"
                      "      \"attributes\": [],\n      \"methods\": [],\n");
    assert_null(strstr(stubs, "Desk"));
    assert_says(stubs, "export class Hero ");
    free(json);
    free(stubs);
}

static void what_cannot_be_told_is_refused(void **state)
{
    static gw_entity_type a_b, other;
    (void)state;
    a_b = other = Hero_type;
    a_b.name = "a b";
    other.name = "a_b";
    const gw_entity_type *const same[] = {&a_b, &other, NULL};
    assert_refused("-js", same, "types a b and a_b would have stubs of the same name: rename one");
    assert_refused("-c", same, "types a b and a_b would have stubs of the same name: rename one");
    other.size = 0;
    assert_refused("", same, "type a_b: size must be the sizeof of its struct");
    assert_null(schema_form_of("-d"));
}

static void a_signature_is_read_argument_by_argument(void **state)
{
    const char *at = "str text, vec3 place, ";
    struct signature_argument argument;
    (void)state;
    assert_true(signature_next(&at, &argument));
    assert_true(argument.type_size == 3 && argument.name_size == 4);
    assert_true(signature_next(&at, &argument));
    assert_memory_equal(argument.type, "vec3", 4);
    assert_memory_equal(argument.name, "place", 5);
    assert_false(signature_next(&at, &argument));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_all_that_the_table_has),
        cmocka_unit_test(a_game_without_types_is_an_empty_list),
        cmocka_unit_test(json_escapes_names_and_tells_what_is_not_known),
        cmocka_unit_test(stubs_have_what_clients_may_call_and_see),
        cmocka_unit_test(no_name_ends_a_string_or_a_comment),
        cmocka_unit_test(c_stubs_have_it_as_typed_functions),
        cmocka_unit_test(a_space_is_told_by_its_name_on_the_wire),
        cmocka_unit_test(a_type_that_clients_have_nothing_to_do_with_has_no_stub),
        cmocka_unit_test(what_cannot_be_told_is_refused),
        cmocka_unit_test(a_signature_is_read_argument_by_argument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
