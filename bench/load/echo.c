#include "client.h"
#include "clock.h"
#include "modes.h"

#include <stdio.h>
#include <stdlib.h>

/* What was counted when the measurement began, and at its end what was counted since. */
struct usage {
    int64_t wall_ns, own_ns, machine_ns;
    int64_t watched_ns[WATCHED_MAX];
};

static struct usage read_usage(const struct options *o)
{
    struct usage usage = {.wall_ns = now_ns(),
                          .own_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
                          .machine_ns = machine_cpu_ns()};
    for (unsigned i = 0; i < o->watched_count; i++)
        usage.watched_ns[i] = watched_cpu_ns(&o->watched[i]);
    return usage;
}

static struct usage usage_since(const struct usage *begin, const struct options *o)
{
    struct usage usage = read_usage(o);
    usage.wall_ns -= begin->wall_ns;
    usage.own_ns -= begin->own_ns;
    usage.machine_ns -= begin->machine_ns;
    for (unsigned i = 0; i < o->watched_count; i++)
        usage.watched_ns[i] -= begin->watched_ns[i];
    return usage;
}

static void print_rates(const struct load *load, int64_t wall_ns)
{
    const struct histogram *h = &load->latency;
    printf("echoes=%llu rate=%.0f p50_ns=%lld p90_ns=%lld p99_ns=%lld max_ns=%lld",
           (unsigned long long)load->answered, (double)load->answered / ((double)wall_ns / 1e9),
           (long long)histogram_quantile(h, 0.5), (long long)histogram_quantile(h, 0.9),
           (long long)histogram_quantile(h, 0.99), (long long)h->max_ns);
}

/* Per echo; other_cpus is how many CPUs were busy with what is not watched. */
static void print_usage(const struct usage *usage, const struct options *o, uint64_t echoes)
{
    int64_t other_ns = usage->machine_ns - usage->own_ns;
    printf(" cpu_client_ns=%.0f", (double)usage->own_ns / (double)echoes);
    for (unsigned i = 0; i < o->watched_count; i++) {
        printf(" cpu_%s_ns=%.0f", o->watched[i].name,
               (double)usage->watched_ns[i] / (double)echoes);
        other_ns -= usage->watched_ns[i];
    }
    printf(" other_cpus=%.2f\n", (double)other_ns / (double)usage->wall_ns);
}

void echo_run(const struct options *o)
{
    static struct load load;
    load_open(&load, o->clients, o->outstanding);
    load_connect(&load, &o->address, o->clients);
    load_begin(&load);
    load_run_until(&load, now_ns() + (int64_t)(o->warmup_s * 1e9));
    struct usage usage = read_usage(o);
    load_forget(&load);
    load_run_until(&load, now_ns() + (int64_t)(o->seconds * 1e9));
    usage = usage_since(&usage, o);
    if (load.answered == 0) {
        fprintf(stderr, "load: no call was answered\n");
        exit(1);
    }
    print_rates(&load, usage.wall_ns);
    print_usage(&usage, o, load.answered);
    load_close(&load);
}
