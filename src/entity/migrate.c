/* Entities between two games. What one is goes to the other in one packet, which its dispatcher
 * puts in front of all that it has kept meanwhile. */
#include "entity/migrate.h"

#include "entity/arrivals.h"
#include "entity/attr.h"
#include "entity/client.h"
#include "entity/entity.h"
#include "entity/frozen.h"
#include "entity/moves.h"
#include "entity/space.h"
#include "entity/timer.h"
#include "entity/traveller.h"
#include "entity/trip.h"
#include "entity/value.h"

#include <stdlib.h>

#define KEEP_BYTES_MAX ((size_t)64 << 20) /* of all these */

/* One that has left, as it was sent. */
struct leaver {
    struct heap_node deadline; /* first, so that a node is its leaver */
    gw_id entity;
    struct buf packet;
};

/* ---- leaving -------------------------------------------------------------------------------- */

static void write_packet(struct world *w, struct buf *b, const struct entity *e,
                         const struct migration *to, const struct migration *from)
{
    write_u16(b, MSG_REAL_MIGRATE);
    write_id(b, e->base.id);
    write_u16(b, to->game);
    size_t begin = write_var_begin(b);
    traveller_write(w, b, e, to, from);
    write_var_end(b, begin);
}

static void leaver_forget(struct world *w, struct leaver *leaver)
{
    w->leavers.bytes -= leaver->packet.size;
    heap_remove(&w->leavers.deadlines, &leaver->deadline);
    idmap_remove(&w->leavers.by_entity, leaver->entity);
    buf_free(&leaver->packet);
    free(leaver);
}

static struct leaver *leaver_of(const struct world *w, gw_id entity)
{
    return w->leavers.by_entity.count ? idmap_get(&w->leavers.by_entity, entity) : NULL;
}

void leavers_forget(struct world *w, gw_id entity)
{
    struct leaver *leaver = leaver_of(w, entity);
    if (leaver)
        leaver_forget(w, leaver);
}

static void leaver_keep(struct world *w, gw_id entity, struct buf packet, int64_t until_ms)
{
    leavers_forget(w, entity);
    if (w->leavers.bytes + packet.size > KEEP_BYTES_MAX) {
        buf_free(&packet);
        return;
    }
    struct leaver *leaver = mem_zalloc(sizeof *leaver);
    *leaver = (struct leaver){.deadline.index = HEAP_OUTSIDE, .entity = entity, .packet = packet};
    w->leavers.bytes += packet.size;
    idmap_put(&w->leavers.by_entity, entity, leaver);
    heap_push(&w->leavers.deadlines, &leaver->deadline, until_ms);
}

void migrate_out(struct world *w, struct entity *e, const struct migration *to)
{
    struct migration from = {.space = e->space->entity->base.id, .position = e->position};
    struct buf packet = {0};
    struct scope before = world_enter(w, e);
    space_leave(w, e);
    if (e->stage == ENTITY_ALIVE)
        entity_hook(w, e, e->type->def->on_migrate_out);
    if (e->stage == ENTITY_ALIVE) { /* else a hook has ended it */
        write_packet(w, &packet, e, to, &from);
        entity_depart(w, e);
        w->stats.migrations_out++;
        world_send_packet(w, e->base.id, view_of(&packet));
        leaver_keep(w, e->base.id, packet, w->desc.clock->now_ms + MIGRATION_KEPT_MS);
    }
    world_leave(w, before);
}

void world_migrated(struct world *w, gw_id entity)
{
    leavers_forget(w, entity);
}

/* Whether that dispatcher had passed it on nobody knows: a game that has it says so. */
void world_resend_leavers(struct world *w, bool (*concerns)(void *user, gw_id entity), void *user)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->leavers.by_entity, &position)))
        if (concerns(user, slot->id))
            world_send_packet(w, slot->id, view_of(&((const struct leaver *)slot->value)->packet));
}

int64_t leavers_turn(struct world *w)
{
    struct heap_node *first;
    while ((first = heap_first(&w->leavers.deadlines)) && first->due_ms <= w->desc.clock->now_ms)
        leaver_forget(w, (struct leaver *)first);
    return first ? first->due_ms : CLOCK_NEVER;
}

void leavers_fini(struct world *w)
{
    struct idmap_slot *slot;
    for (size_t start = 0; (slot = idmap_next(&w->leavers.by_entity, &start)); start = 0)
        leaver_forget(w, slot->value);
    idmap_free(&w->leavers.by_entity);
    heap_free(&w->leavers.deadlines);
}

void leavers_freeze(const struct world *w, struct buf *b)
{
    size_t position = 0;
    struct idmap_slot *slot;
    write_u32(b, (uint32_t)w->leavers.by_entity.count);
    while ((slot = idmap_next(&w->leavers.by_entity, &position))) {
        const struct leaver *leaver = slot->value;
        write_id(b, slot->id);
        write_left(b, w, leaver->deadline.due_ms);
        write_var(b, leaver->packet.data, leaver->packet.size);
    }
}

void leavers_thaw(struct thaw *t)
{
    for (uint32_t left = read_u32(&t->in); left && !thaw_failed(t); left--) {
        gw_id entity = read_id(&t->in);
        int64_t until_ms = read_due(t);
        struct view bytes = read_var(&t->in);
        struct buf packet = {0};
        if (thaw_failed(t))
            return;
        buf_append(&packet, bytes.data, bytes.size);
        leaver_keep(t->world, entity, packet, until_ms);
    }
}

/* ---- arriving ------------------------------------------------------------------------------- */

