/* entities: see entities.h. */
#include "dispatcher/entities.h"

#include "base/assert.h"
#include "base/buf.h"
#include "dispatcher/core.h"
#include "dispatcher/gates.h"
#include "wire/messages.h"

#include <stdlib.h>

/* Entities that nobody knows and that a client was given to: more are refused. */
#define AWAITED_MAX 10000u

/* Why packets for an entity wait. */
enum hold_kind {
    HOLD_LOADS,    /* its game loads it */
    HOLD_AWAITED,  /* nobody knows it: place.game is NULL */
    HOLD_CLAIMED,  /* it lives on its game, which has not said HELLO yet */
    HOLD_MIGRATES, /* it lives on its game, and is about to leave that */
};

/* An entity that is on its way, and what waits for it. */
struct hold {
    struct place place;
    enum hold_kind kind;
    struct heap_node deadline;
    gw_id entity;
    struct packet **packets;
    size_t count, capacity, bytes;
};

static struct hold *hold_of(struct heap_node *node)
{
    return (struct hold *)((char *)node - offsetof(struct hold, deadline));
}

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

/* Whoever asked the entity waits: its game is told. */
static void answer_ask(struct dispatcher *d, const struct msg_ask *ask)
{
    struct peer *game = peers_get(&d->games, ask->game);
    if (!game || !game->session.said_hello)
        return;
    struct buf *b = dispatcher_scratch(d);
    msg_answer_write(b, &(struct msg_answer){.game = ask->game,
                                             .request = ask->request,
                                             .error = (uint16_t)-GW_ENOTFOUND});
    peer_send(game, b->data, b->size);
}

/* A packet that cannot be delivered. A client that was handed to the entity would wait for ever: it
 * is closed. */
static void refuse(struct dispatcher *d, gw_id entity, struct view packet)
{
    dispatcher_complain(d, undelivered, "undelivered", "entity=" GW_ID_FORMAT " type=%u",
                        GW_ID_ARG(entity), msg_type_of(packet));
    struct msg_notify_client_given given;
    struct msg_check_owner check;
    struct msg_ask ask;
    if (msg_ask_read(packet, &ask))
        answer_ask(d, &ask);
    if (msg_notify_client_given_read(packet, &given))
        gates_close_client(d, given.gate, given.client, "the entity it was handed to is not there");
    if (msg_check_owner_read(packet, &check))
        gates_close_client(d, check.gate, check.client, "its player is gone");
}

/* Games that know only GoWorld's messages get only those. */
static bool game_knows(const struct peer *game, struct view packet)
{
    return game->session.said_hello || msg_type_of(packet) < MSG_OWN_FIRST;
}

static void set_kind(struct dispatcher *d, struct hold *hold, enum hold_kind kind)
{
    d->entities.awaited -= hold->kind == HOLD_AWAITED;
    d->entities.awaited += kind == HOLD_AWAITED;
    hold->kind = kind;
}

static void hold_free(struct dispatcher *d, struct hold *hold)
{
    for (size_t i = 0; i < hold->count; i++)
        packet_unref(hold->packets[i]);
    set_kind(d, hold, HOLD_LOADS);
    heap_remove(&d->entities.holds, &hold->deadline);
    d->entities.held_bytes -= hold->bytes;
    d->stats.held_bytes = d->entities.held_bytes;
    d->stats.held_packets -= hold->count;
    d->stats.loading_entities--;
    free(hold->packets);
    free(hold);
}

static struct view payload_of(const struct packet *packet)
{
    return (struct view){packet->bytes + PACKET_HEADER_BYTES, packet->size - PACKET_HEADER_BYTES};
}

static void hold_deliver(struct dispatcher *d, struct hold *hold, struct peer *game)
{
    for (size_t i = 0; i < hold->count; i++) {
        if (game_knows(game, payload_of(hold->packets[i])))
            peer_send_packet(game, hold->packets[i]);
        else
            refuse(d, hold->entity, payload_of(hold->packets[i]));
    }
    hold_free(d, hold);
}

static void hold_refuse(struct dispatcher *d, struct hold *hold)
{
    for (size_t i = 0; i < hold->count; i++)
        refuse(d, hold->entity, payload_of(hold->packets[i]));
    hold_free(d, hold);
}

static bool hold_has_room(const struct dispatcher *d, const struct hold *hold, size_t size)
{
    return hold->bytes + size <= d->desc.limits.hold_bytes &&
           d->entities.held_bytes + size <= d->desc.limits.hold_bytes_all;
}

