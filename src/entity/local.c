/* Calls between entities of one world, kept until the running handler has ended. */
#include "entity/local.h"

#include "entity/call.h"

/* A local call or answer as it waits in w->calls; what it carries follows: the number of the
 * question, unless it is a mere call, and arguments. */
struct local_call {
    gw_id to;                /* of an answer: none */
    const gw_method *method; /* likewise NULL */
    uint32_t args_size;
    uint16_t has_request;
    uint16_t error; /* of an answer, negated */
};

static void put(struct world *w, struct local_call call, uint64_t request, struct view args)
{
    call.args_size = args.size;
    call.has_request = request != 0;
    buf_append(&w->calls, &call, sizeof call);
    if (request)
        buf_append(&w->calls, &request, sizeof request);
    buf_append(&w->calls, args.data, args.size);
}

void local_put(struct world *w, gw_id to, const gw_method *method)
{
    put(w, (struct local_call){.to = to, .method = method}, 0, args_written(w));
}

void local_put_ask(struct world *w, gw_id to, const gw_method *method, uint64_t request)
{
    put(w, (struct local_call){.to = to, .method = method}, request, args_written(w));
}

void local_put_answer(struct world *w, uint64_t request, gw_err err, struct view args)
{
    put(w, (struct local_call){.error = (uint16_t)-err}, request, args);
}

static void run_one(struct world *w, const struct local_call *call, uint64_t request,
                    struct view args)
{
    if (!call->method) {
        ask_end(w, request, (gw_err)-call->error, args);
        return;
    }
    w->stats.calls_local++;
    call_as_server(w, call->to, method_name(call->method), args,
                   (struct asker){w->desc.gameid, request});
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
        uint64_t request = 0;
        struct reader r =
            reader_of(w->calls_run.data + w->calls_at, w->calls_run.size - w->calls_at);
        reader_copy(&r, &call, sizeof call);
        if (call.has_request)
            reader_copy(&r, &request, sizeof request);
        struct view args = read_bytes(&r, call.args_size);
        w->calls_at = w->calls_run.size - reader_left(&r);
        --*budget;
        run_one(w, &call, request, args);
    }
}

bool local_waits(const struct world *w)
{
    return w->calls.size > 0 || w->calls_at < w->calls_run.size;
}
