/* A world without a cluster: what it sends is kept, its workers run when told, and time stands
 * still. */
#pragma once

#include "entity/freeze.h"
#include "entity/world.h"

#include <goworld/goworld.h>

struct fixture {
    struct world *world;
    struct clock clock;
    struct log log;
    struct buf logged; /* every line */
    struct buf sent;   /* every packet: u32 size, payload */
    size_t sent_at;    /* read so far */
    bool is_strange;   /* its dispatcher knows only GoWorld's messages */
    bool is_cut_off;   /* its dispatcher may have given it up */
    struct id_source ids;
    struct worker_pool workers;
    struct work *queue[1024];
    size_t queued;
    struct storage *storage;
    struct kv *kv;
    struct passwords *passwords;
    struct fiber_pool *fibers;
};

#define FIXTURE_ADDRESS "192.0.2.7:50000" /* of every client */
#define FIXTURE_GATE 7
#define FIXTURE_NESTING_MAX 4u /* of arguments from clients */

struct fixture *fixture_create(const gw_game *game, const char *boot_entity);
void fixture_destroy(struct fixture *f); /* stops the world, lets everything be saved */

/* Runs everything that workers have to do, and what follows from it, until nothing is left. */
void fixture_work(struct fixture *f);
void fixture_pass(struct fixture *f, int64_t ms); /* time goes on, in one turn */

/* One more world, which sends as the other does. */
GW_NODISCARD gw_err fixture_world(struct fixture *f, const gw_game *game, const char *boot_entity,
                                  struct world **out);
/* Another program takes the world over. NULL; or why not, and the old one goes on: a sentence that
 * the caller frees. */
char *fixture_reload(struct fixture *f, const gw_game *game, const char *boot_entity);

gw_id fixture_id(const char *text); /* padded with 'x' */
/* Where the world asks whether a loss concerns an entity: every one. */
bool fixture_concerns_all(void *user, gw_id entity);

/* A client connects; its boot entity is fixture_id("boot" + name). */
gw_entity *fixture_connect(struct fixture *f, const char *client);
gw_entity *fixture_find(struct fixture *f, gw_id id);

/* Another game creates the entity fixture_id(name) here; `attrs` is msgpack. */
void fixture_create_entity(struct fixture *f, const char *name, const char *type, const char *attrs,
                           size_t size);

/* The next packet that was sent; its size is 0 when there is none. */
struct view fixture_next(struct fixture *f);
uint16_t fixture_next_type(struct fixture *f); /* of the next packet, 0 when there is none */
void fixture_skip(struct fixture *f);          /* all that was sent */
bool fixture_logged(const struct fixture *f, const char *text);

/* Calls a method as the cluster does. `args` are msgpack values in hex, separated by spaces; "" is
 * none. */
void fixture_call(struct fixture *f, gw_id entity, const char *method, const char *args);
void fixture_call_from(struct fixture *f, const char *client, gw_id entity, const char *method,
                       const char *args);
/* The id as a value among those args; the text lasts until the second call after this one. */
const char *fixture_hex(gw_id id);
