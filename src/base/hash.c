/* The hash of keys on the wire, and the hash of tables. */
#include "base/hash.h"

#include <endian.h>

static uint32_t load_le32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

uint32_t hash32(const void *bytes, size_t size)
{
    const uint32_t multiplier = 0xc6a4a793u;
    const uint8_t *at = bytes;
    uint32_t hash = 0xbc9f1d34u ^ ((uint32_t)size * multiplier);
    for (; size >= 4; at += 4, size -= 4) {
        hash = (hash + load_le32(at)) * multiplier;
        hash ^= hash >> 16;
    }
    if (size == 0)
        return hash;
    for (size_t i = 0; i < size; i++)
        hash += (uint32_t)at[i] << (8 * i);
    hash *= multiplier;
    return hash ^ (hash >> 24);
}

uint64_t hash64(const void *bytes, size_t size, uint64_t seed)
{
    const uint8_t *at = bytes;
    uint64_t state = seed;
    size_t left = size;
    for (; left >= 16; at += 16, left -= 16)
        state = hash64_mix(state, at);
    if (left > 0 || size == 0) {
        uint8_t tail[16] = {0};
        if (left > 0)
            memcpy(tail, at, left);
        state = hash64_mix(state, tail);
    }
    /* The size tells a short tail from one that ends in zeros. */
    return hash64_fold(state ^ seed, 0x8cb92ba72f3d8dd7u ^ (uint64_t)size);
}
