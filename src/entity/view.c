/* What clients are shown. */
#include "entity/view.h"

#include "aoi/aoi.h"
#include "entity/attr.h"
#include "entity/client.h"
#include "entity/entity.h"
#include "entity/moves.h"
#include "entity/sight.h"
#include "entity/space.h"
#include "entity/value.h"
#include "wire/msgpack.h"

/* A space has its kind in front of what the game gives it. */
static void pack_attrs(struct world *w, const struct entity *e, unsigned flags)
{
    const struct space *space = space_of(e);
    buf_clear(&w->pack);
    msgpack_write_map(&w->pack, fields_count(e->type->attrs, flags) + (space != NULL));
    if (space) {
        msgpack_write_str(&w->pack, SPACE_KIND, strlen(SPACE_KIND));
        msgpack_write_i64(&w->pack, space->kind);
    }
    fields_write_pairs(&w->pack, e->type->attrs, &e->base, flags);
}

void view_create(struct world *w, struct entity *viewer, struct entity *subject)
{
    bool is_player = viewer == subject;
    pack_attrs(w, subject, is_player ? GW_CLIENT | GW_ALL_CLIENTS : GW_ALL_CLIENTS);
    struct msg_create_entity_on_client m = {
        .gate = viewer->gateid,
        .client = viewer->client,
        .is_player = is_player,
        .entity = subject->base.id,
        .type = view_str(subject->type->wire_name),
        .x = subject->position.x,
        .y = subject->position.y,
        .z = subject->position.z,
        .yaw = subject->yaw,
        .attrs = view_of(&w->pack),
    };
    buf_clear(&w->out);
    msg_create_entity_on_client_write(&w->out, &m);
    world_send(w, viewer->base.id);
}

void view_destroy(struct world *w, struct entity *viewer, struct entity *subject, gw_id route)
{
    struct msg_destroy_entity_on_client m = {
        .gate = viewer->gateid,
        .client = viewer->client,
        .type = view_str(subject->type->wire_name),
        .entity = subject->base.id,
    };
    buf_clear(&w->out);
    msg_destroy_entity_on_client_write(&w->out, &m);
    world_send(w, route);
}

static bool is_somewhere(const struct entity *e)
{
    return !e->type->is_space && e->space->kind;
}

static void show_surroundings(struct world *w, struct entity *e)
{
    if (!is_somewhere(e))
        return;
    view_create(w, e, e->space->entity);
    struct aoi_list seen = sight_of(e);
    for (size_t i = 0; i < seen.count; i++)
        view_create(w, e, seen.things[i]);
}

static void hide_surroundings(struct world *w, struct entity *e, gw_id route)
{
    if (!is_somewhere(e))
        return;
    struct aoi_list seen = sight_of(e);
    for (size_t i = 0; i < seen.count; i++)
        view_destroy(w, e, seen.things[i], route);
    view_destroy(w, e, e->space->entity, route);
}

void view_show(struct world *w, struct entity *e)
{
    view_create(w, e, e);
    show_surroundings(w, e);
}

void view_hide(struct world *w, struct entity *e, gw_id route)
{
    hide_surroundings(w, e, route);
    view_destroy(w, e, e, route);
}

void view_show_again(struct world *w, struct entity *e)
{
    struct msg_view_follows m = {.gate = e->gateid, .client = e->client, .entity = e->base.id};
    buf_clear(&w->out);
    msg_view_follows_write(&w->out, &m);
    world_send(w, e->base.id);
    attrs_send(w, e);
    moves_note(w, e, MOVED_FOR_OWN);
    show_surroundings(w, e);
}

/* ---- to all that know it -------------------------------------------------------------------- */

static unsigned send_to(struct world *w, const struct entity *viewer)
{
    if (gw_id_is_none(viewer->client))
        return 0;
    client_address_head(&w->out, viewer);
    world_send(w, viewer->base.id);
    return 1;
}

static unsigned send_to_space(struct world *w, const struct space *space)
{
    unsigned count = 0;
    for (const struct entity *e = space->kind ? space->first : NULL; e; e = e->next_in)
        count += send_to(w, e);
    return count;
}

unsigned view_send(struct world *w, struct entity *e, bool own, bool others)
{
    unsigned count = own ? send_to(w, e) : 0;
    if (!others)
        return count;
    if (e->type->is_space)
        return count + send_to_space(w, e->space);
    struct aoi_list listeners = sight_listeners(e);
    for (size_t i = 0; i < listeners.count; i++)
        count += send_to(w, listeners.things[i]);
    return count;
}
