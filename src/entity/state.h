/* state: how the world looks inside, for the files of src/entity only. */
#pragma once

#include "entity/arrivals.h"
#include "entity/ask.h"
#include "entity/freeze.h"
#include "entity/migrate.h"
#include "entity/service.h"
#include "entity/trip.h"
#include "entity/type.h"
#include "entity/world.h"

#define SAVES_PER_TURN_MAX 256u         /* so that packing them never blocks the loop */
#define LOCAL_CALLS_PER_TURN_MAX 20000u /* two that call each other for ever starve nobody */

struct moves;
struct space;
struct task;
struct timer;

/* The engine's part of an entity; the game's struct begins at `base`. */
struct entity {
    struct entity *previous; /* of the same type; the next is below */
    struct heap_node save;   /* when it is saved next; in world.saves */
    struct timer *timers;
    struct task *tasks;
    struct gw_node *trees; /* its maps and lists, each the root of one */
    char *client_address;  /* NULL: no client, or unknown */
    struct entity *next_dead;
    struct buf *remembered; /* attributes as last set; NULL unless the world checks */

    struct space *space;                  /* that it is in; of a space: itself */
    struct entity *next_in, *previous_in; /* in the same one */
    gw_vec3 position;
    float yaw;
    uint32_t member;   /* of the space's AOI; 0: not in it */
    uint32_t moved;    /* where it stands among what has moved, from 1; 0: not there */
    uint32_t receiver; /* likewise among those that a batch of positions is for */
    uint8_t moved_for; /* moves_for */
    bool syncing;      /* its client may move it */
    bool is_away;      /* or about to be: calls from here go by its dispatcher, which holds them */

    gw_id client; /* none: no client */
    uint16_t gateid;
    uint16_t pins; /* fibers whose stacks hold a pointer to it */
    enum { ENTITY_NEW, ENTITY_ALIVE, ENTITY_ENDING, ENTITY_DEAD } stage;
    bool attrs_ready; /* on_attrs_ready has run: attributes are changed by GW_SET only */
    bool announced;   /* its dispatcher knows that it lives here */
    bool is_saved;    /* storage has it, or whoever sent it will save it: no first save */
    bool disowned; /* another game has it, or its bytes were bad: nothing of this copy is saved */
    bool behind_fence; /* calls from here go by its dispatcher, as those before it was here did */
    bool called_since; /* the fence was sent: that call is behind it */
    /* Beside `base`: what a call and a walk look at. */
    struct entity *next; /* of the same type */
    struct type *type;
    _Alignas(16) gw_entity base;
};

static inline struct entity *entity_of(const gw_entity *base)
{
    return (struct entity *)((const char *)base - offsetof(struct entity, base));
}

static inline bool entity_is_dead(const struct entity *e)
{
    return e->stage == ENTITY_DEAD;
}

struct post {
    void (*fn)(void *argument);
    void *argument;
};

struct world {
    struct world_desc desc;
    struct type *types;
    size_t type_count;
    struct type *boot, *space_type;
    struct space *nil; /* where entities begin */
    int64_t neighbours_due_ms;
    struct moves *moves;
    struct idmap entities, pending;
    struct heap saves, timers, sleeps;
    struct heap retries; /* of pending saves that storage had no room for */
    struct services services;
    struct trips trips;
    struct leavers leavers;
    struct arrivals arrivals;
    struct asks asks;
    struct asker asker; /* of the call that begins */

    struct buf out, args, pack;  /* scratch: a packet's head, arguments being written, attributes */
    struct buf timer_args;       /* of the timer that fires */
    struct buf strings;          /* NUL-terminated copies of the running call's strings */
    struct buf calls, calls_run; /* local calls for after the handler, and those that run now */
    struct buf calls_held;       /* before all these: those that a world that holds does not make */
    size_t calls_at;             /* in calls_run */
    struct buf posts, posts_run;
    struct task *resume_first, *resume_last; /* cancelled: go on after the handler */
    struct buf sights;                       /* hooks that are to tell who sees whom */
    size_t sights_at;
    struct buf walks;  /* what the walks of the handler will come by */
    uint64_t handlers; /* that have ended: a walk belongs to one */
    struct entity *dead;
    struct gw_node
        *loose; /* maps and lists that go when the handler ends, unless a fiber has them */

    gw_id caller;        /* whose code runs; none outside entities */
    unsigned depth;      /* of user code */
    bool settling;       /* what was left for after the handler runs now */
    unsigned hook_depth; /* of hooks, in which nothing may await */
    unsigned attr_hooks; /* that run inside each other */
    struct task *task;   /* the fiber that runs, or NULL */
    uint32_t timer_ids;
    unsigned budget; /* local calls and posts that may still run in this turn */
    bool stopping, ready;
    bool is_abandoned; /* nothing of it counts: it ends without a word */
    enum world_pace pace;
    uint64_t tasks_begun, tasks_mark; /* fibers; those that had begun when it began to settle */
    uint64_t asks_mark;               /* likewise the last question */
    size_t old_tasks, old_asks;       /* how many of these are left */
    int64_t cut_off_ms;               /* from then on some entities may be: ask the outbox which */
    int64_t stopped_ms;               /* when it was told to stop */
    struct log_limit limit_misuse;
    struct random random; /* the game's */
    struct world_stats stats;
};

/* The world whose user code runs on this thread: what the gw_ functions act on. */
struct world *world_running(void);

/* Around every call into user code, for an entity or (NULL) none; they nest. The outermost leave
 * runs what the code left for after the handler. */
struct scope {
    gw_id caller; /* first: it is copied in one piece */
    struct world *world;
};
struct scope world_enter(struct world *w, const struct entity *e); /* world_leave wants it back */
void world_leave(struct world *w, struct scope before);
bool world_has_work(const struct world *w); /* left for after a handler */

/* Where the running handler keeps its loose maps and lists. */
struct gw_node **world_loose(struct world *w);

/* The game used the API wrongly: logged (rate limited), counted. */
void world_misuse(struct world *w, const gw_entity *entity, const char *what, const char *detail);

/* Counts and logs one kind of trouble. */
#define world_complain(w, kind, event, ...)                                                        \
    (world_limit(w, &(w)->stats.kind.limit),                                                       \
     complain(&(w)->stats.kind, (w)->desc.log, (w)->desc.clock, event, __VA_ARGS__))

/* With debug=1 nothing is held back: what a game does wrongly, or what is done to it, is read
 * there. */
static inline void world_limit(const struct world *w, struct log_limit *limit)
{
    if (w->desc.check_attrs)
        *limit = (struct log_limit){0};
}

/* Another game may have the entity by now: what is saved of it here would be wrong. */
bool world_is_cut_off(const struct world *w, gw_id id);

/* Counts a packet that does not follow the protocol. */
void world_bad_packet(struct world *w, const char *message);

/* Which of the ways out the packets of that route take: a small number. */
unsigned world_path(const struct world *w, gw_id route);

/* Sends a packet, or what stands in w->out, through the dispatcher of `route`. */
void world_send_packet(struct world *w, gw_id route, struct view packet);
void world_send(struct world *w, gw_id route);

/* Whether messages from MSG_OWN_FIRST up can go through the dispatcher of `route`, and on to that
 * gate (0: none). */
bool world_speaks_own(const struct world *w, gw_id route, uint16_t gateid);
