/* storage_rig: an entity storage over a database of the test's choice, and what it is asked. */
#pragma once

#include "pool.h"
#include "store/storage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Wraps the memory database; what it does is set by the test, before work is run. */
struct told {
    unsigned fail_begins, fail_saves, fail_commits, fail_loads; /* the next so many */
    const char *bad_data;                                       /* never takes this */
    unsigned begins, saves, commits, rollbacks, loads;
    char order[4096]; /* data of all saves that were tried */
};
extern struct told told;

struct rig {
    struct pool pool;
    struct clock clock;
    struct test_log log;
    struct path path;
    struct storage_ops ops;
    struct storage *storage;
};
extern struct rig rig;

/* Set-ups, and their tear-down: all that waits is done before the storage ends. */
int on_memory(void **state);
int on_sqlite(void **state);
int on_told(void **state);
int rig_fini(void **state);

void rig_open(size_t queue_bytes_max); /* once more, with that limit */

void turn(void); /* one event: work that comes back, or the next retry, to which the clock jumps */
void drain(void);

struct answer {
    unsigned count, place; /* place: how many answers came before */
    gw_err err;
    char data[4096];
    size_t size;
};

/* The answer to a load, of the struct answer that is `user`. */
void on_loaded(void *user, gw_err err, struct view data);

/* Each asks for one thing of entity `number`; the answer may be NULL for save. */
void save(const char *type, int number, const char *data, struct answer *a);
void load(const char *type, int number, struct answer *a);
void exists(const char *type, int number, struct answer *a);
void list(const char *type, struct answer *a);
gw_id id_of(int number);

void assert_answer(const struct answer *a, gw_err err); /* just one */
void assert_data(const struct answer *a, const char *data);
bool list_has(const struct answer *a, int number);
