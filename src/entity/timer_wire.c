/* Timers on their way to another game, in GoWorld's form. */
#include "entity/entity.h"
#include "entity/timer.h"
#include "wire/msgpack.h"

#define NS_PER_MS INT64_C(1000000)
#define FIELDS 5 /* of one */

static void write_name(struct buf *out, const char *name)
{
    msgpack_write_str(out, name, strlen(name));
}

/* The arguments of a call are a u16 count and so many values, each behind its length. */
static void write_args(struct buf *out, const struct timer *timer)
{
    struct reader r = reader_of(timer->args, timer->args_size);
    uint16_t count = read_u16(&r);
    msgpack_write_array(out, count);
    while (count--) {
        struct view value = read_var(&r);
        write_bytes(out, value.data, value.size);
    }
}

static void write_timer(const struct world *w, struct buf *out, const struct timer *timer)
{
    const struct clock *clock = w->desc.clock;
    msgpack_write_map(out, FIELDS);
    write_name(out, "FireTime");
    msgpack_write_time(out, clock->wall_ms + timer->node.due_ms - clock->now_ms);
    write_name(out, "RepeatInterval");
    msgpack_write_i64(out, timer->interval_ms * NS_PER_MS);
    write_name(out, "Method");
    write_name(out, timer->method->name);
    write_name(out, "Args");
    write_args(out, timer);
    write_name(out, "Repeat");
    msgpack_write_bool(out, timer->interval_ms > 0);
}

void timers_write(const struct world *w, const struct entity *e, struct buf *out)
{
    uint32_t count = 0;
    for (const struct timer *timer = e->timers; timer; timer = timer->next)
        count++;
    msgpack_write_array(out, count);
    for (const struct timer *timer = e->timers; timer; timer = timer->next)
        write_timer(w, out, timer);
}

/* What is read of one; nothing is trusted. */
struct timer_read {
    int64_t fires_at_ms, interval_ns;
    struct view method, args;
    bool repeats;
};

static gw_err read_field(struct timer_read *t, struct view key, struct view value)
{
    if (view_equals(key, "FireTime"))
        return msgpack_read_time(value, &t->fires_at_ms);
    if (view_equals(key, "RepeatInterval"))
        return msgpack_read_int(value, 0, GW_TIMER_DELAY_MS_MAX * NS_PER_MS, &t->interval_ns);
    if (view_equals(key, "Method"))
        return msgpack_read_str(value, &t->method);
    if (view_equals(key, "Repeat"))
        return msgpack_read_bool(value, &t->repeats);
    if (view_equals(key, "Args"))
        t->args = value;
    return GW_OK;
}

static gw_err read_timer(struct view value, struct timer_read *t)
{
    struct msgpack_pairs pairs;
    struct view key, field;
    gw_err err = msgpack_read_map(value, &pairs);
    while (!err && msgpack_next_pair(&pairs, &key, &field))
        err = read_field(t, key, field);
    return err;
}

static gw_err read_call_args(struct view list, struct buf *args)
{
    struct msgpack_items items;
    struct view value;
    buf_clear(args);
    gw_err err = msgpack_read_array(list, &items);
    if (err || items.left > UINT16_MAX)
        return GW_EINVAL;
    write_u16(args, (uint16_t)items.left);
    while (msgpack_next_item(&items, &value))
        write_var(args, value.data, value.size);
    return GW_OK;
}

/* One that was due meanwhile fires at once. */
static gw_err start_read(struct world *w, struct entity *e, struct view value)
{
    static const uint8_t nil = 0xc0;
    struct timer_read t = {.args = {&nil, sizeof nil}};
    gw_err err = read_timer(value, &t);
    const gw_method *method =
        err ? NULL : type_method(e->type, (const char *)t.method.data, t.method.size);
    if (!method || read_call_args(t.args, &w->timer_args))
        return GW_EINVAL;
    const struct clock *clock = w->desc.clock;
    int64_t left_ms = t.fires_at_ms - clock->wall_ms, interval_ms = t.interval_ns / NS_PER_MS;
    left_ms = left_ms < 0 ? 0 : left_ms > GW_TIMER_DELAY_MS_MAX ? GW_TIMER_DELAY_MS_MAX : left_ms;
    if (t.repeats && interval_ms < GW_TIMER_INTERVAL_MS_MIN)
        interval_ms = GW_TIMER_INTERVAL_MS_MIN;
    struct timer like = {.node.due_ms = clock->now_ms + left_ms,
                         .method = method,
                         .interval_ms = t.repeats ? interval_ms : 0};
    timer_start(w, e, &like, view_of(&w->timer_args));
    return GW_OK;
}

void timers_read(struct world *w, struct entity *e, struct view data)
{
    struct msgpack_items items = {0};
    struct view value;
    if (msgpack_read_array(data, &items))
        entity_log_misfit(e, "timers", 6, "they are no list");
    while (msgpack_next_item(&items, &value))
        if (start_read(w, e, value))
            entity_log_misfit(e, "timers", 6, "a timer has no such method, or is not like one");
}
