#include "reload.h"

#include "client.h"
#include "common/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define END_NS INT64_C(30000000000) /* then it has failed */
#define LOOK_NS 1000000

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- old processes -------------------------------------------------------------------------- */

static int64_t cpu_ns_of(const struct rusage *usage)
{
    return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * INT64_C(1000000000) +
           (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * INT64_C(1000);
}

static void take_end(struct watched *game, struct handovers *h, const struct rusage *usage)
{
    game->before_ns += cpu_ns_of(usage);
    h->old_cpu_ns += game->before_ns - h->begin_ns;
    h->old_peak_bytes = most(h->old_peak_bytes, (int64_t)usage->ru_maxrss * 1024);
    h->count++;
}

/* One whose parent is another process counts as ended, for nothing. */
static bool has_ended(struct watched *game, struct handovers *h)
{
    struct rusage usage;
    pid_t ended = wait4(h->leaving, NULL, WNOHANG, &usage);
    if (ended == h->leaving)
        take_end(game, h, &usage);
    else if (ended == 0 || errno != ECHILD)
        return false;
    h->leaving = 0;
    return true;
}

static bool all_have_ended(struct reload *r)
{
    bool all = true;
    for (unsigned i = 0; i < r->options->watched_count; i++)
        if (r->handovers[i].leaving)
            all &= has_ended(&r->options->watched[i], &r->handovers[i]);
    return all;
}

/* ---- the command ---------------------------------------------------------------------------- */

static void hand_over(struct watched *game, struct handovers *h, pid_t successor, int waited_ms)
{
    struct watched fresh = {.pid = successor};
    h->waited_ms = most(h->waited_ms, waited_ms);
    h->leaving = game->pid;
    game->pid = successor;
    h->new_cpu_ns += watched_cpu_ns(&fresh);
    h->new_peak_bytes = most(h->new_peak_bytes, watched_peak_bytes(&fresh));
}

static void take_line(struct reload *r, const char *line)
{
    int successor, old, waited_ms;
    if (sscanf(line, "%*s goes on with the new code (pid %d, before %d); players waited for %d ms",
               &successor, &old, &waited_ms) != 3)
        load_fail("the reload says: %s", line);
    for (unsigned i = 0; i < r->options->watched_count; i++)
        if (r->options->watched[i].pid == old)
            hand_over(&r->options->watched[i], &r->handovers[i], successor, waited_ms);
}

/* It writes a line at once, so that none comes in part. */
static void hear(struct reload *r)
{
    char line[256];
    while (fgets(line, sizeof line, r->says))
        take_line(r, line);
    if (!feof(r->says)) {
        clearerr(r->says);
        return;
    }
    if (pclose(r->says) != 0)
        load_fail("the reload failed");
    r->says = NULL;
}

void reload_begin(struct reload *r)
{
    for (unsigned i = 0; i < r->options->watched_count; i++)
        r->handovers[i].begin_ns = watched_cpu_ns(&r->options->watched[i]);
    r->deadline_ns = now_ns() + END_NS;
    r->says = popen(r->options->reload, "re");
    if (!r->says || fcntl(fileno(r->says), F_SETFL, O_NONBLOCK) < 0)
        load_fail("cannot run %s: %s", r->options->reload, strerror(errno));
}

bool reload_is_over(struct reload *r)
{
    if (r->says)
        hear(r);
    bool is_over = all_have_ended(r) && !r->says;
    if (!is_over && now_ns() > r->deadline_ns)
        load_fail("the reload has not ended in time");
    return is_over;
}

void reload_open(struct reload *r, struct options *o)
{
    *r = (struct reload){.options = o};
    if (!o->reload)
        load_fail("-reload is missing");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        load_fail("prctl: %s", strerror(errno));
    reload_begin(r);
    while (!reload_is_over(r))
        nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
    *r = (struct reload){.options = o};
}

static void print(const char *name, const struct handovers *h)
{
    printf(" waited_%s_ms=%lld", name, (long long)h->waited_ms);
    printf(" cpu_old_%s_ns=%lld", name, (long long)(h->old_cpu_ns / h->count));
    printf(" cpu_new_%s_ns=%lld", name, (long long)(h->new_cpu_ns / h->count));
    printf(" peak_old_%s_bytes=%lld", name, (long long)h->old_peak_bytes);
    printf(" peak_new_%s_bytes=%lld", name, (long long)h->new_peak_bytes);
}

void reload_print(const struct reload *r)
{
    for (unsigned i = 0; i < r->options->watched_count; i++)
        if (r->handovers[i].count)
            print(r->options->watched[i].name, &r->handovers[i]);
}
