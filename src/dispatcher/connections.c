/* connections: see connections.h. */
#include "dispatcher/connections.h"

#include "cluster/abandon.h"
#include "dispatcher/core.h"
#include "dispatcher/forward.h"
#include "dispatcher/games.h"
#include "dispatcher/gates.h"
#include "wire/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

/* ---- deadlines: of the registration, of the silence of one that has said HELLO, of a break
 * ------- */

static struct peer *peer_of(struct heap_node *node)
{
    return (struct peer *)((char *)node - offsetof(struct peer, deadline));
}

static void set_deadline(struct dispatcher *d, struct peer *peer, int64_t due_ms)
{
    heap_remove(&d->deadlines, &peer->deadline);
    heap_push(&d->deadlines, &peer->deadline, due_ms);
}

static void await_word(struct dispatcher *d, struct peer *peer)
{
    set_deadline(d, peer, peer->heard_ms + d->desc.limits.silence_ms);
}

/* ---- ending --------------------------------------------------------------------------------- */

static void set_frozen(struct dispatcher *d, struct peer *game, bool is_frozen)
{
    d->stats.frozen_games += is_frozen;
    d->stats.frozen_games -= game->is_frozen;
    game->is_frozen = is_frozen;
}

static void peer_free(struct dispatcher *d, struct peer *peer)
{
    set_frozen(d, peer, false);
    heap_remove(&d->deadlines, &peer->deadline);
    DL_DELETE(d->connections, peer);
    d->stats.connections--;
    session_fini(&peer->session);
    buf_free(&peer->syncs);
    free(peer);
}

/* Its name is free, and the cluster knows that it is gone. */
static void leave(struct dispatcher *d, struct peer *peer)
{
    if (peer->kind == PEER_GAME)
        games_leave(d, peer);
    else if (peer->kind == PEER_GATE)
        gates_leave(d, peer);
}

static void count_lost(struct dispatcher *d, struct peer *peer)
{
    d->stats.lost_bytes += peer->session.out.bytes + peer->session.kept.bytes;
}

void connections_replace(struct dispatcher *d, struct peer *peer, const char *reason)
{
    leave(d, peer);
    if (peer->link) {
        link_close(peer->link, reason); /* the rest when that is told */
        return;
    }
    count_lost(d, peer);
    peer_free(d, peer);
}

/* ---- links --------------------------------------------------------------------------------- */

static size_t on_packets(void *user, const struct view *packets, size_t count)
{
    const struct peer *from = user;
    return forward_packets(from->dispatcher, from->link, packets, count);
}

static void on_flushing(void *user)
{
    session_flush(&((struct peer *)user)->session);
}

static void on_closed(void *user, const char *reason);
static const struct link_events peer_events = {
    .packets = on_packets, .flushing = on_flushing, .closed = on_closed};

static void take_link(struct dispatcher *d, struct peer *peer, struct link *link)
{
    peer->link = link;
    peer->heard_ms = d->desc.clock->now_ms;
    snprintf(peer->address, sizeof peer->address, "%s", link->address);
    link->events = &peer_events;
    link->user = peer;
    link->payload_bytes_max = PACKET_PAYLOAD_BYTES_MAX;
    link->out.bytes_max = d->desc.limits.peer_queue_bytes;
}

/* ---- going on ------------------------------------------------------------------------------- */

static void answer(struct dispatcher *d, struct peer *to, bool resumed, uint64_t received)
{
    struct buf *b = dispatcher_scratch(d);
    msg_resume_answer_write(b, &(struct msg_resume_answer){.resumed = resumed,
                                                           .epoch = d->desc.epoch,
                                                           .received = received});
    peer_send(to, b->data, b->size);
}

/* The peer that was away takes over the new connection's link. */
static void go_on(struct dispatcher *d, struct peer *peer, struct peer *from)
{
    struct link *link = from->link;
    uint64_t received = from->asked.received;
    answer(d, from, true, peer->session.received);
    peer_free(d, from);
    take_link(d, peer, link);
    await_word(d, peer);
    session_resume(&peer->session, link, received);
    d->stats.resumed++;
    log_info(d->desc.log, "peer_resumed", "peer=%s%u address=%s", peer_kind_name(peer), peer->id,
             peer->address);
}

