/* Joins the world of a game to its dispatchers, and leads both through their life. */
#include "entity/freeze.h"
#include "game/core.h"
#include "game/from_dispatcher.h"
#include "game/outbox.h"

#include "wire/msgpack.h"

#include <stdlib.h>

#define LOAD_REPORT_INTERVAL_MS 1000

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

bool game_is_being_restored(const struct game *g, unsigned index)
{
    return g->memberships[index].restores && !g->memberships[index].was_registered;
}

/* Who we are and which entities live here. */
static void register_game(void *user, unsigned index, struct link *link)
{
    struct game *g = user;
    struct buf ids = {0};
    struct served served = {&ids, g, index};
    world_each_claim(g->world, add_if_served, &served);
    rest_each_arrival(g, index, add_if_served, &served);
    struct msg_set_game_id m = {
        .game = g->desc.world.gameid,
        .is_reconnect = g->memberships[index].was_registered,
        .is_restore = game_is_being_restored(g, index),
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
void game_check_ready(struct game *g)
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

/* With several dispatchers a gate may be lost to one of them and there for the others: only what
 * this one serves is concerned. */
void game_lose_clients(struct game *g, unsigned index, uint16_t gateid)
{
    struct served served = {NULL, g, index};
    world_gate_lost(g->world, gateid, is_served, &served);
}

void game_restart_trips(struct game *g, unsigned index)
{
    struct served served = {NULL, g, index};
    world_restart_trips(g->world, is_served, &served);
}

void game_resend_leavers(struct game *g, unsigned index)
{
    struct served served = {NULL, g, index};
    world_resend_leavers(g->world, is_served, &served);
}

void game_refuse(struct game *g, struct complaint *kind, const char *event, uint16_t type)
{
    const char *name = msg_name(type);
    complain(kind, g->desc.world.log, g->desc.world.clock, event, "type=%u/%s", type,
             name ? name : "?");
}

/* ---- the registry --------------------------------------------------------------------------- */

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
        if (i != index && m->registered && !numbers_has(&m->online, game))
            return true;
    }
    return false;
}

/* ---- life ----------------------------------------------------------------------------------- */

/* The clock moves on before the turn does: what comes in first must find it cut off already. */
static void tell_cut_off(struct game *g)
{
    int64_t first_ms = CLOCK_NEVER;
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        if (outbox_cut_off_ms(g, i) < first_ms)
            first_ms = outbox_cut_off_ms(g, i);
    world_set_cut_off(g->world, first_ms);
}

/* One that gave us up has told the gates that the entities are gone, and they close those clients.
 * One that was started again has told nobody anything: see said_hello. */
static void on_lost(void *user, unsigned index, enum dispatchers_loss loss)
{
    struct game *g = user;
    rest_call_off(g, "a dispatcher was lost");
    g->memberships[index].registered = false;
    tell_cut_off(g);
    buf_clear(&g->memberships[index].early);
    if (loss == DISPATCHER_GAVE_UP)
        game_lose_clients(g, index, 0);
}

/* One that has restored a game does not know how long nobody had it. What has left that game it had
 * read before, if this is still the same life of it: then that may have come back since, and would
 * be lost if it were sent away once more. */
static void said_hello(void *user, unsigned index, bool restarted)
{
    struct game *g = user;
    struct membership *membership = &g->memberships[index];
    bool is_unsure = restarted || membership->restores;
    uint64_t epoch = dispatchers_epoch(g->dispatchers, index);
    bool is_another_life = membership->epoch != epoch;
    bool may_miss_leavers = membership->restores && is_another_life;
    registry_told_life(g->registry, index, is_another_life);
    membership->epoch = epoch;
    membership->restores = false;
    outbox_send_early(g, index);
    if (may_miss_leavers && game_is_awake(g))
        game_resend_leavers(g, index);
    membership->misses_leavers = may_miss_leavers && !game_is_awake(g);
    world_registry_joined(g->world);
    struct served served = {NULL, g, index};
    if (is_unsure)
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
    g->desc.world.outbox = outbox_of(g);
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
        .packets = game_packets,
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
    rest_fini(g);
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

int64_t game_turn(struct game *g)
{
    int64_t now_ms = g->desc.world.clock->now_ms;
    tell_cut_off(g);
    int64_t due_ms = rest_is_still(g) ? CLOCK_NEVER : world_turn(g->world);
    int64_t rest_due_ms = rest_turn(g), links_due_ms = dispatchers_turn(g->dispatchers);
    if (rest_due_ms < due_ms)
        due_ms = rest_due_ms;
    if (rest_is_still(g))
        return links_due_ms < due_ms ? links_due_ms : due_ms;
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

void game_call_off_rest(struct game *g, const char *why)
{
    rest_call_off(g, why);
}

void game_abandon(struct game *g)
{
    world_abandon(g->world);
    dispatchers_leave_silently(g->dispatchers);
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
    rest_call_off(g, "the game stops");
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
           "Packets from dispatchers that could not be read"),
    METRIC(COUNTER, struct game_stats, packets_unhandled.count, "game_packets_unhandled_total",
           "Packets of a type that this game does not know"),
    METRIC(COUNTER, struct game_stats, packets_unsendable.count, "game_packets_unsendable_total",
           "Packets for a dispatcher that does not know their type"),
    METRIC_END,
};
