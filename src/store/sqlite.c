/* One connection to an SQLite file: opening it safely, transactions, statements. */
#include "store/sqlite.h"

#include "base/assert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUSY_WAIT_US = 200, /* a commit of another process takes a few ms */
    BUSY_TRIES_MAX = 20000,
    /* A checkpoint syncs the file: once per 16 MiB of log, and the log shrinks again after. */
    CHECKPOINT_PAGES = 4096,
    LOG_BYTES_KEPT_MAX = 64 << 20,
};

static gw_err refuse(char **error, const char *format, ...) GW_PRINTF(2, 3);
static gw_err refuse(char **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vasprintf(error, format, args);
    va_end(args);
    if (size < 0)
        *error = mem_strdup(format);
    return GW_EIO;
}

static gw_err failed(struct sqlite *s)
{
    snprintf(s->reason, sizeof s->reason, "%s: %s", s->path, sqlite3_errmsg(s->db));
    return GW_EIO;
}

/* ---- opening -------------------------------------------------------------------------------- */

static gw_err make_folder(const char *folder, char **error)
{
    if (mkdir(folder, 0755) == 0 || errno == EEXIST)
        return GW_OK;
    return refuse(error, "cannot create the folder %s: %s", folder, strerror(errno));
}

static gw_err make_parents(const char *path, char **error)
{
    char *folder = mem_strdup(path);
    gw_err err = GW_OK;
    for (char *slash = strchr(folder + 1, '/'); slash && !err; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        err = make_folder(folder, error);
        *slash = '/';
    }
    free(folder);
    return err;
}

/* SQLite gives its log and index the same rights: nobody else reads what players have. The file is
 * only opened here when it is new: closing it would drop the locks this process holds on it. */
static gw_err make_file(const char *path, char **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST)
        return refuse(error, "cannot create %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return GW_OK;
}

/* SQLite's own handler waits up to 100 ms between tries, and who waits longest would starve. */
static int wait_for_others(void *user, int tries)
{
    (void)user;
    if (tries >= BUSY_TRIES_MAX)
        return 0;
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    vfs->xSleep(vfs, BUSY_WAIT_US);
    return 1;
}

static gw_err execute(struct sqlite *s, const char *sql, char **error)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return GW_OK;
    return refuse(error, "cannot open %s: %s", s->path, sqlite3_errmsg(s->db));
}

static gw_err read_number(struct sqlite *s, const char *sql, int *out, char **error)
{
    sqlite3_stmt *statement;
    gw_err err = sqlite_prepare(s, sql, &statement, error);
    if (err)
        return err;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *out = sqlite3_column_int(statement, 0);
    else
        err = refuse(error, "cannot read %s: %s", s->path, sqlite3_errmsg(s->db));
    sqlite3_finalize(statement);
    return err;
}

static gw_err check_owner(struct sqlite *s, bool *is_new, char **error)
{
    int magic = 0, layout = 0, tables = 0;
    gw_err err = read_number(s, "PRAGMA application_id", &magic, error);
    if (!err)
        err = read_number(s, "PRAGMA user_version", &layout, error);
    if (!err)
        err = read_number(s, "SELECT count(*) FROM sqlite_master", &tables, error);
    if (err)
        return err;
    *is_new = magic == 0 && layout == 0 && tables == 0;
    if (*is_new)
        return GW_OK;
    if (magic != SQLITE_FILE_MAGIC)
        return refuse(error, "%s is a database of another program: it is left as it is", s->path);
    if (layout > SQLITE_FILE_LAYOUT)
        return refuse(error, "%s was written by a newer goworld (layout %d, this one knows %d)",
                      s->path, layout, SQLITE_FILE_LAYOUT);
    return GW_OK;
}

static gw_err create_tables(struct sqlite *s, char **error)
{
    /* Rowid tables: WITHOUT ROWID would keep the blobs inside the index, which makes it huge. */
    char *sql = sqlite3_mprintf(
        "PRAGMA application_id = %d; PRAGMA user_version = %d;"
        "CREATE TABLE IF NOT EXISTS entity (type TEXT NOT NULL, id TEXT NOT NULL,"
        " data BLOB NOT NULL, PRIMARY KEY (type, id));"
        "CREATE TABLE IF NOT EXISTS kv (key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL);",
        SQLITE_FILE_MAGIC, SQLITE_FILE_LAYOUT);
    gw_err err = execute(s, sql, error);
    sqlite3_free(sql);
    return err;
}

/* Looks and creates under the write lock, because several games start at once; writes nothing to a
 * file that is not ours. */
static gw_err claim_file(struct sqlite *s, char **error)
{
    bool is_new = false;
    gw_err err = execute(s, "BEGIN IMMEDIATE", error);
    if (err)
        return err;
    err = check_owner(s, &is_new, error);
    if (!err && is_new)
        err = create_tables(s, error);
    if (!err)
        err = execute(s, "COMMIT", error);
    if (err)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return err;
}

