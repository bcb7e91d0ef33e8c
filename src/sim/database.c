/* database: see database.h. The databases in memory do the work; here they fail. */
#include "sim/database.h"

#include "base/assert.h"

#include <stdlib.h>

static void *open_or_die(gw_err (*open)(const char *url, void **database, char **error))
{
    void *database = NULL;
    char *error = NULL;
    gw_err err = open("", &database, &error);
    ASSERT(!err);
    return database;
}

struct database_shared *database_create(uint64_t seed)
{
    struct database_shared *shared = mem_zalloc(sizeof *shared);
    shared->entities = open_or_die(storage_memory.open);
    shared->keys = open_or_die(kv_memory.open);
    shared->random.state = seed;
    return shared;
}

void database_destroy(struct database_shared *shared)
{
    storage_memory.close(shared->entities);
    kv_memory.close(shared->keys);
    free(shared);
}

/* The url is the first member of the connection. */
static gw_err open_connection(const char *url, void **out, char **error)
{
    (void)error;
    *out = (struct database *)(uintptr_t)url;
    return GW_OK;
}

static void close_connection(void *connection)
{
    (void)connection;
}

static bool fails(const struct database *d)
{
    struct database_shared *shared = d->shared;
    return !d->dead && shared->fail_percent &&
           random_below(&shared->random, 100) < shared->fail_percent;
}

static const char *reason(void *connection)
{
    (void)connection;
    return "the simulated disk fails";
}

/* ---- entities ------------------------------------------------------------------------------- */

static gw_err storage_begin(void *connection)
{
    const struct database *d = connection;
    return d->dead ? GW_OK : fails(d) ? GW_EIO : storage_memory.begin(d->shared->entities);
}

static gw_err storage_commit(void *connection)
{
    const struct database *d = connection;
    return d->dead ? GW_OK : fails(d) ? GW_EIO : storage_memory.commit(d->shared->entities);
}

static void storage_rollback(void *connection)
{
    const struct database *d = connection;
    if (!d->dead)
        storage_memory.rollback(d->shared->entities);
}

static gw_err save(void *connection, const char *type, gw_id id, struct view data)
{
    const struct database *d = connection;
    return d->dead    ? GW_OK
           : fails(d) ? GW_EIO
                      : storage_memory.save(d->shared->entities, type, id, data);
}

static gw_err load(void *connection, const char *type, gw_id id, struct buf *data)
{
    const struct database *d = connection;
    return d->dead    ? GW_ENOTFOUND
           : fails(d) ? GW_EIO
                      : storage_memory.load(d->shared->entities, type, id, data);
}

static gw_err exists(void *connection, const char *type, gw_id id)
{
    const struct database *d = connection;
    return d->dead    ? GW_ENOTFOUND
           : fails(d) ? GW_EIO
                      : storage_memory.exists(d->shared->entities, type, id);
}

static gw_err list(void *connection, const char *type, struct buf *ids)
{
    const struct database *d = connection;
    return d->dead    ? GW_ENOTFOUND
           : fails(d) ? GW_EIO
                      : storage_memory.list(d->shared->entities, type, ids);
}

const struct storage_ops database_storage = {
    .name = "simulated",
    .open = open_connection,
    .close = close_connection,
    .begin = storage_begin,
    .save = save,
    .commit = storage_commit,
    .rollback = storage_rollback,
    .load = load,
    .exists = exists,
    .list = list,
    .reason = reason,
};

/* ---- keys ----------------------------------------------------------------------------------- */

static gw_err keys_begin(void *connection)
{
    const struct database *d = connection;
    return d->dead ? GW_OK : fails(d) ? GW_EIO : kv_memory.begin(d->shared->keys);
}

static gw_err keys_commit(void *connection)
{
    const struct database *d = connection;
    return d->dead ? GW_OK : fails(d) ? GW_EIO : kv_memory.commit(d->shared->keys);
}

static void keys_rollback(void *connection)
{
    const struct database *d = connection;
    if (!d->dead)
        kv_memory.rollback(d->shared->keys);
}

static gw_err get(void *connection, struct view key, struct buf *value)
{
    const struct database *d = connection;
    return d->dead || fails(d) ? GW_EIO : kv_memory.get(d->shared->keys, key, value);
}

static gw_err put(void *connection, struct view key, struct view value)
{
    const struct database *d = connection;
    return d->dead || fails(d) ? GW_EIO : kv_memory.put(d->shared->keys, key, value);
}

static gw_err put_if_absent(void *connection, struct view key, struct view value,
                            struct buf *existing)
{
    const struct database *d = connection;
    return d->dead || fails(d) ? GW_EIO
                               : kv_memory.put_if_absent(d->shared->keys, key, value, existing);
}

static gw_err remove_key(void *connection, struct view key)
{
    const struct database *d = connection;
    return d->dead || fails(d) ? GW_EIO : kv_memory.remove(d->shared->keys, key);
}

static gw_err range(void *connection, struct view begin, struct view end, uint32_t limit,
                    struct buf *pairs)
{
    const struct database *d = connection;
    return d->dead || fails(d) ? GW_EIO
                               : kv_memory.range(d->shared->keys, begin, end, limit, pairs);
}

const struct kv_ops database_kv = {
    .name = "simulated",
    .open = open_connection,
    .close = close_connection,
    .begin = keys_begin,
    .commit = keys_commit,
    .rollback = keys_rollback,
    .get = get,
    .put = put,
    .put_if_absent = put_if_absent,
    .remove = remove_key,
    .range = range,
    .reason = reason,
};
