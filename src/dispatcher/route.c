/* route: what a dispatcher does with each message; the table at the end lists them. */
#include "dispatcher/route.h"

#include "dispatcher/connections.h"
#include "dispatcher/core.h"
#include "dispatcher/games.h"
#include "dispatcher/gates.h"
#include "dispatcher/migrations.h"
#include "dispatcher/registry.h"
#include "wire/messages.h"

#define SYNC_RECORD_BYTES 32u /* EntityID, f32 x, y, z, yaw */

/* Who may send a message. */
#define FROM_NEW (1u << PEER_NEW)
#define FROM_GAME (1u << PEER_GAME)
#define FROM_GATE (1u << PEER_GATE)

/* Returns false for a packet that does not follow the protocol. */
typedef bool (*handle)(struct dispatcher *d, struct peer *from, struct view packet);

static bool on_set_game_id(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_set_game_id m;
    if (!msg_set_game_id_read(packet, &m) || m.game == 0)
        return false;
    connections_registered(d, from);
    games_join(d, from, &m);
    return true;
}

static bool on_set_gate_id(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_set_gate_id m;
    if (!msg_set_gate_id_read(packet, &m) || m.gate == 0)
        return false;
    connections_registered(d, from);
    gates_join(d, from, m.gate);
    return true;
}

static bool on_hello(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_hello m;
    if (!msg_hello_read(packet, &m) || (from->session.said_hello && !from->is_frozen))
        return false;
    connections_hello(d, from, m.epoch, m.features);
    if (from->kind == PEER_GATE)
        gates_said_hello(d, from);
    if (from->kind != PEER_GAME)
        return true;
    gates_tell_hellos(d, from);
    entities_game_said_hello(d, from);
    return true;
}

/* `from` is gone afterwards, if it goes on as the peer that it was. */
static bool on_resume(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_resume m;
    if (!msg_resume_read(packet, &m))
        return false;
    connections_resume(d, from, &m);
    return true;
}

static bool on_received(struct dispatcher *d, struct peer *from, struct view packet)
{
    (void)d;
    struct msg_received m;
    return msg_received_read(packet, &m) && session_confirm(&from->session, m.bytes);
}

static bool on_ping(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_ping m;
    if (!msg_ping_read(packet, &m))
        return false;
    struct buf *b = dispatcher_scratch(d);
    msg_pong_write(b, &(struct msg_pong){.stamp = m.stamp});
    peer_say(from, b->data, b->size); /* to this process, also when another one follows it */
    return true;
}

static bool on_cancel_freeze(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_cancel_freeze_game m;
    if (!msg_cancel_freeze_game_read(packet, &m))
        return false;
    games_cancel_freeze(d, from);
    return true;
}

static bool on_start_freeze(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_start_freeze_game m;
    if (!msg_start_freeze_game_read(packet, &m))
        return false;
    games_freeze(d, from);
    return true;
}

/* It ends: nobody waits for it to come back. */
static bool on_bye(struct dispatcher *d, struct peer *from, struct view packet)
{
    (void)d;
    struct msg_bye m;
    from->said_bye = true;
    return msg_bye_read(packet, &m);
}

/* Somebody has asked to load it by a faster path, and it is taken for the other game's. */
static bool comes_too_late(const struct dispatcher *d, const struct peer *from, gw_id entity)
{
    const struct place *place = entities_find(d, entity);
    return place && place->game && place->game != from && from->session.said_hello;
}

static bool on_create_notice(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_notify_create_entity m;
    if (!msg_notify_create_entity_read(packet, &m))
        return false;
    const struct place *place = entities_find(d, m.entity);
    if (comes_too_late(d, from, m.entity))
        migrations_reject(d, from, m.entity);
    else if (!place || place->game != from || !entities_migrates(place))
        entities_settle(d, m.entity, from, (struct view){0});
    return true;
}

/* A game that was rejected as an entity's owner destroys its copy and says so: that is not the
 * entity's end. */
static bool on_destroy_notice(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_notify_destroy_entity m;
    if (!msg_notify_destroy_entity_read(packet, &m))
        return false;
    const struct place *place = entities_find(d, m.entity);
    if (place && entities_loads(place))
        return true; /* it ended before the game heard that it is to be loaded: the answer to that
                        counts */
    entities_remove(d, m.entity, from);
    return true;
}

static bool on_load_failed(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_notify_load_failed m;
    if (!msg_notify_load_failed_read(packet, &m))
        return false;
    const struct place *place = entities_find(d, m.entity);
    if (!place || !entities_loads(place) || place->game != from)
        return true;
    dispatcher_complain(d, load_failures, "entity_load_failed", "entity=" GW_ID_FORMAT " game=%u",
                        GW_ID_ARG(m.entity), from->id);
    entities_remove(d, m.entity, from);
    return true;
}

