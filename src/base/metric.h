/* metric: names the counters and gauges inside a struct and prints them as Prometheus text. */
#pragma once

#include "base/buf.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE };

/* Describes one uint64_t member. Tables end with a NULL name. */
struct metric {
    const char *name; /* "gate_clients"; printed with the prefix goworld_ */
    enum metric_kind kind;
    size_t offset;
    const char *help;
};

#define METRIC(kind, type, member, name, help)                                                     \
    {                                                                                              \
        name, METRIC_##kind, offsetof(type, member), help                                          \
    }
#define METRIC_END                                                                                 \
    {                                                                                              \
        0                                                                                          \
    }

/* `labels` is what stands in braces, such as `process="gate1"`, or "". */
void metric_print(struct buf *out, const struct metric *metrics, const void *values,
                  const char *labels);

/* For what has a value for each of several things: its head once, then a line for each of them,
 * which a label of its own names; any text may stand there. */
void metric_print_head(struct buf *out, const struct metric *metric);
void metric_print_of(struct buf *out, const struct metric *metric, const char *label,
                     const char *label_value, uint64_t value, const char *labels);
