/* The index of the clients' filter properties, against a search through all of them. */
#include "gate/filters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MEMBERS 200
#define KEYS 3
#define ROUNDS 4000

struct member {
    struct filter_member filters;
    char values[KEYS][8];
    bool has[KEYS];
    unsigned visits;
};

static const char *const keys[KEYS] = {"room", "level", "k"};

static void count_visit(void *user, struct filter_member *member)
{
    (void)user;
    ((struct member *)(void *)member)->visits++;
}

static bool matches(enum filter_op op, const char *have, const char *want)
{
    int order = strcmp(have, want);
    switch (op) {
    case FILTER_EQ:
        return order == 0;
    case FILTER_NE:
        return order != 0;
    case FILTER_GT:
        return order > 0;
    case FILTER_LT:
        return order < 0;
    case FILTER_GE:
        return order >= 0;
    default:
        return order <= 0;
    }
}

static void check_query(const struct filters *filters, struct member *members, enum filter_op op,
                        unsigned key, const char *value)
{
    for (unsigned i = 0; i < MEMBERS; i++)
        members[i].visits = 0;
    filters_each(filters, op, view_str(keys[key]), view_str(value), count_visit, NULL);
    for (unsigned i = 0; i < MEMBERS; i++) {
        struct member *m = &members[i];
        assert_int_equal(m->visits, m->has[key] && matches(op, m->values[key], value));
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void random_value(uint64_t *random, char *value)
{
    size_t length = next_random(random) % 4;
    for (size_t i = 0; i < length; i++)
        value[i] = (char)('a' + next_random(random) % 3);
    value[length] = '\0';
}

static void change_one(struct filters *filters, struct member *members, uint64_t *random)
{
    struct member *m = &members[next_random(random) % MEMBERS];
    if (next_random(random) % 8 == 0) {
        filters_clear(filters, &m->filters);
        memset(m->has, 0, sizeof m->has);
        return;
    }
    unsigned key = (unsigned)(next_random(random) % KEYS);
    random_value(random, m->values[key]);
    m->has[key] = true;
    assert_int_equal(
        filters_set(filters, &m->filters, view_str(keys[key]), view_str(m->values[key])), GW_OK);
}

static void every_operator_visits_what_a_search_through_all_finds_once(void **state)
{
    (void)state;
    static struct member members[MEMBERS];
    for (uint64_t seed = 1; seed <= 5; seed++) {
        uint64_t random = seed;
        struct filters *filters = filters_create(seed, (struct filters_limits){0});
        memset(members, 0, sizeof members);
        for (unsigned round = 0; round < ROUNDS; round++) {
            char value[8];
            change_one(filters, members, &random);
            random_value(&random, value);
            check_query(filters, members, (enum filter_op)(round % FILTER_OP_COUNT),
                        (unsigned)(next_random(&random) % KEYS), value);
        }
        for (unsigned i = 0; i < MEMBERS; i++)
            filters_clear(filters, &members[i].filters);
        filters_destroy(filters);
    }
}

static void values_compare_as_byte_strings(void **state)
{
    (void)state;
    struct filters *filters = filters_create(1, (struct filters_limits){0});
    struct member nine = {0}, ten = {0}, high = {0};
    assert_int_equal(filters_set(filters, &nine.filters, view_str("lv"), view_str("9")), GW_OK);
    assert_int_equal(filters_set(filters, &ten.filters, view_str("lv"), view_str("10")), GW_OK);
    assert_int_equal(filters_set(filters, &high.filters, view_str("lv"), view_str("\xff")), GW_OK);
    filters_each(filters, FILTER_GT, view_str("lv"), view_str("10"), count_visit, NULL);
    assert_int_equal(nine.visits, 1);
    assert_int_equal(ten.visits, 0);
    assert_int_equal(high.visits, 1);
    filters_clear(filters, &nine.filters);
    filters_clear(filters, &ten.filters);
    filters_clear(filters, &high.filters);
    filters_destroy(filters);
}

static void a_member_has_a_limit_of_properties_and_bytes(void **state)
{
    (void)state;
    struct filters *filters = filters_create(1, (struct filters_limits){.props = 2, .bytes = 10});
    struct member m = {0};
    assert_int_equal(filters_set(filters, &m.filters, view_str(""), view_str("x")), GW_EINVAL);
    assert_int_equal(filters_set(filters, &m.filters, view_str("a"), view_str("1234567")), GW_OK);
    assert_int_equal(filters_set(filters, &m.filters, view_str("b"), view_str("12")), GW_EFULL);
    assert_int_equal(filters_set(filters, &m.filters, view_str("b"), view_str("1")), GW_OK);
    assert_int_equal(filters_set(filters, &m.filters, view_str("c"), view_str("")), GW_EFULL);
    assert_int_equal(filters_set(filters, &m.filters, view_str("a"), view_str("12345678")),
                     GW_EFULL);
    assert_int_equal(filters_set(filters, &m.filters, view_str("a"), view_str("")), GW_OK);
    assert_int_equal(filters_set(filters, &m.filters, view_str("b"), view_str("12345678")), GW_OK);
    filters_clear(filters, &m.filters);
    assert_int_equal(m.filters.bytes, 0);
    filters_destroy(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_visits_what_a_search_through_all_finds_once),
        cmocka_unit_test(values_compare_as_byte_strings),
        cmocka_unit_test(a_member_has_a_limit_of_properties_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
