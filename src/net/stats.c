/* stats: the names under which counters of the network are shown. */
#include "net/stats.h"

#define COUNTER(member, name, help) METRIC(COUNTER, struct net_stats, member, name, help)

const struct metric net_metrics[] = {
    COUNTER(accepted, "net_accepted_total", "Connections taken"),
    COUNTER(refused, "net_refused_total", "Connections refused because a limit was reached"),
    COUNTER(refused_crowded, "net_refused_address_total",
            "Connections refused because their address has too many"),
    COUNTER(connected, "net_connected_total", "Connections made"),
    COUNTER(connect_failed, "net_connect_failed_total", "Connections that could not be made"),
    METRIC(GAUGE, struct net_stats, connections, "net_connections", "Connections open now"),
    COUNTER(bytes_in, "net_received_bytes_total", "Bytes received"),
    COUNTER(bytes_out, "net_sent_bytes_total", "Bytes sent"),
    COUNTER(reads, "net_reads_total", "Reads that brought bytes"),
    COUNTER(writes, "net_writes_total", "Writes that took bytes"),
    COUNTER(packets_in, "net_received_packets_total", "Packets received"),
    COUNTER(packets_too_long, "net_packets_too_long_total", "Links closed for a packet too long"),
    COUNTER(packets_too_short, "net_packets_too_short_total",
            "Links closed for a packet too short for its type"),
    COUNTER(queues_full, "net_queues_full_total", "Links closed because the peer does not read"),
    COUNTER(ws_accepted, "ws_accepted_total", "WebSockets opened"),
    COUNTER(ws_refused_origin, "ws_refused_origin_total",
            "WebSockets refused because of the page that opened them"),
    COUNTER(ws_errors, "ws_errors_total", "WebSockets closed for breaking RFC 6455"),
    COUNTER(http_requests, "http_requests_total", "HTTP requests answered"),
    COUNTER(http_2xx, "http_2xx_total", "HTTP answers with status 200 to 299"),
    COUNTER(http_3xx, "http_3xx_total", "HTTP answers with status 300 to 399"),
    COUNTER(http_4xx, "http_4xx_total", "HTTP answers with status 400 to 499"),
    COUNTER(http_5xx, "http_5xx_total", "HTTP answers with status 500 to 599"),
    COUNTER(http_timeouts, "http_timeouts_total", "HTTP connections closed for being too slow"),
    COUNTER(handshake_timeouts, "http_handshake_timeouts_total",
            "HTTP connections closed because their first request did not come in time"),
    COUNTER(http_malformed, "http_malformed_total",
            "HTTP connections closed for bytes that are no request"),
    METRIC_END,
};