static bool on_kvreg_register(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_kvreg_register m;
    if (!msg_kvreg_register_read(packet, &m))
        return false;
    registry_register(d, from, &m);
    return true;
}

static bool on_kvreg_release(struct dispatcher *d, struct peer *from, struct view packet)
{
    (void)from;
    struct msg_kvreg_release m;
    if (!msg_kvreg_release_read(packet, &m))
        return false;
    registry_release(d, &m);
    return true;
}

static bool on_kvreg_restore(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_kvreg_restore m;
    if (!msg_kvreg_restore_read(packet, &m))
        return false;
    registry_restore(d, from, &m);
    return true;
}

/* Every message that goes to an entity begins with its id; the game reads the rest. */
static bool on_entity_message(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    gw_id entity = read_id(&r);
    if (r.bad)
        return false;
    entities_send(d, from, entity, packet);
    return true;
}

/* The gate has put the client's id behind the call; one without it is for the game to refuse. */
static bool on_client_call(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    gw_id client, entity = read_id(&r);
    if (r.bad)
        return false;
    struct peer *game = entities_send(d, from, entity, packet);
    if (!game || reader_left(&r) < sizeof client)
        return true;
    memcpy(&client, packet.data + packet.size - sizeof client, sizeof client);
    pressure_check(d, game, from, client);
    return true;
}

static void no_game(struct dispatcher *d, const struct peer *from, gw_id entity, unsigned game)
{
    dispatcher_complain(d, no_game, "no_such_game", "entity=" GW_ID_FORMAT " game=%u asked_by=%s%u",
                        GW_ID_ARG(entity), game, peer_kind_name(from), from->id);
}

/* Calls may follow at once: they go to the same game, behind this. */
static bool on_create_somewhere(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_create_entity_somewhere m;
    if (!msg_create_entity_somewhere_read(packet, &m))
        return false;
    struct peer *game = games_choose(d, m.game);
    if (!game) {
        no_game(d, from, m.entity, m.game);
        return true;
    }
    entities_settle(d, m.entity, game, packet);
    return true;
}

static bool on_load_somewhere(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_load_entity_somewhere m;
    if (!msg_load_entity_somewhere_read(packet, &m))
        return false;
    const struct place *place = entities_find(d, m.entity);
    if (place && place->game && (place->hold || !place->game->session.said_hello))
        return true; /* it will live, or lives on a game that knows no such question */
    struct peer *game = place && place->game ? place->game : games_choose(d, m.game);
    if (!game) {
        no_game(d, from, m.entity, m.game);
        return true;
    }
    if (entities_load(d, m.entity, game))
        peer_send(game, packet.data, packet.size);
    return true;
}

/* What a game that knows only GoWorld's messages is told of a new client. */
static struct view write_connected(struct dispatcher *d, const struct peer *gate, gw_id client,
                                   gw_id boot_entity)
{
    struct buf *b = dispatcher_scratch(d);
    msg_notify_client_connected_forwarded_write(
        b, &(struct msg_notify_client_connected_forwarded){
               .client = client, .boot_entity = boot_entity, .gate = gate->id});
    return view_of(b);
}

/* Chooses a game for a new client. `own` is our message about it, or empty. */
static void place_client(struct dispatcher *d, const struct peer *gate, gw_id client,
                         gw_id boot_entity, struct view own)
{
    struct peer *game = games_next_boot(d);
    if (!game) {
        no_game(d, gate, boot_entity, 0);
        gates_close_client(d, gate->id, client, "no game takes new clients");
        return;
    }
    bool knows_own = own.size && game->session.said_hello;
    struct view told = knows_own ? own : write_connected(d, gate, client, boot_entity);
    if (!entities_settle(d, boot_entity, game, told))
        gates_close_client(d, gate->id, client, "the dispatcher has too many entities");
}

static bool on_client_connected(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_notify_client_connected m;
    if (!msg_notify_client_connected_read(packet, &m))
        return false;
    place_client(d, from, m.client, m.boot_entity, (struct view){0});
    return true;
}

static bool on_connect_client(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_connect_client m;
    if (!msg_connect_client_read(packet, &m) || m.gate != from->id)
        return false;
    place_client(d, from, m.client, m.boot_entity, packet);
    return true;
}

/* Positions are worth nothing later: those of an entity that is not there are dropped. */
static struct peer *game_of_sync(struct dispatcher *d, const uint8_t *record)
{
    gw_id entity;
    memcpy(&entity, record, sizeof entity);
    const struct place *place = entities_find(d, entity);
    if (place && !place->hold)
        return place->game;
    if (place && entities_migrates(place))
        return NULL; /* its client moves on meanwhile, as a rule */
    dispatcher_complain(d, lost_syncs, "position_of_no_entity", "entity=" GW_ID_FORMAT,
                        GW_ID_ARG(entity));
    return NULL;
}

