/* Calls to the shards of services, and those that wait for one. */
#include "base/hash.h"
#include "entity/args.h"
#include "entity/entity.h"
#include "entity/frozen.h"
#include "entity/service.h"

#define WAITING_BYTES_MAX ((size_t)1024 * 1024) /* for one shard */
#define WAITING_BYTES_MAX_ALL ((size_t)16 * 1024 * 1024)

/* A call as it waits; its arguments follow. */
struct waiting_call {
    const gw_method *method;
    int64_t due_ms;
    uint64_t request; /* of a question; 0: no answer is wanted */
    uint32_t args_size;
};

/* ---- waiting -------------------------------------------------------------------------------- */

static void drop(struct world *w, const struct shard *s, const gw_method *method, const char *why)
{
    world_complain(w, service_calls_dropped, "service_call_dropped",
                   "service=%s shard=%u method=%s why=\"%s\"", s->type->def->name, s->index,
                   method->name, why);
}

/* The view of the arguments lasts until the next call is put. */
static bool take_first(struct world *w, struct shard *s, struct waiting_call *call,
                       struct view *args)
{
    if (s->waiting_at == s->waiting.size)
        return false;
    const uint8_t *at = s->waiting.data + s->waiting_at;
    memcpy(call, at, sizeof *call);
    *args = (struct view){at + sizeof *call, call->args_size};
    s->waiting_at += sizeof *call + call->args_size;
    w->services.waiting_bytes -= sizeof *call + call->args_size;
    return true;
}

static void forget_taken(struct shard *s)
{
    buf_consume(&s->waiting, s->waiting_at);
    s->waiting_at = 0;
}

/* Whether what was written may wait for the shard. */
static gw_err find_room(struct world *w, const struct shard *s, const gw_method *method)
{
    size_t bytes = sizeof(struct waiting_call) + args_written(w).size;
    if (s->waiting.size + bytes <= WAITING_BYTES_MAX &&
        w->services.waiting_bytes + bytes <= WAITING_BYTES_MAX_ALL)
        return GW_OK;
    drop(w, s, method, "too much waits for it already");
    return GW_EFULL;
}

static void set_expiry(struct world *w, struct shard *s, int64_t due_ms)
{
    heap_remove(&w->services.expiries, &s->expiry);
    if (due_ms != CLOCK_NEVER)
        heap_push(&w->services.expiries, &s->expiry, due_ms);
}

static void put(struct world *w, struct shard *s, struct waiting_call call, struct view args)
{
    call.args_size = args.size;
    if (!s->waiting.size || call.due_ms < s->expiry.due_ms)
        set_expiry(w, s, call.due_ms);
    buf_append(&s->waiting, &call, sizeof call);
    buf_append(&s->waiting, args.data, args.size);
    w->services.waiting_bytes += sizeof call + call.args_size;
}

static void wait_for(struct world *w, struct shard *s, const gw_method *method, int64_t wait_ms,
                     uint64_t request)
{
    struct waiting_call call = {
        .method = method, .due_ms = w->desc.clock->now_ms + wait_ms, .request = request};
    put(w, s, call, args_written(w));
    w->stats.service_calls_waited++;
}

void service_send_waiting(struct world *w, struct shard *s)
{
    struct waiting_call call;
    struct view args;
    heap_remove(&w->services.expiries, &s->expiry);
    struct scope before = world_enter(w, NULL);
    while (take_first(w, s, &call, &args)) {
        args_write(w, args);
        if (call.request)
            ask_send_begun(w, s->known, method_name(call.method), call.request);
        else
            gw_call_end(s->known, call.method);
    }
    forget_taken(s);
    world_leave(w, before);
}

/* Keeps what was taken, behind what was kept before: that is never more than has been taken. */
static size_t put_back(struct world *w, struct shard *s, size_t kept,
                       const struct waiting_call *call, struct view args)
{
    memcpy(s->waiting.data + kept, call, sizeof *call);
    memmove(s->waiting.data + kept + sizeof *call, args.data, args.size);
    w->services.waiting_bytes += sizeof *call + args.size;
    return kept + sizeof *call + args.size;
}

