/* entities: see entities.h. */
#include "dispatcher/entities.h"

#include "base/assert.h"
#include "base/buf.h"
#include "dispatcher/core.h"
#include "dispatcher/gates.h"
#include "wire/messages.h"

/* Entities that nobody knows and that a client was given to: more are refused. */
#define AWAITED_MAX 10000u

void entities_init(struct entities *entities, uint64_t seed)
{
    *entities = (struct entities){.map = {.seed = seed}};
}

const struct place *entities_find(const struct dispatcher *d, gw_id entity)
{
    return idmap_get(&d->entities.map, entity);
}

uint64_t entities_prefetch(const struct dispatcher *d, gw_id entity)
{
    return idmap_prefetch(&d->entities.map, entity);
}

struct peer *entities_game(const struct dispatcher *d, gw_id entity, uint64_t hash)
{
    const struct place *place = idmap_get_hashed(&d->entities.map, entity, hash);
    return place && !place->hold ? place->game : NULL;
}

static bool table_has_room(struct dispatcher *d, gw_id entity)
{
    if (d->entities.map.count < d->desc.limits.entities)
        return true;
    dispatcher_complain(d, refused, "too_many_entities", "entity=" GW_ID_FORMAT, GW_ID_ARG(entity));
    return false;
}

static void put_place(struct dispatcher *d, gw_id entity, struct place *place)
{
    idmap_put(&d->entities.map, entity, place);
    d->stats.entities = d->entities.map.count;
}

static void remove_place(struct dispatcher *d, gw_id entity)
{
    idmap_remove(&d->entities.map, entity);
    d->stats.entities = d->entities.map.count;
}

/* The one of that place, or a new one. */
static struct hold *hold_at(struct dispatcher *d, gw_id entity, const struct place *place)
{
    if (place && place->hold)
        return place->hold;
    struct hold *hold = hold_create(d, entity);
    put_place(d, entity, &hold->place);
    return hold;
}

bool entities_settle(struct dispatcher *d, gw_id entity, struct peer *game, struct view told)
{
    const struct place *old = entities_find(d, entity);
    if (old && old->game && old->game != game)
        dispatcher_complain(d, entity_conflicts, "entity_moved_unasked",
                            "entity=" GW_ID_FORMAT " from=game%u to=game%u", GW_ID_ARG(entity),
                            old->game->id, game->id);
    return entities_move(d, entity, game, told);
}

bool entities_move(struct dispatcher *d, gw_id entity, struct peer *game, struct view told)
{
    const struct place *old = entities_find(d, entity);
    if (!old && !table_has_room(d, entity))
        return false;
    struct hold *hold = old ? old->hold : NULL;
    put_place(d, entity, &game->place);
    if (told.size)
        peer_send(game, told.data, told.size);
    if (hold)
        hold_deliver(d, hold, game);
    return true;
}

static void claim_held(struct dispatcher *d, struct hold *hold, struct peer *game)
{
    hold_set(d, hold, HOLD_CLAIMED, game, d->desc.limits.await_ms);
}

void entities_claim(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *old = entities_find(d, entity);
    if (!old || !old->hold || game->session.said_hello) {
        entities_settle(d, entity, game, (struct view){0});
    } else {
        claim_held(d, old->hold, game);
    }
}

void entities_game_came(struct dispatcher *d, struct peer *game)
{
    held_each_moving(d, game, claim_held);
}

/* It lives on that game: what waited goes there. */
static void settle_held(struct dispatcher *d, struct hold *hold, struct peer *game)
{
    put_place(d, hold->entity, &game->place);
    hold_deliver(d, hold, game);
}

void entities_game_said_hello(struct dispatcher *d, struct peer *game)
{
    held_each_claimed(d, game, settle_held);
}

bool entities_load(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *old = entities_find(d, entity);
    ASSERT(!old || !old->game || (!old->hold && old->game == game));
    if (!old && !table_has_room(d, entity))
        return false;
    hold_set(d, hold_at(d, entity, old), HOLD_LOADS, game, d->desc.limits.hold_ms);
    return true;
}

bool entities_hold(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *place = entities_find(d, entity);
    if (!place || place->game != game || (place->hold && place->hold->kind != HOLD_MIGRATES))
        return false;
    hold_set(d, hold_at(d, entity, place), HOLD_MIGRATES, game, d->desc.limits.hold_ms);
    return true;
}

void entities_release(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *place = entities_find(d, entity);
    if (place && place->game == game && entities_migrates(place))
        settle_held(d, place->hold, game);
}

bool entities_loads(const struct place *place)
{
    return place->hold && place->hold->kind == HOLD_LOADS;
}

bool entities_awaited(const struct place *place)
{
    return place->hold && (place->hold->kind == HOLD_AWAITED || place->hold->kind == HOLD_CLAIMED);
}

bool entities_migrates(const struct place *place)
{
    return place->hold && place->hold->kind == HOLD_MIGRATES;
}

static void forget(struct dispatcher *d, gw_id entity, const struct place *place)
{
    struct hold *hold = place->hold;
    remove_place(d, entity);
    if (hold)
        hold_refuse(d, hold);
}

