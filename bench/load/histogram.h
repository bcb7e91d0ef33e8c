/* histogram: counts latencies in steps of less than one percent. */
#pragma once

#include <stdint.h>

/* A value is counted by its highest bit and the 7 bits below. */
enum { HISTOGRAM_STEP_BITS = 7, HISTOGRAM_SIZE = 40 << HISTOGRAM_STEP_BITS };

struct histogram {
    uint64_t counts[HISTOGRAM_SIZE];
    uint64_t total;
    int64_t max_ns;
};

void histogram_clear(struct histogram *histogram);
/* The value that this share of the counted does not exceed; 0 when nothing was counted. */
int64_t histogram_quantile(const struct histogram *histogram, double share);

static inline uint32_t histogram_index(uint64_t ns)
{
    if (ns < 1u << HISTOGRAM_STEP_BITS)
        return (uint32_t)ns;
    uint32_t octave = 63 - HISTOGRAM_STEP_BITS - (uint32_t)__builtin_clzll(ns);
    uint32_t index = (octave << HISTOGRAM_STEP_BITS) + (uint32_t)(ns >> octave);
    return index < HISTOGRAM_SIZE ? index : HISTOGRAM_SIZE - 1;
}

static inline void histogram_add(struct histogram *histogram, int64_t ns)
{
    histogram->counts[histogram_index((uint64_t)ns)]++;
    histogram->total++;
    if (ns > histogram->max_ns)
        histogram->max_ns = ns;
}
