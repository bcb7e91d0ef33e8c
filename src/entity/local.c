/* Calls between entities of one world, kept until the running handler has ended. */
#include "entity/local.h"

#include "entity/call.h"

/* A local call as it waits in w->calls; its arguments follow. */
struct local_call {
    gw_id to;
    const gw_method *method;
    uint32_t args_size;
};

void local_put(struct world *w, gw_id to, const gw_method *method)
{
    struct view args = args_written(w);
    struct local_call call = {to, method, args.size};
    buf_append(&w->calls, &call, sizeof call);
    buf_append(&w->calls, args.data, args.size);
}

static void run_one(struct world *w, const struct local_call *call, struct view args)
{
    w->stats.calls_local++;
    call_as_server(w, call->to, method_name(call->method), args);
}

static bool take_batch(struct world *w)
{
    if (w->calls_at < w->calls_run.size)
        return true;
    struct buf empty = w->calls_run;
    buf_clear(&empty);
    w->calls_run = w->calls;
    w->calls = empty;
    w->calls_at = 0;
    return w->calls_run.size > 0;
}

void local_run(struct world *w, unsigned *budget)
{
    while (*budget && take_batch(w)) {
        struct local_call call;
        memcpy(&call, w->calls_run.data + w->calls_at, sizeof call);
        struct view args = {w->calls_run.data + w->calls_at + sizeof call, call.args_size};
        w->calls_at += sizeof call + call.args_size;
        --*budget;
        run_one(w, &call, args);
    }
}

bool local_waits(const struct world *w)
{
    return w->calls.size > 0 || w->calls_at < w->calls_run.size;
}
