/* ws: the WebSocket framing of RFC 6455, as servers and clients read and write it. No I/O, and no
 * memory while nothing is half read. */
#pragma once

#include <goworld/types.h>

enum ws_opcode {
    WS_CONTINUATION = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10,
};

/* Why a connection is closed, as both ends are told. */
enum ws_code {
    WS_OK = 0, /* not on the wire: no reason to close */
    WS_NORMAL = 1000,
    WS_PROTOCOL_ERROR = 1002,
    WS_UNSUPPORTED = 1003, /* text */
    WS_BAD_TEXT = 1007,
    WS_TOO_BIG = 1009,
    WS_BY_GAME = 4001, /* ours: the game does not want this client any more */
};

enum { WS_HEAD_BYTES_MAX = 14, WS_CONTROL_BYTES_MAX = 125 };

/* Zero is ready to use, by a server. */
struct ws_parser {
    uint64_t left;    /* of the frame's payload */
    uint8_t *control; /* the payload of a control frame so far, or NULL */
    uint8_t mask[4];
    uint8_t head[WS_HEAD_BYTES_MAX];
    uint8_t head_size; /* bytes of a head that is half read */
    uint8_t control_size;
    uint8_t mask_at;
    uint8_t opcode;
    bool in_frame;   /* the head is read, `left` bytes follow */
    bool in_message; /* a fragment was not the last */
    bool is_client;  /* set by a client: what comes from a server is not masked */
};

struct ws_sink {
    /* Payload of binary frames, unmasked. Returns false when no more is wanted. */
    bool (*data)(void *user, uint8_t *bytes, size_t size);
    /* A whole control frame: WS_PING, WS_PONG, or WS_CLOSE whose payload has been checked. Returns
     * false likewise. */
    bool (*control)(void *user, enum ws_opcode opcode, const uint8_t *payload, size_t size);
    void *user;
};

/* Reads the bytes, which are unmasked in place. Returns WS_OK, or the code to close with: then it
 * takes no more bytes. */
enum ws_code ws_feed(struct ws_parser *parser, uint8_t *bytes, size_t size,
                     uint64_t frame_bytes_max, const struct ws_sink *sink);
void ws_parser_free(struct ws_parser *parser);

/* Writes the head of a frame from a server, the last of its message; returns its size. */
size_t ws_head(uint8_t head[WS_HEAD_BYTES_MAX], enum ws_opcode opcode, uint64_t size);
/* The same from a client, whose payload is masked with these bytes. */
size_t ws_head_masked(uint8_t head[WS_HEAD_BYTES_MAX], enum ws_opcode opcode, uint64_t size,
                      const uint8_t mask[4]);
void ws_mask(uint8_t *bytes, size_t size, const uint8_t mask[4]); /* a whole payload, in place */

/* How many bytes of the words go into a close frame: whole characters of UTF-8, up to the first
 * byte that is none, at most 123. */
size_t ws_close_words(const uint8_t *words, size_t size);
