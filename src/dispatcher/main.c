/* main: see main.h. */
#include "dispatcher/main.h"

#include "dispatcher/host.h"
#include "host/server.h"

static gw_err start(struct host *host, const struct conf *conf, const struct host_options *options,
                    void **server, char **error)
{
    struct dispatcher_host *started;
    gw_err err = dispatcher_host_start(host, conf, options, &started, error);
    if (err == GW_OK)
        *server = started;
    return err;
}

static void stop(void *server)
{
    dispatcher_host_stop(server);
}

int dispatcher_main(int argc, char **argv)
{
    static const struct host_server server = {
        .name = "dispatcher", .id_flag = "-dispid", .start = start, .stop = stop};
    return host_server_main(&server, argc, argv);
}
