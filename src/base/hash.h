/* hash: the hash of service and registry keys on the wire, and a seeded one for tables that peers
 * can fill. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* LevelDB's bloom hash with GoWorld's seed 0xbc9f1d34 (docs/internals/protocol.md 6): part of the
 * wire. */
uint32_t hash32(const void *bytes, size_t size);

/* For tables: not part of any wire. */
uint64_t hash64(const void *bytes, size_t size, uint64_t seed);

/* The halves of the 128-bit product, folded: every bit of the result hangs on every bit of both. */
static inline uint64_t hash64_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Mixes 16 bytes into a state. The seed goes to both factors: with a known factor, a peer could
 * send bytes that make it zero, and all of its ids would collide. */
static inline uint64_t hash64_mix(uint64_t state, const void *bytes)
{
    uint64_t halves[2];
    memcpy(halves, bytes, sizeof halves);
    return hash64_fold(halves[0] ^ (state + 0x9e3779b97f4a7c15u),
                       halves[1] ^ (((state << 32) | (state >> 32)) + 0xd1b54a32d192ed03u));
}

/* The same as hash64 of 16 bytes: for tables of ids. */
static inline uint64_t hash64_16(const void *bytes, uint64_t seed)
{
    return hash64_fold(hash64_mix(seed, bytes) ^ seed, 0x8cb92ba72f3d8dd7u ^ 16u);
}
