#include "usage.h"

#include "common/clock.h"

#include <stdio.h>

struct usage usage_now(const struct options *o)
{
    struct usage usage = {.wall_ns = now_ns(),
                          .own_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
                          .machine_ns = machine_cpu_ns()};
    for (unsigned i = 0; i < o->watched_count; i++)
        usage.watched_ns[i] = watched_cpu_ns(&o->watched[i]);
    return usage;
}

struct usage usage_since(const struct usage *begin, const struct options *o)
{
    struct usage usage = usage_now(o);
    usage.wall_ns -= begin->wall_ns;
    usage.own_ns -= begin->own_ns;
    usage.machine_ns -= begin->machine_ns;
    for (unsigned i = 0; i < o->watched_count; i++)
        usage.watched_ns[i] -= begin->watched_ns[i];
    return usage;
}

void usage_print(const struct usage *usage, const struct options *o, uint64_t units)
{
    int64_t other_ns = usage->machine_ns - usage->own_ns;
    printf(" cpu_client_ns=%.0f", (double)usage->own_ns / (double)units);
    for (unsigned i = 0; i < o->watched_count; i++) {
        printf(" cpu_%s_ns=%.0f", o->watched[i].name, (double)usage->watched_ns[i] / (double)units);
        other_ns -= usage->watched_ns[i];
    }
    printf(" other_cpus=%.2f", (double)other_ns / (double)usage->wall_ns);
}

void usage_print_cpus(const struct usage *usage, const struct options *o)
{
    int64_t all_ns = 0;
    for (unsigned i = 0; i < o->watched_count; i++)
        all_ns += usage->watched_ns[i];
    printf(" cpus=%.3f", (double)all_ns / (double)usage->wall_ns);
}
