/* Which service of systemd a process belongs to. */
#include "os/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void it_is_named_by_its_control_group(void **state)
{
    (void)state;
    char name[32];
    assert_true(
        service_in("0::/system.slice/system-chat.slice/chat-game@1.service\n", name, sizeof name));
    assert_string_equal(name, "chat-game@1.service");
    assert_true(service_in("4:cpu:/\n1:name=systemd:/system.slice/a.service\n0::/b.service\n", name,
                           sizeof name));
    assert_string_equal(name, "a.service");
}

static void others_belong_to_none(void **state)
{
    (void)state;
    char name[16];
    static const char *const groups[] = {"",
                                         "0::/\n",
                                         "0::/user.slice/session-1.scope\n",
                                         "0::/x.service/.service\n",
                                         "1:cpu:/x.service\n",
                                         "0::/this-name-is-long.service\n",
                                         "0::/a.service/b.scope"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        assert_false(service_in(groups[i], name, sizeof name));
    assert_false(service_of(-1, name, sizeof name));
}

static void only_a_service_is_particular_about_who_takes_its_place(void **state)
{
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    assert_true(service_may_pass_to(-1));
    assert_false(service_has(getpid()));
    setenv("NOTIFY_SOCKET", "/run/nobody", 1);
    assert_true(service_may_pass_to(getpid()));
    assert_false(service_may_pass_to(-1));
    assert_true(service_has(getpid()));
    assert_false(service_has(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_named_by_its_control_group),
        cmocka_unit_test(others_belong_to_none),
        cmocka_unit_test(only_a_service_is_particular_about_who_takes_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
