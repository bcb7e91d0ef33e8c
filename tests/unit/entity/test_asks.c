/* Calls that are answered, and calls by name: near and far. */
#include "hero.h"

#include <stdio.h>

typedef struct Bank {
    gw_entity base;
    int64_t left;
} Bank;
extern const gw_entity_type Bank_type;

#define BANK_RPC(RPC)                                                                              \
    RPC(Bank, Act, GW_FIBER)                                                                       \
    RPC(Bank, Note, GW_SERVER, (i64, n), (str, text))
GW_RPC_DECLARE(BANK_RPC)
#define BANK_ASK(ASK)                                                                              \
    ASK(Bank, Withdraw, GW_SERVER, ((i64, amount)), ((i64, left), (text, note)))                   \
    ASK(Bank, Slow, GW_FIBER, (), ((map, map)))                                                    \
    ASK(Bank, Check, GW_SERVER, ((list, list)), ())
GW_ASK_DECLARE(BANK_ASK)
#define BANK_CLIENT_RPC(RPC) RPC(Bank, OnNote, (i64, n))
GW_CLIENT_RPC_DECLARE(BANK_CLIENT_RPC)

static void (*act)(Bank *self);

void Bank_Act(Bank *self)
{
    act(self);
}

void Bank_Note(Bank *self, int64_t n, const char *text)
{
    (void)self;
    note("note(%lld,%s) ", (long long)n, text);
}

gw_err Bank_Withdraw(Bank *self, int64_t amount, int64_t *left, gw_text *text)
{
    gw_text_assign(text, "thanks");
    if (amount > self->left)
        return GW_EFULL;
    self->left -= amount;
    *left = self->left;
    return GW_OK;
}

gw_err Bank_Slow(Bank *self, gw_map *map)
{
    (void)self;
    gw_err err = gw_await_sleep(1000);
    *map = gw_map_new();
    gw_map_set(*map, "slow", true);
    return err;
}

gw_err Bank_Check(Bank *self, gw_list list)
{
    (void)self;
    return gw_list_size(list) ? GW_EEXIST : GW_OK;
}

GW_RPC_DEFINE(Bank, BANK_RPC, BANK_ASK)

static void fill(gw_entity *entity)
{
    GW_AS(Bank, entity)->left = 100;
}

const gw_entity_type Bank_type = {
    .name = "Bank", .size = sizeof(Bank), .methods = Bank_methods, .on_init = fill};
static const gw_entity_type *const types[] = {&Bank_type, NULL};
static const gw_game bank_game = {.types = types};

static int setup(void **state)
{
    forget_happened();
    *state = fixture_create(&bank_game, "Bank");
    return 0;
}

static int teardown(void **state)
{
    fixture_destroy(*state);
    return 0;
}

#define ASK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static gw_id other;

static void run(struct fixture *f, void (*what)(Bank *self))
{
    gw_entity *self = fixture_find(f, fixture_id("bootc1"));
    if (!self) {
        self = fixture_connect(f, "c1");
        other = fixture_connect(f, "c2")->id;
    }
    fixture_skip(f);
    act = what;
    fixture_call(f, self->id, "Act", "");
}

/* ---- near ------------------------------------------------------------------------------------ */

static void withdraw(Bank *self)
{
    (void)self;
    int64_t left = -1;
    gw_text text = {0};
    note("ask ");
    assert_int_equal(Bank_await_Withdraw(other, 0, 30, &left, &text), GW_OK);
    note("left=%lld %s ", (long long)left, gw_text_get(&text));
    assert_int_equal(Bank_await_Withdraw(other, 0, 71, &left, NULL), GW_EFULL);
    assert_int_equal(left, 70); /* untouched */
    assert_int_equal(Bank_await_Withdraw(self->base.id, 0, 1, NULL, NULL), GW_OK);
    assert_int_equal(Bank_await_Check(other, 0, (gw_list){0}), GW_OK);
    assert_int_equal(Bank_await_Check(other, 0, GW_LIST(1)), GW_EEXIST);
    gw_map map = {0};
    assert_int_equal(Bank_await_Slow(other, 0, &map), GW_OK);
    assert_true(gw_map_bool(map, "slow"));
    gw_text_clear(&text);
    note("done ");
}

