/* arrivals: see arrivals.h. */
#include "entity/arrivals.h"

#include "entity/frozen.h"
#include "entity/state.h"

#include <stdlib.h>

struct arrival {
    struct heap_node deadline; /* first, so that a node is its arrival */
    gw_id journey;
};

static void note(struct world *w, gw_id journey, int64_t until_ms)
{
    struct arrival *arrival = mem_zalloc(sizeof *arrival);
    *arrival = (struct arrival){.deadline.index = HEAP_OUTSIDE, .journey = journey};
    idmap_put(&w->arrivals.by_journey, journey, arrival);
    heap_push(&w->arrivals.deadlines, &arrival->deadline, until_ms);
}

/* Whoever has sent it keeps it for that long. */
void arrivals_note(struct world *w, gw_id journey)
{
    note(w, journey, w->desc.clock->now_ms + MIGRATION_KEPT_MS);
}

bool arrivals_have(const struct world *w, gw_id journey)
{
    return w->arrivals.by_journey.count && idmap_get(&w->arrivals.by_journey, journey);
}

static void forget(struct world *w, struct arrival *arrival)
{
    heap_remove(&w->arrivals.deadlines, &arrival->deadline);
    idmap_remove(&w->arrivals.by_journey, arrival->journey);
    free(arrival);
}

int64_t arrivals_turn(struct world *w)
{
    struct heap_node *first;
    while ((first = heap_first(&w->arrivals.deadlines)) && first->due_ms <= w->desc.clock->now_ms)
        forget(w, (struct arrival *)first);
    return first ? first->due_ms : CLOCK_NEVER;
}

void arrivals_fini(struct world *w)
{
    struct heap_node *first;
    while ((first = heap_first(&w->arrivals.deadlines)))
        forget(w, (struct arrival *)first);
    idmap_free(&w->arrivals.by_journey);
    heap_free(&w->arrivals.deadlines);
}

/* ---- into another process ------------------------------------------------------------------- */

void arrivals_freeze(const struct world *w, struct buf *b)
{
    size_t position = 0;
    struct idmap_slot *slot;
    write_u32(b, (uint32_t)w->arrivals.by_journey.count);
    while ((slot = idmap_next(&w->arrivals.by_journey, &position))) {
        write_id(b, slot->id);
        write_left(b, w, ((const struct arrival *)slot->value)->deadline.due_ms);
    }
}

void arrivals_thaw(struct thaw *t)
{
    for (uint32_t left = read_u32(&t->in); left && !thaw_failed(t); left--) {
        gw_id journey = read_id(&t->in);
        int64_t until_ms = read_due(t);
        if (!thaw_failed(t) && !arrivals_have(t->world, journey))
            note(t->world, journey, until_ms);
    }
}
