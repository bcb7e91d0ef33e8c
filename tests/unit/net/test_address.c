/* Addresses as configurations write them. */
#include "net/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
    const char *text, *host, *port; /* host NULL: refused */
} cases[] = {
    {"127.0.0.1:14000", "127.0.0.1", "14000"},
    {"localhost:0", "localhost", "0"},
    {"[::1]:14000", "::1", "14000"},
    {":14000", "", "14000"},
    {"25001", "", "25001"},
    {"[::]:1", "::", "1"},
    {"a:65535", "a", "65535"},
    {"a:65536", NULL, NULL},
    {"a:123456", NULL, NULL},
    {"a:", NULL, NULL},
    {"a", NULL, NULL},
    {"", NULL, NULL},
    {"::1:80", NULL, NULL},
    {"a:b:80", NULL, NULL},
    {"a:-1", NULL, NULL},
    {"a: 80", NULL, NULL},
    {"a:80 ", NULL, NULL},
};

static void each_is_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct address address;
        gw_err err = address_parse(cases[i].text, &address);
        assert_int_equal(err, cases[i].host ? GW_OK : GW_EINVAL);
        if (err)
            continue;
        assert_string_equal(address.host, cases[i].host);
        assert_string_equal(address.port, cases[i].port);
    }
}

static void a_host_that_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[400];
    struct address address;
    memset(text, 'a', sizeof text);
    memcpy(text + 300, ":80", 4);
    assert_int_equal(address_parse(text, &address), GW_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_read_or_refused),
        cmocka_unit_test(a_host_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
