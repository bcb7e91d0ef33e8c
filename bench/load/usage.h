/* usage: the CPU time that this process and the watched ones need while something is measured. */
#pragma once

#include "options.h"

struct usage {
    int64_t wall_ns, own_ns, machine_ns;
    int64_t watched_ns[WATCHED_MAX];
};

/* What has been used so far. */
struct usage usage_now(const struct options *options);
struct usage usage_since(const struct usage *begin, const struct options *options);

/* Prints " cpu_NAME_ns=" of each process per unit, and how many CPUs were busy with what is not
 * watched. */
void usage_print(const struct usage *usage, const struct options *options, uint64_t units);
/* Prints " cpus=": how many of them all watched processes together kept busy. */
void usage_print_cpus(const struct usage *usage, const struct options *options);
