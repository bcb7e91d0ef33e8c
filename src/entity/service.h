/* service: the shards of a world's services: which of them live here, and where the others are. */
#pragma once

#include "base/buf.h"
#include "base/heap.h"
#include "entity/ask.h"
#include "net/random.h"
#include "wire/reader.h"

#include <goworld/service.h>

struct entity;
struct type;
struct world;

/* One entity that the cluster has once. */
struct shard {
    struct type *type;
    unsigned index;
    uint16_t host; /* the game that the registry names; 0: none */
    gw_id known;   /* the entity that the registry names; none: calls wait */
    gw_id entity;  /* the one of this game: alive, being loaded, or being saved for the last time */
    bool claimed;  /* this game has asked for the shard since it started, and not given it up */
    bool released; /* it has given it up; the registry does not say so yet */
    bool reachable;           /* the entity's dispatcher knows where it lives */
    bool published;           /* the registry was told of it */
    unsigned crowd;           /* shards that this game had when it last put the attempt off */
    struct heap_node attempt; /* when to look at it again; in services.attempts */
    struct heap_node expiry;  /* when something that waits is due; in services.expiries */
    struct buf waiting;       /* calls and questions */
    size_t waiting_at;        /* in waiting: those before have gone */
};

struct services {
    struct heap attempts, expiries;
    struct random random;
    struct buf key, value; /* scratch */
    size_t waiting_bytes;
    unsigned hosted; /* shards of which the registry says that this game has them */
};

void services_init(struct world *w);
void services_fini(struct world *w);
int64_t services_turn(struct world *w); /* returns when it next wants to be called */

/* Something that concerns all has changed: a dispatcher has taken this game in, or all is ready. */
void services_check_all(struct world *w);

/* The shard that the entity is or was; NULL when it is none. */
struct shard *service_shard_of(const struct type *type, gw_id entity);

/* Makes the entity of a shard of which storage has none. */
void service_create(struct world *w, struct type *type, gw_id id);

/* What happens to an entity of a service: it has ended; its end was told to the cluster, since
 * storage has it; its fence is back. */
void service_ended(struct world *w, const struct entity *e);
void service_gone(struct world *w, struct type *type, gw_id id);
void service_fence_is_back(struct world *w, const struct entity *e);

/* Asks a shard, as ask_send asks an entity; the question waits for the shard while its time runs.
 */
GW_NODISCARD gw_err service_ask(struct world *w, const gw_entity_type *type, gw_shards to,
                                const gw_method *method, int64_t timeout_ms, ask_answered answered,
                                void *user);

/* Sends the calls that wait for the shard, whose entity is known now. */
void service_send_waiting(struct world *w, struct shard *s);
void service_drop_waiting(struct world *w, struct shard *s); /* the game stops */
/* What waits for the shard, into another process and out of it. */
struct thaw;
void service_freeze_waiting(const struct world *w, const struct shard *s, struct buf *b);
void service_thaw_waiting(struct thaw *t, struct shard *s);
/* Drops what has waited too long; returns when the next one will have. */
int64_t services_expire(struct world *w);
