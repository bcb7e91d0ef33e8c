/* feed: hands packets to a link as a read brings them. */
#pragma once

#include "base/assert.h"
#include "net/link.h"
#include "wire/writer.h"

#include <stdlib.h>

/* Out of a copy of that size, so that a read past its end is seen. */
static inline void feed(struct link *link, const struct buf *wire)
{
    struct frame frame = {0};
    struct link_fed fed;
    uint8_t *exact = malloc(wire->size ? wire->size : 1);
    ASSERT(exact);
    if (wire->size)
        memcpy(exact, wire->data, wire->size);
    link_feed(link, &frame, exact, wire->size, &fed);
    frame_free(&frame);
    free(exact);
}

static inline size_t feed_step_bytes(const uint8_t *data, size_t size)
{
    size_t length = (size_t)data[1] | (size_t)data[2] << 8;
    return 3 + (length < size - 3 ? length : size - 3);
}

/* A step of a harness is: a byte that says who sends and when, u16 size, payload. Collects the
 * packets of one read: a step, and those that follow it with the same byte. There is none in *wire
 * when the payload is too short for one. Returns how many bytes of `data` that were, of which there
 * are at least three. */
static inline size_t feed_collect(const uint8_t *data, size_t size, struct buf *wire)
{
    size_t at = 0;
    buf_clear(wire);
    do {
        size_t step = feed_step_bytes(data + at, size - at);
        if (step < 3 + 2)
            return at ? at : step;
        write_var(wire, data + at + 3, step - 3);
        at += step;
    } while (size - at >= 3 && data[at] == data[0]);
    return at;
}

/* What waits in the link is sent, and dropped. */
static inline void feed_drain(struct link *link)
{
    if (link->events && link->events->flushing)
        link->events->flushing(link->user);
    outq_consume(&link->out, link->out.bytes);
}
