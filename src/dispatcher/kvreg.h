/* kvreg: the registry: keys and values that all games know. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

#include <goworld/types.h>

struct kvreg_entry;

struct kvreg {
    struct kvreg_entry *entries; /* a uthash table */
    size_t bytes, bytes_max;
};

void kvreg_init(struct kvreg *registry, size_t bytes_max);
void kvreg_fini(struct kvreg *registry);

/* Writes the key unless it has a value already and `force` is not set: then GW_EEXIST. GW_EFULL at
 * bytes_max. */
GW_NODISCARD gw_err kvreg_put(struct kvreg *registry, struct view key, struct view value,
                              bool force);

size_t kvreg_count(const struct kvreg *registry);

/* Appends all of it as a StringMap. */
void kvreg_write(const struct kvreg *registry, struct buf *out);
