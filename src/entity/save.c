/* Saves entities. */
#include "entity/save.h"

#include "entity/entity.h"
#include "entity/pending.h"
#include "entity/value.h"

/* Appends what is persistent as one msgpack map. */
static void pack(const struct entity *e, struct buf *out)
{
    fields_write(out, e->type->attrs, &e->base, GW_PERSISTENT);
}

void save_schedule_first(struct world *w, struct entity *e)
{
    if (!e->type->def->persistent)
        return;
    heap_push(&w->saves, &e->save,
              w->desc.clock->now_ms + (e->is_saved ? w->desc.save_interval_ms : 0));
}

gw_err save_packed(struct world *w, const struct type *type, gw_id id, struct view data,
                   storage_saved saved, void *user)
{
    gw_err err = world_is_cut_off(w, id)
                     ? GW_EAWAY
                     : storage_save(w->desc.storage, type->def->name, id, data, saved, user);
    if (err)
        world_complain(w, save_retries, "save_put_off", "entity=" GW_ID_FORMAT " why=\"%s\"",
                       GW_ID_ARG(id), gw_strerror(err));
    else
        w->stats.saves++;
    return err;
}

gw_err save_now(struct world *w, struct entity *e, storage_saved saved, void *user)
{
    buf_clear(&w->pack);
    pack(e, &w->pack);
    return save_packed(w, e->type, e->base.id, view_of(&w->pack), saved, user);
}

bool save_is_running(const struct world *w, const struct entity *e)
{
    return e->type->def->persistent &&
           storage_is_saving(w->desc.storage, e->type->def->name, e->base.id);
}

void saves_run(struct world *w)
{
    int64_t now_ms = w->desc.clock->now_ms;
    for (unsigned i = 0; i < SAVES_PER_TURN_MAX; i++) {
        struct heap_node *first = heap_first(&w->saves);
        if (!first || first->due_ms > now_ms)
            return;
        struct entity *e = (struct entity *)((char *)first - offsetof(struct entity, save));
        heap_remove(&w->saves, first);
        gw_err err = save_now(w, e, NULL, NULL);
        heap_push(&w->saves, first, now_ms + (err ? PENDING_RETRY_MS : w->desc.save_interval_ms));
    }
}

void save_last(struct world *w, struct entity *e)
{
    if (!e->type->def->persistent || e->disowned) {
        entity_gone(w, e->type, e->base.id);
        return;
    }
    struct buf data = {0};
    pack(e, &data);
    pending_save(w, e->type, e->base.id, data);
}

void gw_save(gw_entity *entity)
{
    struct world *w = world_running();
    struct entity *e = entity_of(entity);
    if (!e->type->def->persistent || e->disowned || entity_is_dead(e))
        return;
    if (trip_is_departing(w, e))
        return; /* it could come behind one of its next game, which has all that there is to save */
    heap_remove(&w->saves, &e->save);
    gw_err err = save_now(w, e, NULL, NULL);
    heap_push(&w->saves, &e->save,
              w->desc.clock->now_ms + (err ? PENDING_RETRY_MS : w->desc.save_interval_ms));
}
