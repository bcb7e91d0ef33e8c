/* Entities on their way into spaces, here and on other games. The dispatcher of the space says
 * where that is; the one of the entity then holds what is sent to this, so that nothing is lost
 * between two games. Until it has left, everything can be taken back. */
#include "entity/trip.h"

#include "entity/call.h"
#include "entity/entity.h"
#include "entity/fiber.h"
#include "entity/local.h"
#include "entity/migrate.h"
#include "entity/moves.h"
#include "entity/position.h"
#include "entity/save.h"
#include "entity/space.h"

#include <stdlib.h>

#define LEAVE_MS 30000    /* then what keeps it here will not end: a save, as a rule */
#define LEAVE_CHECK_MS 10 /* between two looks at what keeps one here */

static struct trip *trip_of(const struct world *w, gw_id entity)
{
    return idmap_get(&w->trips.by_entity, entity);
}

static void set_step(struct world *w, struct trip *trip, enum trip_step step)
{
    w->trips.leaving -= trip->step == TRIP_LEAVES;
    w->trips.leaving += step == TRIP_LEAVES;
    trip->step = step;
}

static void set_deadline(struct world *w, struct trip *trip, int64_t after_ms)
{
    int64_t due_ms = w->desc.clock->now_ms + after_ms;
    heap_remove(&w->trips.deadlines, &trip->deadline);
    heap_push(&w->trips.deadlines, &trip->deadline,
              due_ms < trip->ends_at_ms ? due_ms : trip->ends_at_ms);
}

static void forget(struct world *w, struct trip *trip)
{
    set_step(w, trip, TRIP_BEGINS);
    heap_remove(&w->trips.deadlines, &trip->deadline);
    idmap_remove(&w->trips.by_entity, trip->entity);
    free(trip);
}

/* ---- messages ------------------------------------------------------------------------------- */

static void ask_where(struct world *w, const struct trip *trip)
{
    struct msg_query_space_gameid_for_migrate m = {.space = trip->space, .entity = trip->entity};
    buf_clear(&w->out);
    msg_query_space_gameid_for_migrate_write(&w->out, &m);
    world_send(w, trip->space);
}

static void ask_to_hold(struct world *w, const struct trip *trip)
{
    struct msg_migrate_request m = {
        .entity = trip->entity, .space = trip->space, .space_game = trip->game};
    buf_clear(&w->out);
    msg_migrate_request_write(&w->out, &m);
    world_send(w, trip->entity);
}

/* What was called meanwhile comes by the dispatcher; calls that are made from now on do not come
 * before it. */
static void be_back(struct world *w, struct entity *e)
{
    e->is_away = false;
    if (!e->behind_fence)
        call_send_fence(w, e);
    e->behind_fence = true;
}

static void stay(struct world *w, struct entity *e)
{
    entity_notify(w, MSG_CANCEL_MIGRATE, e->base.id);
    be_back(w, e);
}

/* ---- how it ends ---------------------------------------------------------------------------- */

static void tell_failed(struct world *w, struct entity *e, gw_id space, gw_err why)
{
    if (!e->type->def->on_enter_space_failed)
        return;
    struct scope before = entity_hook_begin(w, e);
    e->type->def->on_enter_space_failed(&e->base, space, why);
    entity_hook_end(w, e, before);
}

static void fail(struct world *w, struct trip *trip, gw_err why)
{
    struct entity *e = entity_find(w, trip->entity);
    gw_id space = trip->space;
    if (trip->step >= TRIP_HOLDS)
        stay(w, e);
    forget(w, trip);
    trip_failed(w, e, space, why);
}

void trip_failed(struct world *w, struct entity *e, gw_id space, gw_err why)
{
    w->stats.enters_failed++;
    log_info(w->desc.log, "enter_space_failed",
             "entity=%s/" GW_ID_FORMAT " space=" GW_ID_FORMAT " why=\"%s\"", e->type->def->name,
             GW_ID_ARG(e->base.id), GW_ID_ARG(space), gw_strerror(why));
    tell_failed(w, e, space, why);
}

void trip_arrive(struct world *w, struct entity *e, struct space *space, gw_vec3 position)
{
    if (e->space != space) {
        space_leave(w, e);
        if (e->stage != ENTITY_ALIVE || e->space != w->nil || space->entity->stage != ENTITY_ALIVE)
            return; /* a hook has ended one of them */
        space_enter(w, space, e, position);
    } else {
        position_place(w, e, position, e->yaw);
    }
}

