/* What a game does with each message from a dispatcher. */
#include "game/from_dispatcher.h"

#include "game/core.h"

/* Each returns false when the packet cannot be read. */
static bool on_registered(struct game *g, unsigned index, struct view payload)
{
    struct msg_set_game_id_ack m;
    if (!msg_set_game_id_ack_read(payload, &m))
        return false;
    struct membership *membership = &g->memberships[index];
    bool is_restored = game_is_being_restored(g, index);
    membership->registered = membership->was_registered = true;
    membership->online = (struct numbers){0};
    struct reader games = reader_of(m.games.data, m.games.size);
    while (reader_left(&games))
        numbers_set(&membership->online, read_u16(&games), true);
    struct reader rejected = reader_of(m.rejected.data, m.rejected.size);
    while (reader_left(&rejected)) {
        gw_id entity = read_id(&rejected);
        world_disown_entity(g->world, entity);
        rest_disown(g, entity);
    }
    registry_told_all(g->registry, index, m.registry);
    world_registry_joined(g->world);
    game_restart_trips(g, index);
    if (!is_restored)
        game_resend_leavers(g, index);
    membership->ready |= m.is_deployment_ready;
    game_check_ready(g);
    return true;
}

static bool on_rejected(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_reject_entity m;
    if (!msg_reject_entity_read(payload, &m))
        return false;
    world_disown_entity(g->world, m.entity);
    return true;
}

static bool on_deployment_ready(struct game *g, unsigned index, struct view payload)
{
    (void)payload;
    g->memberships[index].ready = true;
    game_check_ready(g);
    return true;
}

/* One that world_calls does not take, since it is too short. */
static bool on_call(struct game *g, unsigned index, struct view payload)
{
    (void)g, (void)index, (void)payload;
    return false;
}

static bool on_space_found(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_query_space_gameid_for_migrate_ack m;
    if (!msg_query_space_gameid_for_migrate_ack_read(payload, &m))
        return false;
    world_space_found(g->world, m.space, m.entity, m.game);
    return true;
}

static bool on_migrate_granted(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_migrate_request_ack m;
    if (!msg_migrate_request_ack_read(payload, &m))
        return false;
    world_migrate_granted(g->world, m.entity);
    return true;
}

static bool on_migrate_refused(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_cancel_migrate m;
    if (!msg_cancel_migrate_read(payload, &m))
        return false;
    world_migrate_refused(g->world, m.entity);
    return true;
}

static bool on_migrate_in(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_real_migrate m;
    if (!msg_real_migrate_read(payload, &m))
        return false;
    world_migrate_in(g->world, m.entity, m.game, m.state);
    return true;
}

static bool on_migrated(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_migrated m;
    if (!msg_migrated_read(payload, &m))
        return false;
    world_migrated(g->world, m.entity);
    return true;
}

static bool on_nil_space_call(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_call_nil_spaces m;
    if (!msg_call_nil_spaces_read(payload, &m))
        return false;
    world_call_nil_space(g->world, m.method, m.args);
    return true;
}

static bool on_positions(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_sync_position_yaw_from_client_forwarded m;
    if (!msg_sync_position_yaw_from_client_forwarded_read(payload, &m))
        return false;
    world_positions(g->world, m.records);
    return true;
}

static bool on_client_given(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    world_client_given(g->world, payload);
    return true;
}

static bool on_create(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_create_entity_somewhere m;
    if (!msg_create_entity_somewhere_read(payload, &m))
        return false;
    world_create_entity(g->world, m.entity, m.type, m.attrs);
    return true;
}

static bool on_load(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_load_entity_somewhere m;
    if (!msg_load_entity_somewhere_read(payload, &m))
        return false;
    world_load_entity(g->world, m.entity, m.type);
    return true;
}

static bool on_client_connected(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_notify_client_connected_forwarded m;
    if (!msg_notify_client_connected_forwarded_read(payload, &m))
        return false;
    world_client_connected(g->world, m.client, m.boot_entity, m.gate, (struct view){0});
    return true;
}

static bool on_connect_client(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_connect_client m;
    if (!msg_connect_client_read(payload, &m))
        return false;
    world_client_connected(g->world, m.client, m.boot_entity, m.gate, m.address);
    return true;
}

static bool on_client_disconnected(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    struct msg_notify_client_disconnected m;
    if (!msg_notify_client_disconnected_read(payload, &m))
        return false;
    world_client_lost(g->world, m.owner, m.client);
    return true;
}

static bool on_gate_lost(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_gate_disconnected m;
    if (!msg_notify_gate_disconnected_read(payload, &m) || m.gate == 0)
        return false;
    numbers_set(&g->memberships[index].gates, m.gate, false);
    game_lose_clients(g, index, m.gate);
    return true;
}

