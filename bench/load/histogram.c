#include "histogram.h"

#include <string.h>

void histogram_clear(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

/* The least value that is counted there. */
static int64_t value_at(uint32_t index)
{
    if (index < 1u << HISTOGRAM_STEP_BITS)
        return index;
    uint32_t octave = (index >> HISTOGRAM_STEP_BITS) - 1;
    return (int64_t)(index - (octave << HISTOGRAM_STEP_BITS)) << octave;
}

int64_t histogram_quantile(const struct histogram *histogram, double share)
{
    double wanted = (double)histogram->total * share;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < HISTOGRAM_SIZE; i++) {
        seen += histogram->counts[i];
        if (histogram->counts[i] > 0 && (double)seen >= wanted)
            return value_at(i);
    }
    return 0;
}
