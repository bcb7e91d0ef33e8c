/* Entities saved and loaded beside the loop.
 *
 * Saves (and lists, which must see them) wait in `ordered` and leave as one transaction per batch;
 * loads and existence checks wait in `reads` and run first in each batch. That keeps the order per
 * entity: an entity with an unsaved save is answered from that save and never asked for in the
 * database, and a save never leaves while a read that came before it still waits. */
#include "store/storage.h"

#include "base/assert.h"
#include "store/storage_request.h"

#include <stdio.h>
#include <stdlib.h>

/* About 5 us a save: a batch commits well within 10 ms. */
enum { BATCH_REQUESTS_MAX = 1024, BATCH_BYTES_MAX = 1 << 20 };
enum { RETRY_MS_MIN = 20, RETRY_MS_MAX = 1000 };
enum { REJECTED_PER_BATCH_MAX = 4 };
static const size_t QUEUE_BYTES_MAX_DEFAULT = (size_t)256 << 20;

/* One trip to the worker. While it runs, the loop does not touch it. */
struct batch {
    struct work work;
    struct storage *owner;
    const struct storage_ops *ops;
    void *database;
    struct storage_queue reads, ordered;
    bool committed;   /* what is in `ordered` and not rejected */
    char reason[256]; /* of the last failure */
};

/* Loads that a waiting save has answered. They travel through the worker pool only to come back in
 * a later turn. */
struct ready {
    struct work work;
    struct storage *owner;
    struct storage_queue answers;
    bool travels;
};

struct storage {
    struct storage_desc desc;
    struct storage_requests all;
    struct storage_queue reads, ordered;
    struct storage_queue rejected; /* wait for the next retry; the others need not */
    struct batch batch;
    bool busy; /* the batch is on the worker */
    struct ready ready;
    int64_t retry_at_ms; /* CLOCK_NEVER: nothing has failed */
    int64_t retry_delay_ms;
    bool blocked; /* the last transaction failed: no saves until the retry */
    struct log_limit failure_limit;
};

/* ---- on the worker -------------------------------------------------------------------------- */

static void remember_reason(struct batch *b)
{
    const char *reason = b->ops->reason ? b->ops->reason(b->database) : "";
    snprintf(b->reason, sizeof b->reason, "%s", reason);
}

static void read_one(struct batch *b, struct storage_request *r)
{
    if (r->kind == STORAGE_LOAD)
        r->err = b->ops->load(b->database, storage_request_type(r), r->id, &r->data);
    else
        r->err = b->ops->exists(b->database, storage_request_type(r), r->id);
    if (r->err)
        buf_clear(&r->data);
}

/* A list that fails is answered so; only a save is worth a retry. */
static gw_err carry_out(struct batch *b, struct storage_request *r)
{
    if (r->kind == STORAGE_SAVE)
        return b->ops->save(b->database, storage_request_type(r), r->id, storage_request_data(r));
    buf_clear(&r->data); /* of an attempt before */
    r->err = b->ops->list(b->database, storage_request_type(r), &r->data);
    if (r->err)
        buf_clear(&r->data);
    return GW_OK;
}

/* On failure nothing is saved, and *culprit is the request the database did not take; NULL when it
 * was not about one of them. */
static gw_err transaction(struct batch *b, struct storage_request **culprit)
{
    *culprit = NULL;
    struct storage_request *r;
    gw_err err = b->ops->begin(b->database);
    if (err)
        goto fail;
    STAILQ_FOREACH(r, &b->ordered, entry)
    {
        err = r->rejected ? GW_OK : carry_out(b, r);
        if (err) {
            *culprit = r;
            goto fail_rollback;
        }
    }
    err = b->ops->commit(b->database);
    if (!err)
        return GW_OK;
fail_rollback:
    remember_reason(b);
    b->ops->rollback(b->database);
    return err;
fail:
    remember_reason(b);
    return err;
}

/* Leaves out what the database will not take, so that one bad save does not hold up all others. */
static bool save_all(struct batch *b)
{
    for (int i = 0; i <= REJECTED_PER_BATCH_MAX; i++) {
        struct storage_request *culprit;
        if (transaction(b, &culprit) == GW_OK)
            return true;
        if (!culprit)
            return false;
        culprit->rejected = true;
    }
    return false;
}

