#include "fixture.h"

#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

static void log_write(void *user, enum log_level level, const char *line, size_t size)
{
    struct fixture *f = user;
    (void)level;
    buf_append(&f->logged, line, size);
    buf_append(&f->logged, "\n", 1);
}

static void outbox_send(void *user, gw_id route, struct view packet)
{
    struct fixture *f = user;
    (void)route;
    write_var(&f->sent, packet.data, packet.size);
}

static bool speaks_own(void *user, gw_id route, uint16_t gateid)
{
    (void)route, (void)gateid;
    return !((struct fixture *)user)->is_strange;
}

static bool is_cut_off(void *user, gw_id route)
{
    (void)route;
    return ((struct fixture *)user)->is_cut_off;
}

static bool registry_is_there(void *user, struct view key)
{
    (void)user, (void)key;
    return false;
}

static void submit(struct worker_pool *pool, struct work *work)
{
    struct fixture *f = (struct fixture *)((char *)pool - offsetof(struct fixture, workers));
    ASSERT(f->queued < sizeof f->queue / sizeof *f->queue);
    f->queue[f->queued++] = work;
}

static void open_stores(struct fixture *f)
{
    char *error = NULL;
    struct storage_desc storage = {.ops = &storage_memory,
                                   .url = "",
                                   .workers = &f->workers,
                                   .clock = &f->clock,
                                   .log = &f->log};
    struct kv_desc kv = {
        .ops = &kv_memory, .url = "", .workers = &f->workers, .clock = &f->clock, .log = &f->log};
    ASSERT(!storage_create(&storage, &f->storage, &error));
    ASSERT(!kv_create(&kv, &f->kv, &error));
    f->passwords = passwords_create(&f->workers, PASSWORD_COST_LEAST);
}

static struct world_desc desc_of(struct fixture *f, const gw_game *game, const char *boot_entity)
{
    return (struct world_desc){
        .game = game,
        .gameid = 1,
        .boot_entity = boot_entity,
        .save_interval_ms = 300000,
        .position_sync_interval_ms = 100,
        .outbox = {.send = outbox_send,
                   .user = f,
                   .speaks_own = speaks_own,
                   .is_cut_off = is_cut_off,
                   .registry_is_there = registry_is_there},
        .clock = &f->clock,
        .log = &f->log,
        .ids = &f->ids,
        .storage = f->storage,
        .kv = f->kv,
        .passwords = f->passwords,
        .fibers = f->fibers,
        .client_nesting_max = FIXTURE_NESTING_MAX,
        .check_attrs = true,
    };
}

struct fixture *fixture_create(const gw_game *game, const char *boot_entity)
{
    struct fixture *f = mem_zalloc(sizeof *f);
    f->clock = (struct clock){.now_ms = 1000, .wall_ms = 1700000000000};
    f->log = (struct log){.process = "game1", .write = log_write, .user = f};
    f->ids = (struct id_source){.clock = &f->clock, .pid = 1};
    f->workers.submit = submit;
    f->fibers = fiber_pool_create(&(struct fiber_pool_desc){.live_max = 100});
    open_stores(f);
    struct world_desc desc = desc_of(f, game, boot_entity);
    char *error = NULL;
    gw_err err = world_create(&desc, &f->world, &error);
    ASSERT(!err);
    return f;
}

gw_err fixture_world(struct fixture *f, const gw_game *game, const char *boot_entity,
                     struct world **out)
{
    struct world_desc desc = desc_of(f, game, boot_entity);
    char *error = NULL;
    return world_create(&desc, out, &error);
}

char *fixture_reload(struct fixture *f, const gw_game *game, const char *boot_entity)
{
    struct buf frozen = {0};
    struct world *fresh;
    char *error = NULL;
    world_set_pace(f->world, WORLD_HOLDS);
    fixture_work(f);
    ASSERT(world_is_at_rest(f->world));
    if (!world_freeze(f->world, &frozen, &error)) {
        gw_err err = fixture_world(f, game, boot_entity, &fresh);
        ASSERT(!err);
        if (!world_restore(fresh, view_of(&frozen), &error)) {
            world_abandon(f->world);
            world_destroy(f->world);
            f->world = fresh;
        } else {
            world_destroy(fresh);
        }
    }
    world_set_pace(f->world, WORLD_RUNS);
    buf_free(&frozen);
    return error;
}

void fixture_work(struct fixture *f)
{
    do {
        while (f->queued) {
            struct work *work = f->queue[0];
            memmove(f->queue, f->queue + 1, --f->queued * sizeof *f->queue);
            work->run(work);
            work->done(work);
        }
        storage_turn(f->storage);
        world_set_cut_off(f->world, f->is_cut_off ? 0 : CLOCK_NEVER);
        world_turn(f->world);
    } while (f->queued);
}

