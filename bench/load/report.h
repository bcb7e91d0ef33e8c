/* report: parts of the line that a mode prints. */
#pragma once

#include "common/histogram.h"

/* " rate=" per second */
void report_rate(uint64_t count, int64_t wall_ns);
/* " p50_ns=" and so on */
void report_latency(const struct histogram *latency);
