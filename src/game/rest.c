/* rest: see rest.h. */
#include "game/rest.h"

#include "entity/freeze.h"
#include "game/core.h"
#include "game/from_dispatcher.h"

#include <stdio.h>
#include <stdlib.h>

/* Nobody notices how long it settles; while it holds, players wait. */
#define SETTLE_MS 10000
#define HOLD_MS 1000
#define ASK_MS 3000 /* dispatchers hold for longer, and give a game up that does not come back */

#define HELD_BYTES_MAX ((size_t)64 * 1024 * 1024)

#define HELLO_MS 500 /* then a dispatcher that has taken us in is one of GoWorld's */

#define LOOK_MS 1 /* between two looks at what has not ended */

static int64_t now_of(const struct game *g)
{
    return g->desc.world.clock->now_ms;
}

static void set_step(struct game *g, enum rest_step step, int64_t limit_ms)
{
    g->rest.step = step;
    g->rest.deadline_ms = now_of(g) + limit_ms;
}

/* ---- what comes in meanwhile ---------------------------------------------------------------- */

bool rest_holds(const struct game *g)
{
    return g->rest.step >= REST_HOLDS;
}

bool rest_is_still(const struct game *g)
{
    return g->rest.step >= REST_ASKS;
}

/* What overtakes what is held: answers, which end what is waited for, and what dispatchers say of
 * themselves. */
static bool is_taken(const struct game *g, uint16_t type)
{
    if (g->rest.step == REST_WAKES)
        return type == MSG_SET_GAME_ID_ACK || type == MSG_NOTIFY_GATE_HELLO;
    return type == MSG_ANSWER || type == MSG_START_FREEZE_GAME_ACK;
}

struct record {
    unsigned index; /* of the dispatcher */
    struct view packet;
};

static void write_record(struct buf *b, struct record record)
{
    write_u16(b, (uint16_t)record.index);
    write_var(b, record.packet.data, record.packet.size);
}

static struct record read_record(struct reader *r)
{
    struct record record = {.index = read_u16(r)};
    record.packet = read_var(r);
    return record;
}

/* As if it came now. */
static void replay(struct game *g)
{
    struct buf held = g->rest.held;
    g->rest.held = (struct buf){0};
    struct reader r = reader_of(held.data, held.size);
    while (reader_left(&r)) {
        struct record record = read_record(&r);
        game_packets(g, record.index, &record.packet, 1);
    }
    buf_free(&held);
}

/* Who has left may have come back, or be known to have arrived, by what was held. */
static void wake(struct game *g)
{
    g->rest.step = REST_NONE;
    world_set_pace(g->world, WORLD_RUNS);
    replay(g);
    for (unsigned i = 0; i < g->desc.dispatchers; i++) {
        if (g->memberships[i].misses_leavers)
            game_resend_leavers(g, i);
        g->memberships[i].misses_leavers = false;
    }
}

static void hold(struct game *g, unsigned index, struct view packet)
{
    write_record(&g->rest.held, (struct record){index, packet});
    if (g->rest.held.size <= HELD_BYTES_MAX)
        return;
    if (g->rest.step == REST_WAKES)
        wake(g);
    else
        rest_call_off(g, "more than 64 MiB came in meanwhile");
}

size_t rest_take(struct game *g, unsigned index, const struct view *packets, size_t count)
{
    size_t taken = 0;
    while (taken < count && rest_holds(g)) {
        struct view packet = packets[taken++];
        if (is_taken(g, msg_type_of(packet)))
            game_handle_packet(g, index, packet);
        else
            hold(g, index, packet);
    }
    return taken;
}

/* ---- who has come so ------------------------------------------------------------------------ */

static bool is_arrival(struct record record, gw_id *entity)
{
    struct msg_real_migrate m;
    if (msg_type_of(record.packet) != MSG_REAL_MIGRATE || !msg_real_migrate_read(record.packet, &m))
        return false;
    *entity = m.entity;
    return true;
}

void rest_each_arrival(const struct game *g, unsigned index, void (*each)(void *user, gw_id id),
                       void *user)
{
    struct reader r = reader_of(g->rest.held.data, g->rest.held.size);
    gw_id entity;
    while (reader_left(&r)) {
        struct record record = read_record(&r);
        if (record.index == index && is_arrival(record, &entity))
            each(user, entity);
    }
}

void rest_disown(struct game *g, gw_id entity)
{
    struct buf held = g->rest.held;
    struct reader r = reader_of(held.data, held.size);
    gw_id arrival;
    g->rest.held = (struct buf){0};
    while (reader_left(&r)) {
        struct record record = read_record(&r);
        if (!is_arrival(record, &arrival) || !gw_id_equal(arrival, entity))
            write_record(&g->rest.held, record);
    }
    buf_free(&held);
}

/* ---- ending --------------------------------------------------------------------------------- */

