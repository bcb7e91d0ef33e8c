/* registry: a game's copy of the registry, kept in step with the dispatchers that serve it.
 *
 * Only the dispatcher that serves a key changes it here. When a game registers anew with a
 * dispatcher, the keys that this one does not name are in doubt: if it has been started anew it is
 * given them back, if not it has dropped them. */
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "wire/reader.h"

struct registry_desc {
    unsigned dispatchers; /* >= 1 */
    uint16_t gameid;
    size_t bytes_max; /* of all keys and values; 0: 16 MiB for each dispatcher */
    const struct clock *clock;
    const struct log *log;
    /* The key has got this value, or (NULL) has none any more. The views last for the call. */
    void (*changed)(void *user, struct view key, const struct view *value);
    void (*send)(void *user, unsigned index, const void *payload,
                 size_t size); /* to a dispatcher */
    /* Another dispatcher than `index` says that the game is not there. */
    bool (*is_dead)(void *user, unsigned index, uint16_t game);
    void *user;
};

struct registry_stats {
    uint64_t keys, refused, restored;
};
extern const struct metric registry_metrics[];

struct registry;
struct registry *registry_create(const struct registry_desc *desc);
void registry_destroy(struct registry *r); /* NULL does nothing */
const struct registry_stats *registry_stats(const struct registry *r);

/* All keys, into another process and out of it: nobody is told. What is no list of keys is passed
 * over. */
void registry_freeze(const struct registry *r, struct buf *out);
void registry_thaw(struct registry *r, struct view frozen);

unsigned registry_dispatcher_of(const struct registry *r, struct view key);

/* What dispatcher `index` says: all that it has, as a StringMap, when this game has registered;
 * then, if it is one of ours, whether it was started anew since it last had this game; later,
 * single changes. */
void registry_told_all(struct registry *r, unsigned index, struct view strmap);
void registry_told_life(struct registry *r, unsigned index, bool is_new_life);
void registry_told(struct registry *r, unsigned index, struct view key, struct view value);
void registry_told_removed(struct registry *r, unsigned index, struct view key);
