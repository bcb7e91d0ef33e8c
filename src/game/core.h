/* core: the game's state, shared by its files and by nobody else. */
#pragma once

#include "cluster/dispatchers.h"
#include "game/game.h"
#include "game/registry.h"
#include "game/rest.h"

#define GAMES_MAX 65536u

/* A bit for each number of a game or gate. */
struct numbers {
    uint64_t words[GAMES_MAX / 64u];
};

static inline bool numbers_has(const struct numbers *set, uint16_t number)
{
    return set->words[number / 64] >> number % 64 & 1;
}

static inline void numbers_set(struct numbers *set, uint16_t number, bool is_in)
{
    uint64_t *word = &set->words[number / 64], bit = UINT64_C(1) << number % 64;
    *word = is_in ? *word | bit : *word & ~bit;
}

/* What a dispatcher has told this game. */
struct membership {
    bool registered, ready;
    bool was_registered;   /* now, or before it was lost */
    struct numbers online; /* games that it has */
    struct numbers gates;  /* those that have said HELLO to it */
    uint64_t epoch;        /* that it told last; 0: none yet */
    bool holds;            /* it keeps everything for the process that goes on with this game */
    bool restores;         /* this is that process, and has not been taken in yet */
    bool misses_leavers;   /* it is of another life than the one that they were sent to; while this
                              game wakes */
    bool knew_own;         /* while it restores: messages from MSG_OWN_FIRST up, before */
    struct buf early; /* messages from MSG_OWN_FIRST up, as VarBytes, that wait for its HELLO */
};

struct game {
    struct game_desc desc;
    struct world *world;
    struct dispatchers *dispatchers;
    struct registry *registry;
    struct membership *memberships; /* by dispatcher index */
    struct rest rest;
    int64_t load_report_due_ms;
    struct buf out; /* scratch */
    struct game_stats stats;
};

/* Tells the world when all processes of the cluster are there. */
void game_check_ready(struct game *g);

/* The clients of that gate (0: of every gate) are gone from the entities of this dispatcher. */
void game_lose_clients(struct game *g, unsigned index, uint16_t gateid);

/* What entities of this dispatcher have asked it on their way into spaces is asked again. */
void game_restart_trips(struct game *g, unsigned index);

/* What has left, and is not known to have come, is sent once more. */
void game_resend_leavers(struct game *g, unsigned index);

/* This process goes on with a game, and that dispatcher has not taken it in yet. */
bool game_is_being_restored(const struct game *g, unsigned index);

/* Does what one packet of a dispatcher says. */
void game_handle_packet(struct game *g, unsigned index, struct view packet);

/* Counts and logs a packet that cannot be handled or sent. */
void game_refuse(struct game *g, struct complaint *kind, const char *event, uint16_t type);
