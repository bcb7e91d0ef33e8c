/* Keys and values read and written beside the loop: what has come in while the worker was busy goes
 * there as one batch, in order, and what writes in it is one transaction. */
#include "store/kv.h"

#include "base/assert.h"
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

enum { BATCH_REQUESTS_MAX = 256, SPARE_COUNT_MAX = 1024, SPARE_BYTES_MAX = 4096 };
static const size_t QUEUE_BYTES_MAX_DEFAULT = (size_t)64 << 20;

enum kind { GET, PUT, PUT_IF_ABSENT, REMOVE, RANGE };

struct request {
    STAILQ_ENTRY(request) entry;
    enum kind kind;
    uint32_t key_size, limit;
    gw_err err;
    struct buf bytes; /* the key, then the value or the end of the range */
    struct buf found;
    kv_answer answer;
    void *user;
    size_t cost;
};

STAILQ_HEAD(queue, request);

/* One trip to the worker. While it runs, the loop does not touch it. */
struct batch {
    struct work work;
    struct kv *owner;
    const struct kv_ops *ops;
    void *database;
    struct queue requests;
    bool no_writes; /* a transaction could not begin: trying each request would take long */
    char reason[256];
};

struct kv {
    struct kv_desc desc;
    struct queue waiting, spare;
    size_t spare_count;
    struct batch batch;
    bool busy;
    struct log_limit failure_limit;
    struct kv_stats stats;
};

gw_err kv_append_pair(struct buf *pairs, struct view key, struct view value)
{
    if (pairs->size + 8u + key.size + value.size > KV_RANGE_BYTES_MAX)
        return GW_EFULL;
    uint32_t key_size = htole32(key.size), value_size = htole32(value.size);
    buf_append(pairs, &key_size, sizeof key_size);
    buf_append(pairs, key.data, key.size);
    buf_append(pairs, &value_size, sizeof value_size);
    buf_append(pairs, value.data, value.size);
    return GW_OK;
}

/* ---- on the worker -------------------------------------------------------------------------- */

static bool is_write(const struct request *r)
{
    return r->kind == PUT || r->kind == PUT_IF_ABSENT || r->kind == REMOVE;
}

/* The others are answers. */
static bool is_failure(gw_err err)
{
    return err && err != GW_ENOTFOUND && err != GW_EEXIST && err != GW_EFULL;
}

static void remember_reason(struct batch *b)
{
    const char *reason = b->ops->reason ? b->ops->reason(b->database) : "";
    snprintf(b->reason, sizeof b->reason, "%s", reason);
}

static gw_err ask(struct batch *b, struct request *r)
{
    struct view key = {r->bytes.data, r->key_size};
    struct view rest = {r->bytes.data + r->key_size, (uint32_t)(r->bytes.size - r->key_size)};
    switch (r->kind) {
    case GET:
        return b->ops->get(b->database, key, &r->found);
    case PUT:
        return b->ops->put(b->database, key, rest);
    case PUT_IF_ABSENT:
        return b->ops->put_if_absent(b->database, key, rest, &r->found);
    case REMOVE:
        return b->ops->remove(b->database, key);
    case RANGE:
        break;
    }
    return b->ops->range(b->database, key, rest, r->limit, &r->found);
}

static void carry_out(struct batch *b, struct request *r)
{
    buf_clear(&r->found); /* of an attempt before */
    r->err = ask(b, r);
    if (is_failure(r->err))
        remember_reason(b);
    if (r->err && r->err != GW_EEXIST)
        buf_clear(&r->found);
}

static void fail_request(struct request *r)
{
    r->err = GW_EIO;
    buf_clear(&r->found);
}

static gw_err begin(struct batch *b)
{
    gw_err err = b->ops->begin(b->database);
    if (err) {
        remember_reason(b);
        b->no_writes = true;
    }
    return err;
}

static gw_err commit(struct batch *b)
{
    gw_err err = b->ops->commit(b->database);
    if (err) {
        remember_reason(b);
        b->ops->rollback(b->database);
    }
    return err;
}

