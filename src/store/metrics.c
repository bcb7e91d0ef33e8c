/* What the databases count, for /metrics. */
#include "store/kv.h"
#include "store/storage.h"

#define STORAGE(kind, member, name, help)                                                          \
    METRIC(kind, struct storage_stats, member, "storage_" name, help)
const struct metric storage_metrics[] = {
    STORAGE(COUNTER, saves, "saves_total", "Entities saved"),
    STORAGE(COUNTER, save_failures, "save_failures_total",
            "Batches of saves that failed and are tried again"),
    STORAGE(COUNTER, loads, "loads_total", "Entities asked for"),
    STORAGE(COUNTER, batches, "batches_total", "Trips to the database"),
    STORAGE(GAUGE, queue_bytes, "queue_bytes", "Bytes of entities that wait to be saved"),
    STORAGE(GAUGE, queue_requests, "queue_requests", "Requests that wait"),
    METRIC_END,
};

#define KV(kind, member, name, help) METRIC(kind, struct kv_stats, member, "kv_" name, help)
const struct metric kv_metrics[] = {
    KV(COUNTER, requests, "requests_total", "Requests made"),
    KV(COUNTER, failures, "failures_total", "Requests that the database could not carry out"),
    KV(COUNTER, batches, "batches_total", "Trips to the database"),
    KV(GAUGE, queue_bytes, "queue_bytes", "Bytes of keys and values that wait"),
    KV(GAUGE, queue_requests, "queue_requests", "Requests that wait"),
    METRIC_END,
};
