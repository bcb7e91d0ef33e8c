/* What a test does to a game's database: `lock FILE` keeps it locked until standard input ends, and
 * says "locked" when it is; `dump FILE TYPE` prints what it has of each entity of that type, as
 * hexadecimal digits. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static int lock(sqlite3 *db)
{
    if (sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL))
        return 1;
    puts("locked");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    return 0;
}

static int dump(sqlite3 *db, const char *type)
{
    sqlite3_stmt *rows;
    if (sqlite3_prepare_v2(db, "SELECT hex(data) FROM entity WHERE type = ? ORDER BY id", -1, &rows,
                           NULL) ||
        sqlite3_bind_text(rows, 1, type, -1, SQLITE_STATIC))
        return 1;
    while (sqlite3_step(rows) == SQLITE_ROW)
        puts((const char *)sqlite3_column_text(rows, 0));
    return sqlite3_finalize(rows);
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    if (argc < 3 || sqlite3_open(argv[2], &db) || sqlite3_busy_timeout(db, 10000))
        return 1;
    int code = strcmp(argv[1], "lock") == 0 ? lock(db) : argc == 4 ? dump(db, argv[3]) : 1;
    return sqlite3_close(db) || code;
}
