/* world: see world.h. */
#include "world.h"

#include "cluster/session.h"

static void dial(void *user, unsigned index)
{
    (void)user, (void)index;
}

static void secret(void *user, void *bytes, size_t size)
{
    struct world *w = user;
    memset(bytes, ++w->secrets, size);
}

static void connect_dispatcher(struct world *w, unsigned index)
{
    struct fake_link *fake = &w->dispatchers[index];
    gate_dispatcher_up(w->g, index, &fake->link);
    struct msg_set_gate_id id;
    struct msg_hello hello;
    EXPECT(fake, set_gate_id, &id);
    assert_int_equal(id.gate, 3);
    EXPECT(fake, hello, &hello);
    assert_int_equal(hello.epoch, 99);
}

void world_start(struct world *w, struct gate_desc desc)
{
    world_start_foreign(w, desc);
    for (unsigned i = 0; i < w->dispatcher_count; i++)
        RECEIVE(&w->dispatchers[i], hello, .version = 1);
}

void world_start_foreign(struct world *w, struct gate_desc desc)
{
    *w = (struct world){.clock = {.now_ms = 1000, .wall_ms = 1700000000000},
                        .log = {.write = quiet_log_write}};
    w->ids = (struct id_source){.clock = &w->clock};
    w->dispatcher_count = desc.dispatchers ? desc.dispatchers : 1;
    desc.gateid = 3;
    desc.dispatchers = w->dispatcher_count;
    desc.epoch = 99;
    desc.seed = 5;
    desc.ids = &w->ids;
    desc.pool = &w->pool;
    desc.clock = &w->clock;
    desc.log = &w->log;
    desc.dial = dial;
    desc.secret = secret;
    desc.user = w;
    w->g = gate_create(&desc);
    gate_turn(w->g);
    for (unsigned i = 0; i < w->dispatcher_count; i++) {
        fake_link_init(&w->dispatchers[i], &w->pool);
        connect_dispatcher(w, i);
    }
}

struct fake_link *world_hello(struct world *w, uint64_t epoch)
{
    struct fake_link *link = &w->dispatchers[0];
    RECEIVE(link, hello, .version = 1, .features = SESSION_FEATURE_RESUMES, .epoch = epoch);
    fake_link_skip(link);
    return link;
}

void world_start_resumable(struct world *w)
{
    world_start_foreign(w, (struct gate_desc){0});
    world_hello(w, 5);
}

struct fake_link *world_dial_again(struct world *w)
{
    struct fake_link *link = &w->dispatchers[0];
    w->clock.now_ms += 50;
    gate_turn(w->g);
    fake_link_fini(link);
    fake_link_init(link, &w->pool);
    gate_dispatcher_up(w->g, 0, &link->link);
    return link;
}

struct fake_link *world_restart_dispatcher(struct world *w)
{
    fake_link_hang_up(&w->dispatchers[0]);
    RECEIVE(world_dial_again(w), resume_answer, .resumed = false, .epoch = 6);
    return world_hello(w, 6);
}

void world_stop(struct world *w)
{
    gate_destroy(w->g);
    for (unsigned i = 0; i < w->dispatcher_count; i++)
        fake_link_fini(&w->dispatchers[i]);
    for (unsigned i = 0; i < w->client_count; i++)
        fake_link_fini(&w->clients[i]);
    outq_pool_free(&w->pool);
}

static struct fake_link *connect_client(struct world *w, enum gate_transport transport)
{
    assert_true(w->client_count < WORLD_CLIENTS);
    struct fake_link *fake = &w->clients[w->client_count++];
    fake_link_init(fake, &w->pool);
    gate_accept_client(w->g, &fake->link, transport);
    return fake;
}

struct fake_link *world_client(struct world *w)
{
    return connect_client(w, GATE_TCP);
}

/* A dispatcher that has said HELLO hears of the address, too. */
static void read_connected(struct view payload, struct player *player)
{
    struct msg_notify_client_connected plain;
    struct msg_connect_client m;
    if (msg_notify_client_connected_read(payload, &plain)) {
        player->id = plain.client;
        player->boot = plain.boot_entity;
        return;
    }
    assert_true(msg_connect_client_read(payload, &m));
    assert_int_equal(m.gate, 3);
    assert_memory_equal(m.address.data, "test", m.address.size);
    player->id = m.client;
    player->boot = m.boot_entity;
}

/* Only the dispatcher that serves the boot entity hears of the client. */
static struct player connect_player(struct world *w, enum gate_transport transport)
{
    struct player player = {.link = connect_client(w, transport)};
    for (unsigned i = 0; i < w->dispatcher_count; i++) {
        struct view payload;
        if (!fake_link_next(&w->dispatchers[i], &payload))
            continue;
        assert_true(gw_id_is_none(player.id));
        read_connected(payload, &player);
        assert_int_equal(id_dispatcher(player.boot, w->dispatcher_count), i);
    }
    assert_true(id_is_valid(player.id));
    assert_true(id_is_valid(player.boot));
    return player;
}

struct player world_player(struct world *w)
{
    return connect_player(w, GATE_TCP);
}

struct player world_browser(struct world *w)
{
    return connect_player(w, GATE_WEBSOCKET);
}

void world_expect(struct player *player, const void *payload, size_t size)
{
    struct view next;
    assert_true(fake_link_next(player->link, &next));
    assert_int_equal(next.size, size);
    assert_memory_equal(next.data, payload, size);
}

void world_pass(struct world *w, int64_t ms)
{
    w->clock.now_ms += ms;
    gate_turn(w->g);
}

struct fake_link *world_dispatcher(struct world *w, gw_id entity)
{
    return &w->dispatchers[id_dispatcher(entity, w->dispatcher_count)];
}

bool world_dispatchers_are_quiet(struct world *w)
{
    for (unsigned i = 0; i < w->dispatcher_count; i++)
        if (!fake_link_is_quiet(&w->dispatchers[i]))
            return false;
    return true;
}
