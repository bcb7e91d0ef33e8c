/* Sets attributes: the one door through which an attribute changes. */
#include "entity/attr.h"

#include "entity/check.h"
#include "entity/client.h"
#include "entity/entity.h"
#include "entity/value.h"

#define SEEN_BY_OWN_CLIENT (GW_CLIENT | GW_ALL_CLIENTS)

static void send_change(struct world *w, struct entity *e, unsigned index, const void *member)
{
    buf_clear(&w->out);
    client_write_head(&w->out, MSG_NOTIFY_MAP_ATTR_CHANGE, e);
    write_id(&w->out, e->base.id);
    const struct buf *head = &e->type->attr_heads[index];
    write_bytes(&w->out, head->data, head->size);
    size_t begin = write_var_begin(&w->out);
    value_write(&w->out, &e->type->def->attrs[index], member);
    write_var_end(&w->out, begin);
    world_send(w, e->base.id);
    w->stats.attribute_changes++;
}

void attrs_send(struct world *w, struct entity *e)
{
    const gw_attr *attrs = e->type->def->attrs;
    for (unsigned i = 0; attrs && attrs[i].name; i++)
        if (attrs[i].flags & SEEN_BY_OWN_CLIENT)
            send_change(w, e, i, (const char *)&e->base + attrs[i].offset);
}

/* Every set ends here: whatever follows from a change hangs on this. */
static void changed(struct world *w, struct entity *e, unsigned index, const void *member)
{
    check_remember(w, e);
    if ((e->type->def->attrs[index].flags & SEEN_BY_OWN_CLIENT) && !gw_id_is_none(e->client))
        send_change(w, e, index, member);
}

/* Returns the attribute's index when the member may be set, else says why not. */
static gw_err find_attr(struct world *w, gw_entity *entity, const void *member, unsigned *index)
{
    struct entity *e = entity_of(entity);
    check_compare(w, e); /* before this set would hide another change */
    if (entity_is_dead(e))
        return GW_ECANCELED;
    *index = type_attr_of(e->type, entity, member);
    if (*index != TYPE_NO_ATTR)
        return GW_OK;
    world_misuse(w, entity, "GW_SET: the member is not in the table of attributes", "");
    return GW_EINVAL;
}

static gw_err set_scalar(gw_entity *entity, void *member, const void *value, size_t size)
{
    struct world *w = world_running();
    unsigned index;
    gw_err err = find_attr(w, entity, member, &index);
    if (err)
        return err;
    memcpy(member, value, size);
    changed(w, entity_of(entity), index, member);
    return GW_OK;
}

#define SET_SCALAR(tag, ctype)                                                                     \
    gw_err gw_set_##tag(gw_entity *entity, void *member, ctype value)                              \
    {                                                                                              \
        return set_scalar(entity, member, &value, sizeof value);                                   \
    }
SET_SCALAR(bool, bool)
SET_SCALAR(i8, int8_t)
SET_SCALAR(i16, int16_t)
SET_SCALAR(i32, int32_t)
SET_SCALAR(i64, int64_t)
SET_SCALAR(u8, uint8_t)
SET_SCALAR(u16, uint16_t)
SET_SCALAR(u32, uint32_t)
SET_SCALAR(u64, uint64_t)
SET_SCALAR(f32, float)
SET_SCALAR(f64, double)
SET_SCALAR(id, gw_id)
SET_SCALAR(vec3, gw_vec3)
#undef SET_SCALAR

static gw_err store_string(const gw_attr *attr, void *member, const char *value)
{
    if (attr->type == GW_VALUE_text) {
        gw_text_assign(member, value);
        return GW_OK;
    }
    size_t size = strlen(value) + 1;
    if (size > attr->size)
        return GW_EINVAL;
    memmove(member, value, size); /* value may be a part of the member */
    return GW_OK;
}

gw_err gw_set_str(gw_entity *entity, void *member, const char *value)
{
    struct world *w = world_running();
    unsigned index;
    gw_err err = find_attr(w, entity, member, &index);
    if (err)
        return err;
    struct entity *e = entity_of(entity);
    const gw_attr *attr = &e->type->def->attrs[index];
    err = store_string(attr, member, value ? value : "");
    if (err)
        world_misuse(w, entity, "GW_SET: the text does not fit its char[N]", attr->name);
    else
        changed(w, e, index, member);
    return err;
}
