/* Prints metrics in the Prometheus text format. */
#include "base/metric.h"

#include <inttypes.h>

void metric_print_head(struct buf *out, const struct metric *metric)
{
    buf_print(out, "# HELP goworld_%s %s\n", metric->name, metric->help);
    buf_print(out, "# TYPE goworld_%s %s\n", metric->name,
              metric->kind == METRIC_COUNTER ? "counter" : "gauge");
}

static void print_label_value(struct buf *out, const char *value)
{
    for (; *value; value++) {
        if (*value == '\n')
            buf_print(out, "\\n");
        else
            buf_print(out, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
    }
}

static void print_value(struct buf *out, const struct metric *metric, uint64_t value,
                        const char *labels)
{
    buf_print(out, "goworld_%s", metric->name);
    if (labels[0])
        buf_print(out, "{%s}", labels);
    buf_print(out, " %" PRIu64 "\n", value);
}

void metric_print_of(struct buf *out, const struct metric *metric, const char *label,
                     const char *label_value, uint64_t value, const char *labels)
{
    buf_print(out, "goworld_%s{%s=\"", metric->name, label);
    print_label_value(out, label_value);
    buf_print(out, labels[0] ? "\",%s} %" PRIu64 "\n" : "\"%s} %" PRIu64 "\n", labels, value);
}

void metric_print(struct buf *out, const struct metric *metrics, const void *values,
                  const char *labels)
{
    for (const struct metric *metric = metrics; metric->name; metric++) {
        uint64_t value;
        memcpy(&value, (const char *)values + metric->offset, sizeof value);
        metric_print_head(out, metric);
        print_value(out, metric, value, labels);
    }
}
