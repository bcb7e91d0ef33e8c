/* Messages that are shared until the last connection has sent them. */
#include "wire/packet.h"

#include "base/assert.h"
#include "base/buf.h"

#include <endian.h>
#include <stdlib.h>

struct packet *packet_new(const void *payload, size_t size)
{
    ASSERT(size <= PACKET_PAYLOAD_BYTES_MAX);
    struct packet *packet = mem_alloc(sizeof *packet + PACKET_HEADER_BYTES + size);
    uint32_t header = htole32((uint32_t)size);
    packet->refs = 1;
    packet->size = (uint32_t)(PACKET_HEADER_BYTES + size);
    memcpy(packet->bytes, &header, PACKET_HEADER_BYTES);
    if (size > 0)
        memcpy(packet->bytes + PACKET_HEADER_BYTES, payload, size);
    return packet;
}

struct packet *packet_ref(struct packet *packet)
{
    ASSERT(packet->refs > 0 && packet->refs < UINT32_MAX);
    packet->refs++;
    return packet;
}

void packet_unref(struct packet *packet)
{
    if (!packet)
        return;
    ASSERT(packet->refs > 0);
    if (--packet->refs == 0)
        free(packet);
}
