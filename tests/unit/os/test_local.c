/* Sockets between two processes of one user: who may connect, and what is sent arrives. */
#include "base/buf.h"
#include "os/local.h"
#include "os/system.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64];
    char path[400];
};

/* A folder of so deep a name that a socket's address would have no room for it. */
static struct place place_make(void)
{
    struct place place = {.folder = "/tmp/goworld-local-XXXXXX"};
    assert_non_null(mkdtemp(place.folder));
    char deep[300];
    snprintf(deep, sizeof deep, "%s/%0200d", place.folder, 0);
    assert_int_equal(mkdir(deep, 0755), 0);
    snprintf(place.path, sizeof place.path, "%s/game.sock", deep);
    return place;
}

static void place_remove(const struct place *place)
{
    char deep[300];
    unlink(place->path);
    snprintf(deep, sizeof deep, "%s/%0200d", place->folder, 0);
    rmdir(deep);
    assert_int_equal(rmdir(place->folder), 0);
}

static int64_t soon(void)
{
    return os_monotonic_ms() + 5000;
}

static void what_is_sent_arrives(void **state)
{
    (void)state;
    struct place place = place_make();
    int listener, near, far;
    char text[6] = "";
    assert_int_equal(local_listen(place.path, &listener), GW_OK);
    assert_int_equal(local_accept(listener, &far), GW_ENOTFOUND);
    assert_int_equal(local_connect(place.path, &near), GW_OK);
    assert_int_equal(local_accept(listener, &far), GW_OK);
    assert_int_equal(local_peer(far), getpid());
    assert_int_equal(local_send(near, "hello", 6, soon()), GW_OK);
    assert_int_equal(local_receive(far, text, 6, soon()), GW_OK);
    assert_string_equal(text, "hello");
    close(near);
    assert_int_equal(local_receive(far, text, 1, soon()), GW_ENOTFOUND);
    close(far);
    close(listener);
    place_remove(&place);
}

static void what_comes_after_a_refusal_is_known_not_to_have_come(void **state)
{
    (void)state;
    struct place place = place_make();
    int listener, near, far;
    char text[2] = "";
    assert_int_equal(local_listen(place.path, &listener), GW_OK);
    assert_int_equal(local_connect(place.path, &near), GW_OK);
    assert_int_equal(local_accept(listener, &far), GW_OK);
    assert_int_equal(local_send(near, "1", 1, soon()), GW_OK);
    local_refuse(far);
    assert_int_equal(local_send(near, "2", 1, soon()), GW_ENOTFOUND);
    assert_int_equal(local_receive(far, text, 1, os_monotonic_ms()), GW_OK);
    assert_string_equal(text, "1");
    assert_int_equal(local_receive(far, text, 1, os_monotonic_ms()), GW_ENOTFOUND);
    close(near);
    close(far);
    close(listener);
    place_remove(&place);
}

static void more_cannot_wait_than_there_is_room_for(void **state)
{
    (void)state;
    struct place place = place_make();
    int listener, waiting[256];
    size_t count = 0;
    gw_err err;
    assert_int_equal(local_listen(place.path, &listener), GW_OK);
    while (count < 256 && !(err = local_connect(place.path, &waiting[count])))
        count++;
    assert_true(count >= 64 && count < 256);
    assert_int_equal(err, GW_EFULL);
    while (count-- > 0)
        close(waiting[count]);
    close(listener);
    place_remove(&place);
}

static void nobody_waits_for_ever(void **state)
{
    (void)state;
    struct place place = place_make();
    int listener, near;
    char byte;
    static char much[1 << 20];
    assert_int_equal(local_listen(place.path, &listener), GW_OK);
    assert_int_equal(local_connect(place.path, &near), GW_OK);
    assert_int_equal(local_receive(near, &byte, 1, os_monotonic_ms()), GW_ETIMEDOUT);
    assert_int_equal(local_send(near, much, sizeof much, os_monotonic_ms()), GW_ETIMEDOUT);
    close(near);
    close(listener);
    place_remove(&place);
}

static void a_socket_that_a_dead_process_left_is_replaced_and_no_other(void **state)
{
    (void)state;
    struct place place = place_make();
    int dead, listener, second, near;
    assert_int_equal(local_connect(place.path, &near), GW_ENOTFOUND);
    assert_int_equal(local_listen(place.path, &dead), GW_OK);
    close(dead);
    assert_int_equal(local_connect(place.path, &near), GW_ENOTFOUND);
    assert_int_equal(local_listen(place.path, &listener), GW_OK);
    assert_int_equal(local_listen(place.path, &second), GW_EEXIST);
    assert_int_equal(local_connect(place.path, &near), GW_OK);
    struct stat st;
    assert_int_equal(stat(place.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    close(near);
    close(listener);
    place_remove(&place);
}

static void the_end_of_a_peer_is_that_of_its_process(void **state)
{
    (void)state;
    struct place place = place_make();
    int listener, near, ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (local_listen(place.path, &listener) || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(local_connect(place.path, &near), GW_OK);
    assert_false(local_peer_has_ended(near, 0));
    kill(pid, SIGKILL);
    assert_true(local_peer_has_ended(near, 5000));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(local_peer_has_ended(near, 0));
    close(near);
    close(ready[0]);
    close(ready[1]);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_arrives),
        cmocka_unit_test(what_comes_after_a_refusal_is_known_not_to_have_come),
        cmocka_unit_test(more_cannot_wait_than_there_is_room_for),
        cmocka_unit_test(nobody_waits_for_ever),
        cmocka_unit_test(the_end_of_a_peer_is_that_of_its_process),
        cmocka_unit_test(a_socket_that_a_dead_process_left_is_replaced_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
