/* stop: ends a server, so that games save first, or by SIGKILL. */
#include "cli/ending.h"
#include "cli/found.h"
#include "cli/lock.h"
#include "cli/supervision.h"

#include <stdio.h>
#include <unistd.h>

struct timeouts {
    int supervisor_ms;
    int role_ms; /* for all processes of one kind, unless they know better */
};

static void complain_not_running(const struct server *server, const struct found *found)
{
    if (found->foreground)
        lock_complain_foreground(server, found->foreground);
    else
        cli_fail("%s is not running", server->shown);
}

/* What systemd runs it would start again after SIGKILL. What has ended in order stays down. */
static gw_err check_killable(const struct server *server, const struct found *found)
{
    char target[TARGET_SIZE];
    if (!found_target(found, target))
        return GW_OK;
    cli_fail("%s runs as services of systemd, which would start them again: systemctl stop %s",
             server->shown, target);
    return GW_EDENIED;
}

static gw_err end_processes(struct server *server, int signum, const struct timeouts *timeouts)
{
    const struct ending_desc desc = {server, signum, timeouts->role_ms};
    gw_err err = ending_run(&desc);
    if (err == GW_ETIMEDOUT && signum != SIGKILL)
        cli_fail("%s did not stop; wait on: %s stop %s, or end it without saving: %s kill %s",
                 server->shown, server->command, server->shown, server->command, server->shown);
    return err;
}

/* The supervisor goes first, so that nothing is started again behind our back. */
static gw_err end_all(struct server *server, int signum, const struct timeouts *timeouts)
{
    gw_err ended = supervision_end(server, timeouts->supervisor_ms);
    if (ended == GW_EDENIED)
        return ended;
    bool any = ended == GW_OK;
    if (any)
        printf("%s has stopped\n", SUPERVISOR_NAME);
    struct found found;
    found_look(&found, server);
    any |= found.running.count > 0;
    if (!any)
        complain_not_running(server, &found);
    gw_err err = !any ? GW_ENOTFOUND : signum == SIGKILL ? check_killable(server, &found) : GW_OK;
    found_forget(&found);
    return err ? err : end_processes(server, signum, timeouts);
}

/* While it is ended nobody starts it. Who is starting it now is ended, too, and another who ends it
 * does no harm. The ini's content does not matter: a server whose ini was broken meanwhile can be
 * stopped. */
static int end_server(const struct cli_options *options, int signum,
                      const struct timeouts *timeouts)
{
    struct server server;
    char *error;
    int lock;
    if (server_open(&server, options, SERVER_INI, &error) != GW_OK)
        return cli_fail_with(error);
    lock_take_if_free(&server, LOCK_END, &lock);
    gw_err err = end_all(&server, signum, timeouts);
    if (lock >= 0)
        close(lock);
    server_close(&server);
    return err ? EXIT_FAILED : EXIT_OK;
}

int stop_run(const struct cli_options *options)
{
    /* A supervisor that is just starting the server takes back first what it has started. */
    static const struct timeouts timeouts = {.supervisor_ms = 40000, .role_ms = 60000};
    return end_server(options, SIGTERM, &timeouts);
}

int kill_run(const struct cli_options *options)
{
    static const struct timeouts timeouts = {.supervisor_ms = 1000, .role_ms = 10000};
    return end_server(options, SIGKILL, &timeouts);
}
