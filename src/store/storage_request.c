/* Requests to the storage, and the index of saves that are not in the database yet. */
#include "store/storage_request.h"

#include "base/assert.h"

#include <stdlib.h>

enum { SPARE_COUNT_MAX = 4096, SPARE_BYTES_MAX = 2048 };

void storage_requests_init(struct storage_requests *all, uint64_t seed)
{
    *all = (struct storage_requests){.newest.seed = seed};
    STAILQ_INIT(&all->spare);
}

static void request_destroy(struct storage_request *r)
{
    buf_free(&r->type);
    buf_free(&r->data);
    buf_free(&r->answers);
    free(r);
}

void storage_requests_fini(struct storage_requests *all)
{
    ASSERT(all->stats.queue_requests == 0 && all->newest.count == 0);
    struct storage_request *r;
    while ((r = STAILQ_FIRST(&all->spare))) {
        STAILQ_REMOVE_HEAD(&all->spare, entry);
        request_destroy(r);
    }
    idmap_free(&all->newest);
}

/* Returns one that is empty, but may own memory. */
static struct storage_request *take_spare(struct storage_requests *all)
{
    struct storage_request *r = STAILQ_FIRST(&all->spare);
    if (!r)
        return mem_zalloc(sizeof *r);
    STAILQ_REMOVE_HEAD(&all->spare, entry);
    all->spare_count--;
    return r;
}

struct storage_request *storage_request_new(struct storage_requests *all,
                                            enum storage_request_kind kind, const char *type,
                                            gw_id id)
{
    struct storage_request *r = take_spare(all);
    struct buf name = r->type, data = r->data, answers = r->answers;
    buf_clear(&name);
    buf_clear(&data);
    buf_clear(&answers);
    buf_append(&name, type, strlen(type) + 1);
    *r = (struct storage_request){.kind = kind,
                                  .id = id,
                                  .order = all->made++,
                                  .type = name,
                                  .data = data,
                                  .answers = answers};
    all->stats.queue_requests++;
    return r;
}

void storage_request_free(struct storage_requests *all, struct storage_request *r)
{
    all->stats.queue_requests--;
    all->stats.queue_bytes -= r->cost;
    bool is_small = r->type.capacity + r->data.capacity + r->answers.capacity <= SPARE_BYTES_MAX;
    if (!is_small || all->spare_count == SPARE_COUNT_MAX) {
        request_destroy(r);
        return;
    }
    STAILQ_INSERT_HEAD(&all->spare, r, entry);
    all->spare_count++;
}

const char *storage_request_type(const struct storage_request *r)
{
    return (const char *)r->type.data;
}

struct view storage_request_data(const struct storage_request *r)
{
    return view_of(&r->data);
}

void storage_request_set_data(struct storage_request *r, struct view data)
{
    buf_clear(&r->data);
    buf_append(&r->data, data.data, data.size);
}

void storage_request_add_answer(struct storage_request *r, storage_saved saved, void *user)
{
    if (!saved)
        return;
    struct storage_answer answer = {saved, user};
    buf_append(&r->answers, &answer, sizeof answer);
}

size_t storage_request_cost(const char *type, size_t data_size)
{
    return sizeof(struct storage_request) + strlen(type) + 1 + data_size +
           sizeof(struct storage_answer);
}

void storage_request_count_cost(struct storage_requests *all, struct storage_request *r)
{
    size_t cost = sizeof *r + r->type.size + r->data.size + r->answers.size;
    all->stats.queue_bytes += cost - r->cost;
    r->cost = cost;
}

/* ---- the index ------------------------------------------------------------------------------ */

struct storage_request *storage_requests_newest(const struct storage_requests *all,
                                                const char *type, gw_id id)
{
    struct storage_request *r = idmap_get(&all->newest, id);
    while (r && strcmp(storage_request_type(r), type) != 0)
        r = r->same_id;
    return r;
}

/* Takes the entry out of its id's chain and returns the rest. */
static struct storage_request *chain_without(struct storage_request *first,
                                             const struct storage_request *r)
{
    for (struct storage_request **link = &first; *link; link = &(*link)->same_id) {
        if (*link == r) {
            *link = r->same_id;
            break;
        }
    }
    return first;
}

void storage_requests_set_newest(struct storage_requests *all, struct storage_request *r)
{
    const struct storage_request *before =
        storage_requests_newest(all, storage_request_type(r), r->id);
    r->same_id = chain_without(idmap_get(&all->newest, r->id), before);
    idmap_put(&all->newest, r->id, r);
}

void storage_requests_unset_newest(struct storage_requests *all, struct storage_request *r)
{
    struct storage_request *rest = chain_without(idmap_get(&all->newest, r->id), r);
    if (rest)
        idmap_put(&all->newest, r->id, rest);
    else
        idmap_remove(&all->newest, r->id);
}

void storage_request_merge(struct storage_requests *all, struct storage_request *older,
                           struct storage_request *newer)
{
    struct buf answers = older->answers;
    buf_append(&answers, newer->answers.data, newer->answers.size);
    older->answers = newer->answers;
    newer->answers = answers;
    storage_request_count_cost(all, newer);
    storage_request_free(all, older);
}
