/* What a process tells whoever started it, by pipe or by systemd's socket. */
#include "os/notify.h"

#include <goworld/types.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* Runs `notify` with GOWORLD_READY_FD naming a pipe; returns what came out of it until it was
 * closed. */
static const char *told(void (*notify)(void))
{
    static char text[64];
    char number[16];
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    snprintf(number, sizeof number, "%d", fds[1]);
    setenv("GOWORLD_READY_FD", number, 1);
    notify();
    notify(); /* says nothing, and closes nothing that is somebody else's by now */
    size_t size = 0;
    ssize_t got;
    while ((got = read(fds[0], text + size, sizeof text - 1 - size)) > 0)
        size += (size_t)got;
    text[size] = '\0';
    close(fds[0]);
    return text;
}

static void say_ready(void)
{
    os_notify_ready("");
}

static void say_ready_with_note(void)
{
    os_notify_ready("paused_ms=12");
}

static void say_error(void)
{
    os_notify_error("the port is in use");
}

static void whoever_waits_is_told_once(void **state)
{
    (void)state;
    assert_string_equal(told(say_ready), "ready\n");
    assert_string_equal(told(say_ready_with_note), "ready paused_ms=12\n");
    assert_string_equal(told(say_error), "the port is in use\n");
    assert_null(getenv("GOWORLD_READY_FD"));
}

static void nobody_waits(void **state)
{
    (void)state;
    unsetenv("GOWORLD_READY_FD");
    os_notify_ready("");
    setenv("GOWORLD_READY_FD", "nonsense", 1);
    os_notify_ready("");
}

/* A socket as systemd has one, at the name that NOTIFY_SOCKET gives; '@' begins an abstract one. */
static int listen_as_systemd(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    size_t size = strlen(name);
    memcpy(address.sun_path, name, size);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void expect_state(int fd, const char *state)
{
    char text[128];
    ssize_t size = recv(fd, text, sizeof text - 1, 0);
    assert_true(size >= 0);
    text[size] = '\0';
    assert_string_equal(text, state);
}

static void tell_all(int fd)
{
    os_notify_error("the port is in use");
    expect_state(fd, "STATUS=the port is in use\n");
    os_notify_ready("");
    expect_state(fd, "READY=1\n");
    os_notify_stopping();
    expect_state(fd, "STOPPING=1\n");
    os_notify_saving(12, 2000);
    expect_state(fd, "STATUS=saving: 12 requests to the databases are left\n"
                     "EXTEND_TIMEOUT_USEC=2000000\n");
    os_notify_succeeded(77);
    expect_state(fd, "MAINPID=77\n");
    close(fd);
}

static void systemd_is_told_by_its_socket(void **state)
{
    (void)state;
    char dir[] = "/tmp/goworld-notify-XXXXXX", path[64], name[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/socket", dir);
    tell_all(listen_as_systemd(path));
    os_notify_stopping(); /* nobody is there any more */
    unlink(path);
    rmdir(dir);
    snprintf(name, sizeof name, "@goworld-notify-%d", (int)getpid());
    tell_all(listen_as_systemd(name));
}

static void an_address_that_is_none_is_left_alone(void **state)
{
    static const char *const names[] = {"", "@", "/", "relative", "vsock:1:2"};
    (void)state;
    char endless[300];
    memset(endless, '/', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        os_notify_stopping();
    }
    setenv("NOTIFY_SOCKET", endless, 1);
    os_notify_stopping();
    unsetenv("NOTIFY_SOCKET");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_waits_is_told_once),
        cmocka_unit_test(nobody_waits),
        cmocka_unit_test(systemd_is_told_by_its_socket),
        cmocka_unit_test(an_address_that_is_none_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
