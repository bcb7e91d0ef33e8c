/* status: says which processes of a server run and which are down. */
#include "base/buf.h"
#include "cli/lock.h"
#include "cli/processes.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned count_running(const struct server *server, const struct processes *running,
                              enum role role)
{
    unsigned count = 0;
    for (unsigned i = 1; i <= server_count(server, role); i++)
        count += processes_get(running, role, i) != NULL;
    return count;
}

static void print_command_line(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    for (int c, before = 0; (c = fgetc(file)) != EOF; before = c) {
        if (before == '\0' && ftell(file) > 1)
            putchar(' ');
        if (c != '\0')
            putchar(c);
    }
    fclose(file);
}

static void print_process(const struct running *running)
{
    printf("%8d  %-12s  ", (int)running->process.pid, running->name);
    print_command_line(running->process.pid);
    putchar('\n');
}

/* One line per process that the ini asks for; returns how many are down. */
static unsigned print_role(const struct server *server, const struct processes *running,
                           enum role role)
{
    unsigned down = 0;
    for (unsigned i = 1; i <= server_count(server, role); i++) {
        const struct running *process = processes_get(running, role, i);
        if (process) {
            print_process(process);
        } else {
            printf("%8s  %s%u is down\n", "-", role_names[role], i);
            down++;
        }
    }
    return down;
}

static int print_status(const struct server *server)
{
    struct processes running;
    processes_find(&running, server->run_dir);
    printf("%u dispatcher running, %u/%u gates running, %u/%u games (%s) running\n",
           count_running(server, &running, ROLE_DISPATCHER),
           count_running(server, &running, ROLE_GATE), server_count(server, ROLE_GATE),
           count_running(server, &running, ROLE_GAME), server_count(server, ROLE_GAME),
           server->shown);
    unsigned down = 0;
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        down += print_role(server, &running, (enum role)role);
    processes_free(&running);
    return down == 0 ? EXIT_OK : EXIT_FAILED;
}

int status_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    struct lock_holder holder;
    int code = EXIT_OK;
    if (lock_find(&server, &holder) == GW_OK && holder.use == LOCK_FOREGROUND)
        printf("%s runs in the foreground (pid %d)\n", server.shown, (int)holder.pid);
    else
        code = print_status(&server);
    server_close(&server);
    return code;
}
