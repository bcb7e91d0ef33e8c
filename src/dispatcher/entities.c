/* entities: see entities.h. */
#include "dispatcher/entities.h"

#include "base/assert.h"
#include "base/buf.h"
#include "dispatcher/core.h"
#include "dispatcher/gates.h"
#include "wire/messages.h"

#include <stdlib.h>

/* An entity that is on its way, and what waits for it. */
struct hold {
    struct place place;
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

/* What waits for an entity that is not there. A client that was handed to it would wait for ever:
 * it is closed. */
static void refuse(struct dispatcher *d, gw_id entity, const uint8_t *payload, size_t size)
{
    struct view view = {payload, (uint32_t)size};
    dispatcher_complain(d, undelivered, "no_such_entity", "entity=" GW_ID_FORMAT " type=%u",
                        GW_ID_ARG(entity), msg_type_of(view));
    struct msg_notify_client_given given;
    if (msg_notify_client_given_read(view, &given))
        gates_close_client(d, given.gate, given.client,
                           "the entity it was handed to does not exist");
}

static void hold_free(struct dispatcher *d, struct hold *hold)
{
    for (size_t i = 0; i < hold->count; i++)
        packet_unref(hold->packets[i]);
    heap_remove(&d->entities.holds, &hold->deadline);
    d->entities.held_bytes -= hold->bytes;
    d->stats.held_bytes = d->entities.held_bytes;
    d->stats.held_packets -= hold->count;
    d->stats.loading_entities--;
    free(hold->packets);
    free(hold);
}

static void hold_deliver(struct dispatcher *d, struct hold *hold, struct peer *game)
{
    for (size_t i = 0; i < hold->count; i++)
        peer_send_packet(game, hold->packets[i]);
    hold_free(d, hold);
}

static void hold_refuse(struct dispatcher *d, struct hold *hold)
{
    for (size_t i = 0; i < hold->count; i++)
        refuse(d, hold->entity, hold->packets[i]->bytes + PACKET_HEADER_BYTES,
               hold->packets[i]->size - PACKET_HEADER_BYTES);
    hold_free(d, hold);
}

static bool hold_has_room(const struct dispatcher *d, const struct hold *hold, size_t size)
{
    return hold->bytes + size <= d->desc.limits.hold_bytes &&
           d->entities.held_bytes + size <= d->desc.limits.hold_bytes_all;
}

static void hold_put(struct dispatcher *d, struct hold *hold, const uint8_t *payload, size_t size)
{
    if (!hold_has_room(d, hold, size)) {
        refuse(d, hold->entity, payload, size);
        return;
    }
    if (hold->count == hold->capacity) {
        hold->capacity = hold->capacity ? hold->capacity * 2 : 8;
        hold->packets = mem_realloc(hold->packets, hold->capacity * sizeof(struct packet *));
    }
    hold->packets[hold->count++] = packet_new(payload, size);
    hold->bytes += size;
    d->entities.held_bytes += size;
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

void entities_settle(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *old = entities_find(d, entity);
    if (!old && !table_has_room(d, entity))
        return;
    if (old && old->game != game)
        dispatcher_complain(d, entity_conflicts, "entity_moved_unasked",
                            "entity=" GW_ID_FORMAT " from=game%u to=game%u", GW_ID_ARG(entity),
                            old->game->id, game->id);
    struct hold *hold = old ? old->hold : NULL;
    put_place(d, entity, &game->place);
    if (hold)
        hold_deliver(d, hold, game);
}

void entities_load(struct dispatcher *d, gw_id entity, struct peer *game)
{
    const struct place *old = entities_find(d, entity);
    ASSERT(!old || (!old->hold && old->game == game));
    if (!old && !table_has_room(d, entity))
        return;
    struct hold *hold = mem_zalloc(sizeof *hold);
    hold->place = (struct place){.game = game, .hold = hold};
    hold->entity = entity;
    heap_push(&d->entities.holds, &hold->deadline, d->desc.clock->now_ms + d->desc.limits.hold_ms);
    put_place(d, entity, &hold->place);
    d->stats.loading_entities++;
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
    buf_free(&ids);
}

void entities_send(struct dispatcher *d, gw_id entity, const uint8_t *payload, size_t size)
{
    const struct place *place = entities_find(d, entity);
    if (!place)
        refuse(d, entity, payload, size);
    else if (place->hold)
        hold_put(d, place->hold, payload, size);
    else
        peer_send(place->game, payload, size);
}

int64_t entities_turn(struct dispatcher *d)
{
    struct heap_node *first;
    while ((first = heap_first(&d->entities.holds)) && first->due_ms <= d->desc.clock->now_ms) {
        struct hold *hold = hold_of(first);
        dispatcher_complain(d, hold_timeouts, "entity_load_timed_out",
                            "entity=" GW_ID_FORMAT " game=%u", GW_ID_ARG(hold->entity),
                            hold->place.game->id);
        forget(d, hold->entity, &hold->place);
    }
    return first ? first->due_ms : CLOCK_NEVER;
}

void entities_fini(struct dispatcher *d)
{
    for (struct heap_node *first; (first = heap_first(&d->entities.holds));)
        hold_free(d, hold_of(first));
    heap_free(&d->entities.holds);
    idmap_free(&d->entities.map);
}
