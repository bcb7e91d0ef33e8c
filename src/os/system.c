/* system: see system.h. */
#include "os/system.h"

#include "base/assert.h"
#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void os_host_bytes(uint8_t out[3])
{
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    uint64_t hash = hash64(name, strlen(name), 0);
    memcpy(out, &hash, 3);
}

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t os_monotonic_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t os_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

uint16_t os_pid16(void)
{
    return (uint16_t)getpid();
}

void os_random_bytes(void *bytes, size_t size)
{
    ASSERT(size <= 256); /* more may come in pieces */
    ASSERT(getrandom(bytes, size, 0) == (ssize_t)size);
}

uint64_t os_random_seed(void)
{
    uint64_t seed;
    os_random_bytes(&seed, sizeof seed);
    return seed;
}

uint64_t os_files_max_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

static uint64_t cpu_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    uint64_t seconds = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
    uint64_t micros = (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    return seconds * 1000000000u + micros * 1000u;
}

/* The second number of /proc/self/statm is what is resident, in pages. */
static uint64_t rss_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    char line[128];
    if (fgets(line, sizeof line, file)) {
        char *second = strchr(line, ' ');
        pages = second ? strtoul(second, NULL, 10) : 0;
    }
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void os_usage(struct os_usage *out)
{
    out->cpu_ns = cpu_ns();
    out->rss_bytes = rss_bytes();
}

enum os_terminal os_terminal(int fd)
{
    const char *unwanted = getenv("NO_COLOR"), *kind = getenv("TERM");
    if (!isatty(fd))
        return OS_TERMINAL_NONE;
    if ((unwanted && *unwanted) || !kind || !*kind || strcmp(kind, "dumb") == 0)
        return OS_TERMINAL_PLAIN;
    return OS_TERMINAL_COLOUR;
}
