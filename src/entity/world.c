/* The world: creates, runs and ends everything that lives in one game. */
#include "entity/world.h"

#include "entity/entity.h"
#include "entity/fiber.h"
#include "entity/moves.h"
#include "entity/pending.h"
#include "entity/save.h"
#include "entity/sight.h"
#include "entity/space.h"
#include "entity/timer.h"

#include <stdio.h>
#include <stdlib.h>

#define STOP_ROUNDS_MAX 100u

/* How long a game that stops waits for a dispatcher that is away before it saves what that serves
 * all the same: to lose it for certain would be worse. */
#define STOP_FENCE_MS 5000

/* ---- saying what is wrong ------------------------------------------------------------------- */

void world_bad_packet(struct world *w, const char *message)
{
    world_complain(w, entity_packets_bad, "packet_bad", "why=\"%s\"", message);
}

void world_misuse(struct world *w, const gw_entity *entity, const char *what, const char *detail)
{
    w->stats.handler_errors++;
    uint64_t held_back;
    world_limit(w, &w->limit_misuse);
    if (!log_limit_pass(&w->limit_misuse, w->desc.clock->now_ms, &held_back))
        return;
    if (!entity)
        entity = world_find(w, w->caller);
    log_error(w->desc.log, "misuse",
              "entity=%s/" GW_ID_FORMAT " what=\"%s\" detail=\"%s\" held_back=%llu",
              entity ? entity->type->name : "?", GW_ID_ARG(entity ? entity->id : w->caller), what,
              detail, (unsigned long long)held_back);
}

void world_send_packet(struct world *w, gw_id route, struct view packet)
{
    w->desc.outbox.send(w->desc.outbox.user, route, packet);
}

unsigned world_path(const struct world *w, gw_id route)
{
    return w->desc.outbox.path ? w->desc.outbox.path(w->desc.outbox.user, route) : 0;
}

void world_send(struct world *w, gw_id route)
{
    world_send_packet(w, route, view_of(&w->out));
}

bool world_speaks_own(const struct world *w, gw_id route, uint16_t gateid)
{
    return w->desc.outbox.speaks_own(w->desc.outbox.user, route, gateid);
}

/* ---- life of the world ---------------------------------------------------------------------- */

static gw_err init_types(struct world *w, char **error)
{
    gw_err err = types_compile(w->desc.game, &w->types, &w->type_count, error);
    if (err)
        return err;
    w->space_type = &w->types[w->type_count - 1];
    w->boot = world_type_named(w, view_str(w->desc.boot_entity));
    if (w->boot && !w->boot->def->service_shards && !w->boot->is_space)
        return GW_OK;
    char sentence[256];
    snprintf(sentence, sizeof sentence, "boot_entity=%s: %s", w->desc.boot_entity,
             !w->boot            ? "the game has no such entity type"
             : w->boot->is_space ? "that is the type of spaces"
                                 : "that type is a service");
    *error = mem_strdup(sentence);
    return GW_EINVAL;
}

gw_err world_create(const struct world_desc *desc, struct world **out, char **error)
{
    struct world *w = mem_zalloc(sizeof *w);
    w->desc = *desc;
    w->budget = LOCAL_CALLS_PER_TURN_MAX;
    w->cut_off_ms = CLOCK_NEVER;
    w->entities.seed = desc->seed;
    w->pending.seed = desc->seed + 1;
    w->random.state = desc->seed + 3;
    w->trips.by_entity.seed = desc->seed + 4;
    w->leavers.by_entity.seed = desc->seed + 5;
    w->arrivals.by_journey.seed = desc->seed + 6;
    gw_err err = init_types(w, error);
    if (err) {
        world_destroy(w);
        return err;
    }
    moves_init(w);
    spaces_init(w);
    services_init(w);
    asks_init(w);
    *out = w;
    return GW_OK;
}

static void free_buffers(struct world *w)
{
    struct buf *all[] = {&w->out,     &w->args,      &w->pack,      &w->timer_args,
                         &w->strings, &w->calls,     &w->calls_run, &w->calls_held,
                         &w->posts,   &w->posts_run, &w->sights,    &w->walks};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
}

