#include "watched.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Noreturn void lost(const struct watched *watched, const char *path)
{
    fprintf(stderr, "load: %s: cannot read %s\n", watched->name, path);
    exit(1);
}

/* The first field of schedstat is the time on a CPU; unlike that of stat it is no count of ticks.
 */
static int64_t thread_cpu_ns(const char *tasks, const char *thread)
{
    char path[320];
    snprintf(path, sizeof path, "%s/%s/schedstat", tasks, thread);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0; /* the thread has just ended */
    long long ns = 0;
    if (fscanf(file, "%lld", &ns) != 1)
        ns = 0;
    fclose(file);
    return ns;
}

int64_t watched_cpu_ns(const struct watched *watched)
{
    char tasks[32];
    snprintf(tasks, sizeof tasks, "/proc/%d/task", (int)watched->pid);
    DIR *dir = opendir(tasks);
    if (!dir)
        lost(watched, tasks);
    int64_t sum = watched->before_ns;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (entry->d_name[0] != '.')
            sum += thread_cpu_ns(tasks, entry->d_name);
    closedir(dir);
    return sum;
}

/* The number of kB in that line of that file. */
static int64_t read_bytes(const struct watched *watched, const char *name, const char *format)
{
    char path[40], line[256];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)watched->pid, name);
    FILE *file = fopen(path, "re");
    if (!file)
        lost(watched, path);
    long long kb = -1;
    while (kb < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, format, &kb) != 1)
            kb = -1;
    fclose(file);
    if (kb < 0)
        lost(watched, path);
    return kb * 1024;
}

int64_t watched_rss_bytes(const struct watched *watched)
{
    return read_bytes(watched, "smaps_rollup", "Rss: %lld kB");
}

int64_t watched_peak_bytes(const struct watched *watched)
{
    return read_bytes(watched, "status", "VmHWM: %lld kB");
}

int64_t machine_cpu_ns(void)
{
    long long user, nice, system, idle, iowait, irq, softirq, steal;
    FILE *file = fopen("/proc/stat", "re");
    if (!file || fscanf(file, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &user, &nice, &system,
                        &idle, &iowait, &irq, &softirq, &steal) != 8) {
        fprintf(stderr, "load: cannot read /proc/stat\n");
        exit(1);
    }
    fclose(file);
    return (user + nice + system + irq + softirq + steal) * (1000000000 / sysconf(_SC_CLK_TCK));
}
