/* Calls methods of entities. */
#include "entity/call.h"

#include "entity/client.h"
#include "entity/entity.h"
#include "entity/fiber.h"
#include "wire/msgpack.h"

/* What may be called by whom is decided in one place. */
enum caller { CALLER_SERVER, CALLER_OWN_CLIENT, CALLER_OTHER_CLIENT };

static bool may_call(const gw_method *method, enum caller caller)
{
    switch (caller) {
    case CALLER_SERVER:
        return true;
    case CALLER_OWN_CLIENT:
        return method->flags & GW_OWN_CLIENT;
    case CALLER_OTHER_CLIENT:
        return (method->flags & GW_ANY_CLIENT) == GW_ANY_CLIENT;
    }
    return false;
}

/* ---- reading arguments ---------------------------------------------------------------------- */

struct gw_reader call_reader(struct view args, char *strings)
{
    struct gw_reader r = {.data = reader_of(args.data, args.size), .strings = strings};
    r.left = read_u16(&r.data);
    return r;
}

/* Gives the next argument's value; false when there is none (it reads as zero) or it is no msgpack.
 */
static bool next_argument(struct gw_reader *r, struct view *value)
{
    r->index++;
    if (!r->left || r->problem)
        return false;
    r->left--;
    struct view data = read_var(&r->data);
    if (!msgpack_check(data, value))
        return true;
    r->problem = "an argument is not msgpack";
    return false;
}

static void check_type(struct gw_reader *r, gw_err err)
{
    if (err)
        r->problem = "an argument has the wrong type or is out of range";
}

bool gw_read_bool(gw_reader *r)
{
    struct view value;
    bool out = false;
    if (next_argument(r, &value))
        check_type(r, msgpack_read_bool(value, &out));
    return out;
}

#define READ_SIGNED(tag, ctype, min, max)                                                          \
    ctype gw_read_##tag(gw_reader *r)                                                              \
    {                                                                                              \
        struct view value;                                                                         \
        int64_t out = 0;                                                                           \
        if (next_argument(r, &value))                                                              \
            check_type(r, msgpack_read_int(value, min, max, &out));                                \
        return (ctype)out;                                                                         \
    }
READ_SIGNED(i8, int8_t, INT8_MIN, INT8_MAX)
READ_SIGNED(i16, int16_t, INT16_MIN, INT16_MAX)
READ_SIGNED(i32, int32_t, INT32_MIN, INT32_MAX)
READ_SIGNED(i64, int64_t, INT64_MIN, INT64_MAX)
#undef READ_SIGNED

#define READ_UNSIGNED(tag, ctype, max)                                                             \
    ctype gw_read_##tag(gw_reader *r)                                                              \
    {                                                                                              \
        struct view value;                                                                         \
        uint64_t out = 0;                                                                          \
        if (next_argument(r, &value))                                                              \
            check_type(r, msgpack_read_uint(value, max, &out));                                    \
        return (ctype)out;                                                                         \
    }
READ_UNSIGNED(u8, uint8_t, UINT8_MAX)
READ_UNSIGNED(u16, uint16_t, UINT16_MAX)
READ_UNSIGNED(u32, uint32_t, UINT32_MAX)
READ_UNSIGNED(u64, uint64_t, UINT64_MAX)
#undef READ_UNSIGNED

double gw_read_f64(gw_reader *r)
{
    struct view value;
    double out = 0;
    if (next_argument(r, &value))
        check_type(r, msgpack_read_f64(value, &out));
    return out;
}

float gw_read_f32(gw_reader *r)
{
    return (float)gw_read_f64(r);
}

const char *gw_read_str(gw_reader *r)
{
    struct view value, text = {0};
    if (next_argument(r, &value))
        check_type(r, msgpack_read_str(value, &text));
    if (!text.size || r->problem)
        return "";
    if (memchr(text.data, 0, text.size)) {
        r->problem = "a string holds a NUL";
        return "";
    }
    char *copy = r->strings;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    r->strings += text.size + 1;
    return copy;
}

gw_id gw_read_id(gw_reader *r)
{
    struct view value, text = {0};
    gw_id out = {0};
    if (next_argument(r, &value))
        check_type(r, msgpack_read_str(value, &text));
    if (!text.size || r->problem)
        return out;
    if (text.size == sizeof out.text)
        memcpy(out.text, text.data, sizeof out.text);
    else
        r->problem = "an id has not 16 characters";
    return out;
}

gw_vec3 gw_read_vec3(gw_reader *r)
{
    struct view value;
    gw_vec3 out = {0};
    if (next_argument(r, &value))
        check_type(r, msgpack_read_vec3(value, &out));
    return out;
}

bool gw_read_end(gw_reader *r)
{
    if (!r->problem && r->left)
        r->problem = "there are too many arguments";
    return !r->problem;
}

