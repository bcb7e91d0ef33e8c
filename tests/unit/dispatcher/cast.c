/* cast: see cast.h. */
#include "cast.h"

static const struct dispatcher_desc never_ready = {.desired_gates = 9};

static void settle(struct cast *c)
{
    RECEIVE(c->from, notify_create_entity, .entity = id_str(ENTITY));
    RECEIVE(c->to, notify_create_entity, .entity = id_str(SPACE));
    fake_link_skip(c->from); /* the other game has come */
    fake_link_skip(c->to);
}

void cast_begin(struct cast *c, struct dispatcher_limits limits)
{
    struct dispatcher_desc desc = never_ready;
    desc.limits = limits;
    world_start(&c->w, desc);
    c->from = world_game(&c->w, 1);
    c->to = world_game(&c->w, 2);
    c->gate = world_gate(&c->w, 1);
    settle(c);
}

void cast_begin_resumable(struct cast *c)
{
    *c = (struct cast){0};
    world_start(&c->w, never_ready);
    c->from = world_resumable_game(&c->w, 1, 11);
    c->to = world_resumable_game(&c->w, 2, 22);
    settle(c);
}

void cast_end(struct cast *c)
{
    assert_int_equal(dispatcher_stats(c->w.d)->held_packets, 0);
    assert_int_equal(dispatcher_stats(c->w.d)->held_bytes, 0);
    assert_int_equal(dispatcher_stats(c->w.d)->loading_entities, 0);
    world_stop(&c->w);
}

void cast_request(struct cast *c)
{
    struct msg_migrate_request_ack m;
    RECEIVE(c->from, migrate_request, .entity = id_str(ENTITY), .space = id_str(SPACE),
            .space_game = 2);
    EXPECT(c->from, migrate_request_ack, &m);
    assert_memory_equal(m.entity.text, ENTITY, 16);
    assert_memory_equal(m.space.text, SPACE, 16);
    assert_int_equal(m.space_game, 2);
}

void cast_leave(struct cast *c)
{
    RECEIVE(c->from, real_migrate, .entity = id_str(ENTITY), .game = 2, .state = view_str("state"));
}

void cast_expect_arrival(struct fake_link *game)
{
    struct msg_real_migrate m;
    EXPECT(game, real_migrate, &m);
    assert_memory_equal(m.entity.text, ENTITY, 16);
    assert_int_equal(m.game, 2);
    assert_true(view_equals(m.state, "state"));
}

void cast_call(struct fake_link *from, const char *method)
{
    RECEIVE(from, call_entity_method, .entity = id_str(ENTITY), .method = view_str(method));
}
