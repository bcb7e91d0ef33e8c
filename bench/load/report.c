#include "report.h"

#include <stdio.h>

void report_rate(uint64_t count, int64_t wall_ns)
{
    printf(" rate=%.0f", (double)count / ((double)wall_ns / 1e9));
}

void report_latency(const struct histogram *h)
{
    printf(" p50_ns=%lld p90_ns=%lld p99_ns=%lld max_ns=%lld",
           (long long)histogram_quantile(h, 0.5), (long long)histogram_quantile(h, 0.9),
           (long long)histogram_quantile(h, 0.99), (long long)h->max_ns);
}
