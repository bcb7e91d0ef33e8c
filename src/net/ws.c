/* ws: see ws.h. */
#include "net/ws.h"

#include "base/buf.h"

#include <stdlib.h>

enum { FIN = 0x80, RESERVED = 0x70, OPCODE = 0x0f, MASKED = 0x80, LENGTH = 0x7f };

static bool is_control(unsigned opcode)
{
    return opcode >= WS_CLOSE;
}

static bool is_continuation_byte(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* How many bytes the UTF-8 character at the front has; 0 when it is none. */
static size_t utf8_size(const uint8_t *at, size_t left)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = at[0];
    size_t size = first < 0x80             ? 1
                  : (first & 0xe0) == 0xc0 ? 2
                  : (first & 0xf0) == 0xe0 ? 3
                  : (first & 0xf8) == 0xf0 ? 4
                                           : 0;
    if (size <= 1 || size > left)
        return size > left ? 0 : size;
    uint32_t code = first & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation_byte(at[i]))
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < smallest[size] || code > 0x10ffff || is_surrogate ? 0 : size;
}

static bool is_utf8(const uint8_t *at, size_t left)
{
    while (left > 0) {
        size_t size = utf8_size(at, left);
        if (size == 0)
            return false;
        at += size;
        left -= size;
    }
    return true;
}

size_t ws_close_words(const uint8_t *words, size_t size)
{
    static const size_t most = WS_CONTROL_BYTES_MAX - 2;
    size_t fits = 0, character;
    while (fits < size && (character = utf8_size(words + fits, size - fits)) > 0 &&
           fits + character <= most)
        fits += character;
    return fits;
}

/* RFC 6455 7.4: these may stand in a close frame. */
static bool is_close_code(unsigned code)
{
    bool is_defined = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    return is_defined || (code >= 3000 && code <= 4999);
}

static enum ws_code check_close(const uint8_t *payload, size_t size)
{
    if (size == 0)
        return WS_OK;
    if (size == 1 || !is_close_code((unsigned)payload[0] << 8 | payload[1]))
        return WS_PROTOCOL_ERROR;
    return is_utf8(payload + 2, size - 2) ? WS_OK : WS_BAD_TEXT;
}

static size_t head_size(const uint8_t *head)
{
    size_t length = head[1] & LENGTH;
    return 2u + (length == 126 ? 2 : length == 127 ? 8 : 0) + (head[1] & MASKED ? 4 : 0);
}

static uint64_t payload_size(const uint8_t *head)
{
    unsigned length = head[1] & LENGTH, bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    uint64_t size = bytes ? 0 : length;
    for (unsigned i = 0; i < bytes; i++)
        size = size << 8 | head[2 + i];
    return size;
}

/* What can be said from the first two bytes. */
static enum ws_code check_head(const struct ws_parser *parser, const uint8_t *head)
{
    unsigned opcode = head[0] & OPCODE;
    bool is_masked = head[1] & MASKED;
    if ((head[0] & RESERVED) || is_masked == parser->is_client)
        return WS_PROTOCOL_ERROR;
    if (is_control(opcode)) {
        bool is_known = opcode <= WS_PONG;
        bool is_short = (head[1] & LENGTH) <= WS_CONTROL_BYTES_MAX;
        return is_known && is_short && (head[0] & FIN) ? WS_OK : WS_PROTOCOL_ERROR;
    }
    if (opcode > WS_BINARY || (opcode == WS_CONTINUATION) != parser->in_message)
        return WS_PROTOCOL_ERROR;
    return opcode == WS_TEXT ? WS_UNSUPPORTED : WS_OK;
}

static enum ws_code begin_frame(struct ws_parser *parser, uint64_t frame_bytes_max)
{
    const uint8_t *head = parser->head;
    uint64_t size = payload_size(head);
    if (size >> 63)
        return WS_PROTOCOL_ERROR;
    if (size > frame_bytes_max)
        return WS_TOO_BIG;
    if (!parser->is_client)
        memcpy(parser->mask, head + head_size(head) - 4, 4);
    parser->mask_at = 0;
    parser->opcode = head[0] & OPCODE;
    parser->left = size;
    parser->in_frame = true;
    if (!is_control(parser->opcode))
        parser->in_message = !(head[0] & FIN);
    return WS_OK;
}

/* Collects a head byte by byte: there are at most 14. Stops behind it. */
static enum ws_code read_head(struct ws_parser *parser, uint8_t **at, const uint8_t *end,
                              uint64_t frame_bytes_max)
{
    while (*at < end) {
        parser->head[parser->head_size++] = *(*at)++;
        if (parser->head_size < 2)
            continue;
        enum ws_code code = parser->head_size == 2 ? check_head(parser, parser->head) : WS_OK;
        if (code != WS_OK)
            return code;
        if (parser->head_size == head_size(parser->head)) {
            parser->head_size = 0;
            return begin_frame(parser, frame_bytes_max);
        }
    }
    return WS_OK;
}