void world_destroy(struct world *w)
{
    if (!w)
        return;
    if (w->is_abandoned) {
        asks_cancel(w);
        entity_abandon_all(w);
    } else if (w->nil) {
        world_stop(w);
        spaces_end(w);
    }
    entity_bury(w);
    moves_fini(w);
    trips_fini(w);
    leavers_fini(w);
    arrivals_fini(w);
    pendings_free(w);
    services_fini(w);
    asks_fini(w);
    types_free(w->types, w->type_count);
    idmap_free(&w->entities);
    heap_free(&w->saves);
    heap_free(&w->timers);
    heap_free(&w->sleeps);
    heap_free(&w->retries);
    free_buffers(w);
    free(w);
}

/* Besides the nil space, which ends last. */
static bool has_entities(const struct world *w)
{
    return w->entities.count > (w->nil ? 1 : 0);
}

static int64_t first_due(const struct heap *heap, int64_t due_ms)
{
    const struct heap_node *first = heap_first(heap);
    return first && first->due_ms < due_ms ? first->due_ms : due_ms;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void settle(struct world *w)
{
    struct scope before = world_enter(w, NULL);
    world_leave(w, before); /* runs what the turn before had no budget for */
}

static void bury(struct world *w)
{
    if (!w->depth && !sights_wait(w))
        entity_bury(w);
}

/* What runs ends, and nothing else begins. */
static int64_t turn_of_holding(struct world *w)
{
    fibers_wake(w);
    pendings_retry(w);
    int64_t due_ms = asks_expire(w);
    bury(w);
    due_ms = first_due(&w->sleeps, due_ms);
    return world_has_work(w) ? w->desc.clock->now_ms : first_due(&w->retries, due_ms);
}

int64_t world_turn(struct world *w)
{
    w->budget = LOCAL_CALLS_PER_TURN_MAX;
    spaces_begin(w);
    settle(w);
    if (w->pace == WORLD_HOLDS)
        return turn_of_holding(w);
    timers_run(w);
    fibers_wake(w);
    if (w->pace == WORLD_RUNS)
        saves_run(w);
    pendings_retry(w);
    int64_t services_due_ms = services_turn(w), asks_due_ms = asks_expire(w);
    int64_t trips_due_ms = trips_turn(w);
    int64_t leavers_due_ms = earlier(leavers_turn(w), arrivals_turn(w));
    if (w->stopping && has_entities(w))
        world_stop(w); /* an answer that came late has created some */
    int64_t moves_due_ms = moves_run(w);
    spaces_count_neighbours(w);
    bury(w);
    if (world_has_work(w))
        return w->desc.clock->now_ms;
    int64_t due_ms = earlier(services_due_ms, asks_due_ms);
    due_ms = earlier(earlier(due_ms, moves_due_ms), earlier(trips_due_ms, leavers_due_ms));
    due_ms = first_due(&w->timers, due_ms);
    due_ms = first_due(&w->sleeps, due_ms);
    if (w->pace == WORLD_RUNS)
        due_ms = first_due(&w->saves, due_ms);
    return first_due(&w->retries, due_ms);
}

/* Services last: the others call them once more. */
static void end_all(struct world *w, bool services_too)
{
    w->budget = LOCAL_CALLS_PER_TURN_MAX;
    struct scope before = world_enter(w, NULL);
    for (size_t i = 0; i < w->type_count; i++)
        if (services_too || !w->types[i].shards)
            for (size_t left = w->types[i].count; left && w->types[i].first; left--)
                entity_end(w, w->types[i].first);
    asks_cancel(w);
    world_leave(w, before);
}

void world_abandon(struct world *w)
{
    w->is_abandoned = true;
}

void world_set_cut_off(struct world *w, int64_t from_ms)
{
    w->cut_off_ms = from_ms;
}

bool world_is_cut_off(const struct world *w, gw_id id)
{
    const struct outbox *outbox = &w->desc.outbox;
    int64_t now_ms = w->desc.clock->now_ms;
    if (now_ms < w->cut_off_ms || (w->stopping && now_ms >= w->stopped_ms + STOP_FENCE_MS))
        return false;
    return outbox->is_cut_off && outbox->is_cut_off(outbox->user, id);
}

/* What the last hooks and canceled fibers do may create more: a few rounds, then it is the game's
 * fault. */
void world_stop(struct world *w)
{
    if (!w->stopping)
        w->stopped_ms = w->desc.clock->now_ms;
    w->stopping = true;
    for (unsigned round = 0;
         round < STOP_ROUNDS_MAX && (has_entities(w) || w->stats.asks_waiting || world_has_work(w));
         round++)
        end_all(w, round > 0);
    if (has_entities(w))
        log_error(w->desc.log, "stop_incomplete", "entities=%zu why=\"hooks create more and more\"",
                  w->entities.count);
}

bool world_is_idle(const struct world *w)
{
    return w->is_abandoned || (!w->pending.count && !has_entities(w) && !world_has_work(w));
}

void world_ready(struct world *w)
{
    if (w->ready || w->stopping)
        return;
    w->ready = true;
    services_check_all(w);
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

void world_each_claim(struct world *w, void (*each)(void *user, gw_id id), void *user)
{
    world_each_entity(w, each, user);
    pendings_each_save(w, each, user);
}

void world_each_type(const struct world *w,
                     void (*each)(void *user, const char *name, size_t count), void *user)
{
    for (size_t i = 0; i < w->type_count; i++)
        each(user, w->types[i].def->name, w->types[i].count);
}

/* ---- metrics -------------------------------------------------------------------------------- */

const struct world_stats *world_stats(struct world *w)
{
    return &w->stats;
}

#define COUNTER(member, help)                                                                      \
    METRIC(COUNTER, struct world_stats, member, "game_" #member "_total", help)
#define COMPLAINT(member, help)                                                                    \
    METRIC(COUNTER, struct world_stats, member.count, "game_" #member "_total", help)
#define GAUGE(member, help) METRIC(GAUGE, struct world_stats, member, "game_" #member, help)
const struct metric world_metrics[] = {
    COUNTER(calls_in, "Calls from entities of other games"),
    COUNTER(calls_from_clients, "Calls from clients"),
    COUNTER(calls_local, "Calls between entities of this game"),
    COMPLAINT(calls_refused, "Calls refused: no such method, no permission, wrong arguments"),
    COUNTER(calls_too_deep, "Calls refused because an argument was nested too deeply"),
    COMPLAINT(calls_unknown_entity, "Calls dropped because there was no such entity"),
    COUNTER(client_calls, "Calls to clients"),
    COUNTER(attribute_changes, "Changes of attributes sent to clients"),
    COUNTER(positions, "Positions sent to gates, each once for all who see it"),
    COUNTER(position_bytes, "Bytes of these packets"),
    COUNTER(migrations_out, "Entities that have left for another game"),
    COUNTER(migrations_in, "Entities that have come from another game"),
    COUNTER(enters_failed, "Entities that could not enter a space"),
    COMPLAINT(positions_bad, "Positions from clients that were not finite"),
    COMPLAINT(positions_late,
              "Batches of positions from clients that came while too many hooks waited"),
    COMPLAINT(entity_packets_bad, "Packets for entities that could not be read"),
    COMPLAINT(attributes_dropped,
              "Attributes and timers of entities sent or loaded that the program could not take"),
    COUNTER(handler_errors, "Wrong uses of the API by the game's code"),
    COUNTER(saves, "Saves handed to the storage"),
    COMPLAINT(save_retries,
              "Saves put off: the storage had no room, or another game may have the entity"),
    COUNTER(loads, "Entities loaded"),
    COUNTER(loads_failed, "Entities that could not be loaded"),
    COMPLAINT(fibers_refused, "Calls dropped because too many fibers ran"),
    COUNTER(asks, "Calls that wanted an answer"),
    COUNTER(asks_timed_out, "Of these, those to which none came in time"),
    COUNTER(services_superseded,
            "Entities of services that ended since another game has the shard"),
    COUNTER(service_calls_waited, "Calls to services that waited for the shard"),
    COMPLAINT(service_calls_dropped, "Calls to services that waited too long, or found no room"),
    GAUGE(entities, "Entities that live here, without spaces"),
    GAUGE(spaces, "Spaces that live here, without the nil space"),
    GAUGE(neighbours, "Pairs of an entity and another that it sees"),
    GAUGE(clients, "Entities that have a client"),
    GAUGE(fibers, "Fibers that run or wait"),
    GAUGE(asks_waiting, "Calls that wait for their answers"),
    GAUGE(services, "Shards of services that this game has"),
    METRIC_END,
};
