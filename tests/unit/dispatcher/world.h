/* world: one dispatcher with games and gates that a test plays. */
#pragma once

#include "dispatcher/dispatcher.h"
#include "unit/fake_link.h"

#define WORLD_PEERS 8

struct world {
    struct clock clock;
    struct log log;
    struct outq_pool pool;
    struct dispatcher *d;
    struct fake_link peers[WORLD_PEERS];
    unsigned peer_count;
};

void world_start(struct world *w,
                 struct dispatcher_desc desc); /* fills in what is the same for all */
void world_stop(struct world *w);

struct fake_link *world_connect(struct world *w);
/* A game or gate of ours: registered, said HELLO, and has read what it was told. */
struct fake_link *world_game(struct world *w, uint16_t id);
struct fake_link *world_gate(struct world *w, uint16_t id);
/* The same of that epoch, which can go on after a break. */
struct fake_link *world_resumable_game(struct world *w, uint16_t id, uint64_t epoch);
struct fake_link *world_resumable_gate(struct world *w, uint16_t id, uint64_t epoch);
/* The same without HELLO, as GoWorld's own. */
struct fake_link *world_foreign_game(struct world *w, uint16_t id);
struct fake_link *world_foreign_gate(struct world *w, uint16_t id);

void world_turns(struct world *w); /* tells of closes that were asked for */

/* The next that the game is sent is a call of that method. */
void world_expect_call(struct fake_link *game, const char *method);
