/* Questions and answers between entities (docs/internals/protocol.md 6). */
#include "entity/ask.h"

#include "entity/args.h"
#include "entity/call.h"
#include "entity/entity.h"
#include "entity/local.h"

#include <stdlib.h>

#define WAITING_MAX 100000u

static const uint8_t no_args[sizeof(uint16_t)];

struct ask {
    struct heap_node timeout; /* first, so that a node is its ask */
    uint64_t request;
    ask_answered answered;
    void *user;
};

/* A key of the map. */
static gw_id key_of(uint64_t request)
{
    gw_id key = {"request"};
    memcpy(key.text + sizeof key.text - sizeof request, &request, sizeof request);
    return key;
}

/* An answer to the same number of a game that is gone must not be taken for one of ours. */
void asks_init(struct world *w)
{
    struct random random = {w->desc.seed + 2};
    w->asks = (struct asks){.by_request.seed = w->desc.seed + 2,
                            .last_request = random_next(&random) >> 1};
}

void asks_fini(struct world *w)
{
    ASSERT(!w->stats.asks_waiting);
    heap_free(&w->asks.timeouts);
    idmap_free(&w->asks.by_request);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static struct ask *ask_new(struct world *w, int64_t timeout_ms, ask_answered answered, void *user)
{
    struct ask *ask = mem_alloc(sizeof *ask);
    *ask = (struct ask){.timeout.index = HEAP_OUTSIDE,
                        .request = ++w->asks.last_request,
                        .answered = answered,
                        .user = user};
    idmap_put(&w->asks.by_request, key_of(ask->request), ask);
    heap_push(&w->asks.timeouts, &ask->timeout, w->desc.clock->now_ms + timeout_ms);
    w->stats.asks_waiting++;
    return ask;
}

static void send_away(struct world *w, gw_id to, struct view method, uint64_t request)
{
    struct msg_ask m = {.entity = to,
                        .game = w->desc.gameid,
                        .request = request,
                        .method = method,
                        .args = args_written(w)};
    buf_clear(&w->out);
    msg_ask_write(&w->out, &m);
    world_send(w, to);
}

static void put_near(struct world *w, struct entity *e, struct view name, uint64_t request)
{
    const gw_method *method = type_method(e->type, (const char *)name.data, name.size);
    if (method)
        local_put_ask(w, e->base.id, method, request);
    else
        local_put_answer(w, request, GW_EINVAL, (struct view){0});
}

gw_err ask_begin(struct world *w, int64_t timeout_ms, ask_answered answered, void *user,
                 uint64_t *request)
{
    if (w->stopping)
        return GW_ECANCELED; /* no answer would be waited for */
    if (w->stats.asks_waiting >= WAITING_MAX)
        return GW_EFULL;
    *request = ask_new(w, timeout_ms, answered, user)->request;
    w->stats.asks++;
    return GW_OK;
}

/* NULL: a question to it goes by its dispatcher. */
static struct entity *find_near(struct world *w, gw_id to)
{
    struct entity *e = entity_find(w, to);
    return e && call_is_near(w, e) ? e : NULL;
}

gw_err ask_send(struct world *w, gw_id to, struct view method, int64_t timeout_ms,
                ask_answered answered, void *user)
{
    uint64_t request;
    if (gw_id_is_none(to))
        return GW_ENOTFOUND;
    struct entity *near = find_near(w, to);
    if (!near && !world_speaks_own(w, to, 0))
        return GW_EAWAY;
    gw_err err = ask_begin(w, timeout_ms, answered, user, &request);
    if (err)
        return err;
    if (near)
        put_near(w, near, method, request);
    else
        send_away(w, to, method, request);
    return GW_OK;
}

void ask_send_begun(struct world *w, gw_id to, struct view method, uint64_t request)
{
    struct entity *near = find_near(w, to);
    if (!ask_waits(w, request))
        return;
    if (near)
        put_near(w, near, method, request);
    else if (world_speaks_own(w, to, 0))
        send_away(w, to, method, request);
    else
        local_put_answer(w, request, GW_EAWAY, (struct view){0});
}

bool ask_waits(const struct world *w, uint64_t request)
{
    return idmap_get(&w->asks.by_request, key_of(request)) != NULL;
}

static void end(struct world *w, struct ask *ask, gw_err err, struct view args)
{
    idmap_remove(&w->asks.by_request, key_of(ask->request));
    heap_remove(&w->asks.timeouts, &ask->timeout);
    w->stats.asks_waiting--;
    w->old_asks -= ask->request <= w->asks_mark;
    if (err || args.size < sizeof no_args)
        args = (struct view){no_args, sizeof no_args};
    struct scope before = world_enter(w, NULL);
    ask->answered(ask->user, err, args);
    world_leave(w, before);
    free(ask);
}

/* One that comes too late finds nobody. */
void ask_end(struct world *w, uint64_t request, gw_err err, struct view args)
{
    struct ask *ask = idmap_get(&w->asks.by_request, key_of(request));
    if (ask)
        end(w, ask, err, args);
}

void asks_cancel(struct world *w)
{
    for (size_t left = w->stats.asks_waiting; left; left--)
        end(w, (struct ask *)heap_first(&w->asks.timeouts), GW_ECANCELED, (struct view){0});
}

int64_t asks_expire(struct world *w)
{
    struct heap_node *first;
    while ((first = heap_first(&w->asks.timeouts)) && first->due_ms <= w->desc.clock->now_ms) {
        w->stats.asks_timed_out++;
        end(w, (struct ask *)first, GW_ETIMEDOUT, (struct view){0});
    }
    return first ? first->due_ms : CLOCK_NEVER;
}

/* ---- answering ------------------------------------------------------------------------------- */

void ask_answer(struct world *w, gw_id asked, struct asker *asker, gw_err err, struct view args)
{
    struct asker to = *asker;
    asker->request = 0;
    if (!to.request)
        return;
    if (to.game == w->desc.gameid) {
        local_put_answer(w, to.request, err, args);
        return;
    }
    struct msg_answer m = {.game = to.game, .request = to.request, .error = (uint16_t)-err};
    if (!err)
        m.args = args;
    buf_clear(&w->out);
    msg_answer_write(&w->out, &m);
    world_send(w, asked);
}
