/* config: prints what is in force, as a goworld.ini. */
#include "cli/server.h"
#include "conf/show.h"

#include <stdio.h>

static int print(const struct server *server, const char *section)
{
    struct buf text = {0};
    char *error;
    gw_err err = conf_show(server->conf, section, &text, &error);
    if (err == GW_OK)
        fwrite(text.data, 1, text.size, stdout);
    buf_free(&text);
    return err == GW_OK ? EXIT_OK : cli_fail_with(error);
}

int config_run(const struct cli_options *options)
{
    struct server server;
    char *error;
    if (server_open(&server, options, SERVER_CONF, &error) != GW_OK)
        return cli_fail_with(error);
    int code = print(&server, options->section);
    server_close(&server);
    return code;
}
