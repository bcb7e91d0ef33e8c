/* What is said to be a frozen world: any bytes. They are refused, or become a world that runs, and
 * can be frozen and restored again. */
#include "entity/freeze.h"
#include "wire/messages.h"

#include "base/assert.h"

#include <goworld/goworld.h>

#include <stdlib.h>

enum { QUEUE_MAX = 4096 };

typedef struct Hero {
    gw_entity base;
    gw_text name;
    int64_t level;
    gw_map bag;
    gw_list friends;
} Hero;
extern const gw_entity_type Hero_type;
#define HERO_RPC(RPC)                                                                              \
    RPC(Hero, Tick, GW_SERVER, (i64, n))                                                           \
    RPC(Hero, Go, GW_SERVER, (id, space))
GW_RPC_DECLARE(HERO_RPC)

void Hero_Tick(Hero *self, int64_t n)
{
    GW_SET(self, level, self->level + n % 1000);
    gw_map_set(self->bag, "ticks", n);
}

void Hero_Go(Hero *self, gw_id space)
{
    (void)!gw_enter_space(&self->base, space, (gw_vec3){1, 2, 3});
}

typedef struct Desk {
    gw_entity base;
} Desk;
extern const gw_entity_type Desk_type;
#define DESK_RPC(RPC) RPC(Desk, Ask, GW_SERVER, (str, text))
GW_RPC_DECLARE(DESK_RPC)
GW_SERVICE_RPC_DECLARE(DESK_RPC)

void Desk_Ask(Desk *self, const char *text)
{
    (void)self, (void)text;
}

static gw_err restored(gw_entity *self, gw_map carried)
{
    (void)self;
    return gw_map_i64(carried, "no") ? GW_EINVAL : GW_OK;
}

GW_RPC_DEFINE(Hero, HERO_RPC)
GW_RPC_DEFINE(Desk, DESK_RPC)
static const gw_attr Hero_attrs[] = {
    GW_ATTR(Hero, name, GW_ALL_CLIENTS), GW_ATTR(Hero, level, GW_ALL_CLIENTS | GW_PERSISTENT),
    GW_ATTR(Hero, bag, GW_CLIENT), GW_ATTR(Hero, friends, GW_CLIENT), GW_ATTR_END};
const gw_entity_type Hero_type = {.name = "Hero",
                                  .size = sizeof(Hero),
                                  .attrs = Hero_attrs,
                                  .methods = Hero_methods,
                                  .persistent = true,
                                  .on_restored = restored};
const gw_entity_type Desk_type = {
    .name = "Desk", .size = sizeof(Desk), .methods = Desk_methods, .service_shards = 2};
static const gw_entity_type *const types[] = {&Hero_type, &Desk_type, NULL};
static const gw_game game = {.types = types};

/* ---- around the world ----------------------------------------------------------------------- */

static struct clock now;
static struct work *queue[QUEUE_MAX];
static size_t queued;

static void submit(struct worker_pool *workers, struct work *work)
{
    (void)workers;
    ASSERT(queued < QUEUE_MAX);
    queue[queued++] = work;
}

static void nowhere(void *user, enum log_level level, const char *line, size_t size)
{
    (void)user, (void)level, (void)line, (void)size;
}

static void swallow(void *user, gw_id route, struct view packet)
{
    (void)user, (void)route, (void)packet;
}

static bool speaks_own(void *user, gw_id route, uint16_t gateid)
{
    (void)user, (void)route;
    return gateid % 2 == 0;
}

static void registry_write(void *user, struct view key, struct view value, bool force)
{
    (void)user, (void)key, (void)value, (void)force;
}

static bool registry_release(void *user, struct view key, struct view value)
{
    (void)user, (void)key, (void)value;
    return true;
}

static bool registry_is_there(void *user, struct view key)
{
    (void)user, (void)key;
    return true;
}

static const struct log silent = {.level = LOG_DEBUG, .process = "fuzz", .write = nowhere};
static struct worker_pool workers = {.submit = submit};
static struct id_source ids = {.clock = &now, .pid = 99}; /* other ids than those in the corpus */
static struct storage *storage;
static struct kv *kv;
static struct passwords *passwords;

static struct world *world_new(void)
{
    struct world_desc desc = {.game = &game,
                              .gameid = 1,
                              .boot_entity = "Hero",
                              .save_interval_ms = 1000,
                              .position_sync_interval_ms = 100,
                              .outbox = {.send = swallow,
                                         .speaks_own = speaks_own,
                                         .registry_write = registry_write,
                                         .registry_release = registry_release,
                                         .registry_is_there = registry_is_there},
                              .clock = &now,
                              .log = &silent,
                              .ids = &ids,
                              .storage = storage,
                              .kv = kv,
                              .passwords = passwords};
    struct world *w;
    char *error;
    gw_err err = world_create(&desc, &w, &error);
    ASSERT(!err);
    return w;
}

static void turn(struct world *w)
{
    world_turn(w);
    while (queued) {
        struct work *work = queue[--queued];
        work->run(work);
        work->done(work);
        storage_turn(storage);
        world_turn(w);
    }
}

/* What could be restored is frozen again, and that is restored, too. */
static struct world *again(struct world *w)
{
    struct buf frozen = {0};
    char *error;
    world_set_pace(w, WORLD_HOLDS);
    turn(w);
    if (!world_is_at_rest(w) || world_freeze(w, &frozen, &error))
        return w;
    world_abandon(w);
    world_destroy(w);
    w = world_new();
    gw_err err = world_restore(w, view_of(&frozen), &error);
    ASSERT(!err);
    buf_free(&frozen);
    return w;
}

static void live(struct world *w, const uint8_t *data, size_t size)
{
    char *error;
    if (world_restore(w, (struct view){data, (uint32_t)size}, &error)) {
        free(error);
        world_destroy(w);
        return;
    }
    for (unsigned i = 0; i < 3; i++) {
        now.now_ms += 500;
        turn(w);
    }
    w = again(w);
    world_stop(w);
    for (unsigned i = 0; i < 10; i++) {
        now.now_ms += 1000;
        turn(w);
    }
    world_destroy(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *error;
    now = (struct clock){.now_ms = 1000, .wall_ms = 1700000000000};
    ids.counter = 0;
    gw_err err = storage_create(
        &(struct storage_desc){
            .ops = &storage_memory, .url = "", .workers = &workers, .clock = &now, .log = &silent},
        &storage, &error);
    ASSERT(!err);
    err = kv_create(
        &(struct kv_desc){
            .ops = &kv_memory, .url = "", .workers = &workers, .clock = &now, .log = &silent},
        &kv, &error);
    ASSERT(!err);
    passwords = passwords_create(&workers, PASSWORD_COST_LEAST);
    live(world_new(), data, size);
    passwords_destroy(passwords);
    kv_destroy(kv);
    storage_destroy(storage);
    return 0;
}
