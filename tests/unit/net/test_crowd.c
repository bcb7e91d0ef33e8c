/* Connections by address: who counts as one. */
#include "net/crowd.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct crowd_place *enter(struct crowd *crowd, const char *text)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        return crowd_enter(crowd, (const struct sockaddr *)&v6);
    assert_int_equal(inet_pton(AF_INET, text, &v4.sin_addr), 1);
    return crowd_enter(crowd, (const struct sockaddr *)&v4);
}

static void one_address_gets_its_share_and_others_theirs(void **state)
{
    (void)state;
    struct crowd *crowd = crowd_create(2, 1);
    struct crowd_place *first = enter(crowd, "192.0.2.1"), *second = enter(crowd, "192.0.2.1");
    assert_non_null(first);
    assert_non_null(second);
    assert_null(enter(crowd, "192.0.2.1"));
    struct crowd_place *other = enter(crowd, "192.0.2.2");
    assert_non_null(other);
    crowd_leave(first);
    first = enter(crowd, "192.0.2.1");
    assert_non_null(first);
    crowd_leave(first);
    crowd_leave(second);
    crowd_leave(other);
    crowd_destroy(crowd);
}

static void an_ipv6_network_is_one_and_an_ipv4_address_is_the_same_in_ipv6(void **state)
{
    (void)state;
    struct crowd *crowd = crowd_create(1, 1);
    struct crowd_place *places[] = {enter(crowd, "2001:db8:1:2::1"),
                                    enter(crowd, "2001:db8:1:3::1"), enter(crowd, "192.0.2.1"),
                                    enter(crowd, "::1")};
    for (unsigned i = 0; i < 4; i++)
        assert_non_null(places[i]);
    assert_null(enter(crowd, "2001:db8:1:2:ffff::5"));
    assert_null(enter(crowd, "::ffff:192.0.2.1"));
    assert_int_equal(crowd_addresses(crowd), 4);
    for (unsigned i = 0; i < 4; i++)
        crowd_leave(places[i]);
    assert_int_equal(crowd_addresses(crowd), 0);
    crowd_destroy(crowd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address_gets_its_share_and_others_theirs),
        cmocka_unit_test(an_ipv6_network_is_one_and_an_ipv4_address_is_the_same_in_ipv6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
