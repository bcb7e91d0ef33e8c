/* rest: a game comes to rest, so that it can go on in another process; docs/internals/reload.md. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

struct game;

enum rest_step {
    REST_NONE,
    REST_SETTLES, /* the game goes on as ever, until what was under way has ended */
    REST_HOLDS,   /* what comes in is held, until what came since has ended, too */
    REST_ASKS,    /* dispatchers have been asked to hold everything */
    REST_READY,   /* nothing comes, goes or changes any more */
    REST_WAKES,   /* restored, it waits until it is where it was in the cluster */
};

struct rest {
    enum rest_step step;
    int64_t deadline_ms; /* of the step */
    char *why_not;       /* it was called off: a sentence */
    struct buf frozen;   /* the world, from REST_ASKS on */
    struct buf held;     /* what has come: u16 index of the dispatcher, packet behind its length */
};

bool rest_holds(const struct game *g);    /* what comes in is for rest_take */
bool rest_is_still(const struct game *g); /* nothing may change in the world, nothing be sent */
/* Packets from a dispatcher; returns how many are dealt with: all, unless the rest was called off
 * meanwhile. */
size_t rest_take(struct game *g, unsigned index, const struct view *packets, size_t count);
/* Each entity that came from another game over that dispatcher, and is held: it lives here. */
void rest_each_arrival(const struct game *g, unsigned index, void (*each)(void *user, gw_id id),
                       void *user);
/* Unless another game has it by now. */
void rest_disown(struct game *g, gw_id entity);

/* A dispatcher holds everything from now on. */
void rest_answered(struct game *g, unsigned index);

int64_t rest_turn(struct game *g);
/* The game goes on as if nothing had been. `why` is copied; nothing when it does not rest. */
void rest_call_off(struct game *g, const char *why);
/* A game that was restored, for which this was held, begins to wait for its dispatchers. */
void rest_wait(struct game *g, struct view held);
void rest_fini(struct game *g);
