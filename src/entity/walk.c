/* Walks over entities that are listed when they begin, so that their bodies may change anything. */
#include "aoi/aoi.h"
#include "entity/entity.h"
#include "entity/sight.h"
#include "entity/space.h"

static gw_walk begin(struct world *w)
{
    size_t at = w->walks.size;
    return (gw_walk){.from = at, .at = at, .end = at, .handler = w->handlers};
}

static void add(struct world *w, gw_walk *walk, struct entity *e, const gw_entity_type *type)
{
    if (type && e->base.type != type)
        return;
    buf_append(&w->walks, &e, sizeof e);
    walk->end = w->walks.size;
}

gw_walk gw_walk_space(const gw_entity *space, const gw_entity_type *type)
{
    struct world *w = world_running();
    gw_walk walk = begin(w);
    const struct space *in = space_of(entity_of(space));
    for (struct entity *e = in ? in->first : NULL; e; e = e->next_in)
        add(w, &walk, e, type);
    return walk;
}

static gw_walk walk_list(struct aoi_list list, const gw_entity_type *type)
{
    struct world *w = world_running();
    gw_walk walk = begin(w);
    for (size_t i = 0; i < list.count; i++)
        add(w, &walk, list.things[i], type);
    return walk;
}

gw_walk gw_walk_seen(const gw_entity *entity, const gw_entity_type *type)
{
    return walk_list(sight_of(entity_of(entity)), type);
}

gw_walk gw_walk_viewers(const gw_entity *entity, const gw_entity_type *type)
{
    const struct entity *e = entity_of(entity);
    struct aoi_list none = {0};
    return walk_list(!e->member ? none : aoi_watchers(e->space->aoi, e->member), type);
}

gw_entity *gw_walk_next(gw_walk *walk)
{
    struct world *w = world_running();
    if (walk->at < walk->end && walk->handler != w->handlers) {
        world_misuse(w, NULL, "a walk over entities goes on after its handler has ended", "");
        walk->at = walk->end;
    }
    while (walk->at < walk->end) {
        struct entity *e;
        memcpy(&e, w->walks.data + walk->at, sizeof e);
        walk->at += sizeof e;
        if (!entity_is_dead(e))
            return &e->base;
    }
    return NULL;
}

/* What was listed last goes first; what a walk inside was left by jumping out goes with it. */
gw_walk *gw_walk_end(gw_walk *walk)
{
    struct world *w = world_running();
    if (walk->handler == w->handlers && walk->from < w->walks.size)
        w->walks.size = walk->from;
    return NULL;
}