/* The mask begins with the byte at `at`. Eight bytes at a time where there are as many. */
static void apply_mask(uint8_t *bytes, size_t size, const uint8_t mask[4], unsigned at)
{
    uint8_t turned[8];
    for (unsigned i = 0; i < sizeof turned; i++)
        turned[i] = mask[(at + i) & 3];
    uint64_t wide;
    memcpy(&wide, turned, sizeof wide);
    size_t i = 0;
    for (; i + sizeof wide <= size; i += sizeof wide) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        word ^= wide;
        memcpy(bytes + i, &word, sizeof word);
    }
    for (; i < size; i++)
        bytes[i] ^= turned[i & 7];
}

void ws_mask(uint8_t *bytes, size_t size, const uint8_t mask[4])
{
    apply_mask(bytes, size, mask, 0);
}

/* The mask goes on where the part before has stopped. */
static void unmask(struct ws_parser *parser, uint8_t *bytes, size_t size)
{
    if (parser->is_client)
        return;
    apply_mask(bytes, size, parser->mask, parser->mask_at);
    parser->mask_at = (uint8_t)((parser->mask_at + size) & 3);
}

/* A control frame is collected when it does not come in one piece. */
static enum ws_code read_control(struct ws_parser *parser, uint8_t *bytes, size_t size,
                                 const struct ws_sink *sink, bool *more)
{
    const uint8_t *payload = bytes;
    if (parser->left > 0 || parser->control) {
        if (!parser->control)
            parser->control = mem_alloc(WS_CONTROL_BYTES_MAX);
        memcpy(parser->control + parser->control_size, bytes, size);
        parser->control_size = (uint8_t)(parser->control_size + size);
        payload = parser->control;
        size = parser->control_size;
    }
    if (parser->left > 0)
        return WS_OK;
    enum ws_code code = parser->opcode == WS_CLOSE ? check_close(payload, size) : WS_OK;
    if (code == WS_OK)
        *more = sink->control(sink->user, parser->opcode, payload, size);
    free(parser->control);
    parser->control = NULL;
    parser->control_size = 0;
    return code;
}

/* The part of the frame's payload that lies in the input. */
static enum ws_code read_payload(struct ws_parser *parser, uint8_t **at, const uint8_t *end,
                                 const struct ws_sink *sink, bool *more)
{
    uint8_t *bytes = *at;
    size_t size = (size_t)(end - bytes);
    if (size > parser->left)
        size = (size_t)parser->left;
    unmask(parser, bytes, size);
    *at += size;
    parser->left -= size;
    parser->in_frame = parser->left > 0;
    if (is_control(parser->opcode))
        return read_control(parser, bytes, size, sink, more);
    if (size > 0)
        *more = sink->data(sink->user, bytes, size);
    return WS_OK;
}

enum ws_code ws_feed(struct ws_parser *parser, uint8_t *bytes, size_t size,
                     uint64_t frame_bytes_max, const struct ws_sink *sink)
{
    const uint8_t *end = bytes + size;
    enum ws_code code = WS_OK;
    bool more = true;
    /* A frame without payload ends where its head does, which may be the end of the input. */
    while (code == WS_OK && more && (bytes < end || (parser->in_frame && parser->left == 0)))
        code = parser->in_frame ? read_payload(parser, &bytes, end, sink, &more)
                                : read_head(parser, &bytes, end, frame_bytes_max);
    return code;
}

void ws_parser_free(struct ws_parser *parser)
{
    free(parser->control);
    *parser = (struct ws_parser){.is_client = parser->is_client};
}

size_t ws_head(uint8_t head[WS_HEAD_BYTES_MAX], enum ws_opcode opcode, uint64_t size)
{
    unsigned bytes = size < 126 ? 0 : size <= UINT16_MAX ? 2 : 8;
    head[0] = (uint8_t)(FIN | opcode);
    head[1] = (uint8_t)(bytes == 0 ? size : bytes == 2 ? 126 : 127);
    for (unsigned i = 0; i < bytes; i++)
        head[2 + i] = (uint8_t)(size >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
}

size_t ws_head_masked(uint8_t head[WS_HEAD_BYTES_MAX], enum ws_opcode opcode, uint64_t size,
                      const uint8_t mask[4])
{
    size_t head_bytes = ws_head(head, opcode, size);
    head[1] |= MASKED;
    memcpy(head + head_bytes, mask, 4);
    return head_bytes + 4;
}
