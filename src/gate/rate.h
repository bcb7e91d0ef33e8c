/* rate: how much a client may send: so many packets and bytes a second, and a burst above that. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A gate's, for all its clients. A cost of 0 is no limit. */
struct rate_limit {
    int64_t packet_ns; /* the time that one packet takes up, */
    double byte_ns;    /* and one byte */
    int64_t burst_ns;  /* what may be taken up in advance */
};

/* A client's two buckets, each as the time at which it is full again; zero is full. */
struct rate {
    int64_t packets_ns, bytes_ns;
};

#define RATE_NS_PER_MS 1000000
#define RATE_NS_PER_S 1000000000

static inline struct rate_limit rate_limit_of(uint32_t packets_per_s, size_t bytes_per_s,
                                              unsigned burst_s)
{
    return (struct rate_limit){.packet_ns = RATE_NS_PER_S / packets_per_s,
                               .byte_ns = (double)RATE_NS_PER_S / (double)bytes_per_s,
                               .burst_ns = (int64_t)burst_s * RATE_NS_PER_S};
}

/* Returns for how long the bucket stays overdrawn; 0 or less: it is not. */
static inline int64_t rate_take_one(int64_t *full_at_ns, int64_t now_ns, int64_t cost_ns,
                                    int64_t burst_ns)
{
    int64_t from_ns = *full_at_ns > now_ns ? *full_at_ns : now_ns;
    *full_at_ns = from_ns + cost_ns;
    return *full_at_ns - now_ns - burst_ns;
}

/* Takes one packet of so many bytes. Returns the nanoseconds until the client may send more; 0 or
 * less: now. A packet always goes: what it overdraws is waited for behind it. */
static inline int64_t rate_take(struct rate *rate, const struct rate_limit *limit, int64_t now_ms,
                                size_t bytes)
{
    int64_t now_ns = now_ms * RATE_NS_PER_MS;
    int64_t packets_ns =
        rate_take_one(&rate->packets_ns, now_ns, limit->packet_ns, limit->burst_ns);
    int64_t bytes_ns = rate_take_one(&rate->bytes_ns, now_ns,
                                     (int64_t)(limit->byte_ns * (double)bytes), limit->burst_ns);
    return packets_ns > bytes_ns ? packets_ns : bytes_ns;
}