/* Drops what is due by then, and returns when the rest is, or CLOCK_NEVER. A question has a time of
 * its own, so that it may outlast what stands behind it; whoever asked hears of its end, and it is
 * not told here. */
static int64_t drop_due(struct world *w, struct shard *s, int64_t due_ms, const char *why)
{
    struct waiting_call call;
    struct view args;
    int64_t next_ms = CLOCK_NEVER;
    size_t kept = 0;
    while (take_first(w, s, &call, &args)) {
        if (call.due_ms > due_ms) {
            next_ms = call.due_ms < next_ms ? call.due_ms : next_ms;
            kept = put_back(w, s, kept, &call, args);
        } else if (!call.request) {
            drop(w, s, call.method, why);
        }
    }
    s->waiting.size = kept;
    s->waiting_at = 0;
    return next_ms;
}

void service_drop_waiting(struct world *w, struct shard *s)
{
    set_expiry(w, s, drop_due(w, s, CLOCK_NEVER, "the game stops"));
}

static void expire(struct world *w, struct shard *s)
{
    int64_t now_ms = w->desc.clock->now_ms;
    set_expiry(w, s, drop_due(w, s, now_ms, "the service was not there in time"));
}

int64_t services_expire(struct world *w)
{
    struct heap_node *first;
    while ((first = heap_first(&w->services.expiries)) && first->due_ms <= w->desc.clock->now_ms) {
        expire(w, (struct shard *)((char *)first - offsetof(struct shard, expiry)));
    }
    return first ? first->due_ms : CLOCK_NEVER;
}

/* ---- into another process ------------------------------------------------------------------- */

/* In a world at rest nobody waits for an answer any more. */
void service_freeze_waiting(const struct world *w, const struct shard *s, struct buf *b)
{
    size_t begin = write_var_begin(b);
    struct waiting_call call;
    for (size_t at = s->waiting_at; at < s->waiting.size; at += sizeof call + call.args_size) {
        memcpy(&call, s->waiting.data + at, sizeof call);
        if (call.request)
            continue;
        struct view name = method_name(call.method);
        write_var(b, name.data, name.size);
        write_left(b, w, call.due_ms);
        write_var(b, s->waiting.data + at + sizeof call, call.args_size);
    }
    write_var_end(b, begin);
}

void service_thaw_waiting(struct thaw *t, struct shard *s)
{
    struct view waiting = read_var(&t->in);
    struct thaw part = {.world = t->world, .in = reader_of(waiting.data, waiting.size)};
    while (reader_left(&part.in)) {
        struct view name = read_var(&part.in);
        struct waiting_call call = {.due_ms = read_due(&part)};
        struct view args = read_var(&part.in);
        if (thaw_failed(&part))
            break;
        call.method = type_method(s->type, (const char *)name.data, name.size);
        if (call.method)
            put(t->world, s, call, args);
        else
            log_warn(t->world->desc.log, "call_dropped",
                     "shard=%u method=\"%.*s\" why=\"the new program has no such method\"",
                     s->index, (int)name.size, (const char *)name.data);
    }
    t->in.bad |= part.in.bad;
}

/* ---- calling -------------------------------------------------------------------------------- */

static const struct type *service_type(const gw_entity_type *def)
{
    const struct type *type = world_type(world_running(), def);
    return type && type->shards ? type : NULL;
}

/* A new call never overtakes one that waits: those go at once when the entity is known. */
static gw_err call_shard(struct world *w, struct shard *s, const gw_method *method)
{
    if (!gw_id_is_none(s->known)) {
        gw_call_end(s->known, method);
        return GW_OK;
    }
    gw_err err = find_room(w, s, method);
    if (!err)
        wait_for(w, s, method, GW_SERVICE_WAIT_MS, 0);
    return err;
}

