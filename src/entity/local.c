/* Calls between entities of one world, kept until the running handler has ended. */
#include "entity/local.h"

#include "entity/call.h"
#include "entity/entity.h"
#include "entity/frozen.h"
#include "entity/type.h"

/* A local call or answer as it waits in w->calls; what it carries follows: the number of the
 * question, unless it is a mere call, and arguments. */
struct local_call {
    gw_id to;                /* of an answer: none */
    const gw_method *method; /* likewise NULL */
    uint32_t size;           /* of what follows */
    uint16_t has_request;
    uint16_t error; /* of an answer, negated */
};

void local_put(struct world *w, gw_id to, const gw_method *method)
{
    struct view args = args_written(w);
    struct local_call call = {.to = to, .method = method, .size = args.size};
    buf_append(&w->calls, &call, sizeof call);
    buf_append(&w->calls, args.data, args.size);
}

static void put(struct world *w, struct local_call call, uint64_t request, struct view args)
{
    call.size = (uint32_t)sizeof request + args.size;
    call.has_request = true;
    buf_append(&w->calls, &call, sizeof call);
    buf_append(&w->calls, &request, sizeof request);
    buf_append(&w->calls, args.data, args.size);
}

void local_put_ask(struct world *w, gw_id to, const gw_method *method, uint64_t request)
{
    put(w, (struct local_call){.to = to, .method = method}, request, args_written(w));
}

void local_put_answer(struct world *w, uint64_t request, gw_err err, struct view args)
{
    put(w, (struct local_call){.error = (uint16_t)-err}, request, args);
}

/* What carries the number of a question: one for an entity here, or an answer. */
NEVER_INLINE void run_asked(struct world *w, const struct local_call *call, struct view carried)
{
    uint64_t request;
    struct reader r = reader_of(carried.data, carried.size);
    reader_copy(&r, &request, sizeof request);
    struct view args = read_rest(&r);
    w->stats.calls_local += call->method != NULL;
    if (call->method)
        call_for_asker(w, call->to, method_name(call->method), args,
                       (struct asker){w->desc.gameid, request});
    else
        ask_end(w, request, (gw_err)-call->error, args);
}

/* What is asked ends what is waited for; a mere call could begin more. */
NEVER_INLINE void hold(struct world *w, const struct local_call *call, struct view carried)
{
    buf_append(&w->calls_held, call, sizeof *call);
    buf_append(&w->calls_held, carried.data, carried.size);
}

void local_release(struct world *w)
{
    struct buf all = w->calls_held;
    if (!all.size)
        return;
    if (w->calls_at < w->calls_run.size)
        buf_append(&all, w->calls_run.data + w->calls_at, w->calls_run.size - w->calls_at);
    buf_append(&all, w->calls.data, w->calls.size);
    w->calls_held = w->calls;
    buf_clear(&w->calls_held);
    buf_clear(&w->calls_run);
    w->calls_at = 0;
    w->calls = all;
}

static void run_one(struct world *w, const struct local_call *call, struct view carried)
{
    if (call->has_request) {
        run_asked(w, call, carried);
    } else if (__builtin_expect(w->pace == WORLD_HOLDS, 0)) {
        hold(w, call, carried);
    } else {
        w->stats.calls_local++;
        call_as_server(w, call->to, method_name(call->method), carried);
    }
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
        struct view carried = {w->calls_run.data + w->calls_at + sizeof call, call.size};
        w->calls_at += sizeof call + call.size;
        --*budget;
        run_one(w, &call, carried);
    }
}

bool local_waits(const struct world *w)
{
    return w->calls.size > 0 || w->calls_at < w->calls_run.size;
}

/* ---- into another process ------------------------------------------------------------------- */

/* Nobody waits for an answer of a world at rest: questions that are left are those of who is gone.
 */
static uint32_t freeze_calls(struct buf *b, const struct buf *calls, size_t at)
{
    uint32_t count = 0;
    for (struct local_call call; at < calls->size; at += sizeof call + call.size) {
        memcpy(&call, calls->data + at, sizeof call);
        if (call.has_request || !call.method)
            continue;
        struct view name = method_name(call.method);
        write_id(b, call.to);
        write_var(b, name.data, name.size);
        write_var(b, calls->data + at + sizeof call, call.size);
        count++;
    }
    return count;
}

void local_freeze(const struct world *w, struct buf *b)
{
    struct buf calls = {0};
    uint32_t count = freeze_calls(&calls, &w->calls_held, 0);
    count += freeze_calls(&calls, &w->calls_run, w->calls_at);
    count += freeze_calls(&calls, &w->calls, 0);
    write_u32(b, count);
    write_bytes(b, calls.data, calls.size);
    buf_free(&calls);
}

/* One that the new program does not have is refused as any other that has no such method. */
static void thaw_call(struct thaw *t, gw_id to, struct view name, struct view args)
{
    struct world *w = t->world;
    const struct entity *e = entity_find(w, to);
    const gw_method *method = e ? type_method(e->type, (const char *)name.data, name.size) : NULL;
    if (!method) {
        log_warn(w->desc.log, "call_dropped", "entity=" GW_ID_FORMAT " method=\"%.*s\" why=\"%s\"",
                 GW_ID_ARG(to), (int)name.size, (const char *)name.data,
                 e ? "the new program has no such method" : "there is no such entity");
        return;
    }
    args_write(w, args);
    local_put(w, to, method);
}

void local_thaw(struct thaw *t)
{
    for (uint32_t left = read_u32(&t->in); left && !thaw_failed(t); left--) {
        gw_id to = read_id(&t->in);
        struct view name = read_var(&t->in), args = read_var(&t->in);
        if (!thaw_failed(t))
            thaw_call(t, to, name, args);
    }
}
