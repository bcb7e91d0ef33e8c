/* Any bytes as WebSocket frames with packets inside: however they are cut, the same comes out. */
#include "base/assert.h"
#include "base/buf.h"
#include "net/frame.h"
#include "net/ws.h"

#include <stdlib.h>

enum { FRAME_BYTES_MAX = 4096, PAYLOAD_BYTES_MAX = 512 };

/* What came out, in an order that does not depend on cuts. */
struct seen {
    struct frame frame;
    struct buf packets, controls;
    enum frame_result result;
};

static size_t see_packets(void *user, const struct view *packets, size_t count)
{
    struct seen *seen = user;
    for (size_t i = 0; i < count; i++) {
        ASSERT(packets[i].size >= 2 && packets[i].size <= PAYLOAD_BYTES_MAX);
        buf_append(&seen->packets, &packets[i].size, sizeof packets[i].size);
        buf_append(&seen->packets, packets[i].data, packets[i].size);
    }
    return count;
}

static bool see_data(void *user, uint8_t *bytes, size_t size)
{
    struct seen *seen = user;
    const struct frame_taker taker = {.packets = see_packets, .user = seen};
    seen->result = frame_feed(&seen->frame, bytes, size, PAYLOAD_BYTES_MAX, &taker, NULL);
    return seen->result == FRAME_OK;
}

static bool see_control(void *user, enum ws_opcode opcode, const uint8_t *payload, size_t size)
{
    struct seen *seen = user;
    uint8_t head[2] = {(uint8_t)opcode, (uint8_t)size};
    ASSERT(size <= WS_CONTROL_BYTES_MAX);
    buf_append(&seen->controls, head, sizeof head);
    buf_append(&seen->controls, payload, size);
    return opcode != WS_CLOSE;
}

/* Each piece is an exact copy, so that a read past its end shows. */
static enum ws_code feed(struct seen *seen, const uint8_t *data, size_t size, size_t piece)
{
    const struct ws_sink sink = {.data = see_data, .control = see_control, .user = seen};
    struct ws_parser parser = {0};
    enum ws_code code = WS_OK;
    size_t controls = 0;
    bool is_over = false;
    for (size_t at = 0; at < size && code == WS_OK && !is_over; at += piece) {
        size_t part = size - at < piece ? size - at : piece;
        uint8_t *copy = mem_alloc(part);
        memcpy(copy, data + at, part);
        controls = seen->controls.size;
        code = ws_feed(&parser, copy, part, FRAME_BYTES_MAX, &sink);
        free(copy);
        is_over = seen->result != FRAME_OK;
        for (; controls < seen->controls.size; controls += 2u + seen->controls.data[controls + 1])
            is_over |= seen->controls.data[controls] == WS_CLOSE;
    }
    ws_parser_free(&parser);
    return code;
}

static bool is_same(const struct buf *a, const struct buf *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static void seen_free(struct seen *seen)
{
    frame_free(&seen->frame);
    buf_free(&seen->packets);
    buf_free(&seen->controls);
}

/* The first byte says how the rest is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = {0}, cut = {0};
    if (size < 2)
        return 0;
    enum ws_code code = feed(&whole, data + 1, size - 1, size - 1);
    enum ws_code cut_code = feed(&cut, data + 1, size - 1, 1 + data[0] % 16u);
    ASSERT(code == cut_code);
    ASSERT(whole.result == cut.result);
    ASSERT(is_same(&whole.packets, &cut.packets));
    ASSERT(is_same(&whole.controls, &cut.controls));
    seen_free(&whole);
    seen_free(&cut);
    return 0;
}
