/* Entities between storage and life. */
#include "entity/pending.h"

#include "entity/client.h"
#include "entity/entity.h"
#include "entity/save.h"
#include "entity/value.h"

#include <stdlib.h>

#define GIVEN_BYTES_MAX 4096u /* some 90 clients */

struct pending {
    struct heap_node retry; /* in world.retries while storage has no room; first, so that a node is
                               its pending */
    struct world *world;
    struct type *type;
    gw_id id;
    bool saving;      /* else: loading */
    bool load_wanted; /* while saving: load it again */
    struct buf data;  /* to be saved */
    struct buf given; /* NOTIFY_CLIENT_GIVEN that came meanwhile, each a VarBytes */
};

static struct pending *pending_new(struct world *w, struct type *type, gw_id id)
{
    struct pending *p = mem_zalloc(sizeof *p);
    *p = (struct pending){.world = w, .type = type, .id = id, .retry.index = HEAP_OUTSIDE};
    void *old = idmap_put(&w->pending, id, p);
    ASSERT(!old);
    return p;
}

static void pending_free(struct pending *p)
{
    idmap_remove(&p->world->pending, p->id);
    heap_remove(&p->world->retries, &p->retry);
    buf_free(&p->data);
    buf_free(&p->given);
    free(p);
}

/* It is decided where the entity is: its dispatcher knows, or hears of it on the same path first.
 */
static void pending_end(struct pending *p)
{
    struct world *w = p->world;
    struct reader given = reader_of(p->given.data, p->given.size);
    while (reader_left(&given)) {
        struct view packet = read_var(&given);
        buf_clear(&w->out);
        write_bytes(&w->out, packet.data, packet.size);
        world_send(w, p->id);
    }
    pending_free(p);
}

bool pending_keep_given(struct world *w, gw_id id, struct view packet)
{
    struct pending *p = idmap_get(&w->pending, id);
    if (!p || p->given.size + packet.size > GIVEN_BYTES_MAX)
        return false;
    write_var(&p->given, packet.data, packet.size);
    return true;
}

void pendings_free(struct world *w)
{
    struct idmap_slot *slot;
    for (size_t start = 0; (slot = idmap_next(&w->pending, &start)); start = 0)
        pending_free(slot->value);
    idmap_free(&w->pending);
}

/* ---- loading -------------------------------------------------------------------------------- */

/* Whose dispatcher is one of GoWorld's, or has forgotten its question and takes the entity for one
 * of this game, is answered by its end. One that waits for an answer ignores that. */
static void answer_load_failed(struct world *w, gw_id id)
{
    entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, id);
    entity_notify(w, MSG_NOTIFY_LOAD_FAILED, id);
}

static void fail_load(struct pending *p, gw_err err)
{
    struct world *w = p->world;
    w->stats.loads_failed++;
    log_warn(w->desc.log, "load_failed", "entity=%s/" GW_ID_FORMAT " why=\"%s\"",
             p->type->def->name, GW_ID_ARG(p->id), gw_strerror(err));
    answer_load_failed(w, p->id);
    pending_end(p);
}

static void bring_to_life(struct world *w, struct type *type, gw_id id, struct view data)
{
    struct scope before = world_enter(w, NULL);
    struct entity *e = entity_new(w, type, id, ENTITY_LOADED);
    gw_err err = fields_read(data, type->attrs, &e->base, GW_PERSISTENT, entity_log_misfit, e);
    if (err) {
        w->stats.loads_failed++;
        log_error(w->desc.log, "load_failed", "entity=%s/" GW_ID_FORMAT " why=\"%s\"",
                  type->def->name, GW_ID_ARG(id), gw_strerror(err));
        entity_end(w, e);
    } else {
        w->stats.loads++;
        entity_begin(w, e);
    }
    world_leave(w, before);
}

static void loaded(void *user, gw_err err, struct view data)
{
    struct pending *p = user;
    struct world *w = p->world;
    struct type *type = p->type;
    gw_id id = p->id;
    if (w->stopping)
        err = GW_ECANCELED;
    bool is_new = err == GW_ENOTFOUND && type->shards;
    if (err && !is_new) {
        fail_load(p, err);
        return;
    }
    pending_end(p); /* first: a hook may end the entity, which is then saved */
    if (is_new)
        service_create(w, type, id);
    else
        bring_to_life(w, type, id, data);
}

