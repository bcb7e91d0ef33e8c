/* Migrations: what a dispatcher does about entities that go from one game to another. */
#include "dispatcher/migrations.h"

#include "dispatcher/core.h"
#include "dispatcher/peers.h"

static void answer(struct dispatcher *d, struct peer *to,
                   const struct msg_query_space_gameid_for_migrate_ack *m)
{
    struct buf *b = dispatcher_scratch(d);
    msg_query_space_gameid_for_migrate_ack_write(b, m);
    peer_send(to, b->data, b->size);
}

bool migrations_answer(struct dispatcher *d, struct view packet, uint16_t game)
{
    struct msg_query_space_gameid_for_migrate_ack m;
    if (!msg_query_space_gameid_for_migrate_ack_read(packet, &m))
        return false;
    struct peer *asked_by = peers_get(&d->games, m.game);
    m.game = game;
    if (asked_by)
        answer(d, asked_by, &m);
    return true;
}

/* The question waits, as what is sent to the space would, or is answered at once. It is kept in the
 * form of its answer, with the game that asks in place of the space's. */
static void send_to_space(struct dispatcher *d, const struct peer *from,
                          struct msg_query_space_gameid_for_migrate_ack m)
{
    struct buf b = {0};
    m.game = from->id;
    msg_query_space_gameid_for_migrate_ack_write(&b, &m);
    entities_send(d, from, m.space, view_of(&b));
    buf_free(&b);
}

bool migrations_query(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_query_space_gameid_for_migrate m;
    if (!msg_query_space_gameid_for_migrate_read(packet, &m))
        return false;
    struct msg_query_space_gameid_for_migrate_ack ack = {.space = m.space, .entity = m.entity};
    const struct place *place = entities_find(d, m.space);
    if (!place || entities_awaited(place)) {
        send_to_space(d, from, ack);
    } else {
        ack.game = place->hold ? 0 : place->game->id; /* it is on its way: not there yet */
        answer(d, from, &ack);
    }
    return true;
}

static void refuse(struct dispatcher *d, struct peer *from, gw_id entity)
{
    struct buf *b = dispatcher_scratch(d);
    msg_cancel_migrate_write(b, &(struct msg_cancel_migrate){.entity = entity});
    peer_send(from, b->data, b->size);
}

/* The answer is the last that the game gets about the entity. One of GoWorld's knows no other
 * answer, and finds out by what comes back. */
bool migrations_request(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_migrate_request m;
    if (!msg_migrate_request_read(packet, &m))
        return false;
    bool may_go = peers_get(&d->games, m.space_game) && entities_hold(d, m.entity, from);
    if (may_go || !from->session.said_hello)
        peer_send(from, packet.data, packet.size);
    else
        refuse(d, from, m.entity);
    return true;
}

void migrations_reject(struct dispatcher *d, struct peer *from, gw_id entity)
{
    dispatcher_complain(d, entity_conflicts, "entity_lives_elsewhere",
                        "entity=" GW_ID_FORMAT " on=game%u rejected=game%u", GW_ID_ARG(entity),
                        entities_find(d, entity)->game->id, from->id);
    struct buf *b = dispatcher_scratch(d);
    msg_reject_entity_write(b, &(struct msg_reject_entity){.entity = entity});
    if (from->session.said_hello)
        peer_send(from, b->data, b->size);
}

/* A dispatcher that has just started, and holds nothing for the entity's old game, has not heard of
 * all games. */
static bool may_be_there_soon(const struct dispatcher *d, const struct place *place)
{
    return early_is_young(d) && !(place && place->game);
}

/* Where there is no such game any more the entity goes back. This dispatcher may have been started
 * since the request: then it believes whoever says that he has the entity. */
bool migrations_move(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_real_migrate m;
    if (!msg_real_migrate_read(packet, &m))
        return false;
    const struct place *place = entities_find(d, m.entity);
    if (place && place->game && place->game != from) {
        migrations_reject(d, from, m.entity);
        return true;
    }
    struct peer *to = peers_get(&d->games, m.game);
    if (!to && may_be_there_soon(d, place) &&
        entities_move_later(d, m.entity, from, m.game, packet))
        return true;
    if (!entities_move(d, m.entity, to ? to : from, packet))
        peer_send(from, packet.data, packet.size); /* the table is full */
    return true;
}

bool migrations_cancel(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_cancel_migrate m;
    if (!msg_cancel_migrate_read(packet, &m))
        return false;
    entities_release(d, m.entity, from);
    return true;
}

/* Its old game may have been asked to take it in once more, by what the new one had sent before it
 * knew that the entity was on its way back: it lives where it has arrived last. */
static void settle(struct dispatcher *d, struct peer *game, const struct msg_migrated *m)
{
    const struct place *place = entities_find(d, m->entity);
    bool is_taken_back = place && place->game && !place->hold && place->game->id == m->game;
    if (!place || is_taken_back)
        (void)!entities_move(d, m->entity, game, (struct view){0});
}

/* The game that it has left keeps it until then; one that is gone keeps nothing. */
bool migrations_end(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_migrated m;
    if (!msg_migrated_read(packet, &m))
        return false;
    settle(d, from, &m);
    struct peer *old = peers_get(&d->games, m.game);
    if (old && peer_knows(old, packet))
        peer_send(old, packet.data, packet.size);
    return true;
}