/* ---- invoking ------------------------------------------------------------------------------- */

void call_refuse(struct world *w, const struct entity *e, const gw_method *method,
                 const struct gw_reader *reader)
{
    w->stats.calls_refused++;
    uint64_t held_back;
    if (!log_limit_pass(&w->limit_refused, w->desc.clock->now_ms, &held_back))
        return;
    log_warn(w->desc.log, "call_refused",
             "entity=%s/" GW_ID_FORMAT " method=%s argument=%u why=\"%s\" more=%llu",
             e->type->def->name, GW_ID_ARG(e->base.id), method->name, reader->index,
             reader->problem, (unsigned long long)held_back);
}

void call_invoke(struct world *w, struct entity *e, const gw_method *method, struct view args)
{
    if (method->flags & GW_FIBER) {
        fiber_run_method(w, e, method, args);
        return;
    }
    buf_clear(&w->strings);
    struct gw_reader reader = call_reader(args, (char *)buf_reserve(&w->strings, args.size + 1));
    struct scope before = world_enter(w, e);
    method->invoke(&e->base, &reader);
    if (reader.problem)
        call_refuse(w, e, method, &reader);
    world_leave(w, before);
}

static void refuse_name(struct world *w, const struct entity *e, struct view name, const char *why)
{
    w->stats.calls_refused++;
    uint64_t held_back;
    if (!log_limit_pass(&w->limit_refused, w->desc.clock->now_ms, &held_back))
        return;
    log_warn(w->desc.log, "call_refused",
             "entity=%s/" GW_ID_FORMAT " method=\"%.*s\" why=\"%s\" more=%llu", e->type->def->name,
             GW_ID_ARG(e->base.id), (int)(name.size < 64 ? name.size : 64), (const char *)name.data,
             why, (unsigned long long)held_back);
}

static void call_by_name(struct world *w, struct entity *e, struct view name, enum caller caller,
                         struct view args)
{
    const gw_method *method = type_method(e->type, (const char *)name.data, name.size);
    if (!method)
        refuse_name(w, e, name, "there is no such method");
    else if (!may_call(method, caller))
        refuse_name(w, e, name, "the client may not call it");
    else
        call_invoke(w, e, method, args);
}

static void unknown_entity(struct world *w, gw_id id)
{
    w->stats.calls_unknown_entity++;
    world_complain(w, &w->limit_unknown, "call_dropped", id, "there is no such entity");
}

void world_call(struct world *w, struct view payload)
{
    struct msg_call_entity_method m;
    if (!msg_call_entity_method_read(payload, &m)) {
        world_bad_packet(w, "CALL_ENTITY_METHOD");
        return;
    }
    struct entity *e = entity_find(w, m.entity);
    w->stats.calls_in++;
    if (e && !m.method.size)
        e->behind_fence = false;
    else if (e)
        call_by_name(w, e, m.method, CALLER_SERVER, m.args);
    else
        unknown_entity(w, m.entity);
}

void world_call_from_client(struct world *w, struct view payload)
{
    struct msg_call_entity_method_from_client_forwarded m;
    if (!msg_call_entity_method_from_client_forwarded_read(payload, &m)) {
        world_bad_packet(w, "CALL_ENTITY_METHOD_FROM_CLIENT");
        return;
    }
    struct entity *e = entity_find(w, m.entity);
    w->stats.calls_from_clients++;
    if (e) {
        bool own = gw_id_equal(e->client, m.client);
        call_by_name(w, e, m.method, own ? CALLER_OWN_CLIENT : CALLER_OTHER_CLIENT, m.args);
    } else {
        unknown_entity(w, m.entity);
    }
}

/* ---- writing calls -------------------------------------------------------------------------- */

/* The writer is the world's args buffer: one call is written at a time. */
struct gw_writer {
    struct buf bytes;
};
_Static_assert(offsetof(struct gw_writer, bytes) == 0, "a gw_writer is a buf");

gw_writer *gw_call_begin(unsigned argument_count)
{
    struct world *w = world_running();
    buf_clear(&w->args);
    write_u16(&w->args, (uint16_t)argument_count);
    return (gw_writer *)&w->args;
}

#define WRITE(tag, ctype, write)                                                                   \
    void gw_write_##tag(gw_writer *writer, ctype value)                                            \
    {                                                                                              \
        struct buf *b = &writer->bytes;                                                            \
        size_t begin = write_var_begin(b);                                                         \
        write;                                                                                     \
        write_var_end(b, begin);                                                                   \
    }
