/* Joins the world of a game to its dispatchers: registers, hands on what comes in, sends what goes
 * out. */
#include "game/game.h"

#include "game/registry.h"

#include "wire/msgpack.h"

#include <stdlib.h>

#define LOAD_REPORT_INTERVAL_MS 1000
#define EARLY_BYTES_MAX ((size_t)64 * 1024)

#define GAMES_MAX 65536u

/* What a dispatcher has told this game. */
struct membership {
    bool registered, ready;
    bool was_registered;              /* now, or before it was lost */
    uint64_t online[GAMES_MAX / 64u]; /* a bit for each game that it has */
    uint64_t epoch;                   /* that it told last; 0: none yet */
    uint64_t gates[GAMES_MAX / 64u];  /* likewise for gates that have said HELLO to it */
    struct buf early; /* messages from MSG_OWN_FIRST up, as VarBytes, that wait for its HELLO */
};

struct game {
    struct game_desc desc;
    struct world *world;
    struct dispatchers *dispatchers;
    struct registry *registry;
    struct membership *memberships; /* by dispatcher index */
    int64_t load_report_due_ms;
    struct buf out; /* scratch */
    struct game_stats stats;
};

/* ---- registration --------------------------------------------------------------------------- */

struct served {
    struct buf *ids;
    const struct game *game;
    unsigned index;
};

static bool is_served(void *user, gw_id id)
{
    const struct served *s = user;
    return dispatchers_of_entity(s->game->dispatchers, id) == s->index;
}

static void add_if_served(void *user, gw_id id)
{
    const struct served *s = user;
    if (is_served(user, id))
        write_id(s->ids, id);
}

/* Who we are and which entities live here. */
static void register_game(void *user, unsigned index, struct link *link)
{
    struct game *g = user;
    struct buf ids = {0};
    struct served served = {&ids, g, index};
    world_each_claim(g->world, add_if_served, &served);
    struct msg_set_game_id m = {
        .game = g->desc.world.gameid,
        .is_reconnect = g->memberships[index].was_registered,
        .is_ban_boot_entity = g->desc.ban_boot_entity,
        .entities = view_of(&ids),
    };
    buf_clear(&g->out);
    msg_set_game_id_write(&g->out, &m);
    link_send(link, g->out.data, g->out.size);
    buf_free(&ids);
}

/* One dispatcher's word is enough that all are there: another one that was started again while a
 * game was missing would never give it. */
static void check_ready(struct game *g)
{
    bool is_said = false;
    for (unsigned i = 0; i < g->desc.dispatchers; i++) {
        if (!g->memberships[i].registered)
            return;
        is_said |= g->memberships[i].ready;
    }
    if (is_said)
        world_ready(g->world);
}

/* ---- packets, by type ----------------------------------------------------------------------- */

static void set_online(struct game *g, unsigned index, uint16_t game, bool is_online)
{
    uint64_t *word = &g->memberships[index].online[game / 64], bit = UINT64_C(1) << game % 64;
    *word = is_online ? *word | bit : *word & ~bit;
}

/* Each returns false when the packet cannot be read. */
static bool on_registered(struct game *g, unsigned index, struct view payload)
{
    struct msg_set_game_id_ack m;
    if (!msg_set_game_id_ack_read(payload, &m))
        return false;
    struct membership *membership = &g->memberships[index];
    membership->registered = membership->was_registered = true;
    memset(membership->online, 0, sizeof membership->online);
    struct reader games = reader_of(m.games.data, m.games.size);
    while (reader_left(&games))
        set_online(g, index, read_u16(&games), true);
    struct reader rejected = reader_of(m.rejected.data, m.rejected.size);
    while (reader_left(&rejected))
        world_disown_entity(g->world, read_id(&rejected));
    registry_told_all(g->registry, index, m.registry);
    world_registry_joined(g->world);
    membership->ready |= m.is_deployment_ready;
    check_ready(g);
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
    check_ready(g);
    return true;
}

static bool on_call(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    world_call(g->world, payload);
    return true;
}

