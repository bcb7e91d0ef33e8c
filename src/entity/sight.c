/* Who sees whom, told to clients at once and to games after the handler. */
#include "entity/sight.h"

#include "aoi/aoi.h"
#include "entity/entity.h"
#include "entity/space.h"
#include "entity/view.h"

#define SIGHTS_WAITING_MAX ((size_t)200000)

/* A hook that is to run. Both are there until it has: nothing is freed before. */
struct sight {
    struct entity *watcher, *subject;
    bool sees;
};

static void put_off_hook(struct world *w, struct entity *watcher, struct entity *subject, bool sees)
{
    const gw_entity_type *def = watcher->type->def;
    if (!(sees ? def->on_enter_aoi : def->on_leave_aoi))
        return;
    struct sight sight = {watcher, subject, sees};
    buf_append(&w->sights, &sight, sizeof sight);
}

/* Runs no code of the game, so that nothing changes while the AOI tells. */
static void changed(void *user, void *watcher, void *subject, bool sees)
{
    struct world *w = user;
    struct entity *viewer = watcher;
    if (gw_id_is_none(viewer->client))
        ;
    else if (sees)
        view_create(w, viewer, subject);
    else
        view_destroy(w, viewer, subject, viewer->base.id);
    put_off_hook(w, viewer, subject, sees);
}

struct aoi *sight_aoi_create(struct world *w)
{
    return aoi_create(&(struct aoi_desc){.changed = changed, .user = w});
}

static bool listens(const struct entity *e)
{
    const gw_entity_type *def = e->type->def;
    return !gw_id_is_none(e->client) || def->on_enter_aoi || def->on_leave_aoi;
}

static unsigned parts_of(const struct entity *e)
{
    unsigned flags = e->type->def->aoi;
    return (flags & GW_AOI_BLIND ? 0 : AOI_SEES) | (flags & GW_AOI_UNSEEN ? 0 : AOI_IS_SEEN) |
           (listens(e) ? AOI_LISTENS : 0);
}

static float distance_of(const struct entity *e)
{
    float own = e->type->def->aoi_distance;
    return own > 0 ? own : e->space->distance;
}

void sight_begin(struct world *w, struct entity *e)
{
    struct aoi *aoi = e->space->aoi;
    if (!gw_id_is_none(e->client))
        view_create(w, e, e->space->entity);
    if (aoi && parts_of(e) & (AOI_SEES | AOI_IS_SEEN))
        e->member = aoi_enter(aoi, e, e->position.x, e->position.z, distance_of(e), parts_of(e));
}

void sight_end(struct world *w, struct entity *e)
{
    uint32_t member = e->member;
    e->member = 0;
    if (member)
        aoi_leave(e->space->aoi, member);
    if (!gw_id_is_none(e->client))
        view_destroy(w, e, e->space->entity, e->base.id);
}

void sight_client_changed(struct entity *e)
{
    if (e->member)
        aoi_set_listens(e->space->aoi, e->member, listens(e));
}

struct aoi_list sight_of(const struct entity *e)
{
    return !e->member ? (struct aoi_list){0} : aoi_seen(e->space->aoi, e->member);
}

struct aoi_list sight_listeners(const struct entity *e)
{
    return !e->member ? (struct aoi_list){0} : aoi_listeners(e->space->aoi, e->member);
}

/* ---- hooks ---------------------------------------------------------------------------------- */

bool sights_wait(const struct world *w)
{
    return w->sights_at < w->sights.size;
}

void sights_run(struct world *w, unsigned *budget)
{
    while (*budget && sights_wait(w)) {
        struct sight sight;
        memcpy(&sight, w->sights.data + w->sights_at, sizeof sight);
        w->sights_at += sizeof sight;
        const gw_entity_type *def = sight.watcher->type->def;
        --*budget;
        if (!entity_is_dead(sight.watcher))
            entity_hook_about(w, sight.watcher, sight.sees ? def->on_enter_aoi : def->on_leave_aoi,
                              sight.subject);
    }
    if (w->sights_at < w->sights.size / 2)
        return;
    buf_consume(&w->sights, w->sights_at);
    w->sights_at = 0;
}

bool sights_are_full(const struct world *w)
{
    return w->sights.size - w->sights_at >= SIGHTS_WAITING_MAX * sizeof(struct sight);
}

/* ---- what games call ------------------------------------------------------------------------ */

bool gw_sees(const gw_entity *viewer, const gw_entity *other)
{
    const struct entity *a = entity_of(viewer), *b = entity_of(other);
    return a->space == b->space && a->member && b->member &&
           aoi_sees(a->space->aoi, a->member, b->member);
}