static bool is_the_same(const struct dispatcher *d, const struct peer *peer,
                        const struct msg_resume *asked)
{
    return asked->dispatcher_epoch == d->desc.epoch && asked->epoch == peer->session.epoch &&
           session_can_resume(&peer->session, asked->received);
}

/* The peer may have seen the break before us: then its old link is still here, and its queue is in
 * use until it has closed. */
void connections_resume(struct dispatcher *d, struct peer *from, const struct msg_resume *asked)
{
    struct peer *peer = peers_get(asked->is_gate ? &d->gates : &d->games, asked->id);
    from->asked = *asked;
    from->waits = false;
    if (!peer || !is_the_same(d, peer, asked)) {
        answer(d, from, false, 0);
    } else if (peer->link) {
        from->waits = true;
        link_close(peer->link, "its peer goes on over another link");
    } else {
        go_on(d, peer, from);
    }
}

/* One at most has waited for the link that has just closed. */
static void resume_waiting(struct dispatcher *d)
{
    struct peer *from, *next;
    DL_FOREACH_SAFE(d->connections, from, next) {
        if (from->waits && peer_is_there(from))
            connections_resume(d, from, &from->asked);
    }
}

/* ---- in another process --------------------------------------------------------------------- */

void connections_freeze(struct dispatcher *d, struct peer *game, int64_t for_ms)
{
    session_hold(&game->session);
    set_frozen(d, game, true);
    set_deadline(d, game, d->desc.clock->now_ms + for_ms);
}

void connections_restore(struct dispatcher *d, struct peer *game, struct peer *from)
{
    struct link *link = from->link;
    if (game->link)
        link_abandon(game->link, "its game goes on in another process");
    peer_free(d, from);
    take_link(d, game, link);
}

/* It need not come any more. */
static void end_freeze(struct dispatcher *d, struct peer *game)
{
    heap_remove(&d->deadlines, &game->deadline);
    set_frozen(d, game, false);
}

void connections_thaw(struct dispatcher *d, struct peer *game)
{
    end_freeze(d, game);
    session_unhold(&game->session, game->link, false);
}

void connections_cancel_freeze(struct dispatcher *d, struct peer *game)
{
    struct buf *b = dispatcher_scratch(d);
    msg_freeze_cancelled_write(b, &(struct msg_freeze_cancelled){});
    peer_say(game, b->data, b->size);
    end_freeze(d, game);
    session_unhold(&game->session, game->link, true);
    if (game->session.resumes)
        await_word(d, game);
}

/* ---- breaking ------------------------------------------------------------------------------- */

/* For its grace, even if its session has failed and it can only register anew: a game may save its
 * entities until its lease is over, so nobody else may have them yet. One whose place has been
 * taken has none to keep. */
static bool keeps_place(const struct peer *peer)
{
    return (peer->kind == PEER_GAME || peer->kind == PEER_GATE) && !peer->said_bye &&
           (peer->session.resumes || peer->is_frozen);
}

static void on_closed(void *user, const char *reason)
{
    struct peer *peer = user;
    struct dispatcher *d = peer->dispatcher;
    session_flush(&peer->session);
    size_t unsent = peer->link->out.bytes;
    bool keeps = peer->link->out.kept;
    session_break(&peer->session);
    peer->link = NULL;
    bool stays = keeps_place(peer);
    log_info(d->desc.log, "peer_closed",
             "peer=%s%u address=%s unsent_bytes=%zu may_come_back=%d reason=\"%s\"",
             peer_kind_name(peer), peer->id, peer->address, unsent, stays, reason);
    if (stays && !peer->is_frozen) {
        set_deadline(d, peer, d->desc.clock->now_ms + d->desc.limits.grace_ms);
    } else if (!stays) {
        d->stats.lost_bytes += keeps ? 0 : unsent;
        count_lost(d, peer);
        leave(d, peer);
        peer_free(d, peer);
    }
    resume_waiting(d);
}

