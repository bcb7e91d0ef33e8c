/* Timers of entities. */
#include "entity/timer.h"

#include "entity/call.h"
#include "entity/entity.h"

#include <stdlib.h>

#define CUT_OFF_RETRY_MS 100

static void unlink_timer(struct timer *timer)
{
    struct timer **at = &timer->entity->timers;
    while (*at != timer)
        at = &(*at)->next;
    *at = timer->next;
}

/* The entity may live elsewhere by now: there its timer does not run, and here it must not yet. */
static void put_off(struct world *w, struct timer *timer)
{
    heap_remove(&w->timers, &timer->node);
    heap_push(&w->timers, &timer->node, w->desc.clock->now_ms + CUT_OFF_RETRY_MS);
}

/* The method may cancel the timer, or end the entity, so the arguments are copied first. */
static void fire(struct world *w, struct timer *timer)
{
    struct entity *e = timer->entity;
    const gw_method *method = timer->method;
    buf_clear(&w->timer_args);
    buf_append(&w->timer_args, timer->args, timer->args_size);
    heap_remove(&w->timers, &timer->node);
    if (timer->interval_ms) {
        int64_t next_ms = timer->node.due_ms + timer->interval_ms;
        int64_t now_ms = w->desc.clock->now_ms;
        heap_push(&w->timers, &timer->node,
                  next_ms > now_ms ? next_ms : now_ms + timer->interval_ms);
    } else {
        unlink_timer(timer);
        free(timer);
    }
    call_invoke(w, e, method, view_of(&w->timer_args));
}

void timers_run(struct world *w)
{
    int64_t now_ms = w->desc.clock->now_ms;
    uint64_t pushed = w->timers.pushed; /* those started meanwhile wait for the next turn */
    struct heap_node *first;
    while ((first = heap_first(&w->timers)) && first->due_ms <= now_ms && first->order < pushed) {
        struct timer *timer = (struct timer *)first;
        if (world_is_cut_off(w, timer->entity->base.id))
            put_off(w, timer);
        else
            fire(w, timer);
    }
}

void timers_end(struct world *w, struct entity *e)
{
    for (struct timer *timer = e->timers, *next; timer; timer = next) {
        next = timer->next;
        heap_remove(&w->timers, &timer->node);
        free(timer);
    }
    e->timers = NULL;
}

gw_timer timer_start(struct world *w, struct entity *e, const struct timer *like, struct view args)
{
    struct timer *timer = mem_alloc(sizeof *timer + args.size);
    *timer = *like;
    timer->node.index = HEAP_OUTSIDE;
    timer->entity = e;
    timer->id = ++w->timer_ids ? w->timer_ids : ++w->timer_ids;
    timer->args_size = args.size;
    memcpy(timer->args, args.data, args.size);
    timer->next = e->timers;
    e->timers = timer;
    heap_push(&w->timers, &timer->node, like->node.due_ms);
    return timer->id;
}

/* ---- what games call ------------------------------------------------------------------------ */

static bool delay_is_allowed(int64_t delay_ms, bool repeat)
{
    return delay_ms >= (repeat ? GW_TIMER_INTERVAL_MS_MIN : 0) && delay_ms <= GW_TIMER_DELAY_MS_MAX;
}

gw_timer gw_timer_end(gw_entity *self, const gw_method *method, int64_t delay_ms, bool repeat)
{
    struct world *w = world_running();
    struct entity *e = entity_of(self);
    if (entity_is_dead(e))
        return 0;
    if (!delay_is_allowed(delay_ms, repeat)) {
        world_misuse(w, self, "a timer's time is out of range", method->name);
        return 0;
    }
    struct timer like = {.node.due_ms = w->desc.clock->now_ms + delay_ms,
                         .method = method,
                         .interval_ms = repeat ? delay_ms : 0};
    return timer_start(w, e, &like, args_written(w));
}

void gw_timer_cancel(gw_entity *entity, gw_timer id)
{
    struct timer *timer = entity_of(entity)->timers;
    while (timer && timer->id != id)
        timer = timer->next;
    if (!timer)
        return;
    heap_remove(&world_running()->timers, &timer->node);
    unlink_timer(timer);
    free(timer);
}

int64_t gw_now_ms(void)
{
    return world_running()->desc.clock->wall_ms;
}

int64_t gw_monotonic_ms(void)
{
    return world_running()->desc.clock->now_ms;
}
