/* What comes in from the cluster about clients and entities; calls are in call.c, loads in
 * pending.c. */
#include "entity/client.h"
#include "entity/entity.h"
#include "entity/pending.h"
#include "entity/space.h"
#include "entity/value.h"
#include "wire/msgpack.h"

#define MSGPACK_NIL 0xc0

void world_client_connected(struct world *w, gw_id client, gw_id boot_entity, uint16_t gateid,
                            struct view address)
{
    if (w->stopping || entity_find(w, boot_entity) || idmap_get(&w->pending, boot_entity)) {
        client_close(w, boot_entity, gateid, client,
                     w->stopping ? "the game is stopping" : "its boot entity exists already");
        return;
    }
    struct scope before = world_enter(w, NULL);
    struct entity *e = entity_new(w, w->boot, boot_entity, ENTITY_CREATED_HERE);
    entity_begin(w, e);
    if (e->stage == ENTITY_ALIVE)
        client_begin(w, e, client, gateid, address);
    else
        client_close(w, boot_entity, gateid, client, "its boot entity has ended");
    world_leave(w, before);
}

void world_client_lost(struct world *w, gw_id owner, gw_id client)
{
    struct entity *e = entity_find(w, owner);
    if (e && gw_id_equal(e->client, client) && !gw_id_is_none(client))
        client_lost(w, e);
}

static bool is_of_gate(const struct entity *e, uint16_t gateid)
{
    return !gw_id_is_none(e->client) && (gateid == 0 || e->gateid == gateid);
}

/* Hooks may end any entity, so the ones concerned are listed first. */
static void list_of_gate(struct world *w, uint16_t gateid, struct buf *ids)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->entities, &position))) {
        const struct entity *e = slot->value;
        if (is_of_gate(e, gateid))
            write_id(ids, slot->id);
    }
}

void world_gate_lost(struct world *w, uint16_t gateid, bool (*concerns)(void *user, gw_id entity),
                     void *user)
{
    struct buf ids = {0};
    list_of_gate(w, gateid, &ids);
    struct reader r = reader_of(ids.data, ids.size);
    while (reader_left(&r)) {
        struct entity *e = entity_find(w, read_id(&r));
        if (e && is_of_gate(e, gateid) && concerns(user, e->base.id))
            client_lost(w, e);
    }
    buf_free(&ids);
}

void entity_check_client(struct world *w, const struct entity *e)
{
    struct msg_check_client m = {.gate = e->gateid, .client = e->client, .entity = e->base.id};
    buf_clear(&w->out);
    msg_check_client_write(&w->out, &m);
    world_send(w, e->base.id);
}

void world_check_clients(struct world *w, bool (*concerns)(void *user, gw_id entity), void *user)
{
    size_t position = 0;
    struct idmap_slot *slot;
    while ((slot = idmap_next(&w->entities, &position))) {
        const struct entity *e = slot->value;
        if (is_of_gate(e, 0) && concerns(user, slot->id))
            entity_check_client(w, e);
    }
}

static void refuse_create(struct world *w, gw_id id, struct view type_name, const char *why)
{
    log_warn(w->desc.log, "create_failed", "entity=" GW_ID_FORMAT " type=\"%.*s\" why=\"%s\"",
             GW_ID_ARG(id), (int)type_name.size, (const char *)type_name.data, why);
}

/* The kind stands among the attributes of a space. 0: it does not. */
static int64_t kind_sent(struct view attrs)
{
    struct view map, key, value;
    struct msgpack_pairs pairs;
    int64_t kind;
    if (msgpack_check(attrs, &map) || msgpack_read_map(map, &pairs))
        return 0;
    while (msgpack_next_pair(&pairs, &key, &value))
        if (view_equals(key, SPACE_KIND) && !msgpack_read_int(value, INT64_MIN, INT64_MAX, &kind))
            return kind;
    return 0;
}

