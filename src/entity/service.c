/* Where the shards of services live. The registry decides: a shard's first key names the game that
 * has it, the first one to write it; that game creates the entity and names it in the second key.
 */
#include "entity/service.h"

#include "base/hash.h"
#include "entity/call.h"
#include "entity/entity.h"
#include "entity/pending.h"
#include "wire/servicekey.h"

#include <stdlib.h>

/* All games see at the same time that a shard is free. Each waits for a while before it asks for
 * it, and longer the more it has already, so that they share. */
#define CLAIM_DELAY_MS_MIN 100
#define CLAIM_DELAY_MS_MAX 400
#define CLAIM_DELAY_PER_SHARD_MS 50
#define CLAIM_DELAY_SHARDS_MAX 20u

#define CLAIM_RETRY_MS 5000 /* the dispatcher had no room for it */
#define START_RETRY_MS 1000 /* storage could not load it */
#define FENCE_RETRY_MS 5000 /* the fence was lost with its dispatcher */
#define AWAY_RETRY_MS 1000  /* the dispatcher that decides is away */
#define HELLO_MS 1000       /* a dispatcher of ours has said HELLO by then */

/* ---- the registry --------------------------------------------------------------------------- */

/* The view lasts until the next key is asked for. */
static struct view key_of(struct world *w, const struct shard *s, bool is_of_entity)
{
    const char *name = s->type->def->name;
    buf_clear(&w->services.key);
    service_key_write(&w->services.key,
                      &(struct service_key){.name = {(const uint8_t *)name, (uint32_t)strlen(name)},
                                            .shard = s->index,
                                            .is_of_entity = is_of_entity});
    return view_of(&w->services.key);
}

static struct view this_game(struct world *w)
{
    buf_clear(&w->services.value);
    service_game_write(&w->services.value, w->desc.gameid);
    return view_of(&w->services.value);
}

static struct view view_of_id(const gw_id *id)
{
    return (struct view){(const uint8_t *)id->text, sizeof id->text};
}

/* Without the dispatcher of a shard's first key nothing is decided about it. */
static bool decider_is_there(struct world *w, const struct shard *s)
{
    return w->desc.outbox.registry_is_there(w->desc.outbox.user, key_of(w, s, false));
}

static bool release_key(struct world *w, struct view key, struct view value)
{
    return w->desc.outbox.registry_release(w->desc.outbox.user, key, value);
}

/* False when its dispatcher is one of GoWorld's own, which forgets nothing. */
static bool release_shard(struct world *w, struct shard *s)
{
    if (!release_key(w, key_of(w, s, false), this_game(w)))
        return false;
    s->claimed = false;
    s->released = true;
    return true;
}

static void look_again(struct world *w, struct shard *s, int64_t after_ms)
{
    heap_remove(&w->services.attempts, &s->attempt);
    heap_push(&w->services.attempts, &s->attempt, w->desc.clock->now_ms + after_ms);
}

static void claim(struct world *w, struct shard *s)
{
    s->claimed = true;
    w->desc.outbox.registry_write(w->desc.outbox.user, key_of(w, s, false), this_game(w), false);
    look_again(w, s, CLAIM_RETRY_MS);
}

/* ---- the entity ----------------------------------------------------------------------------- */

/* What is persistent is the same entity in all its lives, so that storage has it once. */
static gw_id lasting_id(struct world *w, const struct shard *s)
{
    uint8_t bytes[12];
    struct view key = key_of(w, s, false);
    for (unsigned i = 0; i < sizeof bytes / 4; i++) {
        uint8_t part = (uint8_t)i;
        buf_append(&w->services.key, &part, 1);
        uint32_t hash = htole32(hash32(w->services.key.data, w->services.key.size));
        memcpy(bytes + 4 * i, &hash, 4);
        w->services.key.size = key.size;
    }
    return id_encode(bytes);
}

/* Calls reach it by its dispatcher until the fence is back: only then does the registry hear of it.
 */
void service_create(struct world *w, struct type *type, gw_id id)
{
    struct scope before = world_enter(w, NULL);
    entity_begin(w, entity_new(w, type, id, ENTITY_CREATED_FROM_AFAR));
    world_leave(w, before);
}

static void start(struct world *w, struct shard *s)
{
    bool persistent = s->type->def->persistent;
    s->entity = persistent ? lasting_id(w, s) : id_new(w->desc.ids);
    s->reachable = s->published = false;
    log_info(w->desc.log, "service_starts", "service=%s shard=%u entity=" GW_ID_FORMAT,
             s->type->def->name, s->index, GW_ID_ARG(s->entity));
    look_again(w, s, START_RETRY_MS);
    if (persistent)
        pending_load(w, s->type, s->entity);
    else
        service_create(w, s->type, s->entity);
}

