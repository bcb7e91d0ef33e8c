/* games: see games.h. */
#include "dispatcher/games.h"

#include "base/assert.h"
#include "dispatcher/connections.h"
#include "dispatcher/core.h"
#include "dispatcher/ready.h"
#include "dispatcher/registry.h"
#include "wire/msgpack.h"

#include <math.h>

/* Added to a game's load for each entity that it is given, in percent: entities that are asked for
 * between two reports spread over the games. */
#define LOAD_OF_ONE_ENTITY 0.1

static void tell_games(struct dispatcher *d, const struct peer *except, struct buf *packet)
{
    peers_send(&d->games, except, packet->data, packet->size);
}

static void tell_connected(struct dispatcher *d, const struct peer *game)
{
    struct buf *b = dispatcher_scratch(d);
    msg_notify_game_connected_write(b, &(struct msg_notify_game_connected){.game = game->id});
    tell_games(d, game, b);
}

static void tell_disconnected(struct dispatcher *d, const struct peer *game)
{
    struct buf *b = dispatcher_scratch(d);
    msg_notify_game_disconnected_write(b, &(struct msg_notify_game_disconnected){.game = game->id});
    tell_games(d, game, b);
}

/* Places what the game says lives on it; appends to `rejected` what lives or is being loaded on
 * another game. */
static void claim(struct dispatcher *d, struct peer *game, struct view entities,
                  struct buf *rejected)
{
    struct reader r = reader_of(entities.data, entities.size);
    while (reader_left(&r) > 0) {
        gw_id entity = read_id(&r);
        const struct place *place = entities_find(d, entity);
        if (place && place->game && place->game != game)
            write_id(rejected, entity);
        else
            entities_claim(d, entity, game);
    }
}

static void answer(struct dispatcher *d, struct peer *game, const struct buf *rejected)
{
    struct buf games = {0}, registry = {0};
    for (size_t i = 0; i < d->games.count; i++)
        write_u16(&games, d->games.all[i]->id);
    kvreg_write(&d->kvreg, &registry);
    struct buf *b = dispatcher_scratch(d);
    msg_set_game_id_ack_write(b, &(struct msg_set_game_id_ack){
                                     .dispatcher = d->desc.dispid,
                                     .is_deployment_ready = d->stats.ready,
                                     .games = view_of(&games),
                                     .rejected = view_of(rejected),
                                     .registry = view_of(&registry),
                                 });
    peer_say(game, b->data, b->size);
    buf_free(&games);
    buf_free(&registry);
}

void games_freeze(struct dispatcher *d, struct peer *game)
{
    struct buf *b = dispatcher_scratch(d);
    msg_start_freeze_game_ack_write(
        b, &(struct msg_start_freeze_game_ack){.dispatcher = d->desc.dispid});
    peer_say(game, b->data, b->size);
    if (game->is_frozen)
        return;
    log_info(d->desc.log, "game_frozen", "game=%u", game->id);
    connections_freeze(d, game, d->desc.limits.freeze_ms);
}

void games_cancel_freeze(struct dispatcher *d, struct peer *game)
{
    if (!game->is_frozen && !game->session.was_held)
        return;
    log_info(d->desc.log, "freeze_cancelled", "game=%u waited_bytes=%zu", game->id,
             session_unsent_bytes(&game->session));
    connections_cancel_freeze(d, game);
}

/* It has all that it had, and answers: one of ours gets what has waited behind its HELLO, for it
 * may need that. */
static void restore(struct dispatcher *d, struct peer *old, struct peer *from,
                    const struct msg_set_game_id *m)
{
    struct buf rejected = {0};
    connections_restore(d, old, from);
    old->bans_boot = m->is_ban_boot_entity;
    claim(d, old, m->entities, &rejected);
    log_info(d->desc.log, "game_restored", "game=%u address=%s entities=%u waited_bytes=%zu",
             old->id, old->address, m->entities.size / 16, session_unsent_bytes(&old->session));
    answer(d, old, &rejected);
    buf_free(&rejected);
    if (!old->session.said_hello)
        connections_thaw(d, old);
}

void games_join(struct dispatcher *d, struct peer *game, const struct msg_set_game_id *m)
{
    struct peer *old = peers_get(&d->games, m->game);
    if (old && old->is_frozen && m->is_restore) {
        restore(d, old, game, m);
        return;
    }
    if (old)
        connections_replace(d, old, "another connection has taken its game id");
    game->kind = PEER_GAME;
    game->id = m->game;
    game->bans_boot = m->is_ban_boot_entity;
    peers_add(&d->games, game);
    d->stats.games = d->games.count;
    struct buf rejected = {0};
    claim(d, game, m->entities, &rejected);
    entities_game_came(d, game);
    log_info(d->desc.log, "game_connected", "game=%u address=%s entities=%u rejected=%zu", game->id,
             game->address, m->entities.size / 16, rejected.size / 16);
    answer(d, game, &rejected);
    buf_free(&rejected);
    tell_connected(d, game);
    ready_check(d);
}

void games_leave(struct dispatcher *d, struct peer *game)
{
    ASSERT(game->kind == PEER_GAME);
    peers_remove(&d->games, game);
    d->stats.games = d->games.count;
    game->kind = PEER_GONE;
    pressure_release(d, game);
    entities_remove_all(d, game);
    tell_disconnected(d, game);
    registry_game_gone(d, game->id);
}

/* One whose link broke gets new things only where no other could: it may come back. */
struct peer *games_next_boot(struct dispatcher *d)
{
    struct peer *away = NULL;
    for (size_t tried = 0; tried < d->games.count; tried++) {
        struct peer *game = d->games.all[d->next_boot++ % d->games.count];
        if (!game->bans_boot && peer_is_there(game))
            return game;
        if (!game->bans_boot && (!game->link || game->is_frozen))
            away = game;
    }
    return away;
}

static bool is_better(const struct peer *game, const struct peer *than)
{
    if (!than || peer_is_there(game) != peer_is_there(than))
        return !than || peer_is_there(game);
    return game->load < than->load;
}

static struct peer *least_loaded(const struct dispatcher *d)
{
    struct peer *best = NULL;
    for (size_t i = 0; i < d->games.count; i++)
        if (is_better(d->games.all[i], best))
            best = d->games.all[i];
    return best;
}

struct peer *games_choose(struct dispatcher *d, uint16_t id)
{
    if (id)
        return peers_get(&d->games, id);
    struct peer *game = least_loaded(d);
    if (game)
        game->load += LOAD_OF_ONE_ENTITY;
    return game;
}

bool games_set_load(struct peer *game, struct view info)
{
    struct view map, key, value;
    struct msgpack_pairs pairs;
    if (msgpack_check(info, &map) != GW_OK || msgpack_read_map(map, &pairs) != GW_OK)
        return false;
    while (msgpack_next_pair(&pairs, &key, &value)) {
        double load;
        if (view_equals(key, "cp") && msgpack_read_f64(value, &load) == GW_OK && isfinite(load)) {
            game->load = load;
            return true;
        }
    }
    return false;
}
