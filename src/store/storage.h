/* storage: entities saved and loaded by type and id, asynchronously, in order per entity. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "os/worker.h"
#include "wire/reader.h"

/* One kind of database. All functions block and run on a worker, never two at once for one
 * `database`. Views given to them live through the call; what they return is appended to the buf.
 */
struct storage_ops {
    const char *name; /* as in goworld.ini: "sqlite" */
    /* On failure *error is a sentence the caller frees. `url` is as in goworld.ini, made absolute
     * for files. */
    GW_NODISCARD gw_err (*open)(const char *url, void **database, char **error);
    void (*close)(void *database);
    /* A batch of saves is one transaction: all of it or nothing. */
    GW_NODISCARD gw_err (*begin)(void *database);
    GW_NODISCARD gw_err (*save)(void *database, const char *type, gw_id id, struct view data);
    GW_NODISCARD gw_err (*commit)(void *database);
    void (*rollback)(void *database);
    GW_NODISCARD gw_err (*load)(void *database, const char *type, gw_id id, struct buf *data);
    GW_NODISCARD gw_err (*exists)(void *database, const char *type,
                                  gw_id id); /* GW_OK or GW_ENOTFOUND */
    GW_NODISCARD gw_err (*list)(void *database, const char *type,
                                struct buf *ids); /* 16 bytes each */
    /* Why the last call failed, for the log; lives until the next call. May be NULL. */
    const char *(*reason)(void *database);
};

extern const struct storage_ops storage_sqlite; /* a file in WAL mode, synchronous=NORMAL */
extern const struct storage_ops storage_memory; /* for tests and the simulator: gone at close */

struct storage_desc {
    const struct storage_ops *ops;
    const char *url;
    struct worker_pool *workers;
    const struct clock *clock;
    const struct log *log;
    size_t queue_bytes_max; /* 0: 256 MiB of unsaved data; then saves are refused with GW_EFULL */
};

struct storage;

/* Opens at once (blocking: at a process's start). On failure *error is a sentence the caller frees.
 */
GW_NODISCARD gw_err storage_create(const struct storage_desc *desc, struct storage **out,
                                   char **error);
void storage_destroy(struct storage *s); /* idle only: see storage_is_idle; NULL does nothing */

typedef void (*storage_saved)(void *user, gw_err err);
typedef void (*storage_loaded)(void *user, gw_err err,
                               struct view data); /* data lasts for the call */

/* Copies data (one msgpack map). A save is tried again until it succeeds (growing delay, at most 1
 * s; logged), and a later save of the same entity replaces one that still waits (both get their
 * answer). `saved` may be NULL. Requests of one entity are carried out in order: a load after a
 * save sees it. */
GW_NODISCARD gw_err storage_save(struct storage *s, const char *type, gw_id id, struct view data,
                                 storage_saved saved, void *user);
GW_NODISCARD gw_err storage_load(struct storage *s, const char *type, gw_id id,
                                 storage_loaded loaded, void *user);
GW_NODISCARD gw_err storage_exists(struct storage *s, const char *type, gw_id id,
                                   storage_saved answer, void *user); /* GW_OK or GW_ENOTFOUND */
GW_NODISCARD gw_err storage_list(struct storage *s, const char *type, storage_loaded listed,
                                 void *user);

/* A save of the entity is not in the database yet. */
bool storage_is_saving(const struct storage *s, const char *type, gw_id id);

/* Due retries; returns when it next wants to be called (clock's now_ms), or CLOCK_NEVER. */
int64_t storage_turn(struct storage *s);
bool storage_is_idle(const struct storage *s); /* nothing waits and nothing runs */

struct storage_stats {
    uint64_t saves, save_failures, loads, batches, queue_bytes, queue_requests;
};
const struct storage_stats *storage_stats(const struct storage *s);
extern const struct metric storage_metrics[]; /* of a struct storage_stats */
