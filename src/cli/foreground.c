/* run: all of a server in one process in the foreground. */
#include "cli/found.h"
#include "cli/lock.h"
#include "cli/neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static gw_err check_not_running(struct server *server)
{
    struct found found;
    found_look(&found, server);
    bool any = found.running.count > 0 || found_supervisor(&found);
    gw_err err = any ? found_complain(&found, server) : GW_OK;
    found_forget(&found);
    return err;
}

static void say_where(struct server *server)
{
    const char *page = server_page(server);
    if (page)
        printf("%s runs here until Ctrl-C; its page is %s\n", server->shown, page);
    fflush(stdout);
}

/* The lock goes on into the program, so that nobody starts a second server on the same state. */
static void become(struct server *server, int lock)
{
    const char *argv[] = {server->program, "-run", "-configfile", server->ini, NULL};
    say_where(server);
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
        if (check_not_running(&server) == GW_OK && neighbour_check(&server) == GW_OK)
            become(&server, lock);
        close(lock);
    }
    server_close(&server);
    return EXIT_FAILED;
}