static void send_syncs(struct dispatcher *d)
{
    for (size_t i = 0; i < d->games.count; i++) {
        struct peer *game = d->games.all[i];
        if (game->syncs.size)
            peer_send(game, game->syncs.data, game->syncs.size);
        buf_clear(&game->syncs);
    }
}

static bool on_sync_from_client(struct dispatcher *d, struct peer *from, struct view packet)
{
    (void)from;
    struct msg_sync_position_yaw_from_client_forwarded m;
    if (!msg_sync_position_yaw_from_client_forwarded_read(packet, &m) ||
        m.records.size % SYNC_RECORD_BYTES != 0)
        return false;
    for (uint32_t at = 0; at < m.records.size; at += SYNC_RECORD_BYTES) {
        struct peer *game = game_of_sync(d, m.records.data + at);
        if (!game)
            continue;
        if (game->syncs.size == 0)
            write_u16(&game->syncs, MSG_SYNC_POSITION_YAW_FROM_CLIENT);
        buf_append(&game->syncs, m.records.data + at, SYNC_RECORD_BYTES);
    }
    send_syncs(d);
    return true;
}

/* GoWorld's own games send a broadcast to every dispatcher; one of them passes it on. Ours send one
 * copy. */
static bool passes_on(const struct dispatcher *d, const struct peer *from)
{
    return from->session.said_hello ||
           (unsigned)(from->id - 1) % d->desc.dispatchers == d->desc.dispid - 1u;
}

static bool on_call_nil_spaces(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_call_nil_spaces m;
    if (!msg_call_nil_spaces_read(packet, &m))
        return false;
    if (passes_on(d, from))
        peers_send(&d->games, peers_get(&d->games, m.except_game), packet.data, packet.size);
    return true;
}

static bool on_filtered_call(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct msg_call_filtered_clients m;
    if (!msg_call_filtered_clients_read(packet, &m))
        return false;
    if (passes_on(d, from))
        peers_send(&d->gates, NULL, packet.data, packet.size);
    return true;
}

/* What goes to a gate begins with its id; the gate reads the rest. */
static bool on_gate_message(struct dispatcher *d, struct peer *from, struct view packet)
{
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    uint16_t gate = read_u16(&r);
    if (r.bad)
        return false;
    gates_pass_on(d, from, gate, packet);
    return true;
}

/* What goes to a game begins with its id. One that is gone waits for nothing any more. */
static bool on_answer(struct dispatcher *d, struct peer *from, struct view packet)
{
    (void)from;
    struct reader r = reader_of(packet.data, packet.size);
    read_u16(&r);
    uint16_t id = read_u16(&r);
    if (r.bad)
        return false;
    struct peer *game = peers_get(&d->games, id);
    if (game && game->session.said_hello)
        peer_send(game, packet.data, packet.size);
    else
        dispatcher_complain(d, undelivered, "undelivered", "game=%u type=%u", id,
                            msg_type_of(packet));
    return true;
}

static bool on_load_info(struct dispatcher *d, struct peer *from, struct view packet)
{
    (void)d;
    struct msg_game_lbc_info m;
    return msg_game_lbc_info_read(packet, &m) && games_set_load(from, m.info);
}

struct handler {
    handle handle;
    unsigned from;
};

