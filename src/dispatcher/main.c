/* main: see main.h. */
#include "dispatcher/main.h"

#include "dispatcher/host.h"
#include "host/server.h"

static gw_err start(const struct host_server *self, struct host *host, const struct conf *conf,
                    const struct host_options *options, void **running, char **error)
{
    (void)self;
    struct dispatcher_host *started;
    gw_err err = dispatcher_host_start(host, conf, options, &started, error);
    if (err == GW_OK)
        *running = started;
    return err;
}

static char *stop(void *running)
{
    dispatcher_host_stop(running);
    return NULL;
}

int dispatcher_main(int argc, char **argv)
{
    static const struct host_server server = {
        .name = "dispatcher", .id_flag = "-dispid", .start = start, .stop = stop};
    return host_server_main(&server, argc, argv);
}