void trip_end(struct world *w, struct entity *e)
{
    struct trip *trip = w->trips.by_entity.count ? trip_of(w, e->base.id) : NULL;
    if (trip)
        forget(w, trip);
}

/* ---- beginning ------------------------------------------------------------------------------ */

static void enter_here(struct world *w, struct trip *trip, struct space *space)
{
    struct entity *e = entity_find(w, trip->entity);
    gw_vec3 position = trip->position;
    forget(w, trip);
    trip_arrive(w, e, space, position);
}

static void begin(struct world *w, struct trip *trip)
{
    struct space *space = space_find(w, trip->space);
    trip->is_changed = false;
    if (space) {
        enter_here(w, trip, space);
        return;
    }
    set_step(w, trip, TRIP_ASKS);
    ask_where(w, trip);
}

bool trips_wait(const struct world *w)
{
    return w->trips.begun < w->trips.beginning.size;
}

void trips_run(struct world *w, unsigned *budget)
{
    struct trips *trips = &w->trips;
    while (*budget && trips_wait(w)) {
        gw_id id;
        memcpy(&id, trips->beginning.data + trips->begun, sizeof id);
        trips->begun += sizeof id;
        --*budget;
        struct trip *trip = trip_of(w, id);
        if (trip && trip->step == TRIP_BEGINS)
            begin(w, trip);
    }
    if (trips_wait(w))
        return;
    buf_clear(&trips->beginning);
    trips->begun = 0;
}

static void begin_later(struct world *w, struct trip *trip)
{
    set_step(w, trip, TRIP_BEGINS);
    buf_append(&w->trips.beginning, &trip->entity, sizeof trip->entity);
}

/* ---- between two games ---------------------------------------------------------------------- */

static void go_to(struct world *w, struct trip *trip, uint16_t game)
{
    trip->game = game;
    entity_find(w, trip->entity)->is_away = true;
    set_step(w, trip, TRIP_HOLDS);
    ask_to_hold(w, trip);
}

void world_space_found(struct world *w, gw_id space, gw_id entity, uint16_t game)
{
    struct trip *trip = trip_of(w, entity);
    if (!trip || trip->step != TRIP_ASKS || !gw_id_equal(trip->space, space))
        return; /* it has changed its mind */
    struct scope before = world_enter(w, NULL);
    if (space_find(w, space))
        begin(w, trip);
    else if (game == 0 || game == w->desc.gameid)
        fail(w, trip, GW_ENOTFOUND);
    else
        go_to(w, trip, game);
    world_leave(w, before);
}

/* The dispatcher holds what is sent to the entity; nothing more is under way to here. */
void world_migrate_granted(struct world *w, gw_id entity)
{
    struct trip *trip = trip_of(w, entity);
    struct entity *e = entity_find(w, entity);
    if (!trip || trip->step != TRIP_HOLDS) {
        if (e && !e->is_away)
            entity_notify(w, MSG_CANCEL_MIGRATE, entity);
    } else if (trip->is_changed) {
        stay(w, e);
        begin_later(w, trip);
    } else {
        set_step(w, trip, TRIP_LEAVES);
        set_deadline(w, trip, LEAVE_MS);
        trip->leaves_at_ms = w->desc.clock->now_ms + GW_MIGRATE_FIBERS_MS;
    }
}

void world_migrate_refused(struct world *w, gw_id entity)
{
    struct trip *trip = trip_of(w, entity);
    if (trip && trip->step == TRIP_HOLDS)
        fail(w, trip, GW_EAWAY);
}

/* Calls that were made before the hold, fibers, and saves that could come behind those of the other
 * game. */
static bool is_kept(struct world *w, struct trip *trip, struct entity *e)
{
    if (e->tasks && w->desc.clock->now_ms >= trip->leaves_at_ms)
        fibers_cancel(w, e);
    return e->tasks || save_is_running(w, e) || local_waits(w) || world_is_cut_off(w, e->base.id);
}

static void leave_if_free(struct world *w, struct trip *trip)
{
    struct entity *e = entity_find(w, trip->entity);
    if (is_kept(w, trip, e))
        return;
    struct migration to = {.space = trip->space, .position = trip->position, .game = trip->game};
    forget(w, trip);
    migrate_out(w, e, &to);
}

/* The map cannot be changed while it is walked. */
static void list_step(const struct world *w, enum trip_step step, struct buf *ids)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->trips.by_entity, &position)))
        if (((const struct trip *)slot->value)->step == step)
            write_id(ids, slot->id);
}

