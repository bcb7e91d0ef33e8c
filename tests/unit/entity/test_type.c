/* Methods are found by names of any length, and by nothing else. */
#include "entity/type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

enum { LENGTH_MAX = 40, NAMES = 2 * LENGTH_MAX };

static char names[NAMES][LENGTH_MAX + 1];
static gw_method methods[NAMES + 1];
static struct type type;

static void nothing(gw_entity *self, gw_reader *reader)
{
    (void)self;
    (void)reader;
}

/* Of each length two names, which differ in one byte in the middle. */
static int make_type(void **state)
{
    static gw_entity_type def = {.name = "Many", .size = sizeof(gw_entity), .methods = methods};
    char *error = NULL;
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        size_t length = i / 2 + 1;
        memset(names[i], 'a', length);
        if (i % 2)
            names[i][length / 2] = 'b';
        methods[i] = (gw_method){
            .name = names[i], .name_size = (unsigned)length, .signature = "", .invoke = nothing};
    }
    return type_init(&type, &def, &error);
}

static int free_type(void **state)
{
    (void)state;
    type_fini(&type);
    return 0;
}

static void each_method_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++)
        assert_ptr_equal(type_method(&type, names[i], strlen(names[i])), &methods[i]);
}

static void a_name_with_one_other_byte_is_nobodys(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++)
        for (size_t at = 0; at < strlen(names[i]); at++) {
            char *name = strdup(names[i]); /* of its size, so that nothing behind it is read */
            name[at] = 'c';
            assert_null(type_method(&type, name, strlen(name)));
            free(name);
        }
}

static void a_name_that_is_longer_or_shorter_is_nobodys(void **state)
{
    (void)state;
    char longer[LENGTH_MAX + 1];
    memset(longer, 'a', sizeof longer);
    assert_null(type_method(&type, longer, sizeof longer));
    assert_null(type_method(&type, "", 0));
    for (size_t i = 1; i < NAMES; i += 2)
        assert_ptr_not_equal(type_method(&type, names[i], strlen(names[i]) - 1), &methods[i]);
}

static void two_methods_of_one_name_are_refused(void **state)
{
    (void)state;
    static const gw_method twice[] = {{.name = "Attack", .name_size = 6, .invoke = nothing},
                                      {.name = "Attack", .name_size = 6, .invoke = nothing},
                                      {0}};
    static const gw_entity_type def = {
        .name = "Twice", .size = sizeof(gw_entity), .methods = twice};
    struct type refused;
    char *error = NULL;
    assert_int_equal(type_init(&refused, &def, &error), GW_EINVAL);
    assert_string_equal(error, "type Twice has two methods Attack");
    free(error);
    type_fini(&refused);
}

static void refuses_name_size(const char *name, unsigned size)
{
    const gw_method methods_of[] = {{.name = name, .name_size = size, .invoke = nothing}, {0}};
    const gw_entity_type def = {.name = "Odd", .size = sizeof(gw_entity), .methods = methods_of};
    struct type refused;
    char *error = NULL;
    assert_int_equal(type_init(&refused, &def, &error), GW_EINVAL);
    assert_non_null(strstr(error, "the size of the name"));
    free(error);
    type_fini(&refused);
}

/* A table that was written by hand. */
static void a_wrong_size_of_a_name_is_refused(void **state)
{
    char longest[GW_METHOD_NAME_MAX + 2] = {0};
    (void)state;
    memset(longest, 'm', sizeof longest - 1);
    refuses_name_size("Attack", 0);
    refuses_name_size("Attack", 7);
    refuses_name_size(longest, GW_METHOD_NAME_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_method_is_found_by_its_name),
        cmocka_unit_test(a_name_with_one_other_byte_is_nobodys),
        cmocka_unit_test(a_name_that_is_longer_or_shorter_is_nobodys),
        cmocka_unit_test(a_wrong_size_of_a_name_is_refused),
        cmocka_unit_test(two_methods_of_one_name_are_refused),
    };
    return cmocka_run_group_tests(tests, make_type, free_type);
}
