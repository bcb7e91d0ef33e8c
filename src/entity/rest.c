/* A world comes to rest: what has to be waited for ends, one after the other. */
#include "entity/entity.h"
#include "entity/fiber.h"
#include "entity/freeze.h"
#include "entity/local.h"
#include "entity/sight.h"
#include "entity/space.h"

#include <stdio.h>

#define REQUESTS_LEFT_MAX 256u /* of the storage, when a world has settled: some milliseconds */

void world_set_pace(struct world *w, enum world_pace pace)
{
    w->pace = pace;
    if (pace == WORLD_RUNS)
        local_release(w);
    if (pace != WORLD_SETTLES)
        return;
    w->tasks_mark = w->tasks_begun;
    w->asks_mark = w->asks.last_request;
    w->old_tasks = w->stats.fibers;
    w->old_asks = w->stats.asks_waiting;
}

bool world_has_settled(struct world *w)
{
    return !w->old_tasks && !w->old_asks &&
           storage_stats(w->desc.storage)->queue_requests <= REQUESTS_LEFT_MAX;
}

static bool databases_are_idle(const struct world *w)
{
    return !w->pending.count && storage_is_idle(w->desc.storage) && kv_is_idle(w->desc.kv) &&
           passwords_are_idle(w->desc.passwords);
}

/* Calls between entities may wait: they go along. */
static bool has_unfinished(const struct world *w)
{
    return w->posts.size || w->resume_first || sights_wait(w) || trips_wait(w) || w->dead;
}

bool world_is_at_rest(const struct world *w)
{
    return !w->stats.fibers && !w->stats.asks_waiting && !has_unfinished(w) &&
           w->nil->entity->stage == ENTITY_ALIVE && databases_are_idle(w);
}

/* ---- why not -------------------------------------------------------------------------------- */

/* While it settles only those that it waits for count. */
static const struct task *find_task(const struct world *w)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->entities, &position)))
        for (const struct task *task = ((struct entity *)slot->value)->tasks; task;
             task = task->next)
            if (w->pace != WORLD_SETTLES || task->number <= w->tasks_mark)
                return task;
    return NULL;
}

const char *world_unrest(struct world *w)
{
    static _Thread_local char sentence[256];
    const struct task *task = find_task(w);
    unsigned long long requests = storage_stats(w->desc.storage)->queue_requests;
    if (task)
        snprintf(sentence, sizeof sentence,
                 "%s of %s/" GW_ID_FORMAT " still awaits something; fibers in all: %llu",
                 task->method->name, task->entity->type->def->name,
                 GW_ID_ARG(task->entity->base.id), (unsigned long long)w->stats.fibers);
    else if (w->stats.asks_waiting)
        snprintf(sentence, sizeof sentence, "%llu calls wait for their answers",
                 (unsigned long long)w->stats.asks_waiting);
    else if (requests || w->pending.count)
        snprintf(sentence, sizeof sentence,
                 "the storage has not ended: %llu requests, %zu entities between it and life",
                 requests, w->pending.count);
    else if (!databases_are_idle(w))
        snprintf(sentence, sizeof sentence, "the key-value database or a password is waited for");
    else
        snprintf(sentence, sizeof sentence, "what gw_post was given goes on and on");
    return sentence;
}
