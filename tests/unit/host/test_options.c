/* The command line of a server process. */
#include "host/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define PARSE(out, error, ...) parse((char *[]){"gate", __VA_ARGS__, NULL}, (out), (error))

static gw_err parse(char **argv, struct host_options *out, char **error)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    return host_options_parse(argc, argv, "-gid", out, error);
}

static void every_option_is_read(void **state)
{
    (void)state;
    struct host_options options;
    char *error;
    assert_int_equal(
        PARSE(&options, &error, "-gid", "7", "-configfile", "x.ini", "-log", "warn", "-d"), GW_OK);
    assert_int_equal(options.id, 7);
    assert_string_equal(options.configfile, "x.ini");
    assert_true(options.has_log_level);
    assert_int_equal(options.log_level, LOG_WARN);
}

static void what_is_not_given_has_a_default(void **state)
{
    (void)state;
    struct host_options options;
    char *error;
    assert_int_equal(PARSE(&options, &error, "--gid", "1"), GW_OK);
    assert_string_equal(options.configfile, "goworld.ini");
    assert_false(options.has_log_level);
}

static void expect_error(gw_err err, char **error, const char *sentence)
{
    assert_int_not_equal(err, GW_OK);
    assert_string_equal(*error, sentence);
    free(*error);
}

static void a_wrong_option_is_said_in_a_sentence(void **state)
{
    (void)state;
    struct host_options options;
    char *error;
    expect_error(PARSE(&options, &error, "-d"), &error, "-gid is missing");
    expect_error(PARSE(&options, &error, "-gid"), &error, "-gid is no option, or wants a value");
    expect_error(PARSE(&options, &error, "-gid", "0"), &error,
                 "-gid wants a number from 1 to 1024, not \"0\"");
    expect_error(PARSE(&options, &error, "-gid", "1x"), &error,
                 "-gid wants a number from 1 to 1024, not \"1x\"");
    expect_error(PARSE(&options, &error, "-gid", ""), &error,
                 "-gid wants a number from 1 to 1024, not \"\"");
    expect_error(PARSE(&options, &error, "-gid", "1", "-log", "loud"), &error,
                 "-log wants debug, info, warn, error or fatal, not \"loud\"");
    expect_error(PARSE(&options, &error, "-gid", "1", "-dispid", "1"), &error,
                 "there is no option -dispid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_read),
        cmocka_unit_test(what_is_not_given_has_a_default),
        cmocka_unit_test(a_wrong_option_is_said_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
