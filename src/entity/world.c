/* The world: creates, runs and ends everything that lives in one game. */
#include "entity/world.h"

#include "entity/check.h"
#include "entity/client.h"
#include "entity/entity.h"
#include "entity/fiber.h"
#include "entity/local.h"
#include "entity/pending.h"
#include "entity/save.h"
#include "entity/timer.h"
#include "entity/value.h"

#include <stdio.h>
#include <stdlib.h>

#define STOP_ROUNDS_MAX 100u

#define MSGPACK_NIL 0xc0

static _Thread_local struct world *running;

struct world *world_running(void)
{
    ASSERT(running); /* a gw_ function was called from no handler of a game */
    return running;
}

/* ---- around user code ----------------------------------------------------------------------- */

static void run_posts(struct world *w, unsigned *budget)
{
    struct buf empty = w->posts_run;
    w->posts_run = w->posts;
    buf_clear(&empty);
    w->posts = empty;
    size_t count = w->posts_run.size / sizeof(struct post);
    *budget -= count < *budget ? (unsigned)count : *budget;
    for (size_t i = 0; i < count; i++) {
        struct post post;
        memcpy(&post, w->posts_run.data + i * sizeof post, sizeof post);
        post.fn(post.argument);
    }
}

static bool work_waits(const struct world *w)
{
    return w->posts.size || w->resume_first || local_waits(w);
}

/* Runs what user code left for after the handler, until nothing is left or a turn's worth is done.
 */
static void settle(struct world *w)
{
    w->settling = true;
    while (w->budget && work_waits(w)) {
        fibers_resume_canceled(w);
        run_posts(w, &w->budget);
        local_run(w, &w->budget);
    }
    w->settling = false;
}

struct scope world_enter(struct world *w, const struct entity *e)
{
    struct scope before = {running, w->caller};
    running = w;
    w->caller = e ? e->base.id : (gw_id){0};
    w->depth++;
    return before;
}

static void check_caller(struct world *w)
{
    struct entity *e = gw_id_is_none(w->caller) ? NULL : entity_find(w, w->caller);
    if (e)
        check_compare(w, e);
}

void world_leave(struct world *w, struct scope before)
{
    if (w->desc.check_attrs)
        check_caller(w);
    if (w->depth == 1 && !w->settling)
        settle(w);
    w->depth--;
    w->caller = before.caller;
    running = before.world;
}

void gw_post(void (*fn)(void *argument), void *argument)
{
    struct post post = {fn, argument};
    buf_append(&world_running()->posts, &post, sizeof post);
}

/* ---- saying what is wrong ------------------------------------------------------------------- */

void world_complain(struct world *w, struct log_limit *limit, const char *event, gw_id id,
                    const char *what)
{
    uint64_t held_back;
    if (!log_limit_pass(limit, w->desc.clock->now_ms, &held_back))
        return;
    log_warn(w->desc.log, event, "entity=" GW_ID_FORMAT " why=\"%s\" more=%llu", GW_ID_ARG(id),
             what, (unsigned long long)held_back);
}

void world_bad_packet(struct world *w, const char *message)
{
    w->stats.packets_bad++;
    world_complain(w, &w->limit_bad, "packet_bad", (gw_id){0}, message);
}

void world_misuse(struct world *w, const gw_entity *entity, const char *what, const char *detail)
{
    w->stats.handler_errors++;
    uint64_t held_back;
    if (!log_limit_pass(&w->limit_misuse, w->desc.clock->now_ms, &held_back))
        return;
    gw_id id = entity ? entity->id : w->caller;
    log_error(w->desc.log, "misuse",
              "entity=%s/" GW_ID_FORMAT " what=\"%s\" detail=\"%s\" more=%llu",
              entity ? entity->type->name : "?", GW_ID_ARG(id), what, detail,
              (unsigned long long)held_back);
}

void world_send(struct world *w, gw_id route, struct view tail)
{
    w->desc.outbox.send(w->desc.outbox.user, route, w->out.data, w->out.size, tail.data, tail.size);
}

/* ---- life of the world ---------------------------------------------------------------------- */

static gw_err init_types(struct world *w, char **error)
{
    const gw_entity_type *const *defs = w->desc.game->types;
    size_t count = 0;
    while (defs && defs[count])
        count++;
    w->types = mem_zalloc((count + 1) * sizeof *w->types);
    for (; w->type_count < count; w->type_count++) {
        gw_err err = type_init(&w->types[w->type_count], defs[w->type_count], error);
        if (!err)
            continue;
        w->type_count++; /* half built: type_fini takes it */
        return err;
    }
    struct view boot = {(const uint8_t *)w->desc.boot_entity,
                        (uint32_t)strlen(w->desc.boot_entity)};
    w->boot = world_type_named(w, boot);
    if (w->boot)
        return GW_OK;
    char sentence[256];
    snprintf(sentence, sizeof sentence, "boot_entity=%s: the game has no such entity type",
             w->desc.boot_entity);
    *error = mem_strdup(sentence);
    return GW_EINVAL;
}

