/* Calls methods of entities: who may call what, near and far. */
#include "entity/call.h"

#include "entity/entity.h"
#include "entity/fiber.h"
#include "entity/local.h"

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
                 const struct gw_reader *reader)
{
    w->stats.calls_too_deep += reader->problem == args_too_deep;
    world_complain(w, calls_refused, "call_refused",
                   "entity=%s/" GW_ID_FORMAT " method=%s argument=%u why=\"%s\"",
                   e->type->def->name, GW_ID_ARG(e->base.id), method->name, reader->index,
                   reader->problem);
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
    struct scope before = world_enter(w, e);
    method->invoke(&e->base, &reader);
    if (reader.problem)
        call_refuse(w, e, method, &reader);
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

void world_call_ahead(const struct world *w, struct view payload)
{
    gw_id entity;
    if (msg_is_call(payload, &entity))
        idmap_prefetch(&w->entities, entity);
}

void world_call(struct world *w, struct view payload)
{
    struct msg_call_entity_method m;
    if (!msg_call_entity_method_read(payload, &m)) {
        world_bad_packet(w, "CALL_ENTITY_METHOD");
        return;
    }
    w->stats.calls_in++;
    struct entity *e = entity_find(w, m.entity);
    if (!e)
        unknown_entity(w, m.entity);
    else if (!m.method.size)
        fence_is_back(w, e);
    else
        call_by_name(w, e, m.method, CALLER_SERVER, m.args);
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

/* ---- calling -------------------------------------------------------------------------------- */

static void send_remote(struct world *w, gw_id to, const gw_method *method)
{
    buf_clear(&w->out);
    write_u16(&w->out, MSG_CALL_ENTITY_METHOD);
    write_id(&w->out, to);
    write_str(&w->out, method->name);
    world_send(w, to, view_of(&w->args));
}

/* Calls made before the target was here went by its dispatcher; later ones must not overtake them.
 * One that may live elsewhere by now is called by its dispatcher, too, until that is back. */
void gw_call_end(gw_id to, const gw_method *method)
{
    struct world *w = world_running();
    struct entity *e = entity_find(w, to);
    if (e && !e->behind_fence && world_is_cut_off(w, to)) {
        e->behind_fence = true;
        call_send_fence(w, e);
    }
    if (e && !e->behind_fence) {
        local_put(w, to, method);
        return;
    }
    send_remote(w, to, method);
    if (e)
        e->called_since = true;
}

/* A call of no method: what has it for a name is the fence that comes back. */
void call_send_fence(struct world *w, const struct entity *e)
{
    struct msg_call_entity_method m = {.entity = e->base.id};
    buf_clear(&w->out);
    msg_call_entity_method_write(&w->out, &m);
    world_send(w, e->base.id, (struct view){0});
}