/* Another game has the shard: this copy is not saved over that one's. */
static void supersede(struct world *w, struct entity *e)
{
    w->stats.services_superseded++;
    log_warn(w->desc.log, "service_superseded", "entity=%s/" GW_ID_FORMAT, e->type->def->name,
             GW_ID_ARG(e->base.id));
    struct scope before = world_enter(w, e);
    e->disowned = true;
    entity_end(w, e);
    world_leave(w, before);
}

static void publish(struct world *w, struct shard *s)
{
    if (!s->reachable || s->published || gw_id_equal(s->known, s->entity))
        return;
    s->published = true;
    w->desc.outbox.registry_write(w->desc.outbox.user, key_of(w, s, true), view_of_id(&s->entity),
                                  true);
}

/* ---- what is to be done --------------------------------------------------------------------- */

static struct entity *entity_here(const struct world *w, const struct shard *s)
{
    return entity_find(w, s->entity);
}

static bool is_pending(const struct world *w, const struct shard *s)
{
    return idmap_get(&w->pending, s->entity);
}

/* What an earlier life of this process had does not count: the registry names it still, or again.
 */
static void give_back(struct world *w, struct shard *s)
{
    if (!s->released && !release_shard(w, s))
        look_again(w, s, HELLO_MS);
}

static void keep(struct world *w, struct shard *s)
{
    if (!s->claimed)
        give_back(w, s);
    else if (entity_here(w, s))
        publish(w, s);
    else if (!is_pending(w, s))
        start(w, s);
}

static void leave_to_other(struct world *w, struct shard *s)
{
    heap_remove(&w->services.attempts, &s->attempt);
    s->claimed = s->released = false;
    struct entity *e = entity_here(w, s);
    if (e)
        supersede(w, e);
}

/* One that lives here already has no reason to wait: its dispatcher took this game for dead, or has
 * been started anew. Before all games are there one would get everything. */
static void compete(struct world *w, struct shard *s)
{
    s->released = false;
    if (!w->ready)
        return;
    if (entity_here(w, s)) {
        claim(w, s);
    } else if (s->attempt.index == HEAP_OUTSIDE) {
        s->crowd = 0;
        look_again(
            w, s,
            (int64_t)random_between(&w->services.random, CLAIM_DELAY_MS_MIN, CLAIM_DELAY_MS_MAX));
    }
}

/* One that is away comes back, and does not always say so. */
static bool may_act(struct world *w, struct shard *s)
{
    bool is_there = decider_is_there(w, s);
    if (!is_there && !w->stopping && s->attempt.index == HEAP_OUTSIDE)
        look_again(w, s, AWAY_RETRY_MS);
    return is_there && !w->stopping;
}

static void check(struct world *w, struct shard *s)
{
    if (!may_act(w, s))
        return;
    if (s->host == w->desc.gameid)
        keep(w, s);
    else if (s->host)
        leave_to_other(w, s);
    else
        compete(w, s);
}

static bool puts_off(struct world *w, struct shard *s)
{
    unsigned hosted = w->services.hosted;
    if (entity_here(w, s) || hosted <= s->crowd)
        return false;
    unsigned more = hosted - s->crowd;
    s->crowd = hosted;
    look_again(w, s,
               (int64_t)(more < CLAIM_DELAY_SHARDS_MAX ? more : CLAIM_DELAY_SHARDS_MAX) *
                   CLAIM_DELAY_PER_SHARD_MS);
    return true;
}

/* The shard's time has come: to ask for it, or to see whether it has got on. */
static void attempt(struct world *w, struct shard *s)
{
    if (!may_act(w, s))
        return;
    bool is_mine = s->host == w->desc.gameid;
    struct entity *e = entity_here(w, s);
    if (!s->host) {
        if (w->ready && !puts_off(w, s))
            claim(w, s);
    } else if (is_mine && e && !s->reachable) {
        call_send_fence(w, e);
        look_again(w, s, FENCE_RETRY_MS);
    } else if (is_mine && is_pending(w, s)) {
        look_again(w, s, START_RETRY_MS);
    } else {
        if (is_mine && !s->claimed && !s->released)
            s->claimed = !release_shard(w, s); /* one of GoWorld's own takes nothing back */
        check(w, s);
    }
}

void services_check_all(struct world *w)
{
    for (size_t i = 0; i < w->type_count; i++)
        for (unsigned n = 0; w->types[i].shards && n < w->types[i].def->service_shards; n++) {
            struct shard *s = &w->types[i].shards[n];
            s->published = s->released = false; /* what was said before may be lost */
            heap_remove(&w->services.attempts, &s->attempt);
            check(w, s);
            if (entity_here(w, s) && !s->reachable)
                look_again(w, s, FENCE_RETRY_MS);
        }
}

