/* frame: cuts a byte stream into packets (docs/internals/protocol.md 1: u32 LE payload length,
 * payload). */
#pragma once

#include <goworld/types.h>

/* Zero is ready to use. Holds only what is left over of a packet that has not come whole; owns
 * nothing between packets. */
struct frame {
    uint8_t *partial;
    uint32_t size, capacity;
};

/* One payload, valid until the call returns. Returns false when no more are wanted. */
typedef bool (*frame_packet)(void *user, const uint8_t *payload, size_t size);

enum frame_result {
    FRAME_OK,
    FRAME_STOPPED,   /* the receiver wants no more for now: the rest of the bytes is left */
    FRAME_TOO_LONG,  /* a payload of more than payload_bytes_max */
    FRAME_TOO_SHORT, /* a payload without room for its type */
};

/* Hands out every packet that these bytes complete, in order and without a copy when it lies whole
 * in them. *used, which may be NULL, is how many of the bytes were taken: all with FRAME_OK; after
 * FRAME_STOPPED the frame goes on with the others. After FRAME_TOO_LONG and FRAME_TOO_SHORT it
 * takes no more. */
enum frame_result frame_feed(struct frame *frame, const uint8_t *bytes, size_t size,
                             uint32_t payload_bytes_max, frame_packet packet, void *user,
                             size_t *used);
void frame_free(struct frame *frame);