static void an_answer_comes_back_to_where_it_was_asked_for(void **state)
{
    struct fixture *f = *state;
    run(f, withdraw);
    assert_happened("ask left=70 thanks ");
    fixture_pass(f, 1000);
    assert_happened("done ");
    assert_int_equal(fixture_next_type(f), 0); /* all of it was near */
    assert_int_equal(world_stats(f->world)->asks_waiting, 0);
}

static void answered(void *argument, gw_err err, int64_t left, const char *text)
{
    note("%s(%d,%lld,%s) ", (const char *)argument, err, (long long)left, text);
}

static void ask_by_callback(Bank *self)
{
    (void)self;
    assert_int_equal(Bank_ask_Withdraw(other, 0, 30, answered, "first"), GW_OK);
    assert_int_equal(Bank_ask_Withdraw(other, 0, 300, answered, "second"), GW_OK);
    Bank_call_Note(other, 1, "between");
    note("asked ");
}

static void an_answer_comes_to_a_callback_after_the_handler(void **state)
{
    struct fixture *f = *state;
    run(f, ask_by_callback);
    assert_happened("asked note(1,between) first(0,70,thanks) second(-7,0,) ");
}

static void fail_each_way(Bank *self)
{
    gw_list list = {0};
    assert_int_equal(gw_await_call(other, "NoSuch", 0, list, &list), GW_EINVAL);
    assert_int_equal(gw_await_call(other, "Withdraw", 0, GW_LIST("text"), &list), GW_EINVAL);
    assert_int_equal(gw_await_call(other, "", 0, list, &list), GW_EINVAL);
    assert_int_equal(Bank_await_Withdraw(other, -1, 1, NULL, NULL), GW_EINVAL);
    assert_null(list.node_);
    assert_int_equal(Bank_await_Slow(other, 500, NULL), GW_ETIMEDOUT);
    (void)self;
    note("done ");
}

static void what_goes_wrong_is_an_error(void **state)
{
    struct fixture *f = *state;
    run(f, fail_each_way);
    fixture_pass(f, 499);
    assert_happened("");
    fixture_pass(f, 1);
    assert_happened("done ");
    fixture_pass(f, 500); /* the answer comes now: nobody waits for it */
    assert_int_equal(world_stats(f->world)->asks_timed_out, 1);
    assert_int_equal(world_stats(f->world)->calls_refused.count, 1);
}

static void ask_slow(Bank *self)
{
    (void)self;
    gw_map map;
    note("slow(%d) ", Bank_await_Slow(other, 0, &map));
}

static void the_end_of_either_ends_the_wait(void **state)
{
    struct fixture *f = *state;
    run(f, ask_slow);
    world_disown_entity(f->world, other);
    assert_happened("slow(-4) "); /* its fiber was told, and gave that back */
    other = fixture_connect(f, "c3")->id;
    run(f, ask_slow);
    world_disown_entity(f->world, fixture_id("bootc1"));
    assert_happened("slow(-4) ");
    fixture_pass(f, 1000);
    assert_int_equal(world_stats(f->world)->asks_waiting, 0);
}

/* Which asks again whatever happens. */
static void ask_again(void *argument, gw_err err, int64_t left, const char *text)
{
    (void)left, (void)text;
    note("again(%d) ", err);
    if (err)
        note("then(%d) ", Bank_ask_Withdraw(other, 0, 1, ask_again, argument));
}

static void ask_stubbornly(Bank *self)
{
    (void)self;
    assert_int_equal(Bank_ask_Withdraw(fixture_id("far"), 0, 1, ask_again, NULL), GW_OK);
}

static void a_game_that_stops_asks_no_more(void **state)
{
    struct fixture *f = *state;
    run(f, ask_stubbornly);
    world_stop(f->world);
    assert_happened("again(-4) then(-4) ");
}

static void a_game_that_stops_waits_no_more(void **state)
{
    struct fixture *f = *state;
    run(f, ask_by_callback);
    forget_happened();
    run(f, ask_slow);
    world_stop(f->world);
    assert_int_equal(world_stats(f->world)->asks_waiting, 0);
    assert_happened("slow(-4) ");
}

