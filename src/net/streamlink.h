/* streamlink: a link made of a byte stream. */
#pragma once

#include "net/link.h"
#include "net/stream.h"

/* Zero is the default. */
struct link_limits {
    uint32_t payload_bytes_max; /* 0: PACKET_PAYLOAD_BYTES_MAX */
    size_t queue_bytes_max;     /* of what waits for a peer that does not read; 0: 64 MiB */
};

/* Takes the stream; the link frees itself when `closed` has returned. The caller sets events and
 * user before the stream has a chance to bring bytes: within the call that handed it the stream. */
struct link *streamlink_create(struct stream *stream, const struct link_limits *limits);
