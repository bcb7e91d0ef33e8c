/* Services on their way into another process: which shards are where, what this game has asked for,
 * and what waits. */
#include "entity/entity.h"
#include "entity/frozen.h"
#include "entity/service.h"
#include "entity/type.h"

enum shard_flag {
    SHARD_CLAIMED = 1u << 0,
    SHARD_RELEASED = 1u << 1,
    SHARD_REACHABLE = 1u << 2,
    SHARD_PUBLISHED = 1u << 3,
    SHARD_ATTEMPTS = 1u << 4, /* it is looked at again */
};

static unsigned flags_of(const struct shard *s)
{
    return (s->claimed ? SHARD_CLAIMED : 0u) | (s->released ? SHARD_RELEASED : 0u) |
           (s->reachable ? SHARD_REACHABLE : 0u) | (s->published ? SHARD_PUBLISHED : 0u) |
           (s->attempt.index != HEAP_OUTSIDE ? SHARD_ATTEMPTS : 0u);
}

static void freeze_shard(const struct world *w, const struct shard *s, struct buf *b)
{
    write_str(b, s->type->def->name);
    write_u32(b, s->index);
    write_u8(b, (uint8_t)flags_of(s));
    write_u16(b, s->host);
    write_id(b, s->known);
    write_id(b, s->entity);
    write_u32(b, s->crowd);
    write_left(b, w, s->attempt.due_ms);
    service_freeze_waiting(w, s, b);
}

static uint32_t count_shards(const struct world *w)
{
    uint32_t count = 0;
    for (size_t i = 0; i < w->type_count; i++)
        count += w->types[i].shards ? w->types[i].def->service_shards : 0;
    return count;
}

void services_freeze(const struct world *w, struct buf *b)
{
    write_u64(b, w->services.random.state);
    write_u32(b, count_shards(w));
    for (size_t i = 0; i < w->type_count; i++)
        for (unsigned n = 0; w->types[i].shards && n < w->types[i].def->service_shards; n++)
            freeze_shard(w, &w->types[i].shards[n], b);
}

static struct shard *shard_of(const struct world *w, struct view name, uint32_t index)
{
    const struct type *type = world_type_named(w, name);
    bool has = type && type->shards && index < type->def->service_shards;
    return has ? &type->shards[index] : NULL;
}

/* Of one that the new program does not have nothing is kept; while its entity lives here, that is
 * refused with the entity's type. */
static struct shard *take_shard(struct thaw *t, struct shard *nowhere)
{
    struct view name = read_var(&t->in);
    uint32_t index = read_u32(&t->in);
    struct shard *s = shard_of(t->world, name, index);
    return s ? s : nowhere;
}

static void thaw_shard(struct thaw *t)
{
    struct world *w = t->world;
    struct type no_type = {0};
    struct shard nowhere = {
        .type = &no_type, .attempt.index = HEAP_OUTSIDE, .expiry.index = HEAP_OUTSIDE};
    struct shard *s = take_shard(t, &nowhere);
    unsigned flags = read_u8(&t->in);
    s->claimed = flags & SHARD_CLAIMED;
    s->released = flags & SHARD_RELEASED;
    s->reachable = flags & SHARD_REACHABLE;
    s->published = flags & SHARD_PUBLISHED;
    s->host = read_u16(&t->in);
    s->known = read_id(&t->in);
    s->entity = read_id(&t->in);
    s->crowd = read_u32(&t->in);
    if (s == &nowhere && entity_find(w, s->entity))
        thaw_fail(t, "the new program has fewer shards of a service, and one that it does not have "
                     "lives here");
    int64_t attempt_ms = read_due(t);
    if (flags & SHARD_ATTEMPTS && s != &nowhere && !thaw_failed(t)) {
        heap_remove(&w->services.attempts, &s->attempt);
        heap_push(&w->services.attempts, &s->attempt, attempt_ms);
    }
    w->services.hosted += s != &nowhere && s->host == w->desc.gameid;
    service_thaw_waiting(t, s);
}

void services_thaw(struct thaw *t)
{
    struct world *w = t->world;
    w->services.random.state = read_u64(&t->in);
    for (uint32_t left = read_u32(&t->in); left && !thaw_failed(t); left--)
        thaw_shard(t);
    w->stats.services = w->services.hosted;
}
