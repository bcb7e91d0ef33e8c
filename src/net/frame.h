/* frame: cuts a byte stream into packets (docs/internals/protocol.md 1: u32 LE payload length,
 * payload). */
#pragma once

#include "wire/reader.h"

#include <goworld/types.h>

#define FRAME_BATCH_MAX 32u /* packets */

/* Zero is ready to use. Holds only what is left over of a packet that has not come whole; owns
 * nothing between packets. */
struct frame {
    uint8_t *partial;
    uint32_t size, capacity;
};

/* Who gets the packets: the payloads of 1 to FRAME_BATCH_MAX that lie one behind another, each
 * behind its header. They are valid until the call returns. */
struct frame_taker {
    /* Returns how many it has taken, from the first on; fewer than `count`: it wants no more. */
    size_t (*packets)(void *user, const struct view *packets, size_t count);
    void *user;
};

enum frame_result {
    FRAME_OK,
    FRAME_STOPPED,   /* the taker has taken fewer than it was given: the rest is left */
    FRAME_TOO_LONG,  /* a payload of more than payload_bytes_max */
    FRAME_TOO_SHORT, /* a payload without room for its type */
};

/* Hands out every packet that these bytes complete, in order and without a copy when it lies whole
 * in them. *used, which may be NULL, is how many of the bytes were taken: all with FRAME_OK; after
 * FRAME_STOPPED the frame goes on with the others. After FRAME_TOO_LONG and FRAME_TOO_SHORT it
 * takes no more. */
enum frame_result frame_feed(struct frame *frame, const uint8_t *bytes, size_t size,
                             uint32_t payload_bytes_max, const struct frame_taker *taker,
                             size_t *used);
void frame_free(struct frame *frame);
