/* registry: see registry.h. */
#include "dispatcher/registry.h"

#include "dispatcher/core.h"
#include "wire/servicekey.h"

/* From the first key of a game that is not here until all such keys go. A game dials a dispatcher
 * that was started anew at least once a second: one that has not come by then has most likely died
 * meanwhile. */
#define ABSENT_MS 3000

#define KEY_LOGGED(key) (int)((key).size < 64 ? (key).size : 64), (const char *)(key).data

/* Whose death takes the key along: that of the game which it names, or whose entity it names. */
static uint16_t owner_of(struct view key, struct view value, uint16_t writer)
{
    return service_key_is_of_entity(key) ? writer : service_game_read(value);
}

static void tell_removed(struct dispatcher *d, struct view key)
{
    struct buf *b = dispatcher_scratch(d);
    msg_notify_kvreg_removed_write(b, &(struct msg_notify_kvreg_removed){.key = key});
    for (size_t i = 0; i < d->games.count; i++)
        if (d->games.all[i]->session.said_hello)
            peer_send(d->games.all[i], b->data, b->size);
}

static void tell_accepted(struct dispatcher *d, struct view key, struct view value, bool force)
{
    struct buf *b = dispatcher_scratch(d);
    msg_kvreg_register_write(
        b, &(struct msg_kvreg_register){.key = key, .value = value, .force = force});
    peers_send(&d->games, NULL, b->data, b->size);
}

static void drop(struct dispatcher *d, struct kvreg_entry *entry)
{
    tell_removed(d, kvreg_key(entry));
    kvreg_remove(&d->kvreg, entry);
    d->stats.registry_keys = kvreg_count(&d->kvreg);
}

static void await_owner(struct dispatcher *d, uint16_t owner)
{
    if (owner && !peers_get(&d->games, owner) && !d->absent_due_ms)
        d->absent_due_ms = d->desc.clock->now_ms + ABSENT_MS;
}

static gw_err put(struct dispatcher *d, const struct peer *from, struct view key, struct view value,
                  uint16_t writer, bool force)
{
    if (!service_pair_is_good(key, value)) {
        dispatcher_complain(d, refused, "registry_refused",
                            "game=%u key=\"%.*s\" why=\"that is no value for a service\"", from->id,
                            KEY_LOGGED(key));
        return GW_EINVAL;
    }
    uint16_t owner = owner_of(key, value, writer);
    gw_err err = kvreg_put(&d->kvreg, key, value, owner, force);
    if (err == GW_EFULL)
        dispatcher_complain(d, refused, "registry_full", "game=%u key=\"%.*s\"", from->id,
                            KEY_LOGGED(key));
    if (err)
        return err;
    d->stats.registry_keys = kvreg_count(&d->kvreg);
    await_owner(d, owner);
    tell_accepted(d, key, value, force);
    return GW_OK;
}

void registry_register(struct dispatcher *d, struct peer *from, const struct msg_kvreg_register *m)
{
    (void)!put(d, from, m->key, m->value, from->id, m->force);
}

void registry_release(struct dispatcher *d, const struct msg_kvreg_release *m)
{
    struct kvreg_entry *entry = kvreg_find(&d->kvreg, m->key);
    struct view value = entry ? kvreg_value(entry) : (struct view){0};
    if (entry && value.size == m->value.size &&
        (!value.size || memcmp(value.data, m->value.data, value.size) == 0))
        drop(d, entry);
}

/* Whoever restores what cannot be must not go on believing in it. */
void registry_restore(struct dispatcher *d, struct peer *from, const struct msg_kvreg_restore *m)
{
    gw_err err = put(d, from, m->key, m->value, m->game, false);
    if (!err || err == GW_EEXIST)
        return;
    struct buf *b = dispatcher_scratch(d);
    msg_notify_kvreg_removed_write(b, &(struct msg_notify_kvreg_removed){.key = m->key});
    peer_send(from, b->data, b->size);
}

void registry_game_gone(struct dispatcher *d, uint16_t game)
{
    for (struct kvreg_entry *e = kvreg_next(&d->kvreg, NULL), *next; e; e = next) {
        next = kvreg_next(&d->kvreg, e);
        if (e->game == game)
            drop(d, e);
    }
}

static void drop_absent(struct dispatcher *d)
{
    d->absent_due_ms = 0;
    for (struct kvreg_entry *e = kvreg_next(&d->kvreg, NULL), *next; e; e = next) {
        next = kvreg_next(&d->kvreg, e);
        if (e->game && !peers_get(&d->games, e->game))
            drop(d, e);
    }
}

int64_t registry_turn(struct dispatcher *d)
{
    if (d->absent_due_ms && d->absent_due_ms <= d->desc.clock->now_ms)
        drop_absent(d);
    return d->absent_due_ms ? d->absent_due_ms : CLOCK_NEVER;
}
