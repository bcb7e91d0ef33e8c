/* positions: batches the positions that clients send. */
#pragma once

#include "base/buf.h"
#include "wire/reader.h"

struct client;
struct gate;

/* A client's part. */
struct client_positions {
    float latest[4];   /* x, y, z, yaw: what it sent last and no dispatcher has yet */
    uint32_t moved_at; /* where it stands in positions->moved, from 1; 0: not there */
};

struct positions {
    struct client **moved; /* whose latest position waits */
    size_t moved_count, moved_capacity;
    int64_t due_ms;              /* when they may go */
    struct buf *for_dispatchers; /* one each; reused from batch to batch */
};

void positions_init(struct positions *positions, unsigned dispatchers);
void positions_fini(struct positions *positions, unsigned dispatchers);

/* Keeps the position until the next batch; a later one of the same client replaces it. */
void positions_note(struct positions *positions, struct client *client, float x, float y, float z,
                    float yaw);
void positions_forget(struct positions *positions, struct client *client);

/* Sends the batch when it is due; returns when the next one is. */
int64_t positions_turn(struct gate *g);
