/* kvreg: a table of the registry's keys and values; a dispatcher has those it serves, a game has a
 * copy of all. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

#include <goworld/types.h>
#include <uthash.h>

/* Read only but for `in_doubt`. */
struct kvreg_entry {
    UT_hash_handle hh;
    uint8_t *value;
    uint32_t key_size, value_size;
    uint16_t game; /* it goes when that game dies; 0: it stays */
    bool in_doubt; /* its dispatcher has not said it since the game has registered there anew */
    uint8_t key[];
};

struct kvreg {
    struct kvreg_entry *entries; /* a uthash table */
    size_t bytes, bytes_max;
};

void kvreg_init(struct kvreg *registry, size_t bytes_max);
void kvreg_fini(struct kvreg *registry);

/* Writes the key unless it has a value already and `force` is not set: then GW_EEXIST. GW_EFULL at
 * bytes_max. */
GW_NODISCARD gw_err kvreg_put(struct kvreg *registry, struct view key, struct view value,
                              uint16_t game, bool force);

struct kvreg_entry *kvreg_find(const struct kvreg *registry, struct view key); /* NULL: none */
void kvreg_remove(struct kvreg *registry, struct kvreg_entry *entry);
size_t kvreg_count(const struct kvreg *registry);

/* Walks: NULL begins, and is the end. The one after it is known before an entry is removed. */
struct kvreg_entry *kvreg_next(const struct kvreg *registry, const struct kvreg_entry *after);

static inline struct view kvreg_key(const struct kvreg_entry *entry)
{
    return (struct view){entry->key, entry->key_size};
}

static inline struct view kvreg_value(const struct kvreg_entry *entry)
{
    return (struct view){entry->value, entry->value_size};
}

/* Appends all of it as a StringMap. */
void kvreg_write(const struct kvreg *registry, struct buf *out);
