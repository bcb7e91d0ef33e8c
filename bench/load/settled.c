#include "settled.h"

#include "common/clock.h"

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

/* A process may still be busy with the last that it was asked for. */
void settled_rss(struct load *load, const struct options *o, int64_t *rss)
{
    int64_t give_up = now_ns() + SETTLE_MS_MAX * INT64_C(1000000);
    for (int same = 0; same < SETTLED_READINGS && now_ns() < give_up;) {
        load_run_until(load, now_ns() + READING_MS * INT64_C(1000000));
        same = read_all(o, rss) ? 0 : same + 1;
    }
}

void settled_print(const struct options *o, const int64_t *before, const int64_t *after,
                   uint32_t units)
{
    for (unsigned i = 0; i < o->watched_count; i++)
        printf(" rss_%s_bytes=%.1f", o->watched[i].name, (double)(after[i] - before[i]) / units);
}