/* ---- by name --------------------------------------------------------------------------------- */

static void call_names(Bank *self)
{
    gw_call(other, "Note", GW_LIST(7, "by name"));
    gw_call(self->base.id, "Note", GW_LIST(8));
    gw_call(other, "NoSuch", (gw_list){0});
    gw_call(other, "", (gw_list){0});
    gw_call(fixture_id("far"), "Note", GW_LIST(9, "far"));
    gw_call_clients(gw_own_client(&self->base), "OnNote", GW_LIST(10));
    gw_list answer;
    assert_int_equal(gw_await_call(other, "Withdraw", 0, GW_LIST(1), &answer), GW_OK);
    note("answer(%lld,%s) ", (long long)gw_list_i64(answer, 0), gw_list_str(answer, 1));
    assert_int_equal(gw_await_call(other, "Note", 0, GW_LIST(11), &answer), GW_OK);
    assert_int_equal(gw_list_size(answer), 0);
}

static void methods_are_called_by_name(void **state)
{
    struct fixture *f = *state;
    run(f, call_names);
    assert_happened("note(7,by name) note(8,) answer(99,thanks) note(11,) ");
    struct msg_call_entity_method far;
    assert_true(msg_call_entity_method_read(fixture_next(f), &far));
    assert_true(view_equals(far.method, "Note"));
    assert_memory_equal(far.args.data,
                        "\2\0\x09\0\0\0\xd3\0\0\0\0\0\0\0\x09\4\0\0\0\xa3"
                        "far",
                        23);
    assert_int_equal(fixture_next_type(f), MSG_CALL_ENTITY_METHOD_ON_CLIENT);
    assert_int_equal(world_stats(f->world)->calls_refused.count, 1);
    assert_int_equal(world_stats(f->world)->handler_errors, 1);
}

static void list_answered(void *argument, gw_err err, gw_list answer)
{
    note("%s(%d,%zu) ", (const char *)argument, err, gw_list_size(answer));
}

static void ask_names(Bank *self)
{
    (void)self;
    assert_int_equal(gw_ask(other, "Withdraw", 0, GW_LIST(1), list_answered, "two"), GW_OK);
    assert_int_equal(gw_ask(other, "NoSuch", 0, (gw_list){0}, list_answered, "none"), GW_OK);
}

static void a_callback_takes_answers_of_any_form(void **state)
{
    struct fixture *f = *state;
    run(f, ask_names);
    assert_happened("none(-1,0) two(0,2) ");
}

/* ---- far ------------------------------------------------------------------------------------- */

static void ask_far(Bank *self)
{
    (void)self;
    int64_t left = -1;
    gw_err err = Bank_await_Withdraw(fixture_id("far"), 0, 30, &left, NULL);
    note("far(%d,%lld) ", err, (long long)left);
}

static struct msg_ask expect_ask(struct fixture *f)
{
    struct msg_ask ask;
    assert_true(msg_ask_read(fixture_next(f), &ask));
    assert_true(gw_id_equal(ask.entity, fixture_id("far")));
    assert_int_equal(ask.game, 1);
    assert_true(view_equals(ask.method, "Withdraw"));
    assert_memory_equal(ask.args.data, "\1\0\x09\0\0\0\xd3\0\0\0\0\0\0\0\x1e", 15);
    return ask;
}

static void answer(struct fixture *f, uint64_t request, uint16_t error, const char *args,
                   uint32_t size)
{
    struct buf b = {0};
    msg_answer_write(&b, &(struct msg_answer){.game = 1,
                                              .request = request,
                                              .error = error,
                                              .args = {(const uint8_t *)args, size}});
    world_answered(f->world, view_of(&b));
    buf_free(&b);
}

