/* Calls that games make by name, and those that wait for an answer. */
#include "entity/args.h"
#include "entity/call.h"
#include "entity/client.h"
#include "entity/fiber.h"
#include "entity/service.h"
#include "entity/space.h"
#include "entity/tree.h"

#include <goworld/call.h>

#include <stdlib.h>

static bool is_name(struct world *w, const char *method)
{
    if (method && method[0] && strlen(method) <= GW_METHOD_NAME_MAX)
        return true;
    world_misuse(w, NULL, "a call of a method whose name is empty or too long",
                 method ? method : "");
    return false;
}

void gw_call(gw_id to, const char *method, gw_list args)
{
    struct world *w = world_running();
    if (!is_name(w, method))
        return;
    args_write_list(w, args);
    call_named(w, to, view_str(method));
}

void gw_call_nil_spaces(const char *method, gw_list args)
{
    struct world *w = world_running();
    if (!is_name(w, method))
        return;
    args_write_list(w, args);
    struct msg_call_nil_spaces m = {
        .except_game = w->desc.gameid, .method = view_str(method), .args = args_written(w)};
    gw_id own = w->nil->entity->base.id;
    buf_clear(&w->out);
    msg_call_nil_spaces_write(&w->out, &m);
    world_send(w, own);
    call_named(w, own, m.method);
}

void gw_call_clients(gw_clients to, const char *method, gw_list args)
{
    struct world *w = world_running();
    if (!is_name(w, method))
        return;
    args_write_list(w, args);
    gw_client_call_end(to, method);
}

/* ---- asking ---------------------------------------------------------------------------------- */

/* Who is asked what: an entity, or a shard of a service. */
struct question {
    gw_id to;
    const char *name; /* of the method */
    const gw_entity_type *service;
    gw_shards shards;
    const gw_method *method;
    int64_t timeout_ms;
};

static struct question service_question(const gw_entity_type *service, gw_shards shards,
                                        const gw_method *method, int64_t timeout_ms)
{
    return (struct question){.name = method->name,
                             .service = service,
                             .shards = shards,
                             .method = method,
                             .timeout_ms = timeout_ms};
}

static gw_err ask(struct world *w, const struct question *q, ask_answered answered, void *user)
{
    if (!is_name(w, q->name) || q->timeout_ms < 0 || q->timeout_ms > GW_TIMER_DELAY_MS_MAX)
        return GW_EINVAL;
    int64_t timeout_ms = q->timeout_ms ? q->timeout_ms : GW_ASK_TIMEOUT_MS;
    if (q->service)
        return service_ask(w, q->service, q->shards, q->method, timeout_ms, answered, user);
    return ask_send(w, q->to, view_str(q->name), timeout_ms, answered, user);
}

static void answer_await(void *user, gw_err err, struct view args)
{
    await_answer(user, err, args);
}

/* What a fiber reads its answer from. */
struct answer {
    struct gw_reader reader; /* first: a reader is its answer */
    struct buf bytes;
    char *strings;
};

static gw_err begin_await(const struct question *question, gw_reader **reader)
{
    struct world *w = world_running();
    struct await *a;
    struct buf bytes = {0};
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    err = ask(w, question, answer_await, a);
    if (err)
        await_drop(a);
    else
        err = await_finish(a, &bytes);
    if (err) {
        buf_free(&bytes);
        return err;
    }
    struct answer *answer = mem_zalloc(sizeof *answer);
    answer->bytes = bytes;
    answer->strings = mem_alloc(bytes.size + 1);
    args_reader_init(&answer->reader, view_of(&answer->bytes), answer->strings);
    *reader = &answer->reader;
    return GW_OK;
}

gw_err gw_await_begin(gw_id to, const char *method, int64_t timeout_ms, gw_reader **reader)
{
    struct question question = {.to = to, .name = method, .timeout_ms = timeout_ms};
    return begin_await(&question, reader);
}

gw_err gw_service_await_begin(const gw_entity_type *type, gw_shards to, const gw_method *method,
                              int64_t timeout_ms, gw_reader **reader)
{
    struct question question = service_question(type, to, method, timeout_ms);
    return begin_await(&question, reader);
}

gw_err gw_await_end(gw_reader *reader)
{
    struct answer *answer = (struct answer *)reader;
    gw_err err = reader->problem ? GW_EPROTO : GW_OK;
    buf_free(&answer->bytes);
    free(answer->strings);
    free(answer);
    return err;
}

/* Somebody who wants to be called with the answer. */
struct caller {
    gw_answered answered;
    void (*answer)(void);
    void *argument;
};

static void call_back(void *user, gw_err err, struct view args)
{
    struct caller caller = *(struct caller *)user;
    free(user);
    char *strings = mem_alloc((size_t)args.size + 1);
    struct gw_reader reader;
    args_reader_init(&reader, args, strings);
    caller.answered(caller.answer, caller.argument, err, &reader);
    free(strings);
}

static gw_err ask_for(const struct question *question, struct caller caller)
{
    struct caller *kept = mem_alloc(sizeof *kept);
    *kept = caller;
    gw_err err = ask(world_running(), question, call_back, kept);
    if (err)
        free(kept);
    return err;
}

gw_err gw_ask_end(gw_id to, const char *method, int64_t timeout_ms, gw_answered answered,
                  void (*answer)(void), void *argument)
{
    struct question question = {.to = to, .name = method, .timeout_ms = timeout_ms};
    return ask_for(&question, (struct caller){answered, answer, argument});
}

gw_err gw_service_ask_end(const gw_entity_type *type, gw_shards to, const gw_method *method,
                          int64_t timeout_ms, gw_answered answered, void (*answer)(void),
                          void *argument)
{
    struct question question = service_question(type, to, method, timeout_ms);
    return ask_for(&question, (struct caller){answered, answer, argument});
}

/* ---- answers of any form --------------------------------------------------------------------- */

gw_err gw_await_call(gw_id to, const char *method, int64_t timeout_ms, gw_list args,
                     gw_list *answer)
{
    gw_reader *reader;
    args_write_list(world_running(), args);
    gw_err err = gw_await_begin(to, method, timeout_ms, &reader);
    if (err)
        return err;
    gw_list list = args_read_list(reader);
    err = gw_await_end(reader);
    if (!err && answer)
        *answer = list;
    return err;
}

static void answered_list(void (*answer)(void), void *argument, gw_err err, gw_reader *reader)
{
    gw_list list = args_read_list(reader);
    ((gw_list_answer)answer)(argument, !err && reader->problem ? GW_EPROTO : err, list);
}

gw_err gw_ask(gw_id to, const char *method, int64_t timeout_ms, gw_list args, gw_list_answer answer,
              void *argument)
{
    args_write_list(world_running(), args);
    return gw_ask_end(to, method, timeout_ms, answered_list, (void (*)(void))answer, argument);
}

/* ---- answering ------------------------------------------------------------------------------- */

void gw_answer_end(gw_entity *self, gw_reader *reader, gw_err err)
{
    struct world *w = world_running();
    ask_answer(w, self->id, &reader->asker, err, args_written(w));
}
