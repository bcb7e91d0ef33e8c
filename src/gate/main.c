/* main: see main.h. */
#include "gate/main.h"

#include "gate/host.h"
#include "host/server.h"

static gw_err start(const struct host_server *self, struct host *host, const struct conf *conf,
                    const struct host_options *options, void **running, char **error)
{
    (void)self;
    struct gate_host *started;
    gw_err err = gate_host_start(host, conf, options, &started, error);
    if (err == GW_OK)
        *running = started;
    return err;
}

static char *stop(void *running)
{
    gate_host_stop(running);
    return NULL;
}

int gate_main(int argc, char **argv)
{
    static const struct host_server server = {
        .name = "gate", .id_flag = "-gid", .start = start, .stop = stop};
    return host_server_main(&server, argc, argv);
}
