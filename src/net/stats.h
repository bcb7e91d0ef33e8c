/* stats: what the network of one process has done, as counters and as metrics. */
#pragma once

#include "base/metric.h"

struct net_stats {
    uint64_t accepted, refused, connected, connect_failed;
    uint64_t refused_crowded; /* of those refused: their address has too many connections */
    uint64_t connections;     /* open now, all kinds */
    uint64_t bytes_in, bytes_out, reads, writes;
    uint64_t packets_in;
    uint64_t packets_too_long, packets_too_short;
    uint64_t queues_full; /* links closed because their peer did not read */
    uint64_t ws_accepted, ws_refused_origin, ws_errors;
    uint64_t http_requests, http_2xx, http_3xx, http_4xx, http_5xx;
    uint64_t http_timeouts, http_malformed;
    uint64_t http_displaced;     /* closed to make room for another */
    uint64_t handshake_timeouts; /* of those timeouts: before the first request was whole */
};

extern const struct metric net_metrics[]; /* of a struct net_stats */
