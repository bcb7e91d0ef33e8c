/* Calls to the shards of services, and those that wait for one. */
#include "base/hash.h"
#include "entity/args.h"
#include "entity/entity.h"
#include "entity/service.h"

#define WAITING_BYTES_MAX ((size_t)1024 * 1024) /* for one shard */
#define WAITING_BYTES_MAX_ALL ((size_t)16 * 1024 * 1024)

/* A call as it waits; its arguments follow. */
struct waiting_call {
    const gw_method *method;
    int64_t due_ms;
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

static gw_err wait_for(struct world *w, struct shard *s, const gw_method *method)
{
    struct view args = args_written(w);
    struct waiting_call call = {method, w->desc.clock->now_ms + GW_SERVICE_WAIT_MS, args.size};
    size_t bytes = sizeof call + call.args_size;
    if (s->waiting.size + bytes > WAITING_BYTES_MAX ||
        w->services.waiting_bytes + bytes > WAITING_BYTES_MAX_ALL) {
        drop(w, s, method, "too much waits for it already");
        return GW_EFULL;
    }
    if (!s->waiting.size)
        heap_push(&w->services.expiries, &s->expiry, call.due_ms);
    buf_append(&s->waiting, &call, sizeof call);
    buf_append(&s->waiting, args.data, args.size);
    w->services.waiting_bytes += bytes;
    w->stats.service_calls_waited++;
    return GW_OK;
}

void service_send_waiting(struct world *w, struct shard *s)
{
    struct waiting_call call;
    struct view args;
    heap_remove(&w->services.expiries, &s->expiry);
    struct scope before = world_enter(w, NULL);
    while (take_first(w, s, &call, &args)) {
        args_write(w, args);
        gw_call_end(s->known, call.method);
    }
    forget_taken(s);
    world_leave(w, before);
}

/* Drops what is due by then; the time of the next one, or CLOCK_NEVER. */
static int64_t drop_due(struct world *w, struct shard *s, int64_t due_ms, const char *why)
{
    struct waiting_call call = {.due_ms = CLOCK_NEVER};
    struct view args;
    while (s->waiting_at < s->waiting.size) {
        memcpy(&call, s->waiting.data + s->waiting_at, sizeof call);
        if (call.due_ms > due_ms)
            break;
        (void)take_first(w, s, &call, &args);
        drop(w, s, call.method, why);
        call.due_ms = CLOCK_NEVER;
    }
    forget_taken(s);
    return call.due_ms;
}

void service_drop_waiting(struct world *w, struct shard *s)
{
    heap_remove(&w->services.expiries, &s->expiry);
    drop_due(w, s, CLOCK_NEVER, "the game stops");
}

static void expire(struct world *w, struct shard *s)
{
    int64_t next_ms = drop_due(w, s, w->desc.clock->now_ms, "the service was not there in time");
    if (next_ms != CLOCK_NEVER)
        heap_push(&w->services.expiries, &s->expiry, next_ms);
}

int64_t services_expire(struct world *w)
{
    struct heap_node *first;
    while ((first = heap_first(&w->services.expiries)) && first->due_ms <= w->desc.clock->now_ms) {
        heap_remove(&w->services.expiries, first);
        expire(w, (struct shard *)((char *)first - offsetof(struct shard, expiry)));
    }
    return first ? first->due_ms : CLOCK_NEVER;
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
    if (gw_id_is_none(s->known))
        return wait_for(w, s, method);
    gw_call_end(s->known, method);
    return GW_OK;
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

gw_err gw_service_call_end(const gw_entity_type *def, gw_shards to, const gw_method *method)
{
    struct world *w = world_running();
    const struct type *type = service_type(def);
    if (!type) {
        world_misuse(w, NULL, "a call to a type that is no service of this game", def->name);
        return GW_EINVAL;
    }
    if (to.kind == GW_ALL_SHARDS)
        return call_all(w, type, method);
    unsigned shard = to.kind == GW_ANY_SHARD      ? any_shard(w, type)
                     : to.kind == GW_SHARD_OF_KEY ? gw_service_shard_of(def, to.key)
                                                  : to.shard;
    if (shard < def->service_shards)
        return call_shard(w, &type->shards[shard], method);
    world_misuse(w, NULL, "a call to a shard that the service does not have", def->name);
    return GW_EINVAL;
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
