/* start: has a server brought up, or what is down of it, and leaves a supervisor behind. */
#include "cli/found.h"
#include "cli/lock.h"
#include "cli/neighbour.h"
#include "cli/supervision.h"

#include <stdio.h>
#include <unistd.h>

static bool runs_whole(const struct server *server, const struct processes *running)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        for (unsigned i = 1; i <= server_count(server, (enum role)role); i++)
            if (!processes_get(running, (enum role)role, i))
                return false;
    return true;
}

/* Two inis in one folder have the same run/, but they are two servers. */
static gw_err check_same_ini(const struct server *server, const struct found *found)
{
    const char *ini = found->records.ini;
    if (!*ini || strcmp(ini, server->ini) == 0)
        return GW_OK;
    cli_fail("the server runs with %s (supervisor: pid %d); stop that first: goworld "
             "-configfile %s stop %s",
             ini, (int)found->supervisor.pid, ini, server->shown);
    return GW_EEXIST;
}

static gw_err check_startable(const struct server *server, const struct found *found)
{
    char target[TARGET_SIZE];
    if (found_target(found, target)) {
        cli_fail("the server runs as services of systemd: systemctl start %s", target);
        return GW_EEXIST;
    }
    const struct running *ending = processes_ending(&found->running);
    if (ending) {
        cli_fail("%s (pid %d) is ending; start %s when it has ended", ending->name,
                 (int)ending->process.pid, server->shown);
        return GW_EEXIST;
    }
    if (!found_supervisor(found))
        return GW_OK;
    if (check_same_ini(server, found) != GW_OK)
        return GW_EEXIST;
    return runs_whole(server, &found->running) ? found_complain(found, server) : GW_OK;
}

static int start(struct server *server)
{
    struct found found;
    found_look(&found, server);
    bool is_orphaned = !found_supervisor(&found) && found.running.count > 0;
    gw_err err = check_startable(server, &found);
    found_forget(&found);
    if (err == GW_OK)
        err = neighbour_check(server);
    if (err == GW_OK)
        err = supervision_start(server);
    if (err != GW_OK)
        return EXIT_FAILED;
    if (is_orphaned)
        printf("a new supervisor watches over what was running\n");
    const char *page = server_page(server);
    printf("%s is running\n", server->shown);
    if (page)
        printf("its page is %s\n", page);
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