void fixture_pass(struct fixture *f, int64_t ms)
{
    f->clock.now_ms += ms;
    f->clock.wall_ms += ms;
    world_set_cut_off(f->world, f->is_cut_off ? 0 : CLOCK_NEVER);
    world_turn(f->world);
}

void fixture_destroy(struct fixture *f)
{
    f->is_cut_off = false;
    world_stop(f->world);
    fixture_work(f);
    ASSERT(world_is_idle(f->world));
    world_destroy(f->world);
    storage_destroy(f->storage);
    kv_destroy(f->kv);
    passwords_destroy(f->passwords);
    fiber_pool_destroy(f->fibers);
    buf_free(&f->logged);
    buf_free(&f->sent);
    free(f);
}

gw_id fixture_id(const char *text)
{
    gw_id id;
    memset(id.text, 'x', sizeof id.text);
    memcpy(id.text, text, strlen(text));
    return id;
}

bool fixture_concerns_all(void *user, gw_id entity)
{
    (void)user, (void)entity;
    return true;
}

gw_entity *fixture_connect(struct fixture *f, const char *client)
{
    char boot[17];
    snprintf(boot, sizeof boot, "boot%s", client);
    world_client_connected(
        f->world, fixture_id(client), fixture_id(boot), FIXTURE_GATE,
        (struct view){(const uint8_t *)FIXTURE_ADDRESS, strlen(FIXTURE_ADDRESS)});
    return fixture_find(f, fixture_id(boot));
}

gw_entity *fixture_find(struct fixture *f, gw_id id)
{
    return world_find(f->world, id);
}

void fixture_create_entity(struct fixture *f, const char *name, const char *type, const char *attrs,
                           size_t size)
{
    world_create_entity(f->world, fixture_id(name),
                        (struct view){(const uint8_t *)type, (uint32_t)strlen(type)},
                        (struct view){(const uint8_t *)attrs, (uint32_t)size});
}

struct view fixture_next(struct fixture *f)
{
    struct reader r = reader_of(f->sent.data + f->sent_at, f->sent.size - f->sent_at);
    if (!reader_left(&r))
        return (struct view){0};
    struct view payload = read_var(&r);
    f->sent_at += 4 + payload.size;
    return payload;
}

uint16_t fixture_next_type(struct fixture *f)
{
    return msg_type_of(fixture_next(f));
}

void fixture_skip(struct fixture *f)
{
    f->sent_at = f->sent.size;
}

bool fixture_logged(const struct fixture *f, const char *text)
{
    return f->logged.size && memmem(f->logged.data, f->logged.size, text, strlen(text));
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Args of the values in hex. */
static struct buf args_of(const char *hex)
{
    struct buf values = {0}, args = {0};
    uint16_t count = 0;
    while (*hex) {
        struct buf value = {0};
        for (; *hex && *hex != ' '; hex += 2)
            write_u8(&value, (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1])));
        write_var(&values, value.data, value.size);
        buf_free(&value);
        count++;
        if (*hex)
            hex++;
    }
    write_u16(&args, count);
    if (values.size)
        write_bytes(&args, values.data, values.size);
    buf_free(&values);
    return args;
}

void fixture_call(struct fixture *f, gw_id entity, const char *method, const char *args)
{
    struct buf payload = {0}, values = args_of(args);
    write_u16(&payload, MSG_CALL_ENTITY_METHOD);
    write_id(&payload, entity);
    write_str(&payload, method);
    write_bytes(&payload, values.data, values.size);
    struct view message = view_of(&payload);
    ASSERT(world_calls(f->world, &message, 1) == 1);
    buf_free(&payload);
    buf_free(&values);
}

void fixture_call_from(struct fixture *f, const char *client, gw_id entity, const char *method,
                       const char *args)
{
    struct buf payload = {0}, values = args_of(args);
    write_u16(&payload, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(&payload, entity);
    write_str(&payload, method);
    write_bytes(&payload, values.data, values.size);
    write_id(&payload, fixture_id(client));
    struct view message = view_of(&payload);
    ASSERT(world_calls(f->world, &message, 1) == 1);
    buf_free(&payload);
    buf_free(&values);
}

const char *fixture_hex(gw_id id)
{
    static char texts[2][40];
    static unsigned which;
    char *text = texts[which++ % 2];
    int at = snprintf(text, sizeof texts[0], "b0");
    for (size_t i = 0; i < sizeof id.text; i++)
        at += snprintf(text + at, sizeof texts[0] - (size_t)at, "%02x", (uint8_t)id.text[i]);
    return text;
}
