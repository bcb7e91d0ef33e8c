/* What dispatchers send to a game: any packets from two of them, which come and go, in any order.
 * The game has services and travellers, and loses none of its own rules. */
#include "feed.h"

#include "game/game.h"

enum { DISPATCHERS = 2, QUEUE_MAX = 4096 };

typedef struct Thing {
    gw_entity base;
    int64_t count;
} Thing;

typedef Thing Boot;
extern const gw_entity_type Boot_type;
#define BOOT_RPC(RPC) RPC(Boot, Go, GW_SERVER, (id, space))
GW_RPC_DECLARE(BOOT_RPC)

void Boot_Go(Boot *self, gw_id space)
{
    (void)!gw_enter_space(&self->base, space, (gw_vec3){1, 2, 3});
}

GW_RPC_DEFINE(Boot, BOOT_RPC)

#define DESK_RPC(RPC) RPC(Desk, Ask, GW_SERVER, (str, text))
typedef Thing Desk;
extern const gw_entity_type Desk_type;
GW_RPC_DECLARE(DESK_RPC)
GW_SERVICE_RPC_DECLARE(DESK_RPC)

/* Whoever is asked asks on. */
void Desk_Ask(Desk *self, const char *text)
{
    self->count++;
    if (text[0] == 'a')
        Desk_service_Ask(gw_all_shards(), text + 1);
    else if (text[0] == 'k')
        Desk_service_Ask(gw_shard_of(text), text + 1);
    else if (text[0] == 'q')
        gw_destroy(&self->base);
}

GW_RPC_DEFINE(Desk, DESK_RPC)
static const gw_attr Vault_attrs[] = {GW_ATTR(Thing, count, GW_PERSISTENT), GW_ATTR_END};
const gw_entity_type Boot_type = {
    .name = "Boot", .size = sizeof(Boot), .attrs = Vault_attrs, .methods = Boot_methods};
const gw_entity_type Desk_type = {
    .name = "Desk", .size = sizeof(Desk), .methods = Desk_methods, .service_shards = 2};
static const gw_entity_type Vault_type = {.name = "Vault",
                                          .size = sizeof(Thing),
                                          .attrs = Vault_attrs,
                                          .methods = Desk_methods,
                                          .persistent = true,
                                          .service_shards = 1};
static const gw_entity_type *const types[] = {&Boot_type, &Desk_type, &Vault_type, NULL};
static const gw_game office = {.types = types};

/* ---- around the game ------------------------------------------------------------------------ */

struct dispatcher_link {
    struct link link; /* first, so that a link is its dispatcher_link */
    bool dials, open;
};

static struct clock now;
static struct outq_pool pool;
static struct work *queue[QUEUE_MAX];
static size_t queued;
static struct dispatcher_link links[DISPATCHERS];

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

static void wake(struct link *link)
{
    (void)link;
}

static void close_link(struct link *link, const char *reason)
{
    (void)link, (void)reason;
}

static void dial(void *user, unsigned index)
{
    (void)user;
    links[index].dials = true;
}

static double no_load(void *user)
{
    (void)user;
    return 0;
}

static const struct link_ops ops = {.wake = wake, .close = close_link};
static const struct log silent = {.level = LOG_DEBUG, .process = "fuzz", .write = nowhere};
static struct worker_pool workers = {.submit = submit};
static struct id_source ids = {.clock = &now};

static struct game *game_new(struct storage *storage, struct kv *kv)
{
    ids.counter = 0; /* the same ids in each run */
    struct game_desc desc = {
        .world = {.game = &office,
                  .gameid = 1,
                  .boot_entity = "Boot",
                  .save_interval_ms = 1000,
                  .position_sync_interval_ms = 100,
                  .clock = &now,
                  .log = &silent,
                  .ids = &ids,
                  .storage = storage,
                  .kv = kv},
        .dispatchers = DISPATCHERS,
        .pool = &pool,
        .epoch = 1,
        .dial = dial,
        .cpu_percent = no_load,
    };
    struct game *g;
    char *error;
    gw_err err = game_create(&desc, &g, &error);
    ASSERT(!err);
    return g;
}

/* ---- what happens to it --------------------------------------------------------------------- */

static void hang_up(struct dispatcher_link *d)
{
    if (!d->open)
        return;
    d->open = false;
    d->link.closing = true;
    d->link.events->closed(d->link.user, "the end");
    outq_clear(&d->link.out);
}

static void turn(struct game *g, struct storage *storage)
{
    game_turn(g);
    while (queued) {
        struct work *work = queue[--queued];
        work->run(work);
        work->done(work);
        storage_turn(storage);
        game_turn(g);
    }
    for (unsigned i = 0; i < DISPATCHERS; i++) {
        if (links[i].dials) {
            links[i] =
                (struct dispatcher_link){.link = {.ops = &ops, .address = "fuzz"}, .open = true};
            links[i].link.payload_bytes_max = PACKET_PAYLOAD_BYTES_MAX;
            outq_init(&links[i].link.out, &pool, 1u << 20);
            game_dispatcher_up(g, i, &links[i].link);
        }
        if (links[i].open)
            feed_drain(&links[i].link);
        if (links[i].link.closing)
            hang_up(&links[i]);
    }
}

/* The steps of feed.h: the first byte is which dispatcher and how much later; without a packet it
 * hangs up. */
static void play(struct game *g, struct storage *storage, const uint8_t *data, size_t size)
{
    struct buf wire = {0};
    while (size >= 3) {
        struct dispatcher_link *d = &links[data[0] % DISPATCHERS];
        size_t used = feed_collect(data, size, &wire);
        if (!wire.size)
            hang_up(d);
        else if (d->open && !d->link.closing)
            feed(&d->link, &wire);
        now.now_ms += data[0] * 4;
        turn(g, storage);
        data += used;
        size -= used;
    }
    buf_free(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct storage *storage;
    struct kv *kv;
    char *error;
    now = (struct clock){.now_ms = 1000, .wall_ms = 1700000000000};
    memset(links, 0, sizeof links);
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
    struct game *g = game_new(storage, kv);
    turn(g, storage);
    play(g, storage, data, size);
    game_stop(g);
    for (unsigned i = 0; i < 10; i++) { /* what a dispatcher that is away serves is saved late */
        now.now_ms += 1000;
        turn(g, storage);
    }
    ASSERT(world_is_idle(game_world(g)));
    game_destroy(g);
    kv_destroy(kv);
    storage_destroy(storage);
    for (unsigned i = 0; i < DISPATCHERS; i++)
        outq_clear(&links[i].link.out);
    outq_pool_free(&pool);
    return 0;
}
