/* Entities between two games. What one is goes to the other in one packet, which its dispatcher
 * puts in front of all that it has kept meanwhile. */
#include "entity/migrate.h"

#include "entity/client.h"
#include "entity/entity.h"
#include "entity/position.h"
#include "entity/space.h"
#include "entity/timer.h"
#include "entity/trip.h"
#include "entity/value.h"
#include "wire/msgpack.h"

#include <stdlib.h>

#define KEEP_MS 30000                     /* what is not known to have arrived */
#define KEEP_BYTES_MAX ((size_t)64 << 20) /* of all these */

/* One that has left, as it was sent. */
struct leaver {
    struct heap_node deadline; /* first, so that a node is its leaver */
    gw_id entity;
    struct buf packet;
};

static const char type_key[] = "T", attrs_key[] = "A", client_key[] = "C",
                  client_id_key[] = "ClientID", gate_key[] = "GateID", position_key[] = "Pos",
                  yaw_key[] = "Yaw", space_key[] = "SP", timers_key[] = "TD", freeze_key[] = "FP",
                  syncing_key[] = "SFC", sync_flags_key[] = "SIF",
                  /* What only our games know: they are behind all others. */
    game_key[] = "GW_Game", address_key[] = "GW_Address", old_space_key[] = "GW_Space",
                  old_position_key[] = "GW_Pos";

/* What an entity is, on its way. Views are into the packet. */
struct traveller {
    struct view type, attrs, timers, address;
    gw_id client, space, old_space;
    int64_t gate, game; /* that it comes from; 0: not one of ours */
    gw_vec3 position, old_position;
    double yaw;
    bool syncing;
};

/* ---- writing -------------------------------------------------------------------------------- */

static void write_key(struct buf *b, const char *key)
{
    msgpack_write_str(b, key, strlen(key));
}

static void write_id_value(struct buf *b, const char *key, gw_id id)
{
    write_key(b, key);
    msgpack_write_str(b, id.text, gw_id_is_none(id) ? 0 : sizeof id.text);
}

static void write_client(struct buf *b, const struct entity *e)
{
    write_key(b, client_key);
    msgpack_write_map(b, 2);
    write_id_value(b, client_id_key, e->client);
    write_key(b, gate_key);
    msgpack_write_u16(b, e->gateid);
}

static void write_timers(struct world *w, struct buf *b, const struct entity *e)
{
    buf_clear(&w->pack);
    timers_write(w, e, &w->pack);
    write_key(b, timers_key);
    msgpack_write_bin(b, w->pack.data, w->pack.size);
}

/* For our games only. */
static void write_own(const struct world *w, struct buf *b, const struct entity *e,
                      const struct migration *from)
{
    write_key(b, game_key);
    msgpack_write_i64(b, w->desc.gameid);
    write_id_value(b, old_space_key, from->space);
    write_key(b, old_position_key);
    msgpack_write_vec3(b, from->position);
    if (!e->client_address)
        return;
    write_key(b, address_key);
    write_key(b, e->client_address);
}

/* In GoWorld's order. */
static void write_state(struct world *w, struct buf *b, const struct entity *e,
                        const struct migration *to, const struct migration *from)
{
    bool has_client = !gw_id_is_none(e->client), has_timers = e->timers,
         has_address = e->client_address;
    msgpack_write_map(b, 8u + has_client + has_timers + 3u + has_address);
    write_key(b, type_key);
    write_key(b, e->type->def->name);
    write_key(b, attrs_key);
    fields_write(b, e->type->attrs, &e->base, 0);
    if (has_client)
        write_client(b, e);
    write_key(b, position_key);
    msgpack_write_vec3(b, to->position);
    write_key(b, yaw_key);
    msgpack_write_f32(b, e->yaw);
    write_id_value(b, space_key, to->space);
    if (has_timers)
        write_timers(w, b, e);
    write_key(b, freeze_key);
    msgpack_write_nil(b);
    write_key(b, syncing_key);
    msgpack_write_bool(b, e->syncing);
    write_key(b, sync_flags_key);
    msgpack_write_i64(b, 0);
    write_own(w, b, e, from);
}

static void write_packet(struct world *w, struct buf *b, const struct entity *e,
                         const struct migration *to, const struct migration *from)
{
    write_u16(b, MSG_REAL_MIGRATE);
    write_id(b, e->base.id);
    write_u16(b, to->game);
    size_t begin = write_var_begin(b);
    write_state(w, b, e, to, from);
    write_var_end(b, begin);
}

/* ---- leaving -------------------------------------------------------------------------------- */

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

static void leaver_keep(struct world *w, gw_id entity, struct buf packet)
{
    if (w->leavers.bytes + packet.size > KEEP_BYTES_MAX) {
        buf_free(&packet);
        return;
    }
    struct leaver *leaver = mem_zalloc(sizeof *leaver);
    *leaver = (struct leaver){.deadline.index = HEAP_OUTSIDE, .entity = entity, .packet = packet};
    w->leavers.bytes += packet.size;
    idmap_put(&w->leavers.by_entity, entity, leaver);
    heap_push(&w->leavers.deadlines, &leaver->deadline, w->desc.clock->now_ms + KEEP_MS);
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
        leaver_keep(w, e->base.id, packet);
    }
    world_leave(w, before);
}

