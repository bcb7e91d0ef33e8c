/* Timers on their way into another process, where they have the same names and run on with what is
 * left of their time. */
#include "entity/entity.h"
#include "entity/frozen.h"
#include "entity/timer.h"

static uint32_t count_timers(const struct entity *e)
{
    uint32_t count = 0;
    for (const struct timer *timer = e->timers; timer; timer = timer->next)
        count++;
    return count;
}

void timers_freeze(const struct world *w, const struct entity *e, struct buf *b)
{
    write_u32(b, count_timers(e));
    for (const struct timer *timer = e->timers; timer; timer = timer->next) {
        struct view name = method_name(timer->method);
        write_u32(b, timer->id);
        write_left(b, w, timer->node.due_ms);
        write_u64(b, (uint64_t)timer->interval_ms);
        write_var(b, name.data, name.size);
        write_var(b, timer->args, timer->args_size);
    }
}

static void start(struct thaw *t, struct entity *e, gw_timer id, struct timer *like,
                  struct view name, struct view args)
{
    like->method = type_method(e->type, (const char *)name.data, name.size);
    if (!like->method) {
        log_warn(t->world->desc.log, "timer_dropped",
                 "entity=%s/" GW_ID_FORMAT " method=\"%.*s\" why=\"the new program has no such "
                 "method\"",
                 e->type->def->name, GW_ID_ARG(e->base.id), (int)name.size,
                 (const char *)name.data);
        return;
    }
    timer_start(t->world, e, like, args);
    e->timers->id = id;
}

void timers_thaw(struct thaw *t, struct entity *e)
{
    for (uint32_t left = read_u32(&t->in); left && !thaw_failed(t); left--) {
        gw_timer id = read_u32(&t->in);
        struct timer like = {.node.due_ms = read_due(t)};
        like.interval_ms = (int64_t)read_u64(&t->in);
        struct view name = read_var(&t->in), args = read_var(&t->in);
        if (like.interval_ms < 0 || like.interval_ms > GW_TIMER_DELAY_MS_MAX ||
            (like.interval_ms && like.interval_ms < GW_TIMER_INTERVAL_MS_MIN))
            t->in.bad = true;
        if (!thaw_failed(t))
            start(t, e, id, &like, name, args);
    }
}
