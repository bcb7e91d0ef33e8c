/* host: see host.h. */
#include "dispatcher/host.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "dispatcher/dispatcher.h"
#include "host/admin.h"
#include "host/sink.h"
#include "net/tcplink.h"

#include <stdlib.h>

struct dispatcher_host {
    struct host *host;
    struct sink sink;
    struct dispatcher *core;
    struct tcplink_listener *listener;
    struct admin admin;
    struct http_server *http;
};

static int64_t turn(void *user)
{
    return dispatcher_turn(((struct dispatcher_host *)user)->core);
}

static void accepted(void *user, struct link *link)
{
    dispatcher_accept(((struct dispatcher_host *)user)->core, link);
}

static struct dispatcher *make_core(const struct dispatcher_host *server, const struct conf *conf,
                                    unsigned id)
{
    return dispatcher_create(&(struct dispatcher_desc){
        .dispid = (uint16_t)id,
        .dispatchers = conf->deployment.dispatchers,
        .desired_games = conf->deployment.games,
        .desired_gates = conf->deployment.gates,
        .epoch = server->host->epoch,
        .seed = server->host->seed,
        .pool = &server->host->pool,
        .clock = loop_clock(server->host->loop),
        .log = &server->sink.log,
    });
}

static gw_err listen_on(struct dispatcher_host *server, const struct conf_address *address,
                        char **error)
{
    struct host_address text = host_address(address);
    gw_err err =
        tcplink_listen(server->host->tcp,
                       &(struct tcplink_listen_desc){.address = text.text,
                                                     .send_buffer_bytes = TCPLINK_SEND_BUFFER_BYTES,
                                                     .accepted = accepted,
                                                     .user = server},
                       &server->listener);
    if (err != GW_OK)
        *error = host_listen_error(address, "listen_addr", err);
    return err;
}

static gw_err start(struct dispatcher_host *server, const struct conf *conf,
                    const struct host_options *options, char **error)
{
    const struct conf_dispatcher *mine = conf_dispatcher(conf, options->id);
    if (!mine) {
        *error = sentence("there is no dispatcher %u in %s", options->id, conf->path);
        return GW_ENOTFOUND;
    }
    const struct clock *clock = loop_clock(server->host->loop);
    gw_err err = sink_open(&server->sink, &mine->log, "dispatcher", options, clock, error);
    if (err != GW_OK)
        return err;
    server->core = make_core(server, conf, options->id);
    server->admin = (struct admin){.host = server->host, .process = server->sink.process};
    admin_add(&server->admin, dispatcher_metrics, dispatcher_stats(server->core));
    err = listen_on(server, &mine->listen, error);
    return err == GW_OK ? admin_listen(&server->admin, &mine->http, &server->http, error) : err;
}

gw_err dispatcher_host_start(struct host *host, const struct conf *conf,
                             const struct host_options *options, struct dispatcher_host **out,
                             char **error)
{
    struct dispatcher_host *server = mem_zalloc(sizeof *server);
    server->host = host;
    gw_err err = start(server, conf, options, error);
    if (err != GW_OK) {
        dispatcher_host_stop(server);
        return err;
    }
    loop_on_turn(host->loop, turn, server);
    log_info(&server->sink.log, "serving", "port=%u", tcplink_listener_port(server->listener));
    host_await(host);
    host_serves(host);
    *out = server;
    return GW_OK;
}

void dispatcher_host_stop(struct dispatcher_host *server)
{
    if (!server)
        return;
    http_server_close(server->http);
    tcplink_listener_close(server->listener);
    dispatcher_destroy(server->core);
    sink_close(&server->sink);
    free(server);
}
