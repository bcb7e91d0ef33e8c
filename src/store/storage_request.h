/* storage_request: what storage was asked and has not answered yet. */
#pragma once

#include "base/idmap.h"
#include "store/storage.h"

#include <sys/queue.h>

enum storage_request_kind { STORAGE_SAVE, STORAGE_LIST, STORAGE_LOAD, STORAGE_EXISTS };

struct storage_answer {
    storage_saved saved;
    void *user;
};

struct storage_request {
    STAILQ_ENTRY(storage_request) entry;
    struct storage_request *same_id; /* the next in requests.newest with this id, another type */
    enum storage_request_kind kind;
    gw_id id;
    uint64_t order;
    bool running;  /* a batch on the worker has it */
    bool rejected; /* the database took the rest of the batch, but not this */
    gw_err err;
    struct buf type;       /* with its NUL */
    struct buf data;       /* what is saved or was read */
    struct buf answers;    /* save, exists: struct storage_answer of all who asked */
    storage_loaded loaded; /* load, list */
    void *user;
    size_t cost; /* counted into queue_bytes */
};

STAILQ_HEAD(storage_queue, storage_request);

struct storage_requests {
    struct idmap newest;        /* id -> the newest unsaved save per type, chained by same_id */
    struct storage_queue spare; /* used again, with their memory */
    size_t spare_count;
    struct storage_stats stats; /* here queue_requests and queue_bytes; the rest is storage's */
    uint64_t made;
};

void storage_requests_init(struct storage_requests *all, uint64_t seed);
void storage_requests_fini(struct storage_requests *all);

struct storage_request *storage_request_new(struct storage_requests *all,
                                            enum storage_request_kind kind, const char *type,
                                            gw_id id);
void storage_request_free(struct storage_requests *all, struct storage_request *r);

const char *storage_request_type(const struct storage_request *r);
struct view storage_request_data(const struct storage_request *r);
void storage_request_set_data(struct storage_request *r, struct view data);
void storage_request_add_answer(struct storage_request *r, storage_saved saved, void *user);
void storage_request_count_cost(struct storage_requests *all,
                                struct storage_request *r);      /* after changes */
size_t storage_request_cost(const char *type, size_t data_size); /* of a new one with one answer */

/* The newest save of the entity that is not in the database yet; NULL when there is none. */
struct storage_request *storage_requests_newest(const struct storage_requests *all,
                                                const char *type, gw_id id);
void storage_requests_set_newest(struct storage_requests *all, struct storage_request *r);
void storage_requests_unset_newest(struct storage_requests *all,
                                   struct storage_request *r); /* if it is */

/* The newer save answers for the older one too, which is freed. */
void storage_request_merge(struct storage_requests *all, struct storage_request *older,
                           struct storage_request *newer);
