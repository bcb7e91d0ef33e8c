/* kv: the key-value database beside the entity storage (GoWorld's KVDB), asynchronous. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "os/worker.h"
#include "wire/reader.h"

/* One kind of database; blocking, on a worker, never two at once for one `database`. Each is
 * atomic, also across processes on one database. What is found is appended to the buf. */
struct kv_ops {
    const char *name;
    GW_NODISCARD gw_err (*open)(const char *url, void **database, char **error);
    void (*close)(void *database);
    GW_NODISCARD gw_err (*begin)(void *database); /* what follows until commit is one transaction */
    GW_NODISCARD gw_err (*commit)(void *database);
    void (*rollback)(void *database);
    GW_NODISCARD gw_err (*get)(void *database, struct view key,
                               struct buf *value); /* GW_ENOTFOUND */
    GW_NODISCARD gw_err (*put)(void *database, struct view key, struct view value);
    /* GW_OK: the value was put. GW_EEXIST: it was not, and *existing is what stands there. */
    GW_NODISCARD gw_err (*put_if_absent)(void *database, struct view key, struct view value,
                                         struct buf *existing);
    GW_NODISCARD gw_err (*remove)(void *database,
                                  struct view key); /* GW_ENOTFOUND when there was none */
    /* Pairs with begin <= key < end in byte order, at most `limit` (0: no limit), as u32 size, key,
     * u32 size, value. */
    GW_NODISCARD gw_err (*range)(void *database, struct view begin, struct view end, uint32_t limit,
                                 struct buf *pairs);
    /* Why the last call failed, for the log; lives until the next call. May be NULL. */
    const char *(*reason)(void *database);
};

/* For `range`: appends one pair; GW_EFULL when the answer would be larger than KV_RANGE_BYTES_MAX.
 */
#define KV_RANGE_BYTES_MAX (64u << 20)
GW_NODISCARD gw_err kv_append_pair(struct buf *pairs, struct view key, struct view value);

extern const struct kv_ops kv_sqlite; /* may share its file with the entity storage */
extern const struct kv_ops kv_memory;

struct kv_desc {
    const struct kv_ops *ops;
    const char *url;
    struct worker_pool *workers;
    const struct clock *clock;
    const struct log *log;
    size_t queue_bytes_max; /* 0: 64 MiB */
};

struct kv;
GW_NODISCARD gw_err kv_create(const struct kv_desc *desc, struct kv **out, char **error);
void kv_destroy(struct kv *kv); /* idle only; NULL does nothing */

/* `value` lasts for the call; it is what was found (get, put_if_absent with GW_EEXIST, range), else
 * empty. */
typedef void (*kv_answer)(void *user, gw_err err, struct view value);

/* Keys and values are copied. Requests are carried out in order. GW_EFULL at queue_bytes_max: then
 * no answer comes. Writes are not retried: GW_EIO is the answer. */
GW_NODISCARD gw_err kv_get(struct kv *kv, struct view key, kv_answer answer, void *user);
GW_NODISCARD gw_err kv_put(struct kv *kv, struct view key, struct view value, kv_answer answer,
                           void *user);
GW_NODISCARD gw_err kv_put_if_absent(struct kv *kv, struct view key, struct view value,
                                     kv_answer answer, void *user);
GW_NODISCARD gw_err kv_remove(struct kv *kv, struct view key, kv_answer answer, void *user);
GW_NODISCARD gw_err kv_range(struct kv *kv, struct view begin, struct view end, uint32_t limit,
                             kv_answer answer, void *user);

bool kv_is_idle(const struct kv *kv);

struct kv_stats {
    uint64_t requests, failures, batches, queue_bytes, queue_requests;
};
const struct kv_stats *kv_stats(const struct kv *kv);
extern const struct metric kv_metrics[]; /* of a struct kv_stats */
