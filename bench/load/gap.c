#include "common/clock.h"
#include "modes.h"
#include "reporter.h"

#include <stdio.h>

#define MS INT64_C(1000000)

/* Echoes of one client, sent each millisecond whether the last has come or not. */
struct gap {
    int64_t sent, heard;       /* numbers */
    int64_t heard_ns;          /* when the last one came */
    int64_t longest_ns;        /* between two that came */
    int64_t latest_ns;         /* the longest that one took */
    int64_t sent_ns[1u << 17]; /* by number */
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
    int64_t took_ns = now - gap.sent_ns[number % (int64_t)(sizeof gap.sent_ns / sizeof(int64_t))];
    if (took_ns > gap.latest_ns)
        gap.latest_ns = took_ns;
    gap.heard_ns = now;
}

static const struct load_events events = {.packet = take_echo};

static void say(struct reporter *reporter)
{
    int64_t number = ++gap.sent;
    gap.sent_ns[number % (int64_t)(sizeof gap.sent_ns / sizeof(int64_t))] = now_ns();
    reporter_call(reporter, "Echo", &number, 1);
}

void gap_run(const struct options *o)
{
    static struct reporter reporter;
    reporter_open(&reporter, &o->address);
    reporter_call(&reporter, "Crowd", (int64_t[]){o->to, o->pairs}, 2);
    reporter_ask(&reporter);
    reporter.load.events = &events;
    printf("begins\n");
    fflush(stdout);
    int64_t begin = now_ns(), end = begin + (int64_t)(o->seconds * 1e9);
    for (int64_t due = begin; due < end; due += MS) {
        say(&reporter);
        load_run_until(&reporter.load, due + MS);
    }
    load_run_until(&reporter.load, now_ns() + 1000 * MS);
    if (gap.heard != gap.sent)
        load_fail("%lld echoes are missing", (long long)(gap.sent - gap.heard));
    printf("entities=%u echoes=%lld gap_us=%lld longest_us=%lld\n", o->to, (long long)gap.heard,
           (long long)(gap.longest_ns / 1000), (long long)(gap.latest_ns / 1000));
    reporter_close(&reporter);
}
