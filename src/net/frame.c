/* frame: see frame.h. */
#include "net/frame.h"

#include "base/buf.h"
#include "wire/packet.h"

#include <endian.h>
#include <stdlib.h>

enum { PAYLOAD_BYTES_MIN = 2, PARTIAL_BYTES_MIN = 64, PARTIAL_BYTES_EXACT = 4096 };

struct input {
    const uint8_t *at, *end;
    uint32_t payload_bytes_max;
    const struct frame_taker *taker;
};

static size_t input_left(const struct input *in)
{
    return (size_t)(in->end - in->at);
}

static uint32_t payload_bytes(const uint8_t *header)
{
    uint32_t size;
    memcpy(&size, header, sizeof size);
    return le32toh(size);
}

static enum frame_result check(const struct input *in, uint32_t size)
{
    if (size < PAYLOAD_BYTES_MIN)
        return FRAME_TOO_SHORT;
    return size > in->payload_bytes_max || size > INT32_MAX ? FRAME_TOO_LONG : FRAME_OK;
}

/* Finds the next packets, up to one that does not lie whole in the input or breaks a limit: then
 * *result says which. Returns how many there are. */
static inline size_t find_batch(const struct input *in, struct view *batch,
                                enum frame_result *result)
{
    const uint8_t *at = in->at;
    size_t count = 0;
    while (count < FRAME_BATCH_MAX && (size_t)(in->end - at) >= PACKET_HEADER_BYTES) {
        const uint8_t *payload = at + PACKET_HEADER_BYTES;
        uint32_t size = payload_bytes(at);
        *result = check(in, size);
        if (*result != FRAME_OK || (size_t)(in->end - payload) < size)
            break;
        batch[count++] = (struct view){payload, size};
        at = payload + size;
    }
    return count;
}

/* Packets that lie whole in the input; stops before one that does not. */
static enum frame_result deliver_whole(struct input *in)
{
    struct view batch[FRAME_BATCH_MAX];
    enum frame_result result = FRAME_OK;
    size_t count, taken;
    do {
        count = find_batch(in, batch, &result);
        taken = count ? in->taker->packets(in->taker->user, batch, count) : 0;
        if (taken)
            in->at = batch[taken - 1].data + batch[taken - 1].size;
        if (taken < count)
            return FRAME_STOPPED;
    } while (count == FRAME_BATCH_MAX);
    return result;
}

/* Room for `needed` bytes out of `total` that the packet will have: exact when that is little, else
 * doubling, so that a peer has to send what it makes us hold. */
static void grow(struct frame *frame, size_t needed, size_t total)
{
    if (needed <= frame->capacity)
        return;
    size_t capacity = needed * 2;
    if (total <= PARTIAL_BYTES_EXACT || capacity > total)
        capacity = total;
    if (capacity < PARTIAL_BYTES_MIN)
        capacity = PARTIAL_BYTES_MIN;
    frame->partial = mem_realloc(frame->partial, capacity);
    frame->capacity = (uint32_t)capacity;
}

/* Moves input behind the partial packet until that has `total` bytes; true when it has. */
static bool collect(struct frame *frame, struct input *in, size_t total)
{
    if (frame->size >= total)
        return true;
    size_t part = total - frame->size;
    if (part > input_left(in))
        part = input_left(in);
    grow(frame, frame->size + part, total);
    memcpy(frame->partial + frame->size, in->at, part);
    frame->size += (uint32_t)part;
    in->at += part;
    return frame->size == total;
}

/* Goes on with the packet that is left over; with FRAME_OK it is delivered, or the input is used
 * up. */
static enum frame_result finish_partial(struct frame *frame, struct input *in)
{
    if (!collect(frame, in, PACKET_HEADER_BYTES))
        return FRAME_OK;
    uint32_t size = payload_bytes(frame->partial);
    enum frame_result result = check(in, size);
    if (result != FRAME_OK || !collect(frame, in, (size_t)PACKET_HEADER_BYTES + size))
        return result;
    struct view packet = {frame->partial + PACKET_HEADER_BYTES, size};
    if (!in->taker->packets(in->taker->user, &packet, 1))
        return FRAME_STOPPED;
    frame_free(frame);
    return FRAME_OK;
}

/* What is left is the start of one packet. */
static enum frame_result keep_rest(struct frame *frame, struct input *in)
{
    return input_left(in) > 0 ? finish_partial(frame, in) : FRAME_OK;
}

enum frame_result frame_feed(struct frame *frame, const uint8_t *bytes, size_t size,
                             uint32_t payload_bytes_max, const struct frame_taker *taker,
                             size_t *used)
{
    struct input in = {
        .at = bytes, .end = bytes + size, .payload_bytes_max = payload_bytes_max, .taker = taker};
    enum frame_result result = FRAME_OK;
    if (frame->size > 0)
        result = finish_partial(frame, &in);
    if (result == FRAME_OK)
        result = deliver_whole(&in);
    if (result == FRAME_OK)
        result = keep_rest(frame, &in);
    if (used)
        *used = (size_t)(in.at - bytes);
    return result;
}

void frame_free(struct frame *frame)
{
    free(frame->partial);
    *frame = (struct frame){0};
}