static void batch_run(struct work *work)
{
    struct batch *b = (struct batch *)work;
    struct storage_request *r;
    STAILQ_FOREACH(r, &b->reads, entry)
    {
        read_one(b, r);
    }
    b->committed = STAILQ_EMPTY(&b->ordered) || save_all(b);
}

/* ---- batches -------------------------------------------------------------------------------- */

static void move_first(struct storage_queue *from, struct storage_queue *to)
{
    struct storage_request *r = STAILQ_FIRST(from);
    STAILQ_REMOVE_HEAD(from, entry);
    STAILQ_INSERT_TAIL(to, r, entry);
}

static void take_reads(struct storage *s)
{
    for (size_t i = 0; i < BATCH_REQUESTS_MAX && !STAILQ_EMPTY(&s->reads); i++)
        move_first(&s->reads, &s->batch.reads);
}

static void take_ordered(struct storage *s)
{
    struct storage_request *read = STAILQ_FIRST(&s->reads), *r;
    size_t count = 0, bytes = 0;
    while ((r = STAILQ_FIRST(&s->ordered)) && (!read || r->order < read->order) &&
           count < BATCH_REQUESTS_MAX && bytes < BATCH_BYTES_MAX) {
        move_first(&s->ordered, &s->batch.ordered);
        r->running = true;
        count++;
        bytes += r->data.size;
    }
}

/* Sends the next batch unless one is under way or nothing is to do. */
static void start_batch(struct storage *s)
{
    if (s->busy)
        return;
    take_reads(s);
    if (!s->blocked)
        take_ordered(s);
    if (STAILQ_EMPTY(&s->batch.reads) && STAILQ_EMPTY(&s->batch.ordered))
        return;
    s->busy = true;
    s->all.stats.batches++;
    worker_submit(s->desc.workers, &s->batch.work);
}

static void call_back(const struct storage_request *r)
{
    if (r->loaded) {
        r->loaded(r->user, r->err, storage_request_data(r));
        return;
    }
    const struct storage_answer *answers = (const void *)r->answers.data;
    for (size_t i = 0; i < r->answers.size / sizeof *answers; i++)
        answers[i].saved(answers[i].user, r->err);
}

static void answer_all(struct storage *s, struct storage_queue *answers)
{
    struct storage_request *r;
    while ((r = STAILQ_FIRST(answers))) {
        STAILQ_REMOVE_HEAD(answers, entry);
        s->all.stats.saves += r->kind == STORAGE_SAVE;
        s->all.stats.loads += r->kind == STORAGE_LOAD;
        call_back(r);
        storage_request_free(&s->all, r);
    }
}

/* Puts an unsaved request to where it waits, or lets a newer save of the entity stand for it. */
static void put_back(struct storage *s, struct storage_request *r, struct storage_queue *where)
{
    r->running = r->rejected = false;
    s->all.stats.save_failures += r->kind == STORAGE_SAVE;
    struct storage_request *newest = NULL;
    if (r->kind == STORAGE_SAVE)
        newest = storage_requests_newest(&s->all, storage_request_type(r), r->id);
    if (newest && newest != r)
        storage_request_merge(&s->all, r, newest);
    else
        STAILQ_INSERT_TAIL(where, r, entry);
}

/* Sorts the batch into answers and what is tried again. */
static void settle(struct storage *s, struct storage_queue *answers)
{
    struct batch *b = &s->batch;
    struct storage_queue again = STAILQ_HEAD_INITIALIZER(again);
    struct storage_request *r;
    STAILQ_CONCAT(answers, &b->reads);
    while ((r = STAILQ_FIRST(&b->ordered))) {
        STAILQ_REMOVE_HEAD(&b->ordered, entry);
        if (r->rejected) {
            put_back(s, r, &s->rejected);
        } else if (!b->committed) {
            put_back(s, r, &again);
        } else {
            if (r->kind == STORAGE_SAVE)
                storage_requests_unset_newest(&s->all, r);
            STAILQ_INSERT_TAIL(answers, r, entry);
        }
    }
    STAILQ_CONCAT(&again, &s->ordered);
    STAILQ_CONCAT(&s->ordered, &again);
}

