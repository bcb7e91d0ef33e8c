#include "common/clock.h"
#include "modes.h"
#include "reload.h"
#include "reporter.h"
#include "usage.h"

#include <stdio.h>

#define MS INT64_C(1000000)
#define SENT_MAX ((int64_t)1 << 17) /* on their way at a time */

/* Echoes of one client, sent each millisecond whether the last has come or not. */
struct gap {
    int64_t sent, heard;       /* numbers */
    int64_t due_ns;            /* when the next is sent */
    int64_t heard_ns;          /* when the last one came */
    int64_t longest_ns;        /* between two that came */
    int64_t latest_ns;         /* the longest that one took */
    int64_t sent_ns[SENT_MAX]; /* by number */
    bool all_came;
};

static struct gap gap;

static void take_echo(struct load *load, struct client *client, const uint8_t *payload,
                      uint32_t size, int64_t now)
{
    int64_t number;
    struct view packet = {payload, size};
    (void)load, (void)client;
    if (!packets_read_ints(packet, "OnEcho", &number, 1))
        return;
    if (number != ++gap.heard)
        load_fail("echo %lld came instead of %lld", (long long)number, (long long)gap.heard);
    if (gap.heard_ns && now - gap.heard_ns > gap.longest_ns)
        gap.longest_ns = now - gap.heard_ns;
    int64_t took_ns = now - gap.sent_ns[number % SENT_MAX];
    if (took_ns > gap.latest_ns)
        gap.latest_ns = took_ns;
    gap.heard_ns = now;
    gap.all_came = gap.heard == gap.sent;
}

static const struct load_events events = {.packet = take_echo};

static void say(struct reporter *reporter)
{
    int64_t number = ++gap.sent;
    gap.sent_ns[number % SENT_MAX] = now_ns();
    gap.all_came = false;
    reporter_call(reporter, "Echo", &number, 1);
    gap.due_ns += MS;
    load_run_until(&reporter->load, gap.due_ns);
}

static void say_for(struct reporter *reporter, double seconds)
{
    int64_t end_ns = gap.due_ns + (int64_t)(seconds * 1e9);
    while (gap.due_ns < end_ns)
        say(reporter);
}

static void say_and_reload(struct reporter *reporter, struct reload *reload,
                           const struct options *o)
{
    gap.due_ns = now_ns();
    say_for(reporter, o->seconds);
    for (uint32_t i = 0; i < o->times; i++) {
        reload_begin(reload);
        while (!reload_is_over(reload))
            say(reporter);
        say_for(reporter, o->seconds);
    }
    load_run_until_done(&reporter->load, &gap.all_came);
}

void gap_run(const struct options *options)
{
    static struct reporter reporter;
    struct options o = *options;
    struct reload reload;
    reporter_open(&reporter, &o.address);
    reporter_call(&reporter, "Crowd", (int64_t[]){o.to, o.pairs}, 2);
    reporter_ask(&reporter);
    reload_open(&reload, &o);
    reporter.load.events = &events;
    struct usage usage = usage_now(&o);
    say_and_reload(&reporter, &reload, &o);
    usage = usage_since(&usage, &o);
    printf("echoes=%lld gap_ns=%lld max_ns=%lld", (long long)gap.heard, (long long)gap.longest_ns,
           (long long)gap.latest_ns);
    reload_print(&reload);
    usage_print(&usage, &o, (uint64_t)gap.heard);
    printf("\n");
    reporter_close(&reporter);
}
