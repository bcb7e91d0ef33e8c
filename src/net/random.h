/* random: numbers that look random and come again from the same seed (splitmix64). */
#pragma once

#include <stdint.h>

/* Any seed is good. Not for secrets. */
struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. count - 1; count >= 1. */
static inline uint64_t random_below(struct random *random, uint64_t count)
{
    return (uint64_t)(((unsigned __int128)random_next(random) * count) >> 64);
}

/* first .. last, both possible. */
static inline uint64_t random_between(struct random *random, uint64_t first, uint64_t last)
{
    return first + random_below(random, last - first + 1);
}