gw_err world_create(const struct world_desc *desc, struct world **out, char **error)
{
    struct world *w = mem_zalloc(sizeof *w);
    w->desc = *desc;
    w->budget = LOCAL_CALLS_PER_TURN_MAX;
    w->entities.seed = desc->seed;
    w->pending.seed = desc->seed + 1;
    gw_err err = init_types(w, error);
    if (err)
        world_destroy(w);
    else
        *out = w;
    return err;
}

static void free_buffers(struct world *w)
{
    struct buf *all[] = {&w->out,   &w->args,      &w->pack,  &w->timer_args, &w->strings,
                         &w->calls, &w->calls_run, &w->posts, &w->posts_run};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
}

void world_destroy(struct world *w)
{
    if (!w)
        return;
    world_stop(w);
    entity_bury(w);
    pendings_free(w);
    for (size_t i = 0; i < w->type_count; i++)
        type_fini(&w->types[i]);
    free(w->types);
    idmap_free(&w->entities);
    heap_free(&w->saves);
    heap_free(&w->timers);
    heap_free(&w->sleeps);
    heap_free(&w->retries);
    free_buffers(w);
    free(w);
}

static int64_t first_due(const struct heap *heap, int64_t due_ms)
{
    const struct heap_node *first = heap_first(heap);
    return first && first->due_ms < due_ms ? first->due_ms : due_ms;
}

int64_t world_turn(struct world *w)
{
    w->budget = LOCAL_CALLS_PER_TURN_MAX;
    struct scope before = world_enter(w, NULL);
    world_leave(w, before); /* runs what the turn before had no budget for */
    timers_run(w);
    fibers_wake(w);
    saves_run(w);
    pendings_retry(w);
    if (w->stopping && w->entities.count)
        world_stop(w); /* an answer that came late has created some */
    if (!w->depth)
        entity_bury(w);
    if (work_waits(w))
        return w->desc.clock->now_ms;
    int64_t due_ms = first_due(&w->timers, CLOCK_NEVER);
    due_ms = first_due(&w->sleeps, due_ms);
    due_ms = first_due(&w->saves, due_ms);
    return first_due(&w->retries, due_ms);
}

static void end_all(struct world *w)
{
    w->budget = LOCAL_CALLS_PER_TURN_MAX;
    struct scope before = world_enter(w, NULL);
    for (size_t i = 0; i < w->type_count; i++)
        for (size_t left = w->types[i].count; left && w->types[i].first; left--)
            entity_end(w, w->types[i].first);
    world_leave(w, before);
}

/* What the last hooks and canceled fibers do may create more: a few rounds, then it is the game's
 * fault. */
void world_stop(struct world *w)
{
    w->stopping = true;
    for (unsigned round = 0; round < STOP_ROUNDS_MAX && (w->entities.count || work_waits(w));
         round++)
        end_all(w);
    if (w->entities.count)
        log_error(w->desc.log, "stop_incomplete", "entities=%zu why=\"hooks create more and more\"",
                  w->entities.count);
}

bool world_is_idle(const struct world *w)
{
    return !w->pending.count && !w->entities.count && !work_waits(w);
}

void world_ready(struct world *w)
{
    if (w->ready || w->stopping)
        return;
    w->ready = true;
    if (!w->desc.game->on_ready)
        return;
    struct scope before = world_enter(w, NULL);
    w->desc.game->on_ready();
    world_leave(w, before);
}

void world_each_entity(struct world *w, void (*each)(void *user, gw_id id), void *user)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->entities, &position)))
        each(user, slot->id);
}

/* ---- what comes in -------------------------------------------------------------------------- */

void world_client_connected(struct world *w, gw_id client, gw_id boot_entity, uint16_t gateid)
{
    if (w->stopping || entity_find(w, boot_entity) || idmap_get(&w->pending, boot_entity)) {
        client_close(w, boot_entity, gateid, client,
                     w->stopping ? "the game is stopping" : "its boot entity exists already");
        return;
    }
    struct scope before = world_enter(w, NULL);
    struct entity *e = entity_new(w, w->boot, boot_entity, ENTITY_CREATED_HERE);
    entity_begin(w, e);
    if (e->stage == ENTITY_ALIVE)
        client_begin(w, e, client, gateid);
    else
        client_close(w, boot_entity, gateid, client, "its boot entity has ended");
    world_leave(w, before);
}

void world_client_lost(struct world *w, gw_id owner, gw_id client)
{
    struct entity *e = entity_find(w, owner);
    if (e && gw_id_equal(e->client, client) && !gw_id_is_none(client))
        client_lost(w, e);
}

static bool is_of_gate(const struct entity *e, uint16_t gateid)
{
    return !gw_id_is_none(e->client) && (gateid == 0 || e->gateid == gateid);
}