void rest_call_off(struct game *g, const char *why)
{
    enum rest_step step = g->rest.step;
    if (step == REST_NONE || step == REST_WAKES)
        return;
    log_warn(g->desc.world.log, "rest_called_off", "why=\"%s\"", why);
    free(g->rest.why_not);
    g->rest.why_not = mem_strdup(why);
    buf_free(&g->rest.frozen);
    if (step >= REST_ASKS)
        dispatchers_cancel_freeze(g->dispatchers);
    wake(g);
}

void rest_fini(struct game *g)
{
    free(g->rest.why_not);
    buf_free(&g->rest.frozen);
    buf_free(&g->rest.held);
}

/* ---- step by step --------------------------------------------------------------------------- */

void game_come_to_rest(struct game *g)
{
    free(g->rest.why_not);
    g->rest.why_not = NULL;
    set_step(g, REST_SETTLES, SETTLE_MS);
    world_set_pace(g->world, WORLD_SETTLES);
    log_info(g->desc.world.log, "coming_to_rest", "");
}

enum game_rest game_rest(const struct game *g)
{
    if (g->rest.step == REST_READY)
        return GAME_RESTS;
    return g->rest.step == REST_NONE || g->rest.step == REST_WAKES ? GAME_RUNS : GAME_COMES_TO_REST;
}

bool game_is_awake(const struct game *g)
{
    return g->rest.step != REST_WAKES;
}

bool game_holds(const struct game *g)
{
    return rest_holds(g);
}

const char *game_why_no_rest(const struct game *g)
{
    return g->rest.why_not;
}

static void ask_to_hold(struct game *g)
{
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        g->memberships[i].holds = false;
    set_step(g, REST_ASKS, ASK_MS);
    buf_clear(&g->out);
    msg_start_freeze_game_write(&g->out, &(struct msg_start_freeze_game){});
    dispatchers_send_all(g->dispatchers, g->out.data, g->out.size);
}

/* What each dispatcher has read by then is all that was sent to it: the world sends no more. */
void rest_answered(struct game *g, unsigned index)
{
    if (g->rest.step != REST_ASKS)
        return;
    g->memberships[index].holds = true;
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        if (!g->memberships[i].holds)
            return;
    set_step(g, REST_READY, 0);
}

static void freeze_world(struct game *g)
{
    char *error;
    if (world_freeze(g->world, &g->rest.frozen, &error)) {
        rest_call_off(g, error);
        free(error);
        return;
    }
    ask_to_hold(g);
}

static void give_up(struct game *g)
{
    char why[320];
    if (g->rest.step == REST_ASKS)
        snprintf(why, sizeof why, "a dispatcher has not answered in time");
    else
        snprintf(why, sizeof why, "%s", world_unrest(g->world));
    rest_call_off(g, why);
}

static void look(struct game *g)
{
    if (!game_is_serving(g)) {
        rest_call_off(g, "a dispatcher is away");
    } else if (g->rest.step == REST_SETTLES && world_has_settled(g->world)) {
        set_step(g, REST_HOLDS, HOLD_MS);
        world_set_pace(g->world, WORLD_HOLDS);
    } else if (g->rest.step == REST_HOLDS && world_is_at_rest(g->world)) {
        freeze_world(g);
    }
}

/* ---- waking up ------------------------------------------------------------------------------ */

void rest_wait(struct game *g, struct view held)
{
    buf_append(&g->rest.held, held.data, held.size);
    g->rest.step = REST_WAKES;
    g->rest.deadline_ms = CLOCK_NEVER;
}

static bool all_have_said_hello(const struct game *g)
{
    for (unsigned i = 0; i < g->desc.dispatchers; i++)
        if (!dispatchers_has_said_hello(g->dispatchers, i))
            return false;
    return true;
}

/* Before that, what it says in messages of ours would not be understood. */
static int64_t wake_if_joined(struct game *g)
{
    if (!game_is_serving(g)) {
        g->rest.deadline_ms = CLOCK_NEVER;
        return CLOCK_NEVER;
    }
    if (g->rest.deadline_ms == CLOCK_NEVER)
        g->rest.deadline_ms = now_of(g) + HELLO_MS;
    if (!all_have_said_hello(g) && now_of(g) < g->rest.deadline_ms)
        return g->rest.deadline_ms;
    wake(g);
    return now_of(g);
}

int64_t rest_turn(struct game *g)
{
    if (g->rest.step == REST_NONE || g->rest.step == REST_READY)
        return CLOCK_NEVER;
    if (g->rest.step == REST_WAKES)
        return wake_if_joined(g);
    look(g);
    if (g->rest.step == REST_NONE)
        return now_of(g);
    if (g->rest.step != REST_READY && now_of(g) >= g->rest.deadline_ms)
        give_up(g);
    return now_of(g) + LOOK_MS;
}
