/* The key-value database as games see it. */
#include "entity/fiber.h"
#include "entity/value.h"
#include "wire/packet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- in fibers ------------------------------------------------------------------------------ */

struct key {
    char text[GW_KV_KEY_BYTES_MAX + 1];
    struct view view;
};

static gw_err format_key(struct key *key, const char *format, va_list args)
{
    int size = vsnprintf(key->text, sizeof key->text, format, args);
    if (size <= 0 || (size_t)size >= sizeof key->text)
        return GW_EINVAL;
    key->view = (struct view){(const uint8_t *)key->text, (uint32_t)size};
    return GW_OK;
}

#define FORMAT_KEY(key, format)                                                                    \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        gw_err key_err = format_key((key), (format), args);                                        \
        va_end(args);                                                                              \
        if (key_err)                                                                               \
            return key_err;                                                                        \
    } while (0)

static void answer_await(void *user, gw_err err, struct view value)
{
    await_answer(user, err, value);
}

static size_t record_size(const gw_field *fields)
{
    size_t size = 0;
    for (const gw_field *f = fields; f->name; f++)
        if (f->offset + f->size > size)
            size = f->offset + f->size;
    return size;
}

/* Reads into a record of its own first, so that the caller's stays as it was on failure. */
static gw_err read_record(const struct buf *value, const gw_field *fields, void *record)
{
    char *fresh = mem_zalloc(record_size(fields) + 1);
    gw_err err = fields_read(view_of(value), fields, fresh, 0, NULL, NULL);
    if (err) {
        fields_clear(fields, fresh);
    } else {
        fields_clear(fields, record);
        for (const gw_field *f = fields; f->name; f++)
            memcpy((char *)record + f->offset, fresh + f->offset, f->size);
    }
    free(fresh);
    return err;
}

gw_err gw_await_kv_get(const gw_field *fields, void *record, const char *key_format, ...)
{
    struct key key;
    FORMAT_KEY(&key, key_format);
    struct world *w = world_running();
    struct await *a;
    struct buf value = {0};
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    err = kv_get(w->desc.kv, key.view, answer_await, a);
    if (err)
        await_drop(a);
    else
        err = await_finish(a, &value);
    if (!err)
        err = read_record(&value, fields, record);
    buf_free(&value);
    return err;
}

typedef gw_err (*kv_write)(struct kv *kv, struct view key, struct view value, kv_answer answer,
                           void *user);

static gw_err await_write(kv_write write, struct view key, const gw_field *fields,
                          const void *record)
{
    struct world *w = world_running();
    struct await *a;
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    buf_clear(&w->pack);
    fields_write(&w->pack, fields, record, 0);
    err = write(w->desc.kv, key, view_of(&w->pack), answer_await, a);
    if (!err)
        return await_finish(a, NULL);
    await_drop(a);
    return err;
}

gw_err gw_await_kv_put(const gw_field *fields, const void *record, const char *key_format, ...)
{
    struct key key;
    FORMAT_KEY(&key, key_format);
    return await_write(kv_put, key.view, fields, record);
}

gw_err gw_await_kv_put_if_absent(const gw_field *fields, const void *record, const char *key_format,
                                 ...)
{
    struct key key;
    FORMAT_KEY(&key, key_format);
    return await_write(kv_put_if_absent, key.view, fields, record);
}

gw_err gw_await_kv_remove(const char *key_format, ...)
{
    struct key key;
    FORMAT_KEY(&key, key_format);
    struct world *w = world_running();
    struct await *a;
    gw_err err = await_begin(w, &a);
    if (err)
        return err;
    err = kv_remove(w->desc.kv, key.view, answer_await, a);
    if (!err)
        return await_finish(a, NULL);
    await_drop(a);
    return err;
}

/* ---- with callbacks ------------------------------------------------------------------------- */

struct request {
    struct world *world;
    gw_kv_answer answer;
    gw_kv_pair each;
    gw_kv_done done;
    void *argument;
};

static struct request *request_new(gw_kv_answer answer, void *argument)
{
    struct request *r = mem_zalloc(sizeof *r);
    *r = (struct request){.world = world_running(), .answer = answer, .argument = argument};
    return r;
}

static void answer_request(void *user, gw_err err, struct view value)
{
    struct request r = *(struct request *)user;
    free(user);
    if (!r.answer)
        return;
    struct scope before = world_enter(r.world, NULL);
    r.answer(r.argument, err, value.data, value.size);
    world_leave(r.world, before);
}

static gw_err requested(struct request *r, gw_err err)
{
    if (err)
        free(r);
    return err;
}

gw_err gw_kv_get(const char *key, gw_kv_answer answer, void *argument)
{
    struct request *r = request_new(answer, argument);
    return requested(r, kv_get(r->world->desc.kv, view_str(key), answer_request, r));
}

gw_err gw_kv_put(const char *key, const void *value, size_t size, gw_kv_answer answer,
                 void *argument)
{
    if (size > PACKET_PAYLOAD_BYTES_MAX)
        return GW_EINVAL;
    struct request *r = request_new(answer, argument);
    struct view bytes = {value, (uint32_t)size};
    return requested(r, kv_put(r->world->desc.kv, view_str(key), bytes, answer_request, r));
}

gw_err gw_kv_put_if_absent(const char *key, const void *value, size_t size, gw_kv_answer answer,
                           void *argument)
{
    if (size > PACKET_PAYLOAD_BYTES_MAX)
        return GW_EINVAL;
    struct request *r = request_new(answer, argument);
    struct view bytes = {value, (uint32_t)size};
    return requested(r,
                     kv_put_if_absent(r->world->desc.kv, view_str(key), bytes, answer_request, r));
}

gw_err gw_kv_remove(const char *key, gw_kv_answer answer, void *argument)
{
    struct request *r = request_new(answer, argument);
    return requested(r, kv_remove(r->world->desc.kv, view_str(key), answer_request, r));
}

static void each_pair(const struct request *r, struct view pairs)
{
    struct reader reader = reader_of(pairs.data, pairs.size);
    while (reader_left(&reader)) {
        struct view key = read_var(&reader), value = read_var(&reader);
        char text[GW_KV_KEY_BYTES_MAX + 1];
        if (key.size >= sizeof text)
            continue; /* no key of this interface */
        memcpy(text, key.data, key.size);
        text[key.size] = '\0';
        r->each(r->argument, text, value.data, value.size);
    }
}

static void answer_range(void *user, gw_err err, struct view pairs)
{
    struct request r = *(struct request *)user;
    free(user);
    struct scope before = world_enter(r.world, NULL);
    if (!err)
        each_pair(&r, pairs);
    r.done(r.argument, err);
    world_leave(r.world, before);
}

gw_err gw_kv_range(const char *begin, const char *end, uint32_t limit, gw_kv_pair each,
                   gw_kv_done done, void *argument)
{
    struct request *r = request_new(NULL, argument);
    r->each = each;
    r->done = done;
    return requested(
        r, kv_range(r->world->desc.kv, view_str(begin), view_str(end), limit, answer_range, r));
}