static void hold_put(struct dispatcher *d, struct hold *hold, struct view packet)
{
    if (!hold_has_room(d, hold, packet.size)) {
        refuse(d, hold->entity, packet);
        return;
    }
    if (hold->count == hold->capacity) {
        hold->capacity = hold->capacity ? hold->capacity * 2 : 8;
        hold->packets = mem_realloc(hold->packets, hold->capacity * sizeof(struct packet *));
    }
    hold->packets[hold->count++] = packet_new(packet.data, packet.size);
    hold->bytes += packet.size;
    d->entities.held_bytes += packet.size;
    d->stats.held_bytes = d->entities.held_bytes;
    d->stats.held_packets++;
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

static void set_deadline(struct dispatcher *d, struct hold *hold, int64_t after_ms)
{
    heap_remove(&d->entities.holds, &hold->deadline);
    heap_push(&d->entities.holds, &hold->deadline, d->desc.clock->now_ms + after_ms);
}

static struct hold *hold_new(struct dispatcher *d, gw_id entity, struct peer *game)
{
    struct hold *hold = mem_zalloc(sizeof *hold);
    hold->place = (struct place){.game = game, .hold = hold};
    hold->entity = entity;
    hold->deadline.index = HEAP_OUTSIDE;
    put_place(d, entity, &hold->place);
    d->stats.loading_entities++;
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

void entities_claim(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *old = entities_find(d, entity);
    if (!old || !old->hold || game->session.said_hello) {
        entities_settle(d, entity, game, (struct view){0});
    } else {
        set_kind(d, old->hold, HOLD_CLAIMED);
        old->hold->place.game = game;
        set_deadline(d, old->hold, d->desc.limits.await_ms);
    }
}

/* It lives on its game: what waited goes there. */
static void settle_here(struct dispatcher *d, struct hold *hold)
{
    struct peer *game = hold->place.game;
    put_place(d, hold->entity, &game->place);
    hold_deliver(d, hold, game);
}

/* The heap changes when one is settled: then it is looked through again. There are few holds. */
static struct hold *find_claimed(const struct dispatcher *d, const struct peer *game)
{
    for (size_t i = 0; i < d->entities.holds.count; i++) {
        struct hold *hold = hold_of(d->entities.holds.nodes[i]);
        if (hold->kind == HOLD_CLAIMED && hold->place.game == game)
            return hold;
    }
    return NULL;
}

void entities_game_said_hello(struct dispatcher *d, struct peer *game)
{
    for (struct hold *hold; (hold = find_claimed(d, game));)
        settle_here(d, hold);
}

bool entities_load(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *old = entities_find(d, entity);
    ASSERT(!old || !old->game || (!old->hold && old->game == game));
    if (!old && !table_has_room(d, entity))
        return false;
    struct hold *hold = old && old->hold ? old->hold : hold_new(d, entity, game);
    set_kind(d, hold, HOLD_LOADS);
    hold->place.game = game;
    set_deadline(d, hold, d->desc.limits.hold_ms);
    return true;
}

bool entities_hold(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *place = entities_find(d, entity);
    if (!place || place->game != game || (place->hold && place->hold->kind != HOLD_MIGRATES))
        return false;
    struct hold *hold = place->hold ? place->hold : hold_new(d, entity, game);
    set_kind(d, hold, HOLD_MIGRATES);
    set_deadline(d, hold, d->desc.limits.hold_ms);
    return true;
}

void entities_release(struct dispatcher *d, gw_id entity, const struct peer *game)
{
    const struct place *place = entities_find(d, entity);
    if (place && place->game == game && entities_migrates(place))
        settle_here(d, place->hold);
}

bool entities_loads(const struct place *place)
{
    return place->hold && place->hold->kind == HOLD_LOADS;
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

static bool await(struct dispatcher *d, gw_id entity, struct view packet)
{
    if (!may_appear(d, packet) || d->entities.awaited >= AWAITED_MAX || !table_has_room(d, entity))
        return false;
    struct hold *hold = hold_new(d, entity, NULL);
    set_kind(d, hold, HOLD_AWAITED);
    set_deadline(d, hold, d->desc.limits.await_ms);
    hold_put(d, hold, packet);
    return true;
}

/* A client that calls the dead is told so; if that was its owner, its gate closes it. */
static void refuse_from(struct dispatcher *d, const struct peer *from, gw_id entity,
                        struct view packet)
{
    refuse(d, entity, packet);
    if (msg_type_of(packet) == MSG_CALL_ENTITY_METHOD_FROM_CLIENT && from->session.said_hello)
        gates_tell_one_gone(d, from->id, entity);
}

/* It waits for its entity, or cannot be delivered. */
NEVER_INLINE void send_later(struct dispatcher *d, const struct peer *from, gw_id entity,
                             const struct place *place, struct view packet)
{
    if (place && place->hold)
        hold_put(d, place->hold, packet);
    else if (place || !await(d, entity, packet))
        refuse_from(d, from, entity, packet);
}

struct peer *entities_send(struct dispatcher *d, const struct peer *from, gw_id entity,
                           struct view packet)
{
    const struct place *place = entities_find(d, entity);
    if (!place || place->hold || !game_knows(place->game, packet)) {
        send_later(d, from, entity, place, packet);
        return NULL;
    }
    peer_send(place->game, packet.data, packet.size);
    return place->game;
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
    if (kind == HOLD_CLAIMED || kind == HOLD_MIGRATES)
        settle_here(d, hold); /* a game that says no HELLO gets what it knows */
    else
        forget(d, hold->entity, &hold->place);
}

int64_t entities_turn(struct dispatcher *d)
{
    struct heap_node *first;
    while ((first = heap_first(&d->entities.holds)) && first->due_ms <= d->desc.clock->now_ms)
        hold_timed_out(d, hold_of(first));
    return first ? first->due_ms : CLOCK_NEVER;
}

void entities_fini(struct dispatcher *d)
{
    for (struct heap_node *first; (first = heap_first(&d->entities.holds));)
        hold_free(d, hold_of(first));
    heap_free(&d->entities.holds);
    idmap_free(&d->entities.map);
}
