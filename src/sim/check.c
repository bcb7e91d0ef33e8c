/* Many seeds: a property over all cores, and what a person needs to know of one that fails. */
#include "base/buf.h"
#include "os/child.h"
#include "sim/asked.h"
#include "sim/shrink.h"
#include "sim/trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEEDS_USUAL = 20, WORKERS_MAX = 64 };

/* ---- one seed again ------------------------------------------------------------------------- */

static int replay(const gw_sim_property *property, const struct asked *asked)
{
    struct trial trial = {.property = property};
    struct run run = {.kept = asked->kept, .kept_count = RUN_STEPS_MAX, .tells = true};
    trial_run_seed(&trial, asked->seed, &run);
    fprintf(stderr, "%s: seed %llu holds\n", property->name, (unsigned long long)asked->seed);
    free(asked->kept);
    return 0;
}

/* ---- a seed that fails ---------------------------------------------------------------------- */

static void print_steps(const struct run_report *report, const uint8_t *kept, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (kept[i])
            fprintf(stderr, "    step %u, at %.3f s: %s\n", i, (double)report->step[i].at_ms / 1000,
                    report->step[i].text);
}

static void print_command(const gw_sim_property *property, uint64_t seed, const uint8_t *kept,
                          unsigned count)
{
    const char *separator = "";
    fprintf(stderr, "  again: GW_SIM_ONLY=%s GW_SIM_SEED=%llu GW_SIM_STEPS=", property->name,
            (unsigned long long)seed);
    for (unsigned i = 0; i < count; i++) {
        unsigned first = i;
        if (!kept[i])
            continue;
        while (i + 1 < count && kept[i + 1])
            i++;
        fprintf(stderr, first == i ? "%s%u" : "%s%u-%u", separator, first, i);
        separator = ",";
    }
    fprintf(stderr, " %s\n", program_invocation_name);
}

static unsigned count_kept(const uint8_t *kept, unsigned count)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += kept[i];
    return sum;
}

/* Its report holds a run of the failing seed with all steps. */
static void shrink_and_print(struct trial *trial, const char *why)
{
    unsigned count = trial->report->steps;
    uint64_t seed = trial->first;
    uint8_t *kept = mem_alloc(count + 1);
    memset(kept, 1, count);
    shrink(trial, why, kept, count);
    trial->kept = kept;
    trial->kept_count = count;
    trial->records = true;
    char last[RUN_MESSAGE_SIZE];
    int end = trial_run(trial, last);
    fprintf(stderr, "%s: seed %llu fails: %s\n  with %u of its %u steps:\n", trial->property->name,
            (unsigned long long)seed, end ? last : why, count_kept(kept, count), count);
    print_steps(trial->report, kept, count);
    print_command(trial->property, seed, kept, count);
    free(kept);
}

static const char left_over_hint[] = "  Are there static variables that a run leaves changed?\n";

static void explain(const struct trial *of, const char *why_among_others)
{
    struct trial trial = *of;
    char why[RUN_MESSAGE_SIZE];
    trial.first = trial.last = of->report->seed;
    trial.records = true;
    if (trial_run(&trial, why)) {
        trial.records = false;
        shrink_and_print(&trial, why);
        return;
    }
    fprintf(stderr, "%s: seed %llu fails behind others, and not alone: %s\n%s",
            trial.property->name, (unsigned long long)trial.first, why_among_others,
            left_over_hint);
}

/* A leak is seen when a child ends: which of its seeds it was is searched by running each alone. */
static void find_leak(const struct trial *of, const char *why_among_others)
{
    struct trial trial = *of;
    char why[RUN_MESSAGE_SIZE];
    for (uint64_t seed = of->first; seed <= of->last; seed++) {
        trial.first = trial.last = seed;
        if (trial_run(&trial, why)) {
            explain(&trial, why_among_others);
            return;
        }
    }
    fprintf(stderr,
            "%s: seeds %llu to %llu fail one behind the other, and none of them alone: %s\n%s",
            trial.property->name, (unsigned long long)of->first, (unsigned long long)of->last,
            why_among_others, left_over_hint);
}

/* ---- all seeds ------------------------------------------------------------------------------ */

struct worker {
    struct trial trial;
    pid_t pid;
};

static void start(struct worker *worker, const gw_sim_property *property, uint64_t first,
                  uint64_t last)
{
    worker->trial = (struct trial){.property = property,
                                   .first = first,
                                   .last = last,
                                   .is_silent = true,
                                   .report = os_shared_create(sizeof(struct run_report))};
    worker->pid = trial_start(&worker->trial);
}

/* Returns whether it has failed. */
static bool finish(struct worker *worker)
{
    char why[RUN_MESSAGE_SIZE];
    int end = trial_wait(&worker->trial, worker->pid, why);
    if (end == OS_CHILD_LEAKED)
        find_leak(&worker->trial, why);
    else if (end)
        explain(&worker->trial, why);
    os_shared_destroy(worker->trial.report, sizeof(struct run_report));
    return end;
}

static int run_all(const gw_sim_property *property, uint64_t seeds)
{
    uint64_t cores = os_cores() < WORKERS_MAX ? os_cores() : WORKERS_MAX;
    uint64_t count = seeds < cores ? seeds : cores;
    struct worker workers[WORKERS_MAX];
    int failed = 0;
    for (uint64_t i = 0; i < count; i++)
        start(&workers[i], property, 1 + seeds * i / count, seeds * (i + 1) / count);
    for (uint64_t i = 0; i < count; i++)
        failed += finish(&workers[i]);
    if (!failed)
        fprintf(stderr, "%s: %llu seeds hold\n", property->name, (unsigned long long)seeds);
    return failed;
}

int gw_sim_check(const gw_sim_property *property)
{
    struct asked asked = asked_read();
    if (asked_leaves_out(property->name)) {
        free(asked.kept);
        return 0;
    }
    if (asked.one_seed)
        return replay(property, &asked);
    uint64_t usual = property->seeds ? property->seeds : SEEDS_USUAL;
    return run_all(property, asked.seeds ? asked.seeds : usual);
}