static void a_question_goes_far_and_its_answer_comes_back(void **state)
{
    static const char args[] = "\2\0\1\0\0\0\x05\3\0\0\0\xa2ok";
    struct fixture *f = *state;
    run(f, ask_far);
    uint64_t request = expect_ask(f).request;
    answer(f, request + 1, 0, args, sizeof args - 1); /* nobody's */
    assert_happened("");
    answer(f, request, 0, args, sizeof args - 1);
    assert_happened("far(0,5) ");
    answer(f, request, 0, args, sizeof args - 1); /* once is enough */
    assert_happened("");
    run(f, ask_far);
    answer(f, expect_ask(f).request, (uint16_t)-GW_ENOTFOUND, NULL, 0);
    assert_happened("far(-2,-1) ");
    run(f, ask_far);
    answer(f, expect_ask(f).request, 60000, NULL, 0); /* an error of some later version */
    assert_happened("far(-5,-1) ");
    run(f, ask_far);
    answer(f, expect_ask(f).request, 0, "\1\0\1\0\0\0\xa0", 7); /* a text */
    assert_happened("far(-5,-1) ");
    f->is_strange = true;
    run(f, ask_far);
    assert_happened("far(-12,-1) ");
    world_answered(f->world, (struct view){(const uint8_t *)"\xe1\x0b", 2});
    assert_int_equal(world_stats(f->world)->entity_packets_bad.count, 1);
}

static void ask_from_far(struct fixture *f, gw_id entity, const char *method, uint64_t request)
{
    struct buf b = {0};
    msg_ask_write(&b, &(struct msg_ask){.entity = entity,
                                        .game = 2,
                                        .request = request,
                                        .method = view_str(method),
                                        .args = {(const uint8_t *)"\0\0", 2}});
    world_asked(f->world, view_of(&b));
    buf_free(&b);
}

static void expect_answer(struct fixture *f, uint64_t request, gw_err err)
{
    struct msg_answer m;
    assert_true(msg_answer_read(fixture_next(f), &m));
    assert_int_equal(m.game, 2);
    assert_int_equal(m.request, request);
    assert_int_equal(m.error, -err);
}

static void nothing(Bank *self)
{
    (void)self;
}

static void a_question_from_far_is_answered_once(void **state)
{
    struct fixture *f = *state;
    run(f, nothing);
    fixture_skip(f);
    ask_from_far(f, other, "Withdraw", 7);
    expect_answer(f, 7, GW_OK);
    ask_from_far(f, other, "NoSuch", 8);
    expect_answer(f, 8, GW_EINVAL);
    ask_from_far(f, fixture_id("nobody"), "Withdraw", 9);
    expect_answer(f, 9, GW_ENOTFOUND);
    ask_from_far(f, other, "Note", 10);
    expect_answer(f, 10, GW_OK);
    ask_from_far(f, other, "Slow", 11);
    assert_int_equal(fixture_next_type(f), 0);
    fixture_pass(f, 1000);
    expect_answer(f, 11, GW_OK);
    fixture_call(f, other, "Withdraw", ""); /* a plain call */
    assert_int_equal(fixture_next_type(f), 0);
}

static void ask_too_much(Bank *self)
{
    (void)self;
    gw_err err = GW_OK;
    unsigned asked = 0;
    for (; !err && asked < 200000; asked++)
        err = Bank_ask_Withdraw(fixture_id("far"), 0, 1, answered, "never");
    assert_int_equal(err, GW_EFULL);
    note("asked(%u) ", asked);
}

static void what_waits_for_answers_has_a_limit(void **state)
{
    struct fixture *f = *state;
    run(f, ask_too_much);
    assert_happened("asked(100001) ");
    fixture_skip(f);
    fixture_pass(f, GW_ASK_TIMEOUT_MS);
    assert_int_equal(world_stats(f->world)->asks_timed_out, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(an_answer_comes_back_to_where_it_was_asked_for),
        ASK_TEST(an_answer_comes_to_a_callback_after_the_handler),
        ASK_TEST(what_goes_wrong_is_an_error),
        ASK_TEST(the_end_of_either_ends_the_wait),
        ASK_TEST(a_game_that_stops_waits_no_more),
        ASK_TEST(a_game_that_stops_asks_no_more),
        ASK_TEST(methods_are_called_by_name),
        ASK_TEST(a_callback_takes_answers_of_any_form),
        ASK_TEST(a_question_goes_far_and_its_answer_comes_back),
        ASK_TEST(a_question_from_far_is_answered_once),
        ASK_TEST(what_waits_for_answers_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
