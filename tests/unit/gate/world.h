/* world: one gate with dispatchers and clients that a test plays. */
#pragma once

#include "gate/gate.h"
#include "unit/fake_link.h"

#define WORLD_DISPATCHERS 4
#define WORLD_CLIENTS 8

struct world {
    struct clock clock;
    struct log log;
    struct outq_pool pool;
    struct id_source ids;
    struct gate *g;
    unsigned dispatcher_count;
    struct fake_link dispatchers[WORLD_DISPATCHERS];
    struct fake_link clients[WORLD_CLIENTS];
    unsigned client_count;
    uint8_t secrets; /* so many: each of bytes that are its number */
};

/* A client that has connected. */
struct player {
    struct fake_link *link;
    gw_id id, boot;
};

/* Gate 3 with its dispatchers connected; `desc` says how many (0: one) and sets limits. */
void world_start(struct world *w, struct gate_desc desc);
/* The same with dispatchers that say no HELLO, as GoWorld's own. */
void world_start_foreign(struct world *w, struct gate_desc desc);
/* With one dispatcher, of epoch 5, that can go on after a break. */
void world_start_resumable(struct world *w);
/* The next link to it; its HELLO, by which the link is quiet; and the link to the one of epoch 6
 * that is started when it has died, and has said HELLO. */
struct fake_link *world_dial_again(struct world *w);
struct fake_link *world_hello(struct world *w, uint64_t epoch);
struct fake_link *world_restart_dispatcher(struct world *w);
void world_stop(struct world *w);
struct fake_link *world_client(struct world *w);
struct player world_player(struct world *w);  /* its dispatcher has read what it was told */
struct player world_browser(struct world *w); /* the same over a WebSocket */
/* The next packet that it was sent is this. */
void world_expect(struct player *player, const void *payload, size_t size);
void world_pass(struct world *w, int64_t ms); /* a turn so much later */
/* The dispatcher that serves the entity. */
struct fake_link *world_dispatcher(struct world *w, gw_id entity);
bool world_dispatchers_are_quiet(struct world *w);