static void log_failure(struct storage *s)
{
    uint64_t held_back;
    if (log_limit_pass(&s->failure_limit, s->desc.clock->now_ms, &held_back))
        log_error(s->desc.log, "storage_save_failed",
                  "database=%s reason=\"%s\" retry_ms=%lld waiting=%llu held_back=%llu",
                  s->desc.ops->name, s->batch.reason, (long long)s->retry_delay_ms,
                  (unsigned long long)s->all.stats.queue_requests, (unsigned long long)held_back);
}

static void retry_later(struct storage *s)
{
    s->retry_delay_ms = s->retry_delay_ms ? s->retry_delay_ms * 2 : RETRY_MS_MIN;
    if (s->retry_delay_ms > RETRY_MS_MAX)
        s->retry_delay_ms = RETRY_MS_MAX;
    s->retry_at_ms = s->desc.clock->now_ms + s->retry_delay_ms;
    log_failure(s);
}

/* While something rejected waits, what else is saved does not end the trouble. */
static void note_outcome(struct storage *s, bool had_saves)
{
    if (!s->batch.committed)
        s->blocked = true;
    if (!s->batch.committed || (!STAILQ_EMPTY(&s->rejected) && s->retry_at_ms == CLOCK_NEVER)) {
        retry_later(s);
    } else if (had_saves && s->retry_delay_ms && STAILQ_EMPTY(&s->rejected)) {
        s->retry_delay_ms = 0;
        log_info(s->desc.log, "storage_saves_again", "database=%s", s->desc.ops->name);
    }
}

static void batch_done(struct work *work)
{
    struct storage *s = ((struct batch *)work)->owner;
    struct storage_queue answers = STAILQ_HEAD_INITIALIZER(answers);
    bool had_saves = !STAILQ_EMPTY(&s->batch.ordered);
    s->busy = false;
    settle(s, &answers);
    note_outcome(s, had_saves);
    start_batch(s); /* first, so that the worker is busy while the answers are handled */
    answer_all(s, &answers);
}

int64_t storage_turn(struct storage *s)
{
    if (s->desc.clock->now_ms < s->retry_at_ms)
        return s->retry_at_ms;
    s->retry_at_ms = CLOCK_NEVER;
    s->blocked = false;
    STAILQ_CONCAT(&s->ordered, &s->rejected);
    start_batch(s);
    return CLOCK_NEVER;
}

/* ---- answers without the database ----------------------------------------------------------- */

static void ready_run(struct work *work)
{
    (void)work;
}

static void ready_send(struct ready *ready)
{
    if (ready->travels || STAILQ_EMPTY(&ready->answers))
        return;
    ready->travels = true;
    worker_submit(ready->owner->desc.workers, &ready->work);
}

static void ready_done(struct work *work)
{
    struct ready *ready = (struct ready *)work;
    struct storage_queue answers = STAILQ_HEAD_INITIALIZER(answers);
    STAILQ_CONCAT(&answers, &ready->answers);
    ready->travels = false;
    answer_all(ready->owner, &answers);
    ready_send(ready);
}

/* ---- requests ------------------------------------------------------------------------------- */

static bool has_room(const struct storage *s, size_t cost)
{
    return s->all.stats.queue_bytes + cost <= s->desc.queue_bytes_max;
}

static void enter(struct storage *s, struct storage_request *r, struct storage_queue *queue)
{
    storage_request_count_cost(&s->all, r);
    STAILQ_INSERT_TAIL(queue, r, entry);
    start_batch(s);
}

/* The waiting save keeps its place and takes the newer data. */
static gw_err replace(struct storage *s, struct storage_request *r, struct view data,
                      storage_saved saved, void *user)
{
    size_t before = storage_request_data(r).size, after = data.size + sizeof(struct storage_answer);
    if (after > before && !has_room(s, after - before))
        return GW_EFULL;
    storage_request_set_data(r, data);
    storage_request_add_answer(r, saved, user);
    storage_request_count_cost(&s->all, r);
    return GW_OK;
}