static bool on_gate_hello(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_gate_hello m;
    if (!msg_notify_gate_hello_read(payload, &m))
        return false;
    numbers_set(&g->memberships[index].gates, m.gate, true);
    return true;
}

/* A gate that missed the end of a client, because its dispatcher died with the message, tells it
 * now. */
static bool on_check_owner(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    world_check_owner(g->world, payload);
    return true;
}

static bool on_ask(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    world_asked(g->world, payload);
    return true;
}

static bool on_answer(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    world_answered(g->world, payload);
    return true;
}

static bool on_game_connected(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_game_connected m;
    if (!msg_notify_game_connected_read(payload, &m))
        return false;
    numbers_set(&g->memberships[index].online, m.game, true);
    return true;
}

static bool on_game_disconnected(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_game_disconnected m;
    if (!msg_notify_game_disconnected_read(payload, &m))
        return false;
    numbers_set(&g->memberships[index].online, m.game, false);
    return true;
}

static bool on_registered_key(struct game *g, unsigned index, struct view payload)
{
    struct msg_kvreg_register m;
    if (!msg_kvreg_register_read(payload, &m))
        return false;
    registry_told(g->registry, index, m.key, m.value);
    return true;
}

static bool on_removed_key(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_kvreg_removed m;
    if (!msg_notify_kvreg_removed_read(payload, &m))
        return false;
    registry_told_removed(g->registry, index, m.key);
    return true;
}

static bool on_frozen(struct game *g, unsigned index, struct view payload)
{
    struct msg_start_freeze_game_ack m;
    if (!msg_start_freeze_game_ack_read(payload, &m))
        return false;
    rest_answered(g, index);
    return true;
}

typedef bool (*handler)(struct game *g, unsigned index, struct view payload);

static const handler handlers[] = {
    [MSG_CALL_ENTITY_METHOD_FROM_CLIENT] = on_call,
    [MSG_CALL_ENTITY_METHOD] = on_call,
    [MSG_SYNC_POSITION_YAW_FROM_CLIENT] = on_positions,
    [MSG_CALL_NIL_SPACES] = on_nil_space_call,
    [MSG_QUERY_SPACE_GAMEID_FOR_MIGRATE] = on_space_found,
    [MSG_MIGRATE_REQUEST] = on_migrate_granted,
    [MSG_CANCEL_MIGRATE] = on_migrate_refused,
    [MSG_REAL_MIGRATE] = on_migrate_in,
    [MSG_MIGRATED] = on_migrated,
    [MSG_NOTIFY_CLIENT_CONNECTED] = on_client_connected,
    [MSG_CONNECT_CLIENT] = on_connect_client,
    [MSG_NOTIFY_CLIENT_DISCONNECTED] = on_client_disconnected,
    [MSG_NOTIFY_CLIENT_GIVEN] = on_client_given,
    [MSG_CREATE_ENTITY_SOMEWHERE] = on_create,
    [MSG_LOAD_ENTITY_SOMEWHERE] = on_load,
    [MSG_NOTIFY_GATE_DISCONNECTED] = on_gate_lost,
    [MSG_NOTIFY_GATE_HELLO] = on_gate_hello,
    [MSG_SET_GAME_ID_ACK] = on_registered,
    [MSG_NOTIFY_DEPLOYMENT_READY] = on_deployment_ready,
    [MSG_NOTIFY_GAME_CONNECTED] = on_game_connected,
    [MSG_NOTIFY_GAME_DISCONNECTED] = on_game_disconnected,
    [MSG_KVREG_REGISTER] = on_registered_key,
    [MSG_NOTIFY_KVREG_REMOVED] = on_removed_key,
    [MSG_START_FREEZE_GAME_ACK] = on_frozen,
    [MSG_CHECK_OWNER] = on_check_owner,
    [MSG_REJECT_ENTITY] = on_rejected,
    [MSG_ASK] = on_ask,
    [MSG_ANSWER] = on_answer,
};

void game_handle_packet(struct game *g, unsigned index, struct view packet)
{
    uint16_t type = msg_type_of(packet);
    handler handle = type < sizeof handlers / sizeof *handlers ? handlers[type] : NULL;
    if (!handle) {
        game_refuse(g, &g->stats.packets_unhandled, "packet_unhandled", type);
    } else if (!handle(g, index, packet)) {
        game_refuse(g, &g->stats.packets_bad, "packet_bad", type);
    }
}

/* Calls are what comes in numbers. */
void game_packets(void *user, unsigned index, const struct view *packets, size_t count)
{
    struct game *g = user;
    size_t at = rest_holds(g) ? rest_take(g, index, packets, count) : 0;
    while (at < count) {
        size_t calls = world_calls(g->world, packets + at, count - at);
        at += calls;
        if (at < count && !calls)
            game_handle_packet(g, index, packets[at++]);
    }
}
