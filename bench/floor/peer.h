/* peer: one TCP connection of the floor, which cuts packets off what comes in and gathers what goes
 * out in a batch. */
#pragma once

#include "base/buf.h"

#include <goworld/types.h>

struct peer {
    int fd;          /* -1: gone, freed when the turn ends */
    uint32_t slot;   /* the owner's number for it */
    struct buf rest; /* the beginning of a packet whose end has not come yet */
    struct buf batch;
    size_t sent; /* bytes of the batch that went out before the socket was full */
    bool dirty, waits;
    struct peer *next_dirty;
};

/* A process of the floor: one thread that waits, handles what has come and sends one batch per
 * peer. */
struct floor {
    int epoll_fd, listen_fd; /* listen_fd -1: nobody is accepted */
    struct peer *dirty;
    void (*accepted)(struct floor *floor, struct peer *peer);
    /* One packet without its length; it lasts for the call. */
    void (*packet)(struct floor *floor, struct peer *from, const uint8_t *payload, uint32_t size);
    void (*closed)(struct floor *floor, struct peer *peer);
    /* Before the batches go out; may be NULL. */
    void (*turn_ends)(struct floor *floor);
};

void floor_open(struct floor *floor);
/* Goes on until a callback or a signal ends the process. */
_Noreturn void floor_run(struct floor *floor);

/* Takes the descriptor. The floor owns the peer. */
struct peer *floor_add(struct floor *floor, int fd);

/* Returns room for a payload at the end of the peer's batch, good until the next call. */
uint8_t *floor_put(struct floor *floor, struct peer *to, uint32_t size);

/* Sends at once what the socket takes, unless something waits before it; the rest joins the peer's
 * batch. */
void floor_send(struct floor *floor, struct peer *to, const void *bytes, size_t size);
