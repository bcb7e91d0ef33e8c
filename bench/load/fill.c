#include "modes.h"
#include "reporter.h"
#include "settled.h"

#include <stdio.h>

static void fill(struct reporter *reporter, const struct options *o, uint32_t entities,
                 int64_t *rss)
{
    reporter_call(reporter, "Fill", (int64_t[]){entities}, 1);
    reporter_ask(reporter);
    settled_rss(&reporter->load, o, rss);
}

void fill_run(const struct options *o)
{
    static struct reporter reporter;
    int64_t before[WATCHED_MAX] = {0}, after[WATCHED_MAX] = {0};
    reporter_open(&reporter, &o->address);
    fill(&reporter, o, o->from, before);
    fill(&reporter, o, o->to, after);
    printf("entities=%u", o->to - o->from);
    settled_print(o, before, after, o->to - o->from);
    printf("\n");
    reporter_close(&reporter);
}
