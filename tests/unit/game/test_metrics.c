/* What the numbers of all modules are called: they stand side by side at /metrics. */
#include "cluster/dispatchers.h"
#include "dispatcher/dispatcher.h"
#include "entity/world.h"
#include "game/game.h"
#include "game/registry.h"
#include "gate/gate.h"
#include "net/stats.h"
#include "store/kv.h"
#include "store/storage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct metric *const tables[] = {
    net_metrics,      storage_metrics, kv_metrics,         dispatchers_metrics, world_metrics,
    registry_metrics, game_metrics,    dispatcher_metrics, gate_metrics,
};

static void each_metric(void (*check)(const struct metric *metric))
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct metric *metric = tables[i]; metric->name; metric++)
            check(metric);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static void check_help(const struct metric *metric)
{
    if (!*metric->help || ends_with(metric->help, "."))
        fail_msg("%s: \"%s\"", metric->name, metric->help);
}

static void help_has_no_full_stop(void **state)
{
    (void)state;
    each_metric(check_help);
}

static void check_name(const struct metric *metric)
{
    if (ends_with(metric->name, "_total") != (metric->kind == METRIC_COUNTER))
        fail_msg("%s", metric->name);
}

static void counters_and_no_others_end_in_total(void **state)
{
    (void)state;
    each_metric(check_name);
}

static void check_is_the_only_one(const struct metric *metric)
{
    unsigned count = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct metric *other = tables[i]; other->name; other++)
            count += strcmp(other->name, metric->name) == 0;
    if (count != 1)
        fail_msg("%s stands %u times", metric->name, count);
}

static void no_name_stands_twice(void **state)
{
    (void)state;
    each_metric(check_is_the_only_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_has_no_full_stop),
        cmocka_unit_test(counters_and_no_others_end_in_total),
        cmocka_unit_test(no_name_stands_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