static struct entity *make_sent(struct world *w, gw_id id, struct type *type, struct view attrs)
{
    bool is_whole = attrs.size && attrs.data[0] != MSGPACK_NIL;
    enum entity_origin origin = is_whole ? ENTITY_SENT_WHOLE : ENTITY_CREATED_FROM_AFAR;
    return type->is_space ? space_new(w, id, kind_sent(attrs), origin)
                          : entity_new(w, type, id, origin);
}

/* Its kind is no attribute of the game's. */
static void log_misfit_of_space(void *user, const char *key, size_t key_size, const char *why)
{
    if (key_size != strlen(SPACE_KIND) || memcmp(key, SPACE_KIND, key_size) != 0)
        entity_log_misfit(user, key, key_size, why);
}

static void create_sent(struct world *w, gw_id id, struct type *type, struct view attrs)
{
    struct scope before = world_enter(w, NULL);
    struct entity *e = make_sent(w, id, type, attrs);
    fields_misfit misfit = type->is_space ? log_misfit_of_space : entity_log_misfit;
    if (fields_read(attrs, type->attrs, &e->base, 0, misfit, e))
        entity_log_misfit(e, "", 0, "the attributes are no map");
    entity_begin(w, e);
    world_leave(w, before);
}

void world_create_entity(struct world *w, gw_id id, struct view type_name, struct view attrs)
{
    struct type *type = world_type_named(w, type_name);
    if (entity_find(w, id) || idmap_get(&w->pending, id)) {
        refuse_create(w, id, type_name, "it exists already");
    } else if (!type || type->shards || w->stopping || (type->is_space && !kind_sent(attrs))) {
        refuse_create(w, id, type_name,
                      !type            ? "there is no such type"
                      : type->shards   ? "services are created by the engine"
                      : type->is_space ? "a space has to have a kind"
                                       : "the game is stopping");
        entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, id);
    } else {
        create_sent(w, id, type, attrs);
    }
}

void world_disown_entity(struct world *w, gw_id id)
{
    struct entity *e = entity_find(w, id);
    if (!e) {
        pending_disown(w, id);
        return;
    }
    if (e == w->nil->entity)
        return; /* its id is that of this game, whatever a dispatcher believes */
    log_warn(w->desc.log, "entity_disowned",
             "entity=%s/" GW_ID_FORMAT " why=\"it lives on another game\"", e->type->def->name,
             GW_ID_ARG(id));
    struct scope before = world_enter(w, e);
    e->disowned = true;
    entity_end(w, e);
    world_leave(w, before);
}

/* Its dispatcher believes that the entity lives here, or did when it sent the client. It is told,
 * so that the client, which goes back behind that, waits there for whoever loads the entity. */
static void send_back(struct world *w, gw_id entity, struct view packet)
{
    entity_notify(w, MSG_NOTIFY_DESTROY_ENTITY, entity);
    buf_clear(&w->out);
    write_bytes(&w->out, packet.data, packet.size);
    world_send(w, entity);
}

void world_client_given(struct world *w, struct view payload)
{
    struct msg_notify_client_given m;
    if (!msg_notify_client_given_read(payload, &m)) {
        world_bad_packet(w, "NOTIFY_CLIENT_GIVEN");
        return;
    }
    struct entity *e = entity_find(w, m.entity);
    if (e)
        client_begin(w, e, m.client, m.gate, m.address);
    else if (!pending_keep_given(w, m.entity, payload))
        send_back(w, m.entity, payload);
}

void world_check_owner(struct world *w, struct view payload)
{
    struct msg_check_owner m;
    if (!msg_check_owner_read(payload, &m)) {
        world_bad_packet(w, "CHECK_OWNER");
        return;
    }
    struct entity *e = entity_find(w, m.entity);
    if (e)
        client_check(w, e, &m);
    else
        client_close(w, m.entity, m.gate, m.client, "its player is gone");
}