/* Returns false when nothing of it counts. */
static bool run_together(struct batch *b)
{
    struct request *r;
    if (begin(b))
        return false;
    STAILQ_FOREACH(r, &b->requests, entry)
    {
        carry_out(b, r);
        if (is_failure(r->err)) {
            b->ops->rollback(b->database);
            return false;
        }
    }
    return commit(b) == GW_OK;
}

static void write_alone(struct batch *b, struct request *r)
{
    if (b->no_writes || begin(b)) {
        fail_request(r);
        return;
    }
    carry_out(b, r);
    if (is_failure(r->err)) {
        b->ops->rollback(b->database);
        fail_request(r);
    } else if (commit(b)) {
        fail_request(r);
    }
}

/* Only what fails by itself gets the error: the requests in a batch have nothing to do with each
 * other. */
static void run_each(struct batch *b)
{
    struct request *r;
    STAILQ_FOREACH(r, &b->requests, entry)
    {
        if (is_write(r))
            write_alone(b, r);
        else
            carry_out(b, r);
    }
}

static void batch_run(struct work *work)
{
    struct batch *b = (struct batch *)work;
    bool writes = false;
    struct request *r;
    STAILQ_FOREACH(r, &b->requests, entry)
    {
        writes |= is_write(r);
    }
    b->no_writes = false;
    if (!writes || !run_together(b))
        run_each(b);
}

/* ---- on the loop ---------------------------------------------------------------------------- */

static struct request *request_new(struct kv *kv, enum kind kind)
{
    struct request *r = STAILQ_FIRST(&kv->spare);
    if (r) {
        STAILQ_REMOVE_HEAD(&kv->spare, entry);
        kv->spare_count--;
    } else {
        r = mem_zalloc(sizeof *r);
    }
    struct buf bytes = r->bytes, found = r->found;
    buf_clear(&bytes);
    buf_clear(&found);
    *r = (struct request){.kind = kind, .bytes = bytes, .found = found};
    kv->stats.queue_requests++;
    return r;
}

static void request_destroy(struct request *r)
{
    buf_free(&r->bytes);
    buf_free(&r->found);
    free(r);
}

static void request_free(struct kv *kv, struct request *r)
{
    kv->stats.queue_requests--;
    kv->stats.queue_bytes -= r->cost;
    bool is_small = r->bytes.capacity + r->found.capacity <= SPARE_BYTES_MAX;
    if (!is_small || kv->spare_count == SPARE_COUNT_MAX) {
        request_destroy(r);
        return;
    }
    STAILQ_INSERT_HEAD(&kv->spare, r, entry);
    kv->spare_count++;
}

/* Sends the next batch unless one is under way or nothing is to do. */
static void start_batch(struct kv *kv)
{
    if (kv->busy || STAILQ_EMPTY(&kv->waiting))
        return;
    for (size_t i = 0; i < BATCH_REQUESTS_MAX && !STAILQ_EMPTY(&kv->waiting); i++) {
        struct request *r = STAILQ_FIRST(&kv->waiting);
        STAILQ_REMOVE_HEAD(&kv->waiting, entry);
        STAILQ_INSERT_TAIL(&kv->batch.requests, r, entry);
    }
    kv->busy = true;
    kv->stats.batches++;
    worker_submit(kv->desc.workers, &kv->batch.work);
}

static void note_failures(struct kv *kv, const struct queue *answers)
{
    const struct request *r;
    uint64_t failures = 0, held_back;
    STAILQ_FOREACH(r, answers, entry)
    {
        failures += is_failure(r->err);
    }
    kv->stats.failures += failures;
    if (failures && log_limit_pass(&kv->failure_limit, kv->desc.clock->now_ms, &held_back))
        log_error(kv->desc.log, "kv_failed", "database=%s reason=\"%s\" failed=%llu held_back=%llu",
                  kv->desc.ops->name, kv->batch.reason, (unsigned long long)failures,
                  (unsigned long long)held_back);
}

static void answer_all(struct kv *kv, struct queue *answers)
{
    struct request *r;
    while ((r = STAILQ_FIRST(answers))) {
        STAILQ_REMOVE_HEAD(answers, entry);
        struct view found = view_of(&r->found);
        if (r->answer)
            r->answer(r->user, r->err, found);
        request_free(kv, r);
    }
}