/* Ordered by message type; the client messages are one range. */
static const struct handler handlers[] = {
    [MSG_SET_GAME_ID] = {on_set_game_id, FROM_NEW},
    [MSG_SET_GATE_ID] = {on_set_gate_id, FROM_NEW},
    [MSG_NOTIFY_CREATE_ENTITY] = {on_create_notice, FROM_GAME},
    [MSG_NOTIFY_DESTROY_ENTITY] = {on_destroy_notice, FROM_GAME},
    [MSG_KVREG_REGISTER] = {on_kvreg_register, FROM_GAME},
    [MSG_CALL_ENTITY_METHOD] = {on_entity_message, FROM_GAME},
    [MSG_CREATE_ENTITY_SOMEWHERE] = {on_create_somewhere, FROM_GAME},
    [MSG_LOAD_ENTITY_SOMEWHERE] = {on_load_somewhere, FROM_GAME},
    [MSG_NOTIFY_CLIENT_CONNECTED] = {on_client_connected, FROM_GATE},
    [MSG_NOTIFY_CLIENT_DISCONNECTED] = {on_entity_message, FROM_GATE},
    [MSG_CALL_ENTITY_METHOD_FROM_CLIENT] = {on_client_call, FROM_GATE},
    [MSG_SYNC_POSITION_YAW_FROM_CLIENT] = {on_sync_from_client, FROM_GATE},
    [MSG_START_FREEZE_GAME] = {on_start_freeze, FROM_GAME},
    [MSG_MIGRATE_REQUEST] = {migrations_request, FROM_GAME},
    [MSG_REAL_MIGRATE] = {migrations_move, FROM_GAME},
    [MSG_QUERY_SPACE_GAMEID_FOR_MIGRATE] = {migrations_query, FROM_GAME},
    [MSG_CANCEL_MIGRATE] = {migrations_cancel, FROM_GAME},
    [MSG_CALL_NIL_SPACES] = {on_call_nil_spaces, FROM_GAME},
    [MSG_GAME_LBC_INFO] = {on_load_info, FROM_GAME},
    [1001 ... 1499] = {on_gate_message, FROM_GAME},
    [MSG_CALL_FILTERED_CLIENTS] = {on_filtered_call, FROM_GAME},
    [MSG_SYNC_POSITION_YAW_ON_CLIENTS] = {on_gate_message, FROM_GAME},
    [MSG_HELLO] = {on_hello, FROM_GAME | FROM_GATE},
    [MSG_GIVE_CLIENT] = {on_gate_message, FROM_GAME},
    [MSG_NOTIFY_CLIENT_GIVEN] = {on_entity_message, FROM_GATE | FROM_GAME},
    [MSG_CLOSE_CLIENT] = {on_gate_message, FROM_GAME},
    [MSG_NOTIFY_LOAD_FAILED] = {on_load_failed, FROM_GAME},
    [MSG_CANCEL_FREEZE_GAME] = {on_cancel_freeze, FROM_GAME},
    [MSG_CONNECT_CLIENT] = {on_connect_client, FROM_GATE},
    [MSG_RESUME] = {on_resume, FROM_NEW},
    [MSG_RECEIVED] = {on_received, FROM_GAME | FROM_GATE},
    [MSG_PING] = {on_ping, FROM_GAME | FROM_GATE},
    [MSG_BYE] = {on_bye, FROM_GAME | FROM_GATE},
    [MSG_CHECK_CLIENT] = {on_gate_message, FROM_GAME},
    [MSG_VIEW_FOLLOWS] = {on_gate_message, FROM_GAME},
    [MSG_CHECK_OWNER] = {on_entity_message, FROM_GATE},
    [MSG_ASK] = {on_entity_message, FROM_GAME},
    [MSG_ANSWER] = {on_answer, FROM_GAME},
    [MSG_MIGRATED] = {migrations_end, FROM_GAME},
    [MSG_SYNC_POSITIONS] = {on_gate_message, FROM_GAME},
    [MSG_KVREG_RELEASE] = {on_kvreg_release, FROM_GAME},
    [MSG_KVREG_RESTORE] = {on_kvreg_restore, FROM_GAME},
};

/* One that has asked to go on says nothing before it is answered: it may be gone then. */
static bool is_allowed(const struct peer *from, unsigned type, const struct handler *handler)
{
    if (from->waits || !(handler->from & (1u << from->kind)))
        return false;
    return type <= MSG_OWN_FIRST || type == MSG_RESUME || from->session.said_hello;
}

NEVER_INLINE void refuse_unknown(struct dispatcher *d, const struct peer *from, unsigned type,
                                 size_t size)
{
    dispatcher_complain(d, unknown_messages, "unknown_message", "peer=%s%u type=%u size=%zu",
                        peer_kind_name(from), from->id, type, size);
}

NEVER_INLINE void refuse_bad(struct dispatcher *d, struct peer *from, unsigned type, size_t size)
{
    dispatcher_complain(d, bad_packets, "bad_packet", "peer=%s%u address=%s type=%u size=%zu",
                        peer_kind_name(from), from->id, from->address, type, size);
    session_fail(&from->session);
    link_close(from->link, "it sent a packet that is not allowed");
}

void route_packet(struct dispatcher *d, struct peer *from, struct view packet)
{
    unsigned type = msg_type_of(packet);
    const struct handler *handler =
        type < sizeof handlers / sizeof *handlers ? &handlers[type] : NULL;
    peer_count(from, 1, PACKET_HEADER_BYTES + packet.size);
    if (from->kind != PEER_NEW && (!handler || !handler->handle)) {
        refuse_unknown(d, from, type, packet.size);
        return;
    }
    if (!handler || !handler->handle || !is_allowed(from, type, handler) ||
        !handler->handle(d, from, packet))
        refuse_bad(d, from, type, packet.size);
}
