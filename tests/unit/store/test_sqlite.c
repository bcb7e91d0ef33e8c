/* The SQLite file: who may open it, several processes on it, and a process that dies over it. */
#include "pool.h"
#include "store/kv.h"
#include "store/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct path path;

static int setup(void **state)
{
    (void)state;
    path_init(&path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    path_fini(&path);
    return 0;
}

/* Returns the sentence of the refusal, in a static buffer; "" when it was opened. */
static const char *open_error(const char *file)
{
    static char text[512];
    void *database;
    char *error = NULL;
    *text = '\0';
    if (storage_sqlite.open(file, &database, &error)) {
        assert_non_null(error);
        snprintf(text, sizeof text, "%s", error);
        free(error);
    } else {
        storage_sqlite.close(database);
    }
    return text;
}

static void run_sql(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path.file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void assert_refused(const char *file, const char *why)
{
    const char *error = open_error(file);
    if (!strstr(error, why) || !strstr(error, file))
        fail_msg("\"%s\" does not name %s and say \"%s\"", error, file, why);
}

/* ---- opening -------------------------------------------------------------------------------- */

static void folders_are_made_and_only_the_owner_may_read(void **state)
{
    (void)state;
    struct stat status;
    assert_string_equal(open_error(path.file), "");
    assert_int_equal(stat(path.file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_string_equal(open_error(path.file), "");
}

static void the_file_of_another_program_is_left_alone(void **state)
{
    (void)state;
    assert_string_equal(open_error(path.file), "");
    remove(path.file);
    run_sql("CREATE TABLE theirs (x)");
    assert_refused(path.file, "is a database of another program");
    run_sql("INSERT INTO theirs VALUES (1)");
    remove(path.file);
    run_sql("PRAGMA application_id = 1");
    assert_refused(path.file, "is a database of another program");
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    (void)state;
    assert_string_equal(open_error(path.file), "");
    FILE *file = fopen(path.file, "w");
    for (int i = 0; i < 1000; i++)
        fprintf(file, "this is a letter, not a database\n");
    fclose(file);
    assert_refused(path.file, "not a database");
}

static void a_newer_file_is_refused(void **state)
{
    (void)state;
    assert_string_equal(open_error(path.file), "");
    run_sql("PRAGMA user_version = 2");
    assert_refused(path.file, "newer goworld (layout 2, this one knows 1)");
}

static void a_path_that_cannot_be_is_refused(void **state)
{
    (void)state;
    char file[256];
    assert_string_equal(open_error(path.file), "");
    snprintf(file, sizeof file, "%s/under/it.db", path.file);
    const char *error = open_error(file);
    assert_non_null(strstr(error, path.file));
    assert_non_null(strstr(error, "cannot create the folder"));
    assert_refused(path.folder, "");
    assert_string_equal(open_error(""), "the database has no file name");
}

static void storage_and_kv_share_a_file(void **state)
{
    (void)state;
    void *storage, *kv;
    char *error = NULL;
    struct buf found = {0};
    struct view value = {(const uint8_t *)"x", 1};
    gw_id id = {"abcdefghijklmno"};
    assert_int_equal(storage_sqlite.open(path.file, &storage, &error), GW_OK);
    assert_int_equal(kv_sqlite.open(path.file, &kv, &error), GW_OK);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(storage_sqlite.save(storage, "A", id, value), GW_OK);
        assert_int_equal(kv_sqlite.put(kv, value, value), GW_OK);
    }
    assert_int_equal(kv_sqlite.get(kv, value, &found), GW_OK);
    assert_int_equal(storage_sqlite.load(storage, "A", id, &found), GW_OK);
    assert_int_equal(found.size, 2);
    kv_sqlite.close(kv);
    storage_sqlite.close(storage);
    buf_free(&found);
}

/* ---- other processes ------------------------------------------------------------------------ */

static struct view view_of_int(const int *number)
{
    return (struct view){(const uint8_t *)number, sizeof *number};
}

static void *open_kv(void)
{
    void *kv;
    char *error = NULL;
    if (kv_sqlite.open(path.file, &kv, &error)) {
        fprintf(stderr, "%s\n", error);
        _exit(9);
    }
    return kv;
}

enum { CLAIMS = 200, CLAIMANTS = 2 };

/* In a child: claims each key as soon as the other process has come as far; tells who won. */
static void claim_all(int me, int from_parent, int to_parent)
{
    void *kv = open_kv();
    for (int key = 0; key < CLAIMS; key++) {
        struct buf existing = {0};
        char go;
        if (read(from_parent, &go, 1) != 1)
            _exit(8);
        gw_err err = kv_sqlite.put_if_absent(kv, view_of_int(&key), view_of_int(&me), &existing);
        int winner = me;
        if (err == GW_EEXIST && existing.size == sizeof winner)
            memcpy(&winner, existing.data, sizeof winner);
        else if (err)
            _exit(7);
        if (write(to_parent, &winner, sizeof winner) != sizeof winner)
            _exit(6);
        buf_free(&existing);
    }
    kv_sqlite.close(kv);
    _exit(0);
}

static void assert_exit_ok(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void of_two_processes_exactly_one_claims_a_key(void **state)
{
    (void)state;
    int go[CLAIMANTS][2], told[CLAIMANTS][2];
    pid_t child[CLAIMANTS];
    for (int i = 0; i < CLAIMANTS; i++) {
        assert_int_equal(pipe(go[i]) | pipe(told[i]), 0);
        child[i] = fork();
        if (child[i] == 0)
            claim_all(i, go[i][0], told[i][1]);
    }
    int wins[CLAIMANTS] = {0};
    for (int key = 0; key < CLAIMS; key++) {
        int winner[CLAIMANTS];
        for (int i = 0; i < CLAIMANTS; i++)
            assert_int_equal(write(go[(i + key) % CLAIMANTS][1], "", 1), 1);
        for (int i = 0; i < CLAIMANTS; i++)
            assert_int_equal(read(told[i][0], &winner[i], sizeof winner[i]), sizeof winner[i]);
        assert_int_equal(winner[0], winner[1]);
        wins[winner[0]]++;
    }
    assert_int_equal(wins[0] + wins[1], CLAIMS);
    for (int i = 0; i < CLAIMANTS; i++) {
        assert_exit_ok(child[i]);
        for (int end = 0; end < 2; end++)
            assert_int_equal(close(go[i][end]) | close(told[i][end]), 0);
    }
}

/* In a child: many transactions, each adds one to a number that another process changes too. */
static void count_up(int times)
{
    void *kv = open_kv();
    int key = 0;
    for (int i = 0; i < times; i++) {
        struct buf value = {0};
        int number = 0;
        if (kv_sqlite.begin(kv))
            _exit(7);
        if (kv_sqlite.get(kv, view_of_int(&key), &value) == GW_OK)
            memcpy(&number, value.data, sizeof number);
        number++;
        if (kv_sqlite.put(kv, view_of_int(&key), view_of_int(&number)) || kv_sqlite.commit(kv))
            _exit(6);
        buf_free(&value);
    }
    kv_sqlite.close(kv);
    _exit(0);
}

static void transactions_of_processes_do_not_mix(void **state)
{
    (void)state;
    enum { PROCESSES = 3, TIMES = 300 };
    pid_t child[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        child[i] = fork();
        if (child[i] == 0)
            count_up(TIMES);
    }
    for (int i = 0; i < PROCESSES; i++)
        assert_exit_ok(child[i]);
    void *kv = open_kv();
    struct buf value = {0};
    int key = 0, number;
    assert_int_equal(kv_sqlite.get(kv, view_of_int(&key), &value), GW_OK);
    memcpy(&number, value.data, sizeof number);
    assert_int_equal(number, PROCESSES * TIMES);
    buf_free(&value);
    kv_sqlite.close(kv);
}

/* ---- a process that is killed --------------------------------------------------------------- */

enum { ENTITIES = 50, ACKNOWLEDGED_BEFORE_KILL = 3000 };

static struct {
    struct pool pool;
    struct clock clock;
    struct test_log log;
    struct storage *storage;
    int to_parent;
} child_rig;

static gw_id entity_id(int number)
{
    char text[32];
    gw_id id;
    snprintf(text, sizeof text, "Entity%010d", number);
    memcpy(id.text, text, sizeof id.text);
    return id;
}

static void acknowledge(void *user, gw_err err)
{
    int number = (int)(intptr_t)user;
    if (err || write(child_rig.to_parent, &number, sizeof number) != sizeof number)
        _exit(7);
}

/* In a child: saves ever higher numbers into its entities until it is killed. */
static void save_for_ever(int to_parent)
{
    char *error = NULL;
    pool_init(&child_rig.pool, true);
    test_log_init(&child_rig.log);
    child_rig.to_parent = to_parent;
    struct storage_desc desc = {.ops = &storage_sqlite,
                                .url = path.file,
                                .workers = &child_rig.pool.base,
                                .clock = &child_rig.clock,
                                .log = &child_rig.log.log};
    if (storage_create(&desc, &child_rig.storage, &error))
        _exit(9);
    for (int number = 0;; number++) {
        if (storage_save(child_rig.storage, "A", entity_id(number % ENTITIES), view_of_int(&number),
                         acknowledge, (void *)(intptr_t)number))
            _exit(8);
        if (number % 20 == 0)
            pool_turn(&child_rig.pool);
    }
}

/* Kills the child in the middle and notes the last number it acknowledged for each entity. */
static void kill_while_saving(int last[ENTITIES])
{
    int pipes[2], number;
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0)
        save_for_ever(pipes[1]);
    close(pipes[1]);
    for (int i = 0; read(pipes[0], &number, sizeof number) == sizeof number; i++) {
        last[number % ENTITIES] = number;
        if (i == ACKNOWLEDGED_BEFORE_KILL)
            kill(child, SIGKILL);
    }
    close(pipes[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void a_killed_process_loses_nothing_acknowledged(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        int last[ENTITIES] = {0};
        void *storage;
        char *error = NULL;
        kill_while_saving(last);
        assert_int_equal(storage_sqlite.open(path.file, &storage, &error), GW_OK);
        for (int i = 0; i < ENTITIES; i++) {
            struct buf data = {0};
            int number = 0;
            assert_int_equal(storage_sqlite.load(storage, "A", entity_id(i), &data), GW_OK);
            assert_int_equal(data.size, sizeof number);
            memcpy(&number, data.data, sizeof number);
            assert_true(number >= last[i]);
            buf_free(&data);
        }
        storage_sqlite.close(storage);
    }
}

/* ---- a disk that is full -------------------------------------------------------------------- */

/* In a child, because a limit on file sizes cannot be taken back from one process only. */
static void fill_disk(void)
{
    static uint8_t bytes[100000];
    void *storage;
    char *error = NULL;
    struct buf data = {0};
    struct view large = {bytes, sizeof bytes}, small = {bytes, 10};
    struct rlimit limit = {.rlim_cur = 150000, .rlim_max = RLIM_INFINITY}, none;
    getrlimit(RLIMIT_FSIZE, &none);
    signal(SIGXFSZ, SIG_IGN);
    if (storage_sqlite.open(path.file, &storage, &error))
        _exit(9);
    if (storage_sqlite.save(storage, "A", entity_id(1), small))
        _exit(8);
    setrlimit(RLIMIT_FSIZE, &limit);
    gw_err err = storage_sqlite.begin(storage);
    for (int i = 2; i < 10 && !err; i++)
        err = storage_sqlite.save(storage, "A", entity_id(i), large);
    if (!err)
        err = storage_sqlite.commit(storage);
    if (err != GW_EIO || !strstr(storage_sqlite.reason(storage), path.file))
        _exit(7);
    storage_sqlite.rollback(storage);
    if (storage_sqlite.load(storage, "A", entity_id(1), &data) || data.size != small.size)
        _exit(6);
    if (storage_sqlite.exists(storage, "A", entity_id(2)) != GW_ENOTFOUND)
        _exit(5);
    setrlimit(RLIMIT_FSIZE, &none);
    if (storage_sqlite.begin(storage) || storage_sqlite.save(storage, "A", entity_id(2), large) ||
        storage_sqlite.commit(storage))
        _exit(4);
    buf_free(&data);
    storage_sqlite.close(storage);
    _exit(0);
}

static void a_full_disk_fails_the_transaction_and_nothing_else(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0)
        fill_disk();
    assert_exit_ok(child);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(folders_are_made_and_only_the_owner_may_read),
        TEST(the_file_of_another_program_is_left_alone),
        TEST(a_file_that_is_no_database_is_refused),
        TEST(a_newer_file_is_refused),
        TEST(a_path_that_cannot_be_is_refused),
        TEST(storage_and_kv_share_a_file),
        TEST(of_two_processes_exactly_one_claims_a_key),
        TEST(transactions_of_processes_do_not_mix),
        TEST(a_killed_process_loses_nothing_acknowledged),
        TEST(a_full_disk_fails_the_transaction_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
