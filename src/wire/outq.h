/* outq: the bytes that wait to be sent to one peer: small packets copied, large ones shared. */
#pragma once

#include "wire/packet.h"

#define OUTQ_SHARE_BYTES 1024u /* a packet from this size on is shared, not copied */

struct outq_chunk; /* copied bytes, or a reference to a packet; recycled through outq_pool */

/* A process has one pool; idle connections hold no chunk. */
struct outq_pool {
    struct outq_chunk *free_small, *free_large, *free_shared;
    size_t free_bytes, free_bytes_max; /* what is kept for reuse; zero max means 4 MiB */
};
void outq_pool_free(struct outq_pool *pool);

/* What was taken out of a queue and may have to be sent again. */
struct outq_kept {
    struct outq_chunk *first, *last;
    size_t bytes;
};

struct outq {
    struct outq_chunk *first, *last;
    size_t bytes;     /* not yet taken */
    size_t bytes_max; /* 0: no limit */
    struct outq_pool *pool;
    struct outq_kept *kept; /* NULL: what was sent is gone */
};

struct outq_span {
    const uint8_t *data;
    size_t size;
};

void outq_init(struct outq *q, struct outq_pool *pool, size_t bytes_max);
void outq_clear(struct outq *q); /* drops everything, kept or not */

bool outq_has_room(const struct outq *q, size_t bytes); /* bytes_max would not be passed */

/* Each appends one packet (header and payload) whole, or nothing: GW_EFULL when bytes_max would be
 * passed, or when the payload is larger than PACKET_PAYLOAD_BYTES_MAX. */
GW_NODISCARD gw_err outq_put(struct outq *q, const void *payload, size_t size);
GW_NODISCARD gw_err outq_put2(struct outq *q, const void *head, size_t head_size, const void *tail,
                              size_t tail_size); /* one payload in two pieces */
GW_NODISCARD gw_err outq_put_packet(struct outq *q,
                                    struct packet *packet); /* takes its own reference */

/* Appends bytes as they are, unframed: for what a transport itself says (HTTP, WebSocket control
 * frames). */
GW_NODISCARD gw_err outq_put_raw(struct outq *q, const void *bytes, size_t size);

/* Moves everything of `from` behind what `to` holds, with what it keeps; both use the same pool,
 * and at most one of them keeps. No limit stops it. */
void outq_splice(struct outq *to, struct outq *from);

/* Fills spans with the oldest bytes, without removing them; returns how many spans. */
size_t outq_peek(const struct outq *q, struct outq_span *spans, size_t spans_max);
void outq_consume(struct outq *q, size_t bytes); /* drops from the front what has been sent */

/* What is put from now on is kept when it has been taken, until it is released. NULL: nothing is
 * any more. `kept` is borrowed, and starts empty. */
void outq_keep(struct outq *q, struct outq_kept *kept);
void outq_release(struct outq *q, size_t bytes); /* drops the oldest of what is kept */
/* What is kept waits again, before everything else; what was put before outq_keep is dropped. */
void outq_rewind(struct outq *q);
