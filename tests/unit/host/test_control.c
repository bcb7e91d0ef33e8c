/* The socket by which other processes reach a game that runs. */
#include "host/control.h"

#include "base/buf.h"
#include "os/local.h"
#include "os/system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct rig {
    char folder[64], path[128];
    struct loop *loop;
    struct control *control;
    unsigned count; /* of what was asked */
    enum control_request request;
    int fd;
};

static void asked(void *user, enum control_request request, int fd)
{
    struct rig *rig = user;
    rig->count++;
    rig->request = request;
    rig->fd = fd;
}

static int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    char *error;
    snprintf(rig->folder, sizeof rig->folder, "/tmp/goworld-control-XXXXXX");
    assert_non_null(mkdtemp(rig->folder));
    snprintf(rig->path, sizeof rig->path, "%s/game1.sock", rig->folder);
    assert_int_equal(loop_create(&rig->loop), GW_OK);
    const struct control_desc desc = {
        .loop = rig->loop, .path = rig->path, .asked = asked, .user = rig};
    assert_int_equal(control_open(&desc, &rig->control, &error), GW_OK);
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;
    control_close(rig->control);
    loop_destroy(rig->loop);
    assert_int_equal(rmdir(rig->folder), 0);
    free(rig);
    return 0;
}

/* In each turn: until as much was asked as is awaited. */
struct awaited {
    struct rig *rig;
    unsigned count;
};

static int64_t end_when_asked(void *user)
{
    const struct awaited *awaited = user;
    if (awaited->rig->count >= awaited->count)
        loop_stop(awaited->rig->loop);
    return CLOCK_NEVER;
}

static void run_until_asked(struct rig *rig, unsigned count)
{
    struct awaited awaited = {rig, count};
    loop_on_turn(rig->loop, end_when_asked, &awaited);
    loop_run(rig->loop);
    loop_off(rig->loop, &awaited);
}

static void a_request_comes_with_its_connection(void **state)
{
    struct rig *rig = *state;
    for (unsigned request = 0; request < CONTROL_REQUEST_COUNT; request++) {
        int fd;
        assert_int_equal(control_ask(rig->path, (enum control_request)request, &fd), GW_OK);
        run_until_asked(rig, request + 1);
        assert_int_equal(rig->request, request);
        close(rig->fd);
        close(fd);
    }
}

static void what_is_no_request_is_not_heard(void **state)
{
    struct rig *rig = *state;
    int strange, hasty, fd;
    char byte;
    assert_int_equal(local_connect(rig->path, &strange), GW_OK);
    assert_int_equal(local_send(strange, "GET / HT", 8, os_monotonic_ms() + 1000), GW_OK);
    assert_int_equal(local_connect(rig->path, &hasty), GW_OK);
    close(hasty);
    assert_int_equal(control_ask(rig->path, CONTROL_STOP, &fd), GW_OK);
    run_until_asked(rig, 1);
    assert_int_equal(rig->request, CONTROL_STOP);
    assert_int_equal(local_receive(strange, &byte, 1, os_monotonic_ms() + 1000), GW_ENOTFOUND);
    close(strange);
    close(rig->fd);
    close(fd);
}

static void progress_is_told_to_who_reads(void **state)
{
    struct rig *rig = *state;
    const struct control_progress said = {
        .requests = 20, .bytes = 300, .left_ms = 4000, .end = CONTROL_UNSAVED};
    struct control_progress heard = {0};
    int fd;
    assert_int_equal(control_ask(rig->path, CONTROL_STOP, &fd), GW_OK);
    run_until_asked(rig, 1);
    assert_int_equal(control_hear(fd, &heard), GW_ETIMEDOUT);
    assert_int_equal(control_tell(rig->fd, &said), GW_OK);
    assert_int_equal(control_hear(fd, &heard), GW_OK);
    assert_memory_equal(&heard, &said, sizeof said);
    close(rig->fd);
    assert_int_equal(control_hear(fd, &heard), GW_ENOTFOUND);
    close(fd);
}

static void who_does_not_read_is_not_waited_for(void **state)
{
    struct rig *rig = *state;
    const struct control_progress said = {.requests = 1};
    int fd;
    assert_int_equal(control_ask(rig->path, CONTROL_STOP, &fd), GW_OK);
    run_until_asked(rig, 1);
    unsigned told = 0;
    while (told < 1000000 && control_tell(rig->fd, &said) == GW_OK)
        told++;
    assert_in_range(told, 1, 999999);
    close(fd);
    close(rig->fd);
}

static void a_second_process_does_not_get_the_path(void **state)
{
    struct rig *rig = *state;
    struct control *second;
    char *error;
    int fd;
    const struct control_desc desc = {
        .loop = rig->loop, .path = rig->path, .asked = asked, .user = rig};
    assert_int_equal(control_open(&desc, &second, &error), GW_EEXIST);
    assert_non_null(strstr(error, "the same game runs already"));
    free(error);
    control_close(rig->control);
    rig->control = NULL;
    assert_int_equal(control_ask(rig->path, CONTROL_STOP, &fd), GW_ENOTFOUND);
    assert_int_equal(access(rig->path, F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_comes_with_its_connection),    TEST(what_is_no_request_is_not_heard),
        TEST(progress_is_told_to_who_reads),          TEST(who_does_not_read_is_not_waited_for),
        TEST(a_second_process_does_not_get_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
