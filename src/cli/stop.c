/* stop: ends a server, by SIGTERM so that games save first, or by SIGKILL. */
#include "cli/lock.h"
#include "cli/processes.h"

#define STOP_TIMEOUT_MS 60000
#define KILL_TIMEOUT_MS 10000

/* A server in the foreground belongs to its terminal: it is ended there. */
static void complain_not_running(struct server *server)
{
    struct lock_holder holder;
    if (lock_find(server, &holder) == GW_OK && holder.use == LOCK_FOREGROUND)
        cli_fail("%s runs in the foreground (pid %d); end it there with Ctrl-C, or: kill %d",
                 server->shown, (int)holder.pid, (int)holder.pid);
    else
        cli_fail("%s is not running", server->shown);
}

static gw_err check_running(struct server *server)
{
    struct processes running;
    processes_find(&running, server->run_dir);
    bool any = running.count > 0;
    processes_free(&running);
    if (!any)
        complain_not_running(server);
    return any ? GW_OK : GW_ENOTFOUND;
}

/* The ini's content does not matter: a server whose ini was broken meanwhile can be stopped. */
static int end_server(const struct cli_options *options, int signum, int timeout_ms)
{
    struct server server;
    char *error;
    if (server_open(&server, options, SERVER_INI, &error) != GW_OK)
        return cli_fail_with(error);
    int code = EXIT_FAILED;
    if (check_running(&server) == GW_OK) {
        if (processes_stop(server.run_dir, signum, timeout_ms, false) == 0)
            code = EXIT_OK;
        else if (signum != SIGKILL)
            cli_fail("%s did not stop in %d seconds; end it without saving: goworld kill %s",
                     server.shown, timeout_ms / 1000, server.shown);
    }
    server_close(&server);
    return code;
}

int stop_run(const struct cli_options *options)
{
    return end_server(options, SIGTERM, STOP_TIMEOUT_MS);
}

int kill_run(const struct cli_options *options)
{
    return end_server(options, SIGKILL, KILL_TIMEOUT_MS);
}