/* The question begins when it is certain that it may wait. */
static gw_err ask_shard(struct world *w, struct shard *s, const gw_method *method,
                        int64_t timeout_ms, ask_answered answered, void *user)
{
    uint64_t request;
    if (!gw_id_is_none(s->known))
        return ask_send(w, s->known, method_name(method), timeout_ms, answered, user);
    gw_err err = find_room(w, s, method);
    if (!err)
        err = ask_begin(w, timeout_ms, answered, user, &request);
    if (!err)
        wait_for(w, s, method, timeout_ms, request);
    return err;
}

static gw_err call_all(struct world *w, const struct type *type, const gw_method *method)
{
    gw_err first_err = GW_OK;
    for (unsigned i = 0; i < type->def->service_shards; i++) {
        gw_err err = call_shard(w, &type->shards[i], method);
        first_err = first_err ? first_err : err;
    }
    return first_err;
}

static unsigned any_shard(struct world *w, const struct type *type)
{
    unsigned count = type->def->service_shards;
    unsigned first = (unsigned)random_below(&w->services.random, count);
    for (unsigned i = 0; i < count; i++)
        if (!gw_id_is_none(type->shards[(first + i) % count].known))
            return (first + i) % count;
    return first;
}

/* NULL (logged) when there is no such shard. */
static struct shard *one_shard(struct world *w, const struct type *type, gw_shards to)
{
    unsigned shard = to.kind == GW_ANY_SHARD      ? any_shard(w, type)
                     : to.kind == GW_SHARD_OF_KEY ? gw_service_shard_of(type->def, to.key)
                                                  : to.shard;
    if (shard < type->def->service_shards)
        return &type->shards[shard];
    world_misuse(w, NULL, "a call to a shard that the service does not have", type->def->name);
    return NULL;
}

/* NULL (logged) when it is none. */
static const struct type *called_type(struct world *w, const gw_entity_type *def)
{
    const struct type *type = service_type(def);
    if (!type)
        world_misuse(w, NULL, "a call to a type that is no service of this game", def->name);
    return type;
}

gw_err gw_service_call_end(const gw_entity_type *def, gw_shards to, const gw_method *method)
{
    struct world *w = world_running();
    const struct type *type = called_type(w, def);
    if (!type)
        return GW_EINVAL;
    if (to.kind == GW_ALL_SHARDS)
        return call_all(w, type, method);
    struct shard *s = one_shard(w, type, to);
    return s ? call_shard(w, s, method) : GW_EINVAL;
}

gw_err service_ask(struct world *w, const gw_entity_type *def, gw_shards to,
                   const gw_method *method, int64_t timeout_ms, ask_answered answered, void *user)
{
    const struct type *type = called_type(w, def);
    if (!type)
        return GW_EINVAL;
    if (to.kind == GW_ALL_SHARDS) {
        world_misuse(w, NULL, "all shards of a service cannot give one answer", def->name);
        return GW_EINVAL;
    }
    struct shard *s = one_shard(w, type, to);
    return s ? ask_shard(w, s, method, timeout_ms, answered, user) : GW_EINVAL;
}

/* ---- asking --------------------------------------------------------------------------------- */

unsigned gw_service_shard_of(const gw_entity_type *type, const char *key)
{
    return type->service_shards ? hash32(key, strlen(key)) % type->service_shards : 0;
}

gw_id gw_service_entity(const gw_entity_type *def, unsigned shard)
{
    const struct type *type = service_type(def);
    return type && shard < def->service_shards ? type->shards[shard].known : (gw_id){0};
}

bool gw_service_is_ready(const gw_entity_type *def)
{
    for (unsigned i = 0; i < def->service_shards; i++)
        if (gw_id_is_none(gw_service_entity(def, i)))
            return false;
    return def->service_shards > 0;
}

unsigned gw_service_shard(const gw_entity *self)
{
    const struct shard *s = service_shard_of(entity_of(self)->type, self->id);
    return s ? s->index : 0;
}
