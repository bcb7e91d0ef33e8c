/* start: has a server brought up, or what is down of it, and leaves a supervisor behind. */
#include "cli/lock.h"
#include "cli/processes.h"
#include "cli/record.h"
#include "cli/supervision.h"

#include <stdio.h>
#include <unistd.h>

/* How much of the server is there already. */
struct found {
    struct processes running;
    struct process supervisor; /* its pidfd is -1 when there is none */
};

static void look(struct server *server, struct found *found)
{
    found->supervisor.pidfd = -1;
    (void)!supervision_find(server, &found->supervisor);
    processes_find(&found->running, server->run_dir);
}

static void forget(struct found *found)
{
    process_close(&found->supervisor);
    processes_free(&found->running);
}

static bool runs_whole(const struct server *server, const struct processes *running)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        for (unsigned i = 1; i <= server_count(server, (enum role)role); i++)
            if (!processes_get(running, (enum role)role, i))
                return false;
    return true;
}

/* Two inis in one folder have the same run/, but they are two servers. */
static gw_err check_same_ini(struct server *server, const struct process *supervisor)
{
    struct records records;
    records_read(&records, server_state_path(server, SUPERVISOR_NAME, "state"), supervisor->pid);
    bool is_same = !records.ini[0] || strcmp(records.ini, server->ini) == 0;
    if (!is_same)
        cli_fail("the server runs with %s (supervisor: pid %d); stop that first: goworld "
                 "-configfile %s stop %s",
                 records.ini, (int)supervisor->pid, records.ini, server->shown);
    records_free(&records);
    return is_same ? GW_OK : GW_EEXIST;
}

static gw_err check_startable(struct server *server, const struct found *found)
{
    if (found->supervisor.pidfd < 0)
        return GW_OK;
    if (check_same_ini(server, &found->supervisor) != GW_OK)
        return GW_EEXIST;
    if (!runs_whole(server, &found->running))
        return GW_OK;
    cli_fail("the server is running already (%s, pid %d); stop it first: goworld stop %s",
             found->running.list[0].name, (int)found->running.list[0].process.pid, server->shown);
    return GW_EEXIST;
}

static int start(struct server *server)
{
    struct found found;
    look(server, &found);
    bool is_orphaned = found.supervisor.pidfd < 0 && found.running.count > 0;
    gw_err err = check_startable(server, &found);
    forget(&found);
    if (err == GW_OK)
        err = supervision_start(server);
    if (err != GW_OK)
        return EXIT_FAILED;
    if (is_orphaned)
        printf("a new supervisor watches over what was running\n");
    printf("%s is running\n", server->shown);
    return EXIT_OK;
}

int start_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    int lock, code = EXIT_FAILED;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    if (server_check_program(&server) == GW_OK && lock_take(&server, LOCK_START, &lock) == GW_OK) {
        code = start(&server);
        close(lock);
    }
    server_close(&server);
    return code;
}