/* Hooks may end any entity, so the ones concerned are listed first. */
static void list_of_gate(struct world *w, uint16_t gateid, struct buf *ids)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->entities, &position))) {
        const struct entity *e = slot->value;
        if (is_of_gate(e, gateid))
            write_id(ids, slot->id);
    }
}

void world_gate_lost(struct world *w, uint16_t gateid, bool (*concerns)(void *user, gw_id entity),
                     void *user)
{
    struct buf ids = {0};
    list_of_gate(w, gateid, &ids);
    struct reader r = reader_of(ids.data, ids.size);
    while (reader_left(&r)) {
        struct entity *e = entity_find(w, read_id(&r));
        if (e && is_of_gate(e, gateid) && concerns(user, e->base.id))
            client_lost(w, e);
    }
    buf_free(&ids);
}

static void refuse_create(struct world *w, gw_id id, struct view type_name, const char *why)
{
    log_warn(w->desc.log, "create_failed", "entity=" GW_ID_FORMAT " type=\"%.*s\" why=\"%s\"",
             GW_ID_ARG(id), (int)type_name.size, (const char *)type_name.data, why);
}

static void log_misfit(void *user, const char *key, size_t key_size, const char *why)
{
    const struct entity *e = user;
    log_warn(world_running()->desc.log, "attribute_dropped",
             "entity=%s/" GW_ID_FORMAT " attribute=\"%.*s\" why=\"%s\"", e->type->def->name,
             GW_ID_ARG(e->base.id), (int)key_size, key, why);
}

static void create_sent(struct world *w, gw_id id, struct type *type, struct view attrs)
{
    bool is_whole = attrs.size && attrs.data[0] != MSGPACK_NIL;
    struct scope before = world_enter(w, NULL);
    struct entity *e =
        entity_new(w, type, id, is_whole ? ENTITY_SENT_WHOLE : ENTITY_CREATED_FROM_AFAR);
    if (fields_read(attrs, type->def->attrs, &e->base, 0, log_misfit, e))
        log_misfit(e, "", 0, "the attributes are no map");
    entity_begin(w, e);
    world_leave(w, before);
}

void world_create_entity(struct world *w, gw_id id, struct view type_name, struct view attrs)
{
    struct type *type = world_type_named(w, type_name);
    if (entity_find(w, id) || idmap_get(&w->pending, id)) {
        refuse_create(w, id, type_name, "it exists already");
    } else if (!type || w->stopping) {
        refuse_create(w, id, type_name, type ? "the game is stopping" : "there is no such type");
        entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, id);
    } else {
        create_sent(w, id, type, attrs);
    }
}

void world_disown_entity(struct world *w, gw_id id)
{
    struct entity *e = entity_find(w, id);
    if (!e)
        return;
    log_warn(w->desc.log, "entity_disowned",
             "entity=%s/" GW_ID_FORMAT " why=\"it lives on another game\"", e->type->def->name,
             GW_ID_ARG(id));
    struct scope before = world_enter(w, e);
    e->disowned = true;
    entity_end(w, e);
    world_leave(w, before);
}

void world_client_given(struct world *w, struct view payload)
{
    struct msg_notify_client_given m;
    if (!msg_notify_client_given_read(payload, &m)) {
        world_bad_packet(w, "NOTIFY_CLIENT_GIVEN");
        return;
    }
    struct entity *e = entity_find(w, m.entity);
    if (e)
        client_begin(w, e, m.client, m.gate);
    else
        client_close(w, m.entity, m.gate, m.client, "the entity it was given to is gone");
}

/* ---- metrics -------------------------------------------------------------------------------- */

const struct world_stats *world_stats(struct world *w)
{
    return &w->stats;
}

#define COUNTER(member, help)                                                                      \
    METRIC(COUNTER, struct world_stats, member, "game_" #member "_total", help)
#define GAUGE(member, help) METRIC(GAUGE, struct world_stats, member, "game_" #member, help)
const struct metric world_metrics[] = {
    COUNTER(calls_in, "Calls from entities of other games."),
    COUNTER(calls_from_clients, "Calls from clients."),
    COUNTER(calls_local, "Calls between entities of this game."),
    COUNTER(calls_refused, "Calls refused: no such method, no permission, wrong arguments."),
    COUNTER(calls_unknown_entity, "Calls dropped because there was no such entity."),
    COUNTER(client_calls, "Calls to clients."),
    COUNTER(attribute_changes, "Changes of attributes sent to clients."),
    COUNTER(packets_bad, "Packets that could not be read."),
    COUNTER(handler_errors, "Wrong uses of the API by the game's code."),
    COUNTER(saves, "Saves handed to the storage."),
    COUNTER(save_retries, "Last saves put off because the storage had no room."),
    COUNTER(loads, "Entities loaded."),
    COUNTER(loads_failed, "Entities that could not be loaded."),
    COUNTER(fibers_refused, "Calls dropped because too many fibers ran."),
    GAUGE(entities, "Entities that live here."),
    GAUGE(clients, "Entities that have a client."),
    GAUGE(fibers, "Fibers that run or wait."),
    METRIC_END,
};