WRITE(bool, bool, msgpack_write_bool(b, value))
WRITE(i8, int8_t, msgpack_write_i8(b, value))
WRITE(i16, int16_t, msgpack_write_i16(b, value))
WRITE(i32, int32_t, msgpack_write_i32(b, value))
WRITE(i64, int64_t, msgpack_write_i64(b, value))
WRITE(u8, uint8_t, msgpack_write_u8(b, value))
WRITE(u16, uint16_t, msgpack_write_u16(b, value))
WRITE(u32, uint32_t, msgpack_write_u32(b, value))
WRITE(u64, uint64_t, msgpack_write_u64(b, value))
WRITE(f32, float, msgpack_write_f32(b, value))
WRITE(f64, double, msgpack_write_f64(b, value))
WRITE(str, const char *, msgpack_write_str(b, value ? value : "", value ? strlen(value) : 0))
WRITE(id, gw_id, msgpack_write_str(b, value.text, gw_id_is_none(value) ? 0 : sizeof value.text))
WRITE(vec3, gw_vec3, msgpack_write_vec3(b, value))
#undef WRITE

/* A local call as it waits in w->calls; its arguments follow. */
struct local_call {
    gw_id to;
    const gw_method *method;
    uint32_t args_size;
};

static void queue_local(struct world *w, gw_id to, const gw_method *method)
{
    struct local_call call = {to, method, (uint32_t)w->args.size};
    buf_append(&w->calls, &call, sizeof call);
    buf_append(&w->calls, w->args.data, w->args.size);
}

static void send_remote(struct world *w, gw_id to, const gw_method *method)
{
    buf_clear(&w->out);
    write_u16(&w->out, MSG_CALL_ENTITY_METHOD);
    write_id(&w->out, to);
    write_str(&w->out, method->name);
    world_send(w, to, view_of(&w->args));
}

/* Calls made before the target was here went by its dispatcher; later ones must not overtake them.
 */
void gw_call_end(gw_id to, const gw_method *method)
{
    struct world *w = world_running();
    const struct entity *e = entity_find(w, to);
    if (e && !e->behind_fence)
        queue_local(w, to, method);
    else
        send_remote(w, to, method);
}

/* A call of no method: what has it for a name is the fence that comes back. */
void call_send_fence(struct world *w, const struct entity *e)
{
    struct msg_call_entity_method m = {.entity = e->base.id};
    buf_clear(&w->out);
    msg_call_entity_method_write(&w->out, &m);
    world_send(w, e->base.id, (struct view){0});
}

static void run_local(struct world *w, const struct local_call *call, struct view args)
{
    struct entity *e = entity_find(w, call->to);
    w->stats.calls_local++;
    if (!e) {
        unknown_entity(w, call->to);
        return;
    }
    struct view name = {(const uint8_t *)call->method->name, (uint32_t)strlen(call->method->name)};
    call_by_name(w, e, name, CALLER_SERVER, args);
}

static bool take_calls(struct world *w)
{
    if (w->calls_at < w->calls_run.size)
        return true;
    struct buf empty = w->calls_run;
    buf_clear(&empty);
    w->calls_run = w->calls;
    w->calls = empty;
    w->calls_at = 0;
    return w->calls_run.size > 0;
}

void call_run_local(struct world *w, unsigned *budget)
{
    while (*budget && take_calls(w)) {
        struct local_call call;
        memcpy(&call, w->calls_run.data + w->calls_at, sizeof call);
        struct view args = {w->calls_run.data + w->calls_at + sizeof call, call.args_size};
        w->calls_at += sizeof call + call.args_size;
        --*budget;
        run_local(w, &call, args);
    }
}

bool call_local_waits(const struct world *w)
{
    return w->calls.size > 0 || w->calls_at < w->calls_run.size;
}

/* ---- client calls --------------------------------------------------------------------------- */

static void call_own_client(struct world *w, struct entity *e, const char *method)
{
    if (gw_id_is_none(e->client))
        return;
    buf_clear(&w->out);
    client_write_head(&w->out, MSG_CALL_ENTITY_METHOD_ON_CLIENT, e);
    write_id(&w->out, e->base.id);
    write_str(&w->out, method);
    world_send(w, e->base.id, view_of(&w->args));
}

/* One copy leaves, through the dispatcher of the entity that calls: whose order it keeps. */
static void call_filtered_clients(struct world *w, gw_clients to, const char *method)
{
    buf_clear(&w->out);
    write_u16(&w->out, MSG_CALL_FILTERED_CLIENTS);
    write_u8(&w->out, (uint8_t)to.op);
    write_str(&w->out, to.key);
    write_str(&w->out, to.value);
    write_str(&w->out, method);
    world_send(w, w->caller, view_of(&w->args));
}

void gw_client_call_end(gw_clients to, const char *method)
{
    struct world *w = world_running();
    w->stats.client_calls++;
    if (to.kind == GW_THE_OWN_CLIENT)
        call_own_client(w, entity_of(to.owner), method);
    else if (to.kind == GW_CLIENTS_THAT_MATCH)
        call_filtered_clients(w, to, method);
}