void world_migrated(struct world *w, gw_id entity)
{
    struct leaver *leaver = leaver_of(w, entity);
    if (leaver)
        leaver_forget(w, leaver);
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

/* ---- reading -------------------------------------------------------------------------------- */

static gw_err read_id_value(struct view value, gw_id *id)
{
    struct view text;
    gw_err err = msgpack_read_str(value, &text);
    if (err || (text.size && text.size != sizeof id->text))
        return GW_EPROTO;
    memcpy(id->text, text.data, text.size);
    return GW_OK;
}

static gw_err read_client(struct view value, struct traveller *t)
{
    struct msgpack_pairs pairs;
    struct view key, field;
    gw_err err = msgpack_read_map(value, &pairs);
    while (!err && msgpack_next_pair(&pairs, &key, &field))
        if (view_equals(key, client_id_key))
            err = read_id_value(field, &t->client);
        else if (view_equals(key, gate_key))
            err = msgpack_read_int(field, 0, UINT16_MAX, &t->gate);
    return err;
}

static gw_err read_timers(struct view value, struct view *timers)
{
    struct view bytes;
    gw_err err = msgpack_read_bin(value, &bytes);
    if (err || !bytes.size)
        return err;
    return msgpack_check(bytes, timers);
}

static gw_err read_field(struct traveller *t, struct view key, struct view value)
{
    if (view_equals(key, type_key))
        return msgpack_read_str(value, &t->type);
    if (view_equals(key, client_key))
        return read_client(value, t);
    if (view_equals(key, position_key))
        return msgpack_read_vec3(value, &t->position);
    if (view_equals(key, yaw_key))
        return msgpack_read_f64(value, &t->yaw);
    if (view_equals(key, space_key))
        return read_id_value(value, &t->space);
    if (view_equals(key, timers_key))
        return read_timers(value, &t->timers);
    if (view_equals(key, syncing_key))
        return msgpack_read_bool(value, &t->syncing);
    if (view_equals(key, game_key))
        return msgpack_read_int(value, 0, UINT16_MAX, &t->game);
    if (view_equals(key, address_key))
        return msgpack_read_str(value, &t->address);
    if (view_equals(key, old_space_key))
        return read_id_value(value, &t->old_space);
    if (view_equals(key, old_position_key))
        return msgpack_read_vec3(value, &t->old_position);
    if (view_equals(key, attrs_key))
        t->attrs = value;
    return GW_OK;
}

static gw_err read_state(struct view bytes, struct traveller *t)
{
    struct msgpack_pairs pairs;
    struct view map, key, value;
    gw_err err = msgpack_check(bytes, &map);
    if (!err)
        err = msgpack_read_map(map, &pairs);
    while (!err && msgpack_next_pair(&pairs, &key, &value))
        err = read_field(t, key, value);
    return err || !isfinite(t->yaw) ? GW_EPROTO : GW_OK;
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
    if (!gw_id_is_none(t->client))
        client_arrive(w, e, t->client, (uint16_t)t->gate, t->address);
    if (t->timers.size)
        timers_read(w, e, t->timers);
    entity_begin_again(w, e);
    return e;
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

static void refuse(struct world *w, gw_id id, const struct traveller *t, const char *why)
{
    log_error(w->desc.log, "migration_refused", "entity=" GW_ID_FORMAT " type=\"%.*s\" why=\"%s\"",
              GW_ID_ARG(id), (int)t->type.size, (const char *)t->type.data, why);
    if (!gw_id_is_none(t->client))
        client_close(w, id, (uint16_t)t->gate, t->client, "its player could not be moved");
    entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, id);
}

/* Sent once more, when its dispatcher did not know whether it had been. */
static bool is_known(struct world *w, gw_id id)
{
    return entity_find(w, id) || idmap_get(&w->pending, id);
}

void world_migrate_in(struct world *w, gw_id id, uint16_t game, struct view state)
{
    struct traveller t = {0};
    if (read_state(state, &t)) {
        world_bad_packet(w, "REAL_MIGRATE");
        entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, id);
        return;
    }
    world_migrated(w, id);
    tell_arrived(w, id, &t);
    struct type *type = world_type_named(w, t.type);
    if (is_known(w, id))
        return;
    if (!type || type->shards || type->is_space) {
        refuse(w, id, &t, "there is no such type");
        return;
    }
    struct scope before = world_enter(w, NULL);
    struct entity *e = bring_to_life(w, id, type, &t);
    w->stats.migrations_in++;
    if (game == w->desc.gameid)
        enter(w, e, t.space, t.position);
    else
        enter_old_space(w, e, &t);
    world_leave(w, before);
}
