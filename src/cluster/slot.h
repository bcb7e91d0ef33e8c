/* slot: one dispatcher as its game or gate sees it: dialled, asked to go on, registered at, away.
 */
#pragma once

#include "base/complain.h"
#include "cluster/dispatchers.h"
#include "cluster/session.h"

/* Redials: at once, and then later and later. A dispatcher forgets us a second after a break. */
#define SLOT_RETRY_MS_MIN 50
#define SLOT_RETRY_MS_MAX 1000
#define SLOT_RETRY_MS_MAX_RESUMING 200 /* while a session can go on: its grace is short */

/* A dispatcher gives a game up no earlier than SESSION_GRACE_MS after it has last heard of it.
 * This holds when the game had to be sent away, too; not when it has said BYE, or has registered
 * anew. Before that, SLOT_LEASE_MS after the last ping that came back was sent, the game takes
 * itself for cut off. */
#define SLOT_PING_MS 400
#define SLOT_LEASE_MS (SESSION_GRACE_MS - 100)
#define SLOT_SILENCE_MS 10000 /* a link over which nothing comes is closed */
#define SLOT_ANSWER_MS 5000   /* to the question whether we may go on */

enum slot_state { SLOT_AWAY, SLOT_DIALLING, SLOT_ASKING, SLOT_UP };

/* What all slots of a process share. */
struct slots {
    struct dispatchers_desc desc;
    struct dispatchers_stats stats;
    bool leaves_silently;
    struct complaint dropped, unreachable, bad;
};

/* The members are for reading. */
struct slot {
    struct slots *all;
    unsigned index;
    enum slot_state state;
    struct link *link; /* borrowed; NULL when away */
    struct session session;
    bool registered; /* told where it belongs, on this link or an earlier one of its session */
    bool restarted;  /* this registration is with a new process */
    bool was_up;
    unsigned retries; /* since a session was up for a while */
    int64_t up_ms;    /* since when it is up */
    int64_t due_ms;   /* away: dialled; asking: given up */
    int64_t away_ms;  /* since when it is away */
    int64_t heard_ms; /* when something last came */
    int64_t ping_due_ms;
    int64_t lease_ms;     /* until then it has surely not given us up */
    size_t backlog_noted; /* of stats.backlog_bytes */
};

void slot_init(struct slot *slot, struct slots *all, unsigned index);
void slot_fini(struct slot *slot);

void slot_up(struct slot *slot, struct link *link);
void slot_down(struct slot *slot); /* the dial failed */
int64_t slot_turn(struct slot *slot);

bool slot_is_up(const struct slot *slot);
void slot_cancel_freeze(struct slot *slot); /* dispatchers_cancel_freeze, of one */

/* Each sends one packet, or lets it wait; false when there is no room. */
bool slot_send(struct slot *slot, const void *payload, size_t size);
bool slot_send2(struct slot *slot, const void *head, size_t head_size, const void *tail,
                size_t tail_size);
