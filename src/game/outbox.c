/* What the world of a game sends out, to the dispatcher that serves it. */
#include "game/outbox.h"

#define EARLY_BYTES_MAX ((size_t)64 * 1024)

static unsigned path(void *user, gw_id route)
{
    const struct game *g = user;
    return dispatchers_of_entity(g->dispatchers, route);
}

/* What is known of a gate outlives its dispatcher's link: one that is gone by then is told of. */
static bool speaks_own(void *user, gw_id route, uint16_t gateid)
{
    const struct game *g = user;
    unsigned index = dispatchers_of_entity(g->dispatchers, route);
    const struct membership *m = &g->memberships[index];
    bool knows_own =
        dispatchers_has_said_hello(g->dispatchers, index) || (m->restores && m->knew_own);
    return knows_own && (gateid == 0 || numbers_has(&m->gates, gateid));
}

/* Until it has answered a new registration a dispatcher may know that an entity lives elsewhere. */
int64_t outbox_cut_off_ms(const struct game *g, unsigned index)
{
    const struct membership *membership = &g->memberships[index];
    if (!membership->was_registered)
        return CLOCK_NEVER;
    return membership->registered ? dispatchers_cut_off_ms(g->dispatchers, index) : 0;
}

static bool is_cut_off(void *user, gw_id route)
{
    const struct game *g = user;
    unsigned index = dispatchers_of_entity(g->dispatchers, route);
    return g->desc.world.clock->now_ms >= outbox_cut_off_ms(g, index);
}

/* The answer to our HELLO is on its way, or the dispatcher does not know it. Our own messages are
 * short. */
NEVER_INLINE void keep_until_hello(struct game *g, unsigned index, struct view packet)
{
    struct membership *m = &g->memberships[index];
    struct buf *early = &m->early;
    bool will_hear = dispatchers_is_up(g->dispatchers, index) || m->restores;
    if (will_hear && early->size + packet.size <= EARLY_BYTES_MAX) {
        write_var(early, packet.data, packet.size);
        return;
    }
    game_refuse(g, &g->stats.packets_unsendable, "dispatcher_does_not_know_message",
                msg_type_of(packet));
}

void outbox_send_early(struct game *g, unsigned index)
{
    struct buf *early = &g->memberships[index].early;
    struct reader r = reader_of(early->data, early->size);
    while (reader_left(&r) > 0) {
        struct view own = read_var(&r);
        dispatchers_send(g->dispatchers, index, own.data, own.size);
    }
    buf_clear(early);
}

static void send_out(void *user, gw_id route, struct view packet)
{
    struct game *g = user;
    unsigned index = dispatchers_of_entity(g->dispatchers, route);
    if (msg_type_of(packet) >= MSG_OWN_FIRST &&
        !dispatchers_has_said_hello(g->dispatchers, index)) {
        keep_until_hello(g, index, packet);
        return;
    }
    dispatchers_send(g->dispatchers, index, packet.data, packet.size);
}

static void registry_write(void *user, struct view key, struct view value, bool force)
{
    struct game *g = user;
    buf_clear(&g->out);
    msg_kvreg_register_write(
        &g->out, &(struct msg_kvreg_register){.key = key, .value = value, .force = force});
    dispatchers_send(g->dispatchers, registry_dispatcher_of(g->registry, key), g->out.data,
                     g->out.size);
}

static bool registry_release(void *user, struct view key, struct view value)
{
    struct game *g = user;
    unsigned index = registry_dispatcher_of(g->registry, key);
    buf_clear(&g->out);
    msg_kvreg_release_write(&g->out, &(struct msg_kvreg_release){.key = key, .value = value});
    bool knows_own = dispatchers_has_said_hello(g->dispatchers, index);
    if (knows_own)
        dispatchers_send(g->dispatchers, index, g->out.data, g->out.size);
    return knows_own;
}

static bool registry_is_there(void *user, struct view key)
{
    const struct game *g = user;
    unsigned index = registry_dispatcher_of(g->registry, key);
    return g->memberships[index].registered && !dispatchers_is_cut_off(g->dispatchers, index);
}

struct outbox outbox_of(struct game *g)
{
    return (struct outbox){
        .send = send_out,
        .user = g,
        .path = path,
        .speaks_own = speaks_own,
        .is_cut_off = is_cut_off,
        .registry_write = registry_write,
        .registry_release = registry_release,
        .registry_is_there = registry_is_there,
    };
}
