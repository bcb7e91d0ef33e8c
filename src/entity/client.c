/* Clients of entities. */
#include "entity/client.h"

#include "entity/args.h"
#include "entity/attr.h"
#include "entity/entity.h"
#include "entity/sight.h"
#include "entity/view.h"

#include <stdlib.h>

#define CLIENT_ADDRESS_MAX 63u /* what a gate writes: "[IPv6]:port" fits */

void client_write_head(struct buf *b, uint16_t message, const struct entity *e)
{
    write_u16(b, message);
    write_u16(b, e->gateid);
    write_id(b, e->client);
}

void client_address_head(struct buf *b, const struct entity *e)
{
    uint16_t gate = htole16(e->gateid);
    memcpy(b->data + sizeof(uint16_t), &gate, sizeof gate);
    memcpy(b->data + 2 * sizeof(uint16_t), &e->client, sizeof e->client);
}

void client_close(struct world *w, gw_id route, uint16_t gateid, gw_id client, const char *reason)
{
    struct msg_close_client m = {.gate = gateid, .client = client, .reason = view_str(reason)};
    buf_clear(&w->out);
    msg_close_client_write(&w->out, &m);
    world_send(w, route);
}

static void unbind(struct world *w, struct entity *e)
{
    e->client = (gw_id){0};
    e->gateid = 0;
    free(e->client_address);
    e->client_address = NULL;
    w->stats.clients--;
    sight_client_changed(e);
}

/* NULL for one that nobody knows, or that is none. */
static char *address_text(struct view address)
{
    if (address.size == 0 || address.size > CLIENT_ADDRESS_MAX)
        return NULL;
    char *text = mem_zalloc(address.size + 1);
    memcpy(text, address.data, address.size);
    return text;
}

/* A gate of GoWorld cannot be told to close the client: that sees at least its player go. */
static void turn_out(struct world *w, struct entity *e)
{
    if (!world_speaks_own(w, e->base.id, e->gateid))
        view_hide(w, e, e->base.id);
    client_close(w, e->base.id, e->gateid, e->client, "another client has taken over its entity");
    unbind(w, e);
}

void client_begin(struct world *w, struct entity *e, gw_id client, uint16_t gateid,
                  struct view address)
{
    if (gw_id_equal(e->client, client))
        return;
    if (!gw_id_is_none(e->client))
        turn_out(w, e);
    client_arrive(w, e, client, gateid, address);
    sight_client_changed(e);
    view_show(w, e);
    entity_hook(w, e, e->type->def->on_client_connected);
}

/* To a client that has not seen it, or has come back, perhaps from elsewhere. */
static void show_again(struct world *w, struct entity *e, struct view address)
{
    free(e->client_address);
    e->client_address = address_text(address);
    view_show(w, e);
}

void client_check(struct world *w, struct entity *e, const struct msg_check_owner *m)
{
    if (gw_id_equal(e->client, m->client) && m->has_player)
        view_show_again(w, e);
    else if (gw_id_equal(e->client, m->client))
        show_again(w, e, m->address);
    else if (gw_id_is_none(e->client) && !m->has_player)
        client_begin(w, e, m->client, m->gate, m->address);
    else
        client_close(w, e->base.id, m->gate, m->client, "its player has let it go");
}

void client_depart(struct world *w, struct entity *e)
{
    if (!gw_id_is_none(e->client))
        unbind(w, e);
}

void client_arrive(struct world *w, struct entity *e, gw_id client, uint16_t gateid,
                   struct view address)
{
    e->client = client;
    e->gateid = gateid;
    e->client_address = address_text(address);
    w->stats.clients++;
}

void client_lost(struct world *w, struct entity *e)
{
    unbind(w, e);
    entity_hook(w, e, e->type->def->on_client_lost);
}

void client_end(struct world *w, struct entity *e)
{
    if (gw_id_is_none(e->client))
        return;
    view_destroy(w, e, e, e->base.id);
    client_close(w, e->base.id, e->gateid, e->client, "its entity has ended");
    unbind(w, e);
}

/* ---- what games call ------------------------------------------------------------------------ */

bool gw_has_client(const gw_entity *entity)
{
    return !gw_id_is_none(entity_of(entity)->client);
}

const char *gw_client_address(const gw_entity *entity)
{
    const char *address = entity_of(entity)->client_address;
    return address ? address : "";
}