static void leave_all(struct world *w)
{
    struct buf ids = {0};
    list_step(w, TRIP_LEAVES, &ids);
    struct reader r = reader_of(ids.data, ids.size);
    while (reader_left(&r)) {
        struct trip *trip = trip_of(w, read_id(&r));
        if (trip && trip->step == TRIP_LEAVES)
            leave_if_free(w, trip);
    }
    buf_free(&ids);
}

int64_t trips_turn(struct world *w)
{
    struct trips *trips = &w->trips;
    int64_t now_ms = w->desc.clock->now_ms;
    if (trips->leaving)
        leave_all(w);
    struct heap_node *first;
    while ((first = heap_first(&trips->deadlines)) && first->due_ms <= now_ms)
        fail(w, (struct trip *)first, GW_ETIMEDOUT);
    int64_t due_ms = first ? first->due_ms : CLOCK_NEVER;
    return trips->leaving && due_ms > now_ms + LEAVE_CHECK_MS ? now_ms + LEAVE_CHECK_MS : due_ms;
}

static bool is_concerned(const struct trip *trip, bool (*concerns)(void *user, gw_id entity),
                         void *user)
{
    switch (trip->step) {
    case TRIP_BEGINS:
        return false;
    case TRIP_ASKS:
        return concerns(user, trip->space);
    case TRIP_HOLDS:
    case TRIP_LEAVES:
        break;
    }
    return concerns(user, trip->entity);
}

/* That dispatcher holds nothing for this game, and its answers to what was asked before are lost.
 */
void world_restart_trips(struct world *w, bool (*concerns)(void *user, gw_id entity), void *user)
{
    struct scope before = world_enter(w, NULL);
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->trips.by_entity, &position))) {
        struct trip *trip = slot->value;
        if (!is_concerned(trip, concerns, user))
            continue;
        struct entity *e = entity_find(w, trip->entity);
        if (e->is_away)
            be_back(w, e);
        set_deadline(w, trip, GW_ENTER_SPACE_MS);
        begin_later(w, trip);
    }
    world_leave(w, before);
}

void trips_fini(struct world *w)
{
    struct idmap_slot *slot;
    for (size_t start = 0; (slot = idmap_next(&w->trips.by_entity, &start)); start = 0)
        forget(w, slot->value);
    idmap_free(&w->trips.by_entity);
    heap_free(&w->trips.deadlines);
    buf_free(&w->trips.beginning);
}

/* ---- what games call ------------------------------------------------------------------------ */

static struct trip *trip_new(struct world *w, const struct entity *e)
{
    struct trip *trip = mem_zalloc(sizeof *trip);
    trip->entity = e->base.id;
    trip->deadline.index = HEAP_OUTSIDE;
    idmap_put(&w->trips.by_entity, e->base.id, trip);
    return trip;
}

/* One that waits for its hold changes its way when that has come. */
static void wish(struct world *w, struct entity *e, gw_id space, gw_vec3 position)
{
    struct trip *trip = trip_of(w, e->base.id);
    bool is_new = !trip, is_elsewhere = is_new || !gw_id_equal(trip->space, space);
    if (is_new)
        trip = trip_new(w, e);
    trip->space = space;
    trip->position = position;
    if (!is_elsewhere && trip->step == TRIP_LEAVES)
        return; /* that does not take longer because of a new place */
    trip->ends_at_ms = w->desc.clock->now_ms + GW_ENTER_SPACE_MS;
    set_deadline(w, trip, GW_ENTER_SPACE_MS);
    if (!is_elsewhere)
        return;
    if (trip->step == TRIP_HOLDS) {
        trip->is_changed = true;
        return;
    }
    if (trip->step == TRIP_LEAVES)
        stay(w, e);
    begin_later(w, trip);
}

bool trip_is_departing(const struct world *w, const struct entity *e)
{
    return e->is_away && !trip_of(w, e->base.id);
}

gw_err gw_enter_space(gw_entity *entity, gw_id space, gw_vec3 position)
{
    struct world *w = world_running();
    struct entity *e = entity_of(entity);
    if (e->stage == ENTITY_ENDING || entity_is_dead(e) || w->stopping || trip_is_departing(w, e))
        return GW_ECANCELED;
    const char *why = e->type->is_space           ? "a space is in no other"
                      : e->type->shards           ? "a service stays where it is"
                      : gw_id_is_none(space)      ? "there is no id"
                      : !vec3_is_finite(position) ? "the position is not finite"
                                                  : NULL;
    if (why) {
        world_misuse(w, entity, "gw_enter_space", why);
        return GW_EINVAL;
    }
    wish(w, e, space, position);
    return GW_OK;
}
