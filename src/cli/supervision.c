/* supervision: see supervision.h. */
#include "cli/supervision.h"

#include "cli/report.h"
#include "host/state.h"
#include "os/pid_file.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

gw_err supervision_find(struct server *server, struct process *supervisor)
{
    return pid_file_find(server_state_path(server, SUPERVISOR_NAME, STATE_PID), supervisor);
}

static gw_err spawn(struct server *server, struct process *supervisor)
{
    struct process_child child;
    const char *argv[] = {
        server_own_program(server), SUPERVISOR_NAME, "-configfile", server->ini, server->dir, NULL};
    const struct process_desc desc = {
        .argv = argv,
        .dir = server->dir,
        .log_path = server_state_path(server, SUPERVISOR_NAME, STATE_LOG),
        .pid_path = server_state_path(server, SUPERVISOR_NAME, STATE_PID),
    };
    if (process_spawn(&desc, &child) != GW_OK) {
        cli_fail("cannot start the supervisor: %s", strerror(errno));
        return GW_EIO;
    }
    close(child.ready_fd); /* it answers by the report */
    *supervisor = (struct process){child.pid, child.pidfd};
    return GW_OK;
}

/* One that is there brings up what is down. */
static gw_err rouse(struct server *server, struct process *supervisor)
{
    if (supervision_find(server, supervisor) != GW_OK)
        return spawn(server, supervisor);
    if (process_signal(supervisor, SIGHUP) == GW_OK)
        return GW_OK;
    cli_fail("the supervisor (pid %d) belongs to someone else", (int)supervisor->pid);
    process_close(supervisor);
    return GW_EDENIED;
}

/* ---- Ctrl-C gives up the start, and the supervisor says when that is done ------------------- */

static struct process asked = {.pidfd = -1};

static void on_interrupt(int signum)
{
    (void)signum;
    int before = errno;
    (void)!process_signal(&asked, SIGUSR1);
    errno = before;
}

static void catch_interrupts(const struct process *supervisor)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    asked = *supervisor;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

gw_err supervision_start(struct server *server)
{
    const char *pipe_path = server_state_path(server, SUPERVISOR_NAME, ".pipe");
    struct process supervisor;
    int pipe_fd;
    if (report_listen(pipe_path, &pipe_fd) != GW_OK)
        return GW_EIO;
    gw_err err = rouse(server, &supervisor);
    if (err == GW_OK) {
        catch_interrupts(&supervisor);
        err = report_relay(pipe_fd, &supervisor) ? GW_OK : GW_EIO;
        asked.pidfd = -1;
        process_close(&supervisor);
    } else {
        close(pipe_fd);
    }
    unlink(pipe_path);
    return err;
}

gw_err supervision_end(struct server *server, int timeout_ms)
{
    struct process supervisor;
    gw_err err = supervision_find(server, &supervisor);
    if (err)
        return err;
    err = process_signal(&supervisor, SIGTERM);
    if (err == GW_EDENIED)
        cli_fail("%s (pid %d) belongs to someone else", SUPERVISOR_NAME, (int)supervisor.pid);
    else if (!process_wait(&supervisor, timeout_ms) &&
             process_signal(&supervisor, SIGKILL) == GW_OK)
        process_wait(&supervisor, -1);
    process_close(&supervisor);
    return err == GW_EDENIED ? err : GW_OK;
}
