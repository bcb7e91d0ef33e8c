/* load: clients of a gate, as many and as busy as wanted, in one thread. */
#include "modes.h"

#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>

static const struct {
    const char *name;
    void (*run)(const struct options *options);
} modes[] = {
    {"echo", echo_run}, {"chat", chat_run},   {"oneway", calls_run},
    {"ask", calls_run}, {"local", calls_run}, {"idle", idle_run},
    {"fill", fill_run}, {"move", move_run},   {"gap", gap_run},
};

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool pin_to(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((unsigned)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

int main(int argc, char **argv)
{
    struct options options;
    options_read(&options, argc, argv);
    raise_file_limit();
    if (options.pin >= 0 && !pin_to(options.pin)) {
        fprintf(stderr, "load: there is no CPU %d\n", options.pin);
        return 1;
    }
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].name, options.mode) == 0) {
            modes[i].run(&options);
            return 0;
        }
    fprintf(stderr, "load: there is no mode %s\n", options.mode);
    return 2;
}
