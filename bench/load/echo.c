#include "client.h"
#include "clock.h"
#include "modes.h"

#include <stdio.h>
#include <stdlib.h>

static void begin_measuring(struct load *load, struct options *o)
{
    histogram_clear(&load->latency);
    load->answered = 0;
    for (unsigned i = 0; i < o->watched_count; i++)
        o->watched[i].begin = watched_cpu_ns(&o->watched[i]);
}

static void print_cpu(const char *name, int64_t cpu_ns, uint64_t echoes)
{
    printf(" cpu_%s_ns=%.0f", name, (double)cpu_ns / (double)echoes);
}

static void print_rates(const struct load *load, double seconds)
{
    const struct histogram *h = &load->latency;
    printf("echoes=%llu rate=%.0f p50_ns=%lld p90_ns=%lld p99_ns=%lld max_ns=%lld",
           (unsigned long long)load->answered, (double)load->answered / seconds,
           (long long)histogram_quantile(h, 0.5), (long long)histogram_quantile(h, 0.9),
           (long long)histogram_quantile(h, 0.99), (long long)h->max_ns);
}

void echo_run(struct options *o)
{
    static struct load load;
    load_open(&load, o->clients, o->outstanding);
    load_connect(&load, &o->address, o->clients);
    load_begin(&load);
    load_run_until(&load, now_ns() + (int64_t)(o->warmup_s * 1e9));
    begin_measuring(&load, o);
    int64_t begin = now_ns(), own_begin = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    load_run_until(&load, begin + (int64_t)(o->seconds * 1e9));
    int64_t end = now_ns(), own = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - own_begin;
    if (load.answered == 0) {
        fprintf(stderr, "load: no call was answered\n");
        exit(1);
    }
    print_rates(&load, (double)(end - begin) / 1e9);
    print_cpu("client", own, load.answered);
    for (unsigned i = 0; i < o->watched_count; i++)
        print_cpu(o->watched[i].name, watched_cpu_ns(&o->watched[i]) - o->watched[i].begin,
                  load.answered);
    printf("\n");
    load_close(&load);
}