static void batch_done(struct work *work)
{
    struct kv *kv = ((struct batch *)work)->owner;
    struct queue answers = STAILQ_HEAD_INITIALIZER(answers);
    STAILQ_CONCAT(&answers, &kv->batch.requests);
    kv->busy = false;
    note_failures(kv, &answers);
    start_batch(kv); /* first, so that the worker is busy while the answers are handled */
    answer_all(kv, &answers);
}

/* ---- requests ------------------------------------------------------------------------------- */

struct question {
    enum kind kind;
    struct view key, rest;
    uint32_t limit;
};

static gw_err enter(struct kv *kv, const struct question *q, kv_answer answer, void *user)
{
    size_t cost = sizeof(struct request) + q->key.size + q->rest.size;
    if (kv->stats.queue_bytes + cost > kv->desc.queue_bytes_max)
        return GW_EFULL;
    struct request *r = request_new(kv, q->kind);
    buf_append(&r->bytes, q->key.data, q->key.size);
    buf_append(&r->bytes, q->rest.data, q->rest.size);
    buf_reserve(&r->bytes, 1); /* two empty views still point somewhere */
    r->key_size = q->key.size;
    r->limit = q->limit;
    r->answer = answer;
    r->user = user;
    r->cost = cost;
    kv->stats.queue_bytes += cost;
    kv->stats.requests++;
    STAILQ_INSERT_TAIL(&kv->waiting, r, entry);
    start_batch(kv);
    return GW_OK;
}

gw_err kv_get(struct kv *kv, struct view key, kv_answer answer, void *user)
{
    return enter(kv, &(struct question){.kind = GET, .key = key}, answer, user);
}

gw_err kv_put(struct kv *kv, struct view key, struct view value, kv_answer answer, void *user)
{
    return enter(kv, &(struct question){.kind = PUT, .key = key, .rest = value}, answer, user);
}

gw_err kv_put_if_absent(struct kv *kv, struct view key, struct view value, kv_answer answer,
                        void *user)
{
    return enter(kv, &(struct question){.kind = PUT_IF_ABSENT, .key = key, .rest = value}, answer,
                 user);
}

gw_err kv_remove(struct kv *kv, struct view key, kv_answer answer, void *user)
{
    return enter(kv, &(struct question){.kind = REMOVE, .key = key}, answer, user);
}

gw_err kv_range(struct kv *kv, struct view begin_key, struct view end_key, uint32_t limit,
                kv_answer answer, void *user)
{
    return enter(
        kv, &(struct question){.kind = RANGE, .key = begin_key, .rest = end_key, .limit = limit},
        answer, user);
}

/* ---- life ----------------------------------------------------------------------------------- */

gw_err kv_create(const struct kv_desc *desc, struct kv **out, char **error)
{
    void *database;
    gw_err err = desc->ops->open(desc->url, &database, error);
    if (err)
        return err;
    struct kv *kv = mem_zalloc(sizeof *kv);
    kv->desc = *desc;
    if (!kv->desc.queue_bytes_max)
        kv->desc.queue_bytes_max = QUEUE_BYTES_MAX_DEFAULT;
    STAILQ_INIT(&kv->waiting);
    STAILQ_INIT(&kv->spare);
    STAILQ_INIT(&kv->batch.requests);
    kv->batch.work = (struct work){.run = batch_run, .done = batch_done};
    kv->batch.owner = kv;
    kv->batch.ops = desc->ops;
    kv->batch.database = database;
    *out = kv;
    return GW_OK;
}

void kv_destroy(struct kv *kv)
{
    if (!kv)
        return;
    ASSERT(kv_is_idle(kv));
    kv->desc.ops->close(kv->batch.database);
    struct request *r;
    while ((r = STAILQ_FIRST(&kv->spare))) {
        STAILQ_REMOVE_HEAD(&kv->spare, entry);
        request_destroy(r);
    }
    free(kv);
}

bool kv_is_idle(const struct kv *kv)
{
    return kv->stats.queue_requests == 0;
}

const struct kv_stats *kv_stats(const struct kv *kv)
{
    return &kv->stats;
}
