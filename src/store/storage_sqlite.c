/* Entities in an SQLite file: one row each. */
#include "store/sqlite.h"
#include "store/storage.h"

#include <stdlib.h>

struct database {
    struct sqlite sqlite; /* first: what takes a database takes this */
    sqlite3_stmt *save, *load, *exists, *list;
};

static void close_database(void *user)
{
    sqlite_close(user);
    free(user);
}

static gw_err prepare(struct database *d, char **error)
{
    struct sqlite *s = &d->sqlite;
    gw_err err = sqlite_prepare(s,
                                "INSERT INTO entity (type, id, data) VALUES (?1, ?2, ?3)"
                                " ON CONFLICT (type, id) DO UPDATE SET data = excluded.data",
                                &d->save, error);
    if (!err)
        err = sqlite_prepare(s, "SELECT data FROM entity WHERE type = ?1 AND id = ?2", &d->load,
                             error);
    if (!err)
        err = sqlite_prepare(s, "SELECT 1 FROM entity WHERE type = ?1 AND id = ?2", &d->exists,
                             error);
    if (!err)
        err =
            sqlite_prepare(s, "SELECT id FROM entity WHERE type = ?1 ORDER BY id", &d->list, error);
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

static void bind_entity(sqlite3_stmt *statement, const char *type, const gw_id *id)
{
    sqlite_bind_text(statement, 1, type, strlen(type));
    sqlite_bind_text(statement, 2, id->text, sizeof id->text);
}

static gw_err save(void *user, const char *type, gw_id id, struct view data)
{
    struct database *d = user;
    bind_entity(d->save, type, &id);
    sqlite_bind(d->save, 3, data);
    return sqlite_run(&d->sqlite, d->save);
}

static gw_err load(void *user, const char *type, gw_id id, struct buf *data)
{
    struct database *d = user;
    bind_entity(d->load, type, &id);
    gw_err err = sqlite_step(&d->sqlite, d->load);
    if (!err) {
        struct view found = sqlite_column(d->load, 0);
        buf_append(data, found.data, found.size);
    }
    sqlite_done(d->load);
    return err;
}

static gw_err exists(void *user, const char *type, gw_id id)
{
    struct database *d = user;
    bind_entity(d->exists, type, &id);
    gw_err err = sqlite_step(&d->sqlite, d->exists);
    sqlite_done(d->exists);
    return err;
}

static gw_err list(void *user, const char *type, struct buf *ids)
{
    struct database *d = user;
    sqlite_bind_text(d->list, 1, type, strlen(type));
    gw_err err;
    while (!(err = sqlite_step(&d->sqlite, d->list))) {
        struct view id = sqlite_column(d->list, 0);
        if (id.size == sizeof(gw_id)) /* else it was put there by hand */
            buf_append(ids, id.data, id.size);
    }
    sqlite_done(d->list);
    return err == GW_ENOTFOUND ? GW_OK : err;
}

const struct storage_ops storage_sqlite = {
    .name = "sqlite",
    .open = open_database,
    .close = close_database,
    .begin = sqlite_begin,
    .save = save,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .load = load,
    .exists = exists,
    .list = list,
    .reason = sqlite_reason,
};