static bool on_call_from_client(struct game *g, unsigned index, struct view payload)
{
    (void)index;
    world_call_from_client(g->world, payload);
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

/* With several dispatchers a gate may be lost to one of them and there for the others: only what
 * this one serves is concerned. */
static void lose_clients(struct game *g, unsigned index, uint16_t gateid)
{
    struct served served = {NULL, g, index};
    world_gate_lost(g->world, gateid, is_served, &served);
}

static bool on_gate_lost(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_gate_disconnected m;
    if (!msg_notify_gate_disconnected_read(payload, &m) || m.gate == 0)
        return false;
    g->memberships[index].gates[m.gate / 64] &= ~(UINT64_C(1) << m.gate % 64);
    lose_clients(g, index, m.gate);
    return true;
}

static bool on_gate_hello(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_gate_hello m;
    if (!msg_notify_gate_hello_read(payload, &m))
        return false;
    g->memberships[index].gates[m.gate / 64] |= UINT64_C(1) << m.gate % 64;
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

static bool on_game_connected(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_game_connected m;
    if (!msg_notify_game_connected_read(payload, &m))
        return false;
    set_online(g, index, m.game, true);
    return true;
}

static bool on_game_disconnected(struct game *g, unsigned index, struct view payload)
{
    struct msg_notify_game_disconnected m;
    if (!msg_notify_game_disconnected_read(payload, &m))
        return false;
    set_online(g, index, m.game, false);
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

typedef bool (*handler)(struct game *g, unsigned index, struct view payload);

static const handler handlers[] = {
    [MSG_CALL_ENTITY_METHOD_FROM_CLIENT] = on_call_from_client,
    [MSG_CALL_ENTITY_METHOD] = on_call,
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
    [MSG_CHECK_OWNER] = on_check_owner,
    [MSG_REJECT_ENTITY] = on_rejected,
};

static void refuse(struct game *g, struct complaint *kind, const char *event, uint16_t type)
{
    const char *name = msg_name(type);
    complain(kind, g->desc.world.log, g->desc.world.clock, event, "type=%u/%s", type,
             name ? name : "?");
}

static void on_packet(void *user, unsigned index, const uint8_t *payload, size_t size)
{
    struct game *g = user;
    struct view view = {payload, (uint32_t)size};
    uint16_t type = msg_type_of(view);
    handler handle = type < sizeof handlers / sizeof *handlers ? handlers[type] : NULL;
    if (!handle) {
        refuse(g, &g->stats.packets_unhandled, "packet_unhandled", type);
    } else if (!handle(g, index, view)) {
        refuse(g, &g->stats.packets_bad, "packet_bad", type);
    }
}

static void on_ahead(void *user, const uint8_t *payload, size_t size)
{
    world_call_ahead(((struct game *)user)->world, (struct view){payload, (uint32_t)size});
}

/* ---- going out ------------------------------------------------------------------------------ */

/* What is known of a gate outlives its dispatcher's link: one that is gone by then is told of. */
static bool speaks_own(void *user, gw_id route, uint16_t gateid)
{
    const struct game *g = user;
    unsigned index = dispatchers_of_entity(g->dispatchers, route);
    bool gate_does = g->memberships[index].gates[gateid / 64] >> gateid % 64 & 1;
    return gate_does && dispatchers_has_said_hello(g->dispatchers, index);
}

/* From when on it is cut off. Until it has answered a new registration a dispatcher may know that
 * an entity lives elsewhere. */
static int64_t cut_off_ms(const struct game *g, unsigned index)
{
    const struct membership *membership = &g->memberships[index];
    if (!membership->was_registered)
        return CLOCK_NEVER;
    return membership->registered ? dispatchers_cut_off_ms(g->dispatchers, index) : 0;
}

static bool is_cut_off(void *user, gw_id route)
{
    const struct game *g = user;
    unsigned index = dispatchers_of_entity(g->dispatchers, route);
    return g->desc.world.clock->now_ms >= cut_off_ms(g, index);
}

/* The clock moves on before the turn does: what comes in first must find it cut off already. */
static void tell_cut_off(struct game *g)
{
    int64_t first_ms = CLOCK_NEVER;
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        if (cut_off_ms(g, i) < first_ms)
            first_ms = cut_off_ms(g, i);
    world_set_cut_off(g->world, first_ms);
}

/* The answer to our HELLO is on its way, or the dispatcher does not know it. Our own messages are
 * short and in one piece. */
static void keep_until_hello(struct game *g, unsigned index, uint16_t type, struct view payload)
{
    struct buf *early = &g->memberships[index].early;
    if (dispatchers_is_up(g->dispatchers, index) && early->size + payload.size <= EARLY_BYTES_MAX) {
        write_var(early, payload.data, payload.size);
        return;
    }
    refuse(g, &g->stats.packets_unsendable, "dispatcher_does_not_know_message", type);
}

static void send_out(void *user, gw_id route, const void *head, size_t head_size, const void *tail,
                     size_t tail_size)
{
    struct game *g = user;
    unsigned index = dispatchers_of_entity(g->dispatchers, route);
    uint16_t type = msg_type_of((struct view){head, (uint32_t)head_size});
    if (type >= MSG_OWN_FIRST && !dispatchers_has_said_hello(g->dispatchers, index)) {
        keep_until_hello(g, index, type, (struct view){head, (uint32_t)head_size});
        return;
    }
    if (tail_size)
        dispatchers_send2(g->dispatchers, index, head, head_size, tail, tail_size);
    else
        dispatchers_send(g->dispatchers, index, head, head_size);
}

/* ---- the registry --------------------------------------------------------------------------- */

static void registry_write(void *user, struct view key, struct view value, bool force)
{
    struct game *g = user;
    buf_clear(&g->out);
    msg_kvreg_register_write(
        &g->out, &(struct msg_kvreg_register){.key = key, .value = value, .force = force});
    dispatchers_send(g->dispatchers, registry_dispatcher_of(g->registry, key), g->out.data,
                     g->out.size);
}

static bool registry_release(void *user, struct view key, struct view value)
{
    struct game *g = user;
    unsigned index = registry_dispatcher_of(g->registry, key);
    buf_clear(&g->out);
    msg_kvreg_release_write(&g->out, &(struct msg_kvreg_release){.key = key, .value = value});
    bool knows_own = dispatchers_has_said_hello(g->dispatchers, index);
    if (knows_own)
        dispatchers_send(g->dispatchers, index, g->out.data, g->out.size);
    return knows_own;
}

static bool registry_is_there(void *user, struct view key)
{
    const struct game *g = user;
    unsigned index = registry_dispatcher_of(g->registry, key);
    return g->memberships[index].registered && !dispatchers_is_cut_off(g->dispatchers, index);
}

static void registry_send(void *user, unsigned index, const void *payload, size_t size)
{
    struct game *g = user;
    dispatchers_send(g->dispatchers, index, payload, size);
}

static void registry_changed(void *user, struct view key, const struct view *value)
{
    struct game *g = user;
    world_registry_changed(g->world, key, value);
}

static bool is_dead(void *user, unsigned index, uint16_t game)
{
    const struct game *g = user;
    for (unsigned i = 0; i < g->desc.dispatchers; i++) {
        const struct membership *m = &g->memberships[i];
        if (i != index && m->registered && !(m->online[game / 64] >> game % 64 & 1))
            return true;
    }
    return false;
}

/* Dispatchers place new entities by it. */
static void report_load(struct game *g)
{
    buf_clear(&g->out);
    write_u16(&g->out, MSG_GAME_LBC_INFO);
    size_t begin = write_var_begin(&g->out);
    msgpack_write_map(&g->out, 1);
    msgpack_write_str(&g->out, "cp", 2);
    msgpack_write_f64(&g->out, g->desc.cpu_percent(g->desc.user));
    write_var_end(&g->out, begin);
    dispatchers_send_all(g->dispatchers, g->out.data, g->out.size);
}

/* ---- life ----------------------------------------------------------------------------------- */

/* One that gave us up has told the gates that the entities are gone, and they close those clients.
 * One that was started again has told nobody anything: see said_hello. */
static void on_lost(void *user, unsigned index, enum dispatchers_loss loss)
{
    struct game *g = user;
    g->memberships[index].registered = false;
    tell_cut_off(g);
    buf_clear(&g->memberships[index].early);
    if (loss == DISPATCHER_GAVE_UP)
        lose_clients(g, index, 0);
}

static void said_hello(void *user, unsigned index, bool restarted)
{
    struct game *g = user;
    struct membership *membership = &g->memberships[index];
    uint64_t epoch = dispatchers_epoch(g->dispatchers, index);
    registry_told_life(g->registry, index, membership->epoch != epoch);
    membership->epoch = epoch;
    struct reader early = reader_of(membership->early.data, membership->early.size);
    while (reader_left(&early) > 0) {
        struct view own = read_var(&early);
        dispatchers_send(g->dispatchers, index, own.data, own.size);
    }
    buf_clear(&membership->early);
    world_registry_joined(g->world);
    struct served served = {NULL, g, index};
    if (restarted)
        world_check_clients(g->world, is_served, &served);
}

static void dial(void *user, unsigned index)
{
    struct game *g = user;
    g->desc.dial(g->desc.user, index);
}

gw_err game_create(const struct game_desc *desc, struct game **out, char **error)
{
    struct game *g = mem_zalloc(sizeof *g);
    g->desc = *desc;
    g->desc.world.outbox = (struct outbox){
        send_out, g, speaks_own, is_cut_off, registry_write, registry_release, registry_is_there};
    g->memberships = mem_zalloc(desc->dispatchers * sizeof *g->memberships);
    g->dispatchers = dispatchers_create(&(struct dispatchers_desc){
        .count = desc->dispatchers,
        .id = desc->world.gameid,
        .epoch = desc->epoch,
        .pool = desc->pool,
        .clock = desc->world.clock,
        .log = desc->world.log,
        .dial = dial,
        .register_at = register_game,
        .said_hello = said_hello,
        .packet = on_packet,
        .ahead = on_ahead,
        .lost = on_lost,
        .user = g,
    });
    g->registry = registry_create(&(struct registry_desc){
        .dispatchers = desc->dispatchers,
        .gameid = desc->world.gameid,
        .clock = desc->world.clock,
        .log = desc->world.log,
        .changed = registry_changed,
        .send = registry_send,
        .is_dead = is_dead,
        .user = g,
    });
    gw_err err = world_create(&g->desc.world, &g->world, error);
    if (err)
        game_destroy(g);
    else
        *out = g;
    return err;
}

void game_destroy(struct game *g)
{
    if (!g)
        return;
    world_destroy(g->world);
    dispatchers_destroy(g->dispatchers);
    registry_destroy(g->registry);
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        buf_free(&g->memberships[i].early);
    free(g->memberships);
    buf_free(&g->out);
    free(g);
}

void game_dispatcher_up(struct game *g, unsigned index, struct link *link)
{
    dispatchers_up(g->dispatchers, index, link);
}

void game_dispatcher_down(struct game *g, unsigned index)
{
    dispatchers_down(g->dispatchers, index);
}

int64_t game_turn(struct game *g)
{
    int64_t now_ms = g->desc.world.clock->now_ms;
    tell_cut_off(g);
    int64_t due_ms = world_turn(g->world);
    int64_t links_due_ms = dispatchers_turn(g->dispatchers);
    if (now_ms >= g->load_report_due_ms && dispatchers_connected(g->dispatchers) > 0) {
        report_load(g);
        g->load_report_due_ms = now_ms + LOAD_REPORT_INTERVAL_MS;
    }
    if (links_due_ms < due_ms)
        due_ms = links_due_ms;
    if (!dispatchers_connected(g->dispatchers))
        return due_ms;
    return g->load_report_due_ms < due_ms ? g->load_report_due_ms : due_ms;
}

bool game_is_serving(const struct game *g)
{
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        if (!g->memberships[i].registered || !dispatchers_is_up(g->dispatchers, i))
            return false;
    return true;
}

void game_stop(struct game *g)
{
    world_stop(g->world);
}

bool game_is_idle(const struct game *g)
{
    return world_is_idle(g->world) && storage_is_idle(g->desc.world.storage) &&
           kv_is_idle(g->desc.world.kv) && passwords_are_idle(g->desc.world.passwords);
}

const struct game_stats *game_stats(const struct game *g)
{
    return &g->stats;
}

struct world *game_world(struct game *g)
{
    return g->world;
}

const struct registry *game_registry(const struct game *g)
{
    return g->registry;
}

struct dispatchers *game_dispatchers(struct game *g)
{
    return g->dispatchers;
}

const struct metric game_metrics[] = {
    METRIC(COUNTER, struct game_stats, packets_bad.count, "game_packets_bad_total",
           "Packets from dispatchers that could not be read."),
    METRIC(COUNTER, struct game_stats, packets_unhandled.count, "game_packets_unhandled_total",
           "Packets of a type that this game does not know."),
    METRIC(COUNTER, struct game_stats, packets_unsendable.count, "game_packets_unsendable_total",
           "Packets for a dispatcher that does not know their type."),
    METRIC_END,
};
