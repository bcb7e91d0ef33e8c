/* traveller: see traveller.h. */
#include "entity/traveller.h"

#include "entity/entity.h"
#include "entity/timer.h"
#include "entity/value.h"
#include "wire/msgpack.h"

#include <math.h>

static const char type_key[] = "T", attrs_key[] = "A", client_key[] = "C",
                  client_id_key[] = "ClientID", gate_key[] = "GateID", position_key[] = "Pos",
                  yaw_key[] = "Yaw", space_key[] = "SP", timers_key[] = "TD", freeze_key[] = "FP",
                  syncing_key[] = "SFC", sync_flags_key[] = "SIF";
/* What only our games know: they are behind all others. */
static const char game_key[] = "GW_Game", address_key[] = "GW_Address",
                  old_space_key[] = "GW_Space", old_position_key[] = "GW_Pos",
                  journey_key[] = "GW_Journey";

/* ---- writing -------------------------------------------------------------------------------- */

static void write_text(struct buf *b, const char *text)
{
    msgpack_write_str(b, text, strlen(text));
}

static void write_id_value(struct buf *b, const char *key, gw_id id)
{
    write_text(b, key);
    msgpack_write_str(b, id.text, gw_id_is_none(id) ? 0 : sizeof id.text);
}

static void write_client(struct buf *b, const struct entity *e)
{
    write_text(b, client_key);
    msgpack_write_map(b, 2);
    write_id_value(b, client_id_key, e->client);
    write_text(b, gate_key);
    msgpack_write_u16(b, e->gateid);
}

static void write_timers(struct world *w, struct buf *b, const struct entity *e)
{
    buf_clear(&w->pack);
    timers_write(w, e, &w->pack);
    write_text(b, timers_key);
    msgpack_write_bin(b, w->pack.data, w->pack.size);
}

/* For our games only. */
static void write_own(const struct world *w, struct buf *b, const struct entity *e,
                      const struct migration *from)
{
    write_text(b, game_key);
    msgpack_write_i64(b, w->desc.gameid);
    write_id_value(b, old_space_key, from->space);
    write_text(b, old_position_key);
    msgpack_write_vec3(b, from->position);
    write_id_value(b, journey_key, id_new(w->desc.ids));
    if (!e->client_address)
        return;
    write_text(b, address_key);
    write_text(b, e->client_address);
}

/* In GoWorld's order. */
void traveller_write(struct world *w, struct buf *b, const struct entity *e,
                     const struct migration *to, const struct migration *from)
{
    bool has_client = !gw_id_is_none(e->client), has_timers = e->timers,
         has_address = e->client_address;
    msgpack_write_map(b, 8u + has_client + has_timers + 4u + has_address);
    write_text(b, type_key);
    write_text(b, e->type->def->name);
    write_text(b, attrs_key);
    fields_write(b, e->type->attrs, &e->base, 0);
    if (has_client)
        write_client(b, e);
    write_text(b, position_key);
    msgpack_write_vec3(b, to->position);
    write_text(b, yaw_key);
    msgpack_write_f32(b, e->yaw);
    write_id_value(b, space_key, to->space);
    if (has_timers)
        write_timers(w, b, e);
    write_text(b, freeze_key);
    msgpack_write_nil(b);
    write_text(b, syncing_key);
    msgpack_write_bool(b, e->syncing);
    write_text(b, sync_flags_key);
    msgpack_write_i64(b, 0);
    write_own(w, b, e, from);
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
    if (view_equals(key, journey_key))
        return read_id_value(value, &t->journey);
    if (view_equals(key, old_space_key))
        return read_id_value(value, &t->old_space);
    if (view_equals(key, old_position_key))
        return msgpack_read_vec3(value, &t->old_position);
    if (view_equals(key, attrs_key))
        t->attrs = value;
    return GW_OK;
}

gw_err traveller_read(struct view bytes, struct traveller *t)
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
