/* world: all entities of one game, with what they wait for; the game core feeds it and it writes to
 * an outbox. */
#pragma once

#include "base/clock.h"
#include "base/complain.h"
#include "base/heap.h"
#include "base/id.h"
#include "base/idmap.h"
#include "base/log.h"
#include "base/metric.h"
#include "os/fiber.h"
#include "store/kv.h"
#include "store/password.h"
#include "store/storage.h"
#include "wire/messages.h"

#include <goworld/goworld.h>

struct world;

/* Where packets leave: each through the dispatcher that serves the entity `route`. */
struct outbox {
    void (*send)(void *user, gw_id route, struct view packet);
    void *user;
    /* Which of the dispatchers that is, from 0. */
    unsigned (*path)(void *user, gw_id route);
    /* Whether messages from MSG_OWN_FIRST up can go that way now, and on to that gate (0: none). */
    bool (*speaks_own)(void *user, gw_id route, uint16_t gateid);
    /* Whether the entity may live elsewhere by now, since its dispatcher has not been heard of for
     * too long: nothing of it is saved, no timer of it fires. NULL: never. */
    bool (*is_cut_off)(void *user, gw_id route);
    /* The registry; asked only by a world that has services. Writes a key, which the first to do so
     * gets unless `force` is set; what is written comes back as world_registry_changed. */
    void (*registry_write)(void *user, struct view key, struct view value, bool force);
    /* Gives a key up that has this value; false when its dispatcher cannot. */
    bool (*registry_release)(void *user, struct view key, struct view value);
    /* Whether the dispatcher that serves the key is there and has said all that it has. */
    bool (*registry_is_there)(void *user, struct view key);
};

/* Everything is borrowed and outlives the world. */
struct world_desc {
    const gw_game *game;
    uint16_t gameid;
    const char *boot_entity; /* name of a type in the game's table */
    int64_t save_interval_ms, position_sync_interval_ms;
    struct outbox outbox;
    const struct clock *clock;
    const struct log *log;
    struct id_source *ids;
    struct storage *storage;
    struct kv *kv;
    struct passwords *passwords;
    struct fiber_pool *fibers;
    uint64_t seed;
    unsigned client_nesting_max; /* of what clients call with; 0: no more than all values have */
    bool check_attrs;            /* report attributes that were changed without GW_SET */
};

/* Counted for ever, but for the gauges at the end. */
struct world_stats {
    uint64_t calls_in, calls_from_clients, calls_local;
    struct complaint calls_refused, calls_unknown_entity;
    uint64_t calls_too_deep; /* of those refused */
    uint64_t client_calls, attribute_changes, handler_errors;
    struct complaint entity_packets_bad, attributes_dropped;
    uint64_t saves, loads, loads_failed;
    struct complaint save_retries, fibers_refused;
    uint64_t asks, asks_timed_out;
    uint64_t positions, position_bytes, migrations_in, migrations_out, enters_failed;
    struct complaint positions_bad, positions_late;
    uint64_t services_superseded, service_calls_waited;
    struct complaint service_calls_dropped;
    uint64_t spaces, neighbours, entities, clients, fibers, services, asks_waiting;
};
extern const struct metric world_metrics[];

/* On failure *error is a sentence the caller frees: a table of the game is wrong, or boot_entity is
 * not in it. */
GW_NODISCARD gw_err world_create(const struct world_desc *desc, struct world **out, char **error);
/* Frees everything; storage, kv and passwords must be idle. NULL does nothing. */
void world_destroy(struct world *w);

/* Due timers, saves and posted work, then frees what was destroyed. Returns when it next wants to
 * be called. */
int64_t world_turn(struct world *w);
const struct world_stats *world_stats(struct world *w);

/* ---- what comes in from the cluster; views last for the call ------------------------------- */
/* `address` is that of the client's peer as text; empty: nobody knows. */
void world_client_connected(struct world *w, gw_id client, gw_id boot_entity, uint16_t gateid,
                            struct view address);
void world_client_lost(struct world *w, gw_id owner, gw_id client);
/* The clients of that gate (0: of every gate) are gone from the entities that it concerns. */
void world_gate_lost(struct world *w, uint16_t gateid, bool (*concerns)(void *user, gw_id entity),
                     void *user);
void world_create_entity(struct world *w, gw_id id, struct view type, struct view attrs);
void world_load_entity(struct world *w, gw_id id, struct view type);
/* Asks the gates whether they still have the clients of the entities that it concerns. */
void world_check_clients(struct world *w, bool (*concerns)(void *user, gw_id entity), void *user);
/* From when on an entity may be cut off (struct outbox): told before each turn, and earlier when it
 * has become so. CLOCK_NEVER: no entity is. */
void world_set_cut_off(struct world *w, int64_t from_ms);
/* A dispatcher says that the entity lives on another game: this copy ends without being saved. */
void world_disown_entity(struct world *w, gw_id id);
void world_ready(struct world *w);

/* The registry has a key with this value, or (NULL) has it no more; a dispatcher has taken this
 * game in and said all that it has. */
void world_registry_changed(struct world *w, struct view key, const struct view *value);
void world_registry_joined(struct world *w);

/* Makes the calls, of entities and of clients, that the messages begin with, up to FRAME_BATCH_MAX;
 * returns how many. Whole messages here and below. */
size_t world_calls(struct world *w, const struct view *messages, size_t count);
/* A call that wants an answer, and an answer. */
void world_asked(struct world *w, struct view payload);
void world_answered(struct world *w, struct view payload);
/* Records of EntityID, f32 x, y, z, yaw: where clients have moved their entities. */
void world_positions(struct world *w, struct view records);
/* Answers on the way of an entity into a space: which game that is on (0: it is nowhere); it may
 * leave, or has to stay; one comes, from another game or back; it has arrived. */
void world_space_found(struct world *w, gw_id space, gw_id entity, uint16_t game);
void world_migrate_granted(struct world *w, gw_id entity);
void world_migrate_refused(struct world *w, gw_id entity);
void world_migrate_in(struct world *w, gw_id entity, uint16_t game, struct view state);
void world_migrated(struct world *w, gw_id entity);
/* The dispatcher that serves these has taken this game in anew: what was asked of it before is
 * asked again, and what was sent away by it is sent again. */
void world_restart_trips(struct world *w, bool (*concerns)(void *user, gw_id entity), void *user);
void world_resend_leavers(struct world *w, bool (*concerns)(void *user, gw_id entity), void *user);
/* A call to the nil space. */
void world_call_nil_space(struct world *w, struct view method, struct view args);
void world_client_given(struct world *w, struct view payload);
void world_check_owner(struct world *w, struct view payload);

gw_entity *world_find(const struct world *w, gw_id id); /* NULL when it does not live here */

/* Calls each(user, id) for every entity that lives here; `claim`: or is still to be saved. */
void world_each_entity(struct world *w, void (*each)(void *user, gw_id id), void *user);
void world_each_claim(struct world *w, void (*each)(void *user, gw_id id), void *user);
/* Calls each(user, name, count) for every type of the game, with how many of it live here. */
void world_each_type(const struct world *w,
                     void (*each)(void *user, const char *name, size_t count), void *user);

/* Destroys all entities, with everything that implies, and takes no new ones. What is persistent is
 * saved when world_is_idle. */
void world_stop(struct world *w);
bool world_is_idle(const struct world *w);
