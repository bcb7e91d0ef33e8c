/* Whole files: what was written is read, and a write that fails leaves what was there. */
#include "os/file.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], path[128], fresh[160];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/goworld-file-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state", folder);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void expect(const char *text)
{
    struct buf read = {0};
    assert_int_equal(file_read(path, &read), GW_OK);
    assert_int_equal(read.size, strlen(text));
    assert_memory_equal(read.data, text, read.size);
    buf_free(&read);
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    struct buf none = {0};
    assert_int_equal(file_read(path, &none), GW_ENOTFOUND);
    assert_int_equal(file_replace(path, "first", 5), GW_OK);
    expect("first");
    assert_int_equal(file_replace(path, "2", 1), GW_OK);
    expect("2");
    assert_int_equal(access(fresh, F_OK), -1);
    assert_int_equal(file_remove(path), GW_OK);
    assert_int_equal(file_remove(path), GW_EIO);
    buf_free(&none);
}

/* A disk without room, played by a limit of the process. */
static void a_write_that_fails_leaves_what_was_there(void **state)
{
    (void)state;
    static char much[100000];
    struct rlimit before, little;
    assert_int_equal(file_replace(path, "first", 5), GW_OK);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    little = before;
    little.rlim_cur = 50000;
    setrlimit(RLIMIT_FSIZE, &little);
    gw_err err = file_replace(path, much, sizeof much);
    int error = errno;
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(err, GW_EIO);
    assert_int_equal(error, EFBIG);
    expect("first");
    assert_int_equal(access(fresh, F_OK), -1);
    assert_int_equal(file_replace("/nowhere/state", "x", 1), GW_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_is_read, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_write_that_fails_leaves_what_was_there, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
