#include "client.h"
#include "modes.h"
#include "settled.h"

#include <stdio.h>

static const struct load_events events = {0};

void idle_run(const struct options *o)
{
    static struct load load;
    int64_t before[WATCHED_MAX] = {0}, after[WATCHED_MAX] = {0};
    load_open(&load, o->to, &events, NULL);
    load_connect(&load, &o->address, o->from);
    settled_rss(&load, o, before);
    load_connect(&load, &o->address, o->to);
    settled_rss(&load, o, after);
    printf("clients=%u", o->to - o->from);
    settled_print(o, before, after, o->to - o->from);
    printf("\n");
    load_close(&load);
}
