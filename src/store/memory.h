/* memory: an ordered table of keys and values with transactions, for tests and the simulator. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

struct memory_pair {
    struct buf key, value;
};

/* What a transaction has changed, so that it can be taken back. */
struct memory_change {
    struct memory_pair before;
    bool existed;
};

/* Zero is an empty table. A sorted array: simple, and fast enough for some ten thousand keys. */
struct memory {
    struct memory_pair *pairs;
    size_t count, capacity;
    struct memory_change *changes;
    size_t change_count, change_capacity;
    bool in_transaction;
};

void memory_free(struct memory *m);

void memory_begin(struct memory *m);
void memory_commit(struct memory *m);
void memory_rollback(struct memory *m); /* nothing when there is no transaction */

/* The index of the first key that is not less; `count` when all are. */
size_t memory_find(const struct memory *m, struct view key);
const struct memory_pair *memory_get(const struct memory *m, struct view key); /* NULL: none */
void memory_put(struct memory *m, struct view key, struct view value);
bool memory_remove(struct memory *m, struct view key); /* false: there was none */

int memory_compare(struct view a, struct view b); /* in byte order */