bool entities_remove(struct dispatcher *d, gw_id entity, const struct peer *game)
{
    const struct place *place = entities_find(d, entity);
    if (!place || place->game != game)
        return false;
    forget(d, entity, place);
    return true;
}

/* The map cannot be changed while it is walked, so that the ids are collected first. */
void entities_remove_all(struct dispatcher *d, const struct peer *game)
{
    struct buf ids = {0};
    size_t position = 0;
    for (struct idmap_slot *slot; (slot = idmap_next(&d->entities.map, &position));)
        if (((const struct place *)slot->value)->game == game)
            buf_append(&ids, &slot->id, sizeof slot->id);
    for (size_t at = 0; at < ids.size; at += sizeof(gw_id)) {
        gw_id entity;
        memcpy(&entity, ids.data + at, sizeof entity);
        entities_remove(d, entity, game);
    }
    gates_tell_gone(d, &ids);
    buf_free(&ids);
}

/* A client may be given to an entity before the dispatcher hears of it: what makes it known comes
 * through another process. A dispatcher that has just started has heard of none. */
static bool may_appear(const struct dispatcher *d, struct view packet)
{
    return msg_type_of(packet) == MSG_NOTIFY_CLIENT_GIVEN || early_is_young(d);
}

/* The hold of one that nobody knows; NULL when there is no room. */
static struct hold *await(struct dispatcher *d, gw_id entity)
{
    if (d->entities.held.awaited >= AWAITED_MAX || !table_has_room(d, entity))
        return NULL;
    struct hold *hold = hold_at(d, entity, NULL);
    hold_set(d, hold, HOLD_AWAITED, NULL, d->desc.limits.await_ms);
    return hold;
}

bool entities_move_later(struct dispatcher *d, gw_id entity, const struct peer *from, uint16_t to,
                         struct view told)
{
    const struct place *old = entities_find(d, entity);
    struct hold *hold = old ? old->hold : await(d, entity);
    if (!hold)
        return false;
    hold->from = from->id;
    hold->to = to;
    return hold_put_first(d, hold, told);
}

/* A client that calls the dead is told so; if that was its owner, its gate closes it. */
static void refuse_from(struct dispatcher *d, const struct peer *from, gw_id entity,
                        struct view packet)
{
    held_undelivered(d, entity, packet);
    if (msg_type_of(packet) == MSG_CALL_ENTITY_METHOD_FROM_CLIENT && from->session.said_hello)
        gates_tell_one_gone(d, from->id, entity);
}

/* It waits for its entity, or cannot be delivered. */
NEVER_INLINE void send_later(struct dispatcher *d, const struct peer *from, gw_id entity,
                             const struct place *place, struct view packet)
{
    struct hold *hold = place ? place->hold : may_appear(d, packet) ? await(d, entity) : NULL;
    if (hold)
        hold_put(d, hold, packet);
    else
        refuse_from(d, from, entity, packet);
}

struct peer *entities_send(struct dispatcher *d, const struct peer *from, gw_id entity,
                           struct view packet)
{
    const struct place *place = entities_find(d, entity);
    if (!place || place->hold || !peer_knows(place->game, packet)) {
        send_later(d, from, entity, place, packet);
        return NULL;
    }
    peer_send(place->game, packet.data, packet.size);
    return place->game;
}

/* The game that it lives on, as far as is known; NULL: it does not live. */
static struct peer *game_in_the_end(const struct dispatcher *d, const struct hold *hold)
{
    switch (hold->kind) {
    case HOLD_LOADS:
        return NULL;
    case HOLD_AWAITED:
        return peers_get(&d->games, hold->from);
    case HOLD_CLAIMED: /* one that says no HELLO gets what it knows */
    case HOLD_MIGRATES:
        break;
    }
    return hold->place.game;
}

static void hold_timed_out(struct dispatcher *d, struct hold *hold)
{
    static const char *const events[] = {
        [HOLD_LOADS] = "entity_load_timed_out",
        [HOLD_AWAITED] = "entity_awaited_in_vain",
        [HOLD_MIGRATES] = "migration_timed_out",
    };
    enum hold_kind kind = hold->kind;
    if (kind != HOLD_CLAIMED)
        dispatcher_complain(d, hold_timeouts, events[kind], "entity=" GW_ID_FORMAT " game=%u",
                            GW_ID_ARG(hold->entity), hold->place.game ? hold->place.game->id : 0);
    struct peer *game = game_in_the_end(d, hold);
    if (game)
        settle_held(d, hold, game);
    else
        forget(d, hold->entity, &hold->place);
}

int64_t entities_turn(struct dispatcher *d)
{
    struct hold *first;
    while ((first = held_first(d)) && first->deadline.due_ms <= d->desc.clock->now_ms)
        hold_timed_out(d, first);
    return first ? first->deadline.due_ms : CLOCK_NEVER;
}

void entities_fini(struct dispatcher *d)
{
    for (struct hold *first; (first = held_first(d));)
        hold_destroy(d, first);
    heap_free(&d->entities.held.deadlines);
    idmap_free(&d->entities.map);
}