static void load(struct pending *p)
{
    struct world *w = p->world;
    gw_err err = storage_load(w->desc.storage, p->type->def->name, p->id, loaded, p);
    if (err)
        fail_load(p, err);
}

void pending_load(struct world *w, struct type *type, gw_id id)
{
    struct pending *p = idmap_get(&w->pending, id);
    if (!p)
        load(pending_new(w, type, id));
    else if (p->saving)
        p->load_wanted = true;
}

/* ---- saving --------------------------------------------------------------------------------- */

static void saved(void *user, gw_err err)
{
    struct pending *p = user;
    (void)err; /* a save is tried until it succeeds */
    if (p->load_wanted && !p->world->stopping) {
        p->saving = false;
        load(p);
        return;
    }
    /* A dispatcher that has asked to load it wants to hear how that went. */
    if (p->load_wanted)
        answer_load_failed(p->world, p->id);
    else
        entity_gone(p->world, p->type, p->id);
    pending_end(p);
}

static void save(struct pending *p)
{
    struct world *w = p->world;
    if (save_packed(w, p->type, p->id, view_of(&p->data), saved, p))
        heap_push(&w->retries, &p->retry, w->desc.clock->now_ms + PENDING_RETRY_MS);
    else
        buf_free(&p->data);
}

void pending_save(struct world *w, struct type *type, gw_id id, struct buf data)
{
    struct pending *p = pending_new(w, type, id);
    p->saving = true;
    p->data = data;
    save(p);
}

void pendings_retry(struct world *w)
{
    struct heap_node *first;
    while ((first = heap_first(&w->retries)) && first->due_ms <= w->desc.clock->now_ms) {
        heap_remove(&w->retries, first);
        save((struct pending *)first);
    }
}

/* ---- whose it is ---------------------------------------------------------------------------- */

void pendings_each_save(struct world *w, void (*each)(void *user, gw_id id), void *user)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->pending, &position)))
        if (((const struct pending *)slot->value)->saving)
            each(user, slot->id);
}

void pending_disown(struct world *w, gw_id id)
{
    struct pending *p = idmap_get(&w->pending, id);
    if (!p || p->retry.index == HEAP_OUTSIDE)
        return;
    log_warn(w->desc.log, "save_dropped",
             "entity=%s/" GW_ID_FORMAT " why=\"it lives on another game\"", p->type->def->name,
             GW_ID_ARG(id));
    entity_gone(w, p->type, id);
    pending_end(p);
}

/* ---- asking for it -------------------------------------------------------------------------- */

/* When it lives already the dispatcher is told once more, which ends its wait. */
void world_load_entity(struct world *w, gw_id id, struct view type_name)
{
    struct type *type = world_type_named(w, type_name);
    if (entity_find(w, id)) {
        entity_notify(w, MSG_NOTIFY_CREATE_ENTITY, id);
    } else if (!type || !type->def->persistent || type->shards || w->stopping) {
        log_warn(w->desc.log, "load_failed", "entity=" GW_ID_FORMAT " type=\"%.*s\" why=\"%s\"",
                 GW_ID_ARG(id), (int)type_name.size, (const char *)type_name.data,
                 w->stopping ? "the game is stopping" : "there is no such persistent type");
        w->stats.loads_failed++;
        answer_load_failed(w, id);
    } else {
        pending_load(w, type, id);
    }
}

static void request_load(uint16_t gameid, const gw_entity_type *type, gw_id id)
{
    struct world *w = world_running();
    struct msg_load_entity_somewhere m = {
        .game = gameid,
        .entity = id,
        .type = {(const uint8_t *)type->name, (uint32_t)strlen(type->name)},
    };
    buf_clear(&w->out);
    msg_load_entity_somewhere_write(&w->out, &m);
    world_send(w, id);
}

void gw_load(const gw_entity_type *type, gw_id id)
{
    request_load(world_running()->desc.gameid, type, id);
}

void gw_load_anywhere(const gw_entity_type *type, gw_id id)
{
    request_load(0, type, id);
}

void gw_load_on(uint16_t gameid, const gw_entity_type *type, gw_id id)
{
    request_load(gameid, type, id);
}