gw_err storage_save(struct storage *s, const char *type, gw_id id, struct view data,
                    storage_saved saved, void *user)
{
    struct storage_request *waiting = storage_requests_newest(&s->all, type, id);
    if (waiting && !waiting->running)
        return replace(s, waiting, data, saved, user);
    if (!has_room(s, storage_request_cost(type, data.size)))
        return GW_EFULL;
    struct storage_request *r = storage_request_new(&s->all, STORAGE_SAVE, type, id);
    storage_request_set_data(r, data);
    storage_request_add_answer(r, saved, user);
    storage_requests_set_newest(&s->all, r);
    enter(s, r, &s->ordered);
    return GW_OK;
}

/* Answers from the newest save where the database does not know it yet, else asks the database. */
static void read_entity(struct storage *s, struct storage_request *r)
{
    const struct storage_request *newest =
        storage_requests_newest(&s->all, storage_request_type(r), r->id);
    if (!newest) {
        enter(s, r, &s->reads);
        return;
    }
    if (r->kind == STORAGE_LOAD)
        storage_request_set_data(r, storage_request_data(newest));
    storage_request_count_cost(&s->all, r);
    STAILQ_INSERT_TAIL(&s->ready.answers, r, entry);
    ready_send(&s->ready);
}

gw_err storage_load(struct storage *s, const char *type, gw_id id, storage_loaded loaded,
                    void *user)
{
    if (!has_room(s, storage_request_cost(type, 0)))
        return GW_EFULL;
    struct storage_request *r = storage_request_new(&s->all, STORAGE_LOAD, type, id);
    r->loaded = loaded;
    r->user = user;
    read_entity(s, r);
    return GW_OK;
}

gw_err storage_exists(struct storage *s, const char *type, gw_id id, storage_saved answer,
                      void *user)
{
    if (!has_room(s, storage_request_cost(type, 0)))
        return GW_EFULL;
    struct storage_request *r = storage_request_new(&s->all, STORAGE_EXISTS, type, id);
    storage_request_add_answer(r, answer, user);
    read_entity(s, r);
    return GW_OK;
}

gw_err storage_list(struct storage *s, const char *type, storage_loaded listed, void *user)
{
    if (!has_room(s, storage_request_cost(type, 0)))
        return GW_EFULL;
    struct storage_request *r = storage_request_new(&s->all, STORAGE_LIST, type, (gw_id){0});
    r->loaded = listed;
    r->user = user;
    enter(s, r, &s->ordered);
    return GW_OK;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void init_queues(struct storage *s)
{
    STAILQ_INIT(&s->reads);
    STAILQ_INIT(&s->ordered);
    STAILQ_INIT(&s->rejected);
    STAILQ_INIT(&s->batch.reads);
    STAILQ_INIT(&s->batch.ordered);
    STAILQ_INIT(&s->ready.answers);
}

gw_err storage_create(const struct storage_desc *desc, struct storage **out, char **error)
{
    void *database;
    gw_err err = desc->ops->open(desc->url, &database, error);
    if (err)
        return err;
    struct storage *s = mem_zalloc(sizeof *s);
    s->desc = *desc;
    if (!s->desc.queue_bytes_max)
        s->desc.queue_bytes_max = QUEUE_BYTES_MAX_DEFAULT;
    s->retry_at_ms = CLOCK_NEVER;
    init_queues(s);
    /* Where the heap lies is random enough: nobody outside sees the order of this index. */
    storage_requests_init(&s->all, (uint64_t)(uintptr_t)s);
    s->batch.work = (struct work){.run = batch_run, .done = batch_done};
    s->batch.owner = s;
    s->batch.ops = desc->ops;
    s->batch.database = database;
    s->ready.work = (struct work){.run = ready_run, .done = ready_done};
    s->ready.owner = s;
    *out = s;
    return GW_OK;
}

void storage_destroy(struct storage *s)
{
    if (!s)
        return;
    ASSERT(storage_is_idle(s));
    s->desc.ops->close(s->batch.database);
    storage_requests_fini(&s->all);
    free(s);
}

bool storage_is_saving(const struct storage *s, const char *type, gw_id id)
{
    return storage_requests_newest(&s->all, type, id);
}

bool storage_is_idle(const struct storage *s)
{
    return s->all.stats.queue_requests == 0;
}

const struct storage_stats *storage_stats(const struct storage *s)
{
    return &s->all.stats;
}
