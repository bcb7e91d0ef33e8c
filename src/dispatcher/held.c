/* held: see held.h. */
#include "dispatcher/held.h"

#include "dispatcher/core.h"
#include "dispatcher/gates.h"
#include "dispatcher/migrations.h"
#include "wire/messages.h"

#include <stdlib.h>

/* ---- what cannot be delivered ---------------------------------------------------------------- */

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

void held_undelivered(struct dispatcher *d, gw_id entity, struct view packet)
{
    if (migrations_answer(d, packet, 0))
        return;
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

/* ---- one hold -------------------------------------------------------------------------------- */

struct hold *hold_create(struct dispatcher *d, gw_id entity)
{
    struct hold *hold = mem_zalloc(sizeof *hold);
    hold->place.hold = hold;
    hold->entity = entity;
    hold->deadline.index = HEAP_OUTSIDE;
    d->stats.loading_entities++;
    return hold;
}

static void set_kind(struct dispatcher *d, struct hold *hold, enum hold_kind kind)
{
    d->entities.held.awaited -= hold->kind == HOLD_AWAITED;
    d->entities.held.awaited += kind == HOLD_AWAITED;
    hold->kind = kind;
}

void hold_set(struct dispatcher *d, struct hold *hold, enum hold_kind kind, struct peer *game,
              int64_t for_ms)
{
    struct heap *deadlines = &d->entities.held.deadlines;
    set_kind(d, hold, kind);
    hold->place.game = game;
    heap_remove(deadlines, &hold->deadline);
    heap_push(deadlines, &hold->deadline, d->desc.clock->now_ms + for_ms);
}

void hold_destroy(struct dispatcher *d, struct hold *hold)
{
    for (size_t i = 0; i < hold->count; i++)
        packet_unref(hold->packets[i]);
    set_kind(d, hold, HOLD_LOADS);
    heap_remove(&d->entities.held.deadlines, &hold->deadline);
    d->entities.held.bytes -= hold->bytes;
    d->stats.held_bytes = d->entities.held.bytes;
    d->stats.held_packets -= hold->count;
    d->stats.loading_entities--;
    free(hold->packets);
    free(hold);
}

static struct view payload_of(const struct packet *packet)
{
    return (struct view){packet->bytes + PACKET_HEADER_BYTES, packet->size - PACKET_HEADER_BYTES};
}

static void deliver(struct dispatcher *d, gw_id entity, struct packet *packet, struct peer *game)
{
    if (migrations_answer(d, payload_of(packet), game->id))
        return;
    if (peer_knows(game, payload_of(packet)))
        peer_send_packet(game, packet);
    else
        held_undelivered(d, entity, payload_of(packet));
}

void hold_deliver(struct dispatcher *d, struct hold *hold, struct peer *game)
{
    for (size_t i = 0; i < hold->count; i++)
        deliver(d, hold->entity, hold->packets[i], game);
    hold_destroy(d, hold);
}

void hold_refuse(struct dispatcher *d, struct hold *hold)
{
    for (size_t i = 0; i < hold->count; i++)
        held_undelivered(d, hold->entity, payload_of(hold->packets[i]));
    hold_destroy(d, hold);
}

static bool hold_has_room(const struct dispatcher *d, const struct hold *hold, size_t size)
{
    return hold->bytes + size <= d->desc.limits.hold_bytes &&
           d->entities.held.bytes + size <= d->desc.limits.hold_bytes_all;
}

static void append(struct dispatcher *d, struct hold *hold, struct view packet)
{
    if (hold->count == hold->capacity) {
        hold->capacity = hold->capacity ? hold->capacity * 2 : 8;
        hold->packets = mem_realloc(hold->packets, hold->capacity * sizeof(struct packet *));
    }
    hold->packets[hold->count++] = packet_new(packet.data, packet.size);
    hold->bytes += packet.size;
    d->entities.held.bytes += packet.size;
    d->stats.held_bytes = d->entities.held.bytes;
    d->stats.held_packets++;
}

void hold_put(struct dispatcher *d, struct hold *hold, struct view packet)
{
    if (hold_has_room(d, hold, packet.size))
        append(d, hold, packet);
    else
        held_undelivered(d, hold->entity, packet);
}

bool hold_put_first(struct dispatcher *d, struct hold *hold, struct view packet)
{
    if (!hold_has_room(d, hold, packet.size))
        return false;
    append(d, hold, packet);
    struct packet *first = hold->packets[hold->count - 1];
    memmove(hold->packets + 1, hold->packets, (hold->count - 1) * sizeof(struct packet *));
    hold->packets[0] = first;
    return true;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool is_claimed(const struct hold *hold, const struct peer *game)
{
    return hold->kind == HOLD_CLAIMED && hold->place.game == game;
}

static bool moves_to(const struct hold *hold, const struct peer *game)
{
    return hold->kind == HOLD_AWAITED && hold->to == game->id;
}

/* What is done with one changes the heap, so that all are collected first. */
static void each(struct dispatcher *d, struct peer *game,
                 bool (*is_sought)(const struct hold *hold, const struct peer *game),
                 held_treat treat)
{
    const struct heap *deadlines = &d->entities.held.deadlines;
    struct buf found = {0};
    for (size_t i = 0; i < deadlines->count; i++) {
        struct hold *hold = (struct hold *)deadlines->nodes[i];
        if (is_sought(hold, game))
            buf_append(&found, &hold, sizeof hold);
    }
    for (size_t at = 0; at < found.size; at += sizeof(struct hold *)) {
        struct hold *hold;
        memcpy(&hold, found.data + at, sizeof hold);
        treat(d, hold, game);
    }
    buf_free(&found);
}

void held_each_claimed(struct dispatcher *d, struct peer *game, held_treat treat)
{
    each(d, game, is_claimed, treat);
}

void held_each_moving(struct dispatcher *d, struct peer *game, held_treat treat)
{
    each(d, game, moves_to, treat);
}

struct hold *held_first(const struct dispatcher *d)
{
    return (struct hold *)heap_first(&d->entities.held.deadlines);
}
