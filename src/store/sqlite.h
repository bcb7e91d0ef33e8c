/* sqlite: one connection to the database file that entity storage and kv, of every game on the
 * machine, may share. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

#include <sqlite3.h>

/* The file's layout, both tables in every file:
 *
 *     entity (type TEXT, id TEXT, data BLOB, PRIMARY KEY (type, id))   data: one msgpack map
 *     kv     (key BLOB PRIMARY KEY, value BLOB)
 *
 * application_id tells our files from others', user_version is the layout's number. */
enum { SQLITE_FILE_MAGIC = 0x47574442, SQLITE_FILE_LAYOUT = 1 };

struct sqlite {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *begin, *commit, *rollback;
    char reason[256]; /* why the last call failed, with the file's name */
};

/* A `database` below is a struct that begins with its struct sqlite, so that the tables of
 * operations name these functions themselves. */

/* Opens the file, made with its folder where missing, or refuses one that is not ours. On failure
 * *error is a sentence the caller frees, and sqlite_close is still due. */
GW_NODISCARD gw_err sqlite_open(struct sqlite *s, const char *path, char **error);
void sqlite_close(void *database);

/* The statement lives until sqlite_close. On failure *error is a sentence the caller frees. */
GW_NODISCARD gw_err sqlite_prepare(struct sqlite *s, const char *sql, sqlite3_stmt **out,
                                   char **error);

/* Takes the file's one right to write, waiting for other processes' transactions. */
GW_NODISCARD gw_err sqlite_begin(void *database);
GW_NODISCARD gw_err sqlite_commit(void *database);
void sqlite_rollback(void *database); /* nothing when there is no transaction */
const char *sqlite_reason(void *database);

/* The bytes live until sqlite_done. */
void sqlite_bind(sqlite3_stmt *statement, int index, struct view bytes);
void sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, size_t size);

/* GW_OK: there is a row. GW_ENOTFOUND: there is none (any more). */
GW_NODISCARD gw_err sqlite_step(struct sqlite *s, sqlite3_stmt *statement);
struct view sqlite_column(sqlite3_stmt *statement, int column); /* lives until the next step */
void sqlite_done(sqlite3_stmt *statement); /* after the last step: lets go of bytes and locks */

/* Steps a statement that gives no rows, and is done with it. */
GW_NODISCARD gw_err sqlite_run(struct sqlite *s, sqlite3_stmt *statement);