/* ---- coming --------------------------------------------------------------------------------- */

void connections_accept(struct dispatcher *d, struct link *link)
{
    if (d->stats.connections >= d->desc.limits.connections) {
        dispatcher_complain(d, refused, "too_many_connections", "address=%s", link->address);
        link_abandon(link, "the dispatcher has too many connections");
        return;
    }
    struct peer *peer = mem_zalloc(sizeof *peer);
    *peer = (struct peer){.dispatcher = d, .deadline.index = HEAP_OUTSIDE};
    peer->place.game = peer;
    session_init(&peer->session, d->desc.pool, d->desc.limits.peer_queue_bytes);
    take_link(d, peer, link);
    session_attach(&peer->session, link);
    set_deadline(d, peer, d->desc.clock->now_ms + d->desc.limits.registration_ms);
    DL_APPEND(d->connections, peer);
    d->stats.connections++;
}

void connections_registered(struct dispatcher *d, struct peer *peer)
{
    heap_remove(&d->deadlines, &peer->deadline);
}

void connections_hello(struct dispatcher *d, struct peer *peer, uint64_t epoch, uint64_t features)
{
    struct buf *b = dispatcher_scratch(d);
    msg_hello_write(b, &(struct msg_hello){.version = HELLO_VERSION,
                                           .features = SESSION_FEATURE_RESUMES,
                                           .epoch = d->desc.epoch});
    peer_say(peer, b->data, b->size);
    if (peer->is_frozen)
        end_freeze(d, peer);
    session_begin(&peer->session, peer->link);
    session_peer_hello(&peer->session, epoch, features);
    if (peer->session.resumes)
        await_word(d, peer);
}

/* ---- time ----------------------------------------------------------------------------------- */

static void give_up(struct dispatcher *d, struct peer *peer)
{
    dispatcher_complain(d, given_up, "peer_given_up", "peer=%s%u address=%s lost_bytes=%zu",
                        peer_kind_name(peer), peer->id, peer->address,
                        peer->session.out.bytes + peer->session.kept.bytes);
    connections_replace(d, peer, "it has been away for too long");
}

/* The process that was to follow has not come, or one of ours has not said HELLO. The one that is
 * there may cancel its freeze still, but is not waited for without end. */
static void call_off(struct dispatcher *d, struct peer *game)
{
    log_warn(d->desc.log, "game_not_restored", "game=%u waited_bytes=%zu", game->id,
             session_unsent_bytes(&game->session));
    connections_thaw(d, game);
    if (!game->session.said_hello)
        return;
    game->heard_ms = d->desc.clock->now_ms;
    await_word(d, game);
}

static void close_nameless(struct dispatcher *d, struct peer *peer)
{
    dispatcher_complain(d, refused, "not_registered_in_time", "address=%s", peer->address);
    link_close(peer->link, "it did not register in time");
}

static void due(struct dispatcher *d, struct peer *peer)
{
    heap_remove(&d->deadlines, &peer->deadline);
    if (!peer->link)
        give_up(d, peer);
    else if (peer->is_frozen)
        call_off(d, peer);
    else if (peer->kind == PEER_NEW)
        close_nameless(d, peer);
    else if (d->desc.clock->now_ms < peer->heard_ms + d->desc.limits.silence_ms)
        await_word(d, peer);
    else
        link_close(peer->link, "nothing comes from it");
}

int64_t connections_turn(struct dispatcher *d)
{
    struct heap_node *first;
    while ((first = heap_first(&d->deadlines)) && first->due_ms <= d->desc.clock->now_ms)
        due(d, peer_of(first));
    return first ? first->due_ms : CLOCK_NEVER;
}

void connections_fini(struct dispatcher *d)
{
    struct peer *peer, *next;
    DL_FOREACH_SAFE(d->connections, peer, next) {
        struct link *link = peer->link;
        peer_free(d, peer);
        if (link)
            link_abandon(link, "the dispatcher stops");
    }
    heap_free(&d->deadlines);
}
