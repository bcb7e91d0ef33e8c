#include "common/clock.h"
#include "modes.h"
#include "report.h"
#include "reporter.h"
#include "usage.h"

#include <stdio.h>

/* The player's method is called as the mode is: Oneway, Ask, Local. */
static void begin(struct reporter *reporter, const struct options *o)
{
    char method[16];
    snprintf(method, sizeof method, "%s", o->mode);
    method[0] = (char)(method[0] - 'a' + 'A');
    reporter_call(reporter, method, (int64_t[]){o->pairs, o->outstanding}, 2);
}

static void run_for(struct reporter *reporter, double seconds)
{
    load_run_until(&reporter->load, now_ns() + (int64_t)(seconds * 1e9));
    reporter_ask(reporter);
}

void calls_run(const struct options *o)
{
    static struct reporter reporter;
    reporter_open(&reporter, &o->address);
    begin(&reporter, o);
    run_for(&reporter, o->warmup_s);
    struct usage usage = usage_now(o);
    run_for(&reporter, o->seconds);
    usage = usage_since(&usage, o);
    const struct report *report = &reporter.report;
    if (report->calls == 0)
        load_fail("no call came");
    printf("calls=%lld", (long long)report->calls);
    report_rate((uint64_t)report->calls, usage.wall_ns);
    printf(" p50_ns=%lld p90_ns=%lld p99_ns=%lld max_ns=%lld", (long long)report->p50_ns,
           (long long)report->p90_ns, (long long)report->p99_ns, (long long)report->max_ns);
    usage_print(&usage, o, (uint64_t)report->calls);
    printf("\n");
    reporter_close(&reporter);
}
