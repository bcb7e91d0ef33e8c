/* Calls methods of entities: who may call what, near and far. */
#include "entity/call.h"

#include "entity/entity.h"
#include "entity/fiber.h"
#include "entity/local.h"
#include "entity/root.h"
#include "entity/space.h"
#include "net/frame.h"

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

/* ---- invoking ------------------------------------------------------------------------------- */

void call_refuse(struct world *w, const struct entity *e, const gw_method *method,
                 struct gw_reader *reader)
{
    ask_answer(w, e->base.id, &reader->asker, GW_EINVAL, (struct view){0});
    w->stats.calls_too_deep += reader->problem == args_too_deep;
    world_complain(w, calls_refused, "call_refused",
                   "entity=%s/" GW_ID_FORMAT " method=%s argument=%u why=\"%s\"",
                   e->type->def->name, GW_ID_ARG(e->base.id), method->name, reader->index,
                   reader->problem);
}

/* Who asked a method that gives no answer is told that it has run. */
void call_returned(struct world *w, struct entity *e, const gw_method *method,
                   struct gw_reader *reader)
{
    if (reader->problem)
        call_refuse(w, e, method, reader);
    else if (reader->asker.request)
        ask_answer(w, e->base.id, &reader->asker, GW_OK, (struct view){0});
    if (e->trees)
        roots_reclaim(w, e);
}

void call_invoke(struct world *w, struct entity *e, const gw_method *method, struct view args)
{
    if (method->flags & GW_FIBER) {
        fiber_run_method(w, e, method, args);
        return;
    }
    buf_clear(&w->strings);
    struct gw_reader reader;
    args_reader_init(&reader, args, (char *)buf_reserve(&w->strings, args.size + 1));
    args_reader_take_asker(&reader, w);
    struct scope before = world_enter(w, e);
    method->invoke(&e->base, &reader);
    if (__builtin_expect(reader.problem || reader.asker.request || e->trees, 0))
        call_returned(w, e, method, &reader);
    world_leave(w, before);
}

NEVER_INLINE void refuse_name(struct world *w, const struct entity *e, struct view name,
                              const char *why)
{
    world_complain(w, calls_refused, "call_refused",
                   "entity=%s/" GW_ID_FORMAT " method=\"%.*s\" why=\"%s\"", e->type->def->name,
                   GW_ID_ARG(e->base.id), (int)(name.size < 64 ? name.size : 64),
                   (const char *)name.data, why);
}

/* What is deeper than any value may be is refused where it is read. */
static bool is_too_deep(const struct world *w, enum caller caller, struct view args)
{
    unsigned depth_max = w->desc.client_nesting_max;
    return caller != CALLER_SERVER && depth_max && args_are_deeper(args, depth_max);
}

NEVER_INLINE void refuse_depth(struct world *w, const struct entity *e, struct view name)
{
    w->stats.calls_too_deep++;
    refuse_name(w, e, name, args_too_deep);
}

/* Its callers say who calls: what that one may do is known where it is compiled. */
ALWAYS_INLINE void call_by_name(struct world *w, struct entity *e, struct view name,
                                enum caller caller, struct view args)
{
    const gw_method *method = type_method(e->type, (const char *)name.data, name.size);
    if (!method)
        refuse_name(w, e, name, "there is no such method");
    else if (!may_call(method, caller))
        refuse_name(w, e, name, "the client may not call it");
    else if (is_too_deep(w, caller, args))
        refuse_depth(w, e, name);
    else
        call_invoke(w, e, method, args);
}

NEVER_INLINE void unknown_entity(struct world *w, gw_id id)
{
    world_complain(w, calls_unknown_entity, "call_dropped",
                   "entity=" GW_ID_FORMAT " why=\"there is no such entity\"", GW_ID_ARG(id));
}

void call_as_server(struct world *w, gw_id to, struct view method, struct view args)
{
    struct entity *e = entity_find(w, to);
    if (e)
        call_by_name(w, e, method, CALLER_SERVER, args);
    else
        unknown_entity(w, to);
}

/* Whoever invokes the method takes the asker: one that is still there was not heard. */
void call_for_asker(struct world *w, gw_id to, struct view method, struct view args,
                    struct asker asker)
{
    const struct entity *e = entity_find(w, to);
    w->asker = asker;
    call_as_server(w, to, method, args);
    ask_answer(w, to, &w->asker, e ? GW_EINVAL : GW_ENOTFOUND, (struct view){0});
}

void world_call_nil_space(struct world *w, struct view method, struct view args)
{
    w->stats.calls_in++;
    call_as_server(w, w->nil->entity->base.id, method, args);
}

void world_asked(struct world *w, struct view payload)
{
    struct msg_ask m;
    if (!msg_ask_read(payload, &m) || !m.method.size) {
        world_bad_packet(w, "ASK");
        return;
    }
    w->stats.calls_in++;
    call_for_asker(w, m.entity, m.method, m.args, (struct asker){m.game, m.request});
}

/* What a later version may call by a name of its own is a failure all the same. */
static gw_err error_of(uint16_t negated)
{
    switch (-(int)negated) {
#define E(name, value, text)                                                                       \
    case value:                                                                                    \
        return name;
        GW_ERRORS(E)
#undef E
    default:
        return GW_EPROTO;
    }
}