static void tell_arrived(struct world *w, gw_id entity, const struct traveller *t)
{
    if (!t->game || t->game == w->desc.gameid)
        return;
    struct msg_migrated m = {.game = (uint16_t)t->game, .entity = entity};
    buf_clear(&w->out);
    msg_migrated_write(&w->out, &m);
    world_send(w, entity);
}

static struct entity *bring_to_life(struct world *w, gw_id id, struct type *type,
                                    const struct traveller *t)
{
    struct entity *e = entity_new(w, type, id, ENTITY_SENT_WHOLE);
    if (entity_is_dead(e)) { /* by its on_init */
        if (!gw_id_is_none(t->client))
            client_close(w, id, (uint16_t)t->gate, t->client, "its entity has ended");
        return e;
    }
    if (t->attrs.size && fields_read(t->attrs, type->attrs, &e->base, 0, entity_log_misfit, e))
        entity_log_misfit(e, "", 0, "the attributes are no map");
    e->yaw = (float)t->yaw;
    e->syncing = t->syncing;
    e->position = t->old_position; /* until it is in a space */
    if (!gw_id_is_none(t->client)) {
        client_arrive(w, e, t->client, (uint16_t)t->gate, t->address);
        attrs_tell_changed(w, e, t->attrs); /* that game may run another program */
    }
    moves_note(w, e, MOVED_FOR_OWN); /* its last move may not have been told */
    if (t->timers.size)
        timers_read(w, e, t->timers);
    entity_begin_again(w, e);
    return e;
}

/* It may have gone while its entity was on no game that could have been told. */
static void check_client(struct world *w, const struct entity *e, const struct traveller *t)
{
    if (t->game && !gw_id_is_none(e->client))
        entity_check_client(w, e);
}

static void enter(struct world *w, struct entity *e, gw_id id, gw_vec3 position)
{
    struct space *space = space_find(w, id);
    if (e->stage != ENTITY_ALIVE)
        return;
    if (space)
        trip_arrive(w, e, space, position);
    else
        trip_failed(w, e, id, GW_ENOTFOUND);
}

/* It could not be passed on: it is back where it was. */
static void enter_old_space(struct world *w, struct entity *e, const struct traveller *t)
{
    const struct entity *old = entity_find(w, t->old_space);
    if (old && e->stage == ENTITY_ALIVE)
        enter(w, e, t->old_space, t->old_position);
    if (e->stage == ENTITY_ALIVE)
        trip_failed(w, e, t->space, GW_EAWAY);
}

/* Nobody has it now. */
static void lose(struct world *w, gw_id id, const struct traveller *t)
{
    if (!gw_id_is_none(t->client))
        client_close(w, id, (uint16_t)t->gate, t->client, "its player could not be moved");
    entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, id);
}

/* A game that does not have its type sends it back to one that did; unless that is gone, for it has
 * come back from there. */
static void refuse(struct world *w, gw_id id, const struct traveller *t, bool was_sent_on,
                   struct view state)
{
    bool goes_back = was_sent_on && t->game;
    log_error(w->desc.log, "migration_refused",
              "entity=" GW_ID_FORMAT " type=\"%.*s\" goes_back=%d why=\"there is no such type\"",
              GW_ID_ARG(id), (int)t->type.size, (const char *)t->type.data, goes_back);
    if (!goes_back) {
        lose(w, id, t);
        return;
    }
    struct msg_real_migrate m = {.entity = id, .game = (uint16_t)t->game, .state = state};
    buf_clear(&w->out);
    msg_real_migrate_write(&w->out, &m);
    world_send(w, id);
}

/* Sent once more, when its dispatcher did not know whether it had been. */
static bool is_known(struct world *w, gw_id id)
{
    return entity_find(w, id) || idmap_get(&w->pending, id);
}

static void take_in(struct world *w, gw_id id, struct type *type, const struct traveller *t,
                    bool was_sent_on)
{
    struct scope before = world_enter(w, NULL);
    struct entity *e = bring_to_life(w, id, type, t);
    w->stats.migrations_in++;
    check_client(w, e, t);
    if (was_sent_on)
        enter(w, e, t->space, t->position);
    else
        enter_old_space(w, e, t);
    world_leave(w, before);
}

static void take_in_or_refuse(struct world *w, gw_id id, uint16_t game, const struct traveller *t,
                              struct view state)
{
    struct type *type = world_type_named(w, t->type);
    bool was_sent_on = game == w->desc.gameid && t->game != w->desc.gameid;
    if (!type || type->shards || type->is_space) {
        refuse(w, id, t, was_sent_on, state);
        return;
    }
    tell_arrived(w, id, t);
    if (!gw_id_is_none(t->journey))
        arrivals_note(w, t->journey);
    take_in(w, id, type, t, was_sent_on);
}

/* One that has come, and is not here, has ended or left: its dispatcher is not to believe that it
 * is here. It may be on its way to the very game that has sent this. */
static void take_again(struct world *w, gw_id id, const struct traveller *t)
{
    if (is_known(w, id))
        tell_arrived(w, id, t);
    else
        entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, id);
}

void world_migrate_in(struct world *w, gw_id id, uint16_t game, struct view state)
{
    struct traveller t = {0};
    if (traveller_read(state, &t)) {
        world_bad_packet(w, "REAL_MIGRATE");
        if (!is_known(w, id))
            lose(w, id, &t);
        return;
    }
    if (is_known(w, id) || arrivals_have(w, t.journey)) {
        take_again(w, id, &t);
        return;
    }
    leavers_forget(w, id);
    take_in_or_refuse(w, id, game, &t, state);
}
