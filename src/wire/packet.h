/* packet: an immutable, reference-counted message that many connections can send without a copy. */
#pragma once

#include <goworld/types.h>

#define PACKET_HEADER_BYTES 4u               /* u32 LE payload length */
#define PACKET_PAYLOAD_BYTES_MAX (32u << 20) /* GoWorld's limit between processes */

/* `bytes` holds the header and the payload, ready to send. Never changed after packet_new. */
struct packet {
    uint32_t refs; /* one thread of control: not atomic */
    uint32_t size; /* header included */
    uint8_t bytes[];
};

/* Returns a packet with one reference and a copy of the payload. */
struct packet *packet_new(const void *payload, size_t size);
struct packet *packet_ref(struct packet *packet);
void packet_unref(struct packet *packet); /* frees with the last reference; NULL does nothing */
