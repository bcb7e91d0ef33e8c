/* arrivals: see arrivals.h. */
#include "entity/arrivals.h"

#include "entity/state.h"

#include <stdlib.h>

struct arrival {
    struct heap_node deadline; /* first, so that a node is its arrival */
    gw_id journey;
};

/* Whoever has sent it keeps it for that long. */
void arrivals_note(struct world *w, gw_id journey)
{
    struct arrival *arrival = mem_zalloc(sizeof *arrival);
    *arrival = (struct arrival){.deadline.index = HEAP_OUTSIDE, .journey = journey};
    idmap_put(&w->arrivals.by_journey, journey, arrival);
    heap_push(&w->arrivals.deadlines, &arrival->deadline,
              w->desc.clock->now_ms + MIGRATION_KEPT_MS);
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
