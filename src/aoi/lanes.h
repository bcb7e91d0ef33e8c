/* lanes: four numbers that are computed with at once. */
#pragma once

#include "base/buf.h"

#ifdef __SSE__
#include <xmmintrin.h>
#endif

typedef float lanes __attribute__((vector_size(16)));
typedef int32_t lane_marks __attribute__((vector_size(16))); /* a lane is 0 or -1 */

/* NaN is no distance from anything, and so never within. */
ALWAYS_INLINE lane_marks lanes_within(lanes values, float of, float distance)
{
    lanes difference = values - of;
    return (lanes)((lane_marks)difference & INT32_MAX) <= distance;
}

/* Bit n for the n-th lane. */
ALWAYS_INLINE unsigned lane_bits(lane_marks marks)
{
#ifdef __SSE__
    return (unsigned)_mm_movemask_ps((__m128)marks);
#else
    lane_marks bits = marks & (lane_marks){1, 2, 4, 8};
    return (unsigned)(bits[0] | bits[1] | bits[2] | bits[3]);
#endif
}
