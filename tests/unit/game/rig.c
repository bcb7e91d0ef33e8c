/* rig: see rig.h. */
#include "rig.h"

#include "base/assert.h"
#include "cluster/slot.h"

#include <endian.h>
#include <stdlib.h>

static void log_write(void *user, enum log_level level, const char *line, size_t size)
{
    struct rig *r = user;
    (void)level;
    buf_append(&r->logged, line, size);
    buf_append(&r->logged, "\n", 1);
}

static void submit(struct worker_pool *pool, struct work *work)
{
    struct rig *r = (struct rig *)((char *)pool - offsetof(struct rig, workers));
    ASSERT(r->queued < sizeof r->queue / sizeof *r->queue);
    r->queue[r->queued++] = work;
}

static void dial(void *user, unsigned index)
{
    ((struct rig *)user)->dials[index] = true;
}

static double no_load(void *user)
{
    (void)user;
    return 0;
}

static void open_stores(struct rig *r)
{
    char *error = NULL;
    ASSERT(!storage_create(&(struct storage_desc){.ops = &storage_memory,
                                                  .url = "",
                                                  .workers = &r->workers,
                                                  .clock = &r->clock,
                                                  .log = &r->log},
                           &r->storage, &error));
    ASSERT(!kv_create(&(struct kv_desc){.ops = &kv_memory,
                                        .url = "",
                                        .workers = &r->workers,
                                        .clock = &r->clock,
                                        .log = &r->log},
                      &r->kv, &error));
    r->passwords = passwords_create(&r->workers, PASSWORD_COST_LEAST);
    r->fibers = fiber_pool_create(&(struct fiber_pool_desc){0});
}

static void create_game(struct rig *r)
{
    struct game_desc desc = {
        .world = {.game = r->played,
                  .gameid = RIG_GAME,
                  .boot_entity = r->boot_entity,
                  .save_interval_ms = 300000,
                  .position_sync_interval_ms = 100,
                  .clock = &r->clock,
                  .log = &r->log,
                  .ids = &r->ids,
                  .storage = r->storage,
                  .kv = r->kv,
                  .passwords = r->passwords,
                  .fibers = r->fibers,
                  .seed = 3},
        .dispatchers = r->dispatchers,
        .pool = &r->pool,
        .epoch = 11,
        .dial = dial,
        .cpu_percent = no_load,
        .user = r,
    };
    char *error = NULL;
    gw_err err = game_create(&desc, &r->game, &error);
    ASSERT(!err);
}

struct rig *rig_create(const gw_game *game, const char *boot_entity, unsigned dispatchers)
{
    struct rig *r = mem_zalloc(sizeof *r);
    r->clock = (struct clock){.now_ms = 1000, .wall_ms = 1700000000000};
    r->log = (struct log){.process = "game1", .write = log_write, .user = r};
    r->ids = (struct id_source){.clock = &r->clock, .pid = 1};
    r->workers.submit = submit;
    r->dispatchers = dispatchers;
    r->played = game;
    r->boot_entity = boot_entity;
    open_stores(r);
    create_game(r);
    return r;
}

void rig_succeed(struct rig *r, const struct buf *frozen)
{
    char *error = NULL;
    game_abandon(r->game);
    game_destroy(r->game);
    create_game(r);
    gw_err err = game_restore(r->game, view_of(frozen), &error);
    ASSERT(!err);
}

void rig_stop(struct rig *r)
{
    game_stop(r->game);
    rig_turn(r);
    ASSERT(game_is_idle(r->game));
    game_destroy(r->game);
    r->game = NULL;
}

void rig_destroy(struct rig *r)
{
    if (r->game)
        rig_stop(r);
    storage_destroy(r->storage);
    kv_destroy(r->kv);
    passwords_destroy(r->passwords);
    fiber_pool_destroy(r->fibers);
    for (unsigned i = 0; i < r->dispatchers; i++)
        fake_link_fini(&r->links[i]);
    outq_pool_free(&r->pool);
    buf_free(&r->logged);
    free(r);
}

void rig_turn(struct rig *r)
{
    do {
        while (r->queued) {
            struct work *work = r->queue[0];
            memmove(r->queue, r->queue + 1, --r->queued * sizeof *r->queue);
            work->run(work);
            work->done(work);
        }
        storage_turn(r->storage);
        game_turn(r->game);
    } while (r->queued);
}

void rig_pass(struct rig *r, int64_t ms)
{
    r->clock.now_ms += ms;
    r->clock.wall_ms += ms;
    rig_turn(r);
}

void rig_dialled(struct rig *r, unsigned index)
{
    rig_pass(r, SLOT_RETRY_MS_MAX);
    ASSERT(r->dials[index]);
    r->dials[index] = false;
    fake_link_fini(&r->links[index]);
    fake_link_init(&r->links[index], &r->pool);
    game_dispatcher_up(r->game, index, &r->links[index].link);
}

void rig_connect(struct rig *r, unsigned index, uint64_t epoch)
{
    struct msg_set_game_id who;
    struct msg_hello hello;
    r->epochs[index] = epoch;
    rig_dialled(r, index);
    EXPECT(&r->links[index], set_game_id, &who);
    EXPECT(&r->links[index], hello, &hello);
}

void rig_hang_up(struct rig *r, unsigned index)
{
    fake_link_hang_up(&r->links[index]);
}

void rig_take_in(struct rig *r, unsigned index, int is_ready, ...)
{
    struct buf registry = {0};
    uint32_t count = 0;
    va_list pairs;
    va_start(pairs, is_ready);
    write_u32(&registry, 0);
    for (const char *key; (key = va_arg(pairs, const char *)); count++) {
        write_str(&registry, key);
        write_str(&registry, va_arg(pairs, const char *));
    }
    va_end(pairs);
    count = htole32(count);
    memcpy(registry.data, &count, sizeof count);
    RECEIVE(&r->links[index], set_game_id_ack, .dispatcher = (uint16_t)(index + 1),
            .is_deployment_ready = is_ready != 0, .games = {(const uint8_t *)"\1\0\2\0", 4},
            .registry = {registry.data, (uint32_t)registry.size});
    buf_free(&registry);
}

void rig_say_hello(struct rig *r, unsigned index)
{
    RECEIVE(&r->links[index], hello, .version = 1, .epoch = r->epochs[index]);
}

void rig_tell(struct rig *r, unsigned index, const char *key, const char *value)
{
    if (value)
        RECEIVE(&r->links[index], kvreg_register, .key = view_str(key), .value = view_str(value));
    else
        RECEIVE(&r->links[index], notify_kvreg_removed, .key = view_str(key));
}

bool rig_next(struct rig *r, unsigned index, struct view *payload)
{
    while (fake_link_next(&r->links[index], payload))
        if (msg_type_of(*payload) != MSG_GAME_LBC_INFO)
            return true;
    return false;
}

bool rig_logged(const struct rig *r, const char *text)
{
    return r->logged.size && memmem(r->logged.data, r->logged.size, text, strlen(text));
}
