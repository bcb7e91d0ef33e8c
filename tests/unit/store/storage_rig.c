/* storage_rig: see storage_rig.h. */
#include "storage_rig.h"

#include <stdio.h>

/* ---- a database that does as it is told ----------------------------------------------------- */

struct told told;

static gw_err fail_next(unsigned *count)
{
    if (*count == 0)
        return GW_OK;
    (*count)--;
    return GW_EIO;
}

static gw_err told_begin(void *database)
{
    told.begins++;
    gw_err err = fail_next(&told.fail_begins);
    return err ? err : storage_memory.begin(database);
}

static gw_err told_save(void *database, const char *type, gw_id id, struct view data)
{
    told.saves++;
    if (told.bad_data && view_equals(data, told.bad_data))
        return GW_EIO;
    gw_err err = fail_next(&told.fail_saves);
    if (err)
        return err;
    if (strlen(told.order) + data.size < sizeof told.order - 1)
        strncat(told.order, (const char *)data.data, data.size);
    return storage_memory.save(database, type, id, data);
}

static gw_err told_commit(void *database)
{
    told.commits++;
    gw_err err = fail_next(&told.fail_commits);
    return err ? err : storage_memory.commit(database);
}

static void told_rollback(void *database)
{
    told.rollbacks++;
    storage_memory.rollback(database);
}

static gw_err told_load(void *database, const char *type, gw_id id, struct buf *data)
{
    told.loads++;
    gw_err err = fail_next(&told.fail_loads);
    return err ? err : storage_memory.load(database, type, id, data);
}

static const char *told_reason(void *database)
{
    (void)database;
    return "it was told to fail";
}

static struct storage_ops told_ops(void)
{
    struct storage_ops ops = storage_memory;
    ops.name = "told";
    ops.begin = told_begin;
    ops.save = told_save;
    ops.commit = told_commit;
    ops.rollback = told_rollback;
    ops.load = told_load;
    ops.reason = told_reason;
    return ops;
}

/* ---- the rig -------------------------------------------------------------------------------- */

struct rig rig;

void rig_open(size_t queue_bytes_max)
{
    char *error = NULL;
    struct storage_desc desc = {.ops = &rig.ops,
                                .url = rig.path.file,
                                .workers = &rig.pool.base,
                                .clock = &rig.clock,
                                .log = &rig.log.log,
                                .queue_bytes_max = queue_bytes_max};
    gw_err err = storage_create(&desc, &rig.storage, &error);
    if (err)
        fail_msg("%s", error);
}

static void rig_init(const struct storage_ops *ops, bool threaded)
{
    memset(&told, 0, sizeof told);
    pool_init(&rig.pool, threaded);
    test_log_init(&rig.log);
    path_init(&rig.path);
    rig.clock.now_ms = 1000;
    rig.ops = *ops;
    rig_open(0);
}

int on_memory(void **state)
{
    (void)state;
    rig_init(&storage_memory, false);
    return 0;
}

int on_sqlite(void **state)
{
    (void)state;
    rig_init(&storage_sqlite, true);
    return 0;
}

int on_told(void **state)
{
    (void)state;
    struct storage_ops ops = told_ops();
    rig_init(&ops, false);
    return 0;
}

/* One event: work that comes back, or the next retry, to which the clock jumps. */
void turn(void)
{
    int64_t next_ms = storage_turn(rig.storage);
    if (rig.pool.under_way) {
        pool_turn(&rig.pool);
        return;
    }
    assert_true(next_ms != CLOCK_NEVER);
    rig.clock.now_ms = next_ms;
}

void drain(void)
{
    while (!storage_is_idle(rig.storage))
        turn();
}

int rig_fini(void **state)
{
    (void)state;
    drain();
    storage_destroy(rig.storage);
    pool_fini(&rig.pool);
    path_fini(&rig.path);
    return 0;
}

/* ---- asking --------------------------------------------------------------------------------- */

static unsigned answer_count;

static void on_saved(void *user, gw_err err)
{
    struct answer *a = user;
    a->count++;
    a->place = answer_count++;
    a->err = err;
}

void on_loaded(void *user, gw_err err, struct view data)
{
    struct answer *a = user;
    on_saved(user, err);
    a->size = data.size;
    assert_true(data.size < sizeof a->data);
    if (data.size)
        memcpy(a->data, data.data, data.size);
    a->data[data.size] = '\0';
}

gw_id id_of(int number)
{
    char text[32];
    gw_id id;
    snprintf(text, sizeof text, "Entity%010d", number);
    memcpy(id.text, text, sizeof id.text);
    return id;
}

void save(const char *type, int number, const char *data, struct answer *a)
{
    gw_err err =
        storage_save(rig.storage, type, id_of(number), view_str(data), a ? on_saved : NULL, a);
    assert_int_equal(err, GW_OK);
}

void load(const char *type, int number, struct answer *a)
{
    assert_int_equal(storage_load(rig.storage, type, id_of(number), on_loaded, a), GW_OK);
}

void exists(const char *type, int number, struct answer *a)
{
    assert_int_equal(storage_exists(rig.storage, type, id_of(number), on_saved, a), GW_OK);
}

void list(const char *type, struct answer *a)
{
    assert_int_equal(storage_list(rig.storage, type, on_loaded, a), GW_OK);
}

void assert_answer(const struct answer *a, gw_err err)
{
    assert_int_equal(a->count, 1);
    assert_int_equal(a->err, err);
}

void assert_data(const struct answer *a, const char *data)
{
    assert_answer(a, GW_OK);
    assert_string_equal(a->data, data);
}

bool list_has(const struct answer *a, int number)
{
    gw_id id = id_of(number);
    for (size_t i = 0; i + sizeof id.text <= a->size; i += sizeof id.text)
        if (memcmp(a->data + i, id.text, sizeof id.text) == 0)
            return true;
    return false;
}
