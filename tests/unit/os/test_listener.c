/* Who listens on a port. */
#include "os/listener.h"

#include "os/process.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int listen_on(const char *host, uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(inet_pton(AF_INET, host, &address.sin_addr), 1);
    assert_return_code(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_return_code(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    assert_return_code(listen(fd, 1), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void a_listener_is_found_with_its_command(void **state)
{
    (void)state;
    struct listener found;
    char command[sizeof found.command];
    uint16_t port;
    int fd = listen_on("127.0.0.1", &port);
    process_command(getpid(), command, sizeof command);
    static const char *const hosts[] = {"127.0.0.1", "0.0.0.0", "::1", "localhost"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        assert_int_equal(listener_find(hosts[i], port, &found), GW_OK);
        assert_int_equal(found.pid, getpid());
        assert_string_equal(found.command, command);
    }
    assert_non_null(strstr(command, "listener"));
    close(fd);
}

static void what_listens_for_another_address_is_not_meant(void **state)
{
    (void)state;
    struct listener found;
    uint16_t port;
    int fd = listen_on("127.0.0.2", &port);
    assert_int_equal(listener_find("127.0.0.1", port, &found), GW_ENOTFOUND);
    close(fd);
    fd = listen_on("0.0.0.0", &port);
    assert_int_equal(listener_find("127.0.0.1", port, &found), GW_OK);
    close(fd);
}

/* The end that was accepted has the listener's port, and stays when that is closed. */
static void a_connection_on_the_port_is_no_listener(void **state)
{
    (void)state;
    struct listener found;
    uint16_t port;
    int listening = listen_on("127.0.0.1", &port);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_return_code(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    int accepted = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    assert_true(accepted >= 0);
    close(listening);
    assert_int_equal(listener_find("127.0.0.1", port, &found), GW_ENOTFOUND);
    close(accepted);
    close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_is_found_with_its_command),
        cmocka_unit_test(what_listens_for_another_address_is_not_meant),
        cmocka_unit_test(a_connection_on_the_port_is_no_listener),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
