/* trial: see trial.h. */
#include "sim/trial.h"

#include "base/assert.h"
#include "base/hash.h"
#include "net/random.h"
#include "os/child.h"
#include "sim/state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { RUN_SECONDS_MAX = 120 };

static unsigned any_up_to(unsigned count, struct random *random)
{
    return count > 1 ? 1 + (unsigned)random_below(random, count) : 1;
}

static gw_sim_desc cluster_of(const gw_sim_property *property, uint64_t seed)
{
    gw_sim_desc desc = property->cluster;
    struct random random = {hash64("size", 4, seed)};
    desc.seed = seed;
    if (!property->any_size)
        return desc;
    desc.dispatchers = any_up_to(desc.dispatchers, &random);
    desc.games = any_up_to(desc.games, &random);
    desc.gates = any_up_to(desc.gates, &random);
    return desc;
}

void trial_run_seed(const struct trial *trial, uint64_t seed, struct run *run)
{
    gw_sim_desc desc = cluster_of(trial->property, seed);
    gw_sim *sim = sim_create_in_run(&desc, run, &(struct sim_limits){0});
    trial->property->run(sim);
    gw_sim_destroy(sim);
}

/* Returns the digest. */
static uint64_t run_seed(const struct trial *trial, uint64_t seed)
{
    struct run run = {.kept = trial->kept,
                      .kept_count = trial->kept_count,
                      .records = trial->records,
                      .report = trial->report};
    trial->report->seed = seed;
    os_deadline(RUN_SECONDS_MAX);
    trial_run_seed(trial, seed, &run);
    return trial->report->digest;
}

/* The first one is run once more behind the others, to see that nothing of them is left over and
 * that chance comes from the seed alone. */
static int run_seeds(void *user)
{
    const struct trial *trial = user;
    uint64_t digest = run_seed(trial, trial->first);
    for (uint64_t seed = trial->first + 1; seed <= trial->last; seed++)
        run_seed(trial, seed);
    if (run_seed(trial, trial->first) == digest)
        return EXIT_SUCCESS;
    trial->report->failed = true;
    snprintf(trial->report->message, sizeof trial->report->message,
             "two runs of one seed differ: something depends on the real time, on addresses, on "
             "chance that is not the seed's, or on static variables of the run before");
    return EXIT_FAILURE;
}

pid_t trial_start(const struct trial *trial)
{
    pid_t pid;
    trial->report->failed = false;
    trial->report->steps = 0;
    gw_err err = os_child_start(&(struct os_child_desc){.main = run_seeds,
                                                        .user = (void *)(uintptr_t)trial,
                                                        .is_silent = trial->is_silent},
                                &pid);
    ASSERT(!err);
    return pid;
}

static void explain(const struct run_report *report, int end, char why[RUN_MESSAGE_SIZE])
{
    if (report->failed)
        memcpy(why, report->message, RUN_MESSAGE_SIZE);
    else if (end == -SIGALRM)
        snprintf(why, RUN_MESSAGE_SIZE, "it does not end within %d s", RUN_SECONDS_MAX);
    else if (end < 0)
        snprintf(why, RUN_MESSAGE_SIZE, "it is ended by signal %d, %s", -end, strsignal(-end));
    else if (end == OS_CHILD_LEAKED)
        snprintf(why, RUN_MESSAGE_SIZE, "it leaks memory");
    else
        snprintf(why, RUN_MESSAGE_SIZE, "it ends with exit code %d", end);
}

int trial_wait(const struct trial *trial, pid_t pid, char why[RUN_MESSAGE_SIZE])
{
    int end = os_child_wait(pid);
    if (end)
        explain(trial->report, end, why);
    return end;
}

int trial_run(const struct trial *trial, char why[RUN_MESSAGE_SIZE])
{
    return trial_wait(trial, trial_start(trial), why);
}