gw_err gw_set_filter(gw_entity *entity, const char *key, const char *value)
{
    struct world *w = world_running();
    struct entity *e = entity_of(entity);
    if (!key[0]) {
        world_misuse(w, entity, "gw_set_filter: the key is empty", "");
        return GW_EINVAL;
    }
    if (gw_id_is_none(e->client))
        return GW_OK;
    struct msg_set_clientproxy_filter_prop m = {
        .gate = e->gateid,
        .client = e->client,
        .key = view_str(key),
        .value = view_str(value),
    };
    buf_clear(&w->out);
    msg_set_clientproxy_filter_prop_write(&w->out, &m);
    world_send(w, e->base.id);
    return GW_OK;
}

static void take_from_sight(struct world *w, struct entity *e, gw_id route)
{
    view_hide(w, e, route);
    buf_clear(&w->out);
    client_write_head(&w->out, MSG_CLEAR_CLIENTPROXY_FILTER_PROP, e);
    world_send(w, route);
}

/* The three packets leave through one dispatcher, so the gate gets them in this order. It hands the
 * client on only if it is still there and still belongs to `from`. */
static void give_by_gate(struct world *w, struct entity *from, gw_id to)
{
    gw_id id = from->base.id;
    take_from_sight(w, from, id);
    struct msg_give_client m = {.gate = from->gateid, .client = from->client, .from = id, .to = to};
    buf_clear(&w->out);
    msg_give_client_write(&w->out, &m);
    world_send(w, id);
    client_lost(w, from);
}

/* As GoWorld does it: the gate learns from the new player who owns the client. That leaves through
 * the dispatcher of `to`, and the end of the old player goes the same way, so that it comes first.
 * A client that is gone by then is told of by its gate. */
static gw_err give_here(struct world *w, struct entity *from, gw_id to)
{
    struct entity *e = entity_find(w, to);
    if (!e || e->stage != ENTITY_ALIVE)
        return GW_EDENIED;
    gw_id client = from->client;
    uint16_t gateid = from->gateid;
    char *address = from->client_address;
    from->client_address = NULL;
    take_from_sight(w, from, to);
    unbind(w, from);
    client_begin(w, e, client, gateid, address ? view_str(address) : (struct view){0});
    free(address);
    if (!entity_is_dead(from))
        entity_hook(w, from, from->type->def->on_client_lost);
    return GW_OK;
}

gw_err gw_give_client(gw_entity *from, gw_id to)
{
    struct world *w = world_running();
    struct entity *e = entity_of(from);
    if (gw_id_is_none(e->client))
        return GW_ENOTFOUND;
    if (gw_id_equal(from->id, to))
        return GW_OK;
    if (!world_speaks_own(w, from->id, e->gateid))
        return give_here(w, e, to);
    give_by_gate(w, e, to);
    return GW_OK;
}

void gw_close_client(gw_entity *entity, const char *reason)
{
    struct entity *e = entity_of(entity);
    if (gw_id_is_none(e->client))
        return;
    client_close(world_running(), entity->id, e->gateid, e->client, reason);
}

/* ---- client calls --------------------------------------------------------------------------- */

static void write_args(struct world *w)
{
    struct view args = args_written(w);
    write_bytes(&w->out, args.data, args.size);
}

static void call_clients_of(struct world *w, struct entity *e, const char *method, bool others)
{
    buf_clear(&w->out);
    client_write_head(&w->out, MSG_CALL_ENTITY_METHOD_ON_CLIENT, e);
    write_id(&w->out, e->base.id);
    write_str(&w->out, method);
    write_args(w);
    view_send(w, e, true, others);
}

/* One copy leaves, through the dispatcher of the entity that calls: whose order it keeps. */
static void call_filtered_clients(struct world *w, gw_clients to, const char *method)
{
    buf_clear(&w->out);
    write_u16(&w->out, MSG_CALL_FILTERED_CLIENTS);
    write_u8(&w->out, (uint8_t)to.op);
    write_str(&w->out, to.key);
    write_str(&w->out, to.value);
    write_str(&w->out, method);
    write_args(w);
    world_send(w, w->caller);
}

void gw_client_call_end(gw_clients to, const char *method)
{
    struct world *w = world_running();
    w->stats.client_calls++;
    if (to.kind == GW_THE_OWN_CLIENT || to.kind == GW_CLIENTS_THAT_SEE)
        call_clients_of(w, entity_of(to.owner), method, to.kind == GW_CLIENTS_THAT_SEE);
    else if (to.kind == GW_CLIENTS_THAT_MATCH)
        call_filtered_clients(w, to, method);
}
