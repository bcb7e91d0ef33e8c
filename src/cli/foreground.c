/* run: all of a server in one process in the foreground. */
#include "cli/lock.h"
#include "cli/processes.h"
#include "cli/supervision.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static gw_err check_not_running(struct server *server)
{
    struct processes running;
    struct process supervisor;
    processes_find(&running, server->run_dir);
    bool any = running.count > 0;
    if (any)
        cli_fail("the server is running already (%s, pid %d); stop it first: goworld stop %s",
                 running.list[0].name, (int)running.list[0].process.pid, server->shown);
    processes_free(&running);
    if (any)
        return GW_EEXIST;
    if (supervision_find(server, &supervisor) != GW_OK)
        return GW_OK;
    cli_fail("the server's supervisor (pid %d) would start it; stop that first: goworld stop %s",
             (int)supervisor.pid, server->shown);
    process_close(&supervisor);
    return GW_EEXIST;
}

/* The lock goes on into the program, so that nobody starts a second server on the same state. */
static void become(const struct server *server, int lock)
{
    const char *argv[] = {server->program, "-run", "-configfile", server->ini, NULL};
    fcntl(lock, F_SETFD, 0);
    execv(server->program, (char *const *)argv);
    cli_fail("cannot run %s: %s", server->program, strerror(errno));
}

int foreground_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    int lock;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    if (server_check_program(&server) == GW_OK &&
        lock_take(&server, LOCK_FOREGROUND, &lock) == GW_OK) {
        if (check_not_running(&server) == GW_OK)
            become(&server, lock);
        close(lock);
    }
    server_close(&server);
    return EXIT_FAILED;
}
