/* histogram: counts latencies in steps of less than one percent. All of it stands here, since the
 * load, the floors and a game that is measured use it. */
#pragma once

#include <stdint.h>
#include <string.h>

/* A value is counted by its highest bit and the 7 bits below. */
enum { HISTOGRAM_STEP_BITS = 7, HISTOGRAM_SIZE = 40 << HISTOGRAM_STEP_BITS };

/* Zero is an empty one. */
struct histogram {
    uint64_t counts[HISTOGRAM_SIZE];
    uint64_t total;
    int64_t max_ns;
};

static inline void histogram_clear(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

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

/* The least value that is counted there. */
static inline int64_t histogram_value_at(uint32_t index)
{
    if (index < 1u << HISTOGRAM_STEP_BITS)
        return index;
    uint32_t octave = (index >> HISTOGRAM_STEP_BITS) - 1;
    return (int64_t)(index - (octave << HISTOGRAM_STEP_BITS)) << octave;
}

/* The value that this share of the counted does not exceed; 0 when nothing was counted. */
static inline int64_t histogram_quantile(const struct histogram *histogram, double share)
{
    double wanted = (double)histogram->total * share;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < HISTOGRAM_SIZE; i++) {
        seen += histogram->counts[i];
        if (histogram->counts[i] > 0 && (double)seen >= wanted)
            return histogram_value_at(i);
    }
    return 0;
}
