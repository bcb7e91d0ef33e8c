/* shown: see shown.h. */
#include "shown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct shown *shown_of(struct shown clients[SHOWN_CLIENTS_MAX], gw_id client)
{
    for (size_t i = 0; i < SHOWN_CLIENTS_MAX; i++)
        if (gw_id_equal(clients[i].client, client))
            return &clients[i];
    fail_msg("a packet is for " GW_ID_FORMAT ", which is no client", GW_ID_ARG(client));
    return NULL;
}

static void create(struct shown *shown, const struct msg_create_entity_on_client *m)
{
    assert_true(shown->is_connected);
    assert_false(shown_knows(shown, m->entity));
    if (m->is_player) {
        assert_int_equal(shown_count(shown), 0);
        shown->player = m->entity;
        return;
    }
    assert_false(gw_id_is_none(shown->player));
    if (view_equals(m->type, "__space__")) {
        assert_int_equal(shown_count(shown), 1);
        shown->space = m->entity;
        return;
    }
    assert_false(gw_id_is_none(shown->space));
    idmap_put(&shown->others, m->entity, shown);
}

static void destroy(struct shown *shown, gw_id entity)
{
    assert_true(shown_knows(shown, entity));
    if (gw_id_equal(entity, shown->player)) {
        assert_int_equal(shown_count(shown), 1);
        shown->player = (gw_id){0};
    } else if (gw_id_equal(entity, shown->space)) {
        assert_int_equal(shown->others.count, 0);
        shown->space = (gw_id){0};
    } else {
        idmap_remove(&shown->others, entity);
    }
}

void shown_read(struct shown clients[SHOWN_CLIENTS_MAX], struct fixture *f)
{
    struct view packet;
    while ((packet = fixture_next(f)).size) {
        struct msg_create_entity_on_client created;
        struct msg_destroy_entity_on_client destroyed;
        struct msg_close_client closed;
        switch (msg_type_of(packet)) {
        case MSG_CREATE_ENTITY_ON_CLIENT:
            assert_true(msg_create_entity_on_client_read(packet, &created));
            create(shown_of(clients, created.client), &created);
            break;
        case MSG_DESTROY_ENTITY_ON_CLIENT:
            assert_true(msg_destroy_entity_on_client_read(packet, &destroyed));
            destroy(shown_of(clients, destroyed.client), destroyed.entity);
            break;
        case MSG_CLOSE_CLIENT:
            assert_true(msg_close_client_read(packet, &closed));
            shown_forget(shown_of(clients, closed.client));
            break;
        default:
            break;
        }
    }
}

bool shown_knows(const struct shown *shown, gw_id entity)
{
    return gw_id_equal(entity, shown->player) || gw_id_equal(entity, shown->space) ||
           idmap_get(&shown->others, entity);
}

size_t shown_count(const struct shown *shown)
{
    size_t others = shown->others.count;
    return others + !gw_id_is_none(shown->player) + !gw_id_is_none(shown->space);
}

void shown_forget(struct shown *shown)
{
    idmap_free(&shown->others);
    *shown = (struct shown){.client = shown->client};
}
