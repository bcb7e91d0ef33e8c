/* Keys and values in an SQLite file: one row each. */
#include "store/kv.h"
#include "store/sqlite.h"

#include <stdlib.h>

struct database {
    struct sqlite sqlite; /* first: what takes a database takes this */
    sqlite3_stmt *get, *put, *put_if_absent, *remove, *range;
};

static void close_database(void *user)
{
    sqlite_close(user);
    free(user);
}

static gw_err prepare(struct database *d, char **error)
{
    struct sqlite *s = &d->sqlite;
    gw_err err = sqlite_prepare(s, "SELECT value FROM kv WHERE key = ?1", &d->get, error);
    if (!err)
        err = sqlite_prepare(s,
                             "INSERT INTO kv (key, value) VALUES (?1, ?2)"
                             " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                             &d->put, error);
    if (!err)
        err = sqlite_prepare(s,
                             "INSERT INTO kv (key, value) VALUES (?1, ?2)"
                             " ON CONFLICT (key) DO NOTHING",
                             &d->put_if_absent, error);
    if (!err)
        err = sqlite_prepare(s, "DELETE FROM kv WHERE key = ?1", &d->remove, error);
    if (!err)
        err = sqlite_prepare(s,
                             "SELECT key, value FROM kv WHERE key >= ?1 AND key < ?2"
                             " ORDER BY key LIMIT ?3",
                             &d->range, error);
    return err;
}

static gw_err open_database(const char *url, void **out, char **error)
{
    struct database *d = mem_zalloc(sizeof *d);
    gw_err err = sqlite_open(&d->sqlite, url, error);
    if (!err)
        err = prepare(d, error);
    if (err)
        close_database(d);
    else
        *out = d;
    return err;
}

static gw_err get(void *user, struct view key, struct buf *value)
{
    struct database *d = user;
    sqlite_bind(d->get, 1, key);
    gw_err err = sqlite_step(&d->sqlite, d->get);
    if (!err) {
        struct view found = sqlite_column(d->get, 0);
        buf_append(value, found.data, found.size);
    }
    sqlite_done(d->get);
    return err;
}

static gw_err put(void *user, struct view key, struct view value)
{
    struct database *d = user;
    sqlite_bind(d->put, 1, key);
    sqlite_bind(d->put, 2, value);
    return sqlite_run(&d->sqlite, d->put);
}

static gw_err insert(struct database *d, struct view key, struct view value)
{
    sqlite_bind(d->put_if_absent, 1, key);
    sqlite_bind(d->put_if_absent, 2, value);
    gw_err err = sqlite_run(&d->sqlite, d->put_if_absent);
    if (err)
        return err;
    return sqlite3_changes(d->sqlite.db) ? GW_OK : GW_EEXIST;
}

static gw_err put_if_absent(void *user, struct view key, struct view value, struct buf *existing)
{
    /* Outside a transaction another process may remove what stood in the way before it is read:
     * then the place is free after all. */
    for (;;) {
        gw_err err = insert(user, key, value);
        if (err != GW_EEXIST)
            return err;
        err = get(user, key, existing);
        if (err != GW_ENOTFOUND)
            return err ? err : GW_EEXIST;
    }
}

static gw_err remove_key(void *user, struct view key)
{
    struct database *d = user;
    sqlite_bind(d->remove, 1, key);
    gw_err err = sqlite_run(&d->sqlite, d->remove);
    if (err)
        return err;
    return sqlite3_changes(d->sqlite.db) ? GW_OK : GW_ENOTFOUND;
}

static gw_err range(void *user, struct view begin_key, struct view end_key, uint32_t limit,
                    struct buf *pairs)
{
    struct database *d = user;
    sqlite_bind(d->range, 1, begin_key);
    sqlite_bind(d->range, 2, end_key);
    sqlite3_bind_int64(d->range, 3, limit ? (sqlite3_int64)limit : -1);
    gw_err err;
    while (!(err = sqlite_step(&d->sqlite, d->range))) {
        err = kv_append_pair(pairs, sqlite_column(d->range, 0), sqlite_column(d->range, 1));
        if (err)
            break;
    }
    sqlite_done(d->range);
    return err == GW_ENOTFOUND ? GW_OK : err;
}

const struct kv_ops kv_sqlite = {
    .name = "sqlite",
    .open = open_database,
    .close = close_database,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .get = get,
    .put = put,
    .put_if_absent = put_if_absent,
    .remove = remove_key,
    .range = range,
    .reason = sqlite_reason,
};
