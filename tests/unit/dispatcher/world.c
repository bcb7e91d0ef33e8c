/* world: see world.h. */
#include "world.h"

#include "cluster/session.h"

void world_start(struct world *w, struct dispatcher_desc desc)
{
    *w = (struct world){.clock = {.now_ms = 1000}, .log = {.write = quiet_log_write}};
    desc.dispid = desc.dispid ? desc.dispid : 1;
    desc.dispatchers = desc.dispatchers ? desc.dispatchers : 1;
    desc.epoch = 77;
    desc.seed = 5;
    desc.pool = &w->pool;
    desc.clock = &w->clock;
    desc.log = &w->log;
    w->d = dispatcher_create(&desc);
}

void world_stop(struct world *w)
{
    dispatcher_destroy(w->d);
    for (unsigned i = 0; i < w->peer_count; i++)
        fake_link_fini(&w->peers[i]);
    outq_pool_free(&w->pool);
}

struct fake_link *world_connect(struct world *w)
{
    assert_true(w->peer_count < WORLD_PEERS);
    struct fake_link *fake = &w->peers[w->peer_count++];
    fake_link_init(fake, &w->pool);
    dispatcher_accept(w->d, &fake->link);
    return fake;
}

static void skip_all(struct world *w)
{
    for (unsigned i = 0; i < w->peer_count; i++)
        fake_link_skip(&w->peers[i]);
}

struct fake_link *world_foreign_game(struct world *w, uint16_t id)
{
    struct fake_link *game = world_connect(w);
    RECEIVE(game, set_game_id, .game = id);
    skip_all(w);
    return game;
}

struct fake_link *world_game(struct world *w, uint16_t id)
{
    struct fake_link *game = world_foreign_game(w, id);
    RECEIVE(game, hello, .version = 1);
    skip_all(w);
    return game;
}

struct fake_link *world_foreign_gate(struct world *w, uint16_t id)
{
    struct fake_link *gate = world_connect(w);
    RECEIVE(gate, set_gate_id, .gate = id);
    skip_all(w);
    return gate;
}

struct fake_link *world_gate(struct world *w, uint16_t id)
{
    struct fake_link *gate = world_foreign_gate(w, id);
    RECEIVE(gate, hello, .version = 1);
    skip_all(w);
    return gate;
}

struct fake_link *world_resumable_game(struct world *w, uint16_t id, uint64_t epoch)
{
    struct fake_link *game = world_connect(w);
    RECEIVE(game, set_game_id, .game = id);
    RECEIVE(game, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = epoch);
    fake_link_skip(game);
    return game;
}

struct fake_link *world_resumable_gate(struct world *w, uint16_t id, uint64_t epoch)
{
    struct fake_link *gate = world_connect(w);
    RECEIVE(gate, set_gate_id, .gate = id);
    RECEIVE(gate, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = epoch);
    fake_link_skip(gate);
    return gate;
}

void world_turns(struct world *w)
{
    for (unsigned i = 0; i < w->peer_count; i++)
        fake_link_turn(&w->peers[i]);
}

void world_expect_call(struct fake_link *game, const char *method)
{
    struct msg_call_entity_method m;
    EXPECT(game, call_entity_method, &m);
    assert_true(view_equals(m.method, method));
}
