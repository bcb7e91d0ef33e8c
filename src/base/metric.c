/* Prints metrics in the Prometheus text format. */
#include "base/metric.h"

#include <inttypes.h>

static void print_value(struct buf *out, const struct metric *metric, uint64_t value,
                        const char *labels)
{
    buf_print(out, "# HELP goworld_%s %s\n", metric->name, metric->help);
    buf_print(out, "# TYPE goworld_%s %s\n", metric->name,
              metric->kind == METRIC_COUNTER ? "counter" : "gauge");
    buf_print(out, "goworld_%s", metric->name);
    if (labels[0])
        buf_print(out, "{%s}", labels);
    buf_print(out, " %" PRIu64 "\n", value);
}

void metric_print(struct buf *out, const struct metric *metrics, const void *values,
                  const char *labels)
{
    for (const struct metric *metric = metrics; metric->name; metric++) {
        uint64_t value;
        memcpy(&value, (const char *)values + metric->offset, sizeof value);
        print_value(out, metric, value, labels);
    }
}
