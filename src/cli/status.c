/* status: says which processes of a server serve, which do not, and what becomes of those. */
#include "cli/found.h"
#include "cli/insight.h"
#include "cli/supervision.h"
#include "host/state.h"
#include "os/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COMMAND_BYTES_MAX 4096

/* What is known of the server. */
struct status {
    struct server *server;
    struct found found;
    bool verbose;
    struct insight insight; /* only then */
};

static const struct record *record_of(const struct status *status, enum role role, unsigned number)
{
    char name[PROCESS_NAME_SIZE];
    server_process_name(role, number, name);
    return records_get(&status->found.records, name);
}

/* NULL: it does not serve. Without a supervisor each process that runs is believed to. */
static const struct running *serving(const struct status *status, enum role role, unsigned number)
{
    const struct record *record = record_of(status, role, number);
    if (record && record->state != MEMBER_SERVING)
        return NULL;
    const struct running *running = processes_get(&status->found.running, role, number);
    return running && !running->is_ending ? running : NULL;
}

static unsigned count_serving(const struct status *status, enum role role)
{
    unsigned count = 0;
    for (unsigned i = 1; i <= server_count(status->server, role); i++)
        count += serving(status, role, i) != NULL;
    return count;
}

static void print_age(int64_t age_ms)
{
    int64_t seconds = age_ms / 1000;
    if (seconds < 120)
        printf("%d s ago", (int)seconds);
    else if (seconds < 120 * 60)
        printf("%d min ago", (int)(seconds / 60));
    else
        printf("%d h ago", (int)(seconds / 3600));
}

static void print_restarts(const struct record *record)
{
    printf("%8s  %-12s  started again %u time%s, the last time ", "", "", record->total,
           record->total == 1 ? "" : "s");
    print_age(os_monotonic_ms() - record->due_ms);
    printf(": %s\n", record->why);
}

static void print_insight(const struct status *status, const char *name, enum role role,
                          unsigned number)
{
    struct buf line = {0};
    insight_print(&status->insight, role, number, &line);
    printf("%8s  %-12s  %.*s\n", "", name, (int)line.size, (const char *)line.data);
    buf_free(&line);
}

static void print_serving(const struct running *running, const struct record *record)
{
    char command[COMMAND_BYTES_MAX];
    process_command(running->process.pid, command, sizeof command);
    printf("%8d  %-12s  %s\n", (int)running->process.pid, running->name, command);
    if (record && record->total > 0)
        print_restarts(record);
}

static void print_wait(const struct record *record)
{
    int64_t left_ms = record->due_ms - os_monotonic_ms();
    printf(": starts again in %d s (try %u of %u), since %s", (int)((left_ms + 999) / 1000),
           record->tries, record->tries_max, record->why);
}

static void print_given_up(const struct status *status, const struct record *record)
{
    if (record->tries > 0)
        printf(": given up after %u tr%s", record->tries, record->tries == 1 ? "y" : "ies");
    else
        printf(": given up");
    printf(": %s; its log: %s/%s.log; try again: %s start %s", record->why, status->server->run_dir,
           record->name, status->server->command, status->server->shown);
}

/* And nothing else has become of it since. */
static bool is_frozen(const struct status *status, enum role role, unsigned number)
{
    char name[PROCESS_NAME_SIZE];
    const struct record *record = record_of(status, role, number);
    if (role != ROLE_GAME || (record && record->state != MEMBER_STOPPED))
        return false;
    server_process_name(role, number, name);
    return access(server_state_path(status->server, name, STATE_FROZEN), F_OK) == 0;
}

static void print_down(const struct status *status, enum role role, unsigned number)
{
    const struct record *record = record_of(status, role, number);
    const struct running *running = processes_get(&status->found.running, role, number);
    if (!running && is_frozen(status, role, number)) {
        printf("%8s  %s%u is frozen; it goes on with: %s start %s\n", "-", role_names[role], number,
               status->server->command, status->server->shown);
        return;
    }
    if (running && running->is_ending) {
        printf("%8d  %s%u is ending\n", (int)running->process.pid, role_names[role], number);
        return;
    }
    if (running)
        printf("%8d  %s%u is starting", (int)running->process.pid, role_names[role], number);
    else
        printf("%8s  %s%u is down", "-", role_names[role], number);
    if (record && record->state == MEMBER_WAITING)
        print_wait(record);
    else if (record && record->state == MEMBER_GIVEN_UP)
        print_given_up(status, record);
    else if (record && record->why[0] && record->state == MEMBER_STARTING)
        printf(" (try %u of %u), since %s", record->tries, record->tries_max, record->why);
    else if (record && record->why[0])
        printf(": %s; start it again: %s start %s", record->why, status->server->command,
               status->server->shown);
    putchar('\n');
}

/* At least one line per process that the ini asks for; returns how many do not serve. */
static unsigned print_role(const struct status *status, enum role role)
{
    unsigned down = 0;
    for (unsigned i = 1; i <= server_count(status->server, role); i++) {
        const struct running *running = serving(status, role, i);
        if (running) {
            print_serving(running, record_of(status, role, i));
            if (status->verbose)
                print_insight(status, "", role, i);
        } else {
            print_down(status, role, i);
            down++;
        }
    }
    return down;
}

static void print_supervisor(const struct status *status)
{
    char target[TARGET_SIZE];
    if (found_target(&status->found, target))
        printf("%8s  %-12s  starts again what dies; the logs: journalctl -u '%.*s-*'\n", "-",
               "systemd", (int)(strlen(target) - strlen(".target")), target);
    else if (found_supervisor(&status->found))
        printf("%8d  %-12s  starts again what dies; its log: %s/%s.log\n",
               (int)status->found.supervisor.pid, SUPERVISOR_NAME, status->server->run_dir,
               SUPERVISOR_NAME);
    else if (processes_ending(&status->found.running))
        printf("%8s  the server is ending; wait for it: %s stop %s\n", "-", status->server->command,
               status->server->shown);
    else if (status->found.running.count > 0)
        printf("%8s  nobody starts again what dies: the supervisor has ended; for a new one: "
               "%s start %s\n",
               "-", status->server->command, status->server->shown);
}

static int print_status(const struct status *status)
{
    const struct server *server = status->server;
    printf("%u dispatcher running, %u/%u gates running, %u/%u games (%s) running\n",
           count_serving(status, ROLE_DISPATCHER), count_serving(status, ROLE_GATE),
           server_count(server, ROLE_GATE), count_serving(status, ROLE_GAME),
           server_count(server, ROLE_GAME), server->shown);
    unsigned down = 0;
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        down += print_role(status, (enum role)role);
    print_supervisor(status);
    return down == 0 ? EXIT_OK : EXIT_FAILED;
}

static int print_foreground(const struct status *status)
{
    char name[PROCESS_NAME_SIZE];
    printf("%s runs in the foreground (pid %d)\n", status->server->shown,
           (int)status->found.foreground);
    for (unsigned role = 0; status->verbose && role < ROLE_COUNT; role++)
        for (unsigned i = 1; i <= server_count(status->server, (enum role)role); i++) {
            server_process_name((enum role)role, i, name);
            print_insight(status, name, (enum role)role, i);
        }
    return EXIT_OK;
}

int status_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    struct status status = {.server = &server, .verbose = options->verbose};
    found_look(&status.found, &server);
    if (status.verbose)
        insight_look(&status.insight, &server);
    int code = status.found.foreground ? print_foreground(&status) : print_status(&status);
    insight_forget(&status.insight);
    found_forget(&status.found);
    server_close(&server);
    return code;
}
