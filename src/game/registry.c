/* registry: see registry.h. */
#include "game/registry.h"

#include "base/complain.h"
#include "base/hash.h"
#include "cluster/kvreg.h"
#include "wire/messages.h"
#include "wire/servicekey.h"

#include <stdlib.h>

#define BYTES_MAX_OF_DISPATCHER ((size_t)16 * 1024 * 1024)

struct registry {
    struct registry_desc desc;
    struct kvreg copy;
    struct buf out; /* scratch */
    struct complaint refused;
    struct registry_stats stats;
};

struct registry *registry_create(const struct registry_desc *desc)
{
    struct registry *r = mem_zalloc(sizeof *r);
    r->desc = *desc;
    kvreg_init(&r->copy,
               desc->bytes_max ? desc->bytes_max : BYTES_MAX_OF_DISPATCHER * desc->dispatchers);
    return r;
}

void registry_destroy(struct registry *r)
{
    if (!r)
        return;
    kvreg_fini(&r->copy);
    buf_free(&r->out);
    free(r);
}

const struct registry_stats *registry_stats(const struct registry *r)
{
    return &r->stats;
}

unsigned registry_dispatcher_of(const struct registry *r, struct view key)
{
    return hash32(key.data, key.size) % r->desc.dispatchers;
}

static void refuse(struct registry *r, unsigned index, struct view key, const char *why)
{
    complain(&r->refused, r->desc.log, r->desc.clock, "registry_refused",
             "dispid=%u key=\"%.*s\" why=\"%s\"", index + 1, (int)(key.size < 64 ? key.size : 64),
             (const char *)key.data, why);
    r->stats.refused = r->refused.count;
}

/* The game that the key belongs to: 0 when there is none, or it is not known. An entity belongs to
 * the game that its service's other key names, whichever dispatcher that is from. */
static uint16_t owner_of(struct registry *r, const struct kvreg_entry *entry)
{
    struct service_key parts;
    if (!service_key_read(kvreg_key(entry), &parts) || !parts.is_of_entity)
        return service_game_read(kvreg_value(entry));
    parts.is_of_entity = false;
    struct buf key = {0};
    service_key_write(&key, &parts);
    const struct kvreg_entry *host = kvreg_find(&r->copy, view_of(&key));
    buf_free(&key);
    return host ? service_game_read(kvreg_value(host)) : 0;
}

/* ---- what a dispatcher says ----------------------------------------------------------------- */

void registry_told(struct registry *r, unsigned index, struct view key, struct view value)
{
    if (registry_dispatcher_of(r, key) != index) {
        refuse(r, index, key, "another dispatcher serves it");
    } else if (kvreg_put(&r->copy, key, value, 0, true)) {
        refuse(r, index, key, "the registry is full");
    } else {
        r->stats.keys = kvreg_count(&r->copy);
        r->desc.changed(r->desc.user, key, &value);
    }
}

/* The user is told last, when the copy is as it should be: it may read or send. */
static void forget(struct registry *r, struct kvreg_entry *entry)
{
    struct buf key = {0};
    buf_append(&key, entry->key, entry->key_size);
    kvreg_remove(&r->copy, entry);
    r->stats.keys = kvreg_count(&r->copy);
    r->desc.changed(r->desc.user, view_of(&key), NULL);
    buf_free(&key);
}

void registry_told_removed(struct registry *r, unsigned index, struct view key)
{
    struct kvreg_entry *entry = kvreg_find(&r->copy, key);
    if (entry && registry_dispatcher_of(r, key) == index)
        forget(r, entry);
}

static bool is_in_doubt(const struct registry *r, const struct kvreg_entry *entry, unsigned index)
{
    return entry->in_doubt && registry_dispatcher_of(r, kvreg_key(entry)) == index;
}

/* What is this game's own needs no permission to be there, whatever the dispatcher has been
 * through: this game lives. A dispatcher of GoWorld's own understands it too. */
static void write_own_again(struct registry *r, unsigned index, const struct kvreg_entry *entry)
{
    buf_clear(&r->out);
    msg_kvreg_register_write(&r->out, &(struct msg_kvreg_register){.key = kvreg_key(entry),
                                                                   .value = kvreg_value(entry)});
    r->desc.send(r->desc.user, index, r->out.data, r->out.size);
}

void registry_told_all(struct registry *r, unsigned index, struct view strmap)
{
    for (struct kvreg_entry *e = NULL; (e = kvreg_next(&r->copy, e));)
        if (registry_dispatcher_of(r, kvreg_key(e)) == index)
            e->in_doubt = true;
    struct reader pairs = reader_of(strmap.data, strmap.size);
    for (uint32_t left = read_u32(&pairs); left > 0 && !pairs.bad; left--) {
        struct view key = read_var(&pairs), value = read_var(&pairs);
        registry_told(r, index, key, value);
    }
    for (struct kvreg_entry *e = NULL; (e = kvreg_next(&r->copy, e));)
        if (is_in_doubt(r, e, index) && owner_of(r, e) == r->desc.gameid)
            write_own_again(r, index, e);
}

void registry_freeze(const struct registry *r, struct buf *out)
{
    kvreg_write(&r->copy, out);
}

void registry_thaw(struct registry *r, struct view frozen)
{
    struct reader pairs = reader_of(frozen.data, frozen.size);
    for (uint32_t left = read_u32(&pairs); left > 0 && !pairs.bad; left--) {
        struct view key = read_var(&pairs), value = read_var(&pairs);
        if (!pairs.bad && kvreg_put(&r->copy, key, value, 0, true))
            refuse(r, registry_dispatcher_of(r, key), key, "the registry is full");
    }
    r->stats.keys = kvreg_count(&r->copy);
}

static void restore(struct registry *r, unsigned index, const struct kvreg_entry *entry,
                    uint16_t owner)
{
    r->stats.restored++;
    buf_clear(&r->out);
    msg_kvreg_restore_write(&r->out, &(struct msg_kvreg_restore){.game = owner,
                                                                 .key = kvreg_key(entry),
                                                                 .value = kvreg_value(entry)});
    r->desc.send(r->desc.user, index, r->out.data, r->out.size);
}

/* A key that is restored stays in doubt until its dispatcher names it; one that cannot be is taken
 * back by it. */
static void resolve(struct registry *r, unsigned index, struct kvreg_entry *entry, bool is_new_life)
{
    uint16_t owner = owner_of(r, entry);
    if (owner == r->desc.gameid)
        return; /* written again already */
    bool is_dead = owner && r->desc.is_dead(r->desc.user, index, owner);
    bool is_orphan = !owner && service_key_is_of_entity(kvreg_key(entry));
    if (is_new_life && !is_dead && !is_orphan)
        restore(r, index, entry, owner);
    else
        forget(r, entry);
}

void registry_told_life(struct registry *r, unsigned index, bool is_new_life)
{
    for (struct kvreg_entry *e = kvreg_next(&r->copy, NULL), *next; e; e = next) {
        next = kvreg_next(&r->copy, e);
        if (is_in_doubt(r, e, index))
            resolve(r, index, e, is_new_life);
    }
}

const struct metric registry_metrics[] = {
    METRIC(GAUGE, struct registry_stats, keys, "game_registry_keys",
           "Keys in this game's copy of the registry"),
    METRIC(COUNTER, struct registry_stats, refused, "game_registry_refused_total",
           "Keys that did not fit, or came from a dispatcher that does not serve them"),
    METRIC(COUNTER, struct registry_stats, restored, "game_registry_restored_total",
           "Keys given back to a dispatcher that was started anew"),
    METRIC_END,
};