/* The change to WAL needs the file for itself, and does not ask the busy handler. */
static gw_err use_log(struct sqlite *s, char **error)
{
    int result = SQLITE_BUSY;
    for (int tries = 0; result == SQLITE_BUSY && wait_for_others(NULL, tries); tries++)
        result = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    if (result != SQLITE_OK)
        return refuse(error, "cannot open %s: %s", s->path, sqlite3_errmsg(s->db));
    char *sql = sqlite3_mprintf("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = %d;"
                                "PRAGMA journal_size_limit = %d",
                                CHECKPOINT_PAGES, LOG_BYTES_KEPT_MAX);
    gw_err err = execute(s, sql, error);
    sqlite3_free(sql);
    return err;
}

static gw_err connect_file(struct sqlite *s, char **error)
{
    /* No mutex: a connection is used by one worker at a time. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK)
        return refuse(error, "cannot open %s: %s", s->path,
                      s->db ? sqlite3_errmsg(s->db) : "out of memory");
    sqlite3_busy_handler(s->db, wait_for_others, NULL);
    return GW_OK;
}

static gw_err prepare_transactions(struct sqlite *s, char **error)
{
    /* IMMEDIATE: a transaction that first reads and then wants to write could be refused. */
    gw_err err = sqlite_prepare(s, "BEGIN IMMEDIATE", &s->begin, error);
    if (!err)
        err = sqlite_prepare(s, "COMMIT", &s->commit, error);
    if (!err)
        err = sqlite_prepare(s, "ROLLBACK", &s->rollback, error);
    return err;
}

gw_err sqlite_open(struct sqlite *s, const char *path, char **error)
{
    *s = (struct sqlite){.path = mem_strdup(path)};
    if (!*path)
        return refuse(error, "the database has no file name");
    gw_err err = make_parents(path, error);
    if (!err)
        err = make_file(path, error);
    if (!err)
        err = connect_file(s, error);
    if (!err)
        err = claim_file(s, error);
    if (!err)
        err = use_log(s, error);
    if (!err)
        err = prepare_transactions(s, error);
    return err;
}

void sqlite_close(void *database)
{
    struct sqlite *s = database;
    sqlite3_stmt *statement;
    while (s->db && (statement = sqlite3_next_stmt(s->db, NULL)))
        sqlite3_finalize(statement);
    int result = sqlite3_close(s->db);
    ASSERT(result == SQLITE_OK);
    free(s->path);
    *s = (struct sqlite){0};
}

gw_err sqlite_prepare(struct sqlite *s, const char *sql, sqlite3_stmt **out, char **error)
{
    if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK)
        return GW_OK;
    return refuse(error, "cannot use %s: %s", s->path, sqlite3_errmsg(s->db));
}

/* ---- use ------------------------------------------------------------------------------------ */

gw_err sqlite_begin(void *database)
{
    struct sqlite *s = database;
    return sqlite_run(s, s->begin);
}

gw_err sqlite_commit(void *database)
{
    struct sqlite *s = database;
    return sqlite_run(s, s->commit);
}

void sqlite_rollback(void *database)
{
    struct sqlite *s = database;
    /* A full disk, for one, ends a transaction by itself. The reason to keep is the first one. */
    if (sqlite3_get_autocommit(s->db))
        return;
    sqlite3_step(s->rollback);
    sqlite3_reset(s->rollback);
}

const char *sqlite_reason(void *database)
{
    return ((struct sqlite *)database)->reason;
}

void sqlite_bind(sqlite3_stmt *statement, int index, struct view bytes)
{
    const void *data = bytes.size ? bytes.data : (const void *)""; /* NULL would bind NULL */
    sqlite3_bind_blob64(statement, index, data, bytes.size, SQLITE_STATIC);
}

void sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, size_t size)
{
    sqlite3_bind_text64(statement, index, text, size, SQLITE_STATIC, SQLITE_UTF8);
}

gw_err sqlite_step(struct sqlite *s, sqlite3_stmt *statement)
{
    switch (sqlite3_step(statement)) {
    case SQLITE_ROW:
        return GW_OK;
    case SQLITE_DONE:
        return GW_ENOTFOUND;
    default:
        return failed(s);
    }
}

struct view sqlite_column(sqlite3_stmt *statement, int column)
{
    const void *data = sqlite3_column_blob(statement, column);
    return (struct view){data, (uint32_t)sqlite3_column_bytes(statement, column)};
}

void sqlite_done(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

gw_err sqlite_run(struct sqlite *s, sqlite3_stmt *statement)
{
    gw_err err = sqlite_step(s, statement);
    sqlite_done(statement);
    return err == GW_ENOTFOUND ? GW_OK : err;
}