void world_answered(struct world *w, struct view payload)
{
    struct msg_answer m;
    if (msg_answer_read(payload, &m) && m.game == w->desc.gameid)
        ask_end(w, m.request, error_of(m.error), m.args);
    else
        world_bad_packet(w, "ANSWER");
}

/* Everything that was sent before the fence has come; for what was sent after it there is another
 * one. */
NEVER_INLINE void fence_is_back(struct world *w, struct entity *e)
{
    e->behind_fence = e->called_since;
    e->called_since = false;
    if (e->behind_fence)
        call_send_fence(w, e);
    if (e->type->shards)
        service_fence_is_back(w, e);
}

/* The arguments are checked where they are read. */
static void call(struct world *w, struct view message, uint64_t hash)
{
    struct reader r = reader_of(message.data, message.size);
    read_u16(&r);
    gw_id to = read_id(&r);
    struct view method = read_var(&r), args = read_rest(&r);
    if (r.bad) {
        world_bad_packet(w, "CALL_ENTITY_METHOD");
        return;
    }
    w->stats.calls_in++;
    struct entity *e = idmap_get_hashed(&w->entities, to, hash);
    if (!e)
        unknown_entity(w, to);
    else if (!method.size)
        fence_is_back(w, e);
    else
        call_by_name(w, e, method, CALLER_SERVER, args);
}

static void call_from_client(struct world *w, struct view message, uint64_t hash)
{
    struct msg_call_entity_method_from_client_forwarded m;
    if (!msg_call_entity_method_from_client_forwarded_read(message, &m)) {
        world_bad_packet(w, "CALL_ENTITY_METHOD_FROM_CLIENT");
        return;
    }
    struct entity *e = idmap_get_hashed(&w->entities, m.entity, hash);
    w->stats.calls_from_clients++;
    if (e) {
        bool own = gw_id_equal(e->client, m.client);
        call_by_name(w, e, m.method, own ? CALLER_OWN_CLIENT : CALLER_OTHER_CLIENT, m.args);
    } else {
        unknown_entity(w, m.entity);
    }
}

size_t world_calls(struct world *w, const struct view *messages, size_t count)
{
    uint64_t hashes[FRAME_BATCH_MAX];
    gw_id entity;
    size_t calls = 0;
    if (count > FRAME_BATCH_MAX)
        count = FRAME_BATCH_MAX;
    for (; calls < count && msg_is_call(messages[calls], &entity); calls++)
        hashes[calls] = idmap_prefetch(&w->entities, entity);
    for (size_t i = 0; i < calls; i++)
        if (msg_type_of(messages[i]) == MSG_CALL_ENTITY_METHOD)
            call(w, messages[i], hashes[i]);
        else
            call_from_client(w, messages[i], hashes[i]);
    return calls;
}

/* ---- calling -------------------------------------------------------------------------------- */

/* The head goes right in front of the arguments: the packet is in one piece. */
static void send_remote(struct world *w, gw_id to, struct view name)
{
    struct view args = args_written(w);
    uint16_t type = htole16(MSG_CALL_ENTITY_METHOD);
    uint32_t name_size = htole32(name.size);
    size_t head_size = sizeof type + sizeof to + sizeof name_size + name.size;
    ASSERT(head_size <= ARGS_HEAD_MAX);
    uint8_t *head = w->args.data + ARGS_HEAD_MAX - head_size, *at = head;
    memcpy(at, &type, sizeof type);
    memcpy(at += sizeof type, &to, sizeof to);
    memcpy(at += sizeof to, &name_size, sizeof name_size);
    mem_copy_short(at + sizeof name_size, name.data, name.size);
    world_send_packet(w, to, (struct view){head, (uint32_t)head_size + args.size});
}

/* Calls made before the target was here went by its dispatcher; later ones must not overtake them.
 * One that may live elsewhere by now is called by its dispatcher, too, until that is back. */
bool call_is_near(struct world *w, struct entity *e)
{
    if (!e->behind_fence && world_is_cut_off(w, e->base.id)) {
        e->behind_fence = true;
        call_send_fence(w, e);
    }
    e->called_since |= e->behind_fence;
    return !e->behind_fence && !e->is_away;
}

void gw_call_end(gw_id to, const gw_method *method)
{
    struct world *w = world_running();
    struct entity *e = entity_find(w, to);
    if (e && call_is_near(w, e))
        local_put(w, to, method);
    else
        send_remote(w, to, method_name(method));
}

void call_named(struct world *w, gw_id to, struct view name)
{
    struct entity *e = entity_find(w, to);
    if (!e || !call_is_near(w, e)) {
        send_remote(w, to, name);
        return;
    }
    const gw_method *method = type_method(e->type, (const char *)name.data, name.size);
    if (method)
        local_put(w, to, method);
    else
        refuse_name(w, e, name, "there is no such method");
}

/* A call of no method: what has it for a name is the fence that comes back. */
void call_send_fence(struct world *w, const struct entity *e)
{
    struct msg_call_entity_method m = {.entity = e->base.id};
    buf_clear(&w->out);
    msg_call_entity_method_write(&w->out, &m);
    world_send(w, e->base.id);
}
