/* processes: what runs of a server, by the pid files in its run/ folder. */
#include "cli/processes.h"

#include "base/buf.h"
#include "os/pid_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads "game12.pid". */
static gw_err parse_name(const char *file, struct running *running)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        size_t stem = strlen(role_names[role]);
        if (strncmp(file, role_names[role], stem) != 0)
            continue;
        char *end;
        unsigned long number = strtoul(file + stem, &end, 10);
        if (number < 1 || number > CONF_PROCESSES_MAX || strcmp(end, ".pid") != 0)
            return GW_EINVAL;
        running->role = (enum role)role;
        running->number = (unsigned)number;
        server_process_name(running->role, running->number, running->name);
        return GW_OK;
    }
    return GW_EINVAL;
}

static int compare(const void *a, const void *b)
{
    const struct running *x = a, *y = b;
    if (x->role != y->role)
        return x->role < y->role ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void add(struct processes *processes, const struct running *running)
{
    processes->list =
        mem_realloc(processes->list, (processes->count + 1) * sizeof *processes->list);
    processes->list[processes->count++] = *running;
}

void processes_find(struct processes *processes, const char *run_dir)
{
    *processes = (struct processes){0};
    DIR *dir = opendir(run_dir);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct running running = {0};
        if (parse_name(entry->d_name, &running) != GW_OK)
            continue;
        snprintf(running.pid_path, sizeof running.pid_path, "%s/%s", run_dir, entry->d_name);
        if (pid_file_find(running.pid_path, &running.process) != GW_OK)
            continue;
        running.is_ending = pid_file_says_ending(running.pid_path);
        add(processes, &running);
    }
    closedir(dir);
    if (processes->count)
        qsort(processes->list, processes->count, sizeof *processes->list, compare);
}

void processes_free(struct processes *processes)
{
    for (size_t i = 0; i < processes->count; i++)
        process_close(&processes->list[i].process);
    free(processes->list);
    *processes = (struct processes){0};
}

const struct running *processes_ending(const struct processes *processes)
{
    for (size_t i = 0; i < processes->count; i++)
        if (processes->list[i].is_ending)
            return &processes->list[i];
    return NULL;
}

const struct running *processes_get(const struct processes *processes, enum role role,
                                    unsigned number)
{
    for (size_t i = 0; i < processes->count; i++)
        if (processes->list[i].role == role && processes->list[i].number == number)
            return &processes->list[i];
    return NULL;
}