int64_t services_turn(struct world *w)
{
    struct heap_node *first;
    while ((first = heap_first(&w->services.attempts)) && first->due_ms <= w->desc.clock->now_ms) {
        heap_remove(&w->services.attempts, first);
        attempt(w, (struct shard *)((char *)first - offsetof(struct shard, attempt)));
    }
    int64_t expiry_ms = services_expire(w);
    return first && first->due_ms < expiry_ms ? first->due_ms : expiry_ms;
}

/* ---- what is heard -------------------------------------------------------------------------- */

static void set_host(struct world *w, struct shard *s, uint16_t host)
{
    w->services.hosted -= s->host == w->desc.gameid;
    s->host = host;
    w->services.hosted += s->host == w->desc.gameid;
    w->stats.services = w->services.hosted;
    if (!host) /* the attempt that was made is over */
        heap_remove(&w->services.attempts, &s->attempt);
    check(w, s);
}

/* Cut off from the dispatcher that decides, a game learns here that it was taken for dead. */
static void set_entity(struct world *w, struct shard *s, gw_id known)
{
    bool was_ours = !gw_id_is_none(s->known) && gw_id_equal(s->known, s->entity);
    bool is_other = !gw_id_is_none(known) && !gw_id_equal(known, s->entity);
    s->known = known;
    struct entity *e = entity_here(w, s);
    if (e && was_ours && is_other && !w->stopping && !decider_is_there(w, s))
        supersede(w, e);
    s->published = false;
    check(w, s);
    if (!gw_id_is_none(s->known))
        service_send_waiting(w, s);
}

/* This process had the service in an earlier life, as another program. */
static void refuse_unknown(struct world *w, struct view key, const struct view *value,
                           const struct service_key *parts)
{
    if (value && !parts->is_of_entity && service_game_read(*value) == w->desc.gameid)
        release_key(w, key, *value);
}

void world_registry_changed(struct world *w, struct view key, const struct view *value)
{
    struct service_key parts;
    if (!service_key_read(key, &parts))
        return;
    struct type *type = world_type_named(w, parts.name);
    if (!type || parts.shard >= type->def->service_shards) {
        refuse_unknown(w, key, value, &parts);
        return;
    }
    struct shard *s = &type->shards[parts.shard];
    gw_id entity = {0};
    if (value && value->size == sizeof entity.text)
        memcpy(entity.text, value->data, sizeof entity.text);
    if (parts.is_of_entity)
        set_entity(w, s, entity);
    else
        set_host(w, s, value ? service_game_read(*value) : 0);
}

void world_registry_joined(struct world *w)
{
    services_check_all(w);
}

struct shard *service_shard_of(const struct type *type, gw_id entity)
{
    for (unsigned i = 0; type->shards && i < type->def->service_shards; i++)
        if (gw_id_equal(type->shards[i].entity, entity))
            return &type->shards[i];
    return NULL;
}

/* Calls wait for the next one from now on. */
void service_ended(struct world *w, const struct entity *e)
{
    const struct shard *s = service_shard_of(e->type, e->base.id);
    if (s && s->host == w->desc.gameid)
        release_key(w, key_of(w, s, true), view_of_id(&s->entity));
}

void service_gone(struct world *w, struct type *type, gw_id id)
{
    struct shard *s = service_shard_of(type, id);
    if (!s)
        return;
    s->entity = (gw_id){0};
    s->reachable = s->published = false;
    if (s->host == w->desc.gameid && !release_shard(w, s))
        look_again(w, s, START_RETRY_MS);
}

void service_fence_is_back(struct world *w, const struct entity *e)
{
    struct shard *s = service_shard_of(e->type, e->base.id);
    if (!s || s->reachable)
        return;
    s->reachable = true;
    heap_remove(&w->services.attempts, &s->attempt);
    check(w, s);
}

/* ---- life ----------------------------------------------------------------------------------- */

static void init_shards(struct type *type)
{
    unsigned count = type->def->service_shards;
    if (!count)
        return;
    type->shards = mem_zalloc(count * sizeof *type->shards);
    for (unsigned i = 0; i < count; i++)
        type->shards[i] = (struct shard){
            .type = type, .index = i, .attempt.index = HEAP_OUTSIDE, .expiry.index = HEAP_OUTSIDE};
}

void services_init(struct world *w)
{
    w->services.random.state = w->desc.seed;
    for (size_t i = 0; i < w->type_count; i++)
        init_shards(&w->types[i]);
}

void services_fini(struct world *w)
{
    heap_free(&w->services.attempts); /* first: it lets go of its nodes */
    for (size_t i = 0; i < w->type_count; i++) {
        for (unsigned n = 0; w->types[i].shards && n < w->types[i].def->service_shards; n++) {
            service_drop_waiting(w, &w->types[i].shards[n]);
            buf_free(&w->types[i].shards[n].waiting);
        }
        free(w->types[i].shards);
        w->types[i].shards = NULL;
    }
    heap_free(&w->services.expiries);
    buf_free(&w->services.key);
    buf_free(&w->services.value);
}
