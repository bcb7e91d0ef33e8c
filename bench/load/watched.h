/* watched: what another process uses, as the kernel counts it. */
#pragma once

#include <goworld/types.h>

#include <sys/types.h>

struct watched {
    char name[16];
    pid_t pid;
    int64_t before_ns; /* CPU time of the processes that it has taken over from */
};

/* CPU time of all threads in nanoseconds, and before_ns. All of them end this process when there is
 * no such process. */
int64_t watched_cpu_ns(const struct watched *watched);
/* Memory that is in RAM, and the most that it has been. */
int64_t watched_rss_bytes(const struct watched *watched);
int64_t watched_peak_bytes(const struct watched *watched);

/* CPU time of everything that runs on the machine, in steps of 10 ms. */
int64_t machine_cpu_ns(void);
