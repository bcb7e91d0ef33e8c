#include "client.h"
#include "clock.h"
#include "modes.h"

#include <stdio.h>

enum { SETTLED_READINGS = 5, READING_MS = 100, SETTLE_MS_MAX = 5000 };

static bool read_all(const struct options *o, int64_t *rss)
{
    bool changed = false;
    for (unsigned i = 0; i < o->watched_count; i++) {
        int64_t bytes = watched_rss_bytes(&o->watched[i]);
        changed |= bytes != rss[i];
        rss[i] = bytes;
    }
    return changed;
}

/* Reads until nothing changes any more: a process may still be busy with the last clients. */
static void read_settled(struct load *load, const struct options *o, int64_t *rss)
{
    int64_t give_up = now_ns() + SETTLE_MS_MAX * INT64_C(1000000);
    for (int same = 0; same < SETTLED_READINGS && now_ns() < give_up;) {
        load_run_until(load, now_ns() + READING_MS * INT64_C(1000000));
        same = read_all(o, rss) ? 0 : same + 1;
    }
}

void idle_run(const struct options *o)
{
    static struct load load;
    int64_t before[WATCHED_MAX] = {0}, after[WATCHED_MAX] = {0};
    load_open(&load, o->to, 1);
    load_connect(&load, &o->address, o->from);
    read_settled(&load, o, before);
    load_connect(&load, &o->address, o->to);
    read_settled(&load, o, after);
    printf("clients=%u", o->to - o->from);
    for (unsigned i = 0; i < o->watched_count; i++)
        printf(" rss_%s_bytes=%.0f", o->watched[i].name,
               (double)(after[i] - before[i]) / (o->to - o->from));
    printf("\n");
    load_close(&load);
}
